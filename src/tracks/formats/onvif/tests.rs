//! What ONVIF's scene descriptions mean, by the examples of its own specification.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::error::Kind;

const SIZE: ReadOptions = ReadOptions { size: Some((640, 480)), mot_origin: 0, first_frame: None };

fn parse(frames: &str) -> Result<TrackFile> {
    let text = format!(
        "<?xml version=\"1.0\"?>\n<tt:MetadataStream xmlns:tt=\"http://www.onvif.org/ver10/schema\"><tt:VideoAnalytics>\n{frames}</tt:VideoAnalytics></tt:MetadataStream>"
    );
    read(text.as_bytes(), &SIZE)
}

/// A frame so many tenths of a second after the hour.
fn frame(tenths: u32, inside: &str) -> String {
    format!("<tt:Frame UtcTime=\"2008-10-10T12:00:{:02}.{}\">{inside}</tt:Frame>\n", tenths / 10, tenths % 10)
}

/// An object in pixels from the lower left, as in the specification's examples.
fn object(id: u32, left: u32, more: &str) -> String {
    format!(
        r#"<tt:Object ObjectId="{id}"><tt:Appearance><tt:Transformation><tt:Translate x="-1" y="-1"/><tt:Scale x="0.003125" y="0.004166666666666667"/></tt:Transformation><tt:Shape><tt:BoundingBox left="{left}" top="80" right="{}" bottom="30"/></tt:Shape></tt:Appearance>{more}</tt:Object>"#,
        left + 80
    )
}

fn tree(inside: &str) -> String {
    format!("<tt:ObjectTree>{inside}</tt:ObjectTree>")
}

/// Tenths of a second from the hour, first and last, and the left edge.
type Sighting = (i64, i64, f64);

/// Id and sightings of each track.
fn course(file: &TrackFile) -> Vec<(String, Vec<Sighting>)> {
    let hour = "2008-10-10T12:00:00Z".parse::<Timestamp>().unwrap().as_millisecond();
    let from_hour = |t: Timestamp| if t == Timestamp::MAX { i64::MAX } else { (t.as_millisecond() - hour) / 100 };
    let sighting = |key: &KeyFrame| {
        let When::Clock { from, until } = key.when else { unreachable!() };
        (from_hour(from), from_hour(until), key.shape.x.round())
    };
    file.tracks.iter().map(|t| (t.id.clone(), t.keyframes.iter().map(sighting).collect())).collect()
}

