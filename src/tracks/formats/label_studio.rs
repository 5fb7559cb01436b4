//! Label Studio's JSON export of a video labelled with `VideoRectangle`.
//!
//! What it draws is in its own source (web/libs/editor/src: regions/VideoRegion.js, regions/VideoRectangleRegion.js,
//! utils/props): frames count from 1; sizes are percent of the picture; the rotation is clockwise about the top-left
//! corner; between two key frames everything moves linearly in frame number, the rotation the shorter way; a key
//! frame with `enabled: false` is still drawn in its own frame, and nothing after it until the next one; nothing is
//! drawn before the first, and the last, if enabled, lasts to the end.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::Value;

use super::rotated::{Pivot, Pose, Rotated, keyframes};
use super::{Format, ReadOptions, checks, json};
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::tracks::{Binding, Sampling, Track, TrackFile};

/// The row of the table.
pub const FORMAT: Format = Format {
    name: "label-studio",
    extensions: &["json"],
    summary: "Label Studio's JSON export of one video task",
    renumbers: false,
    sniff,
    read,
    folder: None,
    write: None,
};

/// Results that say something about the video or a region, but place nothing in the picture.
const BOXLESS: [&str; 9] =
    ["choices", "textarea", "number", "rating", "datetime", "taxonomy", "timelinelabels", "pairwise", "relation"];

#[derive(Deserialize)]
struct Region {
    #[serde(rename = "framesCount")]
    frames_count: Option<f64>,
    sequence: Vec<Point>,
    #[serde(default)]
    labels: Vec<String>,
}

/// A key frame. The sizes may be absent here, so that this can be told apart from a file that is no export.
#[derive(Deserialize)]
struct Point {
    frame: f64,
    enabled: bool,
    x: Option<f64>,
    y: Option<f64>,
    width: Option<f64>,
    height: Option<f64>,
    rotation: Option<f64>,
}

fn sniff(bytes: &[u8]) -> bool {
    matches!(checks::first_byte(bytes), Some(b'[' | b'{'))
        && ["\"videorectangle\"", "\"result\"", "\"annotations\"", "\"predictions\""]
            .iter()
            .any(|word| checks::mentions(bytes, word))
}

