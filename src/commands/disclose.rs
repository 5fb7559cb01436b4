//! `clip`, `still` and `run`: one request, one pack.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::stats;
use crate::cli::{Clip, PackArgs, Run, Running, Still, bare_item};
use crate::watch::Watch;
use cctv_redact::contain::Place;
use cctv_redact::disclose::{Settings, Wish, disclose};
use cctv_redact::request::{self, Kind, Request, Seconds};
use cctv_redact::{Error, Result, hash, input};

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
    if let Some(binding) = &mut args.options.binding {
        *binding = std::path::absolute(&*binding).map_err(|e| Error::io("cannot read", binding, &e))?;
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
    let begun = stats::begin(running)?;
    let settings = Settings { threads: running.threads(), pin_ids, place: Place::Child };
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
    watch.event(&json!({ "event": "ready", "reference": made.log.reference, "pack": made.pack.file_name().map(|n| n.to_string_lossy()), "files": files.clone().map(|f| &f.name).collect::<Vec<_>>() }));
    stats::write(running, &begun, files.map(|f| f.frames).sum(), &watch);
    Ok(())
}
