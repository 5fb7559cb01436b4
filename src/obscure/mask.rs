//! Which samples are covered, as spans of rows: set arithmetic on rectangles whose cost follows their number
//! and not the size of the picture.

use std::ops::Range;

use crate::cover::Cover;
use crate::geometry::Rect;

/// A set of samples of one plane.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mask {
    /// In ascending order, without overlap and without empty bands.
    bands: Vec<Band>,
}

/// Rows that share their spans.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Band {
    rows: Range<usize>,
    /// In ascending order, with gaps between them.
    spans: Vec<Range<usize>>,
}

type Spans = [Range<usize>];

impl Mask {
    /// The covered pixels of a luma plane of `width` x `height`.
    pub fn new(cover: &Cover, width: u32, height: u32) -> Self {
        let picture = Rect { x0: 0, y0: 0, x1: width, y1: height };
        let inside = |rects: &[Rect]| rects.iter().filter_map(|r| r.intersection(picture)).collect::<Vec<_>>();
        let boxes = Self::union(inside(&cover.boxes));
        match &cover.all_but {
            None => boxes,
            Some(clear) => {
                let rest = Self::union(vec![picture]).without(&Self::union(inside(clear)));
                rest.combined(&boxes, |a, b| merged(a.iter().chain(b).cloned().collect()))
            }
        }
    }

    /// The samples that lie in any of `rects`.
    pub(super) fn union(mut rects: Vec<Rect>) -> Self {
        rects.retain(|r| r.x0 < r.x1 && r.y0 < r.y1);
        rects.sort_unstable_by_key(|r| r.y0);
        let mut cuts: Vec<u32> = rects.iter().flat_map(|r| [r.y0, r.y1]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut mask = Self::default();
        let mut active: Vec<Rect> = Vec::new();
        let mut waiting = rects.into_iter().peekable();
        for (y0, y1) in cuts.iter().zip(cuts.iter().skip(1)) {
            active.retain(|r| r.y1 > *y0);
            while let Some(next) = waiting.next_if(|r| r.y0 <= *y0) {
                active.push(next);
            }
            let spans = active.iter().map(|r| r.x0 as usize..r.x1 as usize).collect();
            mask.push(*y0 as usize..*y1 as usize, merged(spans));
        }
        mask
    }

    /// The samples of `self` that are not in `other`.
    pub(super) fn without(&self, other: &Self) -> Self {
        self.combined(other, subtracted)
    }

    /// The mask of a plane subsampled by `1 << shift` per axis: a sample is covered when any of its luma
    /// pixels is.
    pub fn subsampled(&self, shift_x: u32, shift_y: u32) -> Self {
        if (shift_x, shift_y) == (0, 0) {
            return self.clone();
        }
        Self::union(self.rects().map(|r| r.subsampled(shift_x, shift_y)).collect())
    }

    /// The covered samples of one row: ascending column ranges with gaps between them.
    pub fn row(&self, y: usize) -> &[Range<usize>] {
        let at = self.bands.partition_point(|b| b.rows.end <= y);
        self.bands.get(at).filter(|b| b.rows.contains(&y)).map_or(&[], |b| &b.spans)
    }

    /// Whether a sample is covered.
    pub fn covers(&self, x: usize, y: usize) -> bool {
        self.row(y).iter().any(|span| span.contains(&x))
    }

    /// How many samples of `rect` are covered: 0 when it is clear, its area when it is covered whole.
    pub fn area(&self, rect: Rect) -> usize {
        self.runs(rect).map(|(_, xs)| xs.len()).sum()
    }

    /// The covered samples inside `rect`, as a row and its columns, row by row.
    pub fn runs(&self, rect: Rect) -> impl Iterator<Item = (usize, Range<usize>)> + '_ {
        let (xs, ys) = (rect.x0 as usize..rect.x1 as usize, rect.y0 as usize..rect.y1 as usize);
        let first = self.bands.partition_point(|b| b.rows.end <= ys.start);
        let last = self.bands.partition_point(|b| b.rows.start < ys.end).max(first);
        self.bands[first..last].iter().flat_map(move |band| {
            let xs = xs.clone();
            let from = band.spans.partition_point(|s| s.end <= xs.start);
            let to = band.spans.partition_point(|s| s.start < xs.end).max(from);
            let rows = band.rows.start.max(ys.start)..band.rows.end.min(ys.end);
            rows.flat_map(move |y| {
                let xs = xs.clone();
                band.spans[from..to].iter().map(move |s| (y, s.start.max(xs.start)..s.end.min(xs.end)))
            })
        })
    }

    /// The samples as rectangles that do not overlap.
    fn rects(&self) -> impl Iterator<Item = Rect> + '_ {
        self.bands.iter().flat_map(|band| {
            let (y0, y1) = (band.rows.start as u32, band.rows.end as u32);
            band.spans.iter().map(move |s| Rect { x0: s.start as u32, y0, x1: s.end as u32, y1 })
        })
    }

    /// Both masks, row by row, through an operation on spans.
    fn combined(&self, other: &Self, operation: fn(&Spans, &Spans) -> Vec<Range<usize>>) -> Self {
        let mut cuts: Vec<usize> =
            self.bands.iter().chain(&other.bands).flat_map(|b| [b.rows.start, b.rows.end]).collect();
        cuts.sort_unstable();
        cuts.dedup();
        let mut mask = Self::default();
        for (y0, y1) in cuts.iter().zip(cuts.iter().skip(1)) {
            mask.push(*y0..*y1, operation(self.row(*y0), other.row(*y0)));
        }
        mask
    }

    /// Adds rows below all others.
    fn push(&mut self, rows: Range<usize>, spans: Vec<Range<usize>>) {
        match self.bands.last_mut() {
            _ if spans.is_empty() => {}
            Some(last) if last.rows.end == rows.start && last.spans == spans => last.rows.end = rows.end,
            _ => self.bands.push(Band { rows, spans }),
        }
    }
}

