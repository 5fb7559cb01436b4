//! YOLO labels (Redmon et al. 2016, "You Only Look Once"; Darknet's and Ultralytics' label files): a folder with a text
//! file for each frame.
//!
//! A row is `class, centre x, centre y, width, height` as shares of the picture, then perhaps a confidence, then
//! perhaps an id (Ultralytics, `save_txt` with `save_conf` and while tracking). One further column can be either: whole
//! numbers that name nobody twice in a frame are ids.

use std::collections::HashSet;

use super::crowd::Crowd;
use super::per_frame::numbered;
use super::{Entry, Format, ReadOptions, checks};
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::tracks::{Binding, TrackFile};

/// The row of the table.
pub const FORMAT: Format = Format {
    name: "yolo",
    extensions: &["txt"],
    summary: "a folder with a YOLO label file for each frame, as Ultralytics and CVAT write it",
    renumbers: false,
    sniff,
    read,
    folder: Some(read_folder),
    write: None,
};

/// The file that some tools put beside the labels: a class's name a line.
const CLASSES: &str = "classes.txt";

/// Shares beyond this are pixels, or another format.
const LARGEST_SHARE: f64 = 2.0;

/// One row, not yet judged as a whole folder.
struct Row {
    frame: u64,
    /// File and line.
    place: String,
    class: i64,
    shape: BoundingBox,
    /// What follows the box.
    rest: Vec<f64>,
}

fn sniff(bytes: &[u8]) -> bool {
    let Ok(text) = checks::text(bytes) else { return false };
    let first: Vec<&str> =
        text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().split_whitespace().collect();
    let share = |text: &&str| text.contains('.') && text.parse::<f64>().is_ok_and(|v| v.abs() <= LARGEST_SHARE);
    let whole = first.first().is_some_and(|class| class.parse::<u32>().is_ok());
    whole && matches!(first.len(), 5..=7) && first.iter().skip(1).take(4).all(share)
}

/// A single label file is one frame of many.
///
/// # Errors
/// Always, status 1: it asks for the folder.
pub fn read(_: &[u8], _: &ReadOptions) -> Result<TrackFile> {
    Err(Error::failed("this is the YOLO label file of a single frame")
        .hint("name the folder that it is in, which has a file for each frame"))
}

/// Reads a folder of labels into one track for each id; without ids each box is a track of its own.
///
/// # Errors
/// Status 1 with file and line for what is no row; 2 without the picture's size, and as `per_frame` gives for names; 3
/// for a box without a usable size.
pub fn read_folder(entries: &[Entry], options: &ReadOptions) -> Result<TrackFile> {
    let size = options.size.ok_or_else(|| {
        Error::usage("YOLO gives boxes as shares of the picture, and not the picture's size")
            .hint("add --tracks-size WxH, or the footage with --footage")
    })?;
    let (classes, labels): (Vec<&Entry>, Vec<&Entry>) = entries.iter().partition(|entry| entry.name == CLASSES);
    let classes = classes.first().map(|entry| checks::text(&entry.bytes)).transpose().map_err(|e| e.at(CLASSES))?;
    let classes: Vec<&str> = classes.unwrap_or_default().lines().map(str::trim).collect();
    let labels: Vec<Entry> = labels.into_iter().cloned().collect();
    let folder = numbered(&labels, options)?;
    let annotated = folder.annotated();
    let mut notes = folder.notes;
    let mut rows: Vec<Row> = Vec::new();
    for (frame, entry) in folder.files {
        let text = checks::text(&entry.bytes).map_err(|error| error.at(&entry.name))?;
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let place = format!("{}, line {}", entry.name, index + 1);
            let row = row(line, frame, place.clone(), size).map_err(|error| error.at(&place))?;
            if rows.first().is_some_and(|first| first.rest.len() != row.rest.len()) {
                return Err(Error::failed(format!("{place}: {} columns, unlike the rows before", row.rest.len() + 5)));
            }
            rows.push(row);
        }
    }
    let ids = ids(&rows)?;
    notes.push(match (rows.first().map_or(0, |row| row.rest.len()), ids) {
        (0, _) => "the labels have neither confidence nor id".to_owned(),
        (1, None) => "the sixth column is read as a confidence".to_owned(),
        (1, Some(_)) => "the sixth column is read as an id".to_owned(),
        _ => "the last two columns are read as confidence and id".to_owned(),
    });
    let mut crowd = Crowd::default();
    for row in &rows {
        let id = ids.and_then(|column| row.rest.get(column)).map(|id| *id as i128).filter(|id| *id != -1);
        let name = usize::try_from(row.class).ok().and_then(|class| classes.get(class)).filter(|name| !name.is_empty());
        let label = name.map_or_else(|| format!("class {}", row.class), |name| (*name).to_owned());
        crowd.add(row.frame, id, Some(label), row.shape).map_err(|error| error.at(&row.place))?;
    }
    notes.extend(crowd.note());
    let binding = Binding { size: Some(size), ..Binding::default() };
    Ok(TrackFile { format: FORMAT.name, binding, annotated, tracks: crowd.tracks(), notes })
}

