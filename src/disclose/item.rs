//! One item of a request: from its footage to its files, proved.

use std::path::{Path, PathBuf};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::Wish;
use super::decide::{Decided, decide};
use super::understand::recording;
use crate::clock::{self, Clock};
use crate::contain::Place;
use crate::error::{self, Error, Result};
use crate::footage::{Footage, Part};
use crate::geometry::Rect;
use crate::hash;
use crate::input::Mark;
use crate::output::{self, Stamp};
use crate::pack::{Folder, Half};
use crate::plan::{Plan, Segment};
use crate::progress::Progress;
use crate::render::{self, Rendering};
use crate::request::{Damaged, Item, Kind, Render, Rules, Sound};
use crate::stats::{self, Stage};
use crate::time::Position;
use crate::tracks::load::{Loaded, load};
use crate::verify::{self, Against, CoverEntry, ExpectedClip, ExpectedStill, Report, Source, Witness, intervals};

/// How to run, without any effect on what is made.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Settings {
    /// Threads to work with, at least 1.
    pub threads: usize,
    /// Ids of formats that renumber need their file's hash: for requests that outlive an export.
    pub pin_ids: bool,
    /// Where footage is opened.
    pub place: Place,
}

/// An item and its place in the request.
#[derive(Debug, Clone, Copy)]
pub struct Named<'a> {
    /// The item.
    pub item: &'a Item,
    /// Its place, from 0.
    pub place: usize,
    /// How many there are.
    pub of: usize,
    /// What its paths are relative to.
    pub base: &'a Path,
}

impl Named<'_> {
    /// `clip.mp4`, or `01-clip.mp4` where there are several items.
    fn file_name(&self, name: &str) -> String {
        if self.of > 1 { format!("{:02}-{name}", self.place + 1) } else { name.to_owned() }
    }
}

/// An item as far as it can be judged without writing anything.
pub struct Assessed {
    /// The footage.
    pub footage: Footage,
    /// Its clock and where that comes from.
    pub clock: Option<(Clock, &'static str)>,
    /// The track files.
    pub files: Vec<Loaded>,
    /// How things are covered.
    pub rules: Rules,
    /// Every decision.
    pub plan: Plan,
    /// Damaged frames that are covered whole.
    pub damaged: Vec<usize>,
    /// The footage's files as they were before anything was read from it.
    marks: Vec<(PathBuf, Mark)>,
}

impl Assessed {
    /// What came of working with the footage, unless its file is not the one that was probed any more.
    ///
    /// # Errors
    /// `Failed` when it was changed or removed: that is then the reason for whatever else went wrong.
    pub(super) fn of_one_recording<T>(&self, result: Result<T>) -> Result<T> {
        match result {
            Err(e) if e.kind() == error::Kind::Interrupted => Err(e),
            result => self.unchanged().and(result),
        }
    }

