//! The native track format: JSON, documented by its own schema. Also how a pack keeps its tracks.

mod document;

use std::collections::HashSet;

pub use self::document::{Document, Footage, KeyFrame, Sampling, Track};

use super::{Format, FrameNumber, ReadOptions, checks, json};
use crate::error::{Error, Result};
use crate::geometry::BoundingBox;
use crate::time::Position;
use crate::tracks as model;
use crate::tracks::{KeyFrame as Key, TrackFile, When};

/// The row of the table.
pub const FORMAT: Format = Format {
    name: "native",
    extensions: &["json"],
    summary: "this program's own JSON (schema tracks)",
    renumbers: false,
    sniff,
    read,
    folder: None,
    write: Some(write),
};

fn sniff(bytes: &[u8]) -> bool {
    checks::first_byte(bytes) == Some(b'{') && checks::mentions(bytes, "\"tracks\"")
}

/// Reads a file in the native format.
///
/// # Errors
/// Status 1 naming the place for what the schema or the order of key frames forbids, 3 for a box without a
/// usable size.
pub fn read(bytes: &[u8], _: &ReadOptions) -> Result<TrackFile> {
    json::parse::<Document>(bytes)?.into_tracks()
}

/// Writes a file in the native format. Key frames keep their frame or position.
///
/// # Errors
/// What `number` answers for a key frame that is placed by the wall clock, which the format does not have.
pub fn write(file: &TrackFile, number: &FrameNumber<'_>) -> Result<Vec<u8>> {
    let keys = file.tracks.iter().flat_map(|track| &track.keyframes);
    if let Some(key) = keys.into_iter().find(|key| matches!(key.when, When::Clock { .. })) {
        number(key.when)?;
    }
    Document::from(file).to_json()
}

impl Document {
    /// Checks everything that the schema cannot say. What only a pack adds (`items`, `file_sha256`) is not in
    /// the model and stays behind.
    pub fn into_tracks(self) -> Result<TrackFile> {
        if self.version != 1 {
            return Err(Error::failed(format!("version {} of the track format is not known", self.version))
                .hint("this program reads version 1"));
        }
        let annotated = self.annotated.map(|[first, last]| (first, last));
        if annotated.is_some_and(|(first, last)| first > last) {
            return Err(Error::failed("annotated: the first frame is after the last"));
        }
        let (sampling, mut notes, mut ids) = (self.sampling, Vec::new(), HashSet::new());
        let mut tracks = Vec::with_capacity(self.tracks.len());
        for (index, track) in self.tracks.into_iter().enumerate() {
            if track.id.trim().is_empty() {
                return Err(Error::failed(format!("tracks[{index}]: the id is empty")));
            }
            if !ids.insert(track.id.clone()) {
                return Err(Error::failed(format!("tracks[{index}]: a second track {}", track.id))
                    .hint("give each track an id of its own"));
            }
            tracks.push(track.into_model(sampling, &mut notes)?);
        }
        let binding = self.footage.unwrap_or_default().into_model()?;
        Ok(TrackFile { format: FORMAT.name, binding, annotated, tracks, notes })
    }
}

impl Footage {
    fn into_model(self) -> Result<model::Binding> {
        let size = match (self.width, self.height) {
            (Some(width), Some(height)) if width > 0 && height > 0 => Some((width, height)),
            (None, None) => None,
            _ => return Err(Error::failed("footage: width and height belong together, and are above 0")),
        };
        let sha256 = self.sha256.map(|hash| hash.to_ascii_lowercase());
        if sha256.as_ref().is_some_and(|hash| hash.len() != 64 || !hash.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(Error::failed("footage: sha256 is 64 hexadecimal digits"));
        }
        Ok(model::Binding { size, sha256, frames: self.frames, times: None })
    }
}

