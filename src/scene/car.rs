//! Cars: an extruded outline in perspective, with glass, lights, wheels and number plates.

use super::draw::{Colour, Point, Shape};
use super::font;
use super::ground::Camera;
use super::noise::hash;

/// The outline from the rear bumper over the roof to the front bumper: metres forward of the middle, metres
/// up, half the width there, and how much light that part of the skin gets (of the strip to the next point).
const OUTLINE: [(f64, f64, f64, f64); 9] = [
    (-2.04, 0.30, 0.84, 0.75),
    (-2.10, 0.62, 0.88, 0.85),
    (-2.02, 0.96, 0.86, 0.90),
    (-1.50, 1.45, 0.64, 1.15),
    (0.10, 1.48, 0.64, 0.95),
    (0.98, 0.99, 0.84, 1.05),
    (1.92, 0.82, 0.86, 0.90),
    (2.10, 0.60, 0.88, 0.75),
    (2.05, 0.30, 0.84, 0.75),
];
/// Strips of the outline that are glass: the rear window and the windscreen.
const GLASS: [usize; 2] = [2, 4];
const PAINTS: [Colour; 6] = [
    Colour::rgb(176, 178, 182),
    Colour::rgb(40, 66, 120),
    Colour::rgb(120, 30, 34),
    Colour::rgb(226, 226, 224),
    Colour::rgb(60, 62, 66),
    Colour::rgb(70, 104, 92),
];
const PANE: Colour = Colour::rgb(44, 54, 62);
const TYRE: Colour = Colour::rgb(28, 28, 30);

/// What a car looks like.
#[derive(Debug, Clone)]
pub(super) struct Look {
    paint: Colour,
    plate: Option<String>,
}

impl Look {
    /// Some car, always the same for the same id, with a number plate that cannot exist: British plates
    /// with the age identifier 00 were never issued.
    pub(super) fn of(seed: u64, id: u32) -> Self {
        let letter = |key: u64| {
            let letters = b"ABCDEFGHJKLMNPRSTUVWXY";
            let index = hash(seed ^ u64::from(id) << 16 ^ key) as usize % letters.len();
            letters.get(index).map_or('X', |&b| char::from(b))
        };
        let plate: String =
            [letter(1), letter(2), '0', '0', ' ', letter(3), letter(4), letter(5)].into_iter().collect();
        Self { plate: Some(plate), ..Self::parked(u64::from(id) + 3) }
    }

    /// A car that belongs to the car park: too far away for its plate.
    pub(super) fn parked(index: u64) -> Self {
        let paint = PAINTS.iter().cycle().nth(index as usize % PAINTS.len()).copied();
        Self { paint: paint.unwrap_or(PANE), plate: None }
    }
}

/// Where a car stands, in metres, and where it faces: a unit vector (to the right, away from the camera).
#[derive(Debug, Clone, Copy)]
pub(super) struct Pose {
    pub(super) x: f64,
    pub(super) z: f64,
    pub(super) heading: (f64, f64),
}

/// Car coordinates to pixels.
struct Body {
    camera: Camera,
    pose: Pose,
}

impl Body {
    /// `forward` of the middle, `right` of the driver's line of sight, `up` from the ground.
    fn ground(&self, forward: f64, right: f64) -> (f64, f64) {
        let (x, z) = self.pose.heading;
        (self.pose.x + x * forward + z * right, self.pose.z + z * forward - x * right)
    }

    fn at(&self, forward: f64, right: f64, up: f64) -> Point {
        let (x, z) = self.ground(forward, right);
        self.camera.project(x, up, z)
    }

    fn face(&self, corners: [(f64, f64, f64); 4], colour: Colour) -> Shape {
        Shape::new(corners.map(|(forward, right, up)| self.at(forward, right, up)), 0.0, colour)
    }
}

/// The shapes of a car, the farthest first.
pub(super) fn shapes(camera: Camera, look: &Look, pose: Pose) -> Vec<Shape> {
    let body = Body { camera, pose };
    let shadow = body
        .face([(-2.2, -0.95, 0.0), (2.2, -0.95, 0.0), (2.2, 0.95, 0.0), (-2.2, 0.95, 0.0)], Colour::rgb(12, 12, 14));
    let mut shapes = vec![shadow.opacity(0.6)];
    shapes.extend(skin(&body, look));
    // The camera stands at the origin: a side shows when the camera lies on its own side of the car.
    let (x, z) = pose.heading;
    let right = z * -pose.x - x * -pose.z;
    if right.abs() > 0.88 {
        shapes.extend(side(&body, look, right.signum()));
    }
    let facing = -(x * pose.x + z * pose.z);
    if facing.abs() > 2.1 {
        shapes.extend(end(&body, look, facing.signum()));
    }
    shapes
}

/// Bumpers, bonnet, glass and roof: the strips of the outline that face the camera, the farthest first.
fn skin(body: &Body, look: &Look) -> Vec<Shape> {
    let mut strips = Vec::new();
    for (index, (&a, &b)) in OUTLINE.iter().zip(OUTLINE.iter().skip(1)).enumerate() {
        let corners = |inset: f64| {
            let mix = |p: (f64, f64, f64, f64), q: (f64, f64, f64, f64), s: f64| {
                (p.0 + (q.0 - p.0) * s, p.1 + (q.1 - p.1) * s, (p.2 + (q.2 - p.2) * s) * (1.0 - inset * 1.3))
            };
            let (low, high) = (mix(a, b, inset), mix(b, a, inset));
            [(low.0, -low.2, low.1), (low.0, low.2, low.1), (high.0, high.2, high.1), (high.0, -high.2, high.1)]
        };
        let face = body.face(corners(0.0), look.paint.lit(a.3));
        if signed_area(&face.points) <= 0.0 {
            continue;
        }
        let glass = GLASS.contains(&index).then(|| body.face(corners(0.08), PANE));
        let depth = body.ground((a.0 + b.0) / 2.0, 0.0).1;
        strips.push((depth, face, glass));
    }
    strips.sort_by(|a, b| b.0.total_cmp(&a.0));
    strips.into_iter().flat_map(|(_, face, glass)| [Some(face), glass]).flatten().collect()
}

