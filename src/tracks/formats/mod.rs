//! The track formats, one file each, in one table that the command line, the help and the tests walk.

mod checks;
mod crowd;
pub mod cvat;
mod json;
pub mod kitti;
pub mod label_studio;
pub mod mot;
pub mod native;
pub mod onvif;
mod per_frame;
mod rotated;
#[cfg(test)]
mod samples;
pub mod yolo;

use super::{TrackFile, When};
use crate::error::{Error, Result};

/// What a file may leave open and its user has to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// Displayed width and height in pixels, which formats that count in percent need.
    pub size: Option<(u32, u32)>,
    /// What MOTChallenge calls the first pixel: 0 or 1.
    pub mot_origin: u8,
    /// What a folder of label files calls the first frame, 0 or 1, where that is not to be seen from their names.
    pub first_frame: Option<u8>,
}

/// A file of a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name, without the folder.
    pub name: String,
    /// Its contents.
    pub bytes: Vec<u8>,
}

/// Gives the frame number of a key frame; only footage can tell it for a key frame that is placed by time.
pub type FrameNumber<'a> = dyn Fn(When) -> Result<u64> + 'a;

/// Writes a whole file. Formats that know only frame numbers ask the second argument for them.
pub type Writer = fn(&TrackFile, &FrameNumber<'_>) -> Result<Vec<u8>>;

/// Reads a whole folder of label files.
pub type FolderReader = fn(&[Entry], &ReadOptions) -> Result<TrackFile>;

/// One track format.
pub struct Format {
    /// Its name in the command line and in logs.
    pub name: &'static str,
    /// The usual extensions of its files, without the dot.
    pub extensions: &'static [&'static str],
    /// What it is, for the help.
    pub summary: &'static str,
    /// The ids of its tracks change from one export to the next, so an id means nothing without its file.
    pub renumbers: bool,
    /// Whether a file, or one of a folder, looks like it, from its first bytes and its key words.
    pub sniff: fn(&[u8]) -> bool,
    /// Reads a whole file.
    pub read: fn(&[u8], &ReadOptions) -> Result<TrackFile>,
    /// Reads a folder with a file for each frame, where the format has such.
    pub folder: Option<FolderReader>,
    /// Writes a whole file, where this program can.
    pub write: Option<Writer>,
}

/// Every format, in the order in which they are tried.
pub const FORMATS: &[Format] =
    &[native::FORMAT, cvat::FORMAT, label_studio::FORMAT, onvif::FORMAT, kitti::FORMAT, yolo::FORMAT, mot::FORMAT];

/// The format of that name; a usage error that lists them all where there is none.
pub fn named(name: &str) -> Result<&'static Format> {
    FORMATS.iter().find(|format| format.name == name).ok_or_else(|| {
        Error::usage(format!("there is no track format '{name}'")).hint(format!("choose one of {}", names()))
    })
}

/// Reads a track file, in the named format or in the first that it looks like.
///
/// # Errors
/// Status 1 for what cannot be read, 2 where an option is missing, 3 for boxes without a usable size. Nothing
/// in the file is skipped: what is not a box is named in the notes.
pub fn read(bytes: &[u8], format: Option<&str>, options: &ReadOptions) -> Result<TrackFile> {
    let format = match format {
        Some(name) => named(name)?,
        None => FORMATS.iter().find(|format| (format.sniff)(bytes)).ok_or_else(|| unknown("track file"))?,
    };
    if options.first_frame.is_some() {
        return Err(Error::usage(format!(
            "what the first frame is called is certain in a file of the format {}",
            format.name
        ))
        .hint("leave --tracks-first-frame out; it is for folders with a file for each frame"));
    }
    (format.read)(bytes, options).map_err(|e| advised(e, format))
}

