//! Smooth interpolation of what is known into what is not, on a grid of cells: pull-push (Gortler et al.
//! 1996, "The Lumigraph", section 3.4) with a few relaxation sweeps a level, which turn its result into
//! nearly the membrane through the known cells (coarse-to-fine as in cascadic multigrid).

/// The weight of a cell that is wholly known.
pub(super) const FULL: u32 = 16;
/// Sweeps a level; fewer leave the tent filter's creases in sight.
const SWEEPS: usize = 3;
/// The scale of a fade's share.
const ONE: u32 = 1 << 10;

/// Cells that are known in part. Values are at most 22 bits, so that all sums fit 32.
pub(super) struct Cells {
    /// Columns, at least 1.
    pub width: usize,
    /// Value times weight.
    pub sums: Vec<u32>,
    /// 0 (unknown) to [`FULL`].
    pub weights: Vec<u32>,
}

/// What is far from everything known.
#[derive(Clone, Copy)]
pub(super) struct Background {
    /// Its value.
    pub value: u32,
    /// How far the known reaches, in cells; without it, it reaches everywhere.
    pub fade: Option<u32>,
}

impl Cells {
    /// The value of every cell: the known ones' own, in between a smooth way from one to the other.
    pub fn interpolated(&self, background: Background) -> Vec<u32> {
        self.solved(background, 1)
    }

    /// `size`: a cell's side, in cells of the finest level.
    fn solved(&self, background: Background, size: u32) -> Vec<u32> {
        if let ([sum], [weight]) = (&self.sums[..], &self.weights[..]) {
            let known = background.fade.is_none() && *weight > 0;
            return vec![if known { sum / weight } else { background.value }];
        }
        let coarse = self.pulled().solved(background, size.saturating_mul(2));
        let mut values = self.pushed(&coarse);
        let share = background.fade.map_or(0, |reach| share(size, reach));
        for _ in 0..SWEEPS {
            values = self.relaxed(&values, background.value, share);
        }
        values
    }

    /// Half the size per axis; what is known in any of four cells is known.
    fn pulled(&self) -> Self {
        let width = self.width.div_ceil(2);
        let mut coarse = Self { width, sums: Vec::new(), weights: Vec::new() };
        let (sums, weights) = (self.sums.chunks(2 * self.width), self.weights.chunks(2 * self.width));
        for (sums, weights) in sums.zip(weights) {
            let by_two = |rows: &[u32]| {
                let mut totals = vec![0u32; width];
                for row in rows.chunks(self.width) {
                    totals.iter_mut().zip(row.chunks(2)).for_each(|(t, pair)| *t += pair.iter().sum::<u32>());
                }
                totals
            };
            for (sum, weight) in by_two(sums).into_iter().zip(by_two(weights)) {
                let full = weight > FULL;
                coarse.sums.push(if full { (sum * FULL + weight / 2) / weight } else { sum });
                coarse.weights.push(weight.min(FULL));
            }
        }
        coarse
    }

    /// The coarse values through a tent filter, the known ones in front of them.
    fn pushed(&self, coarse: &[u32]) -> Vec<u32> {
        let coarse_width = self.width.div_ceil(2);
        let mut values = Vec::with_capacity(self.sums.len());
        let (mut padded, mut tent) = (Vec::new(), vec![0; 2 * coarse_width]);
        for (y, (sums, weights)) in self.rows().enumerate() {
            let other = if y % 2 == 0 { (y / 2).saturating_sub(1) } else { y / 2 + 1 };
            let (near, far) = (row(coarse, coarse_width, y / 2), row(coarse, coarse_width, other));
            pad(near.iter().zip(far).map(|(n, f)| 3 * n + f), &mut padded);
            for (around, out) in padded.windows(3).zip(tent.chunks_exact_mut(2)) {
                out.copy_from_slice(&[3 * around[1] + around[0], 3 * around[1] + around[2]]);
            }
            values.extend(tent.iter().zip(sums).zip(weights).map(|((t, s), w)| mix(*s, *w, (t + 8) >> 4)));
        }
        values
    }

    /// One sweep of damped Jacobi for the Laplace equation, `share` of it drawn to the background.
    fn relaxed(&self, values: &[u32], background: u32, share: u32) -> Vec<u32> {
        let mut next = Vec::with_capacity(values.len());
        let mut padded = Vec::new();
        for (y, (sums, weights)) in self.rows().enumerate() {
            let (above, below) = (row(values, self.width, y.saturating_sub(1)), row(values, self.width, y + 1));
            pad(row(values, self.width, y).iter().copied(), &mut padded);
            let around = padded.iter().zip(&padded[1..]).zip(&padded[2..]);
            let smooth =
                around.zip(above).zip(below).map(|((((l, here), r), a), b)| (4 * here + l + r + a + b + 4) >> 3);
            let drawn = smooth.map(|v| (v * (ONE - share) + background * share) / ONE);
            next.extend(drawn.zip(sums).zip(weights).map(|((v, s), w)| mix(*s, *w, v)));
        }
        next
    }

    fn rows(&self) -> impl Iterator<Item = (&[u32], &[u32])> {
        self.sums.chunks(self.width).zip(self.weights.chunks(self.width))
    }
}

/// A known value in front of another.
fn mix(sum: u32, weight: u32, other: u32) -> u32 {
    (sum + (FULL - weight) * other + FULL / 2) / FULL
}

/// How much a sweep draws a cell of that size to the background: the screened Laplace equation, whose
/// solution decays over `reach`.
fn share(size: u32, reach: u32) -> u32 {
    let squared = |v: u32| u64::from(v) * u64::from(v);
    (u64::from(ONE) * squared(size) / squared(reach).max(1)).min(u64::from(ONE)) as u32
}

/// A row of a grid, the last one for those below it.
pub(super) fn row(values: &[u32], width: usize, y: usize) -> &[u32] {
    let start = (y * width).min(values.len().saturating_sub(width));
    &values[start..start + width]
}

/// A row with its ends repeated.
pub(super) fn pad(row: impl Iterator<Item = u32>, padded: &mut Vec<u32>) {
    padded.clear();
    padded.push(0);
    padded.extend(row);
    padded.extend(padded.last().copied());
    padded[0] = padded.get(1).copied().unwrap_or(0);
}
