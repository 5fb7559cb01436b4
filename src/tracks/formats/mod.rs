//! The track formats, one file each, in one table that the command line, the help and the tests walk.

mod checks;
pub mod cvat;
mod json;
pub mod label_studio;
pub mod mot;
pub mod native;
mod rotated;
#[cfg(test)]
mod samples;

use super::{TrackFile, When};
use crate::error::{Error, Result};

/// What a file may leave open and its user has to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// Displayed width and height in pixels, which formats that count in percent need.
    pub size: Option<(u32, u32)>,
    /// What MOTChallenge calls the first pixel: 0 or 1.
    pub mot_origin: u8,
}

/// Gives the frame number of a key frame; only footage can tell it for a key frame that is placed by time.
pub type FrameNumber<'a> = dyn Fn(When) -> Result<u64> + 'a;

/// Writes a whole file. Formats that know only frame numbers ask the second argument for them.
pub type Writer = fn(&TrackFile, &FrameNumber<'_>) -> Result<Vec<u8>>;

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
    /// Whether a file looks like it, from its first bytes and its key words.
    pub sniff: fn(&[u8]) -> bool,
    /// Reads a whole file.
    pub read: fn(&[u8], &ReadOptions) -> Result<TrackFile>,
    /// Writes a whole file, where this program can.
    pub write: Option<Writer>,
}

/// Every format, in the order in which they are tried.
pub const FORMATS: &[Format] = &[native::FORMAT, cvat::FORMAT, label_studio::FORMAT, mot::FORMAT];

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
        None => FORMATS.iter().find(|format| (format.sniff)(bytes)).ok_or_else(|| {
            Error::failed("this is no track file of a known format")
                .hint(format!("known are {}; if it is one of them, name it with --tracks-format", names()))
        })?,
    };
    (format.read)(bytes, options).map_err(|e| match e.advice() {
        Some(_) => e,
        None => {
            e.hint(format!("it was read as {}; export it again, or say with --tracks-format what it is", format.name))
        }
    })
}

/// The frame number of a key frame that states it; without footage there is no other.
pub fn stated_number(when: When) -> Result<u64> {
    match when {
        When::Frame(number) => Ok(number),
        When::Time(at) => Err(Error::usage(format!("the key frame at {at} is placed by time, not by frame number"))
            .hint("give the footage with --footage, so that its frame can be found")),
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
            assert!(error.advice().unwrap().contains("native, cvat, label-studio, mot"));
        }
        let error = read(b"1,1,0,0,9,9", Some("kitti"), &ReadOptions::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
    }

    #[test]
    fn each_format_is_known_by_its_content() {
        for (bytes, name) in [
            (&br#"{"version":1,"tracks":[]}"#[..], "native"),
            (b"\xef\xbb\xbf<?xml version='1.0'?><annotations/>", "cvat"),
            (br#" [{"id":1,"annotations":[{"result":[]}]}]"#, "label-studio"),
            (b"# made by hand\n\n1, 2, 3.5, 4, 10, 20\n", "mot"),
        ] {
            let found = FORMATS.iter().find(|format| (format.sniff)(bytes)).unwrap();
            assert_eq!(found.name, name);
        }
    }

    /// Valid files to break, each with a number of its own.
    const SEEDS: [&[u8]; 4] = [
        br#"{"version":1,"tracks":[{"id":"a","keyframes":[{"frame":1,"box":[1,2,3,4]},{"time":2.5,"box":[1,2,3,4],"end":true}]}]}"#,
        br#"<annotations><meta><task><stop_frame>9</stop_frame></task></meta><track id="0" label="p"><box frame="1" outside="0" xtl="1" ytl="2" xbr="3" ybr="4" rotation="30"/><box frame="6" outside="1" xtl="1" ytl="2" xbr="3" ybr="4"/></track></annotations>"#,
        br#"[{"id":"a","type":"videorectangle","value":{"framesCount":9,"sequence":[{"frame":1,"x":1,"y":2,"width":3,"height":4,"rotation":5,"enabled":true},{"frame":7,"x":1,"y":2,"width":3,"height":4,"rotation":0,"enabled":false}]}}]"#,
        b"1,1,2,3,4,5,1,-1,-1,-1\n2,-1,2,3,4,5,1,-1,-1,-1\n",
    ];

    fn never_unsound(bytes: &[u8]) -> std::result::Result<(), TestCaseError> {
        let options = ReadOptions { size: Some((768, 576)), mot_origin: 0 };
        for format in FORMATS {
            for track in (format.read)(bytes, &options).map(|file| file.tracks).unwrap_or_default() {
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
            seed in 0usize..4,
            cuts in proptest::collection::vec((any::<proptest::sample::Index>(), 0usize..4, "[-0-9eNa.,<>\"{}\\[\\]]{0,6}"), 1..4),
        ) {
            let mut bytes = SEEDS[seed].to_vec();
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
            read(bytes, None, &ReadOptions { size: Some((768, 576)), mot_origin: 0 }).unwrap();
        }
    }
}
