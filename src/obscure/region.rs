//! Which boxes belong together: the parts of a picture that a method treats on their own, so that its cost
//! follows what is covered and not the size of the picture.

use crate::cover::Cover;
use crate::geometry::Rect;
use crate::picture::Layout;

/// Boxes that touch, directly or through others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Region {
    /// The smallest rectangle around them. The hulls of two regions do not touch.
    pub hull: Rect,
    /// The longest of their shorter sides: the detail that must go.
    pub side: u32,
    /// Whether this is a whole picture but for its clear parts.
    pub whole: bool,
}

/// The regions of a cover in luma pixels, on the chroma grid so that they do not touch in any plane. In all-but
/// mode the picture is one region: the slivers between clear parts must not count as small boxes.
pub(super) fn regions(cover: &Cover, layout: &Layout) -> Vec<Region> {
    let picture = Rect { x0: 0, y0: 0, x1: layout.width, y1: layout.height };
    let alone = |hull: Rect| Region { hull, side: hull.width().min(hull.height()), whole: false };
    if cover.all_but.is_some() && picture.width() > 0 && picture.height() > 0 {
        return vec![Region { whole: true, ..alone(picture) }];
    }
    let (shift_x, shift_y) = (layout.chroma_shift_x, layout.chroma_shift_y);
    let on_grid = |b: Rect| {
        let c = b.subsampled(shift_x, shift_y);
        Rect { x0: c.x0 << shift_x, y0: c.y0 << shift_y, x1: c.x1 << shift_x, y1: c.y1 << shift_y }
    };
    let inside = |b: &Rect| b.intersection(picture).and_then(|b| on_grid(b).intersection(picture));
    let mut regions: Vec<Region> = Vec::new();
    for hull in cover.boxes.iter().filter_map(inside) {
        let mut grown = alone(hull);
        // A hull that grew may touch what it did not touch before.
        while let Some(at) = regions.iter().position(|r| touch(r.hull, grown.hull)) {
            let other = regions.swap_remove(at);
            grown = Region { hull: around(grown.hull, other.hull), side: grown.side.max(other.side), whole: false };
        }
        regions.push(grown);
    }
    regions
}

fn touch(a: Rect, b: Rect) -> bool {
    a.x0 <= b.x1 && b.x0 <= a.x1 && a.y0 <= b.y1 && b.y0 <= a.y1
}

fn around(a: Rect, b: Rect) -> Rect {
    Rect { x0: a.x0.min(b.x0), y0: a.y0.min(b.y0), x1: a.x1.max(b.x1), y1: a.y1.max(b.y1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn video(width: u32, height: u32) -> Layout {
        Layout { width, height, chroma_shift_x: 1, chroma_shift_y: 1, depth: 8, grey: false, full_range: false }
    }

    fn boxes(list: &[(u32, u32, u32, u32)]) -> Cover {
        let boxes = list.iter().map(|&(x0, y0, x1, y1)| Rect { x0, y0, x1, y1 }).collect();
        Cover { boxes, all_but: None }
    }

    #[test]
    fn boxes_that_touch_through_a_third_are_one_region() {
        let found = regions(&boxes(&[(0, 0, 10, 10), (20, 0, 30, 10), (10, 2, 20, 6)]), &video(100, 100));
        assert_eq!(found, [Region { hull: Rect { x0: 0, y0: 0, x1: 30, y1: 10 }, side: 10, whole: false }]);
    }

    #[test]
    fn boxes_with_a_gap_are_regions_of_their_own() {
        assert_eq!(regions(&boxes(&[(0, 0, 10, 10), (12, 0, 20, 10)]), &video(100, 100)).len(), 2);
    }

    #[test]
    fn all_but_is_one_region_as_large_as_the_picture() {
        let cover = Cover { all_but: Some(vec![Rect { x0: 2, y0: 2, x1: 4, y1: 4 }]), ..boxes(&[(0, 0, 2, 2)]) };
        let picture = Rect { x0: 0, y0: 0, x1: 64, y1: 48 };
        assert_eq!(regions(&cover, &video(64, 48)), [Region { hull: picture, side: 48, whole: true }]);
    }

    #[test]
    fn boxes_that_meet_in_a_chroma_sample_are_one_region() {
        let found = regions(&boxes(&[(0, 0, 9, 10), (9, 2, 21, 6)]), &video(21, 100));
        assert_eq!(found, [Region { hull: Rect { x0: 0, y0: 0, x1: 21, y1: 10 }, side: 10, whole: false }]);
        assert_eq!(regions(&boxes(&[(0, 0, 9, 10), (11, 0, 20, 10)]), &video(21, 100)).len(), 1);
    }
}