#[test]
fn the_axis_points_upward_and_may_be_transformed() {
    let plain = r#"<Object ObjectId="1"><Appearance><Shape><BoundingBox left="-1" top="1" right="0" bottom="0.5"/></Shape></Appearance></Object>"#;
    let file = parse(&frame(0, plain)).unwrap();
    assert_eq!(file.tracks[0].keyframes[0].shape, BoundingBox::new(0.0, 0.0, 320.0, 120.0));
    // The specification's: 640x480 counted from the lower left corner.
    let file = parse(&frame(0, &object(12, 20, ""))).unwrap();
    let edges = file.tracks[0].keyframes[0].shape.edges();
    assert!(edges.iter().zip([20.0, 400.0, 100.0, 450.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{edges:?}");
    // Twice: the frame's axes in halves, the object's as they were.
    let halves = "<tt:Transformation><tt:Scale x=\"0.5\" y=\"0.5\"/></tt:Transformation>";
    let file = parse(&frame(0, &format!("{halves}{}", object(12, 20, "")))).unwrap();
    let edges = file.tracks[0].keyframes[0].shape.edges();
    assert!(edges.iter().zip([170.0, 320.0, 210.0, 345.0]).all(|(a, b)| (a - b).abs() < 1e-9), "{edges:?}");
}

#[test]
fn a_polygon_beyond_its_box_counts() {
    let shape = r#"<Object ObjectId="1"><Appearance><Shape><BoundingBox left="0" top="0.5" right="0.5" bottom="0"/><CenterOfGravity x="0" y="0"/><Polygon><Point x="-0.5" y="0.2"/><Point x="0.1" y="1"/></Polygon></Shape></Appearance></Object>"#;
    let file = parse(&frame(0, shape)).unwrap();
    assert_eq!(file.tracks[0].keyframes[0].shape.edges(), [160.0, 0.0, 480.0, 240.0]);
}

#[test]
fn frames_come_in_any_order_and_the_likeliest_class_is_the_label() {
    let class = r#"<Object ObjectId="3"><Appearance><Class><Type Likelihood="0.3">Vehicle</Type><Type Likelihood="0.9">Human</Type></Class></Appearance></Object>"#;
    let file = parse(&[frame(2, &object(3, 30, "")), frame(1, &object(3, 20, "")), frame(0, class)].concat()).unwrap();
    assert_eq!(course(&file), [("3".to_owned(), vec![(1, 1, 20.0), (2, 2, 30.0)])]);
    assert!(file.notes[0].starts_with("1 times an object is listed without a place"));
    let classed = object(3, 20, "").replace("</tt:Appearance>", "<tt:Class><tt:Type Likelihood=\"0.2\">Car</tt:Type><tt:Type Likelihood=\"0.8\">Human</tt:Type></tt:Class></tt:Appearance>");
    assert_eq!(parse(&frame(0, &classed)).unwrap().tracks[0].label.as_deref(), Some("Human"));
}

#[test]
fn an_object_that_is_not_listed_is_a_gap_but_an_idle_one_stands_there() {
    let idle = "<tt:Behaviour><tt:Idle/></tt:Behaviour>";
    let course_of = |rest: &str| course(&parse(&(frame(0, &object(1, 20, "")) + rest)).unwrap()).remove(0).1;
    assert_eq!(course_of(&(frame(1, "") + &frame(9, &object(1, 50, "")))), [(0, 0, 20.0), (9, 9, 50.0)]);
    let rested = frame(1, &object(1, 20, idle)) + &frame(2, "");
    assert_eq!(course_of(&rested), [(0, 0, 20.0), (1, i64::MAX, 20.0)]);
    let moved = rested.clone() + &frame(90, &object(1, 25, ""));
    assert_eq!(course_of(&moved), [(0, 0, 20.0), (1, 90, 20.0), (90, 90, 25.0)]);
    let deleted = rested + &frame(50, &tree("<tt:Delete ObjectId=\"1\"/>"));
    assert_eq!(course_of(&deleted), [(0, 0, 20.0), (1, 50, 20.0)]);
}

#[test]
fn merged_objects_are_where_they_are_together_until_they_part() {
    let merge = tree(r#"<tt:Merge><tt:From ObjectId="12"/><tt:From ObjectId="17"/><tt:To ObjectId="12"/></tt:Merge>"#);
    let split = tree(r#"<tt:Split><tt:From ObjectId="12"/><tt:To ObjectId="17"/><tt:To ObjectId="12"/></tt:Split>"#);
    let (a, b) = (|left| object(12, left, ""), |left| object(17, left, ""));
    let file = parse(
        &[
            frame(1, &(a(10) + &b(100))),
            frame(2, &(a(20) + &merge)),
            frame(3, &a(30)),
            frame(4, &(a(40) + &b(140) + &split)),
            frame(5, &a(50)),
        ]
        .concat(),
    )
    .unwrap();
    let together = [(1, 1, 100.0), (2, 2, 20.0), (3, 3, 30.0), (4, 4, 140.0)];
    assert_eq!(course(&file)[1], ("17".to_owned(), together.to_vec()));
    assert!(file.notes.iter().any(|n| n.contains("ran together 1 times")), "{:?}", file.notes);
    // Forgetting the id of one does not make the person leave; whoever gets it next is somebody else.
    let gone = tree("<tt:Delete ObjectId=\"17\"/>");
    let file = parse(
        &[
            frame(1, &(a(10) + &b(100))),
            frame(2, &(a(20) + &merge)),
            frame(3, &(a(30) + &gone)),
            frame(4, &(a(40) + &b(9))),
        ]
        .concat(),
    )
    .unwrap();
    assert_eq!(course(&file)[1].1, [(1, 1, 100.0), (2, 2, 20.0), (3, 3, 30.0), (4, 4, 40.0)]);
    assert_eq!(course(&file)[2], ("17 (2)".to_owned(), vec![(4, 4, 9.0)]));
}

#[test]
fn an_id_that_was_deleted_is_somebody_else_when_it_comes_again() {
    let gone = tree("<tt:Delete ObjectId=\"1\"/>");
    let file = parse(&[frame(0, &object(1, 20, "")), frame(1, &gone), frame(2, &object(1, 90, ""))].concat()).unwrap();
    let ids: Vec<_> = course(&file).into_iter().map(|c| c.0).collect();
    assert_eq!(ids, ["1", "1 (2)"]);
}

#[test]
fn a_renamed_object_stays_a_track_of_its_own_and_that_is_said() {
    let rename = tree(r#"<tt:Rename><tt:From ObjectId="2"/><tt:To ObjectId="1"/></tt:Rename>"#);
    let file = parse(&(frame(0, &object(2, 20, "")) + &frame(1, &(object(1, 20, "") + &rename)))).unwrap();
    assert_eq!(file.tracks.len(), 2);
    assert!(file.notes[0].contains("2 to 1"), "{:?}", file.notes);
}

#[test]
fn modules_that_share_a_stream_count_for_themselves_and_nameless_objects_too() {
    let first = frame(0, &object(1, 20, "")).replace("Frame Utc", "Frame Source=\"A\" Utc");
    let file = parse(&(first.clone() + &first.replace("\"A\"", "\"B\""))).unwrap();
    assert_eq!(course(&file).iter().map(|c| c.0.as_str()).collect::<Vec<_>>(), ["A/1", "B/1"]);
    let nameless = object(1, 20, "").replace(" ObjectId=\"1\"", "");
    assert_eq!(parse(&(frame(0, &nameless) + &frame(1, &nameless))).unwrap().tracks.len(), 2);
}

#[test]
fn what_is_no_box_is_named() {
    let event = "<tt:Event><wsnt:NotificationMessage/></tt:Event>";
    let text = format!(
        "<?xml version=\"1.0\"?><tt:MetaDataStream>{event}{}</tt:MetaDataStream>\n<?xml version=\"1.0\"?><tt:MetaDataStream/>",
        frame(0, &(object(1, 20, "") + "<tt:SceneImageRef>x</tt:SceneImageRef>"))
    );
    assert!(sniff(text.as_bytes()));
    let file = read(text.as_bytes(), &SIZE).unwrap();
    assert_eq!(
        (file.tracks.len(), file.notes.as_slice()),
        (1, &["what is no box is not used: Event, SceneImageRef".to_owned()][..])
    );
}

#[test]
fn each_defect_is_named_with_its_line() {
    use Kind::{Failed, Unsafe};
    let with = |from: &str, to: &str| frame(0, &object(1, 20, "")).replacen(from, to, 1);
    for (defect, text, kind, says) in [
        ("no time", with("UtcTime", "Time"), Failed, "line 3: <Frame> without a UtcTime"),
        ("a time that is none", with("2008", "soon"), Failed, "is no date"),
        (
            "a box elsewhere",
            with("tt:Shape", "tt:Extension").replacen("/tt:Shape", "/tt:Extension", 1),
            Failed,
            "cannot be understood",
        ),
        (
            "a box in an unknown element",
            with("<tt:Appearance>", "<x/><tt:Appearance><y><BoundingBox/></y>"),
            Failed,
            "cannot be understood",
        ),
        ("an object without a frame", object(1, 20, ""), Failed, "outside of a <Frame>"),
        ("a frame in a frame", frame(0, &frame(1, "")), Failed, "cannot be understood"),
        ("two places", frame(0, &(object(1, 20, "") + &object(1, 30, ""))), Failed, "two places at once"),
        (
            "two places in two frames",
            frame(0, &object(1, 20, "")) + &frame(0, &object(1, 30, "")),
            Failed,
            "two places at once",
        ),
        ("a merge of nothing", frame(0, &tree("<tt:Merge/>")), Failed, "what becomes of what"),
        ("a deletion of nothing", frame(0, &tree("<tt:Delete/>")), Failed, "without an ObjectId"),
        ("a word for a number", with("left=\"20\"", "left=\"near\""), Failed, "'near'"),
        ("late axes", frame(0, &(object(1, 20, "") + "<tt:Transformation/>")), Failed, "behind its objects"),
        ("an absent edge", with("left=\"20\"", ""), Unsafe, "line 3: left is absent"),
        ("NaN", with("left=\"20\"", "left=\"NaN\""), Unsafe, "object 1"),
        ("infinite", with("left=\"20\"", "left=\"-INF\""), Unsafe, "object 1"),
        ("an axis that points down", with("top=\"80\"", "top=\"10\""), Unsafe, "height"),
        ("no width", with("left=\"20\"", "left=\"100\""), Unsafe, "width 0"),
        ("axes without a length", with("x=\"0.003125\"", "x=\"0\""), Unsafe, "width 0"),
    ] {
        let error = parse(&text).map(|_| defect).unwrap_err();
        assert_eq!(error.kind(), kind, "{defect}: {error}");
        assert!(error.to_string().contains(says), "{defect}: {error}");
    }
    for (text, says) in [
        ("<MetadataStream></MetadataStream>", "no <Frame>"),
        ("<MetadataStream><Frame UtcTime=\"2008-10-10T12:00:00Z\">", "ends inside <Frame>"),
        ("<MetadataStream></Frame>", "line 1"),
        ("<!DOCTYPE a [<!ENTITY a \"ha\">]><MetadataStream/>", "document type"),
    ] {
        let error = read(text.as_bytes(), &SIZE).unwrap_err();
        assert!(error.kind() == Failed && error.what().contains(says), "{text}: {error}");
    }
    assert_eq!(read(b"<MetadataStream/>", &ReadOptions::default()).unwrap_err().kind(), Kind::Usage);
}
