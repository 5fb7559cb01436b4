//! Two worlds: recordings that differ only in what must not be seen give the same bytes to send. Where covers lie is
//! worked out from the contract's words, apart from the tool.

use serde_json::{Value, json};

use crate::case::{Case, Dice, Frame, Gaps, Margin};
use crate::film::{Beside, Chroma, Film, Turn, a_box};
use crate::oracle::expected;
use crate::record::{Record, Share, each};
use crate::tool::{self, Files};

/// What the two recordings differ in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Differ {
    UnderCovers,
    OutsideTheWindow,
    Sound,
    Tags,
    FileName,
    Everything,
}

/// One pair of recordings and what is asked of both.
struct Pair {
    seed: u64,
    differ: Differ,
    case: Case,
    chroma: Chroma,
    film: Film,
    method: &'static str,
    still: bool,
}

/// How one of the two is asked for; the promise holds for [`Ask::plain`], and each departure is a control.
#[derive(Clone, Copy, Default)]
struct Ask {
    method: Option<&'static str>,
    /// Pixels that every margin is short of what the worlds were drawn for.
    short: f64,
    /// Frames that the window is too long at its end.
    longer: usize,
    /// Where the clock's start is taken from.
    clock: Option<&'static str>,
    /// The other recording has no sound at all.
    silent: bool,
}

pub fn prove(share: Share) -> Record {
    let seeds: Vec<u64> = (0..share.of(560, 4000)).collect();
    let mut record = Record::of(each(&seeds, |seed| Pair::random(*seed).check()));
    if record.cases < 500 {
        record.failures.push(format!("only {} pairs gave packs; 500 are promised", record.cases));
    }
    record
}