/// Reads a folder with a label file for each frame, in the named format or in the first that its files look like.
///
/// # Errors
/// As [`read`].
pub fn read_folder(entries: &[Entry], format: Option<&str>, options: &ReadOptions) -> Result<TrackFile> {
    let looks_like = |format: &Format| entries.iter().any(|entry| (format.sniff)(&entry.bytes));
    let format = match format {
        Some(name) => named(name)?,
        None => FORMATS
            .iter()
            .filter(|format| format.folder.is_some())
            .find(|format| looks_like(format))
            .ok_or_else(|| unknown("folder of label files"))?,
    };
    let Some(read) = format.folder else {
        return Err(Error::usage(format!("the format {} is a file, and this is a folder", format.name))
            .hint("name the file itself"));
    };
    read(entries, options).map_err(|e| advised(e, format))
}

fn unknown(what: &str) -> Error {
    Error::failed(format!("this is no {what} of a known format"))
        .hint(format!("known are {}; if it is one of them, name it with --tracks-format", names()))
}

fn advised(error: Error, format: &Format) -> Error {
    if error.advice().is_some() {
        return error;
    }
    error.hint(format!("it was read as {}; export it again, or say with --tracks-format what it is", format.name))
}

/// The frame number of a key frame that states it; without footage there is no other.
pub fn stated_number(when: When) -> Result<u64> {
    match when {
        When::Frame(number) => Ok(number),
        When::Time(at) => Err(Error::usage(format!("the key frame at {at} is placed by time, not by frame number"))
            .hint("give the footage with --footage, so that its frame can be found")),
        When::Clock { from, .. } => Err(Error::usage(format!(
            "the key frame at {from} is placed by the wall clock, not by frame number"
        ))
        .hint(
            "give the footage with --footage, and when it starts with --clock-start, so that its frame can be found",
        )),
    }
}

