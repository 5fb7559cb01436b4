//! Recordings of candidates: many at once, each swaying by parts of a pixel in a place of its own, with the sensor's
//! noise; and what an attacker sees of each in the clip that the tool makes of them.

use std::f64::consts::TAU;
use std::path::Path;

use cctv_redact::media::{FrameReader, ProbeOptions, probe};
use cctv_redact::picture::{Picture, Planes};
use serde_json::{Value, json};

use super::look::{FINE, Kind, Look};
use crate::case::Dice;
use crate::film::{Chroma, Film};
use crate::tool;

/// Columns and rows of the recorded picture.
const SIZE: (usize, usize) = (640, 448);
/// The margin that the tool puts around a box of these sizes.
const MARGIN: usize = 8;
/// How far a candidate sways, in texels.
const SWAY: f64 = 12.0;

/// What is done to the candidates before the attacker sees them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Treatment {
    /// Nothing: the attack must work.
    Uncovered,
    /// A mosaic of 16x16 cells over what the tool would cover, which is much finer than the tool's: the attack must work.
    Mosaic,
    /// One of the tool's methods.
    Method(&'static str),
}

impl Treatment {
    /// As README calls it.
    pub fn name(self) -> String {
        match self {
            Self::Uncovered => "not covered".to_owned(),
            Self::Mosaic => "a mosaic of 16x16 cells".to_owned(),
            Self::Method(name) => format!("`{name}`"),
        }
    }
}

/// A recording of candidates.
pub struct Recording {
    kind: Kind,
    film: Film,
    /// Who stands in each place.
    pub who: Vec<usize>,
    /// Left and top edge in pixels, for each place and frame.
    places: Vec<Vec<(f64, f64)>>,
}

impl Kind {
    /// Columns and rows that one candidate has to itself, so that covers do not touch.
    fn tile(self) -> (usize, usize) {
        let (width, height) = self.size();
        (width + 2 * MARGIN + 24, height + 2 * MARGIN + 24)
    }

    /// How many candidates are in a recording.
    pub fn places(self) -> usize {
        (SIZE.0 / self.tile().0) * (SIZE.1 / self.tile().1)
    }

    /// Luma columns and rows to a feature.
    fn block(self) -> (usize, usize) {
        match self {
            Self::Faces => (4, 4),
            Self::Plates => (2, 4),
        }
    }
}

impl Recording {
    /// Records the given candidates, one in each place, for so many frames.
    pub fn new(kind: Kind, looks: &[Look], who: Vec<usize>, frames: usize, seed: u64) -> Self {
        let mut dice = Dice(seed);
        let tile = kind.tile();
        let across = SIZE.0 / tile.0;
        let (mut places, mut lights) = (Vec::new(), Vec::new());
        for place in 0..who.len() {
            let corner = ((place % across * tile.0) as f64, (place / across * tile.1) as f64);
            let middle = (MARGIN + 12) as f64;
            let [a, b, c, d] = [0; 4].map(|_| dice.below(1000) as f64 / 1000.0);
            let path = (0..frames).map(|frame| {
                let turn = |speed: f64, phase: f64| (frame as f64 * (0.11 + 0.2 * speed) + phase * TAU).sin();
                let texels = (SWAY * turn(a, b), SWAY * turn(c, d));
                let shake = |v: f64, by: usize| (v + by as f64 - 1.0).round() / FINE as f64;
                (corner.0 + middle + shake(texels.0, dice.below(3)), corner.1 + middle + shake(texels.1, dice.below(3)))
            });
            places.push(path.collect());
            lights.push(0.97 + 0.06 * dice.below(1000) as f32 / 1000.0);
        }
        let mut this = Self { kind, film: Film::plain(SIZE, Chroma::C420, 25, Vec::new()), who, places };
        let pictures = (0..frames).map(|frame| this.picture(looks, &lights, frame, &mut dice)).collect();
        this.film = Film::plain(SIZE, Chroma::C420, 25, pictures);
        this
    }

    fn picture(&self, looks: &[Look], lights: &[f32], frame: usize, dice: &mut Dice) -> Vec<u8> {
        let (width, height) = SIZE;
        let mut luma = vec![0f32; width * height];
        let mut chroma = [vec![0f32; width * height / 4], vec![0f32; width * height / 4]];
        for (i, sample) in luma.iter_mut().enumerate() {
            *sample = 105.0 + ((i % width) as f32 * 0.05).sin() * 12.0 + (i / width) as f32 * 0.03;
        }
        let (w, h) = self.kind.size();
        for ((&who, path), light) in self.who.iter().zip(&self.places).zip(lights) {
            let (left, top) = path[frame];
            for y in top.floor() as usize..=top as usize + h {
                for x in left.floor() as usize..=left as usize + w {
                    let texel = |at: usize, edge: f64| ((at as f64 - edge) * FINE as f64).round() as isize;
                    let Some(colour) = looks[who].pixel(texel(x, left), texel(y, top)) else { continue };
                    luma[y * width + x] = colour[0] * light;
                    for (plane, difference) in chroma.iter_mut().zip(&colour[1..]) {
                        plane[y / 2 * (width / 2) + x / 2] = *difference;
                    }
                }
            }
        }
        // The sensor's noise: a sum of even ones, about normal with a deviation of 4 levels.
        let mut noise = || {
            let bits = dice.next();
            (0..4).map(|i| (bits >> (16 * i) & 0xffff) as f32).sum::<f32>() / 65_536.0 * 7.0 - 14.0
        };
        let mut samples: Vec<u8> = luma.iter().map(|v| (v + noise()).clamp(16.0, 235.0) as u8).collect();
        for plane in &chroma {
            samples.extend(plane.iter().map(|v| (128.0 + v + noise() / 2.0).clamp(16.0, 240.0) as u8));
        }
        samples
    }

