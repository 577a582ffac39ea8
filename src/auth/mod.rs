//! Who you are. Secrets live in a type that never prints.
//!
//! | file           | its duty                                              |
//! |----------------|-------------------------------------------------------|
//! | `secret.rs`    | a type that never prints                              |
//! | `identity.rs`  | from a credential to the headers that prove it        |
//! | `kept.rs`      | what was printed or given, while it holds             |
//! | `concealed.rs` | what is not to be seen in what servers say            |
//! | `program.rs`   | runs what prints a secret                             |
//! | `service.rs`   | asks a service for a token                            |
//! | `pointers.rs`  | where a secret stands in what these say               |
//! | `expiry.rs`    | until when that holds                                 |
//! | `claims.rs`    | what a token says of itself                           |
//! | `kerberos/`    | tokens from the system's tickets                      |
//! | `aws.rs`       | keys of AWS, which sign each request                  |
//! | `sigv4.rs`     | signatures of AWS                                     |

mod aws;
mod claims;
mod concealed;
mod expiry;
mod identity;
mod kept;
mod kerberos;
mod pointers;
mod program;
mod secret;
mod service;
mod sigv4;

pub use aws::{AwsKeys, AwsScope, AwsSource};
pub use claims::Claims;
pub use expiry::Unit;
pub use identity::{Credential, Identity, Scheme};
pub use kerberos::{Holder, Notice, Tell, Ticket, holder};
pub use program::Program;
pub use secret::Secret;
pub use service::TokenService;
pub use sigv4::signed;
