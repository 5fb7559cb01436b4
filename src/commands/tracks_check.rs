//! `tracks check`: what a track file would cover, what `clip` would answer, and a picture of each track.

use std::path::{Path, PathBuf};

use image::Rgb;
use imageproc::drawing::draw_hollow_rect_mut;
use imageproc::rect::Rect;
use serde::{Deserialize, Serialize};

use crate::cli::{TracksCheck, bare_item};
use crate::watch::Watch;
use cctv_redact::contain::{self, Access, Contained, Place, Task};
use cctv_redact::disclose::{Assessed, Named, Settings, assess, clock_of, recording, rehearse};
use cctv_redact::footage::Footage;
use cctv_redact::progress::Progress;
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
    let settings = Settings { threads: args.running.threads(), pin_ids: false, place: Place::Child };
    if let Some(folder) = args.pictures {
        empty(&folder)?;
        let pictures = Pictures { item: item.clone(), folder };
        let folder = watch.done(contain::run(pictures, settings.place, &watch))?;
        watch.say(&format!("A picture of each track is in {} (unredacted: do not send).", folder.display()));
    }
    check(&Request::new("check", vec![item.clone()]))?;
    let found = watch.done(contain::run(Rehearse { item, settings }, settings.place, &watch))?;
    found.lines.iter().for_each(|line| watch.say(line));
    found.warnings.iter().for_each(|warning| watch.warn(warning));
    watch.say("clip would make this.");
    watch.event(&serde_json::json!({ "event": "would be ready", "frames": found.frames, "tracks": found.tracks }));
    Ok(())
}

/// Everything of `clip` that decides what is shown.
#[derive(Serialize, Deserialize)]
pub struct Rehearse {
    item: Item,
    settings: Settings,
}

/// What it came to.
#[derive(Serialize, Deserialize)]
pub struct Rehearsed {
    lines: Vec<String>,
    warnings: Vec<String>,
    frames: usize,
    tracks: usize,
}

impl Task for Rehearse {
    const NAME: &'static str = "rehearse";
    type Reply = Rehearsed;

    fn access(&self) -> Access {
        Access { read: self.item.files(Path::new("")), write: Vec::new(), threads: self.settings.threads }
    }

    fn carry_out(self, _: Contained, progress: &dyn Progress) -> Result<Rehearsed> {
        let named = Named { item: &self.item, place: 0, of: 1, base: Path::new("") };
        let known = assess(&named, &self.settings, progress)?;
        rehearse(&known, &self.settings, progress)?;
        let plan = &known.plan;
        let (frames, tracks) = (plan.selection.frames.len(), plan.tracks.len());
        Ok(Rehearsed { lines: report(&known), warnings: plan.warnings.clone(), frames, tracks })
    }
}

fn report(known: &Assessed) -> Vec<String> {
    let Assessed { footage, plan, .. } = known;
    let frames = &plan.selection.frames;
    let mut lines = Vec::new();
    lines.push(format!(
        "{}: {} frames from {} to {}",
        footage.name,
        frames.len(),
        plan.selection.delivered.from,
        plan.selection.delivered.to
    ));
    lines.push(format!(
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
        lines.push(format!(
            "{:<12} {label:<12} {part:<14} {:>8} {:>6} {:>8}",
            t.id, t.frames_covered, t.held, t.bridged
        ));
    }
    if plan.tracks.iter().any(|t| t.role == Role::Subject) {
        lines.push(format!(
            "The requester is covered, wholly or in part, by somebody else's cover in {} frames.",
            plan.subject_covered.len()
        ));
    }
    lines
}

/// A folder for pictures, where there is none but such pictures.
fn empty(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::io("cannot make", folder, &e))?;
    let mut names = std::fs::read_dir(folder).map_err(|e| Error::io("cannot read", folder, &e))?.flatten();
    if names.any(|n| !n.file_name().to_string_lossy().starts_with(MARK)) {
        return Err(Error::usage(format!("--pictures {}: there are other files in this folder", folder.display()))
            .hint("name a new folder, so that unredacted pictures never lie beside anything that is sent"));
    }
    Ok(())
}

/// Writes a picture of each track: the middle frame of its longest run, with its box.
#[derive(Serialize, Deserialize)]
pub struct Pictures {
    item: Item,
    folder: PathBuf,
}

impl Task for Pictures {
    const NAME: &'static str = "pictures";
    type Reply = PathBuf;

    fn access(&self) -> Access {
        Access { read: self.item.files(Path::new("")), write: vec![self.folder.clone()], threads: 1 }
    }

    fn carry_out(self, _: Contained, _: &dyn Progress) -> Result<PathBuf> {
        pictures(&self.item, &self.folder)?;
        Ok(self.folder)
    }
}

fn pictures(item: &Item, folder: &Path) -> Result<()> {
    let footage = recording(item, Path::new(""), None)?;
    let clock = clock_of(item.clock.as_ref(), &footage)?;
    for file in load(item, Path::new(""), &footage, clock.as_ref().map(|c| &c.0))? {
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