    /// What the tool covers of a place: left, top, right, bottom, on the chroma grid.
    fn cover(&self, place: usize, frame: usize) -> [usize; 4] {
        let ((x, y), (w, h), m) = (self.places[place][frame], self.kind.size(), MARGIN as f64);
        let down = |v: f64| ((v - m) / 2.0).floor() as usize * 2;
        let up = |v: f64| ((v + m) / 2.0).ceil() as usize * 2;
        [down(x), down(y), up(x + w as f64), up(y + h as f64)]
    }

    /// What the attacker sees: for each frame and place the features of what lies under the cover, in the clip that is
    /// sent.
    pub fn seen(&self, treatment: Treatment, folder: &Path) -> Vec<Vec<Vec<f32>>> {
        let mut film = self.film.clone();
        let mut item = json!({ "kind": "clip", "footage": ["film.mov"], "from": "0", "to": "9999" });
        match treatment {
            Treatment::Method(name) => {
                tool::write_tracks(folder, &self.tracks());
                item["tracks"] = json!([{ "file": "tracks.json" }]);
                item["method"] = name.into();
            }
            _ => item["no_third_parties"] = true.into(),
        }
        if treatment == Treatment::Mosaic {
            for (frame, picture) in film.pictures.iter_mut().enumerate() {
                (0..self.who.len()).for_each(|place| mosaic(picture, self.cover(place, frame)));
            }
        }
        film.write(&folder.join("film.mov"));
        tool::answer(folder, &tool::request(&[item])).unwrap();
        let features = self.decoded(&tool::pack(folder).join("send/clip.mp4"));
        std::fs::remove_dir_all(tool::pack(folder)).unwrap();
        features
    }

    fn tracks(&self) -> Value {
        let (w, h) = self.kind.size();
        let track = |(id, path): (usize, &Vec<(f64, f64)>)| {
            let keys: Vec<Value> =
                path.iter().enumerate().map(|(n, (x, y))| json!({ "frame": n, "box": [x, y, w, h] })).collect();
            json!({ "id": id.to_string(), "sampling": "every-frame", "keyframes": keys })
        };
        self.places.iter().enumerate().map(track).collect()
    }

    fn decoded(&self, clip: &Path) -> Vec<Vec<Vec<f32>>> {
        let clip = probe(clip, ProbeOptions::default()).unwrap();
        let mut reader = FrameReader::open(&clip, 0).unwrap();
        let mut picture = Picture::grey(clip.layout);
        let mut frames = Vec::new();
        while let Some(decoded) = reader.next(&mut picture).unwrap() {
            let of = |place| self.features(&picture, self.cover(place, decoded.index));
            frames.push((0..self.who.len()).map(of).collect());
        }
        assert_eq!(frames.len(), self.film.pictures.len());
        frames
    }

    /// Means of blocks from the cover's corner on: of luma, and for faces of both colours.
    fn features(&self, picture: &Picture, [left, top, ..]: [usize; 4]) -> Vec<f32> {
        let Planes::Eight(planes) = &picture.planes else { panic!("clips have 8 bits") };
        let ((w, h), (bw, bh)) = (self.kind.size(), self.kind.block());
        let mut features = Vec::new();
        let colours = if self.kind == Kind::Faces { 3 } else { 1 };
        for (number, plane) in planes.iter().enumerate().take(colours) {
            let step = if number == 0 { 1 } else { 2 };
            for y in 0..(h + 2 * MARGIN) / (bh * step) {
                for x in 0..(w + 2 * MARGIN) / (bw * step) {
                    let rows = (0..bh).map(|r| &plane.row(top / step + y * bh + r)[left / step + x * bw..][..bw]);
                    let sum: u32 = rows.flatten().map(|s| u32::from(*s)).sum();
                    features.push(sum as f32 / (bw * bh) as f32);
                }
            }
        }
        features
    }
}

/// A mosaic of 16x16 cells over a part of a 4:2:0 picture.
fn mosaic(picture: &mut [u8], [left, top, right, bottom]: [usize; 4]) {
    let (width, height) = SIZE;
    let planes = [(0, 1), (width * height, 2), (width * height * 5 / 4, 2)];
    for (start, step) in planes {
        let stride = width / step;
        let edges = |from: usize, to: usize| (0..=16).map(move |n| (from * (16 - n) + to * n) / 16 / step);
        let (columns, rows): (Vec<_>, Vec<_>) = (edges(left, right).collect(), edges(top, bottom).collect());
        for (y0, y1) in rows.iter().zip(&rows[1..]) {
            for (x0, x1) in columns.iter().zip(&columns[1..]) {
                let places = || (*y0..*y1).flat_map(move |y| (*x0..*x1).map(move |x| start + y * stride + x));
                let count = places().count().max(1);
                let mean = places().map(|p| usize::from(picture[p])).sum::<usize>() / count;
                places().for_each(|p| picture[p] = mean as u8);
            }
        }
    }
}
