//! Wall-clock time: from what people type, through zones, daylight saving and the recorder's error, to positions in
//! the footage and back.

mod names;
mod readings;

use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, Zoned};

use crate::error::{Error, Result};
use crate::footage::Clocks;
use crate::time::Position;

pub use names::{Named, in_name};
pub use readings::{Disagreement, Reading, disagreements, readings, settle};

/// The zone where none is given.
pub const DEFAULT_ZONE: &str = "Europe/London";

/// An instant as typed: a position in the footage, or a wall-clock time.
#[derive(Debug, Clone, PartialEq)]
pub enum Instant {
    /// `00:01:30`, `90s`, `90.5`.
    Position(Position),
    /// `2026-10-12T09:14:00`, in the request's zone.
    Local(DateTime),
    /// `2026-10-12T09:14:00+01:00` or `…Z`.
    Exact(Timestamp),
}

/// Reads a TIME.
///
/// # Errors
/// `Usage` when it is neither a position nor a wall-clock time.
pub fn parse(text: &str) -> Result<Instant> {
    let text = text.trim();
    let bad = || {
        Error::usage(format!("'{text}' is not a time"))
            .hint("write how far into the recording (00:01:30 or 90s), or date and time of day (2026-10-12T09:14:00, year first)")
    };
    if !text.contains('-') {
        return text.parse().map(Instant::Position).map_err(|_| bad());
    }
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok(Instant::Exact(zoned.timestamp()));
    }
    if let Ok(exact) = text.parse::<Timestamp>() {
        return Ok(Instant::Exact(exact));
    }
    text.parse::<DateTime>().map(Instant::Local).map_err(|_| bad())
}

/// The footage's clock: what instant (in the recorder's time) the first frame was taken, and how far the recorder is off.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// The recorder's reading at position 0.
    pub start: Timestamp,
    /// The zone that local times are in.
    pub zone: TimeZone,
    /// Recorder minus true time, in nanoseconds.
    pub error_nanos: i64,
    /// By how much `start` may be wrong, either way: a second where it was read off a clock that shows no fractions, 0
    /// where it was given with one.
    pub uncertain_nanos: i64,
}

/// A zone by its IANA name.
///
/// # Errors
/// `Usage` when there is no such zone.
pub fn zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(|_| {
        Error::usage(format!("there is no time zone '{name}'"))
            .hint("use an IANA name, for example Europe/London or Europe/Berlin")
    })
}

/// A local time as an instant.
///
/// # Errors
/// `Usage` when the local time occurs twice or never (clocks change), naming both readings.
pub fn resolve(local: DateTime, zone: &TimeZone, what: &str) -> Result<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(local);
    let two = |why: &str, before, after| {
        let at = |offset: jiff::tz::Offset| {
            offset.to_timestamp(local).map(|t| t.to_zoned(offset.to_time_zone()).strftime("%FT%T%:z").to_string())
        };
        let (a, b) = (at(before).unwrap_or_default(), at(after).unwrap_or_default());
        Error::usage(format!("{what} {local} {why}: it could be read as {a} or {b}"))
            .hint(format!("write it with its offset, for example {a}"))
    };
    match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { .. } => {
            ambiguous.compatible().map_err(|e| Error::usage(format!("{what} {local}: {e}")).hint("check the year"))
        }
        AmbiguousOffset::Fold { before, after } => Err(two("occurs twice, as the clocks go back", before, after)),
        AmbiguousOffset::Gap { before, after } => Err(two("never occurs, as the clocks go forward", before, after)),
    }
}

impl Clock {
    /// Where an instant in true time lies in the footage.
    ///
    /// # Errors
    /// `Usage` for a local time that occurs twice or never.
    pub fn position(&self, instant: &Instant) -> Result<Position> {
        let exact = match instant {
            Instant::Position(position) => return Ok(*position),
            Instant::Local(local) => resolve(*local, &self.zone, "the time")?,
            Instant::Exact(exact) => *exact,
        };
        let nanos = exact.as_nanosecond() + i128::from(self.error_nanos) - self.start.as_nanosecond();
        let nanos = i64::try_from(nanos).map_err(|_| {
            Error::usage(format!("{exact} is centuries away from the footage"))
                .hint("check the year, and the clock's start")
        })?;
        Ok(Position::from_nanos(nanos))
    }

