//! Several files as one recording on one clock: in which order, with which gaps, and what of one repeats another.

use jiff::tz::TimeZone;

use super::repeat::repeated_from;
use super::{Edges, Footage, Frame, Part};
use crate::clock::{self, Instant};
use crate::error::{Error, Result};
use crate::hash;
use crate::time::{Position, TimeBase};

/// Recorders repeat a second or two from file to file. Files that have more in common than this, in nanoseconds, are no
/// such pair.
pub const MOST_REPEATED: i64 = 5_000_000_000;

/// File names and containers tell whole seconds, so what lies so far apart by them may follow without a gap.
const WHOLE_SECONDS: i64 = 1_000_000_000;

/// DHAV frames carry the time of day, in milliseconds since 1970; one that says a time before 2001 has none.
const TIME_OF_DAY: i128 = 1_000_000_000_000_000_000;

/// How it is known where the files lie.
#[derive(Debug, Clone, Copy)]
pub enum Placing<'a> {
    /// From what is found in them; `stated` is the source that the user accepts, if it is one (`container`,
    /// `filename`). Local times are in `zone`.
    Found {
        /// What the user says of the first file's start.
        stated: Option<&'a str>,
        /// The recorder's zone.
        zone: &'a TimeZone,
    },
    /// It was found before: when the first frame of each is, in this order.
    At(&'a [Position]),
}

/// Where the start of every file is told.
struct Source {
    /// In words.
    name: &'static str,
    /// Nanoseconds by which two starts may be off.
    slack: i64,
    /// Each file's start, in nanoseconds.
    starts: Vec<i128>,
}

/// Joins files, each probed on its own and with the pictures at its ends, to one recording. They have to agree in
/// everything that decides how their pictures are shown.
///
/// # Errors
/// `Usage` for the same file twice, and where a stated source is missing in one; `Unsafe` for files that have more in
/// common than what recorders repeat; `Failed` for pictures that differ.
pub fn join(mut files: Vec<(Footage, Edges)>, placing: Placing<'_>) -> Result<Footage> {
    if files.len() < 2 {
        return files
            .pop()
            .map(|f| f.0)
            .ok_or_else(|| Error::usage("no footage is named").hint("name the recorder's export"));
    }
    let (files, edges): (Vec<Footage>, Vec<Edges>) = files.into_iter().unzip();
    refuse_twice(&files)?;
    let mut notes = Vec::new();
    let source = match placing {
        Placing::At(positions) => {
            let starts = positions.iter().map(|p| i128::from(p.nanos())).collect();
            Some(Source { name: "what was found before", slack: 0, starts })
        }
        Placing::Found { stated, zone } => found(&files, stated, zone)?,
    };
    if source.is_none() {
        notes.push(format!(
            "nothing says when each file begins: they are taken to follow one another without a gap in the order given ({}); if that is not so, ask for each one's part of the time as an item of its own",
            names(&files)
        ));
    }
    let starts: Vec<Option<i128>> = match &source {
        Some(source) => source.starts.iter().copied().map(Some).collect(),
        None => vec![None; files.len()],
    };
    let mut files: Vec<_> = starts.into_iter().zip(files).zip(edges).map(|((s, f), e)| (s, f, e)).collect();
    let sorted = files.is_sorted_by_key(|f| f.0);
    files.sort_by_key(|f| f.0);
    let (origin, slack, by) = match &source {
        Some(source) => (files.first().and_then(|f| f.0).unwrap_or(0), source.slack, source.name),
        None => (0, 0, "the order given"),
    };
    let base = files.iter().map(|f| f.1.time_base).reduce(TimeBase::shared).unwrap_or(files[0].1.time_base);
    let mut files = files.into_iter();
    let Some((_, first, mut before)) = files.next() else { return Err(Error::usage("no footage is named")) };
    let mut whole = Joining::new(first, base);
    for (start, file, edges) in files {
        let start = Start {
            told: start.map(|s| i64::try_from(s - origin).unwrap_or(i64::MAX)),
            slack,
            by,
            repeats_from: repeated_from(&before, &edges).filter(|_| !matches!(placing, Placing::At(_))),
        };
        whole.add(&start, file)?;
        before = edges;
    }
    notes.append(&mut whole.notes);
    let mut footage = whole.finish();
    if !sorted {
        let list: Vec<&str> = footage.parts.iter().map(|p| p.name.as_str()).collect();
        notes.insert(0, format!("the files were not given in clock order; by {by} it is {}", list.join(", ")));
    }
    footage.joined = notes;
    Ok(footage)
}