fn row(line: &str, frame: u64, place: String, (width, height): (u32, u32)) -> Result<Row> {
    let columns: Vec<&str> = line.split_whitespace().collect();
    let [class, x, y, w, h, rest @ ..] = columns.as_slice() else {
        return Err(Error::failed(format!("{} columns, where a label has at least 5", columns.len())));
    };
    if rest.len() > 2 {
        return Err(Error::failed(format!("{} columns, where a box has 5 to 7", columns.len()))
            .hint("export boxes, not outlines or poses"));
    }
    let class =
        checks::whole(class).ok_or_else(|| Error::failed(format!("the class '{class}' is not a whole number")))?;
    let number = |text: &str| text.parse::<f64>().map_err(|_| Error::failed(format!("'{text}' is not a number")));
    let shares = [number(x)?, number(y)?, number(w)?, number(h)?];
    if let Some(far) = shares.iter().find(|v| v.is_finite() && v.abs() > LARGEST_SHARE) {
        return Err(Error::failed(format!("{far} is no share of the picture, which goes from 0 to 1"))
            .hint("export the labels normalised"));
    }
    let (width, height) = (f64::from(width), f64::from(height));
    let [x, y, w, h] = shares;
    let shape = BoundingBox::new((x - w / 2.0) * width, (y - h / 2.0) * height, w * width, h * height);
    let shape = checks::sound(shape, format_args!("class {class}"))?;
    let rest = rest.iter().map(|text| number(text)).collect::<Result<Vec<_>>>()?;
    Ok(Row { frame, place, class, shape, rest })
}

