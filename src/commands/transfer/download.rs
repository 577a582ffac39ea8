//! `:download`: the driver holds an iterator over the rows, and gives page after page of it.

use super::driver::{Driver, frame};
use super::format::Format;
use super::page::{Page, columns};
use super::rows;
use super::sheet::Sheet;
use crate::commands::parse::Download;
use crate::commands::{Answer, Desk};
use crate::lang::Language;

const NOT_UNDERSTOOD: &str = "The session's answer is not understood.";

impl Desk<'_> {
    pub(in crate::commands) fn download(
        &mut self,
        language: Language,
        wanted: &Download,
    ) -> Answer {
        match self.begin_download(language, wanted) {
            Ok((driver, frame, sheet)) => self.download_to(&driver, &frame, sheet, wanted),
            Err(told) => Answer::Refused(told),
        }
    }

    /// What can be wrong before the session is asked.
    fn begin_download(
        &self,
        language: Language,
        wanted: &Download,
    ) -> Result<(Driver, String, Sheet), String> {
        let driver = Driver::of(language, "download")?;
        let frame = frame(language, &wanted.name)?;
        let format = Format::to_write(&wanted.path)?;
        let sheet = Sheet::new(&wanted.path, format)?;
        Ok((driver, frame, sheet))
    }

    fn download_to(
        &mut self,
        driver: &Driver,
        frame: &str,
        mut sheet: Sheet,
        wanted: &Download,
    ) -> Answer {
        let fetched = self.fetch(driver, frame, &mut sheet, wanted);
        self.after_transfer(driver, fetched, |desk, fetched| match fetched {
            Ok(count) => match sheet.finish() {
                Ok(()) => {
                    let path = wanted.path.display();
                    desk.say(&format!("{} written to {path}", rows(count)));
                    Answer::Done
                }
                Err(told) => Answer::Refused(told),
            },
            Err(Answer::Refused(told)) => {
                let name = &wanted.name;
                Answer::Refused(format!("{name} cannot be downloaded: {told}"))
            }
            Err(answer) => answer,
        })
    }

    /// Fetches all pages; how many rows they had.
    fn fetch(
        &mut self,
        driver: &Driver,
        frame: &str,
        sheet: &mut Sheet,
        wanted: &Download,
    ) -> Result<u64, Answer> {
        let not_understood = || Answer::Refused(NOT_UNDERSTOOD.to_owned());
        let mut progress = format!("{} ", wanted.name);
        let opening = driver.opening(frame, wanted.rows);
        let told = self.marked(driver, &progress, &opening, "livysh:columns ")?;
        let columns = columns(&told).ok_or_else(not_understood)?;
        sheet.begin(&columns).map_err(Answer::Refused)?;
        let mut count = 0;
        loop {
            let told = self.marked(driver, &progress, &driver.next_page(), "livysh:page ")?;
            let page = Page::read(&told).ok_or_else(not_understood)?;
            let unpacked = page.unpack(count, |row| sheet.row(row));
            count = unpacked.map_err(Answer::Refused)?;
            if page.is_last {
                return Ok(count);
            }
            progress = format!("{}, {}: ", wanted.name, rows(count));
            self.out.progress(&progress);
        }
    }
}
