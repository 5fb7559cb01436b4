//! People: walking figures of rods and rounded polygons, each with their own clothes, hair and face.

use super::draw::{Colour, Point, Shape};
use super::noise::share;

/// The room that a walking figure needs, centred on where it stands, as a share of its height.
pub(super) const WIDEST: f64 = 0.64;

const SKIN: [Colour; 5] = [
    Colour::rgb(240, 205, 180),
    Colour::rgb(222, 178, 148),
    Colour::rgb(190, 140, 106),
    Colour::rgb(142, 98, 72),
    Colour::rgb(98, 66, 50),
];
const HAIR: [Colour; 5] = [
    Colour::rgb(38, 30, 28),
    Colour::rgb(84, 56, 36),
    Colour::rgb(196, 160, 96),
    Colour::rgb(150, 148, 146),
    Colour::rgb(130, 62, 34),
];
const COATS: [Colour; 8] = [
    Colour::rgb(46, 74, 128),
    Colour::rgb(70, 112, 74),
    Colour::rgb(214, 172, 60),
    Colour::rgb(118, 72, 122),
    Colour::rgb(224, 222, 214),
    Colour::rgb(58, 58, 64),
    Colour::rgb(176, 104, 60),
    Colour::rgb(86, 150, 168),
];
const TROUSERS: [Colour; 5] = [
    Colour::rgb(44, 50, 72),
    Colour::rgb(60, 58, 56),
    Colour::rgb(132, 114, 88),
    Colour::rgb(66, 88, 124),
    Colour::rgb(36, 36, 40),
];
const DARK: Colour = Colour::rgb(30, 26, 26);

/// What a person looks like.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    /// Metres.
    pub(super) height: f64,
    skin: Colour,
    hair: Colour,
    coat: Colour,
    trousers: Colour,
    bag: Option<Colour>,
    hat: Option<Colour>,
    long_coat: bool,
    long_hair: bool,
}

impl Look {
    /// Somebody, always the same for the same id.
    pub(super) fn of(seed: u64, id: u32) -> Self {
        let random = |key| share(seed, u64::from(id) << 8 | key);
        let pick = |colours: &[Colour], key| {
            let index = (random(key) * colours.len() as f64) as usize;
            colours.get(index).copied().unwrap_or(DARK)
        };
        Self {
            height: 1.6 + 0.26 * random(1),
            skin: pick(&SKIN, 2),
            hair: pick(&HAIR, 3),
            // Neighbouring ids, who are likely to meet, differ at a glance.
            coat: COATS.iter().cycle().nth(id as usize % COATS.len() * 3).copied().unwrap_or(DARK),
            trousers: pick(&TROUSERS, 5),
            bag: (random(6) < 0.4).then(|| pick(&COATS, 7).lit(0.7)),
            hat: (random(8) < 0.25).then(|| pick(&COATS, 9)),
            long_coat: random(10) < 0.3,
            long_hair: random(11) < 0.4,
        }
    }

    /// The requester: nobody else wears a red coat.
    pub(super) fn requester() -> Self {
        let [_, skin, ..] = SKIN;
        let [_, hair, ..] = HAIR;
        Self {
            height: 1.72,
            skin,
            hair,
            coat: Colour::rgb(196, 36, 40),
            trousers: Colour::rgb(40, 42, 54),
            bag: Some(Colour::rgb(226, 206, 160)),
            hat: None,
            long_coat: false,
            long_hair: true,
        }
    }
}

/// How a person stands in the picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pose {
    /// The ground between the feet, in pixels.
    pub(super) foot: Point,
    /// The height of the figure in pixels.
    pub(super) tall: f64,
    /// Where the person faces, a unit vector: to the right, and away from the camera.
    pub(super) heading: (f64, f64),
    /// Where in a stride, in radians.
    pub(super) stride: f64,
}

/// A side of the body, seen from the camera.
#[derive(Debug, Clone, Copy)]
struct Side {
    /// -1 or 1: where it is when the person faces the camera.
    sign: f64,
    /// Its own phase of the stride.
    stride: f64,
    /// The side away from the light.
    light: f64,
}

/// Body coordinates: x to the right of the middle, y up from the ground, both as shares of the height.
struct Body {
    pose: Pose,
    lift: f64,
    /// How far the person faces sideways (-1 to 1).
    across: f64,
    /// How far the person faces along the line of sight (0 to 1).
    frontal: f64,
}

impl Body {
    fn at(&self, x: f64, y: f64) -> Point {
        (self.pose.foot.0 + x * self.pose.tall, self.pose.foot.1 - (y + self.lift) * self.pose.tall)
    }

