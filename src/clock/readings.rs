//! The clocks of a recording held against one another: what each says, which disagree and by how much, and why that may
//! be.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Instant, for_data, parse};
use crate::footage::{Clocks, Footage};

/// Clocks that show seconds agree within this many of them.
const AGREE: i64 = 2;

/// What one clock says of the first frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Which: `frame times`, `file name`, `container`.
    pub clock: &'static str,
    /// What it is, for people.
    pub about: String,
    /// As it was found.
    pub found: String,
    /// The instant that it means; local times are in the given zone.
    pub at: Timestamp,
}

/// Two clocks that do not agree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// The two.
    pub clocks: (&'static str, &'static str),
    /// Seconds by which the second is later than the first.
    pub seconds: i64,
    /// What that may come from.
    pub cause: Option<String>,
}

/// The readings of a recording's first file, the most trustworthy first. The clock in the picture cannot be read.
pub fn readings(clocks: &Clocks, zone: &TimeZone) -> Vec<Reading> {
    let by = clocks.maker.map(|maker| format!(", as {maker} names them")).unwrap_or_default();
    let found = [
        (
            "frame times",
            "each frame's own time, by the recorder's clock, right to a frame or two".to_owned(),
            &clocks.frames,
        ),
        (
            "file name",
            format!("by the recorder's clock when it began the file{by}, if nobody renamed it"),
            &clocks.filename,
        ),
        (
            "container",
            "written into the file when it was made: the start, the end, or the time of the export".to_owned(),
            &clocks.container,
        ),
    ];
    let reading = |(clock, about, text): (&'static str, String, &Option<String>)| {
        let found = text.clone()?;
        let at = match parse(&found).ok()? {
            Instant::Exact(at) => at,
            Instant::Local(local) => zone.to_ambiguous_timestamp(local).compatible().ok()?,
            Instant::Position(_) => return None,
        };
        Some(Reading { clock, about, found, at })
    };
    found.into_iter().filter_map(reading).collect()
}

/// Which of the readings disagree, each with the first one, and what the name says of the end.
pub fn disagreements(readings: &[Reading], footage: &Footage, zone: &TimeZone) -> Vec<Disagreement> {
    let Some((first, others)) = readings.split_first() else { return Vec::new() };
    let length = footage.end().nanos() / 1_000_000_000;
    let apart = |other: &Reading| {
        let seconds = other.at.as_second() - first.at.as_second();
        let offset = i64::from(zone.to_offset(first.at).seconds());
        let near = |what: i64| (seconds - what).abs() <= AGREE;
        let cause = if other.clock != "container" {
            None
        } else if offset != 0 && (near(offset) || near(offset + length)) {
            Some("it may be local time that is called UTC".to_owned())
        } else if near(length) {
            Some("it is likely the time of the end".to_owned())
        } else if seconds > length {
            Some("it is likely the time of the export, or of a conversion".to_owned())
        } else {
            None
        };
        Disagreement { clocks: (first.clock, other.clock), seconds, cause }
    };
    let mut found: Vec<_> = others.iter().map(apart).filter(|d| d.seconds.abs() > AGREE).collect();
    let clocks = &footage.parts[0].clocks;
    let named_end = clocks.filename.as_deref().zip(clocks.until.as_deref()).and_then(|(start, until)| {
        let instant = |text: &str| match parse(text).ok()? {
            Instant::Exact(at) => Some(at.as_second()),
            Instant::Local(local) => Some(zone.to_ambiguous_timestamp(local).compatible().ok()?.as_second()),
            Instant::Position(_) => None,
        };
        Some(instant(until)? - instant(start)?)
    });
    if let Some(named) = named_end.filter(|named| footage.parts.len() == 1 && (named - length).abs() > AGREE) {
        found.push(Disagreement {
            clocks: ("file name's end", "length of the footage"),
            seconds: length - named,
            cause: Some(
                if named > length { "the file was cut short, or has gaps" } else { "the file goes on" }.to_owned(),
            ),
        });
    }
    found
}

/// What to type to settle when the recording starts: what to look at, and the option that says it.
pub fn settle(readings: &[Reading], disagree: bool, zone: &TimeZone) -> String {
    let typed = |reading: &Reading| {
        if reading.clock == "file name" { "--clock-start filename" } else { "--clock-start container" }
    };
    let look = "look at the clock in the first picture";
    match readings {
        [] => format!("{look} and give what it shows, for example --clock-start 2026-10-12T09:00:00"),
        [first, ..] if disagree => {
            let local = for_data(&first.at.to_zoned(zone.clone()));
            let local = local.get(..19).unwrap_or_default();
            format!(
                "{look}: if it shows {local}, {}; otherwise give what it shows, --clock-start {local}",
                typed(first)
            )
        }
        [only] => format!("{look}: if it agrees, {}", typed(only)),
        [first, ..] => format!("they agree: {}", typed(first)),
    }
}
