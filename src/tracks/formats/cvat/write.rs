//! Writes tracks as a CVAT for video 1.1 file, to be imported into a task made from the same footage.
//!
//! CVAT knows neither roles nor times nor static masks: key frames go to the frame that they fall on, a mask
//! becomes a box for the whole task, and roles stay behind. Track ids become numbers where they are none.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::tracks::formats::FrameNumber;
use crate::tracks::{Sampling, Track, TrackFile};

/// The label of tracks that have none: CVAT needs one.
const UNLABELLED: &str = "unlabelled";

/// One row of a track: its box and whether it is outside.
type Rows = BTreeMap<u64, (BoundingBox, bool)>;

/// Writes the file.
///
/// # Errors
/// What `number` answers for a key frame placed by time; status 1 where two key frames fall on one frame.
pub(super) fn write(file: &TrackFile, number: &FrameNumber<'_>) -> Result<Vec<u8>> {
    let start = file.annotated.map_or(0, |(first, _)| first);
    let mut tracks = Vec::with_capacity(file.tracks.len());
    for track in &file.tracks {
        tracks.push(rows(track, start, number)?);
    }
    // The task must hold every frame in which somebody is shown.
    let shown =
        tracks.iter().flatten().map(|(frame, (_, outside))| if *outside { frame.saturating_sub(1) } else { *frame });
    let said = file.annotated.map(|(_, last)| last).or(file.binding.frames.map(|frames| frames.saturating_sub(1)));
    let stop = shown.chain(said).max().unwrap_or(start);
    let start = tracks.iter().flatten().map(|(frame, _)| *frame).chain([start]).min().unwrap_or(start);
    for rows in &mut tracks {
        cut(rows, stop);
    }
    xml(file, &tracks, start, stop).map_err(|e| Error::failed(format!("cannot write the XML: {e}")))
}

/// The rows of a track with every end said.
fn rows(track: &Track, start: u64, number: &FrameNumber<'_>) -> Result<Rows> {
    let mut rows = Rows::new();
    if track.whole {
        rows.extend(track.keyframes.first().map(|key| (start, (key.shape, false))));
        return Ok(rows);
    }
    for key in &track.keyframes {
        let frame = number(key.when).map_err(|e| e.at(format!("track {}", track.id)))?;
        if rows.insert(frame, (key.shape, key.end)).is_some() {
            return Err(Error::failed(format!("track {}: two key frames fall on frame {frame}", track.id))
                .hint("keep the native format, which places them by time"));
        }
    }
    let mut ends = Vec::new();
    let mut following = rows.keys().copied().skip(1);
    for (&frame, &(shape, outside)) in &rows {
        let next = following.next();
        let last_of_presence = match track.sampling {
            Sampling::EveryFrame => next != Some(frame + 1),
            _ => next.is_none(),
        };
        if last_of_presence && !outside {
            ends.push((frame + 1, (shape, true)));
        }
    }
    rows.extend(ends);
    Ok(rows)
}

/// Takes out the ending after the task's last frame, which CVAT would not import: there a track ends by itself.
fn cut(rows: &mut Rows, stop: u64) {
    let Some((end, (to, true))) = rows.iter().next_back().map(|(frame, row)| (*frame, *row)) else { return };
    if end <= stop {
        return;
    }
    rows.remove(&end);
    let Some((from, (shape, false))) = rows.iter().next_back().map(|(frame, row)| (*frame, *row)) else { return };
    if from < stop && shape != to {
        let share = (stop - from) as f64 / (end - from) as f64;
        rows.insert(stop, (shape.lerp(to, share), false));
    }
}