impl Pair {
    fn random(seed: u64) -> Self {
        let mut dice = Dice(seed ^ 0x0770_0000);
        let differ = match seed % 10 {
            0..5 => Differ::UnderCovers,
            5 => Differ::OutsideTheWindow,
            6 => Differ::Sound,
            7 => Differ::Tags,
            8 => Differ::FileName,
            _ => Differ::Everything,
        };
        let chroma = dice.one_of(&[Chroma::C420, Chroma::C420, Chroma::C422, Chroma::C444]);
        let size = (64 + dice.below(137), 48 + dice.below(103));
        let turn = if dice.chance(40) { Turn::ALL[dice.below(8)] } else { Turn::default() };
        let interlaced = dice.chance(15);
        let (x, y) = chroma.cell();
        let rate = dice.one_of(&[5, 10, 25]);
        let frame = Frame {
            size,
            grid: (x, if interlaced { 2 * y } else { y }),
            quarters: turn.quarters,
            mirrored: turn.mirrored,
            fps: f64::from(rate),
            count: 6 + dice.below(9),
        };
        let mut case = Case::random(seed, frame);
        // Half of the margins in pixels, where one less can be asked for.
        if dice.chance(50) {
            let pixels = 1.0 + dice.below(16) as f64;
            (case.margin, case.margin_min) = (Margin::Pixels(pixels), pixels);
        }
        if differ != Differ::UnderCovers && case.window.1 == frame.count {
            case.window.1 -= 1; // something has to lie outside
            case.window.0 = case.window.0.min(case.window.1 - 1);
        }
        let pictures = (0..frame.count).map(|n| picture(&mut Dice(seed * 1000 + n as u64), size, chroma)).collect();
        let mut film = Film::plain(size, chroma, rate, pictures);
        film.turn = turn;
        film.interlaced = interlaced;
        film.pixel = dice.one_of(&[(1, 1), (1, 1), (16, 11), (3, 4)]);
        let methods: &[&'static str] = &["frost", "frost", "fill"];
        Self { seed, differ, case, chroma, film, method: dice.one_of(methods), still: dice.chance(25) }
    }

    fn is(&self, differ: Differ) -> bool {
        self.differ == differ || self.differ == Differ::Everything
    }

    /// The other world: the same recording but for what is not to be seen.
    fn other(&self, silent: bool) -> Film {
        let mut dice = Dice(!self.seed);
        let mut film = self.film.clone();
        let (from, to) = self.case.window;
        if self.is(Differ::UnderCovers) {
            let frames = 0..self.case.frame.count;
            for (picture, expected) in film.pictures.iter_mut().zip(expected(&self.case, frames)) {
                hide(picture, &expected.required, self.case.frame.size, self.chroma, &mut dice);
            }
        }
        if self.is(Differ::OutsideTheWindow) {
            for (place, picture) in film.pictures.iter_mut().enumerate() {
                if !(from..to).contains(&place) {
                    *picture = self::picture(&mut dice, self.case.frame.size, self.chroma);
                }
            }
        }
        if self.is(Differ::Sound) && !silent {
            film.beside = vec![sound(&mut dice, self.case.frame.count)];
        }
        if self.is(Differ::Tags) {
            film.created = 3_800_000_000 + dice.below(1 << 20) as u32;
            film.handler = format!("Camera {}", dice.next()).into_bytes();
            let words = format!("Somebody {}", dice.next());
            film.in_index.extend(a_box(b"udta", &a_box(b"\xa9nam", &quicktime_text(&words))));
            film.in_track.extend(a_box(b"udta", &a_box(b"name", words.as_bytes())));
            film.after.extend(a_box(b"uuid", words.as_bytes()));
        }
        film
    }

    fn one(&self) -> Film {
        let mut film = self.film.clone();
        if self.is(Differ::Sound) {
            film.beside = vec![sound(&mut Dice(self.seed), self.case.frame.count)];
        }
        if self.is(Differ::Tags) {
            film.created = 3_700_000_000;
        }
        film
    }

    /// Asks the same of both; what each sends, or why nothing.
    fn ask(&self, ask: Ask) -> [Result<Files, String>; 2] {
        let name = |world: usize| match (self.is(Differ::FileName), world) {
            (true, 0) => "20261012_091400.mov",
            (true, _) => "Hallway 2031-01-02 03-04-05.mov",
            _ => "footage.mov",
        };
        [(0, self.one()), (1, self.other(ask.silent))].map(|(world, film)| {
            let folder = tempfile::tempdir().unwrap();
            film.write(&folder.path().join(name(world)));
            tool::write_tracks(folder.path(), &self.case.json());
            match tool::answer(folder.path(), &tool::request(&[self.item(name(world), ask)])) {
                Ok(_) => Ok(tool::sent(folder.path())),
                Err(error) => Err(format!("{:?}: {}", error.kind(), error.what()).replace(name(world), "FOOTAGE")),
            }
        })
    }

    fn item(&self, footage: &str, ask: Ask) -> Value {
        let case = &self.case;
        let at = |frame: usize| format!("{:.9}", frame as f64 / case.frame.fps);
        let (from, to) = (case.window.0, case.window.1 + ask.longer);
        let margin = match case.margin {
            Margin::Percent(p) => format!("{p}%"),
            Margin::Pixels(p) => format!("{}px", p - ask.short),
        };
        let mut item = json!({
            "kind": "clip",
            "footage": [footage],
            "tracks": [{ "file": "tracks.json" }],
            "method": ask.method.unwrap_or(self.method),
            "margin": margin,
            "margin_min": format!("{}px", case.margin_min - ask.short),
            "hold": case.hold,
            "bridge": case.bridge,
            "gaps": if case.gaps == Gaps::Cover { "cover" } else { "absent" },
            "obscure": if case.all_but { "all-but-subject" } else { "third-parties" },
        });
        if self.still {
            item["kind"] = "still".into();
            item["at"] = (from..to).map(at).collect();
        } else {
            (item["from"], item["to"]) = (at(from).into(), at(to).into());
        }
        if let Some(start) = ask.clock {
            item["clock"] = json!({ "start": start });
        }
        item
    }

    /// Whether the two worlds can be told apart by what is sent; `None` where nothing is.
    fn told_apart(&self, ask: Ask) -> Option<bool> {
        match self.ask(ask) {
            [Ok(one), Ok(other)] => Some(one != other),
            _ => None,
        }
    }

    fn check(&self) -> Record {
        let mut record = Record::default();
        let what = format!("seed {}, {:?}, {}, {:?}", self.seed, self.differ, self.method, self.chroma);
        match self.ask(Ask::default()) {
            [Ok(one), Ok(other)] => {
                record.case((one != other).then(|| format!("{what}: sent {}", apart(&one, &other))))
            }
            // Nothing is sent, and what is said must not tell either.
            [Err(one), Err(other)] if one == other => return record,
            [one, other] => {
                let brief = |r: &Result<Files, String>| r.as_ref().map_or_else(Clone::clone, |_| "a pack".into());
                record.case(Some(format!("{what}: one gives {}, the other {}", brief(&one), brief(&other))));
            }
        }
        let mut control = |planted: &str, ask: Ask| {
            if let Some(seen) = self.told_apart(ask) {
                record.control(format!("{planted}: {what}"), seen);
            }
        };
        match self.differ {
            Differ::UnderCovers => {
                if self.seed.is_multiple_of(5) && self.anything_covered() {
                    control("blur", Ask { method: Some("blur"), ..Ask::default() });
                    control("pixelate", Ask { method: Some("pixelate"), ..Ask::default() });
                }
                if self.one_less_shows() {
                    control("a margin one pixel too small", Ask { short: 1.0, ..Ask::default() });
                }
            }
            Differ::OutsideTheWindow if self.next_frame_shows() => {
                control("a window one frame too long", Ask { longer: 1, ..Ask::default() });
            }
            // Of a still nobody is told whether the recording has sound.
            Differ::Sound if !self.still => {
                control("a recording without sound", Ask { silent: true, ..Ask::default() })
            }
            Differ::Tags => control("the clock of the tags", Ask { clock: Some("container"), ..Ask::default() }),
            Differ::FileName => control("the clock of the name", Ask { clock: Some("filename"), ..Ask::default() }),
            _ => {}
        }
        record
    }

    fn anything_covered(&self) -> bool {
        expected(&self.case, self.case.window.0..self.case.window.1).iter().any(|e| e.required.contains(&true))
    }

    /// Whether anything of the frame after the window is clear.
    fn next_frame_shows(&self) -> bool {
        let next = self.case.window.1;
        expected(&self.case, next..next + 1).iter().any(|e| e.allowed.contains(&false))
    }

    /// Whether a margin one pixel smaller must leave something clear that differs, by the contract.
    fn one_less_shows(&self) -> bool {
        let Margin::Pixels(pixels) = self.case.margin else { return false };
        let less = Margin::Pixels(pixels - 1.0);
        let smaller = Case { margin: less, margin_min: pixels - 1.0, tracks: self.case.tracks.clone(), ..self.case };
        let window = self.case.window.0..self.case.window.1;
        let frames = expected(&self.case, window.clone()).into_iter().zip(expected(&smaller, window));
        frames.into_iter().any(|(full, less)| full.required.iter().zip(&less.allowed).any(|(a, b)| *a && !b))
    }
}

fn apart(one: &Files, other: &Files) -> String {
    let names = |files: &Files| files.iter().map(|f| f.0.clone()).collect::<Vec<_>>();
    if names(one) != names(other) {
        return format!("{:?} and {:?}", names(one), names(other));
    }
    let differing: Vec<_> = one.iter().zip(other).filter(|(a, b)| a.1 != b.1).map(|(a, _)| &a.0).collect();
    format!("{differing:?} differ")
}

/// Soft noise on a slope, with some hard edges: something for every part of a codec to do.
fn picture(dice: &mut Dice, size: (usize, usize), chroma: Chroma) -> Vec<u8> {
    let (across, down, tone) = (dice.below(5), dice.below(5), dice.below(90));
    let mut samples = Vec::with_capacity(chroma.samples(size));
    for (width, height) in chroma.planes(size) {
        for y in 0..height {
            for x in 0..width {
                let edge = if (x / 11 + y / 7) % 3 == 0 { 40 } else { 0 };
                let value = 40 + tone + (x * across + y * down) / 8 + edge + dice.below(16);
                samples.push(value.min(235) as u8);
            }
        }
    }
    samples
}

/// Other samples wherever a picture is covered: in chroma where all pixels of a cell are.
fn hide(picture: &mut [u8], covered: &[bool], size: (usize, usize), chroma: Chroma, dice: &mut Dice) {
    let mut at = 0;
    for (plane, (width, height)) in chroma.planes(size).into_iter().enumerate() {
        let (cx, cy) = if plane == 0 { (1, 1) } else { chroma.cell() };
        for y in 0..height {
            for x in 0..width {
                let columns = x * cx..((x + 1) * cx).min(size.0);
                let mut rows = y * cy..((y + 1) * cy).min(size.1);
                if rows.all(|row| columns.clone().all(|column| covered[row * size.0 + column])) {
                    // Far from what was there, so that a pixel that shows is seen.
                    picture[at] = picture[at].wrapping_add(64 + dice.below(128) as u8);
                }
                at += 1;
            }
        }
    }
}

fn sound(dice: &mut Dice, pictures: usize) -> Beside {
    let samples = (0..pictures).map(|_| (0..400).map(|_| dice.next() as u8).collect()).collect();
    Beside { handler: b"soun", format: b"raw ", samples }
}

/// A tag's text as QuickTime writes it: length, language, bytes.
fn quicktime_text(text: &str) -> Vec<u8> {
    [&(text.len() as u16).to_be_bytes()[..], &[0, 0], text.as_bytes()].concat()
}
