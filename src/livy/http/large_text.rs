//! A large body that is nearly all one text, as what a statement has printed: the text is read where it
//! stands, so that 100 MB are not copied letter by letter.

use serde::de::Error;
use serde_json::Value;
use std::ops::Range;

/// Stands for the text while the rest is read; no server writes it.
const PLACE: &str = "\u{1}a large text\u{1}";
const PLACE_AS_JSON: &str = "\\u0001a large text\\u0001";

/// Where such a text stands between its quotes: more than half of the body.
pub(super) fn find(body: &[u8]) -> Option<Range<usize>> {
    let half = body.len() / 2;
    let mut position = 0;
    while position < half {
        let start = position + body[position..].iter().position(|byte| *byte == b'"')? + 1;
        let end = end_of_text(body, start)?;
        if end - start > half {
            return Some(start..end);
        }
        position = end + 1;
    }
    None
}

/// What a body holds that has this text; the body itself where the text is no value, or not the only one
/// that looks so.
pub(super) fn read(body: Vec<u8>, text: Range<usize>) -> Result<Read, serde_json::Error> {
    let parts = [
        &body[..text.start],
        PLACE_AS_JSON.as_bytes(),
        &body[text.end..],
    ];
    let mut value: Value = serde_json::from_slice(&parts.concat())?;
    let mut places = Vec::new();
    find_places(&mut value, &mut places);
    let [place] = &mut places[..] else {
        return Ok(Read::Not(body));
    };
    let text = decoded(body, text).ok_or_else(|| Error::custom("a text of it is broken"))?;
    **place = Value::String(text);
    Ok(Read::Whole(value))
}

pub(super) enum Read {
    Whole(Value),
    Not(Vec<u8>),
}

