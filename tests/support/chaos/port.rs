//! A port of this machine that can be closed for a while: whoever connects is then refused. A second
//! socket, which never listens, keeps it from being given to somebody else meanwhile.

use nix::sys::socket::{
    AddressFamily, Backlog, Shutdown, SockFlag, SockType, SockaddrIn, bind, getsockname, listen,
    setsockopt, shutdown, socket, sockopt,
};
use std::net::{TcpListener, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

pub struct Port {
    number: u16,
    _holder: OwnedFd,
    serve: Arc<dyn Fn(TcpStream) + Send + Sync>,
    accepting: Mutex<Option<(Arc<AtomicBool>, JoinHandle<()>)>>,
}

impl Port {
    /// A free one, open: each connection is served on a thread of its own.
    pub fn open(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Port {
        let holder = bound(0);
        let port = Port {
            number: getsockname::<SockaddrIn>(holder.as_raw_fd())
                .unwrap()
                .port(),
            _holder: holder,
            serve: Arc::new(serve),
            accepting: Mutex::default(),
        };
        port.reopen();
        port
    }

    pub fn number(&self) -> u16 {
        self.number
    }

    pub fn reopen(&self) {
        let mut accepting = self.accepting.lock().unwrap();
        if accepting.is_some() {
            return;
        }
        let socket = bound(self.number);
        listen(&socket, Backlog::new(128).unwrap()).unwrap();
        let listener = TcpListener::from(socket);
        let (is_closing, serve) = (Arc::<AtomicBool>::default(), self.serve.clone());
        let closing = is_closing.clone();
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if closing.load(Ordering::SeqCst) {
                    // A process that another thread is just starting may hold it open a little longer.
                    shutdown(listener.as_raw_fd(), Shutdown::Both).unwrap();
                    return;
                }
                let serve = serve.clone();
                std::thread::spawn(move || serve(stream));
            }
        });
        *accepting = Some((is_closing, thread));
    }

    /// Returns when nobody is let in any more.
    pub fn close(&self) {
        if let Some((is_closing, thread)) = self.accepting.lock().unwrap().take() {
            is_closing.store(true, Ordering::SeqCst);
            // Wakes it.
            TcpStream::connect(("127.0.0.1", self.number)).unwrap();
            thread.join().unwrap();
        }
    }
}

fn bound(port: u16) -> OwnedFd {
    let socket = socket(
        AddressFamily::Inet,
        SockType::Stream,
        SockFlag::SOCK_CLOEXEC,
        None,
    )
    .unwrap();
    setsockopt(&socket, sockopt::ReuseAddr, &true).unwrap();
    setsockopt(&socket, sockopt::ReusePort, &true).unwrap();
    bind(socket.as_raw_fd(), &SockaddrIn::new(127, 0, 0, 1, port)).unwrap();
    socket
}
