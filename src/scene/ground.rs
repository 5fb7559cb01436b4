//! What does not move: the camera's view of the ground, and the car park itself.

use super::car;
use super::draw::{Canvas, Colour, Point, Shape};
use super::font;
use super::noise::share;

/// Where the camera hangs, in metres above the ground.
const CAMERA_HEIGHT: f64 = 5.0;
/// The distance of the front of the building.
const FACADE: f64 = 26.0;
/// Depths at which the row of bays begins and ends.
const BAYS: (f64, f64) = (18.0, 22.8);

/// The middle of the bay near the camera where a car is parked: a share of half the width, and a depth.
pub(super) const NEAR_BAY: (f64, f64) = (0.53, 8.9);

/// A pinhole camera that looks level: metres on the ground to luma pixels. X runs right from the middle of
/// the picture, Z away from the camera.
#[derive(Debug, Clone, Copy)]
pub(super) struct Camera {
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Camera {
    /// Pixels per metre at a depth.
    pub(super) fn scale(self, z: f64) -> f64 {
        self.height / z.max(1.0)
    }

    /// Where a point `up` metres above the ground shows.
    pub(super) fn project(self, x: f64, up: f64, z: f64) -> Point {
        let scale = self.scale(z);
        (self.width / 2.0 + x * scale, self.horizon() + (CAMERA_HEIGHT - up) * scale)
    }

    /// Metres right of the middle for a share of half the picture's width.
    pub(super) fn across(self, share: f64, z: f64) -> f64 {
        share * self.width / 2.0 / self.scale(z)
    }

    fn horizon(self) -> f64 {
        self.height * 0.14
    }
}

/// The empty car park.
pub(super) fn paint(width: u32, height: u32, seed: u64) -> Canvas {
    let camera = Camera { width: f64::from(width), height: f64::from(height) };
    let mut canvas = Canvas::new(width, height, Colour::rgb(0, 0, 0));
    surfaces(&mut canvas, camera, seed);
    canvas.draw_all(&trees(camera, seed));
    canvas.draw_all(&building(camera));
    canvas.draw_all(&markings(camera));
    for (index, x) in [-9.6, -4.8, 2.4, 7.2].into_iter().enumerate() {
        let parked = car::Look::parked(index as u64);
        canvas.draw_all(&car::shapes(camera, &parked, car::Pose { x, z: 20.4, heading: (0.0, 1.0) }));
    }
    grain(&mut canvas, camera, seed);
    canvas
}

/// Sky and tarmac, row by row: both are smooth gradients.
fn surfaces(canvas: &mut Canvas, camera: Camera, seed: u64) {
    let sky = Colour::rgb(176, 198, 220);
    let tarmac = Colour::rgb(104, 104, 108);
    let base = camera.project(0.0, 0.0, FACADE).1;
    for (index, plane) in canvas.planes.iter_mut().enumerate() {
        let step = if index == 0 { 1.0 } else { 2.0 };
        for row in 0..plane.height {
            let y = (row as f64 + 0.5) * step;
            let colour = if y < base {
                sky.lit(0.92 + 0.22 * y / base)
            } else {
                tarmac.lit(1.12 - 0.3 * (y - base) / (camera.height - base))
            };
            plane.row_mut(row).fill(colour.sample(index));
        }
    }
    for spot in 0..40u64 {
        let random = |key| share(seed, 500 + spot * 8 + key);
        let z = 6.0 + 18.0 * random(0) * random(0);
        let x = camera.across(2.2 * random(1) - 1.1, z);
        let (long, deep) = (0.3 + 1.6 * random(2), 0.15 + 0.5 * random(3));
        let light = if random(4) < 0.6 { 0.8 } else { 1.15 };
        let ring = (0..12).map(|i| {
            let turn = f64::from(i) * std::f64::consts::TAU / 12.0;
            let reach = 0.7 + 0.3 * random(5) * (turn * 3.0).sin();
            camera.project(x + long * reach * turn.cos(), 0.0, z + deep * reach * turn.sin())
        });
        canvas.draw(&Shape::new(ring.collect::<Vec<_>>(), 1.0, tarmac.lit(light)).opacity(0.22));
    }
}

/// A line of distant trees, and a big one at each side of the building.
fn trees(camera: Camera, seed: u64) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let half = camera.across(1.0, 40.0);
    let far = (0..60).map(|i| (-half * 1.1 + half * 2.2 * f64::from(i) / 59.0, 44.0, 2.6, 1.9, 12));
    let near = [(-0.93, 25.2), (0.96, 25.0), (0.8, 27.0)].map(|(s, z)| (camera.across(s, z), z, 3.6, 1.7, 60));
    for (tree, (x, z, tall, wide, leaves)) in far.chain(near).enumerate() {
        let scale = camera.scale(z);
        let random = |leaf: u32, key: u64| share(seed, (tree as u64) << 16 | u64::from(leaf) << 4 | key);
        if leaves > 20 {
            let (foot, crown) = (camera.project(x, 0.0, z), camera.project(x, tall, z));
            shapes.push(Shape::limb(foot, crown, 0.22 * scale, 0.1 * scale, Colour::rgb(84, 68, 52)));
        }
        for leaf in 0..leaves {
            let turn = std::f64::consts::TAU * random(leaf, 0);
            let reach = wide * random(leaf, 1).sqrt();
            let at = camera.project(x + reach * turn.cos(), tall + 0.9 * reach * turn.sin(), z);
            let light = 0.7 + 0.25 * random(leaf, 2) + 0.3 * turn.sin().max(0.0);
            let green = if z > 40.0 { Colour::rgb(104, 124, 98) } else { Colour::rgb(82, 116, 58) };
            shapes.push(Shape::new([at], scale * (0.35 + 0.4 * random(leaf, 3)) * wide / 1.9, green.lit(light)));
        }
    }
    shapes
}

