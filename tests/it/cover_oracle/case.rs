//! Random cases: a source, tracks, and the options that decide how they are covered.

use serde_json::{Value, json};

/// Left, top, right, bottom in displayed pixels.
pub type Edges = [f64; 4];

/// What of the footage decides where covers lie.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Stored columns and rows.
    pub size: (usize, usize),
    /// Columns and rows that are covered together.
    pub grid: (usize, usize),
    /// Clockwise quarter turns that the stored picture is shown with, after it is mirrored, if it is.
    pub quarters: u8,
    pub mirrored: bool,
    pub fps: f64,
    /// How many frames.
    pub count: usize,
}

impl Frame {
    /// Columns and rows as shown.
    fn displayed(&self) -> (f64, f64) {
        let (width, height) = (self.size.0 as f64, self.size.1 as f64);
        if self.quarters % 2 == 1 { (height, width) } else { (width, height) }
    }
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Role {
    ThirdParty,
    Subject,
    Shown,
}

#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Gaps {
    Absent,
    Cover,
}

#[derive(Clone, Copy, Debug)]
pub enum Margin {
    Percent(f64),
    Pixels(f64),
}

#[derive(Clone, Debug)]
pub struct Key {
    /// Seconds.
    pub time: f64,
    /// Given by number, rather than by time.
    pub by_number: bool,
    pub shape: Edges,
    pub end: bool,
}

#[derive(Clone, Debug)]
pub struct Track {
    pub role: Role,
    pub whole: bool,
    pub every_frame: bool,
    pub keys: Vec<Key>,
}

#[derive(Debug)]
pub struct Case {
    pub frame: Frame,
    pub window: (usize, usize),
    pub tracks: Vec<Track>,
    pub margin: Margin,
    pub margin_min: f64,
    pub hold: f64,
    pub bridge: f64,
    pub gaps: Gaps,
    pub all_but: bool,
}

/// SplitMix64 (Steele, Lea and Flood 2014): every case from its seed alone.
pub struct Dice(pub u64);

impl Dice {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    /// In tenths, so that a box can also lie exactly on a pixel.
    fn tenths(&mut self, low: f64, high: f64) -> f64 {
        (low * 10.0 + self.below(((high - low) * 10.0) as usize + 1) as f64).round() / 10.0
    }

    pub fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())]
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

impl Case {
    pub fn random(seed: u64, frame: Frame) -> Self {
        let mut dice = Dice(seed);
        let frames = frame.count;
        let first = if dice.chance(50) { 0 } else { dice.below(frames / 3) };
        let last = if dice.chance(50) { frames } else { first + 1 + dice.below(frames - first) };
        let mut tracks = vec![random_track(&mut dice, &frame, Role::ThirdParty)];
        for _ in 0..dice.below(4) {
            let role = dice.one_of(&[Role::ThirdParty, Role::ThirdParty, Role::Subject, Role::Shown]);
            tracks.push(random_track(&mut dice, &frame, role));
        }
        let all_but = tracks.iter().any(|t| t.role == Role::Subject) && dice.chance(50);
        Self {
            frame,
            window: (first, last),
            tracks,
            margin: dice.one_of(&[
                Margin::Percent(10.0),
                Margin::Percent(10.0),
                Margin::Percent(0.0),
                Margin::Percent(33.0),
                Margin::Pixels(11.0),
            ]),
            margin_min: dice.one_of(&[8.0, 8.0, 0.0, 3.5, 17.0]),
            hold: dice.one_of(&[0.5, 0.5, 0.0, 0.25, 0.9]),
            bridge: dice.one_of(&[1.0, 1.0, 0.0, 0.3]),
            gaps: dice.one_of(&[Gaps::Absent, Gaps::Cover]),
            all_but,
        }
    }

    pub fn options(&self) -> String {
        let margin = match self.margin {
            Margin::Percent(p) => format!("{p}%"),
            Margin::Pixels(p) => format!("{p}px"),
        };
        let gaps = if self.gaps == Gaps::Cover { "cover" } else { "absent" };
        let obscure = if self.all_but { "all-but-subject" } else { "third-parties" };
        let at = |frame: usize| format!("{:.9}", frame as f64 / self.frame.fps);
        format!(
            "--method fill --margin {margin} --margin-min {}px --hold {} --bridge {} --gaps {gaps} --obscure {obscure} --from {} --to {}",
            self.margin_min,
            self.hold,
            self.bridge,
            at(self.window.0),
            at(self.window.1)
        )
    }

    /// As a native file has them.
    pub fn json(&self) -> Value {
        self.tracks.iter().enumerate().map(|(id, track)| track.json(id, self.frame.fps)).collect()
    }
}

impl Track {
    fn json(&self, id: usize, fps: f64) -> Value {
        let keys = self.keys.iter().map(|key| {
            let [left, top, right, bottom] = key.shape;
            let mut written = json!({ "box": [left, top, right - left, bottom - top], "end": key.end });
            if key.by_number {
                written["frame"] = ((key.time * fps).round() as u64).into();
            } else {
                written["time"] = key.time.into();
            }
            written
        });
        json!({
            "id": id.to_string(),
            "role": if self.role == Role::Subject { "subject" } else { "third-party" },
            "shown_because": if self.role == Role::Shown { json!("consent") } else { Value::Null },
            "whole": self.whole,
            "sampling": if self.every_frame { "every-frame" } else { "keyframes" },
            "keyframes": keys.collect::<Vec<_>>(),
        })
    }
}

fn random_track(dice: &mut Dice, recording: &Frame, role: Role) -> Track {
    let (width, height) = recording.displayed();
    let every_frame = dice.chance(40);
    // In a small picture a box is small too, or there is nothing but boxes.
    let mut shape =
        [dice.tenths(12.0, 70f64.min((width * 0.3).round())), dice.tenths(12.0, 90f64.min((height * 0.375).round()))];
    let mut centre = [dice.tenths(0.0, width), dice.tenths(0.0, height)];
    let mut speed = [dice.tenths(-90.0, 90.0), dice.tenths(-60.0, 60.0)];
    let mut frame = dice.below(recording.count * 2 / 3);
    let mut keys: Vec<Key> = Vec::new();
    while frame < recording.count && keys.len() < 40 {
        // By time, a key frame may lie between two frames.
        let by_number = every_frame || dice.chance(60);
        let late = if by_number || frame + 1 == recording.count { 0.0 } else { dice.one_of(&[0.0, 0.3, 0.9]) };
        let time = ((frame as f64 + late) / recording.fps * 1e9).round() / 1e9;
        let [w, h] = shape;
        let [x, y] = centre;
        let end = !every_frame && !keys.is_empty() && dice.chance(25);
        keys.push(Key { time, by_number, shape: [x - w / 2.0, y - h / 2.0, x + w / 2.0, y + h / 2.0], end });
        if dice.chance(if every_frame { 3 } else { 20 }) {
            break;
        }
        let skipped = match every_frame {
            false => 2 + dice.below(12),
            true if dice.chance(88) => 1,
            true => 2 + dice.below((recording.fps * 1.6) as usize),
        };
        frame += skipped;
        let passed = skipped as f64 / recording.fps;
        for axis in 0..2 {
            // Centres stay in the picture: a file with most of them outside is refused.
            let side = [width, height][axis];
            centre[axis] = (centre[axis] + speed[axis] * passed).clamp(0.0, side);
            speed[axis] += dice.tenths(-20.0, 20.0);
            shape[axis] = (shape[axis] + dice.tenths(-1.5, 1.5)).clamp(6.0, side);
        }
    }
    let whole = dice.chance(8);
    Track { role, whole, every_frame, keys }
}
