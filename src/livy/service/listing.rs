//! How a list is asked for, and where the name of an entry stands.

use serde::Deserialize;
use serde_json::Value;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Listing {
    /// What the first entry of a page is called in the query, and the size of the page.
    pub from: String,
    pub size: String,
    /// JSON pointers to the name of a session or batch, beside Livy's.
    pub name: Vec<String>,
}

impl Default for Listing {
    fn default() -> Listing {
        Listing {
            from: "from".to_owned(),
            size: "size".to_owned(),
            name: Vec::new(),
        }
    }
}

impl Listing {
    /// The name that stands elsewhere.
    pub(super) fn name_in(&self, answer: &Value) -> Option<String> {
        let mut pointers = self.name.iter();
        let found = pointers.find_map(|pointer| answer.pointer(pointer)?.as_str());
        found.map(str::to_owned)
    }
}
