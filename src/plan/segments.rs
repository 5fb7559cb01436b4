//! Smart rendering's decision: which frames may be copied as they were coded, and which are rendered. Pure.

use std::ops::Range;

/// What matters of one coded picture of the footage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Coded {
    /// The number in the footage of the frame it shows; `None` for one that is not presented.
    pub frame: Option<usize>,
    /// An IDR picture: nothing after it, in coding order, refers to anything before it.
    pub idr: bool,
    /// It may be copied, as far as it alone tells.
    pub sound: bool,
}

/// A run of frames, by their numbers in the footage, that are all made in one way. Segments follow each other without a
/// break, in presentation and in coding order alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// The footage's own coded pictures. Begins with an IDR picture.
    Copied(Range<usize>),
    /// Decoded, covered, encoded anew.
    Rendered(Range<usize>),
}

impl Segment {
    /// The frames.
    pub fn frames(&self) -> &Range<usize> {
        match self {
            Self::Copied(frames) | Self::Rendered(frames) => frames,
        }
    }

    /// The frames, if they are copied.
    pub fn copied(&self) -> Option<&Range<usize>> {
        match self {
            Self::Copied(frames) => Some(frames),
            Self::Rendered(_) => None,
        }
    }
}

/// Divides the wanted frames. `pictures` are in coding order and hold at least every wanted frame's; `bars` tells
/// which frames may not be copied: they are covered, or nothing may be copied across them.
///
/// From each IDR picture to the next, the longest run of coded pictures from its beginning is copied that is wanted
/// and unbarred throughout and closed: every frame after it in coding order is shown after it, too. The rest is
/// rendered, because what is coded there refers to barred frames.
pub fn segments(pictures: &[Coded], wanted: Range<usize>, bars: impl Fn(usize) -> bool) -> Vec<Segment> {
    let mut segments: Vec<Segment> = Vec::new();
    let mut add = |segment: Segment| {
        if segment.frames().is_empty() {
            return;
        }
        match (segments.last_mut(), segment) {
            (Some(Segment::Copied(last)), Segment::Copied(next))
            | (Some(Segment::Rendered(last)), Segment::Rendered(next)) => {
                last.end = next.end;
            }
            (_, segment) => segments.push(segment),
        }
    };
    for group in pictures.chunk_by(|_, next| !next.idr) {
        let shown = |p: &Coded| p.frame.filter(|f| wanted.contains(f));
        let (Some(first), Some(last)) = (group.iter().filter_map(shown).min(), group.iter().filter_map(shown).max())
        else {
            continue;
        };
        let copied = closed_run(group, |p| shown(p).filter(|&f| p.sound && !bars(f)));
        add(Segment::Copied(first..first + copied));
        add(Segment::Rendered(first + copied..last + 1));
    }
    segments
}

/// How many pictures from the group's beginning may be copied; `free` gives the frame of one that alone may be.
fn closed_run(group: &[Coded], free: impl Fn(&Coded) -> Option<usize>) -> usize {
    if !group.first().is_some_and(|p| p.idr) {
        return 0;
    }
    // The first frame that is shown of all pictures from each place on.
    let mut first_after = vec![usize::MAX; group.len() + 1];
    for (place, picture) in group.iter().enumerate().rev() {
        first_after[place] = picture.frame.unwrap_or(usize::MAX).min(first_after[place + 1]);
    }
    let (mut closed, mut last_shown) = (0, None);
    for (place, picture) in group.iter().enumerate() {
        let Some(frame) = free(picture) else { break };
        last_shown = last_shown.max(Some(frame));
        if last_shown < Some(first_after[place + 1]) {
            closed = place + 1;
        }
    }
    closed
}

