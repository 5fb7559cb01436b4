//! `clip`, `still` and `run`: one request, one pack.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::cli::{self, Clip, PackArgs, Run, Running, Still, bare_item};
use crate::watch::Watch;
use cctv_redact::disclose::{Settings, Wish, disclose};
use cctv_redact::request::{self, Kind, Request, Seconds};
use cctv_redact::{Error, Result, hash, input, stats};

pub fn clip(args: Clip) -> Result<()> {
    let mut item = bare_item(Kind::Clip, &args.footage);
    item.from = Some(args.from);
    item.to = Some(args.to);
    args.options.apply(&mut item)?;
    typed(item, &args.pack, &args.running)
}

pub fn still(args: Still) -> Result<()> {
    let mut item = bare_item(Kind::Still, &args.footage);
    item.at = args.at;
    item.every = args.every.map(Seconds::Text);
    item.from = args.from;
    item.to = args.to;
    args.options.apply(&mut item)?;
    typed(item, &args.pack, &args.running)
}

fn typed(item: cctv_redact::request::Item, pack: &PackArgs, running: &Running) -> Result<()> {
    let request = Request::new(&pack.reference, vec![item]);
    let wish = Wish { request: &request, base: Path::new(""), sha256: None, supersedes: None };
    carry_out(wish, &pack.out, running, false)
}

pub fn run(mut args: Run) -> Result<()> {
    let (mut request, sha256) = read_request(&args.request)?;
    // Paths typed here are relative to the current folder, those in the file to the file.
    for tracks in &mut args.options.tracks {
        *tracks = std::path::absolute(&*tracks).map_err(|e| Error::io("cannot read", tracks, &e))?;
    }
    for item in &mut request.items {
        args.options.apply(item)?;
    }
    let base = args.request.parent().map(PathBuf::from).unwrap_or_default();
    let wish = Wish { request: &request, base: &base, sha256: Some(&sha256), supersedes: None };
    carry_out(wish, &args.out, &args.running, true)
}

/// Reads a request file; returns it with its SHA-256.
pub fn read_request(path: &Path) -> Result<(Request, String)> {
    let bytes = input::read(path)?;
    let request = request::parse(&bytes).map_err(|e| e.at(path.display()))?;
    Ok((request, hash::bytes(&bytes)))
}

fn carry_out(wish: Wish<'_>, out: &Path, running: &Running, pin_ids: bool) -> Result<()> {
    let watch = Watch::new(running.quiet, running.json)?;
    check_stats(running)?;
    let start = std::time::Instant::now();
    let settings = Settings { threads: running.threads(), pin_ids };
    let made = watch.done(disclose(wish, out, &settings, &watch))?;
    for warning in &made.log.warnings {
        watch.warn(warning);
    }
    watch.say(&format!("Ready, and verified: {}", made.pack.display()));
    let files = made.log.items.iter().flat_map(|i| &i.files);
    for file in files.clone() {
        watch.say(&format!("  send/{}  ({} frames, {} bytes)", file.name, file.frames, file.bytes));
    }
    watch.say("  send/notice.html  for the requester, to print or to hand over as it is");
    watch.say("  keep/disclosure-log.json  for your own file; never sent");
    watch.say("Look at what is in send/ from beginning to end before you hand it over.");
    watch.event(&json!({ "event": "ready", "reference": made.log.reference, "pack": made.pack.file_name().map(|n| n.to_string_lossy()), "files": files.map(|f| &f.name).collect::<Vec<_>>() }));
    write_stats(running, start.elapsed().as_secs_f64(), &watch);
    Ok(())
}

/// Whether `--stats` names a file that may be written: a new one, or the statistics of an earlier run. Never a
/// recording or a track file named by mistake.
///
/// # Errors
/// `Usage` when something else stands there.
pub fn check_stats(running: &cli::Running) -> Result<()> {
    let Some(path) = running.stats.as_ref().filter(|p| p.symlink_metadata().is_ok()) else { return Ok(()) };
    let small = path.metadata().is_ok_and(|m| m.is_file() && m.len() < 1 << 20);
    let earlier = small.then(|| std::fs::read(path).ok()).flatten();
    let earlier = earlier.and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    if earlier.is_some_and(|v| v["version"] == 1 && v["stages"].is_array() && v["threads"].is_u64()) {
        return Ok(());
    }
    Err(Error::usage(format!("--stats {}: this exists and is no statistics of an earlier run", path.display()))
        .hint("name a new file; nothing that exists is overwritten"))
}

/// Writes where the time went, where that was asked for.
pub fn write_stats(running: &cli::Running, seconds: f64, watch: &Watch) {
    let Some(path) = &running.stats else { return };
    let text = format!(
        "{:#}\n",
        json!({ "version": 1, "threads": running.threads(), "seconds": seconds, "stages": stats::stages() })
    );
    if let Err(e) = std::fs::write(path, text) {
        watch.warn(&format!("the pack is ready, but its statistics could not be written: {e}"));
    }
}