impl Track {
    fn into_model(self, sampling: Sampling, notes: &mut Vec<String>) -> Result<model::Track> {
        let place = format!("track {}", self.id);
        let justified = self.justification.as_ref().is_some_and(|reason| !reason.trim().is_empty());
        if self.shown_because == Some(model::ShownBecause::ReasonableWithoutConsent) && !justified {
            return Err(Error::failed(format!("{place}: shown without consent, and no justification is given"))
                .hint("state in \"justification\" why it is reasonable; it stays with the controller"));
        }
        if self.keyframes.is_empty() {
            return Err(Error::failed(format!("{place}: it has no key frames")));
        }
        let mut keyframes: Vec<Key> = Vec::with_capacity(self.keyframes.len());
        // A frame and a time cannot be compared without the footage: each kind must be in order among itself.
        let (mut last_frame, mut last_time) = (None, None);
        for (index, key) in self.keyframes.into_iter().enumerate() {
            let place = format!("{place}, keyframes[{index}]");
            let key = key.into_model(&place)?;
            let later = match key.when {
                When::Frame(frame) => last_frame.replace(frame).is_none_or(|last| last < frame),
                When::Time(time) => last_time.replace(time).is_none_or(|last| last < time),
                // The format has none.
                When::Clock { .. } => true,
            };
            if !later {
                return Err(Error::failed(format!("{place}: it is not later than the one before"))
                    .hint("put the key frames in time order, each time once"));
            }
            keyframes.push(key);
        }
        if keyframes.first().is_some_and(|key| key.end) {
            notes.push(format!("{place}: its first key frame is an end, so its box is never shown"));
        }
        Ok(model::Track {
            id: self.id,
            label: self.label,
            role: self.role,
            shown_because: self.shown_because,
            justification: self.justification,
            whole: self.whole,
            sampling: match self.sampling.unwrap_or(sampling) {
                Sampling::KeyFrames => model::Sampling::KeyFrames,
                Sampling::KeyFramesByNumber => model::Sampling::KeyFramesByNumber,
                Sampling::EveryFrame => model::Sampling::EveryFrame,
            },
            keyframes,
        })
    }
}

impl KeyFrame {
    fn into_model(self, place: &str) -> Result<Key> {
        let when = match (self.frame, self.time) {
            (Some(frame), None) => When::Frame(checks::frame(frame, place)?),
            (None, Some(time)) => When::Time(
                Position::from_seconds(time)
                    .ok_or_else(|| Error::failed(format!("{place}: {time} seconds is beyond any footage")))?,
            ),
            _ => {
                return Err(Error::failed(format!("{place}: it needs a frame or a time, and not both")));
            }
        };
        let shape = match self.r#box.as_deref() {
            Some(&[Some(x), Some(y), Some(w), Some(h)]) => checks::sound(BoundingBox::new(x, y, w, h), place)?,
            _ => return Err(checks::unusable(format!("{place}: the box is not left, top, width and height"))),
        };
        Ok(Key { when, shape, end: self.end })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::tracks::formats::stated_number;
    use proptest::prelude::*;

    fn parse(text: &str) -> Result<TrackFile> {
        read(text.as_bytes(), &ReadOptions::default())
    }

    /// A file with one track: what stands in its braces, and its key frames.
    fn one(track: &str, keyframes: &str) -> String {
        format!(r#"{{"version":1,"tracks":[{{"id":"7",{track}"keyframes":[{keyframes}]}}]}}"#)
    }

    #[test]
    fn everything_that_the_format_can_say_is_understood() {
        let file = parse(
            r#"{"version":1,"sampling":"every-frame","annotated":[5,90],
                "footage":{"width":1920,"height":1080,"sha256":null,"frames":4512},
                "tracks":[{"id":"7","label":"person","role":"third-party","shown_because":"reasonable-without-consent",
                  "justification":"staff on duty","whole":false,"sampling":"keyframes-by-number","items":[1,2],"file_sha256":"ab",
                  "keyframes":[{"frame":120,"box":[604.5,210,88,240]},{"time":9.6,"box":[640,214,90,242],"end":true}]},
                  {"id":"s1","role":"subject","whole":true,"keyframes":[{"frame":0,"box":[1,2,3,4]}]}]}"#,
        )
        .unwrap();
        assert_eq!((file.binding.size, file.binding.frames), (Some((1920, 1080)), Some(4512)));
        assert_eq!(file.annotated, Some((5, 90)));
        let [first, second] = file.tracks.as_slice() else { unreachable!() };
        assert_eq!(
            (first.sampling, second.sampling),
            (model::Sampling::KeyFramesByNumber, model::Sampling::EveryFrame)
        );
        assert_eq!(first.keyframes[1].when, When::Time(Position::from_nanos(9_600_000_000)));
        assert_eq!((first.keyframes[0].end, first.keyframes[1].end), (false, true));
        assert_eq!((second.role, second.whole), (Some(model::Role::Subject), true));
    }

