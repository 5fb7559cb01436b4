//! `tracks check`: what a track file would cover, what `clip` would answer, and a picture of each track.

use std::path::Path;

use image::Rgb;
use imageproc::drawing::draw_hollow_rect_mut;
use imageproc::rect::Rect;

use crate::cli::{TracksCheck, bare_item};
use crate::watch::Watch;
use cctv_redact::disclose::{Assessed, Named, Settings, assess, recording, rehearse};
use cctv_redact::footage::Footage;
use cctv_redact::request::{Item, Kind, Request, TrackSource, check};
use cctv_redact::tracks::lay::{Run, lay};
use cctv_redact::tracks::load::load;
use cctv_redact::tracks::{Role, Track};
use cctv_redact::{Error, Result, output, render};

/// How the name of every picture begins.
const MARK: &str = "unredacted-do-not-send";

/// A window that ends after any footage.
const FOREVER: &str = "99999:00:00";

pub fn run(args: TracksCheck) -> Result<()> {
    let watch = Watch::new(args.running.quiet, args.running.json)?;
    let mut item = bare_item(Kind::Clip, &args.footage);
    item.from = Some(args.from.unwrap_or_else(|| "0".to_owned()));
    item.to = Some(args.to.unwrap_or_else(|| FOREVER.to_owned()));
    args.options.apply(&mut item)?;
    item.tracks.insert(0, TrackSource { file: args.file.to_string_lossy().into_owned(), sha256: None });
    if let Some(folder) = &args.pictures {
        watch.done(pictures(&item, folder))?;
        watch.say(&format!("A picture of each track is in {} (unredacted: do not send).", folder.display()));
    }
    check(&Request::new("check", vec![item.clone()]))?;
    let named = Named { item: &item, place: 0, of: 1, base: Path::new("") };
    let settings = Settings { threads: args.running.threads(), pin_ids: false };
    let known = watch.done(
        assess(&named, &settings, &watch).and_then(|known| rehearse(&known, &settings, &watch).map(|()| known)),
    )?;
    report(&known, &watch);
    Ok(())
}

fn report(known: &Assessed, watch: &Watch) {
    let Assessed { footage, plan, .. } = known;
    let frames = &plan.selection.frames;
    watch.say(&format!(
        "{}: {} frames from {} to {}",
        footage.name,
        frames.len(),
        plan.selection.delivered.from,
        plan.selection.delivered.to
    ));
    watch.say(&format!(
        "{:<12} {:<12} {:<14} {:>8} {:>6} {:>8}",
        "track", "label", "part", "covered", "held", "bridged"
    ));
    for t in &plan.tracks {
        let part = match (t.role, t.shown_because) {
            (Role::Subject, _) => "subject",
            (_, Some(_)) => "shown",
            _ => "third party",
        };
        let label = t.label.as_deref().unwrap_or("-");
        watch.say(&format!(
            "{:<12} {label:<12} {part:<14} {:>8} {:>6} {:>8}",
            t.id, t.frames_covered, t.held, t.bridged
        ));
    }
    if plan.tracks.iter().any(|t| t.role == Role::Subject) {
        watch.say(&format!(
            "The requester is covered, wholly or in part, by somebody else's cover in {} frames.",
            plan.subject_covered.len()
        ));
    }
    for warning in &plan.warnings {
        watch.warn(warning);
    }
    watch.say("clip would make this.");
    watch.event(&serde_json::json!({ "event": "would be ready", "frames": frames.len(), "tracks": plan.tracks.len() }));
}

/// Writes a picture of each track: the middle frame of its longest run, with its box.
fn pictures(item: &Item, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("cannot make", folder, &e))?;
    let mut names = std::fs::read_dir(folder).map_err(|e| Error::io("cannot read", folder, &e))?.flatten();
    if names.any(|n| !n.file_name().to_string_lossy().starts_with(MARK)) {
        return Err(Error::usage(format!("--pictures {}: there are other files in this folder", folder.display()))
            .hint("name a new folder, so that unredacted pictures never lie beside anything that is sent"));
    }
    let footage = recording(item, Path::new(""), None)?;
    for file in load(item, Path::new(""), &footage)? {
        for track in &file.file.tracks {
            let runs = lay(track, &footage)?;
            if let Some(run) = runs.iter().max_by_key(|r| r.boxes.len()) {
                picture(&footage, track, run, folder)?;
            }
        }
    }
    Ok(())
}

fn picture(footage: &Footage, track: &Track, run: &Run, folder: &Path) -> Result<()> {
    let frame = run.first + run.boxes.len() / 2;
    let Some(shape) = run.at(frame) else { return Ok(()) };
    let mut rgb = render::unredacted(footage, frame)?;
    for grow in 0..2 {
        let b = shape.grown(f64::from(grow), f64::from(grow));
        let rect = Rect::at(b.x as i32, b.y as i32).of_size((b.w as u32).max(1), (b.h as u32).max(1));
        draw_hollow_rect_mut(&mut rgb, rect, Rgb([255, 220, 0]));
    }
    let safe: String =
        track.id.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let path = folder.join(format!("{MARK}-track-{safe}.png"));
    let file = std::fs::File::create(&path).map_err(|e| Error::io("cannot write", &path, &e))?;
    output::write_png(std::io::BufWriter::new(file), &rgb)
}
