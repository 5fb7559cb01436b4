//! `blur`: a low-pass as strong as the box is large. Recoverable: heavy blur hides little from a classifier.
//!
//! Three passes of a moving average approximate a Gaussian (central limit theorem; W. M. Wells 1986,
//! "Efficient Synthesis of Gaussian Filters by Cascaded Uniform Filters"). The average is as wide as half the
//! longest shorter side `s` of the region's boxes, so it answers a wave of length L with sinc(s / 2L) cubed:
//! nothing at L = s / 2, and at most 1.1 % of any shorter wave. Near the border the window keeps its width
//! and stops: there a wave of s / 2 keeps up to 4 %, and shorter ones up to 8 %, of their height (`s` from 16
//! pixels; smaller boxes have too few pixels to tell).

use super::{Obscure, Sample, Site};
use crate::picture::Plane;

/// Fractional bits between the passes.
const FRACTION: u32 = 8;
const PASSES: usize = 3;

/// Reads the region's hull, clear samples in it too: they are shown anyway.
pub(super) struct Blur;

impl Obscure for Blur {
    fn obscure<S: Sample>(plane: &mut Plane<S>, site: &Site) {
        let (shift_x, shift_y) = site.layout.shifts(site.plane);
        for region in site.regions {
            let hull = site.rect(region);
            let (width, height) = (hull.width() as usize, hull.height() as usize);
            let (x0, y0) = (hull.x0 as usize, hull.y0 as usize);
            let columns = x0..x0 + width;
            let rows = (y0..y0 + height).flat_map(|y| &plane.row(y)[columns.clone()]);
            let mut samples: Vec<u32> = rows.map(|&s| s.into() << FRACTION).collect();
            average_rows(&mut samples, width, reach(region.side, shift_x));
            let mut turned = transposed(&samples, width);
            average_rows(&mut turned, height, reach(region.side, shift_y));
            let samples = transposed(&turned, height);
            for (y, xs) in site.mask.runs(hull) {
                let from = (y - y0) * width + xs.start - x0;
                for (sample, blurred) in plane.row_mut(y)[xs].iter_mut().zip(&samples[from..]) {
                    *sample = S::saturated((blurred + (1 << (FRACTION - 1))) >> FRACTION);
                }
            }
        }
    }
}

/// Samples on each side of the middle of a window at least half of `side` wide.
fn reach(side: u32, shift: u32) -> usize {
    (side.div_ceil(2).div_ceil(1 << shift) / 2) as usize
}

/// Every row through all passes.
fn average_rows(samples: &mut [u32], width: usize, reach: usize) {
    let mut averages = vec![0; width];
    for row in samples.chunks_exact_mut(width.max(1)) {
        for _ in 0..PASSES {
            average(row, &mut averages, reach);
            row.copy_from_slice(&averages);
        }
    }
}

/// The moving average over `2 * reach + 1` samples, or as many as there are.
fn average(row: &[u32], averages: &mut [u32], reach: usize) {
    let window = (2 * reach + 1).min(row.len());
    let (first, rest) = row.split_at(window);
    // Rounded up, so that the average of equal samples is that sample.
    let reciprocal = (1u64 << 32).div_ceil(window.max(1) as u64);
    let mean = |sum: u64| ((sum * reciprocal) >> 32) as u32;
    let mut sum: u64 = first.iter().map(|&s| u64::from(s)).sum();
    let (head, tail) = averages.split_at_mut(window / 2 + 1);
    head.fill(mean(sum));
    let (middle, end) = tail.split_at_mut(rest.len());
    for ((out, enters), leaves) in middle.iter_mut().zip(rest).zip(row) {
        sum = sum + u64::from(*enters) - u64::from(*leaves);
        *out = mean(sum);
    }
    end.fill(mean(sum));
}

/// Columns as rows.
fn transposed(samples: &[u32], width: usize) -> Vec<u32> {
    let height = samples.len() / width.max(1);
    let mut turned = vec![0; samples.len()];
    for (y, row) in samples.chunks_exact(width.max(1)).enumerate() {
        for (x, sample) in row.iter().enumerate() {
            turned[x * height + y] = *sample;
        }
    }
    turned
}
