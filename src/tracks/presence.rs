//! From a person's boxes to what is covered for them: short gaps bridged, long ones judged, and a hold before and
//! after every presence, because boxes begin late and end early.

use super::Sampling;
use super::lay::Run;
use crate::footage::Footage;
use crate::geometry::BoundingBox;
use crate::request::{GapPolicy, Rules, Statement};
use crate::time::{Position, Window};

/// Why a box is covered in a frame, the better reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The track has it.
    Marked,
    /// It lies in a short gap, or in a long one that is covered.
    Bridged,
    /// Before or after a presence.
    Held,
}

/// A box to cover in one frame, before the margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Covered {
    /// The frame's number.
    pub frame: usize,
    /// The box, in displayed pixels.
    pub shape: BoundingBox,
    /// Why.
    pub why: Why,
}

/// Nanoseconds at each end of a presence from which its speed is taken.
const SPEED_SPAN: i64 = 500_000_000;

/// What is covered for one track, in no order, frames in `frames` only; and the gaps that stop the run.
/// `statements` are those about this track.
pub fn covered(
    runs: &[Run],
    sampling: Sampling,
    rules: &Rules,
    statements: &[&Statement],
    footage: &Footage,
    frames: &[usize],
) -> (Vec<Covered>, Vec<Window>) {
    let mut covered = Vec::new();
    let mut refused = Vec::new();
    let wanted = Wanted(frames);
    let mut presence: Option<Run> = None;
    for run in runs {
        let joined = presence.as_ref().and_then(|before| {
            let gap = Gap::between(before, run, footage);
            match gap.verdict(before.ended || sampling != Sampling::EveryFrame, rules, statements, footage, &wanted) {
                Verdict::Bridge => Some(gap.bridged(before, run, footage)),
                Verdict::Cover => {
                    let hull = gap.ends.0.hull(gap.ends.1);
                    covered.extend(wanted.within(gap.first, gap.last).map(|frame| Covered {
                        frame,
                        shape: hull,
                        why: Why::Bridged,
                    }));
                    None
                }
                Verdict::Absent => None,
                Verdict::Refuse => {
                    refused.push(gap.window(footage));
                    None
                }
            }
        });
        covered.extend(
            wanted
                .within(run.first, run.last())
                .filter_map(|frame| run.at(frame).map(|shape| Covered { frame, shape, why: Why::Marked })),
        );
        match (joined, &mut presence) {
            (Some(bridge), Some(whole)) => {
                let inside = |frame: usize| bridge.at(frame).map(|shape| Covered { frame, shape, why: Why::Bridged });
                covered.extend(wanted.within(bridge.first, bridge.last()).filter_map(inside));
                whole.boxes.extend(bridge.boxes);
                whole.boxes.extend(&run.boxes);
                whole.ended = run.ended;
            }
            (_, presence) => {
                if let Some(done) = presence.replace(run.clone()) {
                    hold(&done, rules.hold, footage, &wanted, &mut covered);
                }
            }
        }
    }
    if let Some(done) = presence {
        hold(&done, rules.hold, footage, &wanted, &mut covered);
    }
    (covered, refused)
}

/// The frames asked for, in order.
struct Wanted<'a>(&'a [usize]);

impl Wanted<'_> {
    fn within(&self, first: usize, last: usize) -> impl Iterator<Item = usize> + '_ {
        let from = self.0.partition_point(|&f| f < first);
        self.0[from..].iter().copied().take_while(move |&f| f <= last)
    }
}

enum Verdict {
    Bridge,
    Cover,
    Absent,
    Refuse,
}

/// Frames without a box between two runs.
struct Gap {
    first: usize,
    last: usize,
    ends: (BoundingBox, BoundingBox),
    /// Nanoseconds between the neighbouring boxes.
    length: i64,
}

impl Gap {
    fn between(before: &Run, after: &Run, footage: &Footage) -> Self {
        Self {
            first: before.last() + 1,
            last: after.first.saturating_sub(1),
            ends: (before.boxes[before.boxes.len() - 1], after.boxes[0]),
            length: footage.position(after.first).since(footage.position(before.last())),
        }
    }

