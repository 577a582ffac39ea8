//! A large body that is given back piece by piece while it is read, so that it and what is read of it do
//! not stand side by side: 100 MB of text are twice in memory then, and not three times.

use std::io::{self, BufReader, Read};

const PIECE: usize = 4 << 20;

/// Reads a body and frees what has been read.
pub(super) struct Draining {
    /// The last piece comes first.
    pieces: Vec<Vec<u8>>,
    /// How much of the present piece was read.
    read: usize,
}

impl Draining {
    pub(super) fn of(mut body: Vec<u8>) -> BufReader<Draining> {
        let mut pieces = Vec::with_capacity(body.len() / PIECE + 1);
        while body.len() > PIECE {
            let start = (body.len() - 1) / PIECE * PIECE;
            pieces.push(body.split_off(start));
            body.shrink_to_fit();
        }
        pieces.push(body);
        BufReader::with_capacity(1 << 16, Draining { pieces, read: 0 })
    }
}

impl Read for Draining {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(piece) = self.pieces.last() else {
                return Ok(0);
            };
            let rest = &piece[self.read..];
            if rest.is_empty() {
                self.pieces.pop();
                self.read = 0;
                continue;
            }
            let count = rest.len().min(buffer.len());
            buffer[..count].copy_from_slice(&rest[..count]);
            self.read += count;
            return Ok(count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_it_was() {
        for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 7] {
            let body: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut read = Vec::new();
            Draining::of(body.clone()).read_to_end(&mut read).unwrap();
            assert!(read == body, "{length}");
        }
    }
}