/// Reads the one annotation (or, without any, the one prediction) of the one task of an export.
///
/// # Errors
/// Status 1 for what is no such export, several tasks or annotations, or a region of another kind; 2 without
/// the displayed size; 3 for a box without a usable size.
pub fn read(bytes: &[u8], options: &ReadOptions) -> Result<TrackFile> {
    let root: Value = json::parse(bytes)?;
    let mut notes = Vec::new();
    let results = results(&root, &mut notes)?;
    let size = options.size.ok_or_else(|| {
        Error::usage("Label Studio gives boxes in percent, and the export does not tell the size of the picture")
            .hint("add --tracks-size WxH, or the footage with --footage")
    })?;

    let mut regions = Vec::new();
    let mut labels: HashMap<String, String> = HashMap::new();
    let mut boxless: Vec<&str> = Vec::new();
    for (index, result) in results.iter().enumerate() {
        let place = format!("result {}", index + 1);
        let id = match result.get("id") {
            Some(Value::String(id)) if !id.is_empty() => Some(id.clone()),
            Some(Value::Number(id)) => Some(id.to_string()),
            _ => None,
        };
        match result.get("type").and_then(Value::as_str) {
            Some("videorectangle") => {
                let value = result.get("value").cloned().unwrap_or_default();
                let region: Region = serde_json::from_value(value)
                    .map_err(|e| Error::failed(format!("{place}: cannot read the region: {e}")))?;
                regions.push((id.unwrap_or_else(|| place.replace(' ', "-")), region));
            }
            Some("labels") if id.is_some() => drop(labels.insert(id.unwrap_or_default(), named(result))),
            Some(kind) if BOXLESS.contains(&kind) => boxless.push(kind),
            kind => {
                return Err(Error::failed(format!(
                    "{place}: a result of type {} cannot be read",
                    kind.unwrap_or("none")
                ))
                .hint("label people with VideoRectangle"));
            }
        }
    }
    if !boxless.is_empty() {
        notes.push(format!(
            "{} results that place nothing in the picture were left out: {}",
            boxless.len(),
            boxless.join(", ")
        ));
    }

    let (mut tracks, mut ids, mut frames) = (Vec::new(), HashSet::new(), 0);
    for (id, region) in regions {
        if !ids.insert(id.clone()) {
            return Err(Error::failed(format!("a second region {id}")));
        }
        let count = region.frames_count.filter(|count| (0.0..=checks::LAST_FRAME as f64).contains(count));
        frames = frames.max(count.unwrap_or_default().ceil() as u64);
        let poses = poses(&id, &region, count.map(|count| count.ceil() as u64), size)?;
        if poses.is_empty() {
            notes.push(format!("region {id} has no key frames and is never shown"));
            continue;
        }
        let own = (!region.labels.is_empty()).then(|| region.labels.join(", "));
        tracks.push(Track {
            label: own.or_else(|| labels.remove(&id)),
            role: None,
            shown_because: None,
            justification: None,
            whole: false,
            sampling: Sampling::KeyFramesByNumber,
            keyframes: keyframes(&poses, &id)?,
            id,
        });
    }
    if let Some(orphan) = labels.keys().find(|id| !ids.contains(*id)) {
        return Err(Error::failed(format!("a label for region {orphan}, which is not in the file")));
    }
    if frames > 0 {
        notes.push(format!("Label Studio counted {frames} frames; its numbers fit where that is what the footage has"));
    }
    let binding = Binding { size: Some(size), ..Binding::default() };
    Ok(TrackFile {
        format: FORMAT.name,
        binding,
        annotated: frames.checked_sub(1).map(|last| (0, last)),
        tracks,
        notes,
    })
}

fn named(result: &Value) -> String {
    let labels = result.pointer("/value/labels").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    labels.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", ")
}

/// The list of results, wherever the export keeps it: in a list of tasks, a task, an annotation, or bare.
fn results<'a>(value: &'a Value, notes: &mut Vec<String>) -> Result<&'a [Value]> {
    let list = |key: &str| value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if let Some(entries) = value.as_array() {
        return match entries.as_slice() {
            entries if !entries.is_empty() && entries.iter().all(|e| e.get("type").is_some()) => Ok(entries),
            [one] if one.is_object() => results(one, notes),
            _ => Err(Error::failed(format!("the file holds {} entries, where one task is expected", entries.len()))
                .hint("export the task of this footage alone")),
        };
    }
    if let Some(results) = value.get("result").and_then(Value::as_array) {
        return Ok(results);
    }
    match (list("annotations"), list("predictions")) {
        ([one], predictions) => {
            if !predictions.is_empty() {
                notes.push("the task's predictions were left out, since it has an annotation".into());
            }
            results(one, notes)
        }
        ([], [one]) => {
            notes.push("the task has no annotation; its prediction was read".into());
            results(one, notes)
        }
        ([], []) => Err(Error::failed("this is no Label Studio task with an annotation")
            .hint("export the task in the format JSON (not JSON-MIN), after it was submitted")),
        (annotations, predictions) => {
            let (count, what) = if annotations.is_empty() {
                (predictions.len(), "predictions")
            } else {
                (annotations.len(), "annotations")
            };
            Err(Error::failed(format!("the task has {count} {what}"))
                .hint("choose one, and export the task with that one alone"))
        }
    }
}

