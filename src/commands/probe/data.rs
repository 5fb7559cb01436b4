//! What `probe --json` says. Fields stay once they are there.

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::numbering;
use cctv_redact::clock::{disagreements, readings, settle};
use cctv_redact::footage::Footage;

pub fn as_json(footage: &Footage, zone: &TimeZone) -> Value {
    let (width, height) = footage.displayed_size();
    let keys: Vec<usize> = (0..footage.frames.len()).filter(|&i| footage.frames[i].key).collect();
    let part = &footage.parts[0];
    json!({
        "version": 1,
        "name": footage.name,
        "bytes": part.bytes,
        "sha256": footage.sha256,
        "container": part.container,
        "codec": part.codec,
        "pixel_format": footage.pixel_format,
        "stream": part.stream,
        "streams": part.streams,
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
        "first_timestamp": part.first_tick,
        "key_frames": keys,
        "gaps": footage.gaps().map(|g| json!({ "from": g.from.seconds(), "to": g.to.seconds() })).collect::<Vec<_>>(),
        "cut_off": part.cut_off,
        "flagged_as_damaged": footage.flagged.iter().map(|p| p.seconds()).collect::<Vec<_>>(),
        "audio": footage.has_audio(),
        "clocks": clocks(footage, zone),
    })
}

fn clocks(footage: &Footage, zone: &TimeZone) -> Value {
    let found = &footage.parts[0].clocks;
    let readings = readings(found, zone);
    let apart = disagreements(&readings, footage, zone);
    let disagreement = |d: &cctv_redact::clock::Disagreement| json!({ "clocks": [d.clocks.0, d.clocks.1], "seconds": d.seconds, "cause": d.cause });
    json!({
        "container": found.container,
        "filename": found.filename,
        "filename_until": found.until,
        "filename_as_by": found.maker,
        "frames": found.frames,
        "readings": readings.iter().map(|r| json!({ "clock": r.clock, "at": r.at.to_string() })).collect::<Vec<_>>(),
        "disagreements": apart.iter().map(disagreement).collect::<Vec<_>>(),
        "settle": settle(&readings, !apart.is_empty(), zone),
    })
}
