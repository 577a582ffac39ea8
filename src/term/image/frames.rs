//! The protocols of kitty and of iTerm2: a PNG in Base64 within one sequence or several, with no byte of
//! the picture as it is.
//!
//! <https://sw.kovidgoyal.net/kitty/graphics-protocol/>, <https://iterm2.com/documentation-images.html>

use super::Png;
use super::room::{Room, Shrunk};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// How much of the Base64 stands in one of kitty's sequences.
const CHUNK: usize = 4096;

/// Sequences of kitty's; `q=2` tells the terminal to answer nothing, not even an error.
pub(super) fn kitty(picture: Png<'_>, room: Room) -> String {
    let data = STANDARD.encode(picture.bytes);
    let size = match room.shrinks(picture.width, picture.height) {
        None => String::new(),
        Some(Shrunk::Columns(columns)) => format!(",c={columns}"),
        Some(Shrunk::Rows(rows)) => format!(",r={rows}"),
    };
    let mut frames = String::with_capacity(data.len() + data.len() / 256 + 64);
    let mut rest = data.as_str();
    let mut head = format!("a=T,f=100,q=2{size},");
    loop {
        let (chunk, after) = rest.split_at(CHUNK.min(rest.len()));
        let more = u8::from(!after.is_empty());
        frames.push_str(&format!("\x1b_G{head}m={more};{chunk}\x1b\\"));
        if after.is_empty() {
            break;
        }
        rest = after;
        head = "q=2,".to_owned();
    }
    frames.push('\n');
    frames
}

/// The sequence of iTerm2's.
pub(super) fn iterm2(picture: Png<'_>, room: Room) -> String {
    let length = picture.bytes.len();
    let size = match room.shrinks(picture.width, picture.height) {
        None => String::new(),
        Some(Shrunk::Columns(columns)) => format!("width={columns};"),
        Some(Shrunk::Rows(rows)) => format!("height={rows};"),
    };
    let data = STANDARD.encode(picture.bytes);
    format!("\x1b]1337;File=inline=1;size={length};{size}preserveAspectRatio=1:{data}\x07\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Screen;

    fn room() -> Room {
        let screen = Screen {
            width: 80,
            height: 24,
        };
        Room::of(screen, None)
    }

    fn png(bytes: &[u8], width: u32) -> Png<'_> {
        Png {
            bytes,
            width,
            height: 10,
        }
    }

    #[test]
    fn kitty_takes_chunks_of_which_the_last_says_so() {
        let bytes = vec![7; CHUNK / 4 * 3 * 2 + 1];
        let frames = kitty(png(&bytes, 10), room());
        let frames: Vec<&str> = frames.trim_end().split_terminator("\x1b\\").collect();
        assert_eq!(frames.len(), 3);
        assert!(frames[0].starts_with("\x1b_Ga=T,f=100,q=2,m=1;"));
        assert!(frames[1].starts_with("\x1b_Gq=2,m=1;"));
        assert!(frames[2].starts_with("\x1b_Gq=2,m=0;"));
        let data = |frame: &str| frame.split_once(';').unwrap().1.to_owned();
        assert!(frames[..2].iter().all(|frame| data(frame).len() == CHUNK));
        let all: String = frames.iter().map(|frame| data(frame)).collect();
        assert_eq!(STANDARD.decode(all).unwrap(), bytes);
        // One that fits into one exactly.
        let one = kitty(png(&[7; CHUNK / 4 * 3], 10), room());
        assert_eq!(one.matches("\x1b_G").count(), 1);
        assert!(one.contains("m=0;") && one.ends_with("\x1b\\\n"));
    }

    #[test]
    fn what_is_wider_than_the_screen_is_given_a_width() {
        assert!(kitty(png(b"x", 5000), room()).starts_with("\x1b_Ga=T,f=100,q=2,c=80,m=0;"));
        let wide = iterm2(png(b"x", 5000), room());
        assert_eq!(
            wide,
            "\x1b]1337;File=inline=1;size=1;width=80;preserveAspectRatio=1:eA==\x07\n"
        );
        assert!(!iterm2(png(b"x", 50), room()).contains("width="));
    }
}
