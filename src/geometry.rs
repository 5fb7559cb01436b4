//! Rectangles: boxes as people draw them (floats, displayed picture) and regions as pixels are covered
//! (whole pixels, stored picture), and the way from one to the other.

use crate::error::{Error, Result};

/// A box in pixels of the displayed picture: after cropping and rotation, before sample-aspect
/// stretching; top-left origin; pixel (i, j) covers [i, i+1) x [j, j+1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width, above 0.
    pub w: f64,
    /// Height, above 0.
    pub h: f64,
}

impl BoundingBox {
    /// From left, top, width, height.
    pub const fn new(x: f64, y: f64, w: f64, h: f64) -> Self {
        Self { x, y, w, h }
    }

    /// From the two corners.
    pub fn from_corners(left: f64, top: f64, right: f64, bottom: f64) -> Self {
        Self::new(left, top, right - left, bottom - top)
    }

    /// The smallest box that holds all points; `None` without a point.
    pub fn around(points: impl IntoIterator<Item = (f64, f64)>) -> Option<Self> {
        let (mut lo, mut hi) = ((f64::INFINITY, f64::INFINITY), (f64::NEG_INFINITY, f64::NEG_INFINITY));
        let mut any = false;
        for (x, y) in points {
            any = true;
            lo = (lo.0.min(x), lo.1.min(y));
            hi = (hi.0.max(x), hi.1.max(y));
        }
        any.then(|| Self::from_corners(lo.0, lo.1, hi.0, hi.1))
    }

    /// Right edge.
    pub fn right(self) -> f64 {
        self.x + self.w
    }

    /// Bottom edge.
    pub fn bottom(self) -> f64 {
        self.y + self.h
    }

    /// The centre point.
    pub fn centre(self) -> (f64, f64) {
        (self.x + self.w / 2.0, self.y + self.h / 2.0)
    }

    /// Left, top, right and bottom edges.
    pub fn edges(self) -> [f64; 4] {
        [self.x, self.y, self.right(), self.bottom()]
    }

    /// All finite, width and height above 0.
    pub fn is_sound(self) -> bool {
        [self.x, self.y, self.w, self.h].iter().all(|v| v.is_finite()) && self.w > 0.0 && self.h > 0.0
    }

    /// Grown by `dx` on the left and right and by `dy` above and below.
    pub fn grown(self, dx: f64, dy: f64) -> Self {
        Self::new(self.x - dx, self.y - dy, self.w + 2.0 * dx, self.h + 2.0 * dy)
    }

    /// Scaled per axis, as when a box was drawn on a smaller copy.
    pub fn scaled(self, sx: f64, sy: f64) -> Self {
        Self::new(self.x * sx, self.y * sy, self.w * sx, self.h * sy)
    }

    /// The box on the straight way from `self` (share 0) to `other` (share 1), edge by edge.
    pub fn lerp(self, other: Self, share: f64) -> Self {
        let mix = |a: f64, b: f64| a + (b - a) * share;
        Self::new(mix(self.x, other.x), mix(self.y, other.y), mix(self.w, other.w), mix(self.h, other.h))
    }

    /// The smallest box that holds both.
    pub fn hull(self, other: Self) -> Self {
        Self::from_corners(
            self.x.min(other.x),
            self.y.min(other.y),
            self.right().max(other.right()),
            self.bottom().max(other.bottom()),
        )
    }

    /// Whether the two share any area.
    pub fn meets(self, other: Self) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }
}

/// Whole pixels of the stored picture, half open: columns `x0..x1`, rows `y0..y1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rect {
    /// First column.
    pub x0: u32,
    /// First row.
    pub y0: u32,
    /// One past the last column, above `x0`.
    pub x1: u32,
    /// One past the last row, above `y0`.
    pub y1: u32,
}

impl Rect {
    /// Columns.
    pub fn width(self) -> u32 {
        self.x1 - self.x0
    }

    /// Rows.
    pub fn height(self) -> u32 {
        self.y1 - self.y0
    }

    /// Whether the two share a pixel.
    pub fn meets(self, other: Self) -> bool {
        self.x0 < other.x1 && other.x0 < self.x1 && self.y0 < other.y1 && other.y0 < self.y1
    }

    /// The shared pixels, if any.
    pub fn intersection(self, other: Self) -> Option<Self> {
        let both = Self {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        };
        (both.x0 < both.x1 && both.y0 < both.y1).then_some(both)
    }

    /// What is left of `self` without `other`: up to four rectangles that do not overlap.
    pub fn without(self, other: Self) -> Vec<Self> {
        let Some(cut) = self.intersection(other) else { return vec![self] };
        [
            Self { y1: cut.y0, ..self },
            Self { y0: cut.y1, ..self },
            Self { x1: cut.x0, y0: cut.y0, y1: cut.y1, ..self },
            Self { x0: cut.x1, y0: cut.y0, y1: cut.y1, ..self },
        ]
        .into_iter()
        .filter(|r| r.x0 < r.x1 && r.y0 < r.y1)
        .collect()
    }

