//! `from`, `size` and `order` of a list, as Livy takes them.

use super::failure::{Answer, Failure};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use std::convert::Infallible;

/// What the query asks for; read late, because a session that is not there is told first.
#[derive(Debug, Clone, Default)]
pub(super) struct Query {
    from: Option<String>,
    size: Option<String>,
    order: Option<String>,
}

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Query, Infallible> {
        let mut query = Query::default();
        let pairs = parts.uri.query().unwrap_or("").split('&');
        for (name, value) in pairs.filter_map(|pair| pair.split_once('=')) {
            let slot = match name {
                "from" => &mut query.from,
                "size" => &mut query.size,
                "order" => &mut query.order,
                _ => continue,
            };
            *slot = Some(value.to_owned());
        }
        Ok(query)
    }
}

fn number(text: &Option<String>) -> Answer<Option<i64>> {
    match text {
        None => Ok(None),
        // Java's int.
        Some(text) => match text.parse::<i32>() {
            Ok(number) => Ok(Some(number.into())),
            Err(_) => Err(Failure::no_number(text)),
        },
    }
}

fn slice<T>(items: Vec<T>, from: i64, until: i64) -> Vec<T> {
    let from = from.max(0) as usize;
    let until = until.max(0) as usize;
    let count = until.saturating_sub(from);
    items.into_iter().skip(from).take(count).collect()
}

impl Query {
    /// Sessions and batches: at most a hundred, from the first.
    pub(super) fn of_sessions<T>(&self, items: Vec<T>) -> Answer<(i64, Vec<T>)> {
        let from = number(&self.from)?.unwrap_or(0);
        let size = number(&self.size)?.unwrap_or(100);
        Ok((from, slice(items, from, from + size)))
    }

    /// Lines of a log: the last hundred. A negative `size` means all from `from`.
    pub(super) fn of_lines(&self, lines: Vec<String>) -> Answer<(i64, Vec<String>)> {
        let total = lines.len() as i64;
        let size = number(&self.size)?.unwrap_or(100);
        let from = match number(&self.from)?.unwrap_or(-1) {
            from if from < 0 => (total - size).max(0),
            from => from,
        };
        let until = if size < 0 { total } else { from + size };
        Ok((from, slice(lines, from, until)))
    }

    /// Statements: all of them. `from` counts from the end that `order` begins with.
    pub(super) fn of_statements<T>(&self, mut items: Vec<T>) -> Answer<Vec<T>> {
        let from = number(&self.from)?.unwrap_or(0);
        let size = number(&self.size)?.unwrap_or(items.len() as i64);
        if self
            .order
            .as_ref()
            .is_some_and(|order| order.eq_ignore_ascii_case("desc"))
        {
            items.reverse();
        }
        Ok(slice(items, from, from + size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(from: &str, size: &str, order: &str) -> Query {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Query {
            from: some(from),
            size: some(size),
            order: some(order),
        }
    }

    #[test]
    fn lists_are_cut_as_livy_cuts_them() {
        let ten: Vec<u32> = (0..10).collect();
        let statements = |from, size, order| query(from, size, order).of_statements(ten.clone());
        assert_eq!(statements("", "", "").unwrap(), ten);
        assert_eq!(statements("1", "2", "").unwrap(), [1, 2]);
        assert_eq!(statements("1", "1", "DESC").unwrap(), [8]);
        assert_eq!(statements("-1", "", "").unwrap().len(), 9);
        assert!(statements("50", "1", "foo").unwrap().is_empty());
        assert!(statements("", "0", "").unwrap().is_empty());
        assert_eq!(
            statements("", "x", "").unwrap_err(),
            Failure::no_number("x")
        );
        let lines: Vec<String> = ten.iter().map(u32::to_string).collect();
        let cut = |from, size| query(from, size, "").of_lines(lines.clone()).unwrap();
        assert_eq!(cut("", "3"), (7, lines[7..].to_vec()));
        assert_eq!(cut("2", "-1"), (2, lines[2..].to_vec()));
        assert_eq!(cut("99", "5"), (99, vec![]));
        let sessions = query("8", "", "").of_sessions(ten).unwrap();
        assert_eq!(sessions, (8, vec![8, 9]));
    }
}
