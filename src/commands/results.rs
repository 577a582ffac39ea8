//! How results are shown and where they go: `:format`, `:once`, `:timing`.

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

    /// Tells from now on how long each statement took, or not.
    pub(super) fn timing(&mut self, wanted: Option<bool>) -> Answer {
        let is_on = wanted.unwrap_or(!self.manner.timing);
        self.manner.timing = is_on;
        self.say(&format!("Timing is {}.", if is_on { "on" } else { "off" }));
        Answer::Done
    }

    /// The next result goes there, and nothing after it.
    pub(super) fn once(&mut self, outlet: Outlet) -> Answer {
        self.outlet = Some(outlet);
        Answer::Done
    }
}
