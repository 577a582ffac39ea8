//! The name of the module that code runs in. Livy gives it none, so that Python takes the one of its
//! builtins: `if __name__ == "__main__":` would never be true, and classes would belong elsewhere.

use crate::lang::{Language, Snippet};

/// Leaves a name alone that is there.
const CODE: &str = "__name__ = globals().get('__name__', '__main__')";

/// The statement that names the module, where it matters to the snippet.
pub(in crate::lang) fn naming(snippet: &Snippet) -> Option<Snippet> {
    let matters = snippet.code.contains("__name__") || snippet.code.contains("class ");
    matters.then(|| Snippet {
        language: Language::Python,
        code: CODE.to_owned(),
        ..snippet.clone()
    })
}