    #[test]
    fn a_silent_role_stays_open() {
        let file = parse(&one("", r#"{"frame":1,"box":[1,2,3,4]}"#)).unwrap();
        assert_eq!(file.tracks[0].role, None);
        let written = String::from_utf8(write(&file, &stated_number).unwrap()).unwrap();
        assert!(!written.contains("role") && written.contains("\"shown_because\": null"), "{written}");
    }

    #[test]
    fn each_defect_is_named_with_its_place() {
        use Kind::{Failed, Unsafe};
        let key = r#"{"frame":1,"box":[1,2,3,4]}"#;
        for (defect, text, kind, says) in [
            ("not JSON", "{\"tracks\":[\n,]}".into(), Failed, "line 2"),
            ("cut short", one("", key)[..60].into(), Failed, "cannot read the JSON"),
            ("no version", r#"{"tracks":[]}"#.into(), Failed, "version"),
            ("another version", r#"{"version":2,"tracks":[]}"#.into(), Failed, "version 2"),
            ("no tracks", r#"{"version":1}"#.into(), Failed, "tracks"),
            ("a name that is not known", r#"{"version":1,"tracks":[],"colour":1}"#.into(), Failed, "colour"),
            ("a sampling that is not known", r#"{"version":1,"sampling":"cubic","tracks":[]}"#.into(), Failed, "cubic"),
            ("half a size", r#"{"version":1,"footage":{"width":9},"tracks":[]}"#.into(), Failed, "width and height"),
            ("a hash that is none", r#"{"version":1,"footage":{"sha256":"12"},"tracks":[]}"#.into(), Failed, "sha256"),
            ("a range backwards", r#"{"version":1,"annotated":[9,1],"tracks":[]}"#.into(), Failed, "annotated"),
            ("an empty id", one("", key).replace("\"7\"", "\" \""), Failed, "tracks[0]"),
            ("no key frames", one("", ""), Failed, "track 7: it has no key frames"),
            ("neither frame nor time", one("", r#"{"box":[1,2,3,4]}"#), Failed, "track 7, keyframes[0]"),
            ("frame and time", one("", r#"{"frame":1,"time":1,"box":[1,2,3,4]}"#), Failed, "not both"),
            ("frame below 0", one("", r#"{"frame":-1,"box":[1,2,3,4]}"#), Failed, "-1"),
            ("a time beyond time", one("", r#"{"time":1e300,"box":[1,2,3,4]}"#), Failed, "keyframes[0]"),
            ("twice the same frame", one("", &format!("{key},{key}")), Failed, "track 7, keyframes[1]"),
            ("a word in the box", one("", r#"{"frame":1,"box":[1,2,3,"4"]}"#), Failed, "JSON"),
            (
                "an unjustified reason",
                one("\"shown_because\":\"reasonable-without-consent\",", key),
                Failed,
                "justification",
            ),
            (
                "a blank reason",
                one("\"shown_because\":\"reasonable-without-consent\",\"justification\":\" \",", key),
                Failed,
                "justification",
            ),
            ("NaN", one("", r#"{"frame":1,"box":[NaN,2,3,4]}"#), Unsafe, "line 1"),
            ("infinite", one("", r#"{"frame":1,"box":[1,2,1e999,4]}"#), Unsafe, "out of range"),
            ("null for a width", one("", r#"{"frame":1,"box":[1,2,null,4]}"#), Unsafe, "track 7, keyframes[0]"),
            ("a box of three", one("", r#"{"frame":1,"box":[1,2,3]}"#), Unsafe, "track 7, keyframes[0]"),
            ("no box", one("", r#"{"frame":1}"#), Unsafe, "track 7, keyframes[0]"),
            ("width 0", one("", r#"{"frame":1,"box":[1,2,0,4]}"#), Unsafe, "width 0"),
            ("height below 0", one("", r#"{"frame":1,"box":[1,2,3,-4]}"#), Unsafe, "height -4"),
            (
                "farther than pictures reach",
                one("", r#"{"frame":1,"box":[-1e308,2,1.5e308,4]}"#),
                Unsafe,
                "keyframes[0]",
            ),
        ] {
            let error = parse(&text).unwrap_err();
            assert_eq!(error.kind(), kind, "{defect}: {error}");
            assert!(error.to_string().contains(says), "{defect}: {error}");
        }
        let twice = parse(r#"{"version":1,"tracks":[{"id":"7","keyframes":[{"frame":1,"box":[1,2,3,4]}]},{"id":"7","keyframes":[{"frame":1,"box":[1,2,3,4]}]}]}"#).unwrap_err();
        assert!(twice.what().contains("tracks[1]: a second track 7"), "{twice}");
    }

    #[test]
    fn order_is_asked_of_frames_and_of_times_apart() {
        let at = |when: &str| format!(r#"{{{when},"box":[1,2,3,4]}}"#);
        let mixed = |whens: &[&str]| parse(&one("", &whens.iter().map(|w| at(w)).collect::<Vec<_>>().join(",")));
        assert!(mixed(&["\"frame\":500", "\"time\":1", "\"frame\":501", "\"time\":2"]).is_ok());
        assert!(mixed(&["\"frame\":500", "\"time\":1", "\"frame\":499"]).is_err());
        assert!(mixed(&["\"time\":2", "\"frame\":1", "\"time\":2"]).is_err());
    }

    #[test]
    fn a_track_that_starts_with_its_end_is_remarked_on() {
        let file = parse(&one("", r#"{"frame":1,"box":[1,2,3,4],"end":true}"#)).unwrap();
        assert!(file.notes[0].contains("track 7"));
    }

    #[test]
    fn the_schema_accepts_what_is_written_and_refuses_a_box_of_three() {
        let schema = serde_json::to_value(schemars::schema_for!(Document)).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let file = parse(&one("", r#"{"frame":1,"box":[1,2,3,4]},{"time":2,"box":[1,2,3,4],"end":true}"#)).unwrap();
        let mut written: serde_json::Value = serde_json::from_slice(&write(&file, &stated_number).unwrap()).unwrap();
        assert!(validator.is_valid(&written));
        let key = &mut written["tracks"][0]["keyframes"][0];
        key["box"].as_array_mut().unwrap().pop();
        assert!(!validator.is_valid(&written));
        written["tracks"][0]["keyframes"][0].as_object_mut().unwrap().remove("box");
        assert!(!validator.is_valid(&written));
    }

    /// Thousandths of a pixel, as tools write them: serde_json reads up to 15 digits exactly.
    fn thousandths(range: std::ops::Range<i32>) -> impl Strategy<Value = f64> {
        range.prop_map(|v| f64::from(v) / 1000.0)
    }

    fn any_keys() -> impl Strategy<Value = Vec<Key>> {
        let size = || thousandths(1..5_000_000);
        let key = (
            any::<bool>(),
            thousandths(-9_000_000..9_000_000),
            thousandths(-9_000_000..9_000_000),
            size(),
            size(),
            any::<bool>(),
        );
        proptest::collection::vec(key, 1..6).prop_map(|keys| {
            let keys = keys.into_iter().enumerate().map(|(index, (by_time, x, y, w, h, end))| Key {
                when: if by_time {
                    When::Time(Position::from_nanos(1_000_000_007 * index as i64))
                } else {
                    When::Frame(3 * index as u64)
                },
                shape: BoundingBox::new(x, y, w, h),
                end: end && index > 0,
            });
            keys.collect()
        })
    }

    fn any_track() -> impl Strategy<Value = model::Track> {
        let sampling = prop_oneof![
            Just(model::Sampling::KeyFrames),
            Just(model::Sampling::KeyFramesByNumber),
            Just(model::Sampling::EveryFrame)
        ];
        let role = proptest::option::of(prop_oneof![Just(model::Role::ThirdParty), Just(model::Role::Subject)]);
        let shown = prop_oneof![
            Just((None, None)),
            Just((Some(model::ShownBecause::Consent), None)),
            Just((Some(model::ShownBecause::ReasonableWithoutConsent), Some("on \"duty\"\n".to_string()))),
        ];
        (proptest::option::of(".{0,5}"), role, shown, any::<bool>(), sampling, any_keys()).prop_map(
            |(label, role, (shown_because, justification), whole, sampling, keyframes)| model::Track {
                id: String::new(),
                label,
                role,
                shown_because,
                justification,
                whole,
                sampling,
                keyframes,
            },
        )
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back_the_same(
            mut tracks in proptest::collection::vec(any_track(), 0..4),
            size in proptest::option::of((1u32..9000, 1u32..9000)),
            frames in proptest::option::of(any::<u64>()),
            hash in proptest::option::of("[0-9a-f]{64}"),
            annotated in proptest::option::of((0u64..50, 50u64..90)),
        ) {
            for (index, track) in tracks.iter_mut().enumerate() {
                track.id = format!("id {index}");
            }
            let binding = model::Binding { size, sha256: hash, frames, times: None };
            let file = TrackFile { format: "native", binding, annotated, tracks, notes: Vec::new() };
            let bytes = write(&file, &stated_number).unwrap();
            prop_assert_eq!(read(&bytes, &ReadOptions::default()).unwrap(), file);
        }
    }
}
