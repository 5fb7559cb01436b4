//! Pictures held against each other by the means of 8x8 luma blocks: coding noise averages out, a person does not.

use crate::geometry::Rect;
use crate::obscure::Mask;
use crate::picture::{Picture, Plane, Planes};

/// Side of a block, in luma pixels.
const SIDE: u32 = 8;

/// Levels (of 8 bits) by which a block's mean may differ from the footage's outside the cover.
pub const OUTSIDE_TOLERANCE: u32 = 24;

/// What comparing one picture found.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Difference {
    /// The largest difference of block means, in levels, and the block.
    pub worst: u32,
    /// Its left column and top row.
    pub at: (u32, u32),
    /// Sum of squared differences of the compared samples.
    pub squares: u64,
    /// How many samples were compared.
    pub samples: u64,
}

impl Difference {
    /// Both findings together.
    pub fn merge(self, other: Self) -> Self {
        let worse = if other.worst > self.worst { other } else { self };
        Self { squares: self.squares + other.squares, samples: self.samples + other.samples, ..worse }
    }

    /// Peak signal-to-noise ratio in decibels of 8-bit samples (ITU-T J.340); `None` when nothing was compared or
    /// nothing differs.
    pub fn psnr(self) -> Option<f64> {
        (self.samples > 0 && self.squares > 0)
            .then(|| 10.0 * (255.0f64.powi(2) * self.samples as f64 / self.squares as f64).log10())
    }
}

/// Which blocks are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// Blocks without a covered pixel.
    Outside,
    /// Blocks wholly covered.
    Inside,
}

/// Compares the luma of two 8-bit pictures. The second may be a column and a row smaller (before padding); only what
/// both have is compared.
pub fn compare(written: &Picture, expected: &Picture, mask: &Mask, place: Where) -> Difference {
    let (Planes::Eight(a), Planes::Eight(b)) = (&written.planes, &expected.planes) else {
        return Difference::default();
    };
    let (a, b) = (&a[0], &b[0]);
    let (width, height) = (a.width.min(b.width) as u32, a.height.min(b.height) as u32);
    let mut found = Difference::default();
    for y0 in (0..height).step_by(SIDE as usize) {
        for x0 in (0..width).step_by(SIDE as usize) {
            let block = Rect { x0, y0, x1: (x0 + SIDE).min(width), y1: (y0 + SIDE).min(height) };
            let area = (block.width() * block.height()) as usize;
            let covered = mask.area(block);
            if covered == if place == Where::Inside { area } else { 0 } {
                found = found.merge(block_difference(a, b, block));
            }
        }
    }
    found
}

fn block_difference(a: &Plane<u8>, b: &Plane<u8>, block: Rect) -> Difference {
    let (mut sum, mut squares) = (0i32, 0u64);
    let columns = block.x0 as usize..block.x1 as usize;
    for y in block.y0 as usize..block.y1 as usize {
        for (&p, &q) in a.row(y)[columns.clone()].iter().zip(&b.row(y)[columns.clone()]) {
            let d = i32::from(p) - i32::from(q);
            sum += d;
            squares += (d * d) as u64;
        }
    }
    let samples = u64::from(block.width() * block.height());
    Difference { worst: sum.unsigned_abs() / samples as u32, at: (block.x0, block.y0), squares, samples }
}
