//! What `probe` says to people: what it is, when it was, what is wrong with it and what to type next; then the details.

use std::path::Path;

use jiff::tz::TimeZone;

use super::numbering;
use cctv_redact::clock::{Disagreement, Reading, disagreements, for_data, readings, settle};
use cctv_redact::footage::{Footage, Numbering};
use cctv_redact::time::Position;

/// Key frames, gaps and places listed before "and so many more".
const LISTED: usize = 12;

/// `sheet`: a contact sheet is made already.
pub fn as_text(footage: &Footage, path: &Path, zone: &TimeZone, sheet: bool) -> String {
    let read = readings(&footage.parts[0].clocks, zone);
    let apart = disagreements(&read, footage, zone);
    let mut lines = Lines::default();
    summary(&mut lines, footage, zone, &read, &apart);
    next_steps(&mut lines, &quoted(path), settle(&read, !apart.is_empty(), zone), sheet);
    lines.0.push('\n');
    clocks(&mut lines, &read, &apart);
    lines.0.push('\n');
    details(&mut lines, footage);
    lines.0.trim_end().to_owned()
}

/// Lines with a name each.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn add(&mut self, name: &str, value: impl AsRef<str>) {
        self.0.push_str(&format!("  {name:<19} {}\n", value.as_ref()));
    }
}

fn summary(lines: &mut Lines, footage: &Footage, zone: &TimeZone, read: &[Reading], apart: &[Disagreement]) {
    let (width, height) = footage.displayed_size();
    let part = &footage.parts[0];
    let rate = (footage.frame_rate() * 100.0).round() / 100.0;
    let what = format!("{} in {}", codec(&part.codec), container(&part.container));
    lines.0 =
        format!("{}: {}, {width}x{height}, {rate} pictures a second, {what}\n", footage.name, length(footage.end()));
    let begins = match read {
        [] => "not known: neither the file nor its name says".to_owned(),
        [first, others @ ..] => {
            let at = for_data(&first.at.to_zoned(zone.clone()));
            let sure = match (others.is_empty(), apart.is_empty()) {
                (_, false) => "but the clocks disagree, see below",
                (true, _) => "no other clock confirms it",
                (false, _) => "the other clocks agree",
            };
            format!("{at} by its {}; {sure}", first.clock)
        }
    };
    lines.add("begins", begins);
    lines.add("problems", problems(footage).unwrap_or_else(|| "none that show without decoding".to_owned()));
}

/// What to type next.
fn next_steps(lines: &mut Lines, path: &str, clock: String, sheet: bool) {
    lines.add("next", clock);
    if !sheet {
        lines.add("", format!("cctv-redact probe {path} --contact-sheet look.png"));
    }
    lines.add("", format!("cctv-redact review {path}"));
    lines.add("", format!("cctv-redact tracks check people.xml --footage {path} --pictures who-is-who"));
}

fn problems(footage: &Footage) -> Option<String> {
    let gaps: Vec<String> = footage.gaps().map(|gap| format!("{} to {}", gap.from, gap.to)).collect();
    let mut found = Vec::new();
    if footage.parts.iter().any(|part| part.cut_off) {
        found.push(format!("the file breaks off at {}: what it held after that is not in it", footage.end()));
    }
    if !gaps.is_empty() {
        found.push(format!("nothing recorded in {}", listed(&gaps)));
    }
    if !footage.flagged.is_empty() {
        found.push(format!("damaged at {}", listed(&positions(&footage.flagged))));
    }
    if footage.parts.iter().any(|part| part.counted) {
        found.push("frames are told apart by counting only".to_owned());
    }
    if let Numbering::Decoded(why) = footage.parts[0].numbering {
        found.push(format!("had to be decoded to number its frames, since {why}"));
    }
    (!found.is_empty()).then(|| found.join("; "))
}