fn names(files: &[Footage]) -> String {
    files.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn refuse_twice(files: &[Footage]) -> Result<()> {
    for (place, file) in files.iter().enumerate() {
        if let Some(before) = files[..place].iter().find(|f| f.sha256 == file.sha256) {
            return Err(Error::usage(format!("{} and {} are the same recording", before.name, file.name))
                .hint("name each file of the recording once"));
        }
    }
    Ok(())
}

/// The best source that tells the start of every file.
fn found(files: &[Footage], stated: Option<&str>, zone: &TimeZone) -> Result<Option<Source>> {
    let all = |start: &dyn Fn(&Part) -> Option<i128>| -> Option<Vec<i128>> {
        files.iter().map(|f| f.parts.first().and_then(start)).collect()
    };
    let named = |part: &Part| part.clocks.filename.as_deref().and_then(|t| nanos(t, zone));
    let contained = |part: &Part| part.clocks.inside().and_then(|t| nanos(t, zone));
    let by_name = |starts| Source { name: "their names", slack: WHOLE_SECONDS, starts };
    let by_container = |starts| Source { name: "their containers", slack: WHOLE_SECONDS, starts };
    let lacking = |what: &str, start: &dyn Fn(&Part) -> Option<i128>| {
        let without = files.iter().find(|f| f.parts.first().and_then(start).is_none());
        let name = without.map_or("", |f| f.name.as_str());
        Error::usage(format!("{name}: no start time in the {what}, so it cannot be said where it lies"))
            .hint("give the first file's start as a time, for example --clock-start 2026-10-12T09:00:00; then what is known of the others counts")
    };
    match stated {
        Some("filename") => return all(&named).map(by_name).ok_or_else(|| lacking("file name", &named)).map(Some),
        Some("container") => {
            return all(&contained).map(by_container).ok_or_else(|| lacking("container", &contained)).map(Some);
        }
        _ => {}
    }
    // The same start in two files is none: a name of the export, a container's time that was copied along.
    let told = |starts: Vec<i128>| {
        let mut sorted = starts.clone();
        sorted.sort_unstable();
        sorted.windows(2).all(|w| w[0] < w[1]).then_some(starts)
    };
    if let Some(starts) = all(&time_of_day).and_then(told) {
        // Where a file does not last to the end of its first second, FFmpeg knows its time to the second only.
        return Ok(Some(Source { name: "the times of their frames", slack: WHOLE_SECONDS, starts }));
    }
    if let Some(source) = all(&named).and_then(told).map(by_name) {
        return Ok(Some(source));
    }
    // A container's time may be that of the end, or of a conversion: it counts only where it can be meant.
    Ok(all(&contained).and_then(told).map(by_container).filter(|source| apart(source, files)))
}

fn nanos(text: &str, zone: &TimeZone) -> Option<i128> {
    match clock::parse(text).ok()? {
        Instant::Exact(exact) => Some(exact.as_nanosecond()),
        Instant::Local(local) => Some(zone.to_ambiguous_timestamp(local).compatible().ok()?.as_nanosecond()),
        Instant::Position(_) => None,
    }
}

/// When the first frame is, by its own time stamp.
fn time_of_day(part: &Part) -> Option<i128> {
    let nanos = i128::from(part.time_base.position(part.first_tick).nanos());
    (part.container == "dhav" && !part.counted && nanos >= TIME_OF_DAY).then_some(nanos)
}

/// Whether no file begins long before another one ends.
fn apart(source: &Source, files: &[Footage]) -> bool {
    let mut spans: Vec<(i128, i128)> =
        source.starts.iter().zip(files).map(|(&s, f)| (s, s + i128::from(f.end().nanos()))).collect();
    spans.sort_unstable();
    spans.windows(2).all(|w| w[0].1 - w[1].0 <= i128::from(MOST_REPEATED))
}

/// What is known of where a file begins.
struct Start {
    /// Nanoseconds from the recording's beginning, where something tells.
    told: Option<i64>,
    /// Nanoseconds by which that may be off.
    slack: i64,
    /// What tells, in words.
    by: &'static str,
    /// Nanoseconds from the beginning of the file before to the picture that this one begins with, where its coded
    /// pictures are repeated.
    repeats_from: Option<i64>,
}

/// A recording that grows file by file.
struct Joining {
    whole: Footage,
    notes: Vec<String>,
}

impl Joining {
    fn new(mut first: Footage, base: TimeBase) -> Self {
        let own = first.time_base;
        for frame in &mut first.frames {
            frame.ticks = own.convert(frame.ticks, base);
            frame.decode_ticks = frame.decode_ticks.map(|t| own.convert(t, base));
        }
        first.last_duration = own.convert(first.last_duration, base);
        first.median_interval = own.convert(first.median_interval, base).max(1);
        first.time_base = base;
        Self { whole: first, notes: Vec::new() }
    }

    /// Adds the next file.
    fn add(&mut self, start: &Start, file: Footage) -> Result<()> {
        let whole = &mut self.whole;
        let (base, own) = (whole.time_base, file.time_base);
        let last = whole.frames.last().map_or(0, |f| f.ticks);
        let end = last + whole.last_duration;
        let until_end = |nanos: i64| nanos.saturating_sub(base.position(end).nanos());
        // Coded pictures tell to the frame what a clock tells to the second.
        let previous = whole.parts.last().map_or(0, |p| base.position(p.begins).nanos());
        let by_pictures = start.repeats_from.map(|nanos| previous + nanos);
        let agrees = |at: &i64| start.told.is_none_or(|told| (told - at).abs() <= start.slack);
        let (by, apart, begins) = match (by_pictures.filter(agrees), start.told) {
            (Some(at), _) => ("their coded pictures", until_end(at), base.ticks(at)),
            (_, Some(told)) if until_end(told).abs() > start.slack => (start.by, until_end(told), base.ticks(told)),
            (_, told) => (start.by, told.map_or(0, until_end), end),
        };
        let before = whole.parts.last().map_or("", |p| p.name.as_str()).to_owned();
        let length = |nanos: i64| format!("{:.3} s", nanos.unsigned_abs() as f64 / 1e9);
        let own_ticks = |ticks: i64| begins + own.convert(ticks, base);
        // A frame that comes less than half an interval before another file's first, or after it, is in that file too.
        let shown = whole.frames.partition_point(|f| f.ticks + whole.median_interval / 2 <= begins);
        let inside = file.frames.last().is_some_and(|f| own_ticks(f.ticks) <= last);
        let all = whole.parts.last().is_some_and(|p| shown <= p.frames.start);
        if base.position(end - begins).nanos() > MOST_REPEATED || inside || all {
            return Err(Error::stopped(format!(
                "by {by}, {} begins {} before {before} ends",
                file.name,
                length(apart)
            ))
            .hint("recorders repeat a second or two from file to file, not so much: name one of the two only, or each as an item of its own; if the dates in the names are not when the files begin, rename them"));
        }
        let at = base.position(begins);
        alike(&whole.parts[0].name, whole, &file, at)?;
        let orders = whole.frames.iter().map(|f| f.order).max().map_or(0, |o| o.saturating_add(1));
        let repeated: Vec<i64> = whole.frames.drain(shown..).map(|f| f.ticks).collect();
        if !repeated.is_empty() {
            self.notes.push(format!(
                "by {by}, {} begins {} before {before} ends: the last {} frames of {before} are numbered, and shown from {} only",
                file.name,
                length(apart),
                repeated.len(),
                file.name
            ));
        } else if begins > end {
            self.notes.push(format!("by {by}, {} begins {} after {before} ends, at {at}", file.name, length(apart)));
        } else if apart != 0 {
            self.notes.push(format!(
                "by {by}, which tell whole seconds, {} begins {} {} {before} ends: it is taken to follow without a gap",
                file.name,
                length(apart),
                if apart > 0 { "after" } else { "before" }
            ));
        }
        if let Some(part) = whole.parts.last_mut() {
            part.frames.end = shown;
            part.repeated = repeated;
        }
        let first = whole.frames.len();
        whole.frames.extend(file.frames.iter().map(|f| Frame {
            ticks: own_ticks(f.ticks),
            order: f.order.saturating_add(orders),
            decode_ticks: f.decode_ticks.map(own_ticks),
            key: f.key,
        }));
        whole.flagged.extend(file.flagged.iter().map(|p| p.plus(at.nanos())));
        whole.last_duration = own.convert(file.last_duration, base);
        let places = first..whole.frames.len();
        whole.parts.extend(file.parts.into_iter().map(|p| Part { frames: places.clone(), begins, ..p }));
        Ok(())
    }

    fn finish(mut self) -> Footage {
        let whole = &mut self.whole;
        let inside = |place: &usize| !whole.opens_part(*place);
        let mut intervals: Vec<i64> = (1..whole.frames.len())
            .filter(inside)
            .map(|place| whole.frames[place].ticks - whole.frames[place - 1].ticks)
            .collect();
        if !intervals.is_empty() {
            let middle = intervals.len() / 2;
            whole.median_interval = (*intervals.select_nth_unstable(middle).1).max(1);
        }
        let list: String = whole.parts.iter().map(|p| format!("{}\n", p.sha256)).collect();
        whole.sha256 = hash::bytes(list.as_bytes());
        whole.name = format!("{} and {} more", whole.name, whole.parts.len() - 1);
        self.whole
    }
}

/// Whether two files' pictures can be shown as one recording's.
fn alike(before: &str, whole: &Footage, file: &Footage, at: Position) -> Result<()> {
    let same = (whole.layout.width, whole.layout.height) == (file.layout.width, file.layout.height);
    let size = |f: &Footage| match same {
        true => f.pixel_format.clone(),
        false => format!("{}x{}", f.layout.width, f.layout.height),
    };
    let aspect = |f: &Footage| if f.sample_aspect.0 == 0 { (1, 1) } else { f.sample_aspect };
    let turned = |f: &Footage| {
        let mirrored = if f.orientation.mirrored { ", mirrored" } else { "" };
        format!("{} degrees{mirrored}", u32::from(f.orientation.quarter_turns) * 90)
    };
    let scan = |f: &Footage| if f.interlaced { "interlaced" } else { "progressive" }.to_owned();
    let differ = |what: &str, a: String, b: String| {
        Error::failed(format!(
            "{}, which begins at {at}, cannot be joined to {before}: {what} is {b}, not {a} as there",
            file.name
        ))
        .hint("ask for the time before it and the time from it on as items of their own")
    };
    if whole.layout != file.layout {
        return Err(differ("its picture", size(whole), size(file)));
    }
    if aspect(whole) != aspect(file) {
        return Err(differ("the shape of its pixels", format!("{:?}", aspect(whole)), format!("{:?}", aspect(file))));
    }
    if whole.orientation != file.orientation {
        return Err(differ("how it is turned", turned(whole), turned(file)));
    }
    if whole.interlaced != file.interlaced {
        return Err(differ("how it is scanned", scan(whole), scan(file)));
    }
    if whole.colour != file.colour {
        return Err(differ("its colour", format!("{:?}", whole.colour), format!("{:?}", file.colour)));
    }
    Ok(())
}
