//! When a recording starts by its file's name, as recorders' makers write it.
//!
//! A name says what it says: which clock it was taken from, and whether the file was renamed, is not known. It counts
//! only when it is asked for, or when another clock agrees.

use std::path::Path;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime, Time};
use regex::{Captures, Regex};

/// What a file's name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Whose way of naming it is, where it is one maker's.
    pub maker: Option<&'static str>,
    /// The start: local time, unless `utc`.
    pub start: DateTime,
    /// The end, where it is there, in the same time.
    pub until: Option<DateTime>,
    /// The name says that it is UTC.
    pub utc: bool,
}

/// How makers name their files. Groups: `date` and `time` of the start, `until` and its `day` of the end. The path is
/// matched from the end, with `/` between folders.
const MAKERS: &[(&str, &str)] = &[
    // 2026-10-12/001/dav/09/09.00.00-09.15.00[R][0@0][0].dav, on cards, disks and by FTP (Dahua, Amcrest, Imou, Lorex).
    (
        "Dahua",
        r"(?:^|/)(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})/(?:[^/]+/)*(?<time>[0-9]{2}\.[0-9]{2}\.[0-9]{2})-(?<until>[0-9]{2}\.[0-9]{2}\.[0-9]{2})\[[A-Z]\][^/]*$",
    ),
    // NVR_ch1_main_20261012090000_20261012091500.dav, from the web page and SmartPSS.
    (
        "Dahua",
        r"(?:^|[/_])(?:main|sub|extra)[0-9]?_(?<date>[0-9]{8})(?<time>[0-9]{6})(?:_(?<day>[0-9]{8})(?<until>[0-9]{6}))?(?:[^0-9/][^/]*)?$",
    ),
    // RecM01_DST20261012_090000_090500_6D28808_1A468F9.mp4, on cards and by FTP.
    ("Reolink", r"Rec[A-Z][0-9]{2}_(?:DST)?(?<date>[0-9]{8})_(?<time>[0-9]{6})_(?<until>[0-9]{6})(?:_[^/]*)?\.[^/.]+$"),
    // 10.1.2.64_01_20261012090000123_MOTION_DETECTION.mp4, by FTP.
    ("Hikvision", r"(?:^|/)[0-9]{1,3}(?:\.[0-9]{1,3}){3}_[0-9]+_(?<date>[0-9]{8})(?<time>[0-9]{6})[0-9]{3}_[^/]*$"),
    // ch01_20261012090000.mp4, exported to a stick.
    (
        "Hikvision",
        r"(?:^|/)ch[0-9]{2}_(?<date>[0-9]{8})(?<time>[0-9]{6})(?:_(?<day>[0-9]{8})(?<until>[0-9]{6}))?(?:[^0-9/][^/]*)?$",
    ),
    // Yard_00_20261012090000.mp4, by FTP and e-mail.
    ("Reolink", r"[^/]_[0-9]{2}_(?<date>[0-9]{8})(?<time>[0-9]{6})\.mp4$"),
    // 20261012_090000_5B2E_00408C1834D8.mkv, on cards and shares.
    ("Axis", r"(?:^|/)(?<date>[0-9]{8})_(?<time>[0-9]{6})_[0-9A-F]{4}(?:_[0-9A-F]{12})?(?:\.[^/]*)?$"),
    // 20261012_090000_tp00012.mp4, on cards.
    ("TP-Link", r"(?:^|/)(?<date>[0-9]{8})_(?<time>[0-9]{6})_tp[0-9]+\.[^/]*$"),
    // 2026-10-12/10.1.2.13_1_S09-00-00_E09-15-00.mp4, from EZStation.
    (
        "Uniview",
        r"(?:^|/)(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})/[^/]*_S(?<time>[0-9]{2}-[0-9]{2}-[0-9]{2})_?E(?<until>[0-9]{2}-[0-9]{2}-[0-9]{2})[^/]*$",
    ),
    // 20261012-090000-091500_10.1.2.11-CH2.avi.
    ("Brickcom", r"(?:^|/)(?<date>[0-9]{8})-(?<time>[0-9]{6})-(?<until>[0-9]{6})_[^/]*-CH[0-9]+[^/]*$"),
];

/// Date and time that anybody writes, with an end or without, of which nothing but separators lies in between.
const ANYBODY: &str = r"(?:^|[^0-9])(?<date>[0-9]{4}[-_.]?[0-9]{2}[-_.]?[0-9]{2})(?:[-_.T ]|[-_] | [-_] )?(?<time>[0-9]{2}[-_.:]?[0-9]{2}[-_.:]?[0-9]{2})(?:(?<zulu>Z)|[-_ ](?:to[-_ ])?(?<day>[0-9]{4}[-_.]?[0-9]{2}[-_.]?[0-9]{2})[-_.T ]?(?<until>[0-9]{2}[-_.:]?[0-9]{2}[-_.:]?[0-9]{2}))?(?:$|[^0-9])";

/// The patterns, ready; one that is none is left out, which the tests would find.
static PATTERNS: LazyLock<Vec<(Option<&'static str>, Regex)>> = LazyLock::new(|| {
    let makers = MAKERS.iter().map(|(maker, pattern)| (Some(*maker), *pattern));
    makers.chain([(None, ANYBODY)]).filter_map(|(maker, pattern)| Some((maker, Regex::new(pattern).ok()?))).collect()
});

