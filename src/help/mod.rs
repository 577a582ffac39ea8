//! A page for each service: a profile to paste, how to sign on, what is known not to work. The README
//! ends with the same pages.

/// A page as Markdown.
#[derive(Debug, Clone, Copy)]
pub struct Page {
    pub name: &'static str,
    pub text: &'static str,
}

macro_rules! page {
    ($name:literal) => {
        Page {
            name: $name,
            text: include_str!(concat!($name, ".md")),
        }
    };
}

pub const PAGES: [Page; 10] = [
    page!("livy"),
    page!("cloudera"),
    page!("hdinsight"),
    page!("synapse"),
    page!("fabric"),
    page!("emr"),
    page!("emr-serverless"),
    page!("dataproc"),
    page!("knox"),
    page!("lighter"),
];

/// The page of a service.
pub fn page(name: &str) -> Option<Page> {
    let mut pages = PAGES.into_iter();
    pages.find(|page| page.name.eq_ignore_ascii_case(name))
}

/// The names of all pages.
pub fn names() -> String {
    PAGES.map(|page| page.name).join(", ")
}
