//! A page as the driver sends it: how many rows, how many so far, whether more follow, and the rows.

use super::rows;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use std::io::{BufRead, BufReader};

pub(super) struct Page {
    count: u64,
    /// With those of the pages before it.
    total: u64,
    pub(super) is_last: bool,
    packed: Vec<u8>,
}

impl Page {
    /// From what follows its mark.
    pub(super) fn read(line: &str) -> Option<Page> {
        let mut words = line.split_whitespace();
        let count = words.next()?.parse().ok()?;
        let total = words.next()?.parse().ok()?;
        let is_last = match words.next()? {
            "last" => true,
            "more" => false,
            _ => return None,
        };
        let packed = STANDARD.decode(words.next()?).ok()?;
        words.next().is_none().then_some(Page {
            count,
            total,
            is_last,
            packed,
        })
    }

    /// Gives its rows to `take` one after another; how many have come with those `before`, or why
    /// they are not what was sent.
    pub(super) fn unpack(
        &self,
        before: u64,
        mut take: impl FnMut(&str) -> Result<(), String>,
    ) -> Result<u64, String> {
        let mut found = 0;
        // A damaged page is noticed at its end at the latest, by its checksum.
        for line in BufReader::new(GzDecoder::new(self.packed.as_slice())).lines() {
            let line = line.map_err(|error| format!("a page has arrived damaged: {error}"))?;
            take(&line)?;
            found += 1;
        }
        if found != self.count || before + found != self.total {
            return Err(format!(
                "{} have arrived, of {} that were sent",
                rows(before + found),
                self.total
            ));
        }
        Ok(before + found)
    }
}

/// The names of the columns, from what follows their mark.
pub(super) fn columns(line: &str) -> Option<Vec<String>> {
    let name = |word: &str| String::from_utf8(STANDARD.decode(word).ok()?).ok();
    line.trim().split(',').map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    fn page(count: u64, total: u64, text: &str) -> Page {
        let mut packer = GzEncoder::new(Vec::new(), Compression::default());
        packer.write_all(text.as_bytes()).unwrap();
        let packed = STANDARD.encode(packer.finish().unwrap());
        Page::read(&format!("{count} {total} last {packed}")).unwrap()
    }

    fn rows_of(page: &Page, before: u64) -> Result<Vec<String>, String> {
        let mut rows = Vec::new();
        page.unpack(before, |row| {
            rows.push(row.to_owned());
            Ok(())
        })?;
        Ok(rows)
    }

    #[test]
    fn a_page_gives_its_rows() {
        let rows = rows_of(&page(2, 5, "{\"a\":1}\n{}\n"), 3).unwrap();
        assert_eq!(rows, ["{\"a\":1}", "{}"]);
        assert!(rows_of(&page(0, 0, ""), 0).unwrap().is_empty());
    }

    #[test]
    fn what_is_missing_is_noticed() {
        assert!(rows_of(&page(3, 3, "1\n2\n"), 0).is_err());
        assert!(rows_of(&page(2, 5, "1\n2\n"), 0).is_err());
        let mut cut = page(2, 2, "1\n2\n");
        cut.packed.truncate(cut.packed.len() - 3);
        assert!(rows_of(&cut, 0).unwrap_err().contains("damaged"));
        for line in ["", "1 1 last", "1 1 last !", "1 x last QQ==", "1 1 no QQ=="] {
            assert!(Page::read(line).is_none(), "{line}");
        }
    }

    #[test]
    fn columns_may_have_any_name() {
        assert_eq!(
            columns("YQ==,,YSxiCg=="),
            Some(vec!["a".to_owned(), String::new(), "a,b\n".to_owned()])
        );
        assert_eq!(columns("?"), None);
    }
}
