//! Records on their way to the driver: lists of texts, each with its length before it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::io::{self, Write};

/// The lists compressed, in Base64.
pub(super) fn packed(lists: &[&[String]]) -> io::Result<String> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    for list in lists {
        number(&mut packer, list.len())?;
        for text in *list {
            number(&mut packer, text.len())?;
            packer.write_all(text.as_bytes())?;
        }
    }
    Ok(STANDARD.encode(packer.finish()?))
}

/// As Java reads one.
fn number(to: &mut impl Write, number: usize) -> io::Result<()> {
    let number = i32::try_from(number).map_err(io::Error::other)?;
    to.write_all(&number.to_be_bytes())
}
