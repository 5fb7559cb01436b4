//! The shapes of CVAT's tracks, and the box around each.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::tracks::formats::checks;
use crate::tracks::formats::rotated::{Pivot, Rotated};

/// The attributes of one element.
pub(super) type Attributes = HashMap<String, String>;

/// A shape as CVAT draws it.
pub(super) enum Outline {
    /// A box, an ellipse or a mask's box.
    Turned(Rotated),
    /// The vertices of anything else. `jumps`: CVAT moves one point but lets several jump.
    Vertices { points: Vec<(f64, f64)>, jumps: bool },
    /// The parts of a skeleton that are drawn, and those that are hidden.
    Skeleton { drawn: Vec<(f64, f64)>, hidden: Vec<(f64, f64)> },
}

/// Whether an element is marked as outside; one that does not say it is shown.
pub(super) fn outside(attributes: &Attributes) -> Result<bool> {
    match attributes.get("outside").map(String::as_str) {
        None | Some("0") => Ok(false),
        Some("1") => Ok(true),
        Some(other) => Err(Error::failed(format!("outside is 0 or 1, not '{other}'"))),
    }
}

impl Outline {
    /// Reads the shape of an element of that name. Status 3 where a number is absent or not finite.
    pub(super) fn read(kind: &str, attributes: &Attributes) -> Result<Self> {
        let value = |name: &str| match attributes.get(name) {
            Some(text) => number(name, text),
            None => Err(checks::unusable(format!("{name} is absent"))),
        };
        let degrees = if attributes.contains_key("rotation") { value("rotation")? } else { 0.0 };
        let turned = |upright, round| Self::Turned(Rotated { upright, degrees, pivot: Pivot::Centre, round });
        Ok(match kind {
            "box" => {
                turned(BoundingBox::from_corners(value("xtl")?, value("ytl")?, value("xbr")?, value("ybr")?), false)
            }
            "ellipse" => {
                let (cx, cy, rx, ry) = (value("cx")?, value("cy")?, value("rx")?, value("ry")?);
                turned(BoundingBox::new(cx - rx, cy - ry, 2.0 * rx, 2.0 * ry), true)
            }
            "mask" => turned(BoundingBox::new(value("left")?, value("top")?, value("width")?, value("height")?), false),
            "polygon" | "polyline" | "points" => {
                let list = attributes.get("points").map(String::as_str).unwrap_or_default();
                let points = vertices(list)?;
                let jumps = kind == "points" && points.len() > 1;
                Self::Vertices { points, jumps }
            }
            "cuboid" => {
                let mut points = Vec::with_capacity(8);
                for corner in ["tl1", "bl1", "tr1", "br1", "tl2", "bl2", "tr2", "br2"] {
                    points.push((value(&format!("x{corner}"))?, value(&format!("y{corner}"))?));
                }
                Self::Vertices { points, jumps: false }
            }
            "skeleton" => Self::Skeleton { drawn: Vec::new(), hidden: Vec::new() },
            _ => return Err(Error::failed(format!("<{kind}> is no shape of CVAT for video 1.1"))),
        })
    }

    /// Takes a part into a skeleton.
    pub(super) fn join(&mut self, part: &Self, outside: bool) {
        let Self::Skeleton { drawn, hidden } = self else { return };
        let to = if outside { hidden } else { drawn };
        match part {
            Self::Turned(shape) => {
                let [left, top, right, bottom] = shape.bounds().edges();
                to.extend([(left, top), (right, bottom)]);
            }
            Self::Vertices { points, .. } => to.extend(points),
            Self::Skeleton { .. } => {}
        }
    }

    /// A skeleton with parts, none of which is drawn.
    pub(super) fn all_hidden(&self) -> bool {
        matches!(self, Self::Skeleton { drawn, hidden } if drawn.is_empty() && !hidden.is_empty())
    }

    /// The shape stays where it is until its next key frame.
    pub(super) fn jumps(&self) -> bool {
        matches!(self, Self::Vertices { jumps: true, .. })
    }