fn clocks(lines: &mut Lines, read: &[Reading], apart: &[Disagreement]) {
    lines.add("clock in picture", "cannot be read by a program: look at it, in the first picture");
    for clock in ["frame times", "file name", "container"] {
        match read.iter().find(|reading| reading.clock == clock) {
            Some(reading) => lines.add(&format!("clock, {clock}"), format!("{}  {}", reading.found, reading.about)),
            None => lines.add(&format!("clock, {clock}"), "says nothing"),
        }
    }
    for Disagreement { clocks, seconds, cause } in apart {
        let by = length(Position::from_nanos(seconds.saturating_abs().saturating_mul(1_000_000_000)));
        let side = match (clocks.0.contains("end"), *seconds > 0) {
            (true, true) => "more than",
            (true, false) => "less than",
            (false, true) => "later than",
            (false, false) => "earlier than",
        };
        let cause = cause.as_ref().map(|cause| format!(": {cause}")).unwrap_or_default();
        lines.add("they disagree", format!("{} is {by} {side} {}{cause}", clocks.1, clocks.0));
    }
}

fn details(lines: &mut Lines, footage: &Footage) {
    let part = &footage.parts[0];
    lines.add("file", format!("{} bytes, SHA-256 {}", part.bytes, footage.sha256));
    lines.add("format", format!("{} in {}, {}", part.codec, part.container, footage.pixel_format));
    lines.add("streams", part.streams.join("; "));
    if footage.orientation != Default::default() {
        let mirrored = if footage.orientation.mirrored { ", mirrored" } else { "" };
        let degrees = u32::from(footage.orientation.quarter_turns) * 90;
        lines.add("turned", format!("{degrees} degrees clockwise for display{mirrored}"));
    }
    let (across, down) = footage.sample_aspect;
    if across > 0 && across != down {
        lines.add("pixels", format!("{across}:{down} wide to high; boxes count stored pixels, before stretching"));
    }
    if footage.interlaced {
        lines.add("interlaced", "two fields a frame");
    }
    let count = footage.frames.len();
    lines.add("frames", format!("{count} in {}, {}", footage.end(), numbering(footage)));
    let keys: Vec<Position> = (0..count).filter(|&i| footage.frames[i].key).map(|i| footage.position(i)).collect();
    lines.add("key frames", format!("{}: {}", keys.len(), listed(&positions(&keys))));
}

fn positions(times: &[Position]) -> Vec<String> {
    times.iter().map(Position::to_string).collect()
}

fn listed(items: &[String]) -> String {
    let more = items.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", items.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", "))
}

/// `13 minutes 20 seconds`, the two largest units.
fn length(time: Position) -> String {
    let seconds = (time.nanos() + 500_000_000) / 1_000_000_000;
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let mut rest = seconds;
    let mut words = Vec::new();
    for (unit, name) in units {
        let many = rest / unit;
        rest %= unit;
        if many > 0 {
            words.push(format!("{many} {name}{}", if many == 1 { "" } else { "s" }));
        }
    }
    words.truncate(2);
    if words.is_empty() { format!("{:.3} seconds", time.seconds()) } else { words.join(" ") }
}

fn container(name: &str) -> &str {
    match name {
        "mov" => "MP4 or QuickTime",
        "matroska" => "Matroska",
        "dhav" => "Dahua's DAV",
        "mpegts" => "an MPEG transport stream",
        "mpeg" => "an MPEG program stream",
        "avi" => "AVI",
        "asf" => "ASF (WMV)",
        "h264" | "hevc" | "mpegvideo" | "m4v" | "mjpeg" => "no container",
        other => other,
    }
}

fn codec(name: &str) -> &str {
    match name {
        "h264" => "H.264",
        "hevc" => "H.265",
        "mpeg4" => "MPEG-4",
        "mpeg2video" => "MPEG-2",
        "mjpeg" => "Motion JPEG",
        other => other,
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.to_string_lossy();
    let plain = |c: char| c.is_alphanumeric() || "._-/+,:@".contains(c);
    if text.chars().all(plain) && !text.starts_with('-') {
        text.into_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
