//! Pictures held against each other by the means of 8x8 blocks, luma and chroma: coding noise averages out, a person
//! does not.

use crate::cover::Cover;
use crate::geometry::Rect;
use crate::obscure::Mask;
use crate::picture::{Picture, Plane, Planes};

/// Side of a block, in luma pixels.
const SIDE: u32 = 8;

/// Levels (of 8 bits) by which block means may differ from the footage's outside the cover, on average over a frame.
pub const OUTSIDE_TOLERANCE: u32 = 6;

/// A single block may differ by so many times the average that is allowed: coding is hardest on the odd block.
const SINGLE: u32 = 5;

/// What comparing one picture found.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Difference {
    /// The largest difference of block means, in levels, and the block.
    pub worst: u32,
    /// Its left column and top row.
    pub at: (u32, u32),
    /// Sum of the differences of block means, in levels.
    pub total: u64,
    /// How many blocks were compared.
    pub blocks: u64,
    /// Sum of squared differences of the compared samples.
    pub squares: u64,
    /// How many samples were compared.
    pub samples: u64,
}

impl Difference {
    /// Both findings together.
    pub fn merge(self, other: Self) -> Self {
        let worse = if other.worst > self.worst { other } else { self };
        Self {
            total: self.total + other.total,
            blocks: self.blocks + other.blocks,
            squares: self.squares + other.squares,
            samples: self.samples + other.samples,
            ..worse
        }
    }

    /// Whether one frame's blocks differ by no more than `tolerance` levels on average, and none by much more.
    pub fn is_within(self, tolerance: u32) -> bool {
        self.worst <= SINGLE * tolerance && self.total <= u64::from(tolerance) * self.blocks
    }

    /// The average difference of block means, in levels.
    pub fn mean(self) -> f64 {
        self.total as f64 / self.blocks.max(1) as f64
    }

    /// Peak signal-to-noise ratio in decibels of 8-bit samples (ITU-T J.340); `None` when nothing was compared or
    /// nothing differs.
    pub fn psnr(self) -> Option<f64> {
        (self.samples > 0 && self.squares > 0)
            .then(|| 10.0 * (255.0f64.powi(2) * self.samples as f64 / self.squares as f64).log10())
    }
}

/// A picture's 8x8 blocks, each clear, covered or in between.
pub struct Blocks {
    /// Covered pixels of each block, block row by block row.
    covered: Vec<u32>,
    across: u32,
    width: u32,
    height: u32,
}

/// Which blocks are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Where {
    /// Blocks without a covered pixel.
    Outside,
    /// Blocks wholly covered.
    Inside,
}

impl Blocks {
    /// Of a picture of `width` x `height` with this cover.
    pub fn new(cover: &Cover, width: u32, height: u32) -> Self {
        let across = width.div_ceil(SIDE);
        let mut covered = vec![0; (across * height.div_ceil(SIDE)) as usize];
        let mask = Mask::new(cover, width, height);
        for y in 0..height {
            let row = (y / SIDE * across) as usize;
            for span in mask.row(y as usize) {
                let (start, end) = (span.start as u32, span.end as u32);
                for block in start / SIDE..end.div_ceil(SIDE) {
                    let shared = end.min((block + 1) * SIDE) - start.max(block * SIDE);
                    covered[row + block as usize] += shared;
                }
            }
        }
        Self { covered, across, width, height }
    }

    /// Compares two 8-bit 4:2:0 pictures. The second may be a column and a row smaller (before padding); only
    /// what both have is compared.
    pub fn compare(&self, written: &Picture, expected: &Picture, place: Where) -> Difference {
        let (Planes::Eight(a), Planes::Eight(b)) = (&written.planes, &expected.planes) else {
            return Difference::default();
        };
        let (width, height) = (self.width.min(b[0].width as u32), self.height.min(b[0].height as u32));
        let mut found = Difference::default();
        for (index, &covered) in self.covered.iter().enumerate() {
            let (x0, y0) = (index as u32 % self.across * SIDE, index as u32 / self.across * SIDE);
            let area = (self.width - x0).min(SIDE) * (self.height - y0).min(SIDE);
            let block = Rect { x0, y0, x1: (x0 + SIDE).min(width), y1: (y0 + SIDE).min(height) };
            if covered != if place == Where::Inside { area } else { 0 } || block.x0 >= block.x1 || block.y0 >= block.y1
            {
                continue;
            }
            let mut worst = block_difference(&a[0], &b[0], block);
            // The block's 4x4 chroma samples count by their means; the noise ratio is luma's.
            for (a, b) in a.iter().zip(b).skip(1) {
                let colour = block_difference(a, b, block.subsampled(1, 1));
                worst.worst = worst.worst.max(colour.worst);
            }
            found = found.merge(Difference { total: u64::from(worst.worst), ..worst });
        }
        found
    }
}

