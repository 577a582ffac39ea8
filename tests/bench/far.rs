//! A network with a round trip: connections that take one before the first byte comes. The way of each request
//! and answer is the server's to wait for.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Sleep, sleep};

pub struct FarListener {
    pub near: TcpListener,
    pub round_trip: Duration,
}

impl axum::serve::Listener for FarListener {
    type Io = FarStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (FarStream, SocketAddr) {
        let (near, address) = axum::serve::Listener::accept(&mut self.near).await;
        near.set_nodelay(true).unwrap();
        let opened = (!self.round_trip.is_zero()).then(|| Box::pin(sleep(self.round_trip)));
        (FarStream { near, opened }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.near.local_addr()
    }
}

pub struct FarStream {
    near: TcpStream,
    /// What opening the connection takes, until that is over.
    opened: Option<Pin<Box<Sleep>>>,
}

impl AsyncRead for FarStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(opened) = &mut self.opened {
            ready!(opened.as_mut().poll(context));
            self.opened = None;
        }
        Pin::new(&mut self.near).poll_read(context, buffer)
    }
}

impl AsyncWrite for FarStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.near).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.near).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.near.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.near).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.near).poll_shutdown(context)
    }
}