/// Twice the area, positive for a strip whose outside faces the camera.
fn signed_area(points: &[Point]) -> f64 {
    let next = points.iter().cycle().skip(1);
    points.iter().zip(next).map(|(p, q)| q.0 * p.1 - p.0 * q.1).sum()
}

/// The flank on the `right` (1) or the left (-1).
fn side(body: &Body, look: &Look, right: f64) -> Vec<Shape> {
    let at = |forward: f64, half: f64, up: f64| body.at(forward, right * half, up);
    let flank: Vec<_> =
        OUTLINE.iter().filter(|p| p.1 < 1.0).map(|&(forward, up, half, _)| at(forward, half, up)).collect();
    let cabin = [(-2.0, 0.86, 0.95), (-1.5, 0.64, 1.45), (0.1, 0.64, 1.48), (0.98, 0.84, 0.98)];
    let panes = [
        [(-1.78, 0.82, 1.0), (-1.42, 0.66, 1.38), (-0.72, 0.66, 1.4), (-0.72, 0.83, 1.0)],
        [(-0.62, 0.83, 1.0), (-0.62, 0.66, 1.4), (0.06, 0.66, 1.41), (0.78, 0.82, 1.0)],
    ];
    let map = |points: [(f64, f64, f64); 4]| points.map(|(forward, half, up)| at(forward, half, up));
    let mut shapes = vec![
        Shape::new(flank, 0.0, look.paint.lit(0.8)),
        Shape::new(map(cabin), 0.0, look.paint.lit(0.85)),
        Shape::new(
            map([(-2.06, 0.885, 0.56), (2.06, 0.885, 0.56), (2.06, 0.885, 0.61), (-2.06, 0.885, 0.61)]),
            0.0,
            look.paint.lit(0.6),
        ),
    ];
    shapes.extend(panes.map(|pane| Shape::new(map(pane), 0.0, PANE)));
    for axle in [-1.28, 1.3] {
        for (radius, colour) in [(0.39, TYRE.lit(0.7)), (0.33, TYRE), (0.19, Colour::rgb(150, 152, 156))] {
            let rim = (0..18).map(|i| {
                let turn = f64::from(i) * std::f64::consts::TAU / 18.0;
                at(axle + radius * turn.cos(), 0.885, (0.33 + radius * turn.sin()).max(0.0))
            });
            shapes.push(Shape::new(rim.collect::<Vec<_>>(), 0.0, colour));
        }
    }
    shapes
}

/// Lights, grille and number plate of the front (`forward` 1) or the rear (-1).
fn end(body: &Body, look: &Look, forward: f64) -> Vec<Shape> {
    let front = forward > 0.0;
    let panel = |left: f64, right: f64, low: f64, high: f64, colour| {
        let corner = |across: f64, up: f64| (forward * 2.1, across, up);
        body.face([corner(left, low), corner(right, low), corner(right, high), corner(left, high)], colour)
    };
    let light = if front { Colour::rgb(250, 248, 230) } else { Colour::rgb(190, 24, 28) };
    let mut shapes = vec![
        panel(-0.84, -0.52, 0.6, 0.76, light),
        panel(0.52, 0.84, 0.6, 0.76, light),
        panel(-0.5, 0.5, 0.62, 0.74, PANE.lit(if front { 0.7 } else { 0.9 })),
        panel(-0.84, 0.84, 0.3, 0.36, TYRE),
    ];
    if let Some(text) = &look.plate {
        let ground = if front { Colour::rgb(236, 236, 230) } else { Colour::rgb(240, 196, 40) };
        shapes.push(panel(-0.46, 0.46, 0.37, 0.59, ground));
        let cell = 0.86 / font::columns(text) as f64;
        // Seen from the front, the driver's left is on the right.
        shapes.extend(font::write(text, Colour::rgb(14, 14, 16), |column, row| {
            let across = -0.43 + column * cell;
            body.at(forward * 2.1, -forward * across, 0.57 - row * 0.18 / font::ROWS as f64)
        }));
    }
    shapes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scene::draw::bounds;

    const CAMERA: Camera = Camera { width: 1920.0, height: 1080.0 };

    #[test]
    fn a_car_that_comes_shows_its_plate_and_one_seen_from_the_side_does_not() {
        let plate = Colour::rgb(236, 236, 230);
        let shown = |heading| {
            let drawn = shapes(CAMERA, &Look::of(1, 4), Pose { x: 0.0, z: 12.0, heading });
            drawn.iter().any(|shape| shape.colour == plate)
        };
        assert!(shown((0.0, -1.0)));
        assert!(!shown((1.0, 0.0)));
        assert!(!shown((0.0, 1.0)), "a British rear plate is yellow");
    }

    #[test]
    fn a_car_has_the_size_of_a_car() {
        let pose = Pose { x: 0.0, z: 12.0, heading: (1.0, 0.0) };
        let area = bounds(&shapes(CAMERA, &Look::of(1, 4), pose)).unwrap();
        let metres = area.w / CAMERA.scale(12.0);
        assert!((4.0..5.5).contains(&metres), "{metres}");
    }
}