    fn unchanged(&self) -> Result<()> {
        let of = |part: &Part| self.marks.iter().find(|(path, _)| *path == part.path);
        let held = |part: &Part| of(part).map_or(Ok(()), |(path, mark)| mark.holds(path, &part.sha256));
        self.footage.parts.iter().try_for_each(held)
    }
}

/// A file that an item made.
pub struct MadeFile {
    /// Its name in `send/`.
    pub name: String,
    /// Its SHA-256.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// The footage's frames it shows, first and last.
    pub frames: (usize, usize),
    /// How many.
    pub count: usize,
}

/// An item, made and proved.
pub struct Made {
    /// What was known and decided.
    pub known: Assessed,
    /// Whether a clip or stills.
    pub kind: Kind,
    /// The camera's name.
    pub camera: Option<String>,
    /// The files, in order.
    pub files: Vec<MadeFile>,
    /// Why a clip was rendered in full though smart rendering was asked for.
    pub not_smart: Option<String>,
    /// What the clip must hold.
    pub expected_clip: Option<ExpectedClip>,
    /// What each still must hold.
    pub expected_stills: Vec<ExpectedStill>,
    /// What was checked.
    pub report: Report,
    /// What to warn of.
    pub warnings: Vec<String>,
}

/// Everything that decides what an item shows: probes, reads, plans. Writes nothing.
///
/// # Errors
/// What each step gives.
pub fn assess(named: &Named<'_>, settings: &Settings, progress: &dyn Progress) -> Result<Assessed> {
    judge(named, settings, progress, None, |footage, clock| load(named.item, named.base, footage, clock))
}

/// As [`assess`], with track files from elsewhere, and where the footage's files begin where that is known.
pub(super) fn judge(
    named: &Named<'_>,
    settings: &Settings,
    progress: &dyn Progress,
    begin: Option<&[Position]>,
    tracks: impl FnOnce(&Footage, Option<&Clock>) -> Result<Vec<Loaded>>,
) -> Result<Assessed> {
    let item = named.item;
    let mark = |path: &String| Mark::of(&named.base.join(path)).map(|mark| (named.base.join(path), mark));
    let marks = item.footage.iter().map(mark).collect::<Result<_>>()?;
    progress.stage("reading", 0);
    let footage = stats::step("probe", || recording(item, named.base, begin))?;
    let Decided { clock, files, rules, mut plan } = decide(item, &footage, settings.pin_ids, tracks)?;
    let mut damaged = Vec::new();
    if rules.damaged == Damaged::Cover {
        progress.stage("looking for damage", 0);
        let wanted: Vec<usize> = plan.covers.iter().map(|c| c.0).collect();
        damaged = stats::step("survey", || render::survey(&footage, &wanted, settings.threads, progress))?;
        damaged.retain(|f| wanted.binary_search(f).is_ok());
        plan.cover_whole(&damaged);
    }
    Ok(Assessed { footage, clock, files, rules, plan, damaged, marks })
}

/// Everything that making an item could still refuse after [`assess`]: damage in the window.
///
/// # Errors
/// `Unsafe` for damage that is not covered; `Failed` when the footage cannot be read.
pub fn rehearse(known: &Assessed, settings: &Settings, progress: &dyn Progress) -> Result<()> {
    let wanted: Vec<usize> = known.plan.covers.iter().map(|c| c.0).collect();
    progress.stage("looking for damage", 0);
    let spoiled = render::survey(&known.footage, &wanted, settings.threads, progress)?;
    render::refuse_damage(&known.footage, &known.plan, &spoiled)
}

/// Makes an item's files in a pack's folder and proves them.
///
/// # Errors
/// What each step gives.
pub fn make(
    named: &Named<'_>,
    wish: Wish<'_>,
    folder: Folder<'_>,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<Made> {
    let known = assess(named, settings, progress)?;
    let mut made = Made {
        kind: named.item.kind,
        camera: named.item.camera.clone(),
        files: Vec::new(),
        not_smart: None,
        expected_clip: None,
        expected_stills: Vec::new(),
        report: Report::default(),
        warnings: known.plan.warnings.clone(),
        known,
    };
    let result = match named.item.kind {
        Kind::Clip => make_clip(named, &mut made, folder, settings, progress),
        Kind::Still => make_stills(named, &mut made, wish, folder, settings, progress),
    };
    made.known.of_one_recording(result)?;
    Ok(made)
}

fn make_clip(
    named: &Named<'_>,
    made: &mut Made,
    folder: Folder<'_>,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<()> {
    let Assessed { footage, plan, rules, .. } = &made.known;
    let name = named.file_name("clip.mp4");
    let path = folder.new_file(Half::Send, &name)?;
    let frames = &plan.selection.frames;
    let sound = sound_of(&made.known)?;
    if sound.is_none() && rules.sound != Sound::Drop {
        made.warnings.push(format!("{}: there is no sound in the window, so the clip has none", footage.name));
    }
    let attempt = |rendering: &Rendering| {
        let expected = expected_clip(footage, plan, rendering, sound.as_ref());
        let witness = Witness::new(Source { footage, plan }, &expected, folder.path())?;
        progress.stage("covering", frames.len() as u64);
        stats::step("render", || {
            let render =
                || render::clip(rendering, rules.method, &witness, sound.as_ref(), &path, settings.threads, progress);
            stats::with_threads_of_its_own(Stage::Encode, render)
        })?;
        progress.stage("verifying", frames.len() as u64);
        let report = stats::step("verify", || {
            let against = Some(Against::Witness(&witness));
            let verify = || verify::clip(&path, &expected, rules.method, against, settings.threads, progress);
            stats::work(Stage::Verify, verify)
        })?;
        stats::count(Stage::Verify, frames.len());
        drop(witness);
        Ok((expected, report))
    };
    let full = || attempt(&Rendering::full(footage, plan)?);
    let smart = match named.item.render {
        Some(Render::Smart) => Some(stats::step("plan", || Rendering::smart(footage, plan))?),
        _ => None,
    };
    let (expected, report) = match smart {
        None => full()?,
        Some(Err(why)) => {
            made.not_smart = Some(why);
            full()?
        }
        Some(Ok(rendering)) => match attempt(&rendering) {
            // What is wrong with a clip of copied and rendered pictures is no fault of the footage's.
            Err(e) if e.kind() == error::Kind::Unverified => {
                made.not_smart = Some(format!("the clip with copied pictures did not verify: {}", e.what()));
                full()?
            }
            result => result?,
        },
    };
    let ends = (frames[0], frames[frames.len() - 1]);
    made.files.push(stats::step("seal", || describe(&path, name, ends, frames.len()))?);
    made.expected_clip = Some(expected);
    made.report = report;
    Ok(())
}

/// The window's sound, where it is asked for and there is any.
pub(super) fn sound_of(known: &Assessed) -> Result<Option<render::Sound>> {
    match &known.rules.sound {
        Sound::Drop => Ok(None),
        Sound::Keep(muted) => {
            stats::step("sound", || render::sound(&known.footage, known.plan.selection.delivered, muted))
        }
    }
}

/// What the written clip must hold.
pub(super) fn expected_clip(
    footage: &Footage,
    plan: &Plan,
    rendering: &Rendering,
    sound: Option<&render::Sound>,
) -> ExpectedClip {
    let finish = &rendering.finish;
    let (width, height) = (finish.encoder.width, finish.encoder.height);
    let origin = footage.frames[plan.selection.frames[0]].ticks;
    let ticks: Vec<i64> = plan.selection.frames.iter().map(|&f| footage.frames[f].ticks - origin).collect();
    let stored = footage.layout;
    let shown = finish.baked.displayed_size(stored.width, stored.height);
    let place = |r: Rect| {
        let r = finish.baked.to_displayed(r, stored.width, stored.height);
        // Padding repeats the last column and row, so it is covered where they are.
        Rect { x1: if r.x1 == shown.0 { width } else { r.x1 }, y1: if r.y1 == shown.1 { height } else { r.y1 }, ..r }
    };
    let first = plan.selection.frames[0];
    let in_clip = |frames: &std::ops::Range<usize>| [frames.start - first, frames.end - first];
    let mut covers: Vec<CoverEntry> = Vec::new();
    for (frame, (_, cover)) in plan.covers.iter().enumerate() {
        let entry = CoverEntry::new(frame, cover, place);
        let same = covers.last().is_some_and(|last| last.boxes == entry.boxes && last.all_but == entry.all_but);
        if !(same || covers.is_empty() && cover.is_empty()) {
            covers.push(entry);
        }
    }
    ExpectedClip {
        size: [width, height],
        time_base: [footage.time_base.num, footage.time_base.den],
        intervals: intervals(&ticks),
        last: plan.selection.last_lasts(footage),
        quarter_turns: finish.display.quarter_turns,
        copied: rendering.segments.iter().filter_map(Segment::copied).map(in_clip).collect(),
        sound: sound.map(|s| s.expected.clone()),
        covers,
    }
}

fn make_stills(
    named: &Named<'_>,
    made: &mut Made,
    wish: Wish<'_>,
    folder: Folder<'_>,
    settings: &Settings,
    progress: &dyn Progress,
) -> Result<()> {
    let Assessed { footage, plan, rules, clock, .. } = &made.known;
    let stamp = |frame| {
        stamp(
            footage.position(frame),
            clock.as_ref().map(|c| &c.0),
            named.item.camera.as_deref(),
            &wish.request.reference,
        )
    };
    let wanted = &plan.selection.frames;
    let names: Vec<String> = (1..=wanted.len()).map(|n| named.file_name(&format!("still-{n:04}.png"))).collect();
    let paths = names.iter().map(|name| folder.new_file(Half::Send, name)).collect::<Result<Vec<_>>>()?;
    let places = |frame: usize| (0..wanted.len()).filter(move |&i| wanted[i] == frame);
    let sizes = Mutex::new(vec![(0, 0); wanted.len()]);
    progress.stage("covering", plan.covers.len() as u64);
    stats::step("render", || {
        render::stills(footage, plan, rules.method, settings.threads, progress, |frame, picture| {
            let still = output::stamped(&picture, &stamp(frame))?;
            for place in places(frame) {
                stats::work(Stage::Write, || {
                    let file = std::fs::File::create(&paths[place])
                        .map_err(|e| Error::io("cannot write", &paths[place], &e))?;
                    output::write_png(std::io::BufWriter::new(file), &still)
                })?;
                stats::count(Stage::Write, 1);
                if let Ok(mut sizes) = sizes.lock() {
                    sizes[place] = picture.dimensions();
                }
            }
            Ok(())
        })
    })?;
    let sizes = sizes.into_inner().map_err(|_| Error::failed("a task failed"))?;
    let expected: Vec<ExpectedStill> = wanted
        .iter()
        .zip(&sizes)
        .map(|(&frame, &(w, h))| {
            let cover = plan.cover(frame).cloned().unwrap_or_default();
            let cover = CoverEntry::new(frame, &cover, |r| render::place(footage, r, w, h));
            ExpectedStill { picture: [w, h], frame, cover }
        })
        .collect();
    let mut reports = stats::step("verify", || {
        stats::work(Stage::Verify, || check_stills(&made.known, &paths, &expected, &stamp, settings.threads, progress))
    })?;
    stats::count(Stage::Verify, wanted.len());
    made.report = reports.pop().unwrap_or_default();
    for ((path, name), &frame) in paths.iter().zip(names).zip(wanted) {
        made.files.push(stats::step("seal", || describe(path, name, (frame, frame), 1))?);
    }
    made.expected_stills = expected;
    Ok(())
}

/// Proves stills against the footage: each is decoded, covered and stamped afresh and must be the written one.
///
/// # Errors
/// As `verify::still`, and what reading the footage gives.
pub(super) fn check_stills(
    known: &Assessed,
    paths: &[PathBuf],
    expected: &[ExpectedStill],
    stamp: &(impl Fn(usize) -> Stamp + Sync),
    threads: usize,
    progress: &dyn Progress,
) -> Result<Vec<Report>> {
    let Assessed { footage, plan, rules, .. } = known;
    progress.stage("verifying", plan.covers.len() as u64);
    let reports = Mutex::new(vec![Report::default(); expected.len()]);
    render::stills(footage, plan, rules.method, threads, progress, |frame, picture| {
        let still = output::stamped(&picture, &stamp(frame))?;
        for (place, expected) in expected.iter().enumerate().filter(|(_, e)| e.frame == frame) {
            let found = verify::still(&paths[place], expected, rules.method, Some(&still))?;
            if let Ok(mut reports) = reports.lock() {
                reports[place] = found;
            }
        }
        Ok(())
    })?;
    let reports = reports.into_inner().map_err(|_| Error::failed("a task failed"))?;
    match reports.iter().position(|r| r.checks.is_empty()) {
        Some(place) => Err(Error::unverified(format!("still {} shows a frame that was not asked for", place + 1))),
        None => Ok(reports),
    }
}

/// What a still's band says.
pub fn stamp(position: Position, clock: Option<&Clock>, camera: Option<&str>, reference: &str) -> Stamp {
    let time = match clock {
        Some(clock) => clock::for_people(&clock.true_time(position)),
        None => format!("Position {position} in the recording; the time of day is not known"),
    };
    let recorder = clock.filter(|c| c.error_nanos != 0).map(|c| clock::for_people(&c.recorder_time(position)));
    Stamp { time, recorder, camera: camera.map(str::to_owned), reference: reference.to_owned() }
}

fn describe(path: &Path, name: String, frames: (usize, usize), count: usize) -> Result<MadeFile> {
    let bytes = path.metadata().map_err(|e| Error::io("cannot read", path, &e))?.len();
    Ok(MadeFile { name, sha256: hash::file(path)?, bytes, frames, count })
}

/// `25`, `12.5` or `30000/1001`.
///
/// # Errors
/// `Usage` when it is none, or above 1000.
pub fn parse_rate(text: &str) -> Result<(i32, i32)> {
    let bad = || Error::usage(format!("'{text}' is not a frame rate")).hint("write it as 25, 12.5 or 30000/1001");
    let (num, den) = match text.split_once('/') {
        Some((num, den)) => (num.trim().parse().map_err(|_| bad())?, den.trim().parse().map_err(|_| bad())?),
        None => {
            let rate: f64 = text.trim().parse().map_err(|_| bad())?;
            ((rate * 1000.0).round() as i32, 1000)
        }
    };
    if (1..=1_000_000).contains(&num) && (1..=1_000_000).contains(&den) && num / den <= 1000 {
        Ok((num, den))
    } else {
        Err(bad())
    }
}
