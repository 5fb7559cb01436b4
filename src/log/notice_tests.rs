//! The notice against its schema, and its page against what it must and must not say.

#![allow(clippy::unwrap_used)]

use super::*;
use serde_json::{Value, json};

/// As a controller's script would write it: only the fields that every notice has.
fn plain() -> Value {
    json!({
        "version": 1, "reference": "SAR-2026-014", "controller": "Example Surgery", "outcome": "clip", "reason": null,
        "items": [ { "file": "clip.mp4", "sha256": "ab".repeat(32), "camera": "Car park east",
            "asked": { "from": "2026-10-12T09:14:00+01:00", "to": "2026-10-12T09:16:30+01:00" },
            "supplied": { "from": "2026-10-12T09:14:00.040+01:00", "to": "2026-10-12T09:16:30+01:00" },
            "missing": [], "others_covered": true, "requester_covered_seconds": 1.64, "audio": "removed" } ],
        "rights": ["…"]
    })
}

fn span(from: &str, to: &str) -> Span {
    Span { from: from.into(), to: to.into() }
}

fn notice(outcome: Outcome) -> Notice {
    let clip = Item {
        kind: ItemKind::Clip,
        file: "01-clip.mp4".into(),
        sha256: "0123456789abcdef".repeat(4),
        asked: span("2026-10-12T09:14:00+01:00[Europe/London]", "2026-10-12T09:16:30+01:00[Europe/London]"),
        supplied: span("2026-10-12T09:14:00.04+01:00[Europe/London]", "2026-10-12T09:16:30+01:00[Europe/London]"),
        missing: vec![Missing {
            from: "2026-10-12T09:15:10+01:00[Europe/London]".into(),
            to: "2026-10-12T09:15:22+01:00[Europe/London]".into(),
            why: Why::RecordingGap,
        }],
        camera: Some("Car park east".into()),
        clock_note: Some("The recorder's clock was 42 seconds fast. The times here are corrected.".into()),
        obscure: Obscure::ThirdParties,
        others_covered: true,
        method: Some("The covered places are filled in from what is around them.".into()),
        requester_covered_seconds: 1.64,
        audio: Audio::Removed,
    };
    let still = Item {
        kind: ItemKind::Still,
        file: "02-still-0001.png".into(),
        sha256: "fedcba9876543210".repeat(4),
        asked: span("00:01:30", "00:01:30"),
        supplied: span("00:01:29.96", "00:01:29.96"),
        missing: vec![],
        clock_note: None,
        camera: None,
        audio: Audio::None,
        ..clip.clone()
    };
    let items = match outcome {
        Outcome::Clip => vec![clip, still],
        Outcome::Still => vec![still],
        Outcome::Refuse | Outcome::NoDataHeld => vec![],
    };
    Notice {
        version: 1,
        reference: "SAR-2026-014".into(),
        controller: "Example Surgery".into(),
        outcome,
        ground: (outcome == Outcome::Refuse).then_some(Ground::ThirdPartyRights),
        reason: Some("We looked at both cameras.".into()),
        how_to_play: how_to_play(&items, true),
        items,
        rights: rights(outcome),
    }
}

const OUTCOMES: [Outcome; 4] = [Outcome::Clip, Outcome::Still, Outcome::Refuse, Outcome::NoDataHeld];

fn schema() -> Value {
    serde_json::to_value(schemars::schema_for!(Notice)).unwrap()
}

/// The page as it reads: without tags, white space as one space.
fn read(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let text: String = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    let text = text.replace("&#39;", "'").replace("&quot;", "\"");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_outcome_fits_the_schema_and_reads_back() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    for outcome in OUTCOMES {
        let written = serde_json::to_value(notice(outcome)).unwrap();
        assert!(validator.is_valid(&written), "{:?}", validator.iter_errors(&written).collect::<Vec<_>>());
        assert_eq!(serde_json::from_value::<Notice>(written).unwrap(), notice(outcome));
    }
}

