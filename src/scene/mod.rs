//! A car park under CCTV that never was: footage for tests, for the demo and for the benchmark, drawn rather
//! than filmed, so that everybody in it is invented and the place of everybody is known exactly.
//!
//! Every frame carries its number as blocks ([`read_frame_number`]) and its date and time as text, so that a
//! wrong cut shows in the pixels.

mod car;
mod cast;
mod draw;
mod font;
mod ground;
mod noise;
mod number;
mod person;

use jiff::SignedDuration;
use jiff::civil::DateTime;

use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::picture::Picture;
use crate::time::Position;

pub use cast::{Placed, REQUESTER};
pub use number::{NUMBERS, read_frame_number};

use cast::{Cast, Present};
use draw::{Canvas, Colour, Shape};
use ground::Camera;
use noise::Noise;

/// What a scene is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct SceneOptions {
    /// Columns, 320 to 3840.
    pub width: u32,
    /// Rows, 240 to 2160.
    pub height: u32,
    /// Frames a second as a fraction, both above 0.
    pub fps: (u32, u32),
    /// How many take part. The first is the requester, the fourth a parked car, about every fourth a car.
    /// Not all are in the picture all the time; who leaves does not come back, but somebody else does.
    pub actors: usize,
    /// Figures of a given size, beside the actors.
    pub placed: Vec<Placed>,
    /// Everything random follows from this.
    pub seed: u64,
    /// The reading of the burnt-in clock at the beginning.
    pub start: DateTime,
    /// Sensor noise: luma steps up or down at most, 0 to 15.
    pub noise: u8,
}

impl Default for SceneOptions {
    /// 704x576 at 12.5 frames a second, six actors, from 2026-10-12 09:00.
    fn default() -> Self {
        Self {
            width: 704,
            height: 576,
            fps: (25, 2),
            actors: 6,
            placed: Vec::new(),
            seed: 1,
            start: jiff::civil::date(2026, 10, 12).at(9, 0, 0, 0),
            noise: 4,
        }
    }
}

/// Somebody or something that a frame shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Seen {
    /// The same in every frame; [`REQUESTER`] is the requester's.
    pub id: u32,
    /// `requester`, `person` or `car`.
    pub label: &'static str,
    /// Every pixel that they change touches this box (in chroma: every 2x2 cell), shadow included, clamped to
    /// the picture. Others may hide them.
    pub shape: BoundingBox,
}

/// A scene, ready to be drawn at any frame or time.
#[derive(Debug, Clone)]
pub struct Scene {
    options: SceneOptions,
    background: Canvas,
    noise: Noise,
    cast: Cast,
}

impl Scene {
    /// Draws the empty car park, which the frames are then drawn on.
    ///
    /// # Errors
    /// `Usage` for a size, a rate, or a placed figure out of range.
    pub fn new(options: SceneOptions) -> Result<Self> {
        let (width, height) = (options.width, options.height);
        if !(320..=3840).contains(&width) || !(240..=2160).contains(&height) {
            return Err(Error::usage(format!("a scene of {width}x{height} pixels cannot be drawn"))
                .hint("choose a size from 320x240 to 3840x2160"));
        }
        if options.fps.0 == 0 || options.fps.1 == 0 {
            return Err(Error::usage("a scene needs a frame rate above 0"));
        }
        if !options.placed.iter().all(|p| p.shape.is_sound() && p.period > 0.0) {
            return Err(Error::usage("a placed figure needs a box of some size and a period above 0"));
        }
        let cast = Cast { actors: options.actors, placed: options.placed.clone(), seed: options.seed };
        Ok(Self {
            background: ground::paint(width, height, options.seed),
            noise: Noise::new(options.noise, options.seed),
            cast,
            options,
        })
    }

    /// What the scene was made of.
    pub fn options(&self) -> &SceneOptions {
        &self.options
    }

