//! Which columns of a table have room, and how much of it.

use crate::render::rows::Rows;
use crate::render::table::cell;
use crate::render::width::width;
use std::borrow::Cow;
use std::ops::Range;

/// Values are not cut below this to make room, and columns are left out in their place.
const NARROWEST: usize = 8;
/// The same where columns are left out: those that stay are readable.
const READABLE: usize = 24;
/// A longer type makes no column wide.
const LONGEST_TYPE: usize = 16;

/// Which columns are shown, and how wide.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// Its place among all columns, and its width.
    pub(super) shown: Vec<(usize, usize)>,
    /// Columns that have no room.
    pub(super) leaves_out: Range<usize>,
}

impl Layout {
    /// Of columns of these widths, of which some hold numbers.
    pub(super) fn of(columns: &[Wanted], width: usize) -> Layout {
        let whole: Vec<usize> = columns.iter().map(|column| column.with_type).collect();
        let cut_to = |most: usize| {
            // A number that is cut is another one.
            let cut = columns.iter().map(|column| match column.is_number {
                true => column.width,
                false => column.width.min(most),
            });
            cut.collect::<Vec<_>>()
        };
        let widest = columns.iter().map(|column| column.width).max();
        let widest = widest.unwrap_or(0).clamp(NARROWEST, width.max(NARROWEST));
        let mut narrower = (NARROWEST..=widest).rev().map(cut_to);
        let fits = match length(&whole) <= width {
            true => Some(whole),
            false => narrower.find(|widths| length(widths) <= width),
        };
        let count = columns.len();
        match fits {
            Some(widths) => Layout {
                shown: widths.into_iter().enumerate().collect(),
                leaves_out: count..count,
            },
            None => Layout::without_the_middle(&cut_to(READABLE), width),
        }
    }

    /// The first and the last columns tell most: those between are left out.
    fn without_the_middle(widths: &[usize], width: usize) -> Layout {
        let count = widths.len();
        let (mut left, mut right) = (1, count);
        // Two frames and the sign for what is not there.
        let mut room = width.saturating_sub(widths[0] + 1 + 3);
        loop {
            let from_left = left <= count - right;
            let next = if from_left { left } else { right - 1 };
            if left >= right || widths[next] + 1 > room {
                break;
            }
            room -= widths[next] + 1;
            match from_left {
                true => left += 1,
                false => right -= 1,
            }
        }
        let shown = (0..left).chain(right..count);
        let one = width.saturating_sub(if count == 1 { 2 } else { 4 }).max(1);
        Layout {
            shown: shown.map(|at| (at, widths[at].min(one))).collect(),
            leaves_out: left..right,
        }
    }
}

/// What a column would take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// Of its values, its name, and its type where that is short.
    width: usize,
    /// With a longer type, too.
    with_type: usize,
    is_number: bool,
}

/// As wide as the widest text of each.
pub(super) fn wanted(rows: &Rows<'_>, names: &[Cow<'_, str>], header: bool) -> Vec<Wanted> {
    let mut widths: Vec<usize> = match header {
        true => names.iter().map(|name| width(name).max(1)).collect(),
        false => vec![1; names.len()],
    };
    for row in rows.rows() {
        for (wide, value) in widths.iter_mut().zip(row) {
            *wide = (*wide).max(width(&cell(value)));
        }
    }
    let columns = widths.into_iter().zip(&rows.columns);
    let wanted = columns.map(|(width, column)| {
        let of_type = |longest: usize| match self::width(&column.kind) {
            of_type if header && of_type <= longest => of_type,
            _ => 0,
        };
        Wanted {
            width: width.max(of_type(NARROWEST)),
            with_type: width.max(of_type(LONGEST_TYPE)),
            is_number: column.is_number,
        }
    });
    wanted.collect()
}

/// Of a line with its frame.
fn length(widths: &[usize]) -> usize {
    widths.iter().sum::<usize>() + widths.len() + 1
}