/// Which column behind the box holds ids.
///
/// # Errors
/// Status 1 where a column can be neither ids nor confidences.
fn ids(rows: &[Row]) -> Result<Option<usize>> {
    let confidence = |value: f64| (0.0..=1.0).contains(&value);
    let whole = |value: f64| value.fract() == 0.0 && value.abs() < 1e15;
    let column = |index: usize| rows.iter().filter_map(move |row| Some((row, *row.rest.get(index)?)));
    match rows.first().map_or(0, |row| row.rest.len()) {
        0 => Ok(None),
        1 => {
            let mut seen = HashSet::new();
            let once = column(0).all(|(row, id)| id == -1.0 || seen.insert((row.frame, id as i64)));
            match (column(0).all(|c| whole(c.1)), column(0).all(|c| confidence(c.1))) {
                (true, false) => Ok(Some(0)),
                (true, true) if once => Ok(Some(0)),
                (_, true) => Ok(None),
                (false, false) => {
                    let odd = column(0).find(|c| !confidence(c.1) && !whole(c.1));
                    let odd = odd.or_else(|| column(0).find(|c| !confidence(c.1)));
                    let (place, value) = odd.map_or(("", 0.0), |(row, value)| (row.place.as_str(), value));
                    Err(Error::failed(format!("{place}: {value} is neither a confidence nor an id like the others"))
                        .hint("export the labels with both, or with neither"))
                }
            }
        }
        _ => match column(1).find(|c| !whole(c.1)).or_else(|| column(0).find(|c| !confidence(c.1))) {
            Some((row, value)) => {
                Err(Error::failed(format!("{}: {value} where confidence and id are expected", row.place))
                    .hint("export boxes, not outlines"))
            }
            None => Ok(Some(1)),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::tracks::When;

    const SIZE: ReadOptions = ReadOptions { size: Some((200, 100)), mot_origin: 0, first_frame: None };

    fn parse(files: &[(&str, &str)]) -> Result<TrackFile> {
        let entry = |(name, text): &(&str, &str)| Entry { name: (*name).to_owned(), bytes: text.as_bytes().to_vec() };
        read_folder(&files.iter().map(entry).collect::<Vec<_>>(), &SIZE)
    }

    fn ids_of(text: &str) -> Vec<String> {
        parse(&[("a_1.txt", text)]).unwrap().tracks.into_iter().map(|track| track.id).collect()
    }

    #[test]
    fn shares_become_pixels_and_names_become_frames() {
        let file =
            parse(&[("yard_2.txt", "0 0.5 0.5 0.1 0.2 7\n"), ("yard_1.txt", ""), ("classes.txt", "person\ncar\n")]);
        let file = file.unwrap();
        let key = file.tracks[0].keyframes[0];
        assert_eq!((key.when, key.shape), (When::Frame(1), BoundingBox::new(90.0, 40.0, 20.0, 20.0)));
        assert_eq!((file.tracks[0].id.as_str(), file.tracks[0].label.as_deref()), ("7", Some("person")));
        assert_eq!((file.annotated, file.binding.size), (Some((0, 1)), Some((200, 100))));
        let unnamed = parse(&[("yard_1.txt", "3 0.5 0.5 0.1 0.2")]).unwrap();
        assert_eq!(unnamed.tracks[0].label.as_deref(), Some("class 3"));
    }

    #[test]
    fn a_sixth_column_is_what_it_can_be() {
        assert_eq!(ids_of("0 .5 .5 .1 .2 4\n0 .5 .5 .1 .2 5"), ["4", "5"]);
        assert_eq!(ids_of("0 .5 .5 .1 .2 1"), ["1"]);
        assert_eq!(ids_of("0 .5 .5 .1 .2 0.87\n0 .5 .5 .1 .2 1"), ["unnamed-0-1", "unnamed-0-2"]);
        // Nobody is in one frame twice, so these are confidences.
        assert_eq!(ids_of("0 .5 .5 .1 .2 1\n0 .5 .5 .1 .2 1"), ["unnamed-0-1", "unnamed-0-2"]);
        assert_eq!(ids_of("0 .5 .5 .1 .2 0.5 4\n0 .5 .5 .1 .2 0.25 -1"), ["4", "unnamed-0-1"]);
        let neither = parse(&[("a_1.txt", "0 .5 .5 .1 .2 0.5\n0 .5 .5 .1 .2 3")]).unwrap_err();
        assert!(neither.what().contains("a_1.txt, line 2: 3"), "{neither}");
    }

    #[test]
    fn each_defect_is_named_with_its_place() {
        use Kind::{Failed, Unsafe};
        for (defect, row, kind, says) in [
            ("four columns", "0 .5 .5 .1", Failed, "4 columns"),
            ("an outline", "0 .1 .1 .2 .2 .3 .3 .4 .4", Failed, "not outlines"),
            ("a triangle", "0 .1 .1 .2 .2 .3 .3", Failed, "confidence and id"),
            ("a named class", "person .5 .5 .1 .2", Failed, "the class 'person'"),
            ("a word for a number", "0 .5 middle .1 .2", Failed, "'middle'"),
            ("pixels", "0 100 50 20 30", Failed, "no share"),
            ("a second box of an id", "0 .5 .5 .1 .2 .9 2", Failed, "a second box of id 2"),
            ("columns that change", "0 .5 .5 .1 .2", Failed, "5 columns"),
            ("NaN", "0 nan .5 .1 .2 .9 3", Unsafe, "no rectangle"),
            ("infinite", "0 .5 .5 inf .2 .9 3", Unsafe, "no rectangle"),
            ("no width", "0 .5 .5 0 .2 .9 3", Unsafe, "width 0"),
            ("height below 0", "0 .5 .5 .1 -.2 .9 3", Unsafe, "height -20"),
        ] {
            let error = parse(&[("a_1.txt", &format!("0 .5 .5 .1 .2 .9 2\n{row}"))]).unwrap_err();
            assert_eq!(error.kind(), kind, "{defect}: {error}");
            assert!(
                error.what().starts_with("a_1.txt, line 2: ") && error.to_string().contains(says),
                "{defect}: {error}"
            );
        }
        let sizeless = read_folder(&[Entry { name: "a_1.txt".into(), bytes: Vec::new() }], &ReadOptions::default());
        assert_eq!(sizeless.unwrap_err().kind(), Kind::Usage);
    }
}
