//! A connection, and the head of what comes over it.

use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};

pub(super) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

pub(super) type Stream = Box<dyn Duplex>;

/// No head is longer.
const LONGEST_HEAD: usize = 64 << 10;

/// Reads up to the blank line, and no byte more: what follows is not for us. What has come is there,
/// whatever becomes of the rest.
pub(super) async fn head(stream: &mut Stream, read: &mut Vec<u8>) -> io::Result<()> {
    while !read.ends_with(b"\r\n\r\n") && read.len() < LONGEST_HEAD {
        match stream.read_u8().await {
            Ok(byte) => read.push(byte),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof && !read.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
