//! `frost`, the default: it looks like blurred glass, and nothing in it comes from what it covers. Covered
//! samples are never read; the region is filled from the clear samples around it.
//!
//! The result is smooth, so it is solved on cells of 4x4 samples and drawn from them with a tent filter.

use super::mask::by_cell;
use super::pyramid::{Background, Cells, FULL, pad, row};
use super::{Mask, Obscure, Sample, Site, edge};
use crate::geometry::Rect;
use crate::picture::Plane;

/// A cell's side in samples. [`TENT`] is written for it.
const CELL: usize = 4;
/// How far the clear surroundings are read, in samples: two cells.
const SURROUNDINGS: u32 = 8;
/// Fractional bits of a cell's value; with 16-bit samples that makes 22.
const FRACTION: u32 = 6;
/// The tent filter at the four samples of a cell, in eighths: the cell before, the cell, the cell after.
const TENT: [[u32; 3]; CELL] = [[3, 5, 0], [1, 7, 0], [0, 7, 1], [0, 5, 3]];
/// Beyond this part of the picture's shorter side a picture covered all but for its clear parts turns grey.
const FADE: u32 = 8;

pub(super) struct Frost;

impl Obscure for Frost {
    fn obscure<S: Sample>(plane: &mut Plane<S>, site: &Site) {
        let whole = Rect { x0: 0, y0: 0, x1: plane.width as u32, y1: plane.height as u32 };
        let clear = Mask::union(vec![whole]).without(site.mask);
        for region in site.regions {
            let hull = site.rect(region);
            let fade = region.whole.then(|| (whole.x1.min(whole.y1) / FADE / CELL as u32).max(1));
            let grey = u32::from(site.layout.level(site.plane, 0.5)) << FRACTION;
            let grid = Grid::around(hull, whole);
            let values = grid.known(plane, &clear).interpolated(Background { value: grey, fade });
            grid.draw(&values, plane, site.mask, hull);
        }
        if site.plane == 0 {
            edge::draw(plane, site);
        }
    }
}

/// The cells over a region and its surroundings. They lie on one grid for the whole plane, so that a box
/// that moves does not make its surroundings flicker.
struct Grid {
    window: Rect,
    /// Columns.
    width: usize,
    /// Rows.
    height: usize,
}

impl Grid {
    fn around(hull: Rect, whole: Rect) -> Self {
        let down = |v: u32| v.saturating_sub(SURROUNDINGS) / CELL as u32 * CELL as u32;
        let up = |v: u32, end: u32| v.saturating_add(SURROUNDINGS).min(end);
        let window =
            Rect { x0: down(hull.x0), y0: down(hull.y0), x1: up(hull.x1, whole.x1), y1: up(hull.y1, whole.y1) };
        let cells = |v: u32| (v as usize).div_ceil(CELL);
        Self { window, width: cells(window.width()), height: cells(window.height()) }
    }

    /// The clear samples of every cell.
    fn known<S: Sample>(&self, plane: &Plane<S>, clear: &Mask) -> Cells {
        let (x0, y0) = (self.window.x0 as usize, self.window.y0 as usize);
        let mut sums = vec![0u32; self.width * self.height];
        let mut weights = vec![0u32; self.width * self.height];
        for (y, xs) in clear.runs(self.window) {
            let first = (y - y0) / CELL * self.width;
            for (cell, xs) in by_cell(xs, x0, CELL) {
                weights[first + cell] += xs.len() as u32;
                sums[first + cell] += plane.row(y)[xs].iter().map(|&s| s.into() << FRACTION).sum::<u32>();
            }
        }
        debug_assert_eq!(CELL * CELL, FULL as usize);
        Cells { width: self.width, sums, weights }
    }

    /// The covered samples of `hull`, between the cells' centres.
    fn draw<S: Sample>(&self, values: &[u32], plane: &mut Plane<S>, mask: &Mask, hull: Rect) {
        let (x0, y0) = (self.window.x0 as usize, self.window.y0 as usize);
        let (mut line, mut drawn) = (vec![S::saturated(0); self.width * CELL], None);
        let mut padded = Vec::new();
        for (y, xs) in mask.runs(hull) {
            if drawn != Some(y) {
                let (at, [before, here, after]) = ((y - y0) / CELL, TENT[(y - y0) % CELL]);
                let rows = [at.saturating_sub(1), at, at + 1].map(|r| row(values, self.width, r));
                let column = rows[0].iter().zip(rows[1]).zip(rows[2]);
                pad(column.map(|((b, h), a)| before * b + here * h + after * a), &mut padded);
                stretch(&padded, &mut line);
                drawn = Some(y);
            }
            let run = xs.start - x0..xs.end - x0;
            plane.row_mut(y)[xs].copy_from_slice(&line[run]);
        }
    }
}

/// A row of cells, in eighths and with its ends repeated, as samples: [`TENT`] again, written out because this
/// is where the time goes.
fn stretch<S: Sample>(padded: &[u32], line: &mut [S]) {
    let sample = |sum: u32| S::saturated((sum + (32 << FRACTION)) >> (6 + FRACTION));
    let (before, here, after) = (padded, &padded[1..], &padded[2..]);
    for (((out, b), h), a) in line.chunks_exact_mut(CELL).zip(before).zip(here).zip(after) {
        out.copy_from_slice(&[3 * b + 5 * h, b + 7 * h, 7 * h + a, 5 * h + 3 * a].map(sample));
    }
}
