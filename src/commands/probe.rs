//! `probe`: what a piece of footage is, for people, as JSON, or as a sheet of pictures.

mod data;
mod text;

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::cli::Probe;
use crate::watch::print;
use cctv_redact::clock::{self, DEFAULT_ZONE};
use cctv_redact::contain::{self, Access, Contained, Task};
use cctv_redact::disclose::parse_rate;
use cctv_redact::footage::{Footage, Numbering};
use cctv_redact::media::{ProbeOptions, probe};
use cctv_redact::output::{Shot, sheet, write_png};
use cctv_redact::progress::Progress;
use cctv_redact::{Error, Result, render};

/// Pictures on a sheet.
const SHOTS: usize = 13;

pub fn run(args: Probe) -> Result<()> {
    let Probe { footage, json, contact_sheet, stream, fps, clock_zone } = args;
    // Before the work, and again when it is written: an existing file is somebody's.
    if let Some(path) = contact_sheet.as_deref().filter(|path| path.exists()) {
        return Err(exists(path));
    }
    let found = contain::ask(Look { footage, json, sheet: contact_sheet.is_some(), stream, fps, clock_zone })?;
    let sheet = contact_sheet;
    if let (Some(path), Some(png)) = (&sheet, found.sheet) {
        let mut file = std::fs::File::create_new(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::AlreadyExists => exists(path),
            _ => Error::io("cannot write", path, &e),
        })?;
        std::io::Write::write_all(&mut file, &png).map_err(|e| Error::io("cannot write", path, &e))?;
    }
    print(found.said);
    if let Some(path) = sheet.filter(|_| !json) {
        print(format_args!("\nThe pictures are in {} (unredacted: do not send).", path.display()));
    }
    Ok(())
}

fn exists(path: &std::path::Path) -> Error {
    Error::usage(format!("{} exists already", path.display())).hint("choose another name")
}

/// What there is to say of footage.
#[derive(Serialize, Deserialize)]
pub struct Look {
    footage: PathBuf,
    json: bool,
    sheet: bool,
    stream: Option<usize>,
    fps: Option<String>,
    clock_zone: Option<String>,
}

/// What was found.
#[derive(Serialize, Deserialize)]
pub struct Found {
    said: String,
    sheet: Option<Vec<u8>>,
}

impl Task for Look {
    const NAME: &'static str = "probe";
    type Reply = Found;

    fn access(&self) -> Access {
        Access { read: vec![self.footage.clone()], ..Access::default() }
    }

    fn carry_out(self, _: Contained, _: &dyn Progress) -> Result<Found> {
        let fps = self.fps.as_deref().map(parse_rate).transpose()?;
        let zone = clock::zone(self.clock_zone.as_deref().unwrap_or(DEFAULT_ZONE))?;
        let footage = probe(&self.footage, ProbeOptions { stream: self.stream, fps })?;
        let said = if self.json {
            format!("{:#}", data::as_json(&footage, &zone))
        } else {
            text::as_text(&footage, &self.footage, &zone, self.sheet)
        };
        Ok(Found { said, sheet: if self.sheet { Some(pictures(&footage)?) } else { None } })
    }
}

fn numbering(footage: &Footage) -> String {
    match footage.parts[0].numbering {
        Numbering::Packets => "numbered without decoding".to_owned(),
        Numbering::Decoded(why) => format!("numbered by decoding, since {why}"),
    }
}

/// Evenly spaced frames as a sheet, the first one large; a PNG. A frame that does not decode is said to.
fn pictures(footage: &Footage) -> Result<Vec<u8>> {
    let (last, shots) = (footage.frames.len() - 1, SHOTS.min(footage.frames.len()));
    let frame = |n: usize| if shots < 2 { 0 } else { n * last / (shots - 1) };
    let shot = |n: usize| {
        let at = format!("{}  (frame {})", footage.position(frame(n)), frame(n));
        match render::unredacted(footage, frame(n)) {
            Ok(picture) => Shot { picture: Some(picture), label: at },
            Err(_) => Shot { picture: None, label: format!("{at} does not decode") },
        }
    };
    let shots: Vec<Shot> = (0..shots).map(shot).collect();
    let (width, height) = if footage.orientation.quarter_turns.is_multiple_of(2) {
        footage.sample_aspect
    } else {
        (footage.sample_aspect.1, footage.sample_aspect.0)
    };
    let mut png = Vec::new();
    write_png(&mut png, &sheet(&shots, (width, height), &footage.name)?)?;
    Ok(png)
}
