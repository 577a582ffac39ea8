//! The fault matrix: every way in which a request can fail, at every call, for once, three times and
//! for five seconds. The code counts how often it ran, and the server's list says which sessions are
//! left. `target/tmp/fault-matrix.txt` shows what happened.
//!
//! | file            | its duty                                          |
//! |-----------------|---------------------------------------------------|
//! | `cells.rs`      | calls, faults and spans, and what plays them      |
//! | `trial.rs`      | a run against a server that fails at one call     |
//! | `expected.rs`   | what each cell is to give                         |
//! | `table.rs`      | the matrix in one glance                          |
//! | `statements.rs` | cells of statements, and copies that a gateway makes |
//! | `others.rs`     | results of others that stand between ours          |
//! | `life.rs`       | cells of sessions and batches                     |
//! | `network.rs`    | long scripts through a network that fails at random |

mod cells;
mod expected;
mod life;
mod network;
mod others;
mod statements;
mod table;
mod trial;

use crate::support::chaos::Chaos;
use crate::support::program::Home;
use std::path::Path;

/// Small limits of time, so that what is waited for comes soon.
const TIMES: [&str; 4] = [
    "timeout = \"1s\"",
    "settle = \"300ms\"",
    "visible_after = \"300ms\"",
    "gateway_patience = \"600ms\"",
];

/// A home whose profile `p` is a server behind the proxy.
fn profile(chaos: &Chaos) -> Home {
    let home = Home::new();
    home.profile("p", &chaos.url, &TIMES);
    home
}

/// The code counts its runs in a file.
fn counting(file: &Path) -> String {
    format!("open({file:?}, 'a').write('.')\n6 * 7")
}

fn runs_in(file: &Path) -> usize {
    std::fs::read_to_string(file).unwrap_or_default().len()
}