/// The poses of a region, in time order, as Label Studio draws them.
fn poses(id: &str, region: &Region, count: Option<u64>, size: (u32, u32)) -> Result<Vec<Pose>> {
    let mut drawn: Vec<(u64, Rotated, bool)> = Vec::with_capacity(region.sequence.len());
    for point in &region.sequence {
        let place = format!("region {id}, frame {}", point.frame);
        if point.frame.fract() != 0.0 || !(1.0..=checks::LAST_FRAME as f64).contains(&point.frame) {
            return Err(Error::failed(format!("{place}: Label Studio counts frames from 1")));
        }
        drawn.push((point.frame as u64 - 1, point.shape(size, &place)?, point.enabled));
    }
    drawn.sort_by_key(|(frame, ..)| *frame);
    let mut poses = Vec::with_capacity(drawn.len() + 1);
    for (index, &(frame, shape, enabled)) in drawn.iter().enumerate() {
        let next = drawn.get(index + 1).map(|next| next.0);
        if next == Some(frame) {
            return Err(Error::failed(format!("region {id}: two key frames for frame {}", frame + 1)));
        }
        poses.push(Pose { frame, shape, end: false });
        let stops = match (enabled, next) {
            (true, Some(_)) => None,
            (true, None) => Some(count.map(|count| count.max(frame + 1)).ok_or_else(|| {
                Error::failed(format!("region {id} lasts to the end, and the export does not say where that is"))
                    .hint("switch the region off at its last frame")
            })?),
            (false, next) => Some(frame + 1).filter(|after| next != Some(*after)),
        };
        poses.extend(stops.map(|frame| Pose { frame, shape, end: true }));
    }
    Ok(poses)
}

