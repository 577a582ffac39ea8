//! Code as people write it, against what the real shells print for it.

mod generated;
mod python;
mod scala;

/// One line of output, so that what differs in each run does not count: numbers of results, objects'
/// addresses, the shell's names and line numbers of its input, and ids that Spark counts up.
fn normalised(line: &str) -> String {
    let mut text = line.trim_end().replace("<pastie>:", "<console>:");
    for (before, taken) in [
        ("res", is_digit as fn(char) -> bool),
        ("<console>:", is_digit),
        ("Lambda$", is_digit),
        ("/0x", is_hexadecimal),
        ("@", is_hexadecimal),
        ("RDD[", is_digit),
        ("id: ", is_digit),
        ("#", is_digit),
        ("anon$", is_digit),
    ] {
        text = without(&text, before, taken);
    }
    text
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn is_hexadecimal(c: char) -> bool {
    c.is_ascii_hexdigit()
}

/// The text with `N` in place of what follows each `before`.
fn without(text: &str, before: &str, taken: fn(char) -> bool) -> String {
    let mut parts = text.split(before);
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(taken);
        result.push_str(before);
        if rest.len() < part.len() {
            result.push('N');
        }
        result.push_str(rest);
    }
    result
}

/// Lines that hold something.
fn lines(text: &str) -> Vec<String> {
    let filled = text.lines().filter(|line| !line.trim().is_empty());
    filled.map(normalised).collect()
}

/// What belongs to each number, in a text with `before` and the number on a line of its own.
fn by_number(text: &str, before: &str) -> Vec<Vec<String>> {
    let mut parts = text.split(before);
    parts.next();
    let bodies = parts.map(|part| part.split_once('\n').map_or("", |(_, body)| body));
    bodies.map(lines).collect()
}