    /// The same rectangle in a plane subsampled by `1 << shift` per axis, rounded outward.
    pub fn subsampled(self, shift_x: u32, shift_y: u32) -> Self {
        let up = |v: u32, s: u32| (v + (1 << s) - 1) >> s;
        Self { x0: self.x0 >> shift_x, y0: self.y0 >> shift_y, x1: up(self.x1, shift_x), y1: up(self.y1, shift_y) }
    }
}

/// How the stored picture must be turned for display: mirror left-right first (if at all), then turn
/// clockwise by quarter turns. All eight orientations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Orientation {
    /// Clockwise quarter turns, 0 to 3.
    pub quarter_turns: u8,
    /// Whether the stored picture is a mirror image.
    pub mirrored: bool,
}

impl Orientation {
    /// From the upper-left 2x2 of an MP4 or FFmpeg display matrix (a, b, c, d: the signs of
    /// elements 0, 1, 3, 4 in 16.16 fixed point; x' = ax + cy, y' = bx + dy; ISO/IEC 14496-12, 8.3.2).
    ///
    /// # Errors
    /// `Failed` when the matrix is not a multiple of a quarter turn.
    pub fn from_matrix(a: i32, b: i32, c: i32, d: i32) -> Result<Self> {
        let unit = |v: i32| match v.unsigned_abs() {
            0..=655 => Some(0i32),
            64_881..=66_191 => Some(v.signum()),
            _ => None,
        };
        let turned = match (unit(a), unit(b), unit(c), unit(d)) {
            (Some(1), Some(0), Some(0), Some(1)) => (0, false),
            (Some(0), Some(1), Some(-1), Some(0)) => (1, false),
            (Some(-1), Some(0), Some(0), Some(-1)) => (2, false),
            (Some(0), Some(-1), Some(1), Some(0)) => (3, false),
            (Some(-1), Some(0), Some(0), Some(1)) => (0, true),
            (Some(0), Some(-1), Some(-1), Some(0)) => (1, true),
            (Some(1), Some(0), Some(0), Some(-1)) => (2, true),
            (Some(0), Some(1), Some(1), Some(0)) => (3, true),
            _ => {
                return Err(Error::failed(
                    "the footage's display matrix is neither upright nor a multiple of a quarter turn",
                )
                .hint("export it again without a player's free rotation or zoom"));
            }
        };
        Ok(Self { quarter_turns: turned.0, mirrored: turned.1 })
    }

    /// Whether width and height change places.
    pub fn swaps_axes(self) -> bool {
        self.quarter_turns % 2 == 1
    }

    /// The displayed size of a stored size.
    pub fn displayed_size(self, width: u32, height: u32) -> (u32, u32) {
        if self.swaps_axes() { (height, width) } else { (width, height) }
    }

    /// A displayed box in the coordinates of the stored picture of `width` x `height`.
    pub fn to_stored(self, shown: BoundingBox, width: u32, height: u32) -> BoundingBox {
        let (w, h) = (f64::from(width), f64::from(height));
        let [l, t, r, b] = shown.edges();
        let back = |x: f64, y: f64| {
            let (x, y) = match self.quarter_turns {
                0 => (x, y),
                1 => (y, h - x),
                2 => (w - x, h - y),
                _ => (w - y, x),
            };
            (if self.mirrored { w - x } else { x }, y)
        };
        let ((ax, ay), (bx, by)) = (back(l, t), back(r, b));
        BoundingBox::from_corners(ax.min(bx), ay.min(by), ax.max(bx), ay.max(by))
    }
}

impl Orientation {
    /// Stored pixels in the coordinates of the displayed picture; `width` and `height` are the stored picture's.
    pub fn to_displayed(self, r: Rect, width: u32, height: u32) -> Rect {
        let (x0, x1) = if self.mirrored { (width - r.x1, width - r.x0) } else { (r.x0, r.x1) };
        let (y0, y1) = (r.y0, r.y1);
        match self.quarter_turns {
            0 => Rect { x0, y0, x1, y1 },
            1 => Rect { x0: height - y1, y0: x0, x1: height - y0, y1: x1 },
            2 => Rect { x0: width - x1, y0: height - y1, x1: width - x0, y1: height - y0 },
            _ => Rect { x0: y0, y0: width - x1, x1: y1, y1: width - x0 },
        }
    }
}

/// Pixels that must be covered together: the chroma grid, and four rows where two fields interleave 4:2:0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    /// Columns per cell.
    pub x: u32,
    /// Rows per cell.
    pub y: u32,
}

/// The pixels a stored box touches, rounded outward to the grid and clamped to the picture; `None` when outside.
/// A last cell that the picture cuts short is covered to the picture's edge.
pub fn outward(b: BoundingBox, grid: Grid, width: u32, height: u32) -> Option<Rect> {
    let axis = |lo: f64, hi: f64, step: u32, size: u32| {
        let step = f64::from(step);
        let lo = ((lo / step).floor() * step).clamp(0.0, f64::from(size)) as u32;
        let hi = ((hi / step).ceil() * step).clamp(0.0, f64::from(size)) as u32;
        (lo < hi).then_some((lo, hi))
    };
    let ((x0, x1), (y0, y1)) = (axis(b.x, b.right(), grid.x, width)?, axis(b.y, b.bottom(), grid.y, height)?);
    Some(Rect { x0, y0, x1, y1 })
}

