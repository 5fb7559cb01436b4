//! `pixelate`: a mosaic. Recoverable: moving mosaics add up over frames.

use super::mask::by_cell;
use super::{Obscure, Sample, Site};
use crate::picture::Plane;

/// A box not aligned with its region's grid touches one cell more than fit into it; the promise is 4.
const CELLS_THAT_FIT: u32 = 3;

/// Boxes that touch share one grid, so that every covered sample belongs to one cell and a mosaic of the
/// mosaic is the mosaic itself.
pub(super) struct Pixelate;

impl Obscure for Pixelate {
    fn obscure<S: Sample>(plane: &mut Plane<S>, site: &Site) {
        let (shift_x, shift_y) = site.layout.shifts(site.plane);
        for region in site.regions {
            let cell = cell(region.side, site.layout.chroma_shift_x.max(site.layout.chroma_shift_y));
            let hull = site.rect(region);
            let (x0, y0) = (hull.x0 as usize, hull.y0 as usize);
            let (wide, high) = ((cell >> shift_x) as usize, (cell >> shift_y) as usize);
            let columns = (hull.width() as usize).div_ceil(wide);
            let mut sums = vec![(0u64, 0u64); columns * (hull.height() as usize).div_ceil(high)];
            let parts =
                || site.mask.runs(hull).flat_map(|(y, xs)| by_cell(xs, x0, wide).map(move |(c, xs)| (y, c, xs)));
            for (y, column, xs) in parts() {
                let (sum, count) = &mut sums[(y - y0) / high * columns + column];
                *count += xs.len() as u64;
                *sum += plane.row(y)[xs].iter().map(|&s| u64::from(s.into())).sum::<u64>();
            }
            for (y, column, xs) in parts() {
                let (sum, count) = sums[(y - y0) / high * columns + column];
                let mean = (sum + count / 2) / count.max(1);
                plane.row_mut(y)[xs].fill(S::saturated(mean as u32));
            }
        }
    }
}

/// The side of a cell in luma pixels: a whole number of chroma samples.
fn cell(side: u32, shift: u32) -> u32 {
    (side.div_ceil(CELLS_THAT_FIT).div_ceil(1 << shift) << shift).max(1 << shift)
}
