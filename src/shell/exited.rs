//! The code that a script asks to end with.

use super::Verdict;
use crate::lang;

impl Verdict {
    /// What Python's `SystemExit` means, by the text of its argument: a number is the code, nothing
    /// is success, everything else is told and means failure.
    pub fn of_system_exit(argument: &str) -> Verdict {
        match lang::exit_number::<i64>(argument) {
            Some(code) => Verdict::Exited {
                code: exit_code(code),
                message: None,
            },
            None => Verdict::Exited {
                code: 1,
                message: Some(argument.to_owned()),
            },
        }
    }
}

/// The system knows a code by its last eight bits.
pub fn exit_code(number: i64) -> u8 {
    (number & 0xff) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_is_read_as_python_reads_it() {
        for (argument, expected, message) in [
            ("None", 0, None),
            ("", 0, None),
            ("0", 0, None),
            ("3", 3, None),
            ("-1", 255, None),
            ("256", 0, None),
            ("True", 1, None),
            ("no data", 1, Some("no data")),
        ] {
            let Verdict::Exited {
                code,
                message: told,
            } = Verdict::of_system_exit(argument)
            else {
                panic!()
            };
            assert_eq!((code, told.as_deref()), (expected, message), "{argument}");
        }
    }
}
