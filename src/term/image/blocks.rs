//! Pictures of half blocks: each cell shows two pixels, one above the other, in the colours of a character
//! and of what is behind it.

use super::Png;
use super::room::Room;
use crate::term::colour::{self, Depth, RESET};
use png::{ColorType, Decoder, Limits, Transformations};
use std::io::Cursor;
use syntect::highlighting::Color;

const UPPER: char = '▀';
const LOWER: char = '▄';

/// A picture's lines, or what is wrong with it.
pub(super) fn drawn(picture: Png<'_>, room: Room, depth: Depth) -> Result<String, String> {
    let (width, height) = room.halves(picture.width, picture.height);
    let canvas = read(picture, width, height).map_err(|error| error.to_string())?;
    Ok(canvas.text(depth))
}

/// A pixel, or none where nothing is.
type Pixel = Option<(u8, u8, u8)>;

/// What each pixel is the mean of: red, green and blue times alpha, alpha, and how many.
type Sum = [u64; 5];

struct Canvas {
    width: usize,
    sums: Vec<Sum>,
    /// Of the picture itself.
    from: (u32, u32),
    height: usize,
}

/// Reads a picture row by row; only one whose rows come in several passes is held as a whole.
fn read(picture: Png<'_>, width: u32, height: u32) -> Result<Canvas, png::DecodingError> {
    let limits = Limits {
        // A whole one has four bytes for a pixel at most.
        bytes: 64 << 20,
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(picture.bytes), limits);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    decoder.set_transformations(Transformations::normalize_to_color8() | Transformations::ALPHA);
    let mut reader = decoder.read_info()?;
    let mut canvas = Canvas::new((picture.width, picture.height), width, height);
    let is_grey = reader.output_color_type().0 == ColorType::GrayscaleAlpha;
    let length = if is_grey { 2 } else { 4 };
    if reader.info().interlaced {
        let mut all = vec![0; reader.output_buffer_size().unwrap_or(0)];
        let info = reader.next_frame(&mut all)?;
        for (y, row) in all.chunks_exact(info.line_size).enumerate() {
            canvas.add(y, row.chunks_exact(length));
        }
        return Ok(canvas);
    }
    let mut y = 0;
    while let Some(row) = reader.next_row()? {
        canvas.add(y, row.data().chunks_exact(length));
        y += 1;
    }
    Ok(canvas)
}

impl Canvas {
    fn new(from: (u32, u32), width: u32, height: u32) -> Canvas {
        let (width, height) = (width as usize, height as usize);
        Canvas {
            width,
            sums: vec![Sum::default(); width * height],
            from,
            height,
        }
    }

    /// Adds a row of the picture: each pixel grey or of three colours, and alpha.
    fn add<'a>(&mut self, y: usize, pixels: impl Iterator<Item = &'a [u8]>) {
        let row = y * self.height / self.from.1 as usize;
        let Some(sums) = self.sums.chunks_exact_mut(self.width).nth(row) else {
            return;
        };
        for (x, pixel) in pixels.enumerate() {
            let (red, green, blue, alpha) = match *pixel {
                [grey, alpha] => (grey, grey, grey, alpha),
                [red, green, blue, alpha] => (red, green, blue, alpha),
                _ => return,
            };
            let Some(sum) = sums.get_mut(x * self.width / self.from.0 as usize) else {
                return;
            };
            let alpha = u64::from(alpha);
            for (sum, colour) in sum.iter_mut().zip([red, green, blue]) {
                *sum += u64::from(colour) * alpha;
            }
            sum[3] += alpha;
            sum[4] += 1;
        }
    }

    fn pixel(&self, x: usize, y: usize) -> Pixel {
        let [red, green, blue, alpha, count] = *self.sums.get(y * self.width + x)?;
        // What is less than half there shows what is behind the picture.
        if count == 0 || alpha * 2 < count * 255 {
            return None;
        }
        let mean = |sum: u64| u8::try_from(sum / alpha).unwrap_or(u8::MAX);
        Some((mean(red), mean(green), mean(blue)))
    }

    fn text(&self, depth: Depth) -> String {
        let mut text = String::new();
        for top in (0..self.height).step_by(2) {
            let mut last = None;
            for x in 0..self.width {
                let (upper, lower) = (self.pixel(x, top), self.pixel(x, top + 1));
                let (character, front, back) = match (upper, lower) {
                    (None, None) => (' ', None, None),
                    (None, Some(_)) => (LOWER, lower, None),
                    (Some(_), _) => (UPPER, upper, lower),
                };
                if last != Some((front, back)) {
                    push_colours(&mut text, front, back, depth);
                    last = Some((front, back));
                }
                text.push(character);
            }
            text.push_str(RESET);
            text.push('\n');
        }
        text
    }
}

