//! Which names a word means: those that begin so, else those whose humps do (`mPWI`), else those that
//! begin so whatever the case. Pure.

/// A name that could stand in the place of the word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::repl) struct Candidate {
    /// What is put into the line.
    pub(in crate::repl) text: String,
    /// What is listed.
    pub(in crate::repl) shown: String,
}

impl Candidate {
    pub(super) fn plain(name: impl Into<String>) -> Candidate {
        let text = name.into();
        let shown = text.clone();
        Candidate { text, shown }
    }
}

type Means = fn(word: &str, name: &str) -> bool;

/// Those that the word means, in their order, none twice.
pub(super) fn select(word: &str, candidates: Vec<Candidate>) -> Vec<Candidate> {
    select_by(&[begins, humps_begin, begins_in_any_case], word, candidates)
}

/// The same of names that are guessed: `Ra` is then never taken for `range`.
pub(super) fn select_by_case(word: &str, candidates: Vec<Candidate>) -> Vec<Candidate> {
    select_by(&[begins, humps_begin], word, candidates)
}

fn select_by(means: &[Means], word: &str, mut candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut known = std::collections::HashSet::new();
    candidates.retain(|one| known.insert(one.text.clone()));
    for means in means {
        let found: Vec<Candidate> = candidates
            .iter()
            .filter(|one| means(word, &one.text))
            .cloned()
            .collect();
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// What all of them begin with.
pub(super) fn common_beginning(candidates: &[Candidate]) -> &str {
    let Some((first, rest)) = candidates.split_first() else {
        return "";
    };
    let mut length = first.text.len();
    for one in rest {
        let same = first.text.char_indices().zip(one.text.chars());
        let end = same
            .take_while(|((_, a), b)| a == b)
            .last()
            .map_or(0, |((at, c), _)| at + c.len_utf8());
        length = length.min(end);
    }
    &first.text[..length]
}

fn begins(word: &str, name: &str) -> bool {
    name.starts_with(word)
}

fn begins_in_any_case(word: &str, name: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    word.chars()
        .flat_map(char::to_lowercase)
        .all(|c| letters.next() == Some(c))
}

/// Whether each hump of the word begins a hump of the name, in their order, the first the first.
fn humps_begin(word: &str, name: &str) -> bool {
    let wanted = humps(word);
    if wanted.len() < 2 {
        return false;
    }
    let mut humps = humps(name).into_iter();
    let mut wanted = wanted.into_iter();
    let is_first = match (wanted.next(), humps.next()) {
        (Some(wanted), Some(hump)) => hump.starts_with(wanted),
        _ => false,
    };
    is_first && wanted.all(|wanted| humps.any(|hump| begins_in_any_case(wanted, hump)))
}

/// A name's parts: each begins with a capital letter, or behind `_`.
fn humps(name: &str) -> Vec<&str> {
    let mut humps = Vec::new();
    for part in name.split('_').filter(|part| !part.is_empty()) {
        let mut start = 0;
        for (at, c) in part.char_indices() {
            if c.is_uppercase() && at > start {
                humps.push(&part[start..at]);
                start = at;
            }
        }
        humps.push(&part[start..]);
    }
    humps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(word: &str, names: &[&str]) -> Vec<String> {
        let candidates = names.iter().map(|name| Candidate::plain(*name)).collect();
        let found = select(word, candidates);
        found.into_iter().map(|one| one.text).collect()
    }

    #[test]
    fn humps_are_enough() {
        let names = ["map", "mapPartitions", "mapPartitionsWithIndex", "max"];
        assert_eq!(selected("mPWI", &names), ["mapPartitionsWithIndex"]);
        assert_eq!(selected("mPaWith", &names), ["mapPartitionsWithIndex"]);
        assert_eq!(
            selected("mP", &names),
            ["mapPartitions", "mapPartitionsWithIndex"]
        );
        assert_eq!(selected("map", &names).len(), 3);
        assert_eq!(selected("xP", &names).len(), 0);
        let python = ["with_column", "withColumnRenamed", "to_date"];
        assert_eq!(
            selected("wC", &python),
            ["with_column", "withColumnRenamed"]
        );
        assert_eq!(selected("t_d", &python), ["to_date"]);
    }

    #[test]
    fn case_counts_unless_nothing_else_is_found() {
        assert_eq!(selected("li", &["List", "limit"]), ["limit"]);
        assert_eq!(selected("lis", &["List", "limit"]), ["List"]);
        assert_eq!(selected("a", &["a", "ab", "a"]), ["a", "ab"]);
        let guessed = |word: &str| {
            let names = ["range", "rangeBetween"].map(Candidate::plain);
            select_by_case(word, names.to_vec()).len()
        };
        assert_eq!((guessed("Ra"), guessed("ra"), guessed("rB")), (0, 2, 1));
    }

    #[test]
    fn the_common_beginning_is_whole_characters() {
        let of = |names: &[&str]| {
            let all: Vec<Candidate> = names.iter().map(|name| Candidate::plain(*name)).collect();
            common_beginning(&all).to_owned()
        };
        assert_eq!(of(&["reduce", "reduceByKey"]), "reduce");
        assert_eq!(of(&["é1", "é2"]), "é");
        assert_eq!(of(&["a", "b"]), "");
        assert_eq!(of(&[]), "");
    }
}
