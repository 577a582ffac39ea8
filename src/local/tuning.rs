//! What makes a local Spark start faster. Each part can be left out.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tuning {
    /// Java's first compiler alone: what is typed runs once.
    pub quick_compiler: bool,
    /// The class-data archive, and writing it.
    pub archive: bool,
    /// Scala and SQL are made ready once the session is.
    pub prewarm: bool,
}

impl Tuning {
    pub const ALL: Tuning = Tuning {
        quick_compiler: true,
        archive: true,
        prewarm: true,
    };
}

impl Default for Tuning {
    fn default() -> Tuning {
        Tuning::ALL
    }
}
