//! Runs standard input statement by statement, as it arrives.

use super::Options;
use super::incoming::Incoming;
use super::policy::{Broken, Policy};
use super::read::Script;
use crate::commands::{Desk, Left, Stream, Walk};
use crate::exit::Exit;
use crate::lang::Language;
use crate::shell::error_lines;

/// In which language it is.
#[derive(Clone, Copy)]
pub(super) enum Choice {
    /// As was asked for.
    Made(Language),
    /// Unless its first line says otherwise.
    Else(Language),
}

pub(super) fn run(
    desk: &mut Desk<'_>,
    policy: &mut Policy,
    script: &Script,
    language: Choice,
    options: &Options,
    is_last: bool,
) -> Left<Broken> {
    let arrivals = match desk.link.read_stdin() {
        Ok(arrivals) => arrivals,
        Err(error) => {
            for line in error_lines(&format!("{}: {error}", script.name), None) {
                desk.out.note(&line);
            }
            return Left::Broken(Exit::Server.into());
        }
    };
    let mut incoming = Incoming::new(arrivals, &script.name);
    let mut stream = None;
    loop {
        let (text, is_more) = match incoming.lines(desk.link, desk.out) {
            Ok(lines) => lines,
            Err(exit) => return Left::Broken(exit.into()),
        };
        let stream = stream.get_or_insert_with(|| {
            let language = match language {
                Choice::Made(language) => language,
                Choice::Else(language) => incoming.language.unwrap_or(language),
            };
            Stream::new(Some(script.name.clone()), language)
        });
        stream.push(&text);
        if incoming.is_over() {
            stream.end();
        }
        while let Some(part) = stream.take(!is_more) {
            let walk =
                Walk::new(part, stream.language(), options.shows()).sending_early(options.early());
            let left = desk.walk(walk, |desk, source, halt| {
                policy.after(desk, source, halt, is_last)
            });
            match left {
                Left::AtItsEnd => {}
                Left::ByQuit => return Left::ByQuit,
                Left::Broken(broken)
                    if broken.exit == Exit::Ok && !is_done(desk, &mut incoming, stream) =>
                {
                    return Left::Broken(Exit::OutputClosed.into());
                }
                Left::Broken(broken) => return Left::Broken(broken),
            }
        }
        if incoming.is_over() {
            return Left::AtItsEnd;
        }
    }
}

/// Nobody reads the output any more, and all that was run has succeeded: whether that was all.
fn is_done(desk: &mut Desk<'_>, incoming: &mut Incoming, stream: &mut Stream) -> bool {
    while !incoming.is_over() && stream.is_blank() {
        match incoming.lines(desk.link, desk.out) {
            Ok((text, _)) => stream.push(&text),
            Err(_) => return false,
        }
    }
    stream.is_blank()
}