    /// The shape, or the box around its vertices. Status 3 where it has none.
    pub(super) fn rotated(&self) -> Result<Rotated> {
        let points = match self {
            Self::Turned(shape) => return Ok(*shape),
            Self::Vertices { points, .. } => points,
            Self::Skeleton { drawn, hidden } => {
                if drawn.is_empty() {
                    hidden
                } else {
                    drawn
                }
            }
        };
        let bounds = BoundingBox::around(points.iter().copied());
        bounds.map(Rotated::from).ok_or_else(|| checks::unusable("the shape has no points"))
    }
}

/// `x,y;x,y`.
fn vertices(list: &str) -> Result<Vec<(f64, f64)>> {
    let pairs = list.split(';').map(str::trim).filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (x, y) = pair.split_once(',').ok_or_else(|| Error::failed(format!("'{pair}' is no point")))?;
            Ok((number("x", x)?, number("y", y)?))
        })
        .collect()
}

/// A finite number: `BoundingBox::around` would overlook one that is NaN.
fn number(name: &str, text: &str) -> Result<f64> {
    let value: f64 = text.trim().parse().map_err(|_| Error::failed(format!("{name} '{text}' is not a number")))?;
    if value.is_finite() { Ok(value) } else { Err(checks::unusable(format!("{name} is {value}"))) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{BOX, export, parse};
    use super::*;

    #[test]
    fn every_shape_is_read_as_the_box_around_it() {
        let close = |a: BoundingBox, b: [f64; 4]| a.edges().iter().zip(b).all(|(a, b)| (a - b).abs() < 1e-9);
        for (shape, edges) in [
            (format!(r#"<box frame="1" outside="0" {BOX}/>"#), [10.0, 20.0, 30.0, 60.0]),
            (format!(r#"<box frame="1" outside="0" {BOX} rotation="90.00"/>"#), [0.0, 30.0, 40.0, 50.0]),
            (r#"<polygon frame="1" outside="0" points="5,6;7,9;1,2"/>"#.into(), [1.0, 2.0, 7.0, 9.0]),
            (r#"<polyline frame="1" outside="0" points="5,6;7,9"/>"#.into(), [5.0, 6.0, 7.0, 9.0]),
            (r#"<points frame="1" outside="0" points="5,6;7,9;-3,8"/>"#.into(), [-3.0, 6.0, 7.0, 9.0]),
            (r#"<ellipse frame="1" outside="0" cx="50" cy="60" rx="20" ry="10"/>"#.into(), [30.0, 50.0, 70.0, 70.0]),
            (r#"<ellipse frame="1" outside="0" cx="50" cy="60" rx="20" ry="10" rotation="270"/>"#.into(), [40.0, 40.0, 60.0, 80.0]),
            (r#"<mask frame="1" outside="0" rle="1, 2" left="3" top="4" width="5" height="6"/>"#.into(), [3.0, 4.0, 8.0, 10.0]),
            (
                r#"<cuboid frame="1" outside="0" xtl1="1" ytl1="2" xbl1="1" ybl1="9" xtr1="5" ytr1="2" xbr1="5" ybr1="9"
                   xtl2="3" ytl2="0" xbl2="3" ybl2="7" xtr2="8" ytr2="0" xbr2="8" ybr2="7"/>"#.into(),
                [1.0, 0.0, 8.0, 9.0],
            ),
            (
                r#"<skeleton frame="1" keyframe="1" z_order="0"><points label="a" outside="0" points="1,2"/><points label="b" outside="0" points="9,4"/>
                   <points label="c" outside="1" points="99,99"/><attribute name="x">y</attribute></skeleton>"#.into(),
                [1.0, 2.0, 9.0, 4.0],
            ),
        ] {
            let file = parse(&export("<stop_frame>9</stop_frame>", &shape)).unwrap();
            assert!(close(file.tracks[0].keyframes[0].shape, edges), "{shape}: {:?}", file.tracks[0].keyframes);
        }
    }
}
