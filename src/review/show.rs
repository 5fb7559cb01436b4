//! The confined child's side of the review page: it alone opens the footage, and answers what the server asks about it.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cinema::Cinema;
use super::concerns::{concerns, laid, ranges};
use super::damage::Damage;
use super::follow::Follower;
use super::import::{empty, import};
use super::screen::{Screen, planes_hash, shown_size};
use super::stretches::stretches;
use super::words;
use super::work::REQUEST;
use crate::clock::{self, Clock};
use crate::contain::{Access, Contained, Line, Session};
use crate::disclose::{Decided, clock_of, decide, place, recording, select};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::geometry::BoundingBox;
use crate::input;
use crate::obscure::Method;
use crate::picture::Picture;
use crate::plan::Plan;
use crate::request::{self, Damaged, Item, Request, Sound};
use crate::tracks::formats::native::Document;
use crate::tracks::load::load;

/// Widest picture that is made for the page.
const WIDEST: u32 = 4096;

/// Shows one piece of footage, and what is decided about it by the request and the tracks in a work folder.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Show {
    /// The footage, and how it is read.
    pub item: Item,
    /// The work folder.
    pub work: PathBuf,
    /// Where tracks are to be had from at first, and what paths in it are relative to.
    pub import: Option<(Item, PathBuf)>,
}

/// What the page may want to know.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Question {
    /// A picture of a frame, no wider than so many pixels, as recorded or as it will be handed over.
    Frame {
        /// Its place among the shown frames.
        frame: usize,
        /// In pixels.
        width: u32,
        /// As it will be handed over.
        covered: bool,
    },
    /// What the request and the tracks, as they are saved now, come to.
    Decide,
    /// Which frame is shown at a TIME.
    When {
        /// As typed.
        at: String,
    },
    /// Where a box goes from a frame on, for so many frames at most.
    Follow {
        /// The frame it was drawn in.
        frame: usize,
        /// Left, top, width, height.
        shape: [f64; 4],
        /// At most so many.
        frames: usize,
    },
    /// The tracks in a file of the work folder.
    Import {
        /// Relative to the work folder.
        file: String,
        /// The size that its boxes were drawn at, `WxH`, where that is another.
        size: Option<String>,
        /// The number of the first pixel of a row, in MOT files.
        origin: Option<u8>,
    },
}

impl Session for Show {
    const NAME: &'static str = "show";
    type Opening = Value;
    type Question = Question;
    type Answer = Value;

    fn access(&self) -> Access {
        let mut read: Vec<PathBuf> = self.item.footage.iter().map(PathBuf::from).collect();
        if let Some((item, base)) = &self.import {
            read.extend(item.tracks.iter().map(|t| &t.file).chain(&item.binding).map(|file| base.join(file)));
        }
        read.push(self.work.clone());
        Access { read, write: Vec::new(), threads: 1 }
    }

    fn carry_on(self, _: Contained, line: &mut Line) -> Result<()> {
        let footage = recording(&self.item, Path::new(""), None)?;
        let taken = |(item, base): &(Item, PathBuf)| import(item, base, &footage, clock_for(item, &footage)?.as_ref());
        let imported = self.import.as_ref().map(taken).transpose()?;
        let binding = Document::from(&empty(&footage)).footage;
        line.open::<Self>(json!({ "footage": facts(&footage), "binding": binding, "imported": imported }))?;
        let mut viewer = Viewer {
            footage: &footage,
            work: &self.work,
            cinema: Cinema::new(&footage),
            screen: Screen::new(&footage),
            decided: None,
        };
        line.answer::<Self>(|question| viewer.answer(question))
    }
}

/// The clock that an item's times are read by, where it states one.
fn clock_for(item: &Item, footage: &Footage) -> Result<Option<Clock>> {
    Ok(clock_of(item.clock.as_ref(), footage)?.map(|found| found.0))
}

/// What the page has to know of the footage. Frames are named by their places among those that are shown; `numbers` tells
/// what a track file calls the first one of each part.
fn facts(footage: &Footage) -> Value {
    let times: Vec<f64> = (0..footage.frames.len()).map(|f| footage.position(f).seconds()).collect();
    let part = |p: &crate::footage::Part| (p.frames.start, footage.number(p.frames.start));
    let clocks = &footage.parts[0].clocks;
    json!({
        "name": footage.name,
        "size": footage.displayed_size(),
        "shown_size": shown_size(footage),
        "numbers": footage.parts.iter().map(part).collect::<Vec<_>>(),
        "times": times,
        "end": footage.end().seconds(),
        "rate": footage.frame_rate(),
        "gaps": footage.gaps().map(|w| (w.from.seconds(), w.to.seconds())).collect::<Vec<_>>(),
        "audio": footage.has_audio(),
        "parts": footage.parts.iter().map(|p| &p.name).collect::<Vec<_>>(),
        "clocks": { "filename": clocks.filename, "container": clocks.inside() },
    })
}

