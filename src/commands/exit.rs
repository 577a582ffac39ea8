//! `sys.exit(n)` and its like at the top level: the script or the prompt ends with n, and the driver
//! is left alone.

use super::Desk;
use crate::lang::{self, Language, Source};
use crate::livy::Output;
use crate::shell::{Echoes, Run, Verdict, error_lines, exit_code};

impl Desk<'_> {
    pub(super) fn exit(&mut self, ending: lang::Ending, source: &Source) -> Verdict {
        let (first, then) = match ending {
            lang::Ending::Code(number) => {
                return Verdict::Exited {
                    code: exit_code(number.into()),
                    message: None,
                };
            }
            lang::Ending::Computed { first, then } => (first, then),
        };
        // What the expression prints is shown, what it gives is not.
        let echoes = Echoes::default();
        echoes.are_silent.set(true);
        let run = Run {
            out: self.out,
            interrupts: self.interrupts,
            manner: self.manner,
            echoes: &echoes,
        };
        match run.snippet(self.link, &first, source) {
            Verdict::Ok => {}
            other => return other,
        }
        let given = match run.hidden(self.link, first.language, &then) {
            Ok(given) => given,
            Err(verdict) => return *verdict,
        };
        match (first.language, given) {
            (Language::Python, Some(Output::Error(failure))) if failure.ename == "SystemExit" => {
                Verdict::of_system_exit(&failure.evalue)
            }
            (Language::Scala, Some(Output::Ok(data))) => {
                let text = data.get("text/plain").and_then(|text| text.as_str());
                match text.and_then(|text| text.trim().parse().ok()) {
                    Some(number) => Verdict::Exited {
                        code: exit_code(number),
                        message: None,
                    },
                    None => self.lost_code(),
                }
            }
            _ => self.lost_code(),
        }
    }

    fn lost_code(&self) -> Verdict {
        let told = "the code to end with cannot be read from the session";
        for line in error_lines(told, None) {
            self.out.note(&line);
        }
        Verdict::Exited {
            code: 1,
            message: None,
        }
    }
}
