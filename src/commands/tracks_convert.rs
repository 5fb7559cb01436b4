//! `tracks convert`: between track formats.

use std::path::Path;

use crate::cli::{TracksConvert, bare_item};
use crate::watch::print;
use cctv_redact::disclose::recording;
use cctv_redact::footage::Footage;
use cctv_redact::request::Kind;
use cctv_redact::tracks::formats::{self, ReadOptions};
use cctv_redact::tracks::load::parse_size;
use cctv_redact::tracks::working_copy::WorkingCopy;
use cctv_redact::tracks::{When, formats::FORMATS};
use cctv_redact::{Error, Result, input};

pub fn run(args: &TracksConvert) -> Result<()> {
    let extension = args.out.extension().and_then(|e| e.to_str()).unwrap_or_default();
    let (format, write) = FORMATS
        .iter()
        .find_map(|f| f.write.filter(|_| f.extensions.contains(&extension)).map(|w| (f, w)))
        .ok_or_else(|| {
            Error::usage(format!("{}: no format to write with this extension", args.out.display()))
                .hint("end the name in .json (native) or .xml (CVAT)")
        })?;
    let bytes = input::read(&args.file)?;
    let footage = match args.footage.as_slice() {
        [] => None,
        files => Some(recording(&bare_item(Kind::Clip, files), Path::new(""), None)?),
    };
    let copy = args.binding.as_deref().map(|path| bound(path, footage.as_ref())).transpose()?;
    let drawn_at = args.tracks_size.as_deref().map(parse_size).transpose()?;
    let own = copy.as_ref().map(WorkingCopy::size).or(footage.as_ref().map(Footage::displayed_size));
    let size = drawn_at.or(own);
    let options = ReadOptions { size, mot_origin: args.mot_origin.unwrap_or(0) };
    let mut file =
        formats::read(&bytes, args.tracks_format.as_deref(), &options).map_err(|e| e.at(args.file.display()))?;
    if let Some(copy) = &copy {
        copy.bring(&mut file, drawn_at, footage.as_ref())?;
    }
    if file.binding.size.is_none() {
        file.binding.size = size;
    }
    let number = |when: When| match (when, &footage) {
        (When::Time(at), Some(footage)) => Ok(footage.number(footage.frame_at(at).unwrap_or(0)) as u64),
        (when, _) => formats::stated_number(when),
    };
    let written = write(&file, &number)?;
    // An existing file is somebody's work.
    let mut out = std::fs::File::create_new(&args.out).map_err(|e| match e.kind() {
        std::io::ErrorKind::AlreadyExists => {
            Error::usage(format!("{} exists already", args.out.display())).hint("choose another name")
        }
        _ => Error::io("cannot write", &args.out, &e),
    })?;
    std::io::Write::write_all(&mut out, &written).map_err(|e| Error::io("cannot write", &args.out, &e))?;
    for note in &file.notes {
        eprintln!("note: {note}");
    }
    print(format_args!("{}: {} tracks from {} to {}", args.out.display(), file.tracks.len(), file.format, format.name));
    Ok(())
}

/// The binding of the working copy that the tracks were made on, held against the footage where that is given.
fn bound(path: &Path, footage: Option<&Footage>) -> Result<WorkingCopy> {
    let copy = input::read(path).and_then(|bytes| WorkingCopy::parse(&bytes));
    copy.and_then(|copy| footage.map_or(Ok(()), |f| copy.check(f)).map(|()| copy)).map_err(|e| e.at(path.display()))
}