fn block_difference(a: &Plane<u8>, b: &Plane<u8>, block: Rect) -> Difference {
    let (mut sum, mut squares) = (0i32, 0i32);
    let columns = block.x0 as usize..block.x1 as usize;
    for y in block.y0 as usize..block.y1 as usize {
        let (p, q) = (&a.row(y)[columns.clone()], &b.row(y)[columns.clone()]);
        // Whole blocks have rows of a known length, which the compiler turns into vector code.
        let (s, e) = match (<&[u8; SIDE as usize]>::try_from(p), <&[u8; SIDE as usize]>::try_from(q)) {
            (Ok(p), Ok(q)) => row_difference(p, q),
            _ => row_difference(p, q),
        };
        sum += s;
        squares += e;
    }
    let samples = u64::from(block.width() * block.height());
    let worst = sum.unsigned_abs() / samples as u32;
    Difference { worst, at: (block.x0, block.y0), total: u64::from(worst), blocks: 1, squares: squares as u64, samples }
}

/// Sum of the differences and of their squares.
#[inline(always)]
fn row_difference(p: &[u8], q: &[u8]) -> (i32, i32) {
    p.iter().zip(q).fold((0, 0), |(sum, squares), (&p, &q)| {
        let d = i32::from(p) - i32::from(q);
        (sum + d, squares + d * d)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    fn grey(width: u32, height: u32) -> Picture {
        let chroma = (1, 1);
        Picture::grey(Layout {
            width,
            height,
            chroma_shift_x: chroma.0,
            chroma_shift_y: chroma.1,
            depth: 8,
            grey: false,
            full_range: true,
        })
    }

    fn set(picture: &mut Picture, x: usize, y: usize, value: u8) {
        if let Planes::Eight(planes) = &mut picture.planes {
            planes[0].row_mut(y)[x] = value;
        }
    }

    #[test]
    fn a_changed_block_is_found_on_its_side_of_the_cover_only() {
        let cover = Cover { boxes: vec![Rect { x0: 8, y0: 8, x1: 24, y1: 24 }], all_but: None };
        let blocks = Blocks::new(&cover, 35, 29);
        let clean = grey(35, 29);
        for (x, y, inside) in [(9, 9, true), (23, 23, true), (0, 0, false), (34, 28, false), (30, 9, false)] {
            let mut changed = clean.clone();
            set(&mut changed, x, y, 255);
            let (within, without) =
                (blocks.compare(&changed, &clean, Where::Inside), blocks.compare(&changed, &clean, Where::Outside));
            assert_eq!((within.squares > 0, without.squares > 0), (inside, !inside), "({x}, {y})");
        }
    }

    #[test]
    fn a_person_who_differs_only_in_colour_is_seen() {
        let blocks = Blocks::new(&Cover::default(), 16, 8);
        let (clean, mut tinted) = (grey(16, 8), grey(16, 8));
        if let Planes::Eight(planes) = &mut tinted.planes {
            planes[2].samples.fill(168);
        }
        assert_eq!(blocks.compare(&tinted, &clean, Where::Outside).worst, 40);
    }

    #[test]
    fn blocks_are_compared_by_their_means() {
        let blocks = Blocks::new(&Cover::default(), 16, 8);
        let (clean, mut noisy, mut shifted) = (grey(16, 8), grey(16, 8), grey(16, 8));
        for y in 0..8 {
            for x in 0..8 {
                set(&mut noisy, x, y, if (x + y) % 2 == 0 { 158 } else { 98 });
                set(&mut shifted, x, y, 158);
            }
        }
        assert_eq!(blocks.compare(&noisy, &clean, Where::Outside).worst, 0);
        let shift = blocks.compare(&shifted, &clean, Where::Outside);
        assert_eq!((shift.worst, shift.mean()), (30, 15.0));
        assert!(shift.is_within(15) && !shift.is_within(14) && !shift.is_within(5));
    }
}