/// Begins a cell's colours, after whichever were before.
fn push_colours(text: &mut String, front: Pixel, back: Pixel, depth: Depth) {
    let mapped = |(r, g, b)| colour::mapped(Color { r, g, b, a: 255 }, depth);
    text.push_str("\x1b[0");
    if let Some(code) = front.and_then(|pixel| colour::code(mapped(pixel))) {
        text.push(';');
        text.push_str(&code);
    }
    if let Some(code) = back.and_then(|pixel| colour::behind(mapped(pixel))) {
        text.push(';');
        text.push_str(&code);
    }
    text.push('m');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::Screen;

    const RED: [u8; 4] = [255, 0, 0, 255];
    const BLUE: [u8; 4] = [0, 0, 255, 255];
    const NOTHING: [u8; 4] = [9, 9, 9, 0];

    fn file(width: u32, height: u32, pixels: &[[u8; 4]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(ColorType::Rgba);
        let mut writer = encoder.write_header().unwrap();
        writer.write_image_data(pixels.as_flattened()).unwrap();
        writer.finish().unwrap();
        bytes
    }

    fn shown(bytes: &[u8], width: u32, height: u32, columns: usize) -> Result<String, String> {
        let picture = Png {
            bytes,
            width,
            height,
        };
        let screen = Screen {
            width: columns,
            height: 24,
        };
        drawn(picture, Room::of(screen, None), Depth::True)
    }

    #[test]
    fn a_cell_shows_two_pixels_and_what_is_not_there_is_left_out() {
        let pixels = [RED, BLUE, NOTHING, NOTHING, BLUE, BLUE, RED, NOTHING];
        let text = shown(&file(4, 2, &pixels), 4, 2, 80).unwrap();
        let (red, blue) = ("8;2;255;0;0", "8;2;0;0;255");
        assert_eq!(
            text,
            format!(
                "\x1b[0;3{red};4{blue}m▀\x1b[0;3{blue};4{blue}m▀\x1b[0;3{red}m▄\x1b[0m \x1b[0m\n"
            )
        );
        // The last row of an odd number is half a cell.
        let odd = shown(&file(1, 1, &[RED]), 1, 1, 80).unwrap();
        assert_eq!(odd, format!("\x1b[0;3{red}m▀\x1b[0m\n"));
    }

    #[test]
    fn pixels_that_share_a_place_are_mixed() {
        let pixels = [RED, BLUE, RED, BLUE, RED, BLUE, NOTHING, NOTHING];
        let text = shown(&file(2, 4, &pixels), 2, 4, 1).unwrap();
        // In the lower one half is there.
        assert_eq!(text, "\x1b[0;38;2;127;0;127;48;2;127;0;127m▀\x1b[0m\n");
    }

    #[test]
    fn what_cannot_be_decoded_is_told() {
        let mut bytes = file(2, 2, &[RED; 4]);
        let data = bytes.windows(4).position(|four| four == b"IDAT").unwrap();
        bytes[data + 6] ^= 0xff;
        shown(&bytes, 2, 2, 80).unwrap_err();
        assert!(shown(b"\x89PNG\r\n\x1a\n", 2, 2, 80).is_err());
    }
}
