//! A result that is a picture: its bytes, and what they are. What the server calls it counts for little:
//! only what is a PNG by its own bytes is ever drawn.

use super::sanitize::one_line;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use serde_json::{Map, Value};

const PNG: &str = "image/png";
const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// A chunk's length, its type and its sum.
const AROUND_DATA: usize = 12;
/// The first chunk's data.
const HEADER: usize = 13;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// As the server names it; fit to be shown.
    media: String,
    /// Of a PNG nothing that stands behind its end.
    pub bytes: Vec<u8>,
    pub form: Form,
}

/// What the bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Whole by its structure; its measures in pixels.
    Png { width: u32, height: u32 },
    /// Named so, but something is wrong with it.
    Broken(&'static str),
    /// Of another type, which is not looked into.
    Other,
}

impl Picture {
    /// The picture among a result's data. Several are forms of one: a PNG goes before.
    pub(super) fn among(data: &Map<String, Value>) -> Option<Picture> {
        let mut all = data.iter().filter_map(|(media, value)| {
            let is_picture = media.starts_with("image/");
            value
                .as_str()
                .filter(|_| is_picture)
                .map(|text| (media, text))
        });
        let first = all.clone().find(|(media, _)| *media == PNG);
        let (media, text) = first.or_else(|| all.next())?;
        Some(Picture::of(media, text))
    }

    /// What the server sent as one.
    pub(super) fn of(media: &str, text: &str) -> Picture {
        let named = one_line(media).into_owned();
        let made = |bytes, form| Picture {
            media: named,
            bytes,
            form,
        };
        // Notebooks send this one as it is written.
        if media == "image/svg+xml" && text.trim_start().starts_with('<') {
            return made(text.as_bytes().to_owned(), Form::Other);
        }
        let Some(mut bytes) = decoded(text) else {
            return made(text.as_bytes().to_owned(), Form::Broken("is no Base64"));
        };
        if media != PNG {
            return made(bytes, Form::Other);
        }
        match png(&bytes) {
            Ok((width, height, length)) => {
                bytes.truncate(length);
                made(bytes, Form::Png { width, height })
            }
            Err(reason) => made(bytes, Form::Broken(reason)),
        }
    }

    /// Its type, and its measures where they are known.
    pub fn about(&self) -> String {
        match self.form {
            Form::Png { width, height } => format!("{}, {width} × {height}", self.media),
            Form::Broken(_) | Form::Other => self.media.clone(),
        }
    }

    /// The ending of a file that holds it.
    pub fn ending(&self) -> &'static str {
        match (self.form, self.media.as_str()) {
            (Form::Png { .. }, _) => "png",
            (Form::Broken(_), _) => "bin",
            (Form::Other, "image/jpeg" | "image/jpg") => "jpg",
            (Form::Other, "image/svg+xml") => "svg",
            (Form::Other, "image/gif") => "gif",
            (Form::Other, "image/webp") => "webp",
            (Form::Other, _) => "bin",
        }
    }

    /// Whether a file's ending is one of pictures.
    pub fn is_ending(name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        matches!(
            name.as_str(),
            "png" | "jpg" | "jpeg" | "svg" | "gif" | "webp"
        )
    }
}

/// Base64 with or without line breaks and its padding.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let text: String = text.split_ascii_whitespace().collect();
    let text = text.trim_end_matches('=');
    let padded = STANDARD_NO_PAD.decode(text);
    padded.or_else(|_| STANDARD.decode(text)).ok()
}