fn xml(file: &TrackFile, tracks: &[Rows], start: u64, stop: u64) -> std::io::Result<Vec<u8>> {
    let labels: BTreeSet<&str> = file.tracks.iter().map(label).collect();
    let ids = ids(file);
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    writer.create_element("annotations").write_inner_content(|writer| {
        field(writer, "version", "1.1")?;
        writer.create_element("meta").write_inner_content(|writer| {
            writer.create_element("task").write_inner_content(|writer| {
                field(writer, "size", &(stop - start + 1).to_string())?;
                field(writer, "mode", "interpolation")?;
                field(writer, "start_frame", &start.to_string())?;
                field(writer, "stop_frame", &stop.to_string())?;
                field(writer, "frame_filter", "")?;
                writer.create_element("labels").write_inner_content(|writer| {
                    for name in &labels {
                        writer.create_element("label").write_inner_content(|writer| field(writer, "name", name))?;
                    }
                    Ok(())
                })?;
                if let Some((width, height)) = file.binding.size {
                    writer.create_element("original_size").write_inner_content(|writer| {
                        field(writer, "width", &width.to_string())?;
                        field(writer, "height", &height.to_string())
                    })?;
                }
                Ok(())
            })?;
            Ok(())
        })?;
        for ((track, rows), id) in file.tracks.iter().zip(tracks).zip(&ids) {
            let element =
                writer.create_element("track").with_attributes([("id", id.as_str()), ("label", label(track))]);
            element
                .write_inner_content(|writer| rows.iter().try_for_each(|(frame, row)| shape(writer, *frame, row)))?;
        }
        Ok(())
    })?;
    Ok(writer.into_inner())
}

fn field(writer: &mut Writer<Vec<u8>>, name: &str, text: &str) -> std::io::Result<()> {
    writer.create_element(name).write_text_content(BytesText::new(text)).map(drop)
}

fn shape(writer: &mut Writer<Vec<u8>>, frame: u64, (shape, outside): &(BoundingBox, bool)) -> std::io::Result<()> {
    let [left, top, right, bottom] = shape.edges().map(|edge| edge.to_string());
    let (frame, outside) = (frame.to_string(), u8::from(*outside).to_string());
    let element = writer.create_element("box").with_attributes([
        ("frame", frame.as_str()),
        ("keyframe", "1"),
        ("outside", outside.as_str()),
        ("occluded", "0"),
        ("xtl", left.as_str()),
        ("ytl", top.as_str()),
        ("xbr", right.as_str()),
        ("ybr", bottom.as_str()),
        ("z_order", "0"),
    ]);
    element.write_empty().map(drop)
}

fn label(track: &Track) -> &str {
    track.label.as_deref().unwrap_or(UNLABELLED)
}

