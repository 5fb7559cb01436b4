//! Times and lengths as people say them, for the recipient's page.

use jiff::fmt::temporal::Pieces;
use jiff::{Zoned, civil};

use super::notice::Span;
use crate::time::Position;

/// A stretch of time, the date and zone once where both ends share them.
pub(super) fn span(span: &Span) -> String {
    if span.from == span.to {
        return moment(&span.from);
    }
    match (Clock::read(&span.from), Clock::read(&span.to)) {
        (Some(from), Some(to)) if (from.date(), &from.zone) == (to.date(), &to.zone) => {
            format!("{}, {} to {} {}", from.date(), from.time(), to.time(), to.zone)
        }
        _ => format!("{} to {}", moment(&span.from), moment(&span.to)),
    }
}

/// A time as people say it; what is neither a date nor a position stays as it is.
fn moment(text: &str) -> String {
    match (Clock::read(text), text.parse::<Position>()) {
        (Some(clock), _) => format!("{}, {} {}", clock.date(), clock.time(), clock.zone),
        (None, Ok(position)) => position.to_string(),
        (None, Err(_)) => text.to_string(),
    }
}

/// A wall-clock time and what to call its zone.
struct Clock {
    at: civil::DateTime,
    zone: String,
}

impl Clock {
    fn read(text: &str) -> Option<Self> {
        if let Ok(zoned) = text.parse::<Zoned>() {
            return Some(Self { at: zoned.datetime(), zone: zoned.strftime("%Z").to_string() });
        }
        let pieces = Pieces::parse(text).ok()?;
        let offset = pieces.to_numeric_offset()?;
        let zone = if offset.is_zero() { "UTC".into() } else { format!("(UTC{offset})") };
        Some(Self { at: pieces.date().to_datetime(pieces.time()?), zone })
    }

    fn date(&self) -> String {
        self.at.strftime("%a %-d %B %Y").to_string()
    }

    fn time(&self) -> String {
        self.at.strftime(if self.at.subsec_nanosecond() == 0 { "%H:%M:%S" } else { "%H:%M:%S%.3f" }).to_string()
    }
}

/// A length of time as people say it.
pub(super) fn length(seconds: f64) -> String {
    let unit = |n: u64, name: &str| if n == 1 { format!("1 {name}") } else { format!("{n} {name}s") };
    if seconds < 1.0 {
        return "less than a second".into();
    }
    if seconds < 60.0 {
        return format!("{seconds:.1} seconds");
    }
    let whole = seconds.round() as u64;
    match (whole / 60, whole % 60) {
        (minutes, 0) => unit(minutes, "minute"),
        (minutes, seconds) => format!("{} and {}", unit(minutes, "minute"), unit(seconds, "second")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_people_say_them() {
        for (text, said) in [
            ("2026-10-12T09:14:00+01:00[Europe/London]", "Mon 12 October 2026, 09:14:00 BST"),
            ("2026-10-12T09:15:02.04+01:00", "Mon 12 October 2026, 09:15:02.040 (UTC+01)"),
            ("2026-01-12T09:15:02Z", "Mon 12 January 2026, 09:15:02 UTC"),
            ("00:01:30.04", "00:01:30.040"),
            ("soon", "soon"),
        ] {
            assert_eq!(moment(text), said);
        }
        let across = Span { from: "2026-10-24T23:59:00Z".into(), to: "2026-10-25T00:01:00Z".into() };
        assert_eq!(span(&across), "Sat 24 October 2026, 23:59:00 UTC to Sun 25 October 2026, 00:01:00 UTC");
    }

    #[test]
    fn lengths_are_written_as_people_say_them() {
        for (seconds, said) in [
            (0.04, "less than a second"),
            (1.64, "1.6 seconds"),
            (59.99, "60.0 seconds"),
            (60.0, "1 minute"),
            (61.0, "1 minute and 1 second"),
            (125.4, "2 minutes and 5 seconds"),
        ] {
            assert_eq!(length(seconds), said);
        }
    }
}
