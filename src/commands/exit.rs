//! `sys.exit(n)` and its like at the top level: the script or the prompt ends with n, and the driver
//! is left alone.

use super::Desk;
use super::hidden::Gave;
use crate::lang::{self, Source};
use crate::shell::{Echoes, Verdict, error_lines, exit_code};

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
        let (run, link) = self.apart(self.manner, &echoes);
        match run.snippet(link, &first, source, None) {
            Verdict::Ok => {}
            other => return other,
        }
        match self.hidden(first.language, &then) {
            // Python raises it, Scala prints it.
            Ok(Gave::Failed(failure)) if failure.ename == "SystemExit" => {
                return Verdict::of_system_exit(&failure.evalue);
            }
            Ok(Gave::Text(number)) if !number.is_empty() => {
                return Verdict::of_system_exit(&number);
            }
            Ok(Gave::Failed(_) | Gave::Text(_)) => {}
            Err(stopped) => return stopped.verdict,
        }
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
