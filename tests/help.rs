//! The pages about services: each profile in them is one, and the README ends with them.

use crate::support::program::Home;
use livysh::help::PAGES;

/// What stands between fences of this language.
fn fenced<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let begin = format!("```{language}\n");
    let blocks = text.split(&begin).skip(1);
    blocks
        .map(|rest| rest.split("```").next().unwrap())
        .collect()
}

#[test]
fn each_profile_of_a_page_can_be_pasted() {
    for page in PAGES {
        let blocks = fenced(page.text, "toml");
        assert!(!blocks.is_empty(), "{}", page.name);
        for block in blocks {
            let home = Home::new();
            let path = home.write("config.toml", block);
            let names = block.lines().filter_map(|line| {
                let name = line.strip_prefix("[profiles.")?.strip_suffix(']')?;
                (!name.contains('.')).then_some(name)
            });
            for name in names {
                let mut command = home.command(&["config", "show", "-p", name]);
                command.env("LIVYSH_CONFIG", &path);
                let ran = crate::support::program::Ran::of(command.output().unwrap());
                assert_eq!(ran.code, 0, "{}: {name}: {}", page.name, ran.err);
                assert!(!ran.err.contains("warning"), "{}: {}", page.name, ran.err);
            }
        }
    }
}

#[test]
fn each_page_is_printed_and_stands_in_the_readme() {
    let home = Home::new();
    let readme = include_str!("../README.md");
    let mut last = 0;
    for page in PAGES {
        home.run(&["help", page.name]).gave(page.text, 0);
        let at = readme.find(page.text);
        let at = at.unwrap_or_else(|| panic!("the README lacks the page {}", page.name));
        assert!(at > last, "{} stands in another order", page.name);
        last = at;
    }
    let none = home.run(&["help", "bigquery"]);
    assert_eq!(none.code, 2);
    none.said(&["no page about “bigquery”", "synapse"]);
    let all = home.run(&["help"]);
    assert_eq!((all.code, all.out), (0, home.run(&["--help"]).out));
}
