//! Who you are. Secrets live in a type that never prints.
//!
//! | file          | its duty                                              |
//! |---------------|-------------------------------------------------------|
//! | `secret.rs`   | a type that never prints                              |
//! | `identity.rs` | from a credential to the header that proves it        |
//! | `program.rs`  | runs what prints a secret                             |
//! | `expiry.rs`   | until when that holds                                 |
//! | `kerberos/`   | tokens from the system's tickets                      |

mod expiry;
mod identity;
mod kerberos;
mod program;
mod secret;

pub use expiry::Unit;
pub use identity::{Credential, Identity, Scheme};
pub use kerberos::{Notice, Tell, Ticket};
pub use program::Program;
pub use secret::Secret;
