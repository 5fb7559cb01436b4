//! What a request means with every default filled in, its recording, and where its times lie in that.

use std::path::{Path, PathBuf};

use crate::clock::{self, Clock, DEFAULT_ZONE, Instant};
use crate::error::{Error, Result};
use crate::footage::{Footage, Placing};
use crate::media::{self, ProbeOptions};
use crate::obscure::METHODS;
use crate::plan::{self, Selection};
use crate::request::{AudioAction, AudioStatement, ClockStatement, Gaps, Item, Kind, Render, Request, Seconds};
use crate::time::{Position, Window};
use crate::tracks::load::file_name;

/// The request as the log repeats it: every default filled in, paths cut to file names.
pub fn understood(request: &Request) -> Request {
    let mut request = request.clone();
    for item in &mut request.items {
        let tracks = item.tracks.iter_mut().map(|t| &mut t.file);
        for path in item.footage.iter_mut().chain(tracks).chain(&mut item.binding) {
            *path = file_name(path);
        }
        let stated = match &mut item.gaps {
            Some(Gaps::Statements(list)) => list.as_mut_slice(),
            _ => &mut [],
        };
        let ids = item.subjects.iter_mut().chain(item.shown.iter_mut().map(|s| &mut s.track));
        ids.chain(stated.iter_mut().map(|s| &mut s.track)).for_each(|id| {
            // `FILE:ID` may hold a path.
            if id.contains('/') {
                *id = file_name(id);
            }
        });
        item.obscure.get_or_insert_default();
        item.method.get_or_insert_with(|| METHODS[0].name.to_owned());
        item.margin.get_or_insert_with(|| crate::request::DEFAULT_MARGIN.to_owned());
        item.margin_min.get_or_insert_with(|| crate::request::DEFAULT_MARGIN_MIN.to_owned());
        item.hold.get_or_insert(Seconds::Number(crate::request::DEFAULT_HOLD));
        item.bridge.get_or_insert(Seconds::Number(crate::request::DEFAULT_BRIDGE));
        item.gaps.get_or_insert(Gaps::Policy(Default::default()));
        item.audio.get_or_insert(AudioStatement { action: AudioAction::Drop, mute: Vec::new() });
        item.damaged.get_or_insert_default();
        item.render.get_or_insert(Render::Full);
        if let Some(clock) = &mut item.clock {
            clock.zone.get_or_insert_with(|| DEFAULT_ZONE.to_owned());
            clock.error_seconds.get_or_insert(0.0);
        }
    }
    request
}

/// An item's footage, probed, its files joined to one recording. `base` is what paths are relative to; `begin` is where
/// the files' first frames were found to be when they were joined before.
///
/// # Errors
/// What probing and joining give.
pub fn recording(item: &Item, base: &Path, begin: Option<&[Position]>) -> Result<Footage> {
    let fps = item.fps.as_deref().map(super::parse_rate).transpose()?;
    let paths: Vec<PathBuf> = item.footage.iter().map(|path| base.join(path)).collect();
    let clock = item.clock.as_ref();
    let zone = clock::zone(clock.and_then(|c| c.zone.as_deref()).unwrap_or(DEFAULT_ZONE))?;
    let placing = match begin {
        Some(positions) => Placing::At(positions),
        None => Placing::Found { stated: clock.and_then(|c| c.start.as_deref()), zone: &zone },
    };
    media::probe_all(&paths, ProbeOptions { stream: item.stream, fps }, placing)
}

/// The footage's clock as a request states it, and where that comes from (`request`, `container`, `filename`).
///
/// # Errors
/// `Usage` for a time that occurs twice or never, or that was to be found in the footage and is not there.
pub fn clock_of(statement: Option<&ClockStatement>, footage: &Footage) -> Result<Option<(Clock, &'static str)>> {
    let Some(statement) = statement else { return Ok(None) };
    let zone = clock::zone(statement.zone.as_deref().unwrap_or(DEFAULT_ZONE))?;
    let error = statement.error_seconds.unwrap_or(0.0);
    let error_nanos = Position::from_seconds(error)
        .ok_or_else(|| {
            Error::usage(format!("a clock error of {error} s is not meant"))
                .hint("write recorder minus true time, in seconds")
        })?
        .nanos();
    let Some(start) = statement.start.as_deref() else {
        if statement.error_seconds.is_some() {
            return Err(Error::usage("a clock error is given, but not when the recording starts")
                .hint(clock::starts(&footage.parts[0].clocks)));
        }
        return Ok(None);
    };
    let missing = |what: &str| {
        Error::usage(format!("{}: no start time in the {what}", footage.name))
            .hint("give it: --clock-start 2026-10-12T09:00:00")
    };
    let found = &footage.parts[0].clocks;
    let (text, source) = match start {
        "container" => (found.inside().ok_or_else(|| missing("container"))?.to_owned(), "container"),
        "filename" => (found.filename.clone().ok_or_else(|| missing("file name"))?, "filename"),
        given => (given.to_owned(), "request"),
    };
    let start = match clock::parse(&text)? {
        Instant::Exact(exact) => exact,
        Instant::Local(local) => clock::resolve(local, &zone, "the clock's start")?,
        Instant::Position(_) => {
            return Err(Error::usage(format!("'{text}' is not a wall-clock time"))
                .hint("write the clock's start as 2026-10-12T09:00:00"));
        }
    };
    // Most clocks tell seconds, and so does what people read in a picture, unless they say more.
    let uncertain_nanos = match source {
        "container" if found.frames.is_some() => found.frames_within,
        "request" if text.contains('.') => 0,
        _ => 1_000_000_000,
    };
    // Where a later file lies is known to the second, too.
    let joined = if footage.parts.len() > 1 { 1_000_000_000 } else { 0 };
    let uncertain_nanos = uncertain_nanos + joined;
    Ok(Some((Clock { start, zone, error_nanos, uncertain_nanos }, source)))
}

fn no_start(footage: &Footage) -> Error {
    Error::usage(format!("{}: a time of day is asked for, but it is not known when the recording starts", footage.name))
        .hint(format!("{}; or say how far into the recording: 00:01:30", clock::starts(&footage.parts[0].clocks)))
}

/// Turns a TIME into a position.
///
/// # Errors
/// `Usage` for a wall-clock time without a clock, and for one that occurs twice or never.
pub fn place(instant: &Instant, clock: Option<&Clock>, footage: &Footage) -> Result<Position> {
    match (instant, clock) {
        (Instant::Position(position), _) => Ok(*position),
        (_, Some(clock)) => clock.position(instant),
        (_, None) => Err(no_start(footage)),
    }
}

/// The frames an item asks for.
///
/// # Errors
/// As [`place`], and as selecting gives.
pub fn select(item: &Item, clock: Option<&Clock>, footage: &Footage) -> Result<Selection> {
    let at = |text: &str| clock::parse(text).and_then(|instant| place(&instant, clock, footage));
    let window = || -> Result<Window> {
        let (Some(from), Some(to)) = (&item.from, &item.to) else {
            return Err(Error::usage("a window needs --from and --to"));
        };
        Ok(Window { from: at(from)?, to: at(to)? })
    };
    match (item.kind, &item.every) {
        (Kind::Clip, _) => plan::clip(footage, window()?),
        (Kind::Still, Some(every)) => {
            let every = Position::from_seconds(every.value()?).map_or(0, Position::nanos);
            plan::stills(footage, &plan::series(window()?, every)?)
        }
        (Kind::Still, None) => plan::stills(footage, &item.at.iter().map(|t| at(t)).collect::<Result<Vec<_>>>()?),
    }
}
