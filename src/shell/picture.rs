//! A result's picture: drawn, kept in a file, or named.

use super::fresh::write_fresh;
use super::run::{Run, Verdict};
use super::{Link, Outlet, error_lines, words};
use crate::livy::Id;
use crate::render::{Line, Picture, PictureForm, one_line};
use crate::term::{Png, Way};
use std::fs::DirBuilder;
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// So much of a session's name stands in that of a file.
const LONGEST_NAME: usize = 60;

impl Run<'_> {
    /// Draws it, or keeps it in a file and tells where; `statement` is whose result it is.
    pub(super) fn show_picture(
        &self,
        link: &Link,
        picture: &Picture,
        statement: Option<&Id>,
    ) -> Verdict {
        let about = picture.about();
        if self.out.images == Way::Named {
            self.tell(&[Line::faint(format!("[{about}, is not shown]"))]);
            return Verdict::Ok;
        }
        let drawn = match picture.form {
            PictureForm::Png { width, height } => self.out.drawn(Png {
                bytes: &picture.bytes,
                width,
                height,
            }),
            PictureForm::Broken(reason) => Some(Err(reason.to_owned())),
            PictureForm::Other => None,
        };
        let why = match drawn {
            Some(Ok(frame)) => {
                return match self.out.data(&frame) {
                    Ok(()) => {
                        self.tell_once(&about);
                        Verdict::Ok
                    }
                    Err(error) => self.not_written(&error, true),
                };
            }
            Some(Err(reason)) => format!(" {},", one_line(&reason)),
            None => String::new(),
        };
        let told = match self.kept(link, picture, statement) {
            Ok(path) => Line::faint(format!("[{about},{why} is in {}]", shown(&path))),
            Err(error) => Line::plain(format!("[{about},{why} could not be kept: {error}]")),
        };
        self.tell(&[told]);
        Verdict::Ok
    }

    /// What was drawn of it may be less than there is.
    fn tell_once(&self, about: &str) {
        if self.out.images == Way::Blocks && !self.echoes.picture_told.replace(true) {
            let told = format!("[{about}; :last > FILE.png keeps it]");
            self.tell(&[Line::faint(told)]);
        }
    }

    /// Writes its bytes where the result is to go.
    pub(super) fn divert_picture(
        &self,
        link: &mut Link,
        outlet: &Outlet,
        picture: &Picture,
    ) -> Verdict {
        if let PictureForm::Broken(reason) = picture.form {
            let told = format!("the picture {reason}: it is written as it came");
            self.tell(&[words::hint_line(&told)]);
        }
        self.divert(link, outlet, &picture.bytes)
    }

    /// Keeps it in the user's folder, else in the system's for what is passing.
    fn kept(&self, link: &Link, picture: &Picture, statement: Option<&Id>) -> io::Result<PathBuf> {
        let name = name(link.session_name().as_deref(), statement);
        let kept = self.pictures.map(|folder| {
            let mut builder = DirBuilder::new();
            builder.recursive(true).mode(0o700).create(folder)?;
            write_new(folder, &name, picture)
        });
        match kept {
            Some(Ok(path)) => Ok(path),
            Some(Err(_)) | None => {
                let suffix = format!(".{}", picture.ending());
                let mut file = tempfile::Builder::new()
                    .prefix(&format!("{name}-"))
                    .suffix(&suffix)
                    .tempfile()?;
                file.write_all(&picture.bytes)?;
                let (_, path) = file.keep()?;
                Ok(path)
            }
        }
    }

    pub(super) fn divert(&self, link: &mut Link, outlet: &Outlet, bytes: &[u8]) -> Verdict {
        use super::outlet::Fed;
        match (outlet.feed(bytes, link, self.out), outlet) {
            (Fed::Taken, Outlet::File(path)) => {
                let told = format!("{} bytes are in {}.", bytes.len(), path.display());
                self.tell(&[Line::plain(one_line(&told).into_owned())]);
            }
            (Fed::Taken, Outlet::Program(_)) => {}
            (Fed::Failed(told) | Fed::NotRun(told), _) => {
                self.tell(&error_lines(&told, None));
                return Verdict::NotWritten;
            }
            (Fed::Ends(signal), _) => return Verdict::End(signal.into()),
        }
        Verdict::Ok
    }
}

fn shown(path: &Path) -> String {
    one_line(&path.display().to_string()).into_owned()
}

/// A file's name without its ending: of the session and the statement.
fn name(session: Option<&str>, statement: Option<&Id>) -> String {
    let fit = |text: &str| -> String {
        let part = |c: char| match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => c,
            _ => '_',
        };
        text.chars().take(LONGEST_NAME).map(part).collect()
    };
    let session = session.map_or_else(|| "session".to_owned(), fit);
    match statement {
        Some(id) => format!("{session}-{}", fit(&id.to_string())),
        None => session,
    }
}

/// Under the name, or the next one that is free.
fn write_new(folder: &Path, name: &str, picture: &Picture) -> io::Result<PathBuf> {
    let ending = picture.ending();
    let names = (1..).map(|number: usize| match number {
        1 => folder.join(format!("{name}.{ending}")),
        number => folder.join(format!("{name}-{number}.{ending}")),
    });
    write_fresh(names, &picture.bytes, 0o600).map(|kept| kept.path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_session_and_the_statement_and_leads_nowhere() {
        assert_eq!(name(Some("etl"), Some(&Id::Number(7))), "etl-7");
        assert_eq!(name(Some("../\u{1b}x"), None), "____x");
        assert_eq!(name(None, Some(&Id::Text("a/b".into()))), "session-a_b");
    }
}
