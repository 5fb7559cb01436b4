//! Rotated shapes over time, as CVAT and Label Studio draw them, and the upright boxes that hold them.

use super::checks;
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::tracks::{KeyFrame, When};

/// The longest stretch of frames between two key frames of different rotation; beyond it a key frame for
/// each frame would only fill memory.
const LONGEST_TURN: u64 = 100_000;

/// The point that a rectangle is turned about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pivot {
    /// Its centre (CVAT).
    Centre,
    /// Its top-left corner (Label Studio, whose canvas library Konva turns nodes about their origin).
    TopLeft,
}

/// A rectangle, or the ellipse that fills it, turned clockwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rotated {
    /// The rectangle before it is turned, in pixels.
    pub upright: BoundingBox,
    /// Clockwise, as seen on a screen.
    pub degrees: f64,
    /// What it is turned about.
    pub pivot: Pivot,
    /// The ellipse inside, not the rectangle.
    pub round: bool,
}

impl From<BoundingBox> for Rotated {
    fn from(upright: BoundingBox) -> Self {
        Self { upright, degrees: 0.0, pivot: Pivot::Centre, round: false }
    }
}

impl Rotated {
    /// The smallest upright box around it.
    pub fn bounds(self) -> BoundingBox {
        let b = self.upright;
        if self.degrees % 360.0 == 0.0 {
            return b; // exactly what the file says
        }
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let (px, py) = match self.pivot {
            Pivot::Centre => b.centre(),
            Pivot::TopLeft => (b.x, b.y),
        };
        let (dx, dy) = (b.centre().0 - px, b.centre().1 - py);
        let (cx, cy) = (px + dx * cos - dy * sin, py + dx * sin + dy * cos);
        let (hw, hh) = (b.w / 2.0, b.h / 2.0);
        let (rx, ry) = if self.round {
            ((hw * cos).hypot(hh * sin), (hw * sin).hypot(hh * cos))
        } else {
            ((hw * cos).abs() + (hh * sin).abs(), (hw * sin).abs() + (hh * cos).abs())
        };
        BoundingBox::new(cx - rx, cy - ry, 2.0 * rx, 2.0 * ry)
    }

    /// The shape on the way to `other`, the shorter way round; both tools turn clockwise at exactly 180 degrees.
    fn towards(self, other: Self, share: f64) -> Self {
        Self {
            upright: self.upright.lerp(other.upright, share),
            degrees: self.degrees + turn(self, other) * share,
            ..self
        }
    }
}

/// The turn from one shape to the next, in degrees above -180 and up to 180.
fn turn(from: Rotated, to: Rotated) -> f64 {
    let turn = (to.degrees - from.degrees).rem_euclid(360.0);
    if turn > 180.0 { turn - 360.0 } else { turn }
}

/// A shape at one frame. With `end` it is moved towards but not shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pose {
    pub frame: u64,
    pub shape: Rotated,
    pub end: bool,
}

