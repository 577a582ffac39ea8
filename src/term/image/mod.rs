//! Pictures on the terminal, by the way that it has.
//!
//! | file        | its duty                                            |
//! |-------------|-----------------------------------------------------|
//! | `way.rs`    | which way the terminal has                          |
//! | `room.rs`   | how much of the screen a picture takes              |
//! | `frames.rs` | the protocols of kitty and iTerm2                   |
//! | `blocks.rs` | half blocks, for every terminal that has colours    |
//!
//! The protocols are written here: the crates that do it decode and encode everything again, and read
//! the terminal themselves, between the keys of whoever types. What is written asks the terminal nothing.

mod blocks;
mod frames;
mod room;
mod way;

pub use way::{Images, Way};

use super::{Out, size};
use room::Room;

/// What a terminal is given at most: kitty takes no longer side.
const LONGEST_SIDE: u32 = 10_000;
/// Their bytes are read at once, and those of half blocks counted one by one.
const MOST_PIXELS: u64 = 16 << 20;
const MOST_BYTES: usize = 16 << 20;

/// A PNG that is whole.
#[derive(Debug, Clone, Copy)]
pub struct Png<'a> {
    pub bytes: &'a [u8],
    /// In pixels.
    pub width: u32,
    pub height: u32,
}

impl Out {
    /// A picture as the terminal is given it, with a newline behind it; else why it cannot be drawn. None
    /// where none is drawn.
    pub fn drawn(&self, picture: Png<'_>) -> Option<Result<String, String>> {
        let screen = self.screen()?;
        let room = Room::of(screen, pixels());
        Some(match self.images {
            Way::Saved | Way::Named => return None,
            _ if picture.is_too_large() => Err("too large to be drawn".to_owned()),
            Way::Kitty => Ok(frames::kitty(picture, room)),
            Way::Iterm2 => Ok(frames::iterm2(picture, room)),
            Way::Blocks => blocks::drawn(picture, room, self.depth),
        })
    }
}

impl Png<'_> {
    fn is_too_large(self) -> bool {
        let pixels = u64::from(self.width) * u64::from(self.height);
        let longest = self.width.max(self.height);
        longest > LONGEST_SIDE || pixels > MOST_PIXELS || self.bytes.len() > MOST_BYTES
    }
}

/// The pixels of a cell, where the system knows them: the terminal itself is not asked.
fn pixels() -> Option<(u32, u32)> {
    let (columns, rows) = size()?;
    let window = crossterm::terminal::window_size().ok()?;
    let of = |pixels: u16, cells: u16| u32::from(pixels).checked_div(cells.into());
    let (width, height) = (of(window.width, columns)?, of(window.height, rows)?);
    (width > 0 && height > 0).then_some((width, height))
}