#[test]
fn a_notice_with_the_least_fields_fits_the_schema_and_has_a_page() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    assert!(validator.is_valid(&plain()), "{:?}", validator.iter_errors(&plain()).collect::<Vec<_>>());
    let notice: Notice = serde_json::from_value(plain()).unwrap();
    assert!(read(&html(&notice)).contains("Mon 12 October 2026, 09:14:00 to 09:16:30 (UTC+01)"));
}

#[test]
fn the_schema_refuses_what_it_should() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let with = |path: &str, value: Value| {
        let mut notice = plain();
        let (parent, field) = path.rsplit_once('/').unwrap();
        notice.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(field.into(), value);
        notice
    };
    for bad in [
        with("/outcome", json!("granted")),
        with("/operator", json!("clerk")),
        with("/items/0/footage", json!("car-park.mp4")),
        with("/items/0/audio", json!("loud")),
        with("/items/0/requester_covered_seconds", json!("1.6")),
        with("/items/0/missing", json!([{ "from": "a", "to": "b", "why": "bored" }])),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
        assert!(serde_json::from_value::<Notice>(bad).is_err());
    }
}

/// A new field must be looked at before a requester gets to see it.
#[test]
fn a_notice_has_these_fields_and_no_others() {
    let schema = schema();
    let fields = |pointer: &str| -> Vec<String> {
        schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect()
    };
    let notice = "version reference controller outcome ground reason items how_to_play rights";
    assert_eq!(fields("/properties").join(" "), notice);
    let item = "kind file sha256 asked supplied missing camera clock_note obscure others_covered method \
                requester_covered_seconds audio";
    assert_eq!(fields("/$defs/Item/properties").join(" "), item);
    assert_eq!(fields("/$defs/Missing/properties").join(" "), "from to why");
    assert_eq!(fields("/$defs/Span/properties").join(" "), "from to");
}

