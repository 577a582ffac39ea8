//! Values of options, from how people write them.

use crate::config::Images;
use crate::lang::Language;
use crate::render::Format;
use clap::builder::{PossibleValuesParser, TypedValueParser};

pub(super) fn language(name: &str) -> Result<Language, String> {
    Language::from_name(name).ok_or_else(|| "it is one of scala, python, sql, r".to_owned())
}

pub(super) fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| {
        let names = Format::ALL.map(Format::name);
        format!("it is one of {}", names.join(", "))
    })
}

/// One of several names, which completions of shells know, too.
pub(super) fn images() -> impl TypedValueParser<Value = Images> {
    let names = PossibleValuesParser::new(Images::ALL.map(Images::name));
    names.try_map(|name| Images::from_name(&name).ok_or("it has no such name"))
}
