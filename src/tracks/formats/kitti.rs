//! KITTI: the rows of its tracking benchmark (Geiger et al. 2012, "Are we ready for autonomous driving?"; the object
//! and tracking development kits' readme.txt), and the folders with a file for each frame that DeepStream writes.
//!
//! A row of a tracking file is `frame, id, type, truncated, occluded, alpha, left, top, right, bottom`, seven numbers
//! about the world and perhaps a score; frames count from 0. In a folder a row begins with the type, then the id where
//! there is one. `DontCare` regions are people (or cars) too far away to be told apart: they are covered.

use super::crowd::Crowd;
use super::per_frame::numbered;
use super::{Entry, Format, ReadOptions, checks};
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::tracks::{Binding, TrackFile};

/// The row of the table.
pub const FORMAT: Format = Format {
    name: "kitti",
    extensions: &["txt"],
    summary: "KITTI tracking rows, or a folder with a file for each frame as DeepStream writes it",
    renumbers: false,
    sniff,
    read,
    folder: Some(read_folder),
    write: None,
};

/// What stands for "no identity" in DeepStream, beside -1: the largest 64-bit number.
const UNTRACKED: i128 = u64::MAX as i128;

/// Numbers about the world behind each box: height, width, length, place and rotation.
const WORLD: usize = 7;

/// One box.
struct Row<'a> {
    id: Option<i128>,
    kind: &'a str,
    shape: BoundingBox,
}

fn sniff(bytes: &[u8]) -> bool {
    let Ok(text) = checks::text(bytes) else { return false };
    let columns = columns(text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default());
    let number = |text: &&str| text.parse::<f64>().is_ok();
    match columns.as_slice() {
        [frame, id, kind, rest @ ..] if is_whole(frame) && !number(kind) => {
            is_whole(id) && matches!(rest.len(), 14 | 15) && rest.iter().all(&number)
        }
        [kind, rest @ ..] => !number(kind) && matches!(rest.len(), 14..=16) && rest.iter().all(number),
        [] => false,
    }
}

/// Reads a tracking file into one track for each id, in the order in which the ids come up.
///
/// # Errors
/// Status 1 with the line for what is no row, a file of one frame only, or a second box of one id in one frame;
/// status 3 for a box without a usable size.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<TrackFile> {
    let text = checks::text(bytes)?;
    let first = options.first_frame.map_or(0, i64::from);
    let mut crowd = Crowd::default();
    for (place, columns) in rows(text, "") {
        let added = match columns.as_slice() {
            [frame, id, rest @ ..] if is_whole(frame) => number(frame, first)
                .and_then(|frame| Ok((frame, row(Some(id), rest)?)))
                .and_then(|(frame, row)| crowd.add(frame, row.id, Some(row.kind.to_owned()), row.shape)),
            _ => Err(Error::failed("the row has no frame number: this is the file of a single frame")
                .hint("name the folder that it is in, which has a file for each frame")),
        };
        added.map_err(|error| error.at(place))?;
    }
    let notes = crowd.note().into_iter().collect();
    Ok(TrackFile { format: FORMAT.name, binding: Binding::default(), annotated: None, tracks: crowd.tracks(), notes })
}

/// Reads a folder with a file for each frame.
///
/// # Errors
/// As [`read`], with the file's name; as `per_frame` gives for names.
pub fn read_folder(entries: &[Entry], options: &ReadOptions) -> Result<TrackFile> {
    let folder = numbered(entries, options)?;
    let annotated = folder.annotated();
    let mut crowd = Crowd::default();
    for (frame, entry) in folder.files {
        let text = checks::text(&entry.bytes).map_err(|error| error.at(&entry.name))?;
        for (place, columns) in rows(text, &entry.name) {
            let row = match columns.as_slice() {
                [_, id, ..] if has_id(&columns) => {
                    let rest: Vec<&str> = columns.iter().enumerate().filter(|c| c.0 != 1).map(|c| *c.1).collect();
                    row(Some(id), &rest).map(|row| (row.id, row.kind.to_owned(), row.shape))
                }
                _ => row(None, &columns).map(|row| (row.id, row.kind.to_owned(), row.shape)),
            };
            let added = row.and_then(|(id, kind, shape)| crowd.add(frame, id, Some(kind), shape));
            added.map_err(|error| error.at(place))?;
        }
    }
    let notes = folder.notes.into_iter().chain(crowd.note()).collect();
    Ok(TrackFile { format: FORMAT.name, binding: Binding::default(), annotated, tracks: crowd.tracks(), notes })
}