/// The tracks' own ids where all are different numbers, and 0, 1, 2 … otherwise.
fn ids(file: &TrackFile) -> Vec<String> {
    let numbers: HashSet<u64> = file.tracks.iter().filter_map(|track| track.id.parse().ok()).collect();
    let own = numbers.len() == file.tracks.len();
    file.tracks.iter().enumerate().map(|(at, track)| if own { track.id.clone() } else { at.to_string() }).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::tests::{export, parse};
    use super::*;
    use crate::error::Kind;
    use crate::time::Position;
    use crate::tracks::formats::samples::expand_by_number;
    use crate::tracks::formats::stated_number;
    use crate::tracks::{Binding, KeyFrame, When};

    fn track(id: &str, sampling: Sampling, keys: &[(u64, f64, bool)]) -> Track {
        let key = |&(frame, x, end): &(u64, f64, bool)| KeyFrame {
            when: When::Frame(frame),
            shape: BoundingBox::new(x, 5.0, 10.5, 20.25),
            end,
        };
        Track {
            id: id.into(),
            label: Some("a <b> & \"c\"".into()),
            role: None,
            shown_because: None,
            justification: None,
            whole: false,
            sampling,
            keyframes: keys.iter().map(key).collect(),
        }
    }

    fn file(tracks: Vec<Track>) -> TrackFile {
        TrackFile {
            format: "native",
            binding: Binding { size: Some((768, 576)), ..Binding::default() },
            annotated: Some((0, 60)),
            tracks,
            notes: Vec::new(),
        }
    }

    fn through_cvat(file: &TrackFile) -> TrackFile {
        parse(&String::from_utf8(write(file, &stated_number).unwrap()).unwrap()).unwrap()
    }

    #[test]
    fn what_is_shown_is_the_same_after_a_way_through_cvat() {
        let before = file(vec![
            track("7", Sampling::EveryFrame, &[(3, 1.0, false), (4, 2.0, false), (9, 3.0, false), (60, 4.0, false)]),
            track(
                "9",
                Sampling::KeyFramesByNumber,
                &[(3, 1.0, false), (20, 9.0, true), (30, 2.0, false), (50, 7.0, false)],
            ),
            track("11", Sampling::KeyFramesByNumber, &[(0, 1.0, false), (61, 62.0, true)]),
        ]);
        let after = through_cvat(&before);
        assert_eq!((after.binding.size, after.annotated), (Some((768, 576)), Some((0, 60))));
        for (before, after) in before.tracks.iter().zip(&after.tracks) {
            assert_eq!((&before.id, &before.label), (&after.id, &after.label));
            let (before, after) = (expand_by_number(before, 61), expand_by_number(after, 61));
            assert_eq!(before.keys().collect::<Vec<_>>(), after.keys().collect::<Vec<_>>());
            for (frame, shape) in &before {
                let apart =
                    shape.edges().iter().zip(after[frame].edges()).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
                assert!(apart < 1e-9, "frame {frame}: {shape:?} became {:?}", after[frame]);
            }
        }
    }

    #[test]
    fn names_become_numbers_and_a_mask_a_box_for_the_whole_task() {
        let mut mask = track("door", Sampling::KeyFrames, &[(30, 1.0, false)]);
        mask.whole = true;
        let after = through_cvat(&file(vec![mask]));
        assert_eq!(after.tracks[0].id, "0");
        assert_eq!(
            expand_by_number(&after.tracks[0], 99).keys().copied().collect::<Vec<_>>(),
            (0..=60).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_key_frame_placed_by_time_needs_the_footage() {
        let mut timed = track("7", Sampling::KeyFrames, &[(3, 1.0, false)]);
        timed.keyframes.push(KeyFrame { when: When::Time(Position::from_nanos(400_000_000)), ..timed.keyframes[0] });
        let file = file(vec![timed]);
        let error = write(&file, &stated_number).unwrap_err();
        assert!(error.kind() == Kind::Usage && error.to_string().contains("--footage"), "{error}");
        let at_ten = |when| match when {
            When::Frame(frame) => Ok(frame),
            When::Time(at) => Ok(u64::try_from(at.nanos() / 100_000_000).unwrap()),
            When::Clock { .. } => stated_number(when),
        };
        let bytes = write(&file, &at_ten).unwrap();
        assert!(String::from_utf8(bytes).unwrap().contains("frame=\"4\" keyframe=\"1\" outside=\"0\""));
        let error = write(&file, &|_| Ok(3)).unwrap_err();
        assert!(error.what().contains("track 7: two key frames fall on frame 3"), "{error}");
    }

    #[test]
    fn an_export_that_was_kept_natively_is_the_same_export_again() {
        let rows = r#"<box frame="2" outside="0" xtl="1.25" ytl="2.5" xbr="30.75" ybr="60.5"/>
            <box frame="9" outside="1" xtl="2.25" ytl="2.5" xbr="31.75" ybr="60.5"/>
            <box frame="12" outside="0" xtl="2.25" ytl="2.5" xbr="31.75" ybr="60.5"/>"#;
        let task = "<start_frame>1</start_frame><stop_frame>40</stop_frame><original_size><width>768</width><height>576</height></original_size>";
        let first = parse(&export(task, rows)).unwrap();
        let native = crate::tracks::formats::native::write(&first, &stated_number).unwrap();
        let kept = crate::tracks::formats::native::read(&native, &Default::default()).unwrap();
        let again = through_cvat(&kept);
        assert_eq!(again, first);
    }
}