/// The whole grid cells inside a stored box; `None` when it holds none. A last cell that the picture cuts
/// short counts as inside when the box reaches the picture's edge.
pub fn inward(b: BoundingBox, grid: Grid, width: u32, height: u32) -> Option<Rect> {
    let axis = |lo: f64, hi: f64, step: u32, size: u32| {
        let (step, end) = (f64::from(step), f64::from(size));
        let lo = ((lo / step).ceil() * step).clamp(0.0, end) as u32;
        let hi = if hi >= end { size } else { ((hi / step).floor() * step).max(0.0) as u32 };
        (lo < hi).then_some((lo, hi))
    };
    let ((x0, x1), (y0, y1)) = (axis(b.x, b.right(), grid.x, width)?, axis(b.y, b.bottom(), grid.y, height)?);
    Some(Rect { x0, y0, x1, y1 })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHROMA: Grid = Grid { x: 2, y: 2 };

    fn any_box() -> impl Strategy<Value = BoundingBox> {
        (-50.0..150.0, -50.0..150.0, 0.1..90.0, 0.1..90.0).prop_map(|(x, y, w, h)| BoundingBox::new(x, y, w, h))
    }

    #[test]
    fn a_box_that_touches_a_pixel_covers_its_whole_chroma_cell() {
        let r = outward(BoundingBox::new(3.9, 5.0, 0.2, 1.0), CHROMA, 99, 99).unwrap();
        assert_eq!(r, Rect { x0: 2, y0: 4, x1: 6, y1: 6 });
    }

    #[test]
    fn the_last_odd_column_and_row_are_covered() {
        let r = outward(BoundingBox::new(97.5, 97.5, 1.0, 5.0), CHROMA, 99, 99).unwrap();
        assert_eq!((r.x1, r.y1), (99, 99));
    }

    #[test]
    fn a_quarter_turn_puts_the_displayed_corner_where_it_is_stored() {
        // A 40x30 picture turned clockwise shows its bottom-left corner at the top left.
        let turn = Orientation { quarter_turns: 1, mirrored: false };
        let stored = turn.to_stored(BoundingBox::new(0.0, 0.0, 2.0, 3.0), 40, 30);
        assert_eq!(stored, BoundingBox::new(0.0, 28.0, 3.0, 2.0));
    }

    #[test]
    fn stored_pixels_are_displayed_where_their_box_maps_back_from() {
        for quarter_turns in 0..4 {
            for mirrored in [false, true] {
                let turn = Orientation { quarter_turns, mirrored };
                let stored = Rect { x0: 3, y0: 5, x1: 10, y1: 7 };
                let shown = turn.to_displayed(stored, 40, 30);
                let b = BoundingBox::from_corners(
                    f64::from(shown.x0),
                    f64::from(shown.y0),
                    f64::from(shown.x1),
                    f64::from(shown.y1),
                );
                assert_eq!(turn.to_stored(b, 40, 30).edges(), [3.0, 5.0, 10.0, 7.0], "{turn:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn outward_holds_every_pixel_the_box_touches(b in any_box()) {
            let rect = outward(b, CHROMA, 99, 77);
            for y in 0..77u32 { for x in 0..99u32 {
                let pixel = BoundingBox::new(f64::from(x), f64::from(y), 1.0, 1.0);
                let inside = rect.is_some_and(|r| r.x0 <= x && x < r.x1 && r.y0 <= y && y < r.y1);
                prop_assert!(inside || !pixel.meets(b), "({x}, {y}) of {b:?} stays clear");
            }}
        }

        #[test]
        fn inward_holds_only_pixels_wholly_inside(b in any_box()) {
            if let Some(r) = inward(b, CHROMA, 99, 77) {
                prop_assert!(f64::from(r.x0) >= b.x && f64::from(r.y0) >= b.y);
                prop_assert!(f64::from(r.x1) <= b.right() && f64::from(r.y1) <= b.bottom());
            }
        }

        #[test]
        fn a_cut_keeps_every_other_pixel_once(a in 0u32..9, b in 0u32..9, c in 0u32..9, d in 0u32..9) {
            let whole = Rect { x0: 2, y0: 1, x1: 7, y1: 8 };
            let cut = Rect { x0: a, y0: b, x1: a + c + 1, y1: b + d + 1 };
            let has = |r: &Rect, x, y| r.x0 <= x && x < r.x1 && r.y0 <= y && y < r.y1;
            let left = whole.without(cut);
            for y in 0..20 { for x in 0..20 {
                let expected = usize::from(has(&whole, x, y) && !has(&cut, x, y));
                prop_assert_eq!(left.iter().filter(|r| has(r, x, y)).count(), expected);
            }}
        }
    }
}
