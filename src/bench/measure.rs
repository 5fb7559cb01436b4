//! Runs over a clip, just as `clip` would make its pack, but in this process, whose time and memory are measured: into a
//! folder of its own that is gone afterwards.

use std::path::Path;

use super::draw::Emitted;
use super::report::{ClipEntry, Report, median};
use crate::contain::Place;
use crate::disclose::{Settings, Wish, disclose};
use crate::error::{Error, Result};
use crate::footage::Footage;
use crate::log::disclosure::Tool;
use crate::machine::{self, Machine};
use crate::progress::Progress;
use crate::request::{Item, Request};
use crate::{media, stats};

/// What to measure.
pub struct Job<'a> {
    /// What is asked of the clip.
    pub item: &'a Item,
    /// The footage, probed.
    pub footage: &'a Footage,
    /// What was drawn, where it was.
    pub drawn: Option<&'a Emitted>,
    /// Threads to work with, at least 1.
    pub threads: usize,
    /// How often, at least 1.
    pub runs: usize,
}

/// Measures every run on its own.
///
/// # Errors
/// What making a pack gives.
pub fn measure(job: &Job<'_>, progress: &dyn Progress) -> Result<Report> {
    let folder = tempfile::tempdir().map_err(|e| Error::failed(format!("cannot make a folder to work in: {e}")))?;
    let request = Request::new("bench", vec![job.item.clone()]);
    let wish = Wish { request: &request, base: Path::new(""), sha256: None, supersedes: None };
    let settings = Settings { threads: job.threads, pin_ids: false, place: Place::Here };
    let memory_before_bytes = machine::memory();
    let (mut runs, mut memory_counted_afresh, mut made) = (Vec::new(), true, None);
    for run in 0..job.runs.max(1) {
        let out = folder.path().join(run.to_string());
        memory_counted_afresh &= machine::forget_peak_memory();
        let begun = stats::begin();
        let pack = disclose(wish, &out, &settings, progress)?;
        let frames = pack.log.items.iter().flat_map(|i| &i.files).map(|f| f.frames).sum();
        runs.push(begun.figures(frames));
        std::fs::remove_dir_all(&out).map_err(|e| Error::io("cannot remove", &out, &e))?;
        made = pack.log.items.into_iter().next();
    }
    let lost = || Error::failed("nothing was measured");
    let made = made.ok_or_else(lost)?;
    Ok(Report {
        version: 1,
        tool: Tool::this(),
        x264: media::x264_version(),
        machine: Machine::this(),
        threads: job.threads,
        clip: clip(job),
        method: made.method.name,
        rendering: made.rendering,
        memory_before_bytes,
        memory_counted_afresh,
        median: median(&runs).ok_or_else(lost)?,
        runs,
    })
}

fn clip(job: &Job<'_>) -> ClipEntry {
    let f = job.footage;
    ClipEntry {
        name: f.name.clone(),
        sha256: f.sha256.clone(),
        bytes: f.parts.iter().map(|p| p.bytes).sum(),
        size: [f.layout.width, f.layout.height],
        frames: f.frames.len(),
        key_frames: f.frames.iter().filter(|frame| frame.key).count(),
        seconds: f.end().seconds(),
        drawn: job.drawn.map(|d| d.options.clone()),
        drawn_sha256: job.drawn.map(|d| d.drawn_sha256.clone()),
    }
}