    fn rod(&self, a: Point, b: Point, ra: f64, rb: f64, colour: Colour) -> Shape {
        let tall = self.pose.tall;
        Shape::limb(self.at(a.0, a.1), self.at(b.0, b.1), ra * tall, rb * tall, colour)
    }

    fn patch(&self, points: &[Point], radius: f64, colour: Colour) -> Shape {
        let points: Vec<_> = points.iter().map(|p| self.at(p.0, p.1)).collect();
        Shape::new(points, radius * self.pose.tall, colour)
    }

    /// A segment that hangs from `from` at an angle forward of straight down.
    fn hang(&self, from: Point, length: f64, angle: f64) -> Point {
        (from.0 + length * angle.sin() * self.across, from.1 - length * angle.cos())
    }

    /// Hip, knee and ankle.
    fn leg(&self, side: Side) -> [Point; 3] {
        let swing = 0.46 * side.stride.sin();
        let bend = 0.12 + 0.62 * side.stride.cos().max(0.0);
        let hip = (side.sign * (0.014 + 0.036 * self.frontal), 0.5);
        let knee = self.hang(hip, 0.24, swing + 0.06);
        [hip, knee, self.hang(knee, 0.22, swing - bend)]
    }
}

/// The shapes of a person, the farthest first.
pub(super) fn shapes(look: &Look, pose: Pose) -> Vec<Shape> {
    let (across, away) = pose.heading;
    let mut body = Body { pose, lift: 0.0, across, frontal: away.abs() };
    let sides = [
        Side { sign: -1.0, stride: pose.stride, light: 0.78 },
        Side { sign: 1.0, stride: pose.stride + std::f64::consts::PI, light: 1.0 },
    ];
    // The lower foot stands on the ground; that alone makes the body bob.
    let lowest = sides.iter().map(|&side| body.leg(side)[2].1).fold(f64::INFINITY, f64::min);
    body.lift = 0.035 - lowest;
    let ground = 0.012 - body.lift;
    let feet = sides.map(|side| body.leg(side)[2].0);
    let (left, right) = (feet[0].min(feet[1]) - 0.02, feet[0].max(feet[1]) + 0.02);
    let shadow = body.rod((left, ground), (right, ground), 0.02, 0.02, Colour::rgb(20, 20, 24));
    let mut shapes = vec![shadow.opacity(0.4)];
    let [far, near] = sides;
    shapes.extend(arm(&body, look, far));
    shapes.extend(leg(&body, look, far));
    shapes.extend(leg(&body, look, near));
    if away > 0.35 {
        shapes.extend(head(&body, look, away));
        shapes.extend(torso(&body, look, away));
    } else {
        shapes.extend(torso(&body, look, away));
        shapes.extend(head(&body, look, away));
    }
    shapes.extend(arm(&body, look, near));
    shapes
}

fn leg(body: &Body, look: &Look, side: Side) -> [Shape; 3] {
    let [hip, knee, ankle] = body.leg(side);
    let toe = (ankle.0 + 0.075 * body.across + 0.012 * side.sign * body.frontal, ankle.1 - 0.013);
    let cloth = look.trousers.lit(side.light);
    [
        body.rod(ankle, toe, 0.023, 0.018, DARK.lit(side.light)),
        body.rod(knee, ankle, 0.036, 0.027, cloth),
        body.rod(hip, knee, 0.054, 0.038, cloth),
    ]
}

fn arm(body: &Body, look: &Look, side: Side) -> [Shape; 3] {
    let swing = -0.5 * side.stride.sin();
    let shoulder = (side.sign * (0.012 + 0.1 * body.frontal), 0.78);
    let elbow = body.hang(shoulder, 0.155, swing);
    let elbow = (elbow.0 + 0.02 * side.sign * body.frontal, elbow.1);
    let wrist = body.hang(elbow, 0.135, swing + 0.4);
    let cloth = look.coat.lit(side.light * 0.9);
    [
        body.rod(wrist, wrist, 0.021, 0.021, look.skin.lit(side.light)),
        body.rod(elbow, wrist, 0.029, 0.023, cloth),
        body.rod(shoulder, elbow, 0.035, 0.03, cloth),
    ]
}