    /// When a frame is, at the scene's own rate.
    pub fn time_of(&self, frame: u32) -> Position {
        let (num, den) = (i128::from(self.options.fps.0), i128::from(self.options.fps.1));
        let nanos = (i128::from(frame) * den * 1_000_000_000 + num / 2) / num;
        Position::from_nanos(i64::try_from(nanos).unwrap_or(i64::MAX))
    }

    /// A frame: 8 bits, 4:2:0, broadcast range, BT.709.
    pub fn frame(&self, frame: u32) -> Picture {
        self.frame_at(frame, self.time_of(frame))
    }

    /// A frame of a recording with its own timing: number `frame`, taken `at` after the beginning.
    pub fn frame_at(&self, frame: u32, at: Position) -> Picture {
        self.frame_without(&[], frame, at)
    }

    /// A frame as it would be without some of those in it: it differs from [`Scene::frame_at`] only inside
    /// their boxes.
    pub fn frame_without(&self, absent: &[u32], frame: u32, at: Position) -> Picture {
        let mut canvas = self.background.clone();
        // Just beyond an odd border somebody would still tint the last chroma sample.
        let seen = |actor: &Present| !absent.contains(&actor.id) && self.visible(actor.area).is_some();
        for actor in self.present(at).filter(seen) {
            canvas.draw_all(&actor.shapes);
        }
        self.noise.add(&mut canvas.planes[0], frame);
        canvas.draw_all(&self.clock(at));
        number::paint(&mut canvas, frame);
        canvas.into_picture()
    }

    /// Who can be seen in a frame, the farthest first.
    pub fn boxes(&self, frame: u32) -> Vec<Seen> {
        self.boxes_at(self.time_of(frame))
    }

    /// Who can be seen at a time, the farthest first.
    pub fn boxes_at(&self, at: Position) -> Vec<Seen> {
        self.present(at).filter_map(|a| Some(Seen { id: a.id, label: a.label, shape: self.visible(a.area)? })).collect()
    }

    fn present(&self, at: Position) -> impl Iterator<Item = Present> {
        self.cast.present(self.camera(), at.seconds().max(0.0)).into_iter()
    }

    fn camera(&self) -> Camera {
        Camera { width: f64::from(self.options.width), height: f64::from(self.options.height) }
    }

    /// The part of a box inside the picture.
    fn visible(&self, area: BoundingBox) -> Option<BoundingBox> {
        let [left, top, right, bottom] = area.edges();
        let (width, height) = (f64::from(self.options.width), f64::from(self.options.height));
        let inside = BoundingBox::from_corners(left.max(0.0), top.max(0.0), right.min(width), bottom.min(height));
        inside.is_sound().then_some(inside)
    }

    /// The recorder's own text: date and time to the millisecond, and the camera's name, on a dark strip.
    fn clock(&self, at: Position) -> Vec<Shape> {
        let time = self.options.start.saturating_add(SignedDuration::from_nanos(at.nanos()));
        let time = time.strftime("%Y-%m-%d %H:%M:%S%.3f").to_string();
        let cell = (f64::from(self.options.width) / 320.0).floor();
        let rows = (font::ROWS as f64 + 3.0) * cell;
        let mut shapes = Vec::new();
        for (line, text) in [time.as_str(), "CAM 02 CAR PARK EAST"].into_iter().enumerate() {
            let (left, top) = (2.0 * cell, 2.0 * cell + rows * line as f64);
            let right = left + (font::columns(text) as f64 + 2.0) * cell;
            let strip = [
                (0.0, top - 2.0 * cell),
                (right, top - 2.0 * cell),
                (right, top + rows - 2.0 * cell),
                (0.0, top + rows - 2.0 * cell),
            ];
            shapes.push(Shape::new(strip, 0.0, Colour::rgb(0, 0, 0)).opacity(0.6));
            shapes.extend(font::write(text, Colour::rgb(255, 255, 255), |column, row| {
                (left + column * cell, top + row * cell)
            }));
        }
        shapes
    }
}

#[cfg(test)]
mod tests;
