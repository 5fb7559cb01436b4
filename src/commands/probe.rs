//! `probe`: what a piece of footage is, for people or as JSON.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::cli::Probe;
use crate::watch::print;
use cctv_redact::Result;
use cctv_redact::contain::{self, Access, Contained, Task};
use cctv_redact::disclose::parse_rate;
use cctv_redact::footage::{Footage, Numbering};
use cctv_redact::media::{ProbeOptions, probe};
use cctv_redact::progress::Progress;
use cctv_redact::time::Position;

/// Key frames and gaps listed before "and so many more".
const LISTED: usize = 12;

pub fn run(args: Probe) -> Result<()> {
    let Probe { footage, json, stream, fps } = args;
    print(contain::ask(Look { footage, json, stream, fps })?);
    Ok(())
}

/// What there is to say of footage.
#[derive(Serialize, Deserialize)]
pub struct Look {
    footage: PathBuf,
    json: bool,
    stream: Option<usize>,
    fps: Option<String>,
}

impl Task for Look {
    const NAME: &'static str = "probe";
    type Reply = String;

    fn access(&self) -> Access {
        Access { read: vec![self.footage.clone()], ..Access::default() }
    }

    fn carry_out(self, _: Contained, _: &dyn Progress) -> Result<String> {
        let fps = self.fps.as_deref().map(parse_rate).transpose()?;
        let footage = probe(&self.footage, ProbeOptions { stream: self.stream, fps })?;
        Ok(if self.json { format!("{:#}", as_json(&footage)) } else { as_text(&footage).trim_end().to_owned() })
    }
}

fn numbering(footage: &Footage) -> String {
    match footage.parts[0].numbering {
        Numbering::Packets => "numbered without decoding".to_owned(),
        Numbering::Decoded(why) => format!("numbered by decoding, since {why}"),
    }
}

fn as_json(footage: &Footage) -> Value {
    let (width, height) = footage.displayed_size();
    let keys: Vec<usize> = (0..footage.frames.len()).filter(|&i| footage.frames[i].key).collect();
    json!({
        "version": 1,
        "name": footage.name,
        "bytes": footage.parts[0].bytes,
        "sha256": footage.sha256,
        "container": footage.parts[0].container,
        "codec": footage.parts[0].codec,
        "pixel_format": footage.pixel_format,
        "stream": footage.parts[0].stream,
        "streams": footage.parts[0].streams,
        "width": footage.layout.width,
        "height": footage.layout.height,
        "displayed_width": width,
        "displayed_height": height,
        "rotation": u32::from(footage.orientation.quarter_turns) * 90,
        "mirrored": footage.orientation.mirrored,
        "sample_aspect_ratio": [footage.sample_aspect.0, footage.sample_aspect.1],
        "full_range": footage.layout.full_range,
        "interlaced": footage.interlaced,
        "frames": footage.frames.len(),
        "numbering": numbering(footage),
        "seconds": footage.end().seconds(),
        "frames_per_second": footage.frame_rate(),
        "time_base": [footage.time_base.num, footage.time_base.den],
        "first_timestamp": footage.parts[0].first_tick,
        "key_frames": keys,
        "gaps": footage.gaps().map(|g| json!({ "from": g.from.seconds(), "to": g.to.seconds() })).collect::<Vec<_>>(),
        "flagged_as_damaged": footage.flagged.iter().map(|p| p.seconds()).collect::<Vec<_>>(),
        "audio": footage.has_audio(),
        "clocks": { "container": footage.parts[0].clocks.container, "filename": footage.parts[0].clocks.filename },
    })
}

fn as_text(footage: &Footage) -> String {
    let (width, height) = footage.displayed_size();
    let mut text = format!(
        "{}: {width}x{height}, {} frames in {}, about {:.2} a second\n",
        footage.name,
        footage.frames.len(),
        footage.end(),
        footage.frame_rate()
    );
    let mut line = |name: &str, value: String| text.push_str(&format!("  {name:<17} {value}\n"));
    line("file", format!("{} bytes, SHA-256 {}", footage.parts[0].bytes, footage.sha256));
    line("format", format!("{} in {}, {}", footage.parts[0].codec, footage.parts[0].container, footage.pixel_format));
    line("streams", footage.parts[0].streams.join("; "));
    if footage.orientation != Default::default() {
        let mirrored = if footage.orientation.mirrored { ", mirrored" } else { "" };
        line(
            "turned",
            format!("{} degrees clockwise for display{mirrored}", u32::from(footage.orientation.quarter_turns) * 90),
        );
    }
    if footage.sample_aspect.0 > 0 && footage.sample_aspect.0 != footage.sample_aspect.1 {
        line(
            "pixels",
            format!(
                "{}:{} wide to high; boxes count stored pixels, before stretching",
                footage.sample_aspect.0, footage.sample_aspect.1
            ),
        );
    }
    if footage.interlaced {
        line("interlaced", "two fields a frame".to_owned());
    }
    line("frames", numbering(footage));
    let keys: Vec<Position> =
        (0..footage.frames.len()).filter(|&i| footage.frames[i].key).map(|i| footage.position(i)).collect();
    line("key frames", listed(&keys));
    for gap in footage.gaps() {
        line("recording gap", format!("{} to {}", gap.from, gap.to));
    }
    if !footage.flagged.is_empty() {
        line("damage", format!("the container flags {}", listed(&footage.flagged)));
    }
    for (name, found) in
        [("container", &footage.parts[0].clocks.container), ("filename", &footage.parts[0].clocks.filename)]
    {
        match found {
            Some(time) => {
                line(&format!("clock, {name}"), format!("{time}; if that is when it starts: --clock-start {name}"))
            }
            None => line(&format!("clock, {name}"), "says nothing".to_owned()),
        }
    }
    text
}

fn listed(times: &[Position]) -> String {
    let shown: Vec<String> = times.iter().take(LISTED).map(Position::to_string).collect();
    let more = times.len().saturating_sub(LISTED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}: {}{more}", times.len(), shown.join(", "))
}
