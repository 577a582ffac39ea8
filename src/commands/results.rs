//! How results are shown and where they go: `:format`, `:once`.

use super::{Answer, Desk};
use crate::render::Format;
use crate::shell::Outlet;

impl Desk<'_> {
    /// Sets how rows are written from now on, or tells it.
    pub(super) fn format(&mut self, wanted: Option<Format>) -> Answer {
        match wanted {
            Some(format) => {
                self.manner.format = format;
                Answer::Done
            }
            None => {
                let all = Format::ALL.map(Format::name).join(", ");
                let told = format!("{}\nThere are {all}.\n", self.manner.format.name());
                self.print(&told)
            }
        }
    }

    /// The next result goes there, and nothing after it.
    pub(super) fn once(&mut self, outlet: Outlet) -> Answer {
        self.outlet = Some(outlet);
        Answer::Done
    }
}
