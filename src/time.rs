//! Time inside the footage: positions, the stream's own ticks, windows, and how each is typed.
//! Wall-clock time is in `clock.rs`.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

const NANOS: i64 = 1_000_000_000;

/// A point in the footage: nanoseconds since the first presented frame. May be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Position(i64);

impl Position {
    /// The first presented frame.
    pub const ZERO: Self = Self(0);

    /// From whole nanoseconds.
    pub const fn from_nanos(nanos: i64) -> Self {
        Self(nanos)
    }

    /// From seconds, rounded to the nanosecond. `None` for NaN, infinities and anything beyond ±290 years.
    pub fn from_seconds(seconds: f64) -> Option<Self> {
        let nanos = (seconds * NANOS as f64).round();
        (nanos.is_finite() && nanos.abs() < 9.2e18).then_some(Self(nanos as i64))
    }

    /// Nanoseconds since the first presented frame.
    pub const fn nanos(self) -> i64 {
        self.0
    }

    /// Seconds since the first presented frame.
    pub fn seconds(self) -> f64 {
        self.0 as f64 / NANOS as f64
    }

    /// This position moved by a duration in nanoseconds; stays in range.
    pub const fn plus(self, nanos: i64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// Nanoseconds from `earlier` to this position.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// `HH:MM:SS.mmm`, as a player shows it.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = (self.0.unsigned_abs() + 500_000) / 1_000_000;
        let (seconds, millis) = (millis / 1000, millis % 1000);
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// `00:01:30`, `01:30.25`, `90s` or `90.5`.
impl FromStr for Position {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let bad = || {
            Error::usage(format!("'{text}' is not a position in the footage")).hint("write it as 00:01:30, 90s or 90.5")
        };
        let text = text.trim();
        let number = text.strip_suffix('s').unwrap_or(text);
        let mut parts = number.split(':').rev();
        let mut nanos = decimal_nanos(parts.next().unwrap_or_default()).ok_or_else(bad)?;
        let clocklike = number.contains(':');
        if clocklike && (nanos >= 60 * NANOS || text.ends_with('s')) {
            return Err(bad());
        }
        for unit in [60, 3600] {
            let Some(part) = parts.next() else { break };
            if part.is_empty() || part.len() > 5 || !part.bytes().all(|b| b.is_ascii_digit()) {
                return Err(bad());
            }
            let value: i64 = part.parse().map_err(|_| bad())?;
            nanos += value * unit * NANOS;
        }
        if parts.next().is_some() { Err(bad()) } else { Ok(Self(nanos)) }
    }
}

/// Decimal seconds to nanoseconds without a float in between, so that `0.1` means a tenth exactly.
fn decimal_nanos(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || whole.len() > 9 {
        return None;
    }
    let kept: String = fraction.chars().chain("000000000".chars()).take(9).collect();
    Some(whole.parse::<i64>().ok()? * NANOS + kept.parse::<i64>().ok()?)
}

/// Seconds per tick of a stream, as a fraction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeBase {
    /// Numerator, above 0.
    pub num: i32,
    /// Denominator, above 0.
    pub den: i32,
}

impl TimeBase {
    /// The position of a tick count from the first presented frame, to the nearest nanosecond.
    pub fn position(self, ticks: i64) -> Position {
        let scaled = i128::from(ticks) * i128::from(self.num) * i128::from(NANOS);
        let den = i128::from(self.den);
        let rounded = (scaled + if scaled < 0 { -den / 2 } else { den / 2 }) / den;
        Position(rounded.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64)
    }

    /// Ticks in another base, to the nearest one.
    pub fn convert(self, ticks: i64, to: Self) -> i64 {
        if self == to {
            return ticks;
        }
        let scaled = i128::from(ticks) * i128::from(self.num) * i128::from(to.den);
        let by = i128::from(self.den) * i128::from(to.num);
        let rounded = (scaled + if scaled < 0 { -by / 2 } else { by / 2 }) / by;
        rounded.clamp(i128::from(i64::MIN), i128::from(i64::MAX)) as i64
    }

    /// The nearest tick to a length of time.
    pub fn ticks(self, nanos: i64) -> i64 {
        Self { num: 1, den: NANOS as i32 }.convert(nanos, self)
    }

    /// The coarsest base in which ticks of both are whole; nanoseconds where that is too fine to be one.
    pub fn shared(self, other: Self) -> Self {
        let gcd = |a: i128, b: i128| std::iter::successors(Some((a, b)), |&(a, b)| (b != 0).then(|| (b, a % b))).last();
        let cross = |a: Self, b: Self| i128::from(a.num) * i128::from(b.den);
        let num = gcd(cross(self, other), cross(other, self)).map_or(1, |g| g.0);
        let den = i128::from(self.den) * i128::from(other.den);
        let by = gcd(num, den).map_or(1, |g| g.0);
        match (i32::try_from(num / by), i32::try_from(den / by)) {
            (Ok(num), Ok(den)) => Self { num, den },
            _ => Self { num: 1, den: NANOS as i32 },
        }
    }
}