/// What was decided last.
struct Kept {
    plan: Plan,
    method: &'static Method,
    /// Where damaged frames are covered whole: what is known of them.
    damage: Option<Damage>,
}

/// What answers.
struct Viewer<'a> {
    footage: &'a Footage,
    work: &'a Path,
    cinema: Cinema<'a>,
    screen: Screen<'a>,
    decided: Option<Kept>,
}

impl Viewer<'_> {
    fn answer(&mut self, question: Question) -> Result<(Value, Vec<u8>)> {
        let facts = match question {
            Question::Frame { frame, width, covered } => return self.frame(frame, width.clamp(16, WIDEST), covered),
            Question::Decide => self.decide()?,
            Question::When { at } => self.when(&at)?,
            Question::Follow { frame, shape: [x, y, w, h], frames } => {
                self.follow(frame, BoundingBox::new(x, y, w, h), frames)?
            }
            Question::Import { file, size, origin } => {
                let mut item = self.item()?;
                let clock = clock_for(&item, self.footage)?;
                item.tracks = vec![request::TrackSource { file, sha256: None }];
                (item.tracks_size, item.mot_origin) = (size, origin);
                (item.subjects, item.subject_labels, item.shown) = Default::default();
                let found = import(&item, self.work, self.footage, clock.as_ref())?;
                serde_json::to_value(found).map_err(|e| Error::failed(format!("tracks cannot be sent: {e}")))?
            }
        };
        Ok((facts, Vec::new()))
    }

    /// The request as it is saved now.
    fn request(&self) -> Result<Request> {
        request::parse(&input::read(&self.work.join(REQUEST))?)
    }

    /// Its one item.
    fn item(&self) -> Result<Item> {
        self.request()?.items.into_iter().next().ok_or_else(|| Error::usage("the request asks for nothing"))
    }

    fn frame(&mut self, frame: usize, width: u32, covered: bool) -> Result<(Value, Vec<u8>)> {
        if !covered {
            let (recorded, damaged) = self.cinema.frame(frame)?;
            let jpeg = self.screen.jpeg(recorded, width)?;
            return Ok((json!({ "damaged": damaged }), jpeg));
        }
        let undecided = || Error::usage("it is not decided yet what is handed over");
        let kept = self.decided.as_mut().ok_or_else(undecided)?;
        let whole = match &mut kept.damage {
            Some(damage) => damage.cover(frame, self.footage, &mut kept.plan)?,
            None => false,
        };
        let outside = || Error::usage("this frame is outside the time that is handed over, and will not be in it");
        let cover = kept.plan.cover(frame).ok_or_else(outside)?;
        // As rendering does: on the decoded planes, before any conversion, and on plain grey where nothing decodes.
        let (mut picture, damaged) = match self.cinema.frame(frame) {
            Ok((recorded, damaged)) => (recorded.clone(), damaged || whole),
            Err(_) if whole => (Picture::grey(self.footage.layout), true),
            Err(e) => return Err(e),
        };
        kept.method.apply(&mut picture, cover);
        let jpeg = self.screen.jpeg(&picture, width)?;
        Ok((json!({ "damaged": damaged, "planes": planes_hash(&picture) }), jpeg))
    }

    /// Decides with the code that a disclosure decides with. What it refuses is an answer here, not an error: the page
    /// shows it, with the clock, the window and the tracks as far as they are known.
    fn decide(&mut self) -> Result<Value> {
        self.decided = None;
        let request = self.request()?;
        let item = request.items.first().cloned().ok_or_else(|| Error::usage("the request asks for nothing"))?;
        let clock = clock_for(&item, self.footage).ok().flatten();
        let mut told = if request.gives_nothing() {
            let mut told = nothing(&request);
            told["tracks"] = self.tracks(&item, clock.as_ref());
            told
        } else {
            let tracks = |footage: &Footage, clock: Option<&Clock>| load(&item, self.work, footage, clock);
            match request::check_item(&item).and_then(|()| decide(&item, self.footage, true, tracks)) {
                Ok(decided) => {
                    let told = self.told(&decided)?;
                    self.keep(decided);
                    told
                }
                Err(e) => self.refused(&e, &item, clock.as_ref()),
            }
        };
        told["clock"] = clock.map_or(Value::Null, |clock| self.clock(&clock));
        told["record"] = record(&request);
        Ok(told)
    }

    fn keep(&mut self, decided: Decided) {
        let covers = decided.rules.damaged == Damaged::Cover;
        let damage = covers.then(|| Damage::new(self.footage, &decided.plan));
        self.decided = Some(Kept { plan: decided.plan, method: decided.rules.method, damage });
    }

    fn refused(&self, e: &Error, item: &Item, clock: Option<&Clock>) -> Value {
        let frames = select(item, clock, self.footage).map(|s| s.frames).unwrap_or_default();
        json!({
            "error": words::told(e),
            "tracks": self.tracks(item, clock),
            "window": [frames.iter().min(), frames.iter().max()],
        })
    }

    /// The tracks as they are laid, as far as they can be, where it is not decided what becomes of them.
    fn tracks(&self, item: &Item, clock: Option<&Clock>) -> Value {
        let files = load(item, self.work, self.footage, clock);
        files.and_then(|files| laid(self.footage, &files, &[])).map_or(json!([]), |laid| json!(laid))
    }

    /// How the page reads a clock: by the true time of the first frame, and its zone.
    fn clock(&self, clock: &Clock) -> Value {
        let first = clock.true_time(self.footage.position(0));
        json!({ "milliseconds": first.timestamp().as_millisecond(), "zone": clock.zone.iana_name() })
    }

    fn told(&self, decided: &Decided) -> Result<Value> {
        let Decided { files, rules, plan, .. } = decided;
        let laid = laid(self.footage, files, &plan.tracks)?;
        let covered: Vec<usize> = plan.covers.iter().filter(|c| !c.1.is_empty()).map(|c| c.0).collect();
        let (first, last) = (plan.covers.first().map(|c| c.0), plan.covers.last().map(|c| c.0));
        let how = format!("{} {:?} {:?}", rules.method.name, rules.obscure, rules.damaged);
        Ok(json!({
            "window": [first, last],
            "frames": plan.selection.frames.len(),
            "missing": plan.selection.missing.iter().map(|m| json!({
                "from": m.window.from.seconds(), "to": m.window.to.seconds(), "why": m.why,
            })).collect::<Vec<_>>(),
            "covered": ranges(&covered),
            "asked": [plan.selection.asked.from.seconds(), plan.selection.asked.to.seconds()],
            "warnings": plan.warnings.iter().map(|w| words::warning(w)).collect::<Vec<_>>(),
            "concerns": concerns(self.footage, plan, &laid, rules.obscure),
            "stretches": stretches(self.footage, plan, &laid, rules.obscure, &how),
            "tracks": laid,
            "silent": match &rules.sound {
                Sound::Keep(muted) => muted.iter().map(|w| (w.from.seconds(), w.to.seconds())).collect(),
                Sound::Drop => Vec::new(),
            },
            "recoverable": rules.method.recoverable,
        }))
    }

    fn when(&self, at: &str) -> Result<Value> {
        let item = self.item()?;
        let clock = clock_for(&item, self.footage)?;
        let position = place(&clock::parse(at)?, clock.as_ref(), self.footage)?;
        Ok(json!({ "frame": self.footage.frame_at(position).unwrap_or(0) }))
    }

    fn follow(&mut self, frame: usize, shape: BoundingBox, frames: usize) -> Result<Value> {
        let turn = self.footage.orientation;
        let upright = |picture: &Picture| picture.oriented(turn);
        let first = upright(self.cinema.frame(frame)?.0);
        let poor = || {
            Error::usage("there is too little in this box to know it again")
                .hint("draw it inside the picture, at least 6 pixels wide and high, around somebody who stands out")
        };
        let mut follower = Follower::new(&first, shape).ok_or_else(poor)?;
        let last = (frame + frames.min(1000)).min(self.footage.frames.len() - 1);
        let (mut boxes, mut stopped) = (Vec::new(), Value::Null);
        for next in frame + 1..=last {
            if self.footage.follows_gap(next) {
                stopped = json!("the recording has a gap here");
                break;
            }
            match follower.next(&upright(self.cinema.frame(next)?.0)) {
                Ok((b, _)) => boxes.push(json!({ "frame": next, "box": [b.x, b.y, b.w, b.h] })),
                Err(stop) => {
                    stopped = json!(stop.words());
                    break;
                }
            }
        }
        Ok(json!({ "boxes": boxes, "stopped": stopped }))
    }
}

/// What a request comes to by which nothing is handed over.
pub fn nothing(request: &Request) -> Value {
    json!({ "nothing": true, "frames": 0, "window": [null, null], "covered": [], "missing": [], "warnings": [],
        "concerns": [], "stretches": [], "tracks": [], "clock": null, "record": record(request) })
}

/// What is wrong with what a request records, and what to warn of.
fn record(request: &Request) -> Value {
    let wrong = request::check_record(request).err().map(|e| words::told(&e));
    let mut warnings: Vec<String> = request::warnings(request).iter().map(|w| words::warning(w)).collect();
    if request.controller.as_deref().is_none_or(|name| name.trim().is_empty()) {
        // Only here: there is no field for it on the command line.
        warnings
            .push("the organisation that the recording belongs to is not named: the notice is from nobody".to_owned());
    }
    json!({ "error": wrong, "warnings": warnings })
}