#[test]
fn every_field_is_explained_in_the_schema() {
    fn unexplained(value: &Value, path: &str, found: &mut Vec<String>) {
        let Some(object) = value.as_object() else { return };
        for (name, field) in object.get("properties").and_then(Value::as_object).into_iter().flatten() {
            if field.get("description").is_none() {
                found.push(format!("{path}/{name}"));
            }
        }
        object.iter().for_each(|(name, value)| unexplained(value, &format!("{path}/{name}"), found));
    }
    let mut found = Vec::new();
    unexplained(&schema(), "", &mut found);
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn every_page_names_the_reference_the_controller_the_reason_and_all_three_ways_to_complain() {
    for outcome in OUTCOMES {
        let text = read(&html(&notice(outcome)));
        for must in [
            "SAR-2026-014",
            "Example Surgery",
            "We looked at both cameras.",
            "Your rights",
            "the organisation that answered you",
            "data protection regulator (in the UK, the Information Commissioner's Office, ico.org.uk)",
            "go to court",
        ] {
            assert!(text.contains(must), "{outcome:?}: {must}\n{text}");
        }
        assert!(rights(outcome).iter().all(|right| right.contains("complain") || right.contains("court")));
    }
}

#[test]
fn a_granted_page_says_what_is_given_covered_and_missing_and_how_to_open_it() {
    let text = read(&html(&notice(Outcome::Clip)));
    for must in [
        "Video: 01-clip.mp4",
        "02-still-0001.png",
        "Car park east",
        "Mon 12 October 2026, 09:14:00 to 09:16:30 BST",
        "Mon 12 October 2026, 09:14:00.040 to",
        "00:01:29.960",
        "The time of day is not known",
        "Other people are covered to protect them",
        "filled in from what is around them",
        "For 1.6 seconds you are covered",
        "42 seconds fast",
        "Mon 12 October 2026, 09:15:10 to 09:15:22 BST",
        "The recorder made no recording here.",
        "Removed, because other people may be heard",
        "To play a video",
        "To see a picture",
        "edges that look combed",
        &"0123456789abcdef".repeat(4),
    ] {
        assert!(text.contains(must), "{must}\n{text}");
    }
}

#[test]
fn each_ground_has_its_own_plain_words_and_a_refusal_offers_nothing_to_play() {
    use Ground::*;
    for (ground, words) in [
        (ThirdPartyRights, "also shows other people"),
        (ManifestlyUnfounded, "manifestly unfounded"),
        (ManifestlyExcessive, "manifestly excessive"),
        (OtherExemption, "exceptions"),
    ] {
        let text = read(&html(&Notice { ground: Some(ground), ..notice(Outcome::Refuse) }));
        assert!(text.contains("is refused") && text.contains(words), "{text}");
        assert!(!text.contains("How to open") && !text.contains("SHA-256") && !text.contains("What you are given"));
    }
    let bare = Notice { ground: None, reason: None, ..notice(Outcome::Refuse) };
    assert!(read(&html(&bare)).contains("You may ask for it"));
}

#[test]
fn a_page_about_nothing_held_says_so() {
    let text = read(&html(&notice(Outcome::NoDataHeld)));
    assert!(text.contains("No footage of you is held") && text.contains("nothing to give you"), "{text}");
}

#[test]
fn nothing_covered_and_nothing_missing_are_said_too() {
    let mut notice = notice(Outcome::Clip);
    for item in &mut notice.items {
        (item.others_covered, item.requester_covered_seconds) = (false, 0.0);
        item.missing.clear();
    }
    let text = read(&html(&notice));
    for must in ["Nobody else is covered.", "You are not covered.", "Nothing: there is footage for all of the time"] {
        assert!(text.contains(must), "{must}\n{text}");
    }
    assert!(!text.contains("to protect them"));
}

#[test]
fn what_is_covered_is_said_as_it_was_done() {
    let mut notice = notice(Outcome::Clip);
    let (all, some) = ("Everything but you is covered", "their place is covered for a moment");
    let text = read(&html(&notice));
    assert!(text.contains(some) && !text.contains(all), "{text}");
    notice.items[0].obscure = Obscure::AllButSubject;
    let text = read(&html(&notice));
    assert!(text.contains(some) && text.contains(all), "one is covered in each way: {text}");
    notice.items.truncate(1);
    let text = read(&html(&notice));
    assert!(!text.contains(some) && text.contains(all), "{text}");
}

#[test]
fn a_sentence_begins_with_a_capital_and_a_name_is_left_alone() {
    let from = |name: &str| read(&html(&Notice { controller: name.into(), ..notice(Outcome::Clip) }));
    let text = from(UNNAMED);
    assert!(text.contains("The organisation that answered your request writes:"), "{text}");
    assert!(text.contains("You asked the organisation that answered your request for"), "{text}");
    assert!(from("the Bakery").contains("the Bakery writes:"));
}

#[test]
fn a_page_stands_alone_and_runs_nothing() {
    for outcome in OUTCOMES {
        let page = html(&notice(outcome)).to_lowercase();
        for never in ["<script", "<link", "<img", "<iframe", "src=", "href=", "url(", "@import", "http:", "https:"] {
            assert!(!page.contains(never), "{outcome:?}: {never}");
        }
    }
}

#[test]
fn no_string_of_a_notice_can_become_markup() {
    /// Every string of the notice made hostile, except those that name a choice.
    fn poison(value: &mut Value, hostile: &str) {
        match value {
            Value::String(text) => *text = hostile.into(),
            Value::Array(values) => values.iter_mut().for_each(|value| poison(value, hostile)),
            Value::Object(fields) => fields
                .iter_mut()
                .filter(|(name, _)| !["outcome", "ground", "kind", "why", "obscure", "audio"].contains(&name.as_str()))
                .for_each(|(_, value)| poison(value, hostile)),
            _ => {}
        }
    }
    let hostile = "</title></style><script>alert(1)</script><img src=x onerror='a'>\"'&amp;\u{202e}\0";
    let tags = |page: &str| page.matches('<').count();
    for outcome in OUTCOMES {
        let mut value = serde_json::to_value(notice(outcome)).unwrap();
        poison(&mut value, hostile);
        let mut calm = serde_json::to_value(notice(outcome)).unwrap();
        poison(&mut calm, "calm");
        let page = html(&serde_json::from_value(value).unwrap());
        assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("&amp;amp;"));
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains('\0'));
        assert_eq!(tags(&page), tags(&html(&serde_json::from_value(calm).unwrap())), "{outcome:?}");
    }
}
