//! What is asked beside the statements that somebody waits for: names that could stand at a cursor.
//! It gives way to everything else, and nobody waits for the answer.

use crate::livy::Output;

/// What is asked for.
#[derive(Debug, Clone)]
pub enum Aside {
    /// Names that could stand at the end of a code, by the server's own completion.
    Names { code: String, kind: &'static str },
    /// What a statement of ours gives, which is sent only where nothing runs in the session.
    Statement { code: String, kind: &'static str },
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    Names(Vec<String>),
    /// The statement's output.
    Output(Output),
    /// It was not asked for: something runs, or the session is not ready, or over.
    NotNow,
    /// The server has no such call.
    NoCall,
    Failed,
}

/// Takes the answer, on the network thread; it is dropped where none will come.
pub type Reply = Box<dyn FnOnce(Told) + Send>;

/// A question and who takes its answer.
pub(super) struct Asked {
    pub(super) aside: Aside,
    pub(super) reply: Reply,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.aside.fmt(f)
    }
}