/// Whether the second column of a row in a folder is an id. 17 columns: always; 16: the score is there instead, unless
/// the columns behind it are DeepStream's `0.0 0 0.0`.
fn has_id(columns: &[&str]) -> bool {
    let zero = |text: &&str| text.parse() == Ok(0.0);
    match columns {
        [_, id, blank @ ..] if columns.len() == 16 => {
            is_whole(id) && !id.contains('.') && blank.iter().take(3).all(zero)
        }
        _ => columns.len() == 17,
    }
}

/// The rows of a text with their places.
fn rows<'a>(text: &'a str, file: &'a str) -> impl Iterator<Item = (String, Vec<&'a str>)> {
    let comma = if file.is_empty() { "" } else { ", " };
    let rows = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    rows.map(move |(index, line)| (format!("{file}{comma}line {}", index + 1), columns(line)))
}

fn columns(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

fn is_whole(text: &str) -> bool {
    checks::whole(text).is_some() || text.parse::<i128>().is_ok()
}

/// A frame number, counted from 0.
fn number(text: &str, first: i64) -> Result<u64> {
    let frame = checks::whole(text).and_then(|frame| u64::try_from(frame.checked_sub(first)?).ok());
    let frame = frame.ok_or_else(|| Error::failed(format!("frame {text}, but frames count from {first}")))?;
    checks::frame(frame, "frame column")
}

/// A row from its type on, the id taken out.
fn row<'a>(id: Option<&str>, columns: &[&'a str]) -> Result<Row<'a>> {
    let [kind, _, _, _, left, top, right, bottom, rest @ ..] = columns else {
        return Err(Error::failed(format!("{} columns from the type on, where KITTI has 15 or 16", columns.len())));
    };
    if !matches!(rest.len(), WORLD | 8) {
        return Err(Error::failed(format!("{} columns from the type on, where KITTI has 15 or 16", columns.len())));
    }
    let id = id.map(|text| {
        let number = checks::whole(text).map(i128::from).or_else(|| text.parse().ok());
        number.ok_or_else(|| Error::failed(format!("the id '{text}' is not a whole number")))
    });
    let id = id.transpose()?.filter(|id| *id != -1 && *id != UNTRACKED);
    if kind.parse::<f64>().is_ok() {
        return Err(Error::failed(format!("the type '{kind}' is a number")));
    }
    for text in &columns[1..] {
        text.parse::<f64>().map_err(|_| Error::failed(format!("'{text}' is not a number")))?;
    }
    let edge = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    let shape = BoundingBox::from_corners(edge(left), edge(top), edge(right), edge(bottom));
    Ok(Row { id, kind, shape: checks::sound(shape, kind)? })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::tracks::When;

    const WORLD: &str = "-1 -1 -1 -1000 -1000 -1000 -10";

    fn parse(text: &str) -> Result<TrackFile> {
        read(text.as_bytes(), &ReadOptions::default())
    }

    fn folder(files: &[(&str, String)]) -> Result<TrackFile> {
        let entries: Vec<_> =
            files.iter().map(|(n, text)| Entry { name: (*n).to_owned(), bytes: text.clone().into_bytes() }).collect();
        read_folder(&entries, &ReadOptions::default())
    }

    #[test]
    fn regions_that_nobody_cared_for_are_covered() {
        let file = parse(&format!(
            "0 -1 DontCare -1 -1 -10 5 6 9 10 {WORLD}\n0 2 Pedestrian 0 0 -10 5 6 9 10 {WORLD} 0.5\n0 -1 DontCare -1 -1 -10 1 2 3 4 {WORLD}\n"
        ))
        .unwrap();
        let said: Vec<_> = file.tracks.iter().map(|t| (t.id.as_str(), t.label.as_deref().unwrap())).collect();
        assert_eq!(said, [("unnamed-0-1", "DontCare"), ("2", "Pedestrian"), ("unnamed-0-2", "DontCare")]);
        assert_eq!(file.tracks[1].keyframes[0].shape, BoundingBox::new(5.0, 6.0, 4.0, 4.0));
        assert!(file.notes[0].starts_with("2 boxes without an identity"));
    }

    #[test]
    fn a_folders_rows_may_have_an_id_a_score_or_both() {
        let zeros = "0.0 0.0 0.0 0.0 0.0 0.0 0.0";
        for (row, id) in [
            (format!("person 7 0.0 0 0.0 5 6 9 10 {zeros} 0.9"), "7"),
            (format!("person 7 0.0 0 0.0 5 6 9 10 {zeros}"), "7"),
            (format!("person 18446744073709551615 0.0 0 0.0 5 6 9 10 {zeros} 0.9"), "unnamed-3-1"),
            (format!("person 0.0 0 0.0 5 6 9 10 {zeros} 0.9"), "unnamed-3-1"),
            (format!("person 0.00 0 -10 5 6 9 10 {zeros}"), "unnamed-3-1"),
        ] {
            assert!(sniff(row.as_bytes()), "{row}");
            let file = folder(&[("000000.txt", String::new()), ("000003.txt", row.clone())]).unwrap();
            let track = &file.tracks[0];
            assert_eq!((track.id.as_str(), track.keyframes[0].when), (id, When::Frame(3)), "{row}");
            assert_eq!(track.keyframes[0].shape, BoundingBox::new(5.0, 6.0, 4.0, 4.0), "{row}");
            assert_eq!(file.annotated, Some((0, 3)));
        }
    }

    #[test]
    fn each_defect_is_named_with_its_line() {
        use Kind::{Failed, Unsafe};
        let with = |from: &str, to: &str| format!("0 1 Car 0 0 -10 5 6 9 10 {WORLD}").replacen(from, to, 1);
        for (defect, row, kind, says) in [
            ("frame below 0", with("0 1", "-1 1"), Failed, "count from 0"),
            ("frame beyond footage", with("0 1", "99999999999 1"), Failed, "beyond any footage"),
            ("frame between two", with("0 1", "0.5 1"), Failed, "single frame"),
            ("id with letters", with("0 1", "0 bob"), Failed, "the id 'bob'"),
            ("no world", "0 1 Car 0 0 -10 5 6 9 10".into(), Failed, "8 columns"),
            ("too much world", format!("{} 1 1", with("", "")), Failed, "17 columns"),
            ("a word for a number", with("5", "five"), Failed, "'five' is not a number"),
            ("a word for an angle", with("-10", "left"), Failed, "'left' is not a number"),
            ("a type that is a number", with("Car", "3"), Failed, "the type '3'"),
            ("a single frame's file", format!("Car 1 0 0 -10 5 6 9 10 {WORLD}"), Failed, "name the folder"),
            ("NaN", with("5", "nan"), Unsafe, "no rectangle"),
            ("infinite", with("9", "inf"), Unsafe, "no rectangle"),
            ("edges crossed", with("9", "4"), Unsafe, "width -1"),
            ("no height", with("10 -1", "6 -1"), Unsafe, "height 0"),
        ] {
            let error = parse(&format!("\n{row}")).unwrap_err();
            assert_eq!(error.kind(), kind, "{defect}: {error}");
            assert!(error.what().starts_with("line 2: ") && error.to_string().contains(says), "{defect}: {error}");
        }
        let row = with("", "");
        assert!(parse(&format!("{row}\n{row}")).unwrap_err().what().contains("line 2: a second box of id 1"));
        let named = folder(&[("a_0.txt", "Car x".into())]).unwrap_err();
        assert!(named.what().starts_with("a_0.txt, line 1: "), "{named}");
    }
}