    /// The true time of a position.
    pub fn true_time(&self, position: Position) -> Zoned {
        self.shifted(position, -self.error_nanos)
    }

    /// What the recorder's clock read at a position.
    pub fn recorder_time(&self, position: Position) -> Zoned {
        self.shifted(position, 0)
    }

    fn shifted(&self, position: Position, nanos: i64) -> Zoned {
        let by = SignedDuration::from_nanos(position.nanos().saturating_add(nanos));
        let at = self.start.checked_add(by).unwrap_or(self.start);
        at.to_zoned(self.zone.clone())
    }
}

/// Where a recording's start may be had from: what was found in it, and the option that accepts it.
pub fn starts(clocks: &Clocks) -> String {
    let inside = clocks.inside().map(str::to_owned);
    let found = [("container", "file itself", inside), ("filename", "file's name", clocks.filename.clone())];
    let mut accepting: Vec<String> = found
        .iter()
        .filter_map(|(name, place, time)| {
            time.as_ref().map(|t| format!("the {place} says {t}: if the clock in the first picture agrees, accept it with --clock-start {name}"))
        })
        .collect();
    if accepting.is_empty() {
        accepting.push("neither the file nor its name says: read the clock in the very first picture and give it, for example --clock-start 2026-10-12T09:00:00".to_owned());
    }
    accepting.join("; ")
}

/// The time of day that a recorder stamps frames with, as nanoseconds since 1970 of its local time: DHAV's. As local
/// time to the millisecond; `None` before 2001, where a stamp only counts from the start of the file.
pub fn of_frame(nanos: i128) -> Option<String> {
    let at = Timestamp::from_nanosecond(nanos).ok().filter(|at| at.as_second() >= 1_000_000_000)?;
    Some(at.to_zoned(TimeZone::UTC).datetime().strftime("%FT%T.%3f").to_string())
}

/// An instant for people: `Mon 12 October 2026 09:15:02.040 BST (+01:00)`.
pub fn for_people(at: &Zoned) -> String {
    at.strftime("%a %-d %B %Y %H:%M:%S.%3f %Z (%:z)").to_string()
}

/// An instant for data: RFC 3339 with milliseconds, `2026-10-12T09:15:02.040+01:00`.
pub fn for_data(at: &Zoned) -> String {
    at.strftime("%FT%T.%3f%:z").to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn london(start: &str, error: i64) -> Clock {
        let zone = zone(DEFAULT_ZONE).unwrap();
        let start = resolve(start.parse().unwrap(), &zone, "start").unwrap();
        Clock { start, zone, error_nanos: error * 1_000_000_000, uncertain_nanos: 0 }
    }

    #[test]
    fn a_fast_recorder_shows_an_event_later_than_it_was() {
        let clock = london("2026-10-12T09:00:00", 42);
        let asked = clock.position(&parse("2026-10-12T09:14:00").unwrap()).unwrap();
        assert_eq!(asked.seconds(), 14.0 * 60.0 + 42.0);
        assert_eq!(for_data(&clock.true_time(asked)), "2026-10-12T09:14:00.000+01:00");
        assert_eq!(for_data(&clock.recorder_time(asked)), "2026-10-12T09:14:42.000+01:00");
    }

    #[test]
    fn the_repeated_and_the_missing_hour_are_refused_with_both_readings() {
        let clock = london("2026-10-25T00:00:00", 0);
        let twice = clock.position(&parse("2026-10-25T01:30:00").unwrap()).unwrap_err().to_string();
        assert!(twice.contains("+01:00") && twice.contains("+00:00") && twice.contains("twice"), "{twice}");
        let never = clock.position(&parse("2026-03-29T01:30:00").unwrap()).unwrap_err().to_string();
        assert!(never.contains("never") && never.contains("+00:00"), "{never}");
        let exact = clock.position(&parse("2026-10-25T01:30:00Z").unwrap()).unwrap();
        assert_eq!(exact.seconds(), 2.5 * 3600.0);
    }

    #[test]
    fn a_stamp_for_people_names_the_day_and_the_zone() {
        let clock = london("2026-10-12T09:15:02.04", 0);
        assert_eq!(for_people(&clock.true_time(Position::ZERO)), "Mon 12 October 2026 09:15:02.040 BST (+01:00)");
    }
}
