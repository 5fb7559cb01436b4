//! `bench`: throughput, on a drawn clip or on one's own footage.

use std::path::Path;

use crate::cli::{Bench, bare_item};
use crate::watch::{Watch, print};
use cctv_redact::bench::{ClipOptions, Emitted, Job, emit, measure};
use cctv_redact::disclose::parse_rate;
use cctv_redact::media::{ProbeOptions, probe};
use cctv_redact::request::{Item, Kind, Seconds, TrackSource};
use cctv_redact::time::parse_seconds;
use cctv_redact::tracks::load::parse_size;
use cctv_redact::{Error, Result, json};

/// A window that ends after any footage.
const FOREVER: &str = "99999:00:00";

pub fn run(args: Bench) -> Result<()> {
    let watch = Watch::new(args.json, false)?;
    let result = carry_out(&args, &watch);
    watch.done(result)
}

fn carry_out(args: &Bench, watch: &Watch) -> Result<()> {
    let threads = args.threads.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    if let Some(footage) = &args.footage {
        let mut item = bare_item(Kind::Clip, std::slice::from_ref(footage));
        item.from = Some(args.from.clone().unwrap_or_else(|| "0".to_owned()));
        item.to = Some(args.to.clone().unwrap_or_else(|| FOREVER.to_owned()));
        args.options.apply(&mut item)?;
        return report(args, footage, &item, None, threads, watch);
    }
    if !args.options.tracks.is_empty() {
        return Err(Error::usage("--tracks belongs to --footage; a drawn clip has its own tracks")
            .hint("name the footage they were made on, or leave --tracks out"));
    }
    // Gone at the end, with the clip in it, unless --emit names a folder that stays.
    let passing = tempfile::tempdir().map_err(|e| Error::failed(format!("cannot make a folder to work in: {e}")))?;
    let folder = args.emit.clone().unwrap_or_else(|| passing.path().join("clip"));
    let drawn = emit(&options(args)?, &folder, args.raw, threads, watch)?;
    let mut item = bare_item(Kind::Clip, &[drawn.clip()]);
    (item.from, item.to) = (Some("0".to_owned()), Some(FOREVER.to_owned()));
    item.tracks = vec![TrackSource { file: drawn.tracks().to_string_lossy().into_owned(), sha256: None }];
    item.no_third_parties = drawn.options.regions == 0 || drawn.options.covered == 0;
    // Regions are covered as they were asked for.
    (item.margin, item.margin_min) = (Some("0px".to_owned()), Some("0px".to_owned()));
    item.hold = Some(Seconds::Number(0.0));
    args.options.apply(&mut item)?;
    item.fps = None;
    report(args, &drawn.clip(), &item, Some(&drawn), threads, watch)
}

fn report(
    args: &Bench,
    footage: &Path,
    item: &Item,
    drawn: Option<&Emitted>,
    threads: usize,
    watch: &Watch,
) -> Result<()> {
    if args.runs == 0 {
        let Some(drawn) = drawn.filter(|_| args.emit.is_some()) else {
            return Err(Error::usage("--runs 0 measures nothing").hint("it is for --emit, to draw a clip only"));
        };
        return say(args, &format!("{}, SHA-256 {}", drawn.clip().display(), drawn.clip_sha256), drawn);
    }
    let fps = item.fps.as_deref().map(parse_rate).transpose()?;
    let footage = probe(footage, ProbeOptions { stream: item.stream, fps })?;
    let report = measure(&Job { item, footage: &footage, drawn, threads, runs: usize::from(args.runs) }, watch)?;
    // Before the table, so that it stands alone.
    watch.done(Ok(()))?;
    say(args, report.table().trim_end(), &report)
}

fn say(args: &Bench, text: &str, data: &impl serde::Serialize) -> Result<()> {
    if args.json {
        print(String::from_utf8_lossy(&json::text(data)?).trim_end());
    } else {
        print(text);
    }
    Ok(())
}

/// What clip to draw.
fn options(args: &Bench) -> Result<ClipOptions> {
    let (width, height) = parse_size(&args.size)?;
    let (num, den) = args.options.fps.as_deref().map(parse_rate).transpose()?.unwrap_or((25, 1));
    let frames = |text: &str| -> Result<u32> {
        let seconds = parse_seconds(text)?;
        Ok((seconds * f64::from(num) / f64::from(den)).round().clamp(0.0, f64::from(u32::MAX)) as u32)
    };
    let length = frames(&args.seconds)?;
    Ok(ClipOptions {
        width,
        height,
        fps: (num.unsigned_abs(), den.unsigned_abs()),
        frames: length,
        key_interval: args.key_interval,
        regions: args.regions,
        region: parse_size(&args.region_size)?,
        covered: args.covered.as_deref().map(frames).transpose()?.unwrap_or(length),
    })
}