fn torso(body: &Body, look: &Look, away: f64) -> Vec<Shape> {
    let (shoulder, hip) = (0.03 + 0.055 * body.frontal, 0.026 + 0.034 * body.frontal);
    let hem = if look.long_coat { (hip + 0.028, 0.4) } else { (hip, 0.5) };
    let outline = [(-shoulder, 0.785), (shoulder, 0.785), (hip, 0.58), hem, (-hem.0, hem.1), (-hip, 0.58)];
    let shaded = [(0.3 * shoulder, 0.8), (shoulder, 0.785), (hip, 0.58), hem, (0.3 * hem.0, hem.1)];
    let mut shapes = vec![
        body.rod((0.0, 0.82), (body.across * 0.008, 0.88), 0.026, 0.026, look.skin.lit(0.85)),
        body.patch(&outline, 0.034, look.coat),
        body.patch(&shaded, 0.03, look.coat.lit(0.6)).opacity(0.4),
    ];
    if away < 0.35 && body.frontal > 0.35 {
        let zip = [(0.0, 0.81), (0.0, hem.1 - 0.02)];
        shapes.push(body.patch(&zip, 0.004, look.coat.lit(0.55)));
    }
    if let Some(colour) = look.bag {
        if away > 0.35 {
            shapes.push(body.patch(&[(-0.05, 0.76), (0.05, 0.76), (0.05, 0.6), (-0.05, 0.6)], 0.02, colour));
        } else {
            let behind = -0.075 * body.across;
            shapes.push(body.rod((-behind * 0.5, 0.8), (behind, 0.58), 0.007, 0.007, colour.lit(0.7)));
            let flap = [(-0.035, 0.57), (0.035, 0.57), (0.035, 0.5), (-0.035, 0.5)].map(|(x, y)| (x + behind, y));
            shapes.push(body.patch(&flap, 0.012, colour));
        }
    }
    shapes
}

fn head(body: &Body, look: &Look, away: f64) -> Vec<Shape> {
    let x = body.across * 0.014;
    let mut shapes = Vec::new();
    let nape = if look.long_hair { 0.855 } else { 0.92 };
    if away > 0.35 {
        shapes.push(body.rod((x, 0.91), (x, 0.925), 0.053, 0.055, look.skin.lit(0.9)));
        shapes.push(body.rod((x, nape + 0.02), (x, 0.935), 0.05, 0.058, look.hair));
    } else {
        let behind = 0.036 * body.across;
        shapes.push(body.rod((x - behind, nape), (x - 0.5 * behind, 0.935), 0.034, 0.056, look.hair));
        shapes.push(body.rod((x + 0.006 * body.across, 0.9), (x + 0.006 * body.across, 0.93), 0.043, 0.05, look.skin));
        shapes.push(body.rod((x - 0.03, 0.962), (x + 0.03, 0.962), 0.021, 0.021, look.hair));
        face(body, look, x + 0.026 * body.across, &mut shapes);
    }
    if let Some(colour) = look.hat {
        shapes.push(body.rod((x - 0.035, 0.962), (x + 0.035, 0.962), 0.03, 0.03, colour));
        shapes.push(body.rod((x, 0.95), (x + 0.075 * body.across, 0.945), 0.012, 0.008, colour.lit(0.8)));
    }
    shapes
}

/// Eyes, nose and mouth about the line `x`; in profile one eye and the tip of the nose.
fn face(body: &Body, look: &Look, x: f64, shapes: &mut Vec<Shape>) {
    let apart = 0.019 * body.frontal;
    for eye in [x - apart, x + apart] {
        shapes.push(body.rod((eye, 0.922), (eye, 0.924), 0.0062, 0.0062, DARK));
        shapes.push(body.rod((eye - 0.008, 0.938), (eye + 0.008, 0.938), 0.003, 0.003, look.hair));
    }
    let nose = x + 0.022 * body.across;
    shapes.push(body.rod((nose, 0.906), (x, 0.92), 0.008, 0.004, look.skin.lit(0.85)));
    shapes.push(body.rod((x - 0.012, 0.887), (x + 0.012, 0.887), 0.0045, 0.0045, Colour::rgb(150, 70, 66)));
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scene::draw::bounds;

    #[test]
    fn a_figure_stands_on_its_foot_and_is_as_tall_as_asked_and_never_wider_than_its_widest() {
        for id in 0..40 {
            for step in 0..64 {
                let turn = f64::from(step) / 3.0;
                let pose =
                    Pose { foot: (500.0, 900.0), tall: 400.0, heading: (turn.cos(), turn.sin()), stride: turn * 1.7 };
                let area = bounds(&shapes(&Look::of(1, id), pose)).unwrap();
                assert!((area.bottom() - 900.0).abs() < 12.0, "{area:?}");
                assert!((area.h - 400.0).abs() < 30.0, "{area:?}");
                assert!((500.0 - area.x).max(area.right() - 500.0) < WIDEST * 200.0, "{area:?}");
            }
        }
    }
}
