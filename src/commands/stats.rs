//! `--stats`: what a run has used, into a file.

use serde::Serialize;

use crate::cli::Running;
use crate::watch::Watch;
use cctv_redact::log::disclosure::Tool;
use cctv_redact::machine::Machine;
use cctv_redact::stats::{self, Begun, Figures};
use cctv_redact::{Error, Result, json, media};

/// The file.
#[derive(Serialize)]
struct Stats {
    version: u32,
    tool: Tool,
    x264: Option<String>,
    machine: Machine,
    threads: usize,
    #[serde(flatten)]
    figures: Figures,
}

/// Begins to measure. `--stats` may name a new file, or the statistics of an earlier run; never a recording or a track
/// file named by mistake.
///
/// # Errors
/// `Usage` when something else stands there.
pub fn begin(running: &Running) -> Result<Begun> {
    let begun = stats::begin();
    let Some(path) = running.stats.as_ref().filter(|p| p.symlink_metadata().is_ok()) else { return Ok(begun) };
    let small = path.metadata().is_ok_and(|m| m.is_file() && m.len() < 1 << 20);
    let earlier = small.then(|| std::fs::read(path).ok()).flatten();
    let earlier = earlier.and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    if earlier.is_some_and(|v| v["version"] == 1 && v["stages"].is_array() && v["threads"].is_u64()) {
        return Ok(begun);
    }
    Err(Error::usage(format!("--stats {}: this exists and is no statistics of an earlier run", path.display()))
        .hint("name a new file; nothing that exists is overwritten"))
}

/// Writes what was used to make so many frames, where that was asked for.
pub fn write(running: &Running, begun: &Begun, frames: usize, watch: &Watch) {
    let Some(path) = &running.stats else { return };
    let figures = begun.figures(frames);
    let written = Stats {
        version: 1,
        tool: Tool::this(),
        x264: media::x264_version(),
        machine: Machine::this(),
        threads: running.threads(),
        figures,
    };
    let written = json::text(&written)
        .and_then(|text| std::fs::write(path, text).map_err(|e| Error::io("cannot write", path, &e)));
    if let Err(e) = written {
        watch.warn(&format!("what was made is ready, but its statistics could not be written: {}", e.what()));
    }
}