/// What a file's name says of its start, and the folders that it lies in where its maker writes the date there. Only
/// what is a real date and time between 1990 and 2100.
pub fn in_name(path: &Path) -> Option<Named> {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    let path = parts.join("/");
    let name = parts.last()?;
    PATTERNS.iter().find_map(|(maker, pattern)| {
        // What is not a maker's own may stand anywhere in the name, and only there.
        let text: &str = if maker.is_some() { &path } else { name };
        let mut from = 0;
        loop {
            let found = pattern.captures_at(text, from)?;
            if let Some(named) = read(&found, *maker) {
                return Some(named);
            }
            from = text.char_indices().map(|c| c.0).find(|at| *at > found.get(0).map_or(from, |m| m.start()))?;
        }
    })
}

fn read(found: &Captures<'_>, maker: Option<&'static str>) -> Option<Named> {
    let (day, time) = (date(found.name("date")?.as_str())?, clock(found.name("time")?.as_str())?);
    let start = day.to_datetime(time);
    let until = found.name("until").and_then(|text| {
        let time = clock(text.as_str())?;
        let day = match found.name("day") {
            Some(text) => date(text.as_str())?,
            // Only a time of day: it is the next one.
            None if time < start.time() => day.tomorrow().ok()?,
            None => day,
        };
        Some(day.to_datetime(time))
    });
    Some(Named { maker, start, until, utc: found.name("zulu").is_some() })
}

fn digits(text: &str) -> Option<u32> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn date(text: &str) -> Option<Date> {
    let number = digits(text)?;
    let year = i16::try_from(number / 10_000).ok().filter(|year| (1990..2100).contains(year))?;
    Date::new(year, (number / 100 % 100) as i8, (number % 100) as i8).ok()
}

fn clock(text: &str) -> Option<Time> {
    let number = digits(text)?;
    Time::new((number / 10_000) as i8, (number / 100 % 100) as i8, (number % 100) as i8, 0).ok()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn said(path: &str) -> Option<(Option<&'static str>, String, Option<String>)> {
        in_name(Path::new(path)).map(|n| (n.maker, n.start.to_string(), n.until.map(|u| u.to_string())))
    }

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(PATTERNS.len(), MAKERS.len() + 1);
    }

    #[test]
    fn makers_names_are_known_with_their_ends() {
        for (path, maker, end) in [
            ("NVR_ch1_main_20261012090000_20261012091500.dav", "Dahua", "2026-10-12T09:15:00"),
            ("D1_main_20261012090000_20261012091500.mp4", "Dahua", "2026-10-12T09:15:00"),
            ("IPC_main_20261012090000.dav", "Dahua", ""),
            ("stick/2026-10-12/001/dav/09/09.00.00-09.15.00[R][0@0][0].dav", "Dahua", "2026-10-12T09:15:00"),
            ("2026-10-12/0/dav/9/1/0/526862/09.00.00-09.15.00[M][0@0][0].dav", "Dahua", "2026-10-12T09:15:00"),
            ("RecM01_20261012_090000_090500_6D28808_1A468F9.mp4", "Reolink", "2026-10-12T09:05:00"),
            (
                "Mp4Record_2026-10-12_RecS02_DST20261012_090000_090500_2B14808_32F1DF.mp4",
                "Reolink",
                "2026-10-12T09:05:00",
            ),
            ("Yard_00_20261012090000.mp4", "Reolink", ""),
            ("ch01_20261012090000.mp4", "Hikvision", ""),
            ("10.1.2.64_01_20261012090000422_MOTION_DETECTION.mp4", "Hikvision", ""),
            ("20261012_090000_5B2E_00408C1834D8.mkv", "Axis", ""),
            ("20261012_090000_ABCD.mkv", "Axis", ""),
            ("20261012_090000_tp00012.mp4", "TP-Link", ""),
            ("2026-10-12/10.1.2.13_1_S09-00-00_E09-15-00.mp4", "Uniview", "2026-10-12T09:15:00"),
            ("20261012-090000-001000_10.1.2.11-CH2.avi", "Brickcom", "2026-10-13T00:10:00"),
        ] {
            let end = Some(end.to_owned()).filter(|end| !end.is_empty());
            assert_eq!(said(path), Some((Some(maker), "2026-10-12T09:00:00".to_owned(), end)), "{path}");
        }
    }

    #[test]
    fn anybodys_names_are_read_without_a_maker() {
        for name in [
            "cam_20261012_090000.mp4",
            "CH01-2026-10-12 09.00.00.avi",
            "x_2026-10-12_09-00-00.dav",
            "20261012T090000.ts",
            "20261012090000.mkv",
            "H20261012-090000P1N2P0.avi",
            "yard - 2026-10-12 - 09-00-00.mp4",
            "x_99999999_20261012_090000.mp4",
            "20261340_112233_20261012_090000.mp4",
        ] {
            assert_eq!(said(name), Some((None, "2026-10-12T09:00:00".to_owned(), None)), "{name}");
        }
        let both = "Yard_IPCamera_20261012090000_20261012091500_1.mp4";
        assert_eq!(said(both).unwrap().2.as_deref(), Some("2026-10-12T09:15:00"));
        let zulu = in_name(Path::new("yard-2026-10-12T09-00-00Z.mp4")).unwrap();
        assert!(zulu.utc && zulu.start.to_string() == "2026-10-12T09:00:00");
    }

    #[test]
    fn names_without_a_start_say_nothing() {
        for name in [
            "hiv00000.mp4",
            "car-park.mp4",
            "20261340_091400.mp4",
            "20261012_256000.mp4",
            "1234567890123456.mp4",
            "2026-10-12.mp4",
            "09.00.00-09.15.00[R][0@0][0].dav",
            "2026-10-12/yard.mp4",
            "12-10-2026_09-00-00.mp4",
            "é20261.mp4",
        ] {
            assert_eq!(said(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_is_read_or_not_never_worse(name in "[-0-9_.TZ a-z/é\\[\\]]{0,60}") {
            let _ = in_name(Path::new(&name));
        }
    }
}
