//! Between the protocol and all who use it: a read is asked again until it is answered, a change
//! is made once.
//!
//! | file            | its duty                                             |
//! |-----------------|------------------------------------------------------|
//! | `proof.rs`      | what a failure proves about a request, pure          |
//! | `patience.rs`   | how long things are waited for                       |
//! | `chance.rs`     | makes the gaps of clients differ                     |
//! | `once.rs`       | sends a change, finds it, sends it again where it may |
//! | `output.rs`     | a statement with its whole output                    |
//! | `statements.rs` | where a statement is found                           |
//! | `sessions.rs`   | where a session is found                             |
//! | `batches.rs`    | creates a batch, and where it is found               |
//! | `pages.rs`      | goes through a list                                  |
//! | `poll/`         | when to look next                                    |
//! | `reads.rs`      | repeats a read                                       |

mod batches;
mod chance;
mod once;
mod output;
mod pages;
mod patience;
mod poll;
mod proof;
mod reads;
mod sessions;
mod statements;

pub use batches::{create_batch, find_batch};
pub use chance::chance;
pub use once::{NotSent, Received, Sent, Sought, Unwanted, once};
pub use output::statement;
pub use pages::{PAGE, all};
pub use patience::Patience;
pub use poll::{Ended, Lasted, Looks, Seen, session_gap};
pub use proof::Proof;
pub use reads::{read, read_made, signed_on};
pub use sessions::find_session;
pub use statements::{Match, Search};