    /// From the first frame without a box to the next one with one.
    fn window(&self, footage: &Footage) -> Window {
        Window { from: footage.position(self.first), to: footage.position(self.last + 1) }
    }

    fn verdict(
        &self,
        file_says_absent: bool,
        rules: &Rules,
        statements: &[&Statement],
        footage: &Footage,
        wanted: &Wanted<'_>,
    ) -> Verdict {
        if self.first > self.last || self.length <= rules.bridge {
            return Verdict::Bridge;
        }
        let missing = self.window(footage);
        let stated = statements.iter().find(|s| s.window.from <= missing.from && missing.to <= s.window.to);
        // What is said of this very gap counts most, then what the file says, then what is said of all gaps.
        let policy = match stated {
            Some(statement) => statement.is,
            None if file_says_absent => GapPolicy::Absent,
            None => rules.gaps,
        };
        match policy {
            GapPolicy::Absent => Verdict::Absent,
            GapPolicy::Cover => Verdict::Cover,
            GapPolicy::Refuse if wanted.within(self.first, self.last).next().is_none() => Verdict::Absent,
            GapPolicy::Refuse => Verdict::Refuse,
        }
    }

    /// The boxes of the gap, moving linearly in time.
    fn bridged(&self, before: &Run, after: &Run, footage: &Footage) -> Run {
        let start = footage.position(before.last());
        let boxes = (before.last() + 1..after.first).map(|frame| {
            let share = footage.position(frame).since(start) as f64 / self.length.max(1) as f64;
            self.ends.0.lerp(self.ends.1, share)
        });
        Run { first: self.first, boxes: boxes.collect(), ended: false }
    }
}

/// Covers before and after a presence, for `hold` nanoseconds and at least one frame: the nearest box, grown on each
/// side as fast as its fastest edge moved.
fn hold(presence: &Run, hold: i64, footage: &Footage, wanted: &Wanted<'_>, covered: &mut Vec<Covered>) {
    let mut add = |frame: usize, shape: BoundingBox, speed: f64, nanos: i64| {
        if wanted.within(frame, frame).next().is_some() {
            let grown = speed * nanos as f64 / 1e9;
            covered.push(Covered { frame, shape: shape.grown(grown, grown), why: Why::Held });
        }
    };
    let (start, end) = (footage.position(presence.first), footage.position(presence.last()));
    let (first, last) = (presence.boxes[0], presence.boxes[presence.boxes.len() - 1]);
    let early = fastest_edge(presence, footage, |at| at.since(start) <= SPEED_SPAN);
    for frame in (0..presence.first).rev() {
        let nanos = start.since(footage.position(frame));
        if nanos > hold && frame + 1 != presence.first {
            break;
        }
        add(frame, first, early, nanos);
    }
    let late = fastest_edge(presence, footage, |at| end.since(at) <= SPEED_SPAN);
    for frame in presence.last() + 1..footage.frames.len() {
        let nanos = footage.position(frame).since(end);
        if nanos > hold && frame != presence.last() + 1 {
            break;
        }
        add(frame, last, late, nanos);
    }
}

/// Pixels a second of the fastest edge between neighbouring frames of which one passes `near`.
fn fastest_edge(run: &Run, footage: &Footage, near: impl Fn(Position) -> bool) -> f64 {
    let mut fastest = 0.0f64;
    for (offset, pair) in run.boxes.windows(2).enumerate() {
        let (from, to) = (footage.position(run.first + offset), footage.position(run.first + offset + 1));
        // A pair that reaches into the span counts, so that one frame a second still has a speed.
        if near(from) || near(to) {
            let seconds = to.since(from) as f64 / 1e9;
            let moved =
                pair[0].edges().into_iter().zip(pair[1].edges()).map(|(a, b)| (b - a).abs()).fold(0.0, f64::max);
            fastest = fastest.max(moved / seconds.max(1e-9));
        }
    }
    fastest
}