fn names() -> String {
    let names: Vec<_> = FORMATS.iter().map(|format| format.name).collect();
    names.join(", ")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use proptest::prelude::*;

    #[test]
    fn what_no_format_claims_is_refused_with_the_list_of_formats() {
        for bytes in
            [&b""[..], b"hello", b"\x89PNG\r\n", b"{}", b"<svg/>", b"1 2 3 4 5", b"0 1 Pedestrian 0 0 0 1 2 3 4"]
        {
            let error = read(bytes, None, &ReadOptions::default()).unwrap_err();
            assert_eq!(error.kind(), Kind::Failed);
            assert!(error.advice().unwrap().contains("native, cvat, label-studio, onvif, kitti, yolo, mot"));
        }
        let error = read(b"1,1,0,0,9,9", Some("paper"), &ReadOptions::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
    }

    #[test]
    fn each_format_is_known_by_its_content() {
        for (bytes, name) in [
            (&br#"{"version":1,"tracks":[]}"#[..], "native"),
            (b"\xef\xbb\xbf<?xml version='1.0'?><annotations/>", "cvat"),
            (br#" [{"id":1,"annotations":[{"result":[]}]}]"#, "label-studio"),
            (b"<tt:MetadataStream xmlns:tt='x'><tt:VideoAnalytics/></tt:MetadataStream>", "onvif"),
            (b"0 1 Pedestrian 0 0 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10\n", "kitti"),
            (b"person 1 0.0 0 0.0 1 2 3 4 0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.9\n", "kitti"),
            (b"0 0.5 0.5 0.1 0.2 7\n", "yolo"),
            (b"# made by hand\n\n1, 2, 3.5, 4, 10, 20\n", "mot"),
            (b"1 2 3.5 4 10 20\n", "mot"),
        ] {
            let found = FORMATS.iter().find(|format| (format.sniff)(bytes)).unwrap();
            assert_eq!(found.name, name);
        }
    }

    /// Valid files to break, each with a number of its own.
    const SEEDS: [&[u8]; 6] = [
        br#"{"version":1,"tracks":[{"id":"a","keyframes":[{"frame":1,"box":[1,2,3,4]},{"time":2.5,"box":[1,2,3,4],"end":true}]}]}"#,
        br#"<annotations><meta><task><stop_frame>9</stop_frame></task></meta><track id="0" label="p"><box frame="1" outside="0" xtl="1" ytl="2" xbr="3" ybr="4" rotation="30"/><box frame="6" outside="1" xtl="1" ytl="2" xbr="3" ybr="4"/></track></annotations>"#,
        br#"[{"id":"a","type":"videorectangle","value":{"framesCount":9,"sequence":[{"frame":1,"x":1,"y":2,"width":3,"height":4,"rotation":5,"enabled":true},{"frame":7,"x":1,"y":2,"width":3,"height":4,"rotation":0,"enabled":false}]}}]"#,
        b"1,1,2,3,4,5,1,-1,-1,-1\n2,-1,2,3,4,5,1,-1,-1,-1\n",
        b"0 1 Car 0 0 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10\n1 -1 DontCare -1 -1 -10 1 2 3 4 -1 -1 -1 -1000 -1000 -1000 -10 0.5\n",
        br#"<MetadataStream><Frame UtcTime="2008-10-10T12:00:00Z"><Transformation><Scale x="0.1" y="0.1"/></Transformation><Object ObjectId="1"><Appearance><Shape><BoundingBox left="1" top="4" right="3" bottom="2"/><Polygon><Point x="5" y="6"/></Polygon></Shape></Appearance><Behaviour><Idle/></Behaviour></Object><ObjectTree><Merge><From ObjectId="2"/><To ObjectId="1"/></Merge><Delete ObjectId="1"/></ObjectTree></Frame></MetadataStream>"#,
    ];

    /// As [`SEEDS`], the first file of a folder of two.
    const LABELS: [&[u8]; 2] = [
        b"person 1 0.0 0 0.0 1 2 3 4 0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.9\nperson -1 0.0 0 0.0 1 2 3 4 0.0 0.0 0.0 0.0 0.0 0.0 0.0 0.9\n",
        b"0 0.5 0.5 0.1 0.2 0.9 7\n1 0.25 0.5 0.1 0.2 0.9 -1\n",
    ];

    fn folder(first: &[u8]) -> [Entry; 2] {
        [("a_0.txt", first), ("a_2.txt", b"")].map(|(name, bytes)| Entry { name: name.into(), bytes: bytes.to_vec() })
    }

    const OPTIONS: ReadOptions = ReadOptions { size: Some((768, 576)), mot_origin: 0, first_frame: None };

    fn never_unsound(bytes: &[u8]) -> std::result::Result<(), TestCaseError> {
        for format in FORMATS {
            let folder = format.folder.and_then(|read| read(&folder(bytes), &OPTIONS).ok());
            let files = (format.read)(bytes, &OPTIONS).ok().into_iter().chain(folder);
            for track in files.flat_map(|file| file.tracks) {
                prop_assert!(!track.keyframes.is_empty());
                prop_assert!(track.keyframes.iter().all(|key| key.shape.is_sound()), "{track:?}");
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn arbitrary_bytes_are_refused_or_read_never_worse(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            never_unsound(&bytes)?;
        }

        #[test]
        fn broken_files_are_refused_or_read_never_worse(
            seed in 0usize..8,
            cuts in proptest::collection::vec((any::<proptest::sample::Index>(), 0usize..4, "[-0-9eNa.,<>\"{}\\[\\]]{0,6}"), 1..4),
        ) {
            let mut bytes = SEEDS.iter().chain(&LABELS).nth(seed).unwrap().to_vec();
            for (at, length, text) in cuts {
                let at = at.index(bytes.len() + 1);
                let end = (at + length).min(bytes.len());
                bytes.splice(at..end, text.bytes());
            }
            never_unsound(&bytes)?;
        }
    }

    #[test]
    fn the_files_that_are_broken_read_while_they_are_whole() {
        for bytes in SEEDS {
            read(bytes, None, &OPTIONS).unwrap();
        }
        for bytes in LABELS {
            read_folder(&folder(bytes), None, &OPTIONS).unwrap();
        }
    }
}
