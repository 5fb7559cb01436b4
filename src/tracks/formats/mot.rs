//! MOTChallenge rows (motchallenge.net; Dendorfer et al. 2020, "MOTChallenge: A Benchmark for Single-Camera
//! Multiple Target Tracking"): what most trackers write.
//!
//! `frame, id, left, top, width, height` and then confidence, class and visibility (9 columns, ground truth) or
//! confidence and a position in the world (10 columns, results). Frames count from 1.

use super::crowd::Crowd;
use super::{Format, ReadOptions, checks};
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::tracks::{Binding, TrackFile};

/// The row of the table.
pub const FORMAT: Format = Format {
    name: "mot",
    extensions: &["txt", "csv"],
    summary: "MOTChallenge rows, one box a line: what most trackers write",
    renumbers: false,
    sniff,
    read,
    folder: None,
    write: None,
};

/// One line: a box of somebody in one frame.
struct Row {
    /// Counted from 0.
    frame: u64,
    /// `None` for a detection that no tracker gave to anybody (id -1).
    id: Option<i64>,
    shape: BoundingBox,
    /// Flagged "ignore": people that a benchmark does not score, such as those who sit or are a reflection.
    ignored: bool,
    class: Option<i64>,
}

fn sniff(bytes: &[u8]) -> bool {
    let Ok(text) = checks::text(bytes) else { return false };
    let first = text.lines().find(|line| is_row(line)).unwrap_or_default();
    let columns = columns(first);
    columns.len() >= 6 && columns.iter().all(|column| column.parse::<f64>().is_ok())
}

fn is_row(line: &str) -> bool {
    !line.trim().is_empty() && !line.trim_start().starts_with('#')
}

fn columns(line: &str) -> Vec<&str> {
    if line.contains(',') { line.split(',').map(str::trim).collect() } else { line.split_whitespace().collect() }
}

/// Reads the rows of a file into one track for each id, in the order in which the ids come up.
///
/// # Errors
/// Status 1 with the line for what is no row, a frame 0, or a second box of one id in one frame; status 3 for a
/// box without a usable size; status 2 for an origin other than 0 and 1.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<TrackFile> {
    if options.mot_origin > 1 {
        return Err(Error::usage(format!(
            "the first pixel of MOTChallenge boxes is 0 or 1, not {}",
            options.mot_origin
        ))
        .hint("choose one"));
    }
    let text = checks::text(bytes)?;
    let mut crowd = Crowd::default();
    let (mut ignored, mut width) = (0usize, None);
    for (index, line) in text.lines().enumerate().filter(|(_, line)| is_row(line)) {
        let place = format!("line {}", index + 1);
        let columns = columns(line);
        if *width.get_or_insert(columns.len()) != columns.len() {
            return Err(Error::failed(format!("{place}: {} columns, unlike the lines before", columns.len())));
        }
        let row = row(&columns, options).map_err(|error| error.at(&place))?;
        ignored += usize::from(row.ignored);
        // The number only: MOTChallenge calls class 1 a pedestrian, but other tools number their own labels.
        let label = row.class.map(|class| format!("class {class}"));
        crowd.add(row.frame, row.id.map(i128::from), label, row.shape).map_err(|second| second.at(&place))?;
    }
    let mut notes = vec![match options.mot_origin {
        0 => "pixel origin read as 0; where the first pixel is called 1, as in MOTChallenge's own data, say --mot-origin 1".into(),
        _ => "pixel origin read as 1".to_string(),
    }];
    if ignored > 0 {
        notes.push(format!("{ignored} rows flagged \"ignore\" (confidence 0) are kept: they are people too"));
    }
    notes.extend(crowd.note());
    Ok(TrackFile { format: FORMAT.name, binding: Binding::default(), annotated: None, tracks: crowd.tracks(), notes })
}