/// A low brick surgery with windows, a door, a sign, a pavement and a hedge.
fn building(camera: Camera) -> Vec<Shape> {
    let wall = |x0: f64, x1: f64, low: f64, high: f64, colour| {
        let p = |x, up| camera.project(x, up, FACADE);
        Shape::new([p(x0, high), p(x1, high), p(x1, low), p(x0, low)], 0.0, colour)
    };
    let brick = Colour::rgb(158, 104, 84);
    let pane = Colour::rgb(70, 88, 104);
    let frame = Colour::rgb(226, 226, 220);
    let mut shapes = vec![wall(-7.5, 7.5, 0.0, 4.4, brick)];
    for course in 1..22 {
        let up = f64::from(course) * 0.2;
        shapes.push(wall(-7.5, 7.5, up, up + 0.04, brick.lit(0.82)).opacity(0.5));
    }
    let roof = [(-8.0, 4.4), (8.0, 4.4), (6.6, 5.7), (-6.6, 5.7)].map(|(x, up)| camera.project(x, up, FACADE));
    shapes.push(Shape::new(roof, 0.0, Colour::rgb(92, 84, 86)));
    shapes.push(wall(-8.0, 8.0, 4.3, 4.48, frame));
    for middle in [-5.8, -3.4, 3.4, 5.8] {
        shapes.push(wall(middle - 0.8, middle + 0.8, 1.0, 2.6, frame));
        shapes.push(wall(middle - 0.7, middle - 0.05, 1.1, 2.5, pane));
        shapes.push(wall(middle + 0.05, middle + 0.7, 1.1, 2.5, pane.lit(1.15)));
    }
    shapes.push(wall(-1.3, 1.3, 0.0, 2.6, frame));
    shapes.push(wall(-1.15, -0.05, 0.05, 2.4, pane.lit(0.8)));
    shapes.push(wall(0.05, 1.15, 0.05, 2.4, pane.lit(0.9)));
    let name = "EXAMPLE SURGERY";
    let cell = 4.6 / font::columns(name) as f64;
    shapes.push(wall(-2.6, 2.6, 2.95, 3.85, Colour::rgb(34, 74, 110)));
    shapes.extend(font::write(name, Colour::rgb(240, 240, 235), |column, row| {
        camera.project(-2.3 + column * cell, 3.67 - row * cell, FACADE)
    }));
    let side = camera.across(1.2, FACADE);
    let hedge = Colour::rgb(70, 98, 56);
    for (from, to) in [(-side, -7.5), (7.5, side)] {
        shapes.push(wall(from, to, 0.0, 1.2, hedge));
        shapes.push(wall(from, to, 0.95, 1.2, hedge.lit(1.25)));
    }
    let strip = |z0: f64, z1: f64, up: f64, colour| {
        let side = camera.across(1.2, z1);
        let p = |x, z| camera.project(x, up, z);
        Shape::new([p(-side, z1), p(side, z1), p(side, z0), p(-side, z0)], 0.0, colour)
    };
    shapes.push(strip(23.6, FACADE, 0.1, Colour::rgb(150, 147, 140)));
    shapes.push(strip(23.45, 23.6, 0.05, Colour::rgb(112, 110, 106)));
    shapes
}

/// White lines: the bays before the building, a crossing, and the edge of the near row.
fn markings(camera: Camera) -> Vec<Shape> {
    let white = Colour::rgb(222, 222, 214);
    let on_ground = |x0: f64, x1: f64, z0: f64, z1: f64| {
        let p = |x, z| camera.project(x, 0.0, z);
        Shape::new([p(x0, z1), p(x1, z1), p(x1, z0), p(x0, z0)], 0.0, white).opacity(0.8)
    };
    let mut shapes = Vec::new();
    for bay in -8..=8 {
        let x = f64::from(bay) * 2.4 + 1.2;
        shapes.push(on_ground(x - 0.06, x + 0.06, BAYS.0, BAYS.1));
    }
    for stripe in 0..6 {
        let z = 11.2 + f64::from(stripe) * 1.1;
        shapes.push(on_ground(-0.9, 0.9, z, z + 0.55));
    }
    let (parked, z) = (camera.across(NEAR_BAY.0, NEAR_BAY.1), NEAR_BAY.1);
    for line in 0..3 {
        let x = parked - 1.3 + 2.6 * f64::from(line);
        shapes.push(on_ground(x - 0.05, x + 0.05, z - 2.6, z + 2.3));
    }
    shapes
}

/// The fine texture of tarmac and walls, which stays where it is from frame to frame.
fn grain(canvas: &mut Canvas, camera: Camera, seed: u64) {
    let [luma, ..] = &mut canvas.planes;
    let base = camera.project(0.0, 0.0, FACADE).1;
    for (row, y) in (0..luma.height).map(|row| (row, row as f64)) {
        // Tarmac lies flat, so that its stones get wider towards the camera; never finer than two pixels.
        let (wide, deep) = if y < base { (2.0, 2.0) } else { (2.0 + (y - base) / 200.0, 2.0) };
        let line = ((y / deep) as u64) << 32;
        for (column, sample) in luma.row_mut(row).iter_mut().enumerate() {
            let bump = (share(seed, line ^ (column as f64 / wide) as u64) * 9.0) as u8;
            *sample = sample.saturating_add(bump).saturating_sub(4);
        }
    }
}
