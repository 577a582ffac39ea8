//! How much of the screen a picture takes: never more than it has pixels, and so much of the height that
//! what was typed still stands above it.

use crate::render::Screen;

/// Of a terminal that does not say how large its cells are.
const USUAL_CELL: (u32, u32) = (10, 20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Cells.
    pub(super) columns: u32,
    pub(super) rows: u32,
    /// The pixels of a cell.
    cell: (u32, u32),
}

/// The side that decides how far a picture is made smaller, in cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shrunk {
    Columns(u32),
    Rows(u32),
}

impl Room {
    pub(super) fn of(screen: Screen, cell: Option<(u32, u32)>) -> Room {
        let cells = |count: usize| u32::try_from(count).unwrap_or(u32::MAX).max(1);
        Room {
            columns: cells(screen.width),
            rows: cells(screen.height.saturating_mul(3) / 4),
            cell: cell.unwrap_or(USUAL_CELL),
        }
    }

    /// How a picture of so many pixels is made smaller, where it is.
    pub(super) fn shrinks(self, width: u32, height: u32) -> Option<Shrunk> {
        let (columns, rows) = (width.div_ceil(self.cell.0), height.div_ceil(self.cell.1));
        if columns <= self.columns && rows <= self.rows {
            return None;
        }
        // Both sides are made smaller by the same; which one needs more of it?
        let wide = u64::from(columns) * u64::from(self.rows);
        let high = u64::from(rows) * u64::from(self.columns);
        Some(match wide >= high {
            true => Shrunk::Columns(self.columns),
            false => Shrunk::Rows(self.rows),
        })
    }

    /// The pixels that half blocks draw of so many: a column is one wide, a row two high.
    pub(super) fn halves(self, width: u32, height: u32) -> (u32, u32) {
        let most = (u64::from(self.columns), u64::from(self.rows) * 2);
        let (from_width, from_height) = (u64::from(width), u64::from(height));
        let (mut to_width, mut to_height) = (from_width, from_height);
        if to_width > most.0 {
            to_height = (from_height * most.0).div_ceil(from_width);
            to_width = most.0;
        }
        if to_height > most.1 {
            to_width = (from_width * most.1) / from_height;
            to_height = most.1;
        }
        let pixels = |count: u64| u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        (pixels(to_width), pixels(to_height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(width: usize, height: usize) -> Room {
        Room::of(Screen { width, height }, Some((10, 20)))
    }

    #[test]
    fn a_picture_is_made_smaller_by_its_longer_side_and_never_larger() {
        let room = room(80, 24);
        assert_eq!(room.shrinks(640, 360), None);
        assert_eq!(room.shrinks(640, 361), Some(Shrunk::Rows(18)));
        assert_eq!(room.shrinks(10_000, 10), Some(Shrunk::Columns(80)));
        assert_eq!(room.shrinks(801, 20), Some(Shrunk::Columns(80)));
    }

    #[test]
    fn half_blocks_keep_the_shape_and_fit() {
        assert_eq!(room(80, 24).halves(640, 480), (48, 36));
        assert_eq!(room(40, 60).halves(640, 480), (40, 30));
        assert_eq!(room(200, 60).halves(640, 480), (120, 90));
        assert_eq!(room(80, 24).halves(8, 4), (8, 4));
        assert_eq!(room(80, 24).halves(10_000, 1), (80, 1));
        assert_eq!(room(80, 24).halves(1, 10_000), (1, 36));
        assert_eq!(room(1, 1).halves(5, 5), (1, 1));
    }
}
