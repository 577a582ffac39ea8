//! Where a statement is found whose answer was lost.

use crate::livy::{Client, Id, LivyError, Statement};

/// More statements than these are not there after the last one that is known: other clients'.
const MOST_LOOKED_AT: i64 = 1_000;

/// The first statement after a known one that is ours. Where none is known, or ids are no numbers, the
/// list is looked through, newest first.
pub async fn find_statement(
    client: &Client,
    session: &Id,
    after: Option<&Id>,
    is_ours: impl Fn(&Statement) -> bool,
) -> Result<Option<Statement>, LivyError> {
    let Some(Id::Number(after)) = after else {
        let list = client.statements(session).await?;
        return Ok(list.statements.into_iter().find(is_ours));
    };
    for number in after + 1..after + MOST_LOOKED_AT {
        match client.statement(session, &Id::Number(number)).await {
            Ok(statement) if is_ours(&statement) => return Ok(Some(statement)),
            Ok(_) => {}
            Err(error) if error.is_no_statement() => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    Ok(None)
}