/// The key frames of a track from its poses in time order. Where the rotation changes, every frame gets a key
/// frame of its own: the boxes around both ends do not hold what is drawn between them.
///
/// # Errors
/// Status 3 for a shape without a usable size, 1 for a turn over more frames than can be meant.
pub(super) fn keyframes(poses: &[Pose], track: &str) -> Result<Vec<KeyFrame>> {
    let mut keys = Vec::with_capacity(poses.len());
    let mut last: Option<Pose> = None;
    for pose in poses {
        let place = || format!("track {track}, frame {}", pose.frame);
        checks::sound(pose.shape.upright, place())?;
        if !pose.shape.degrees.is_finite() {
            return Err(checks::unusable(format!("{}: the rotation is {}", place(), pose.shape.degrees)));
        }
        if let Some(from) = last.filter(|from| !from.end && turn(from.shape, pose.shape) != 0.0) {
            let length = pose.frame.saturating_sub(from.frame);
            if length > LONGEST_TURN {
                return Err(Error::failed(format!("{}: the box turns over {length} frames", place()))
                    .hint("add a key frame in between"));
            }
            for step in 1..length {
                let shape = from.shape.towards(pose.shape, step as f64 / length as f64).bounds();
                keys.push(KeyFrame { when: When::Frame(from.frame + step), shape, end: false });
            }
        }
        keys.push(KeyFrame { when: When::Frame(pose.frame), shape: pose.shape.bounds(), end: pose.end });
        last = Some(*pose);
    }
    Ok(keys)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn close(a: BoundingBox, b: BoundingBox) -> bool {
        a.edges().iter().zip(b.edges()).all(|(a, b)| (a - b).abs() < 1e-6)
    }

    #[test]
    fn a_quarter_turn_swaps_the_sides_about_the_pivot() {
        let upright = BoundingBox::new(10.0, 20.0, 40.0, 10.0);
        let shape = Rotated { degrees: 90.0, ..upright.into() };
        assert!(close(shape.bounds(), BoundingBox::new(25.0, 5.0, 10.0, 40.0)));
        // Clockwise about the top-left corner the picture's right edge swings down, and the box hangs to the left.
        let shape = Rotated { pivot: Pivot::TopLeft, ..shape };
        assert!(close(shape.bounds(), BoundingBox::new(0.0, 20.0, 10.0, 40.0)));
    }

    #[test]
    fn a_circle_looks_the_same_however_it_is_turned() {
        let upright = BoundingBox::new(0.0, 0.0, 8.0, 8.0);
        assert!(close(Rotated { degrees: 33.0, round: true, ..upright.into() }.bounds(), upright));
    }

    #[test]
    fn a_turn_takes_the_shorter_way() {
        let at = |degrees| Rotated { degrees, ..BoundingBox::new(0.0, 0.0, 1.0, 1.0).into() };
        for (from, to, expected) in
            [(350.0, 10.0, 20.0), (10.0, 350.0, -20.0), (0.0, 180.0, 180.0), (180.0, 0.0, 180.0), (0.0, 720.0, 0.0)]
        {
            assert_eq!(turn(at(from), at(to)), expected, "{from} to {to}");
        }
    }

    #[test]
    fn a_bar_that_turns_by_half_is_held_while_it_stands_upright() {
        let bar = BoundingBox::new(0.0, 45.0, 100.0, 10.0);
        let pose = |frame, degrees| Pose { frame, shape: Rotated { degrees, ..bar.into() }, end: false };
        let keys = keyframes(&[pose(0, 0.0), pose(10, 180.0)], "bar").unwrap();
        assert_eq!(keys.len(), 11);
        assert!(close(keys[5].shape, BoundingBox::new(45.0, 0.0, 10.0, 100.0)));
    }

    #[test]
    fn a_size_below_zero_is_not_hidden_by_a_rotation() {
        let shape = Rotated { degrees: 45.0, ..BoundingBox::new(0.0, 0.0, -5.0, 9.0).into() };
        let error = keyframes(&[Pose { frame: 3, shape, end: false }], "7").unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Unsafe);
        assert!(error.what().contains("track 7, frame 3"), "{error}");
    }

    proptest! {
        #[test]
        fn every_corner_stays_inside_the_bounds(
            w in 0.1..90.0, h in 0.1..90.0, degrees in -720.0..720.0, corner in any::<bool>(),
        ) {
            let pivot = if corner { Pivot::TopLeft } else { Pivot::Centre };
            let shape = Rotated { upright: BoundingBox::new(3.0, -4.0, w, h), degrees, pivot, round: false };
            let (px, py) = if corner { (3.0, -4.0) } else { shape.upright.centre() };
            let [l, t, r, b] = shape.upright.edges();
            let (sin, cos) = degrees.to_radians().sin_cos();
            let corners = [(l, t), (r, t), (l, b), (r, b)].map(|(x, y)| {
                let (x, y) = (x - px, y - py);
                (px + x * cos - y * sin, py + x * sin + y * cos)
            });
            prop_assert!(close(shape.bounds(), BoundingBox::around(corners).unwrap()));
        }
    }
}
