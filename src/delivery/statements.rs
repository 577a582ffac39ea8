//! Where a statement is found whose answer was lost.

use super::once::Sought;
use crate::livy::{Client, Id, LivyError, Statement};

/// So many are asked for one by one; what others have sent beyond that, the list tells at once.
const MOST_LOOKED_AT: usize = 8;

/// What a statement of the session is to the one that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    Ours,
    Other,
    /// It has the same code, which others may have sent, too, or ourselves earlier.
    Alike,
    /// The server tells too little of it.
    Unsure,
}

/// Looks for one statement, as often as it takes. What was passed is not asked for again: where
/// others' statements are many and answers are lost, no look would come to its end.
pub struct Search {
    /// The last one that is known not to be it.
    after: Option<Id>,
    passed: usize,
    is_sure: bool,
}

impl Search {
    /// Begins behind a known one, where there is one.
    pub fn after(known: Option<&Id>) -> Search {
        Search {
            after: known.cloned(),
            passed: 0,
            is_sure: true,
        }
    }

    /// The first statement behind the known one that is ours. Where none is found so, or none is
    /// known, the list of all that are retained is looked through, newest first. `compare` goes by
    /// number and code alone: nothing else is known of one whose large output is not read.
    pub async fn find(
        &mut self,
        client: &Client,
        session: &Id,
        compare: impl Fn(&Statement) -> Match,
    ) -> Result<Sought<Statement>, LivyError> {
        while let Some(Id::Number(after)) = self.after
            && self.passed < MOST_LOOKED_AT
        {
            let number = Id::Number(after.saturating_add(1));
            let is_wanted = |one: &Statement| compare(one) != Match::Other;
            match client.statement_if(session, &number, is_wanted).await {
                Ok(Some(statement)) => match compare(&statement) {
                    Match::Ours | Match::Alike => return Ok(Sought::Found(statement)),
                    Match::Other => {}
                    Match::Unsure => self.is_sure = false,
                },
                Ok(None) => {}
                // Whoever says so: the list has the last word.
                Err(error) if error.status() == Some(404) => break,
                Err(error) => return Err(error),
            }
            self.after = Some(number);
            self.passed += 1;
        }
        let list = client.statements(session).await?;
        Ok(self.look_through(list.statements, compare))
    }

    /// Whether it was there before ours was sent, or was looked at already.
    fn has_passed(&self, id: &Id) -> bool {
        match (&self.after, id) {
            (Some(Id::Number(after)), Id::Number(number)) => number <= after,
            (Some(after), id) => after == id,
            (None, _) => false,
        }
    }

    /// Whether it has surely come behind the last one that is known not to be it.
    fn is_after(&self, id: &Id) -> bool {
        match (&self.after, id) {
            (Some(Id::Number(after)), Id::Number(number)) => number > after,
            _ => false,
        }
    }

    fn look_through(
        &mut self,
        list: Vec<Statement>,
        compare: impl Fn(&Statement) -> Match,
    ) -> Sought<Statement> {
        let numbers = list.iter().filter_map(|statement| match statement.id {
            Id::Number(number) => Some(number),
            Id::Text(_) => None,
        });
        let (oldest, newest) = (numbers.clone().min(), numbers.max());
        let mut is_sure = self.is_sure;
        for statement in list.into_iter().rev() {
            match compare(&statement) {
                Match::Ours => return Sought::Found(statement),
                Match::Alike if self.is_after(&statement.id) => return Sought::Found(statement),
                Match::Alike if self.has_passed(&statement.id) => {}
                Match::Alike => is_sure = false,
                Match::Other => {}
                Match::Unsure => is_sure &= self.has_passed(&statement.id),
            }
        }
        match (&self.after, oldest, newest) {
            (Some(Id::Number(after)), Some(oldest), Some(newest)) => {
                // Others have pushed some out unseen, and ours may be among them.
                self.is_sure &= oldest <= after + 1;
                self.after = Some(Id::Number(newest.max(*after)));
            }
            (None, Some(_), Some(newest)) => self.after = Some(Id::Number(newest)),
            (Some(Id::Number(_) | Id::Text(_)) | None, _, _) => {}
        }
        match is_sure && self.is_sure {
            true => Sought::Absent,
            false => Sought::Unsure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn statements(numbers: std::ops::RangeInclusive<i64>) -> Vec<Statement> {
        numbers
            .map(|id| serde_json::from_value(json!({"id": id, "state": "available"})).unwrap())
            .collect()
    }

    fn search(known: Option<i64>) -> Search {
        Search::after(known.map(Id::Number).as_ref())
    }

    fn is(number: i64) -> impl Fn(&Statement) -> Match {
        move |statement| match statement.id == Id::Number(number) {
            true => Match::Ours,
            false => Match::Other,
        }
    }

    #[test]
    fn what_others_have_pushed_out_unseen_may_be_ours() {
        for (known, list, is_absent) in [
            (Some(3), 0..=9, true),
            (Some(3), 4..=103, true),
            (Some(3), 5..=104, false),
            // The server was started anew.
            (Some(300), 0..=9, true),
            (None, 5..=104, true),
        ] {
            let sought = search(known).look_through(statements(list.clone()), is(-1));
            let expected = match is_absent {
                true => Sought::Absent,
                false => Sought::Unsure,
            };
            assert_eq!(sought, expected, "{known:?}, {list:?}");
        }
    }

    #[test]
    fn what_tells_too_little_is_unsure_behind_the_known_one_alone() {
        let unsure = |_: &Statement| Match::Unsure;
        for (known, sought) in [
            (Some(9), Sought::Absent),
            (Some(8), Sought::Unsure),
            (None, Sought::Unsure),
        ] {
            let found = search(known).look_through(statements(0..=9), unsure);
            assert_eq!(found, sought, "{known:?}");
        }
    }

    #[test]
    fn the_same_code_is_ours_only_behind_what_was_there() {
        let alike = |number: i64| {
            move |one: &Statement| match one.id == Id::Number(number) {
                true => Match::Alike,
                false => Match::Other,
            }
        };
        let found = search(Some(3)).look_through(statements(0..=9), alike(7));
        assert!(matches!(found, Sought::Found(one) if one.id == Id::Number(7)));
        let before = search(Some(7)).look_through(statements(0..=9), alike(7));
        assert_eq!(before, Sought::Absent);
        let anywhere = search(None).look_through(statements(0..=9), alike(7));
        assert_eq!(anywhere, Sought::Unsure);
    }

    #[test]
    fn a_later_look_begins_where_the_last_one_ended() {
        let mut search = search(None);
        assert_eq!(
            search.look_through(statements(0..=9), is(12)),
            Sought::Absent
        );
        assert_eq!(search.after, Some(Id::Number(9)));
        assert!(matches!(
            search.look_through(statements(5..=14), is(12)),
            Sought::Found(_)
        ));
        assert_eq!(
            search.look_through(statements(50..=90), is(12)),
            Sought::Unsure
        );
        // Once unsure, it stays so.
        assert_eq!(
            search.look_through(statements(50..=91), is(12)),
            Sought::Unsure
        );
    }
}
