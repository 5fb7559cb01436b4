//! What the benchmark's clip shows: a still camera over the drawn car park, with texture and sensor noise, the requester
//! walking to and fro all the time and marked by nobody, and figures of one size to cover in a part of it.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::scene::{Placed, Scene, SceneOptions};

/// Most figures in a clip.
const MOST: u32 = 200;

/// Longest key-frame interval: so many coded pictures wait in memory.
const LONGEST: u32 = 10_000;

/// Seconds in which a figure sways to and fro.
const PERIOD: f64 = 8.0;

/// How far inside the pixels to be covered a box is drawn, so that rounding outward gives just those pixels in every
/// format, those that count in percent too.
const INSET: f64 = 0.25;

/// What clip is drawn. The same options give the same frames, and with the same libraries the same bytes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ClipOptions {
    /// Columns, even, 320 to 3840.
    pub width: u32,
    /// Rows, even, 240 to 2160.
    pub height: u32,
    /// Frames a second, as a fraction.
    pub fps: (u32, u32),
    /// How many frames, at least 1.
    pub frames: u32,
    /// Frames from one key frame to the next, 1 to 10,000.
    pub key_interval: u32,
    /// Figures to cover, 0 to 200.
    pub regions: u32,
    /// Columns and rows that each one's cover has, even.
    pub region: (u32, u32),
    /// Frames in which the figures are there: this many, in the middle of the clip.
    pub covered: u32,
}

/// A figure's way, for tools that have to follow it: in frame n of `from..to` its cover begins at
/// `x + 2 round(sway sin(2 pi n / period) / 2)`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Way {
    /// The first column at the middle of the way.
    pub x: f64,
    /// The first row.
    pub y: f64,
    /// Columns to either side.
    pub sway: f64,
    /// Frames to and fro.
    pub period: f64,
    /// The first frame it is there.
    pub from: u32,
    /// The first frame it is there no longer.
    pub to: u32,
}

impl ClipOptions {
    /// Whether such a clip can be drawn.
    ///
    /// # Errors
    /// `Usage`, with what it may be.
    pub fn check(&self) -> Result<()> {
        let even = |n: u32| n > 0 && n.is_multiple_of(2);
        let rule = |holds: bool, what: &str, may: &str| {
            if holds { Ok(()) } else { Err(Error::usage(format!("no such clip can be drawn: {what}")).hint(may)) }
        };
        let (w, h) = self.region;
        rule(even(self.width) && even(self.height), "an odd size", "choose an even --size, as 1920x1080")?;
        rule(self.frames > 0 && self.frames <= 1_000_000, "its length", "choose --seconds of at least one frame")?;
        rule((1..=LONGEST).contains(&self.key_interval), "its key frames", "choose a --key-interval from 1 to 10000")?;
        rule(self.regions <= MOST, "so many regions", "choose --regions from 0 to 200")?;
        rule(self.covered <= self.frames, "it is covered for longer than it lasts", "choose a shorter --covered")?;
        rule(
            even(w) && even(h) && w <= self.width && h <= self.height,
            "the size of its regions",
            "choose an even --region-size that fits into the picture, as 200x400",
        )
    }

    /// The frames that the figures are in: the first, and the first no longer.
    fn there(&self) -> (u32, u32) {
        let from = (self.frames - self.covered.min(self.frames)) / 2;
        (from, from + self.covered)
    }

    fn rate(&self) -> f64 {
        f64::from(self.fps.0) / f64::from(self.fps.1.max(1))
    }

    /// The figures, row by row over the picture, each with room to sway where there is any.
    fn placed(&self) -> Vec<Placed> {
        let (w, h) = self.region;
        let fits_across = (self.width / w.max(1)).max(1);
        let rows_wanted = self.regions.div_ceil(fits_across).max(1);
        let across = self.regions.div_ceil(rows_wanted).max(1);
        let (room_x, room_y) = (self.width - w, self.height - h);
        let sway = f64::from((room_x / across).min(w) / 2);
        let (from, to) = self.there();
        // Half a frame early, so that rounding a frame's time cannot leave it out.
        let second = |frame: u32| (f64::from(frame) - 0.5) / self.rate();
        (0..self.regions)
            .map(|i| {
                let (column, row) = (i % across, i / across);
                let x = f64::from(room_x) * (f64::from(column) + 0.5) / f64::from(across);
                let y = f64::from(room_y) * f64::from(row + 1) / f64::from(rows_wanted + 1);
                let even = |v: f64| 2.0 * (v / 2.0).round();
                Placed {
                    shape: BoundingBox::new(even(x), even(y), f64::from(w), f64::from(h)),
                    sway: (sway, 0.0),
                    period: PERIOD,
                    there: (second(from), second(to)),
                }
            })
            .collect()
    }

