//! `tracks convert`: between track formats.

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::cli::{TracksConvert, bare_item};
use crate::watch::{complain, print};
use cctv_redact::contain::{self, Access, Contained, Task};
use cctv_redact::disclose::{clock_of, recording};
use cctv_redact::footage::Footage;
use cctv_redact::progress::Progress;
use cctv_redact::request::{ClockStatement, Kind, Obscure};
use cctv_redact::tracks::formats::{self, FORMATS, ReadOptions};
use cctv_redact::tracks::load::parse_size;
use cctv_redact::tracks::source::Source;
use cctv_redact::tracks::working_copy::WorkingCopy;
use cctv_redact::tracks::{When, by_clock};
use cctv_redact::{Error, Result, input};

pub fn run(args: TracksConvert) -> Result<()> {
    let out = args.out.clone();
    let found = contain::ask(Convert(args))?;
    // An existing file is somebody's work.
    let mut file = std::fs::File::create_new(&out).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::usage(format!("{} exists already", out.display())).hint("choose another name")
        }
        _ => Error::io("cannot write", &out, &e),
    })?;
    std::io::Write::write_all(&mut file, &found.written).map_err(|e| Error::io("cannot write", &out, &e))?;
    for note in &found.notes {
        complain(format_args!("note: {note}"));
    }
    print(format_args!("{}: {}", out.display(), found.summary));
    Ok(())
}

/// A track file in another format.
#[derive(Serialize, Deserialize)]
pub struct Convert(TracksConvert);

/// What it came to.
#[derive(Serialize, Deserialize)]
pub struct Converted {
    written: Vec<u8>,
    notes: Vec<String>,
    summary: String,
}

impl Task for Convert {
    const NAME: &'static str = "convert";
    type Reply = Converted;

    fn access(&self) -> Access {
        let read = self.0.footage.iter().chain([&self.0.file]).chain(&self.0.binding).cloned().collect();
        Access { read, write: Vec::new(), threads: 1 }
    }

    fn carry_out(self, _: Contained, _: &dyn Progress) -> Result<Converted> {
        convert(&self.0)
    }
}

fn convert(args: &TracksConvert) -> Result<Converted> {
    let extension = args.out.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let (format, write) = FORMATS
        .iter()
        .find_map(|f| f.write.filter(|_| f.extensions.contains(&extension)).map(|w| (f, w)))
        .ok_or_else(|| {
            Error::usage(format!("{}: no format to write with this extension", args.out.display()))
                .hint("end the name in .json (native) or .xml (CVAT)")
        })?;
    let source = Source::read(&args.file)?;
    let footage = match args.footage.as_slice() {
        [] => None,
        files => Some(recording(&bare_item(Kind::Clip, files), Path::new(""), None)?),
    };
    let copy = args.binding.as_deref().map(|path| bound(path, footage.as_ref())).transpose()?;
    let drawn_at = args.tracks_size.as_deref().map(parse_size).transpose()?;
    let own = copy.as_ref().map(WorkingCopy::size).or(footage.as_ref().map(Footage::displayed_size));
    let size = drawn_at.or(own);
    let options = ReadOptions { size, mot_origin: args.mot_origin.unwrap_or(0), first_frame: args.tracks_first_frame };
    let place = |e: Error| e.at(args.file.display());
    let mut file = source.tracks(args.tracks_format.as_deref(), &options).map_err(place)?;
    if let Some(copy) = &copy {
        copy.bring(&mut file, drawn_at, footage.as_ref()).map_err(place)?;
    }
    if let Some(footage) = &footage {
        let stated =
            ClockStatement { start: args.clock_start.clone(), zone: args.clock_zone.clone(), ..Default::default() };
        let clock = clock_of(Some(&stated), footage)?.map(|found| found.0);
        // What becomes of the new file is not known, so it must be right to the frame.
        by_clock::place(&mut file, clock.as_ref(), footage, Obscure::AllButSubject).map_err(place)?;
    }
    if file.binding.size.is_none() {
        file.binding.size = size;
    }
    let number = |when: When| match (when, &footage) {
        (When::Time(at), Some(footage)) => Ok(footage.number(footage.frame_at(at).unwrap_or(0)) as u64),
        (when, _) => formats::stated_number(when),
    };
    let written = write(&file, &number)?;
    let summary = format!("{} tracks from {} to {}", file.tracks.len(), file.format, format.name);
    Ok(Converted { written, notes: file.notes, summary })
}

/// The binding of the working copy that the tracks were made on, held against the footage where that is given.
fn bound(path: &Path, footage: Option<&Footage>) -> Result<WorkingCopy> {
    let copy = input::read(path).and_then(|bytes| WorkingCopy::parse(&bytes));
    copy.and_then(|copy| footage.map_or(Ok(()), |f| copy.check(f)).map(|()| copy)).map_err(|e| e.at(path.display()))
}