impl Point {
    fn shape(&self, (width, height): (u32, u32), place: &str) -> Result<Rotated> {
        let (Some(x), Some(y), Some(w), Some(h)) = (self.x, self.y, self.width, self.height) else {
            return Err(checks::unusable(format!("{place}: x, y, width or height is absent")));
        };
        let upright = BoundingBox::new(x, y, w, h).scaled(f64::from(width) / 100.0, f64::from(height) / 100.0);
        Ok(Rotated { upright, degrees: self.rotation.unwrap_or_default(), pivot: Pivot::TopLeft, round: false })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::tracks::When;

    const SIZE: ReadOptions = ReadOptions { size: Some((200, 100)), mot_origin: 0, first_frame: None };

    fn point(frame: u32, more: &str) -> String {
        format!(r#"{{"frame":{frame},"x":10,"y":10,"width":5,"height":5,"rotation":0,{more}}}"#)
    }

    fn region(points: &[String]) -> String {
        let points = points.join(",");
        format!(
            r#"{{"id":"r","type":"videorectangle","value":{{"framesCount":50,"labels":["person"],"sequence":[{points}]}}}}"#
        )
    }

    fn parse(text: &str) -> Result<TrackFile> {
        read(text.as_bytes(), &SIZE)
    }

    /// Frame and end of each key frame.
    fn course(file: &TrackFile) -> Vec<(u64, bool)> {
        let number = |when| if let When::Frame(n) = when { n } else { unreachable!() };
        file.tracks[0].keyframes.iter().map(|key| (number(key.when), key.end)).collect()
    }

    #[test]
    fn a_key_frame_that_is_switched_off_is_still_drawn_itself() {
        let (on, off) = (r#""enabled":true"#, r#""enabled":false"#);
        let file = parse(&format!(
            "[{}]",
            region(&[point(1, on), point(5, off), point(9, on), point(12, off), point(13, off)])
        ));
        assert_eq!(
            course(&file.unwrap()),
            [(0, false), (4, false), (5, true), (8, false), (11, false), (12, false), (13, true)]
        );
    }

    #[test]
    fn a_region_left_on_lasts_to_the_end() {
        let file = parse(&format!("[{}]", region(&[point(3, r#""enabled":true"#)]))).unwrap();
        assert_eq!(course(&file), [(2, false), (50, true)]);
        assert_eq!((file.annotated, file.binding.size), (Some((0, 49)), Some((200, 100))));
        assert_eq!(file.tracks[0].keyframes[0].shape, BoundingBox::new(20.0, 10.0, 10.0, 5.0));
    }

    #[test]
    fn the_rotation_is_about_the_top_left_corner() {
        let turned = point(1, r#""enabled":false"#).replace("\"rotation\":0", "\"rotation\":90");
        let file = parse(&format!("[{}]", region(&[turned]))).unwrap();
        let [l, t, r, b] = file.tracks[0].keyframes[0].shape.edges();
        assert!((l - 15.0).abs() + (t - 10.0).abs() + (r - 20.0).abs() + (b - 20.0).abs() < 1e-9, "{l} {t} {r} {b}");
    }

    #[test]
    fn the_one_annotation_is_found_wherever_an_export_keeps_it() {
        let r = region(&[point(1, r#""enabled":false"#)]);
        for text in [
            format!("[{r}]"),
            format!(r#"{{"result":[{r}]}}"#),
            format!(r#"{{"id":4,"annotations":[{{"result":[{r}]}}],"predictions":[{{"result":[]}}]}}"#),
            format!(r#"[{{"id":4,"annotations":[],"predictions":[{{"result":[{r}]}}]}}]"#),
        ] {
            assert_eq!(parse(&text).unwrap().tracks[0].id, "r", "{text}");
        }
    }

    #[test]
    fn results_without_a_box_are_named_and_others_refused() {
        let r = region(&[point(1, r#""enabled":false"#)]);
        let file = parse(&format!(r#"{{"result":[{r},{{"type":"choices","value":{{}}}}]}}"#)).unwrap();
        assert!(file.notes.iter().any(|note| note.contains("choices")), "{:?}", file.notes);
        let error = parse(&format!(r#"{{"result":[{r},{{"type":"videopolygon","value":{{}}}}]}}"#)).unwrap_err();
        assert!(error.what().contains("result 2") && error.what().contains("videopolygon"), "{error}");
    }

    #[test]
    fn each_defect_is_named_with_its_place() {
        use Kind::{Failed, Unsafe};
        let good = point(2, r#""enabled":true"#);
        let with = |from: &str, to: &str| format!("[{}]", region(&[good.replace(from, to)]));
        for (defect, text, kind, says) in [
            ("not JSON", "[{".to_string(), Failed, "JSON"),
            ("nothing", "[]".into(), Failed, "0 entries"),
            ("two tasks", r#"[{"annotations":[]},{"annotations":[]}]"#.into(), Failed, "2 entries"),
            ("two annotations", r#"{"annotations":[{"result":[]},{"result":[]}]}"#.into(), Failed, "2 annotations"),
            ("no annotation", r#"{"annotations":[],"data":{}}"#.into(), Failed, "no Label Studio task"),
            ("JSON-MIN", r#"[{"video":"a.mp4","box":[{"sequence":[]}]}]"#.into(), Failed, "no Label Studio task"),
            ("frame 0", with("\"frame\":2", "\"frame\":0"), Failed, "from 1"),
            ("frame between two", with("\"frame\":2", "\"frame\":1.5"), Failed, "from 1"),
            (
                "the same frame twice",
                format!("[{}]", region(&[good.clone(), good.clone()])),
                Failed,
                "two key frames for frame 2",
            ),
            ("nothing about being on", with("\"enabled\":true", "\"on\":1"), Failed, "enabled"),
            (
                "two regions of one id",
                format!("[{0},{0}]", region(std::slice::from_ref(&good))),
                Failed,
                "a second region r",
            ),
            ("no end", with("", "").replace("\"framesCount\":50", "\"framesCount\":null"), Failed, "lasts to the end"),
            ("an absent width", with("\"width\":5", "\"width\":null"), Unsafe, "region r, frame 2"),
            ("width 0", with("\"width\":5", "\"width\":0"), Unsafe, "width 0"),
            ("NaN", with("\"width\":5", "\"width\":NaN"), Unsafe, "line 1"),
        ] {
            let error = parse(&text).unwrap_err();
            assert_eq!(error.kind(), kind, "{defect}: {error}");
            assert!(error.to_string().contains(says), "{defect}: {error}");
        }
        let error = read(with("", "").as_bytes(), &ReadOptions::default()).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage);
        assert!(error.advice().unwrap().contains("--tracks-size WxH"));
    }
}
