//! Folders with a label file for each frame: which frame each is of.

use super::{Entry, ReadOptions, checks};
use crate::error::{Error, Result};

/// The label files of a folder with their frames.
pub(super) struct PerFrame<'a> {
    /// Frame number from 0, and its file; in order of the frames.
    pub files: Vec<(u64, &'a Entry)>,
    /// What was assumed.
    pub notes: Vec<String>,
}

impl PerFrame<'_> {
    /// The first and the last frame with a file.
    pub(super) fn annotated(&self) -> Option<(u64, u64)> {
        Some((self.files.first()?.0, self.files.last()?.0))
    }
}

/// Numbers the files by the digits that their names end in (`yard_17.txt`, `00_000_000016.txt`).
///
/// # Errors
/// Status 1 for a file that is none of one series; 2 where the names do not tell whether the first frame is 0 or 1.
pub(super) fn numbered<'a>(entries: &'a [Entry], options: &ReadOptions) -> Result<PerFrame<'a>> {
    let mut series: Option<&str> = None;
    let mut files = Vec::with_capacity(entries.len());
    for entry in entries {
        let (name, number) = split(&entry.name).ok_or_else(|| {
            Error::failed(format!(
                "{}: no label file of a frame, which is called yard_17.txt or 000016.txt",
                entry.name
            ))
            .hint("move it out of the folder, so that it is certain what the folder says")
        })?;
        if *series.get_or_insert(name) != name {
            return Err(Error::failed(format!(
                "{}: of another series than '{}…'",
                entry.name,
                series.unwrap_or_default()
            ))
            .hint("leave the label files of one recording in the folder"));
        }
        files.push((checks::frame(number, &entry.name)?, entry));
    }
    files.sort_by_key(|(number, _)| *number);
    if let Some(pair) = files.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        return Err(Error::failed(format!("{} and {} are of the same frame", pair[0].1.name, pair[1].1.name))
            .hint("leave one of them in the folder"));
    }
    let Some(&(lowest, first)) = files.first() else {
        return Err(Error::failed("there is no label file in this folder"));
    };
    let base = match (options.first_frame, lowest) {
        (Some(1), 0) => {
            return Err(Error::usage(format!("{} is of frame 0, but the first frame is said to be 1", first.name))
                .hint("say --tracks-first-frame 0, or leave it out"));
        }
        (Some(base), _) => u64::from(base),
        (None, lowest @ (0 | 1)) => lowest,
        (None, _) => {
            return Err(Error::usage(format!("the first label file is {}, and that does not tell whether frames are counted from 0 or from 1", first.name))
                .hint("say --tracks-first-frame 1 for files that Ultralytics wrote or that FFmpeg's pictures were numbered by, 0 for CVAT and DeepStream"));
        }
    };
    let mut notes =
        vec![format!("frames are counted from {base}: {} is of the recording's frame {}", first.name, lowest - base)];
    for (number, _) in &mut files {
        *number -= base;
    }
    let span = files.last().map_or(0, |last| last.0 + 1) - (lowest - base);
    let missing = span - files.len() as u64;
    if missing > 0 {
        notes.push(format!("{missing} frames in between have no file: nobody is marked in them"));
    }
    Ok(PerFrame { files, notes })
}

/// A label file's name before its number, and the number.
fn split(file: &str) -> Option<(&str, u64)> {
    let (stem, extension) = file.rsplit_once('.')?;
    let name = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = stem.get(name.len()..)?.parse().ok()?;
    extension.eq_ignore_ascii_case("txt").then_some((name, number))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;

    fn frames(names: &[&str], first_frame: Option<u8>) -> Result<Vec<u64>> {
        let entries: Vec<_> = names.iter().map(|n| Entry { name: (*n).to_owned(), bytes: Vec::new() }).collect();
        let found = numbered(&entries, &ReadOptions { first_frame, ..ReadOptions::default() })?;
        Ok(found.files.iter().map(|f| f.0).collect())
    }

    #[test]
    fn names_tell_the_frame_as_a_number_not_as_text() {
        assert_eq!(frames(&["a_1.txt", "a_10.txt", "a_9.txt"], None).unwrap(), [0, 8, 9]);
        assert_eq!(frames(&["00_000_000000.txt", "00_000_000003.TXT"], None).unwrap(), [0, 3]);
        assert_eq!(frames(&["7.txt"], Some(0)).unwrap(), [7]);
        assert_eq!(frames(&["7.txt"], Some(1)).unwrap(), [6]);
    }

    #[test]
    fn where_the_count_begins_is_asked_for_and_never_guessed() {
        let error = frames(&["a_5.txt", "a_6.txt"], None).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.to_string().contains("--tracks-first-frame"), "{error}");
        assert_eq!(frames(&["a_0.txt"], Some(1)).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn each_file_that_is_out_of_place_is_named() {
        for (names, says) in [
            (&["a_1.txt", "notes.md"][..], "notes.md"),
            (&["a_1.txt", "readme.txt"], "readme.txt"),
            (&["a_1.txt", "b_2.txt"], "b_2.txt: of another series than 'a_…'"),
            (&["a_1.txt", "a_01.txt"], "same frame"),
            (&["a_99999999999.txt"], "beyond any footage"),
            (&["a_99999999999999999999999.txt"], "no label file"),
            (&[], "no label file in this folder"),
        ] {
            let error = frames(names, None).unwrap_err();
            assert_eq!(error.kind(), Kind::Failed, "{error}");
            assert!(error.what().contains(says), "{error}");
        }
    }

    #[test]
    fn frames_without_a_file_are_counted() {
        let entries = ["a_1.txt", "a_4.txt"].map(|n| Entry { name: n.to_owned(), bytes: Vec::new() });
        let found = numbered(&entries, &ReadOptions::default()).unwrap();
        assert_eq!(found.annotated(), Some((0, 3)));
        assert!(
            found.notes[0].contains("counted from 1") && found.notes[1].starts_with("2 frames"),
            "{:?}",
            found.notes
        );
    }
}
