//! Who is in the scene and where: ways over the ground, taken again and again, each time by somebody else.

use std::f64::consts::{PI, TAU};

use super::draw::{Shape, bounds};
use super::ground::{Camera, NEAR_BAY};
use super::noise::share;
use super::{car, person};
use crate::geometry::BoundingBox;

/// The id of the requester in every scene that has actors.
pub const REQUESTER: u32 = 1;
/// How far one stride, left and right foot, carries: metres.
const STRIDE: f64 = 1.45;

/// A figure of a given size at a given place: a person walking on the spot inside a box that sways to and fro.
/// For measurements that need regions of a known size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// The box at the beginning, in pixels. The figure stays inside.
    pub shape: BoundingBox,
    /// How far the box sways from there, to the right and down, in pixels.
    pub sway: (f64, f64),
    /// Seconds to and fro, above 0.
    pub period: f64,
    /// The part of the recording that the figure is there for: the first second, and the first no longer.
    pub there: (f64, f64),
}

impl Placed {
    /// Where the box is at a time. It sways by whole cells of 2x2 pixels, so that a box of even edges keeps them.
    pub fn at(&self, seconds: f64) -> BoundingBox {
        let sway = (TAU * seconds / self.period).sin();
        let cells = |pixels: f64| 2.0 * (pixels * sway / 2.0).round();
        BoundingBox { x: self.shape.x + cells(self.sway.0), y: self.shape.y + cells(self.sway.1), ..self.shape }
    }
}

/// Somebody or something that is there, in the picture or not.
pub(super) struct Present {
    pub(super) id: u32,
    pub(super) label: &'static str,
    /// Drawn from the back to the front: the row of the picture where it stands.
    pub(super) stands: f64,
    pub(super) shapes: Vec<Shape>,
    /// The exact bounds of the shapes, or the box that a placed figure was given.
    pub(super) area: BoundingBox,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Requester,
    Walker,
    Car,
    ParkedCar,
}

/// A way over the ground.
#[derive(Debug, Clone, Copy)]
struct Route {
    kind: Kind,
    /// A cubic Bézier curve. Across: shares of half the picture's width at that depth, so that ways begin and
    /// end outside a picture of any shape. Depth: metres from the camera.
    points: [(f64, f64); 4],
    /// Seconds from end to end.
    duration: f64,
    /// Seconds from one beginning to the next.
    period: f64,
    /// Seconds since the last beginning when the scene begins.
    offset: f64,
}

const fn route(kind: Kind, points: [(f64, f64); 4], duration: f64, period: f64, offset: f64) -> Route {
    Route { kind, points, duration, period, offset }
}

/// The first actors' ways, made so that the first 20 seconds have meetings, comings and goings.
const ROUTES: [Route; 8] = [
    route(Kind::Requester, [(-0.62, 9.0), (-0.25, 9.2), (0.1, 9.6), (0.3, 10.2)], 9.0, 18.0, 0.0),
    route(Kind::Walker, [(1.25, 11.6), (0.4, 10.6), (-0.4, 9.2), (-1.3, 8.4)], 11.0, 16.0, 2.5),
    route(Kind::Walker, [(-1.25, 14.5), (-0.4, 14.2), (0.4, 13.6), (1.25, 13.2)], 14.0, 19.0, 5.0),
    route(Kind::ParkedCar, [NEAR_BAY; 4], 1.0, 1.0, 0.0),
    route(Kind::Walker, [(0.03, 25.8), (0.05, 18.0), (-0.1, 12.0), (-0.55, 3.5)], 17.0, 24.0, 3.0),
    route(Kind::Car, [(1.6, 16.5), (0.1, 16.5), (-0.1, 12.2), (-1.8, 11.2)], 9.0, 13.0, 10.0),
    route(Kind::Walker, [(-1.3, 7.4), (-0.6, 10.0), (-0.2, 18.0), (-0.06, 25.8)], 19.0, 22.0, 4.0),
    route(Kind::Car, [(-1.6, 12.8), (-0.5, 13.0), (0.5, 15.0), (1.6, 16.8)], 8.0, 17.0, 9.0),
];

impl Route {
    /// The way of an actor: its own for the first ones, a shifted copy for a crowd.
    fn of(index: usize, seed: u64) -> Option<Self> {
        if let Some(own) = ROUTES.get(index) {
            return Some(*own);
        }
        let mut copy = *ROUTES.iter().filter(|r| matches!(r.kind, Kind::Walker | Kind::Car)).cycle().nth(index)?;
        let random = |key| share(seed, (index as u64) << 8 | key);
        let shift = 5.0 * random(20) - 1.0;
        copy.points = copy.points.map(|(across, z)| (across, if z > 5.0 { z + shift } else { z }));
        copy.offset = copy.period * random(21);
        Some(copy)
    }

