//! The true boxes as an annotator would hand them over, in three formats.

use std::collections::BTreeMap;
use std::fmt::Write;

use cctv_redact::geometry::BoundingBox;
use cctv_redact::scene::{REQUESTER, Scene};

use crate::catalogue::Fixture;

/// How far, in pixels, an edge between two key frames may be from where it should be.
const TOLERANCE: f64 = 1.5;
/// The parked car, which is covered for the whole recording.
const PARKED: u32 = 4;

/// A box and the frame it is in.
type Placed = (u32, BoundingBox);

/// Who is where in every frame of a piece of footage.
pub struct Seen {
    size: (u32, u32),
    frames: u32,
    /// Seconds at which each frame is taken.
    times: Vec<f64>,
    tracks: BTreeMap<u32, (&'static str, Vec<Placed>)>,
}

impl Seen {
    /// The boxes of all frames, in shown pixels.
    pub fn of(scene: &Scene, fixture: &Fixture) -> Self {
        let (sx, sy) = (
            f64::from(fixture.shown.0) / f64::from(fixture.drawn.0),
            f64::from(fixture.shown.1) / f64::from(fixture.drawn.1),
        );
        let mut tracks = BTreeMap::new();
        for n in 0..fixture.frames {
            for seen in scene.boxes_at(fixture.time_of(scene, n)) {
                let (_, boxes) = tracks.entry(seen.id).or_insert_with(|| (seen.label, Vec::new()));
                boxes.push((n, seen.shape.scaled(sx, sy)));
            }
        }
        let times = (0..fixture.frames).map(|n| fixture.time_of(scene, n).seconds()).collect();
        Self { size: fixture.shown, frames: fixture.frames, times, tracks }
    }

    /// The project's own format.
    pub fn native(&self, sha256: &str) -> String {
        let (width, height) = self.size;
        let time = |n: u32| self.times.get(n as usize).copied().unwrap_or_default();
        let tracks: Vec<_> = self
            .tracks
            .iter()
            .map(|(&id, (label, boxes))| {
                let role = if id == REQUESTER { "subject" } else { "third-party" };
                let whole = id == PARKED;
                let line = |n: u32, b: BoundingBox, end: &str| {
                    format!(
                        "        {{ \"frame\": {n}, \"box\": [{:.1}, {:.1}, {:.1}, {:.1}]{end} }}",
                        b.x, b.y, b.w, b.h
                    )
                };
                let mut lines: Vec<_> = if whole {
                    boxes.iter().take(1).map(|&(n, b)| line(n, b, "")).collect()
                } else {
                    key_frames(boxes, time).into_iter().map(|(n, b)| line(n, b, "")).collect()
                };
                if let Some((n, b)) = self.leaves(boxes) {
                    lines.push(line(n, b, ", \"end\": true"));
                }
                format!(
                    "    {{ \"id\": \"{id}\", \"label\": \"{label}\", \"role\": \"{role}\", \"whole\": {whole},\n      \
                 \"keyframes\": [\n{} ] }}",
                    lines.join(",\n")
                )
            })
            .collect();
        format!(
            "{{\n  \"version\": 1,\n  \"sampling\": \"keyframes\",\n  \"footage\": {{ \"width\": {width}, \"height\": \
             {height}, \"sha256\": \"{sha256}\", \"frames\": {} }},\n  \"tracks\": [\n{} ]\n}}\n",
            self.frames,
            tracks.join(",\n")
        )
    }

    /// MOTChallenge: frame, id, left, top, width, height, confidence and three unused columns.
    pub fn mot(&self) -> String {
        let mut rows: Vec<_> =
            self.tracks.iter().flat_map(|(id, (_, boxes))| boxes.iter().map(move |(n, b)| (n + 1, id, b))).collect();
        rows.sort_by_key(|&(frame, id, _)| (frame, id));
        let row = |(frame, id, b): (u32, &u32, &BoundingBox)| {
            format!("{frame},{id},{:.1},{:.1},{:.1},{:.1},1,-1,-1,-1\n", b.x, b.y, b.w, b.h)
        };
        rows.into_iter().map(row).collect()
    }

    /// CVAT for video 1.1.
    pub fn cvat(&self) -> String {
        let (width, height) = self.size;
        let mut xml = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<annotations>\n  <version>1.1</version>\n  <meta><task><size>{0}</size>\
             <mode>interpolation</mode><start_frame>0</start_frame><stop_frame>{1}</stop_frame><frame_filter></frame_filter>\
             <original_size><width>{width}</width><height>{height}</height></original_size></task></meta>\n",
            self.frames,
            self.frames - 1
        );
        for (id, (label, boxes)) in &self.tracks {
            let shown = key_frames(boxes, f64::from).into_iter().map(|(n, b)| (n, b, 0));
            let leaves = self.leaves(boxes).map(|(n, b)| (n, b, 1));
            // Writing into a String cannot fail.
            let _ = writeln!(xml, "  <track id=\"{id}\" label=\"{label}\" source=\"manual\">");
            for (n, b, outside) in shown.chain(leaves) {
                let [left, top, right, bottom] = b.edges();
                let _ = writeln!(
                    xml,
                    "    <box frame=\"{n}\" keyframe=\"1\" outside=\"{outside}\" occluded=\"0\" xtl=\"{left:.2}\" \
                     ytl=\"{top:.2}\" xbr=\"{right:.2}\" ybr=\"{bottom:.2}\" z_order=\"0\"></box>"
                );
            }
            xml.push_str("  </track>\n");
        }
        xml + "</annotations>\n"
    }

    /// The frame after the last, with the last box, of somebody who leaves before the footage ends.
    fn leaves(&self, boxes: &[Placed]) -> Option<Placed> {
        boxes.last().map(|&(n, b)| (n + 1, b)).filter(|&(n, _)| n < self.frames)
    }
}

/// As few boxes as follow all of them within the tolerance, when edges move evenly over `time`.
fn key_frames(boxes: &[Placed], time: impl Fn(u32) -> f64) -> Vec<Placed> {
    let follows = |from: &Placed, to: &Placed, between: &[Placed]| {
        between.iter().all(|(n, truth)| {
            let share = (time(*n) - time(from.0)) / (time(to.0) - time(from.0));
            let guess = from.1.lerp(to.1, share);
            guess.edges().iter().zip(truth.edges()).all(|(a, b)| (a - b).abs() <= TOLERANCE)
        })
    };
    let mut kept: Vec<_> = boxes.first().copied().into_iter().collect();
    let mut rest = boxes.get(1..).unwrap_or_default();
    while let (Some(&from), false) = (kept.last(), rest.is_empty()) {
        let reach = (1..rest.len()).take_while(|&i| follows(&from, &rest[i], &rest[..i])).last().unwrap_or(0);
        kept.push(rest[reach]);
        rest = &rest[reach + 1..];
    }
    kept
}