    /// The scene to draw.
    ///
    /// # Errors
    /// `Usage` for what cannot be drawn.
    pub(super) fn scene(&self) -> Result<Scene> {
        self.check()?;
        Scene::new(SceneOptions {
            width: self.width,
            height: self.height,
            fps: self.fps,
            actors: 1,
            placed: self.placed(),
            ..SceneOptions::default()
        })
    }

    /// Each figure's boxes, frame by frame from the first that it is in: just inside the pixels that are to be covered.
    pub(super) fn boxes(&self, scene: &Scene) -> Vec<(u32, Vec<BoundingBox>)> {
        let (from, to) = self.there();
        let at = |p: &Placed, frame: u32| p.at(scene.time_of(frame).seconds()).grown(-INSET, -INSET);
        self.placed().iter().map(|p| (from, (from..to).map(|frame| at(p, frame)).collect())).collect()
    }

    /// Where each figure goes.
    pub(super) fn ways(&self) -> Vec<Way> {
        let (from, to) = self.there();
        let way =
            |p: &Placed| Way { x: p.shape.x, y: p.shape.y, sway: p.sway.0, period: p.period * self.rate(), from, to };
        self.placed().iter().map(way).collect()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::geometry::{Grid, outward};

    fn options() -> ClipOptions {
        ClipOptions {
            width: 1920,
            height: 1080,
            fps: (25, 1),
            frames: 1500,
            key_interval: 50,
            regions: 4,
            region: (200, 400),
            covered: 250,
        }
    }

    #[test]
    fn every_cover_has_the_size_asked_for_inside_the_picture_and_moves() {
        for (regions, region) in
            [(1, (200, 400)), (4, (200, 400)), (100, (60, 120)), (3, (1920, 1080)), (200, (50, 100))]
        {
            let options = ClipOptions { regions, region, ..options() };
            let boxes = options.boxes(&options.scene().unwrap());
            assert_eq!(boxes.len(), regions as usize);
            for (from, boxes) in boxes {
                assert_eq!((from, boxes.len()), (625, 250));
                for b in &boxes {
                    let r = outward(*b, Grid { x: 2, y: 2 }, 1920, 1080).unwrap();
                    assert_eq!((r.width(), r.height()), region);
                }
                let columns: std::collections::HashSet<u64> = boxes.iter().map(|b| b.x.to_bits()).collect();
                assert!(columns.len() > 10 || region.0 > 1800, "{}", columns.len());
            }
        }
    }

    #[test]
    fn four_figures_do_not_overlap() {
        let options = options();
        let boxes = options.boxes(&options.scene().unwrap());
        for frame in 0..250 {
            for (i, (_, a)) in boxes.iter().enumerate() {
                assert!(boxes.iter().skip(i + 1).all(|(_, b)| a[frame].right() < b[frame].x), "{frame}");
            }
        }
    }

    #[test]
    fn the_way_that_is_told_is_the_way_that_is_drawn() {
        let options = options();
        let boxes = options.boxes(&options.scene().unwrap());
        for (way, (from, boxes)) in options.ways().iter().zip(boxes) {
            for (n, b) in (from..).zip(boxes) {
                let turn = std::f64::consts::TAU * f64::from(n) / way.period;
                let x = way.x + 2.0 * (way.sway * turn.sin() / 2.0).round();
                assert!((b.x - INSET - x).abs() <= 2.0 && b.y - INSET == way.y, "{n}: {b:?}");
            }
        }
    }

    #[test]
    fn what_cannot_be_drawn_is_refused_with_what_can() {
        let bad = |change: fn(&mut ClipOptions)| {
            let mut options = options();
            change(&mut options);
            options.scene().unwrap_err().advice().is_some()
        };
        assert!(bad(|o| o.width = 1919) && bad(|o| o.width = 100) && bad(|o| o.frames = 0));
        assert!(bad(|o| o.key_interval = 0) && bad(|o| o.key_interval = 10_001) && bad(|o| o.regions = 201));
        assert!(bad(|o| o.covered = 1501) && bad(|o| o.region = (0, 2)) && bad(|o| o.region = (1922, 2)));
    }
}