/// The width, the height and the length of a PNG that is whole.
fn png(bytes: &[u8]) -> Result<(u32, u32, usize), &'static str> {
    const CUT: &str = "is cut";
    let Some(mut rest) = bytes.strip_prefix(SIGNATURE) else {
        return Err("is no PNG");
    };
    let (mut measures, mut has_data) = (None, false);
    loop {
        let length = number(rest, 0).ok_or(CUT)? as usize;
        let kind = rest.get(4..8).ok_or(CUT)?;
        let chunk = length.checked_add(AROUND_DATA).ok_or(CUT)?;
        let data = rest.get(8..chunk - 4).ok_or(CUT)?;
        let after = rest.get(chunk..).ok_or(CUT)?;
        match (kind, measures) {
            (b"IHDR", None) if length == HEADER => {
                let (width, height) = (number(data, 0), number(data, 4));
                let of = width.zip(height).filter(|(w, h)| *w > 0 && *h > 0);
                measures = Some(of.ok_or("has no measures")?);
            }
            (_, None) => return Err("has no header"),
            (b"IDAT", Some(_)) => has_data = true,
            (b"IEND", Some((width, height))) if has_data => {
                return Ok((width, height, bytes.len() - after.len()));
            }
            (b"IEND", Some(_)) => return Err("holds nothing"),
            (_, Some(_)) => {}
        }
        rest = after;
    }
}

/// Four bytes, the highest first.
fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let four = bytes.get(at..at + 4)?;
    four.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chunk(kind: &[u8], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        [&length, kind, data, b"-sum"].concat()
    }

    fn file(width: u32, height: u32) -> Vec<u8> {
        let measures = [width.to_be_bytes(), height.to_be_bytes()].concat();
        let header = chunk(b"IHDR", &[&measures[..], &[8, 2, 0, 0, 0]].concat());
        let data = chunk(b"IDAT", b"...");
        [SIGNATURE, &header, &data, &chunk(b"IEND", b"")].concat()
    }

    fn of(media: &str, bytes: &[u8]) -> Picture {
        Picture::of(media, &STANDARD.encode(bytes))
    }

    #[test]
    fn a_png_is_known_by_its_bytes_and_ends_where_it_ends() {
        let whole = file(640, 480);
        let behind = [&whole[..], b"\x1b]0;title\x07"].concat();
        let picture = of(PNG, &behind);
        assert_eq!(picture.bytes, whole);
        assert_eq!(picture.about(), "image/png, 640 × 480");
        assert_eq!(picture.ending(), "png");
        let broken = STANDARD.encode(&whole).replace("AAA", "AAA\n");
        assert_eq!(Picture::of(PNG, &broken).bytes, whole);
    }

    #[test]
    fn what_is_wrong_with_one_is_said() {
        for end in 8..file(1, 1).len() {
            let cut = of(PNG, &file(1, 1)[..end]);
            assert_eq!(cut.form, Form::Broken("is cut"), "{end}");
        }
        let form = |bytes: &[u8]| of(PNG, bytes).form;
        assert_eq!(form(b"GIF89a"), Form::Broken("is no PNG"));
        assert_eq!(form(b""), Form::Broken("is no PNG"));
        assert_eq!(form(&file(0, 1)), Form::Broken("has no measures"));
        let empty = [SIGNATURE, &chunk(b"IEND", b"")].concat();
        assert_eq!(form(&empty), Form::Broken("has no header"));
        let endless = [SIGNATURE, &[0xff; 40]].concat();
        assert_eq!(form(&endless), Form::Broken("is cut"));
        let text = Picture::of(PNG, "\u{1b}[2J?");
        assert_eq!(text.form, Form::Broken("is no Base64"));
        assert_eq!(text.ending(), "bin");
    }

    #[test]
    fn of_several_forms_it_is_the_png() {
        let among = |data: Value| Picture::among(data.as_object().unwrap());
        let png = STANDARD.encode(file(2, 3));
        let both = among(json!({"image/jpeg": "/9j/", "image/png": png})).unwrap();
        assert_eq!(
            both.form,
            Form::Png {
                width: 2,
                height: 3
            }
        );
        let drawn = among(json!({"image/svg+xml": "<svg/>"})).unwrap();
        assert_eq!((&drawn.bytes[..], drawn.ending()), (&b"<svg/>"[..], "svg"));
        let photo = among(json!({"image/jpeg": "/9j/"})).unwrap();
        assert_eq!(
            (&photo.bytes[..], photo.ending()),
            (&b"\xff\xd8\xff"[..], "jpg")
        );
        assert_eq!(among(json!({"image/png": 7, "text/plain": "x"})), None);
        let odd = among(json!({"image/x\u{1b}[2J": "AAAA"})).unwrap();
        assert!(!odd.about().contains('\u{1b}'));
    }
}