/// How many pictures a decoder holds back at most until it can show them in order.
pub fn reorder_depth(pictures: &[Coded]) -> usize {
    let of_group = |group: &[Coded]| {
        let coded: Vec<usize> = group.iter().filter_map(|p| p.frame).collect();
        let mut shown = coded.clone();
        shown.sort_unstable();
        let late = |(place, frame): (usize, &usize)| place - shown.partition_point(|f| f < frame).min(place);
        coded.iter().enumerate().map(late).max().unwrap_or(0)
    };
    pictures.chunk_by(|_, next| !next.idr).map(of_group).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use Segment::{Copied, Rendered};
    use proptest::prelude::*;

    /// Pictures that show these frames, in coding order; the named ones are IDR pictures.
    fn coded(frames: &[usize], idr: &[usize]) -> Vec<Coded> {
        let picture = |&f: &usize| Coded { frame: Some(f), idr: idr.contains(&f), sound: true };
        frames.iter().map(picture).collect()
    }

    #[test]
    fn groups_that_nobody_enters_are_copied_and_a_touched_one_up_to_the_touch() {
        let pictures = coded(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], &[0, 4, 8]);
        let touched = |f| (6..8).contains(&f);
        assert_eq!(segments(&pictures, 0..12, touched), [Copied(0..6), Rendered(6..8), Copied(8..12)]);
        assert_eq!(segments(&pictures, 0..12, |_| false), [Copied(0..12)]);
        assert_eq!(segments(&pictures, 0..12, |f| f == 0), [Rendered(0..4), Copied(4..12)]);
    }

    #[test]
    fn a_copied_run_ends_where_no_later_picture_is_shown_within_it() {
        // I0 P3 B1 B2 P6 B4 B5
        let pictures = coded(&[0, 3, 1, 2, 6, 4, 5], &[0]);
        assert_eq!(segments(&pictures, 0..7, |f| f == 5), [Copied(0..4), Rendered(4..7)]);
        assert_eq!(segments(&pictures, 0..7, |f| f == 2), [Copied(0..1), Rendered(1..7)]);
    }

    #[test]
    fn the_reorder_depth_is_how_late_a_picture_is_coded() {
        assert_eq!(reorder_depth(&coded(&[0, 1, 2, 3, 4], &[0, 3])), 0);
        assert_eq!(reorder_depth(&coded(&[0, 3, 1, 2, 6, 4, 5], &[0])), 1);
        assert_eq!(reorder_depth(&coded(&[0, 4, 2, 1, 3, 5, 9, 7, 6, 8], &[0, 5])), 2);
    }

    #[test]
    fn a_window_that_begins_within_a_group_renders_its_rest_and_one_that_ends_in_it_copies_up_to_there() {
        let pictures = coded(&[0, 1, 2, 3, 4, 5, 6, 7], &[0, 4]);
        assert_eq!(segments(&pictures, 2..7, |_| false), [Rendered(2..4), Copied(4..7)]);
        // I0 P3 B1 B2: frame 3 is outside the window, and 1 and 2 refer to it
        let pictures = coded(&[0, 3, 1, 2], &[0]);
        assert_eq!(segments(&pictures, 0..3, |_| false), [Copied(0..1), Rendered(1..3)]);
    }

    #[test]
    fn what_does_not_begin_with_an_idr_picture_or_is_not_sound_is_rendered() {
        let pictures = coded(&[0, 1, 2, 3], &[2]);
        assert_eq!(segments(&pictures, 0..4, |_| false), [Rendered(0..2), Copied(2..4)]);
        let mut pictures = coded(&[0, 1, 2, 3], &[0]);
        pictures[2].sound = false;
        assert_eq!(segments(&pictures, 0..4, |_| false), [Copied(0..2), Rendered(2..4)]);
        pictures[1].frame = None;
        assert_eq!(segments(&pictures, 0..4, |_| false), [Copied(0..1), Rendered(1..4)]);
    }

    proptest! {
        #[test]
        fn every_wanted_frame_is_in_one_segment_and_no_barred_one_is_copied(
            groups in prop::collection::vec((1usize..12, 0usize..4), 1..6),
            from in 0usize..20, length in 1usize..40, barred: u64,
        ) {
            // Within a group: I, then runs of one P before the B frames it is shown after.
            let (mut pictures, mut next) = (Vec::new(), 0);
            for (count, b_frames) in groups {
                pictures.push(Coded { frame: Some(next), idr: true, sound: true });
                let end = next + count;
                next += 1;
                while next < end {
                    let p = (next + b_frames).min(end - 1);
                    let order = std::iter::once(p).chain(next..p);
                    pictures.extend(order.map(|f| Coded { frame: Some(f), idr: false, sound: true }));
                    next = p + 1;
                }
            }
            let wanted = from.min(next)..(from + length).min(next);
            let bars = |f: usize| barred >> (f % 64) & 1 == 1;
            let segments = segments(&pictures, wanted.clone(), bars);
            let all: Vec<usize> = segments.iter().flat_map(|s| s.frames().clone()).collect();
            prop_assert_eq!(all, wanted.collect::<Vec<_>>());
            for range in segments.iter().filter_map(Segment::copied) {
                prop_assert!(!range.clone().any(bars));
                // The copied frames are a run of the coding order from an IDR picture on, and nothing else.
                let place = |f| pictures.iter().position(|p| p.frame == Some(f));
                let first = place(range.start).unwrap_or(usize::MAX);
                prop_assert!(pictures[first].idr);
                let mut run: Vec<_> = pictures[first..first + range.len()].iter().filter_map(|p| p.frame).collect();
                run.sort_unstable();
                prop_assert_eq!(run, range.clone().collect::<Vec<_>>());
            }
        }
    }
}
