//! What a server's answers say of it.

/// What is known of a server from its answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dialect {
    /// It compiles a Scala statement whole; Apache Livy feeds the compiler line by line.
    pub compiles_whole: bool,
}

/// Our own server says with this header of every answer that it compiles Scala whole.
pub const SCALA_HEADER: &str = "livysh-scala";
pub const SCALA_WHOLE: &str = "whole";
