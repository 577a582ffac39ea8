//! Values of options, from how people write them.

use crate::lang::Language;
use crate::render::Format;

pub(super) fn language(name: &str) -> Result<Language, String> {
    Language::from_name(name).ok_or_else(|| "it is one of scala, python, sql, r".to_owned())
}

pub(super) fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| {
        let names = Format::ALL.map(Format::name);
        format!("it is one of {}", names.join(", "))
    })
}