fn row(columns: &[&str], options: &ReadOptions) -> Result<Row> {
    let [frame, id, left, top, width, height, rest @ ..] = columns else {
        return Err(Error::failed(format!("{} columns, where a row has at least 6", columns.len())));
    };
    // 6 and 7 columns can only be the box, and the box with a confidence. What an eighth column means differs.
    if !matches!(columns.len(), 6 | 7 | 9 | 10) {
        return Err(Error::failed(format!("{} columns, where MOTChallenge has 9 or 10", columns.len()))
            .hint("write frame, id, left, top, width, height, confidence, and -1, -1, -1"));
    }
    let number = |name: &str, text: &str| -> Result<f64> {
        if text.is_empty() && name != "value" {
            return Err(checks::unusable(format!("the {name} is absent")));
        }
        text.parse().map_err(|_| Error::failed(format!("the {name} '{text}' is not a number")))
    };
    let whole = |name: &str, text: &str| {
        checks::whole(text).ok_or_else(|| Error::failed(format!("the {name} '{text}' is not a whole number")))
    };
    let first = whole("frame", frame)?;
    let frame = u64::try_from(first).ok().and_then(|first| first.checked_sub(1)).ok_or_else(|| {
        Error::failed(format!("frame {first}, but MOTChallenge counts frames from 1"))
            .hint("add 1 to every frame number, if the tool that wrote the file counts from 0")
    })?;
    let frame = checks::frame(frame, "frame column")?;
    let id = whole("id", id)?;
    let origin = f64::from(options.mot_origin);
    let shape = BoundingBox::new(
        number("left edge", left)? - origin,
        number("top edge", top)? - origin,
        number("width", width)?,
        number("height", height)?,
    );
    let shape = checks::sound(shape, format!("id {id}, frame {first}"))?;
    for text in rest {
        number("value", text)?;
    }
    let ignored = rest.first().is_some_and(|confidence| confidence.parse() == Ok(0.0));
    let class = match rest {
        [_, class, _] => Some(whole("class", class)?),
        _ => None,
    };
    Ok(Row { frame, id: (id != -1).then_some(id), shape, ignored, class })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::tracks::{Sampling, When};

    fn parse(text: &str) -> Result<TrackFile> {
        read(text.as_bytes(), &ReadOptions::default())
    }

    #[test]
    fn rows_may_come_in_any_order_and_dress() {
        let file =
            parse("\u{feff}# a comment\r\n\r\n2, 3.0, 1.5,2,10,20\r\n1,7,5,6,7,8\r\n1,3,0.5,2,10,20\r\n").unwrap();
        let ids: Vec<_> = file.tracks.iter().map(|track| track.id.as_str()).collect();
        assert_eq!(ids, ["3", "7"]);
        let keys = &file.tracks[0].keyframes;
        assert_eq!((keys[0].when, keys[1].when), (When::Frame(0), When::Frame(1)));
        assert_eq!(keys[0].shape, BoundingBox::new(0.5, 2.0, 10.0, 20.0));
        assert_eq!(file.tracks[0].sampling, Sampling::EveryFrame);
    }

    #[test]
    fn the_first_pixel_may_be_called_one() {
        let one = ReadOptions { mot_origin: 1, ..ReadOptions::default() };
        let file = read(b"1 1 1 1 10 20 1 -1 -1 -1", &one).unwrap();
        assert_eq!(file.tracks[0].keyframes[0].shape, BoundingBox::new(0.0, 0.0, 10.0, 20.0));
        assert!(file.notes[0].contains("origin read as 1"));
        assert!(parse("1 1 1 1 10 20").unwrap().notes[0].contains("origin read as 0"));
        let two = ReadOptions { mot_origin: 2, ..ReadOptions::default() };
        assert_eq!(read(b"1 1 1 1 10 20", &two).unwrap_err().kind(), Kind::Usage);
    }

    #[test]
    fn rows_to_ignore_are_people() {
        let file = parse("1,1,0,0,9,9,0,7,0.5").unwrap();
        assert_eq!((file.tracks.len(), file.tracks[0].label.as_deref()), (1, Some("class 7")));
        assert!(file.notes[1].contains("1 rows flagged"));
    }

    #[test]
    fn detections_without_an_identity_are_a_track_each() {
        let file = parse("5,-1,0,0,9,9,1,-1,-1,-1\n5,-1,20,0,9,9,1,-1,-1,-1\n6,-1,0,0,9,9,1,-1,-1,-1").unwrap();
        let ids: Vec<_> = file.tracks.iter().map(|track| track.id.as_str()).collect();
        assert_eq!(ids, ["unnamed-4-1", "unnamed-4-2", "unnamed-5-1"]);
        assert!(file.notes[1].starts_with("3 boxes without an identity"));
    }

    #[test]
    fn each_defect_is_named_with_its_line() {
        use Kind::{Failed, Unsafe};
        for (defect, row, kind, says) in [
            ("frame 0", "0,1,0,0,9,9", Failed, "counts frames from 1"),
            ("frame below 0", "-4,1,0,0,9,9", Failed, "counts frames from 1"),
            ("frame between two", "1.5,1,0,0,9,9", Failed, "whole number"),
            ("frame beyond footage", "99999999999,1,0,0,9,9", Failed, "beyond any footage"),
            ("id with letters", "1,bob,0,0,9,9", Failed, "the id 'bob'"),
            ("five columns", "1,1,0,0,9", Failed, "at least 6"),
            ("eight columns", "1,1,0,0,9,9,1,1", Failed, "9 or 10"),
            ("eleven columns", "1,1,0,0,9,9,1,1,1,1,1", Failed, "9 or 10"),
            ("words for numbers", "1,1,0,zero,9,9", Failed, "not a number"),
            ("words after the box", "1,1,0,0,9,9,high", Failed, "not a number"),
            ("NaN", "1,1,nan,0,9,9", Unsafe, "id 1, frame 1"),
            ("infinite width", "1,1,0,0,inf,9", Unsafe, "id 1, frame 1"),
            ("width 0", "1,1,0,0,0,9", Unsafe, "width 0"),
            ("height below 0", "1,1,0,0,9,-9", Unsafe, "height -9"),
            ("absent width", "1,1,0,0,,9", Unsafe, "width is absent"),
        ] {
            let error = parse(&format!("# first\n{row}")).unwrap_err();
            assert_eq!(error.kind(), kind, "{defect}: {error}");
            assert!(error.what().starts_with("line 2: ") && error.to_string().contains(says), "{defect}: {error}");
        }
    }

    #[test]
    fn rows_that_contradict_each_other_are_refused() {
        let twice = parse("1,1,0,0,9,9\n1,1.0,5,5,9,9").unwrap_err();
        assert!(twice.what().contains("line 2: a second box of id 1 in one frame"), "{twice}");
        let short = parse("1,1,0,0,9,9,1\n2,1,0,0,9,9").unwrap_err();
        assert!(short.what().contains("line 2: 6 columns"), "{short}");
    }
}