/// Spans in ascending order, those that overlap or touch made one.
fn merged(mut spans: Vec<Range<usize>>) -> Vec<Range<usize>> {
    spans.sort_unstable_by_key(|s| s.start);
    spans.dedup_by(|next, kept| {
        let joins = next.start <= kept.end;
        if joins {
            kept.end = kept.end.max(next.end);
        }
        joins
    });
    spans
}

/// What is left of `spans` without `holes`; both as [`merged`] returns them.
fn subtracted(spans: &Spans, holes: &Spans) -> Vec<Range<usize>> {
    let mut left = Vec::new();
    for span in spans {
        let mut start = span.start;
        for hole in holes.iter().filter(|h| h.start < span.end && span.start < h.end) {
            if start < hole.start {
                left.push(start..hole.start);
            }
            start = hole.end;
        }
        if start < span.end {
            left.push(start..span.end);
        }
    }
    left
}

/// The columns of a run cell by cell, each `wide` columns from `x0` on, with the cell's number.
pub(super) fn by_cell(xs: Range<usize>, x0: usize, wide: usize) -> impl Iterator<Item = (usize, Range<usize>)> {
    let cells = (xs.start - x0) / wide..(xs.end - x0).div_ceil(wide);
    cells.map(move |c| (c, xs.start.max(x0 + c * wide)..xs.end.min(x0 + (c + 1) * wide)))
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rect() -> impl Strategy<Value = Rect> {
        (0u32..20, 0u32..20, 1u32..12, 1u32..12).prop_map(|(x0, y0, w, h)| Rect { x0, y0, x1: x0 + w, y1: y0 + h })
    }

    fn cover() -> impl Strategy<Value = Cover> {
        let rects = || prop::collection::vec(rect(), 0..6);
        (rects(), prop::option::of(rects())).prop_map(|(boxes, all_but)| Cover { boxes, all_but })
    }

    /// The definition, pixel by pixel.
    fn covered(cover: &Cover, x: u32, y: u32) -> bool {
        let any = |rects: &[Rect]| rects.iter().any(|r| (r.x0..r.x1).contains(&x) && (r.y0..r.y1).contains(&y));
        any(&cover.boxes) || cover.all_but.as_ref().is_some_and(|clear| !any(clear))
    }

    #[test]
    fn overlapping_boxes_become_one_set() {
        let boxes = vec![Rect { x0: 0, y0: 0, x1: 4, y1: 2 }, Rect { x0: 2, y0: 1, x1: 6, y1: 3 }];
        let mask = Mask::new(&Cover { boxes, all_but: None }, 10, 10);
        assert_eq!([mask.row(0), mask.row(1), mask.row(2), mask.row(3)], [&[0..4][..], &[0..6], &[2..6], &[]]);
        assert_eq!(mask.area(Rect { x0: 0, y0: 0, x1: 10, y1: 10 }), 14);
    }

    #[test]
    fn covering_wins_over_clearing() {
        let clear = vec![Rect { x0: 2, y0: 0, x1: 8, y1: 1 }];
        let cover = Cover { boxes: vec![Rect { x0: 4, y0: 0, x1: 5, y1: 1 }], all_but: Some(clear) };
        assert_eq!(Mask::new(&cover, 10, 1).row(0), [0..2, 4..5, 8..10]);
    }

    #[test]
    fn a_picture_without_columns_has_an_empty_mask() {
        assert_eq!(Mask::new(&Cover::whole(), 0, 9), Mask::default());
    }

    proptest! {
        #[test]
        fn the_mask_is_the_definition_in_every_plane(
            cover in cover(), width in 1u32..30, height in 1u32..30, sx in 0u32..3, sy in 0u32..2,
        ) {
            let luma = Mask::new(&cover, width, height);
            let chroma = luma.subsampled(sx, sy);
            let mut any = std::collections::BTreeSet::new();
            for y in 0..height + 3 {
                for x in 0..width + 3 {
                    let expected = x < width && y < height && covered(&cover, x, y);
                    prop_assert_eq!(luma.covers(x as usize, y as usize), expected);
                    if expected { any.insert((x >> sx, y >> sy)); }
                }
            }
            for y in 0..height {
                for x in 0..width {
                    prop_assert_eq!(chroma.covers(x as usize, y as usize), any.contains(&(x, y)));
                }
            }
        }

        #[test]
        fn runs_count_what_a_rectangle_holds(cover in cover(), rect in rect()) {
            let mask = Mask::new(&cover, 25, 25);
            let inside = |x: &u32, y: &u32| *x < 25 && *y < 25 && covered(&cover, *x, *y);
            let count = (rect.y0..rect.y1).flat_map(|y| (rect.x0..rect.x1).map(move |x| (x, y)))
                .filter(|(x, y)| inside(x, y)).count();
            prop_assert_eq!(mask.area(rect), count);
        }
    }
}