/// How long a frame is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lasts {
    /// Ticks of the footage, at least 1.
    pub ticks: i64,
    /// And no longer than these nanoseconds: a recorder's ticks may be coarser than the window's end.
    #[serde(default)]
    pub at_most: Option<i64>,
}

impl Lasts {
    /// In ticks of a file that has `scale` a second, at least 1.
    pub fn in_scale(self, base: TimeBase, scale: i64) -> i64 {
        let own = i128::from(self.ticks) * i128::from(base.num) * i128::from(scale) / i128::from(base.den);
        let limit = self.at_most.map_or(own, |nanos| i128::from(nanos) * i128::from(scale) / i128::from(NANOS));
        own.min(limit).clamp(1, i128::from(i64::MAX)) as i64
    }
}

/// A half-open stretch of the footage, `[from, to)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// The first instant inside.
    pub from: Position,
    /// The first instant after.
    pub to: Position,
}

impl Window {
    /// Whether an instant is inside.
    pub fn contains(self, at: Position) -> bool {
        self.from <= at && at < self.to
    }
}

/// A length of time as typed in options: `0.5`, `0.5s`. Seconds; may be negative so that the refusal can name it.
pub fn parse_seconds(text: &str) -> Result<f64> {
    let number = text.trim().strip_suffix('s').unwrap_or(text.trim());
    match number.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(Error::usage(format!("'{text}' is not a number of seconds")).hint("write it as 0.5 or 0.5s")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn positions_are_read_as_people_type_them() {
        for (text, nanos) in [
            ("0", 0),
            ("90s", 90 * NANOS),
            ("90.5", 90 * NANOS + NANOS / 2),
            ("0.1", NANOS / 10),
            ("00:01:30", 90 * NANOS),
            ("01:30", 90 * NANOS),
            ("26:00:00.001", 93_600 * NANOS + 1_000_000),
        ] {
            assert_eq!(text.parse::<Position>().map(Position::nanos).ok(), Some(nanos), "{text}");
        }
        for text in ["", "-1", "1:60", "00:00:90", "1:2:3:4", "1e3", "nan", "1.2.3", ":30", "9999999999"] {
            assert!(text.parse::<Position>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_frame_lasts_until_the_window_ends_in_the_files_finer_ticks() {
        let tenths = TimeBase { num: 1, den: 10 };
        assert_eq!(Lasts { ticks: 1, at_most: Some(50_000_000) }.in_scale(tenths, 10_240), 512);
        assert_eq!(Lasts { ticks: 1, at_most: Some(500_000_000) }.in_scale(tenths, 10_240), 1024);
        assert_eq!(Lasts { ticks: 1, at_most: None }.in_scale(TimeBase { num: 1001, den: 30_000 }, 30_000), 1001);
    }

    #[test]
    fn a_tick_is_placed_to_the_nanosecond() {
        let ntsc = TimeBase { num: 1001, den: 30_000 };
        assert_eq!(ntsc.position(1).nanos(), 33_366_667);
        assert_eq!(ntsc.position(30_000).nanos(), 1001 * NANOS);
        assert_eq!(TimeBase { num: 1, den: 10 }.position(-3).nanos(), -300_000_000);
    }

    #[test]
    fn the_shared_base_holds_ticks_of_both_exactly() {
        let base = |num, den| TimeBase { num, den };
        for (a, b, shared) in [
            (base(1, 90_000), base(1, 90_000), base(1, 90_000)),
            (base(1, 1000), base(1, 90_000), base(1, 90_000)),
            (base(1, 25), base(1001, 30_000), base(1, 30_000)),
            (base(1, 12_800), base(1, 90_000), base(1, 2_880_000)),
            (base(1, 2_147_483_647), base(1, 90_000), base(1, 1_000_000_000)),
        ] {
            assert_eq!((a.shared(b), b.shared(a)), (shared, shared));
        }
        let (coarse, fine) = (base(1001, 30_000), base(1, 30_000));
        assert_eq!((coarse.convert(-3, fine), fine.convert(-3003, coarse)), (-3003, -3));
        assert_eq!(base(1, 90_000).ticks(1_500_000_000), 135_000);
    }

    proptest! {
        #[test]
        fn what_is_shown_reads_back_within_a_millisecond(nanos in 0i64..400_000_000_000_000) {
            let shown = Position(nanos).to_string().parse::<Position>().unwrap();
            prop_assert!((shown.nanos() - nanos).abs() <= 500_000);
        }
    }
}
