//! Goes through a list that comes in pages.

use super::once::Sought;
use crate::livy::LivyError;

/// Entries that are asked for at once.
pub const PAGE: u64 = 100;

/// The first entry that is it. `page` gives the entries from a place on, and how many there are.
pub(super) async fn find<T>(
    page: impl AsyncFn(u64) -> Result<(Vec<T>, u64), LivyError>,
    is_it: impl Fn(&T) -> bool,
) -> Result<Sought<T>, LivyError> {
    let mut found = None;
    let look = |entries: Vec<T>| {
        found = entries.into_iter().find(&is_it);
        found.is_some()
    };
    walk(page, look).await?;
    Ok(found.map_or(Sought::Absent, Sought::Found))
}

/// All entries.
pub async fn all<T>(
    page: impl AsyncFn(u64) -> Result<(Vec<T>, u64), LivyError>,
) -> Result<Vec<T>, LivyError> {
    let mut all = Vec::new();
    let gather = |entries: Vec<T>| {
        all.extend(entries);
        false
    };
    walk(page, gather).await?;
    Ok(all)
}

/// Goes from page to page until `is_enough` says so, or they end.
async fn walk<T>(
    page: impl AsyncFn(u64) -> Result<(Vec<T>, u64), LivyError>,
    mut is_enough: impl FnMut(Vec<T>) -> bool,
) -> Result<(), LivyError> {
    let mut from = 0;
    loop {
        let (entries, total) = page(from).await?;
        let count = entries.len() as u64;
        from += count;
        // Some servers give smaller pages than are asked for.
        let is_last = match total {
            // Some say nothing of it.
            0 => count < PAGE,
            total => from >= total,
        };
        if is_enough(entries) || count == 0 || is_last {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_read_until_it_is_found_or_they_end() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        // A server that gives two at a time, of five.
        let page = async |from: u64| Ok(((from..5).take(2).collect(), 5));
        assert_eq!(runtime.block_on(all(page)).unwrap(), [0, 1, 2, 3, 4]);
        let find = |wanted: u64| runtime.block_on(find(page, |one| *one == wanted)).unwrap();
        assert_eq!(find(3), Sought::Found(3));
        assert_eq!(find(7), Sought::Absent);
    }
}