    /// The point at a share of the way and the direction there, in metres on the ground.
    fn at(&self, camera: Camera, s: f64) -> ((f64, f64), (f64, f64)) {
        let [a, b, c, d] = self.points.map(|(across, z)| (camera.across(across, z), z));
        let r = 1.0 - s;
        let blend = |a: f64, b: f64, c: f64, d: f64| {
            (
                r * r * r * a + 3.0 * r * r * s * b + 3.0 * r * s * s * c + s * s * s * d,
                r * r * (b - a) + 2.0 * r * s * (c - b) + s * s * (d - c),
            )
        };
        let ((x, dx), (z, dz)) = (blend(a.0, b.0, c.0, d.0), blend(a.1, b.1, c.1, d.1));
        ((x, z), (dx, dz))
    }

    /// Metres from the beginning to a share of the way.
    fn walked(&self, camera: Camera, s: f64) -> f64 {
        let steps = 12;
        let points = (0..=steps).map(|i| self.at(camera, s * f64::from(i) / f64::from(steps)).0);
        points.clone().zip(points.skip(1)).map(|(a, b)| (b.0 - a.0).hypot(b.1 - a.1)).sum()
    }
}

/// All actors of a scene.
#[derive(Debug, Clone)]
pub(super) struct Cast {
    pub(super) actors: usize,
    pub(super) placed: Vec<Placed>,
    pub(super) seed: u64,
}

impl Cast {
    /// Everybody who is there `seconds` after the beginning, the farthest first.
    pub(super) fn present(&self, camera: Camera, seconds: f64) -> Vec<Present> {
        let moving = (0..self.actors).filter_map(|index| self.on_route(index, camera, seconds));
        let placed = self.placed.iter().enumerate().filter_map(|(index, p)| self.on_the_spot(index, p, seconds));
        let mut all: Vec<_> = moving.chain(placed).collect();
        all.sort_by(|a, b| a.stands.total_cmp(&b.stands).then(a.id.cmp(&b.id)));
        all
    }

    /// The id of whoever takes a place for the n-th time.
    fn id(&self, place: usize, pass: u32) -> u32 {
        (place as u32 + 1).wrapping_add(pass.wrapping_mul((self.actors + self.placed.len()) as u32))
    }

    fn on_route(&self, index: usize, camera: Camera, seconds: f64) -> Option<Present> {
        let route = Route::of(index, self.seed)?;
        let clock = seconds + route.offset;
        let (pass, since) = ((clock / route.period) as u32, clock.rem_euclid(route.period));
        let (id, label, s) = match route.kind {
            Kind::Requester => (REQUESTER, "requester", 1.0 - (since / route.duration - 1.0).abs()),
            Kind::ParkedCar => (self.id(index, 0), "car", 0.0),
            _ if since >= route.duration => return None,
            Kind::Walker => (self.id(index, pass), "person", since / route.duration),
            Kind::Car => (self.id(index, pass), "car", since / route.duration),
        };
        let ((x, z), (dx, dz)) = route.at(camera, s);
        let back = if route.kind == Kind::Requester && since > route.duration { -1.0 } else { 1.0 };
        let length = dx.hypot(dz);
        let heading = if length > 0.0 { (back * dx / length, back * dz / length) } else { (0.0, -1.0) };
        let shapes = match route.kind {
            Kind::Car | Kind::ParkedCar => {
                car::shapes(camera, &car::Look::of(self.seed, id), car::Pose { x, z, heading })
            }
            Kind::Requester | Kind::Walker => {
                let look = self.look(id);
                let stride = back * TAU * route.walked(camera, s) / STRIDE;
                let pose = person::Pose {
                    foot: camera.project(x, 0.0, z),
                    tall: look.height * camera.scale(z),
                    heading,
                    stride,
                };
                person::shapes(&look, pose)
            }
        };
        Some(Present { id, label, stands: camera.project(x, 0.0, z).1, area: bounds(&shapes)?, shapes })
    }

    fn on_the_spot(&self, index: usize, placed: &Placed, seconds: f64) -> Option<Present> {
        if !(placed.there.0..placed.there.1).contains(&seconds) {
            return None;
        }
        let id = self.id(self.actors + index, 0);
        let area = placed.at(seconds);
        let tall = (area.h * 0.93).min(area.w / person::WIDEST);
        let pose = person::Pose {
            foot: (area.centre().0, area.bottom() - 0.045 * tall),
            tall,
            heading: if index.is_multiple_of(2) { (1.0, 0.0) } else { (0.6, -0.8) },
            stride: PI * index as f64 / 3.0 + TAU * seconds,
        };
        let shapes = person::shapes(&self.look(id), pose);
        area.is_sound().then_some(Present { id, label: "person", stands: area.bottom(), shapes, area })
    }

    fn look(&self, id: u32) -> person::Look {
        if id == REQUESTER && self.actors > 0 { person::Look::requester() } else { person::Look::of(self.seed, id) }
    }
}