fn find_places<'v>(value: &'v mut Value, found: &mut Vec<&'v mut Value>) {
    match value {
        Value::String(text) if text == PLACE => found.push(value),
        Value::Array(values) => values
            .iter_mut()
            .for_each(|value| find_places(value, found)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|value| find_places(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The place of the quote that ends a text which begins there.
fn end_of_text(body: &[u8], start: usize) -> Option<usize> {
    let mut position = start;
    loop {
        position += plain(body.get(position..)?);
        match body.get(position)? {
            b'"' => return Some(position),
            b'\\' => position += 2,
            _ => position += 1,
        }
    }
}

/// How many bytes at the beginning stand for themselves.
fn plain(bytes: &[u8]) -> usize {
    const STEP: usize = 32;
    let is_plain = |byte: &u8| *byte >= b' ' && *byte != b'"' && *byte != b'\\';
    // Without a way out, all of a step is looked at at once.
    let steps = bytes.chunks_exact(STEP);
    let steps = steps.take_while(|step| step.iter().fold(true, |all, byte| all & is_plain(byte)));
    let sure = STEP * steps.count();
    let rest = bytes[sure..].iter().take_while(|byte| is_plain(byte));
    sure + rest.count()
}

/// The text, without its escapes; none where one is broken, or bytes are no text.
fn decoded(mut body: Vec<u8>, text: Range<usize>) -> Option<String> {
    body.truncate(text.end);
    let (mut read, mut written) = (text.start, 0);
    while read < body.len() {
        let count = plain(&body[read..]);
        body.copy_within(read..read + count, written);
        read += count;
        written += count;
        if read < body.len() {
            let (c, length) = escaped(&body[read..])?;
            // What is written is shorter than what it was read from.
            written += c.encode_utf8(&mut body[written..]).len();
            read += length;
        }
    }
    body.truncate(written);
    String::from_utf8(body).ok()
}

/// The character that an escape stands for, and how long that is.
fn escaped(bytes: &[u8]) -> Option<(char, usize)> {
    let c = match bytes {
        [b'\\', b'u', ..] => return of_number(bytes),
        [b'\\', b'n', ..] => '\n',
        [b'\\', b't', ..] => '\t',
        [b'\\', b'r', ..] => '\r',
        [b'\\', b'b', ..] => '\u{8}',
        [b'\\', b'f', ..] => '\u{c}',
        [b'\\', c @ (b'"' | b'\\' | b'/'), ..] => char::from(*c),
        _ => return None,
    };
    Some((c, 2))
}

/// One by its number, which has two parts where it is large.
fn of_number(bytes: &[u8]) -> Option<(char, usize)> {
    let half = |bytes: &[u8]| {
        let digits = bytes.strip_prefix(b"\\u")?.get(..4)?;
        let is_number = digits.iter().all(u8::is_ascii_hexdigit);
        let digits = std::str::from_utf8(digits).ok().filter(|_| is_number)?;
        u16::from_str_radix(digits, 16).ok()
    };
    let first = half(bytes)?;
    let second = match first {
        0xd800..=0xdbff => Some(half(bytes.get(6..)?)?),
        _ => None,
    };
    let length = if second.is_some() { 12 } else { 6 };
    let c = char::decode_utf16(std::iter::once(first).chain(second)).next()?;
    Some((c.ok()?, length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What is read of a body with a text, as it is found in it.
    fn taken(body: &str) -> Result<Option<Value>, serde_json::Error> {
        let body = body.as_bytes().to_vec();
        let Some(text) = find(&body) else {
            return Ok(None);
        };
        read(body, text).map(|read| match read {
            Read::Whole(value) => Some(value),
            Read::Not(_) => None,
        })
    }

    #[test]
    fn a_text_is_read_as_others_read_it() {
        let long = "a line of a log, 2026-11-28\n".repeat(9);
        for text in [
            long.clone(),
            format!("{long}\"\\/\u{8}\u{c}\r\t\u{0}\u{1f}\u{7f}ünï\u{65e5}\u{1f600}"),
            format!("\\\\\"{long}\\\""),
            "\n".repeat(200),
            "\u{1f600}".repeat(70),
        ] {
            let value = json!({"id": 1, "a\"b": ["x", {"text": text}], "c": "\\"});
            let body = value.to_string();
            assert_eq!(taken(&body).unwrap(), Some(value), "{body}");
        }
        let numbers = format!(
            "{{\"a\": \"{}\\u00fC\\ud83d\\uDE00\\/\\u0041\"}}",
            "x".repeat(99)
        );
        let read: Value = serde_json::from_str(&numbers).unwrap();
        assert_eq!(taken(&numbers).unwrap(), Some(read));
    }

    #[test]
    fn what_is_broken_is_told() {
        let long = "x".repeat(99);
        for text in [
            "\\x",
            "\\u12",
            "\\u12g4",
            "\\u+123",
            "\\ud83d",
            "\\ud83dx",
            "\\ud83d\\n",
            "\\ud83d\\u0041",
            "\\ude00",
            "\u{1}",
            "\n",
        ] {
            let body = format!("{{\"a\": \"{long}{text}\"}}");
            assert!(serde_json::from_str::<Value>(&body).is_err(), "{body}");
            assert!(taken(&body).is_err(), "{body}");
        }
        let body = [b"{\"a\": \"", long.as_bytes(), b"\xff\"}"].concat();
        let text = find(&body).unwrap();
        assert!(read(body, text).is_err());
        for body in [format!("[\"{long}\""), format!("[\"{long}\"] x")] {
            assert!(taken(&body).is_err(), "{body}");
        }
    }

    #[test]
    fn what_has_no_such_text_stays_as_it_is() {
        let long = "x".repeat(99);
        let place = PLACE_AS_JSON;
        for body in [
            String::new(),
            "{}".to_owned(),
            format!("[\"{long}"),
            format!("[\"{long}\\\""),
            format!("[\"{long}\\"),
            format!("[\"{long}\", \"{long}\", \"x\"]"),
            format!("{{\"{long}\": 1}}"),
            format!("[\"{place}\", \"{long}\"]"),
        ] {
            assert_eq!(taken(&body).unwrap(), None, "{body}");
        }
    }
}
