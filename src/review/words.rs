//! What is wrong, and what to do about it, as it is said in the page: by its own steps and fields, not by the options of
//! the command line or the names in a request file.

use serde_json::{Value, json};

use crate::error::Error;

/// An error that names options or fields: what it can be known by, what the page says instead where that must be another
/// thing, and what to do in the page.
const SAID: &[(&str, Option<&str>, &str)] = &[
    (
        "carries no timing",
        None,
        "open The recording does not say how fast it is, below, and write down how many pictures a second the recorder made",
    ),
    (
        "so --fps does not apply",
        Some("this recording says itself how fast it is"),
        "leave the number of pictures a second out",
    ),
    (
        "'' cannot be a reference",
        Some("the reference is missing"),
        "Details, The request: it names the folder, for example SAR-2026-014",
    ),
    ("a processor needs contract_reference", Some("a processor needs a contract reference"), PROCESSOR),
    ("a processor needs instruction_reference", Some("a processor needs an instruction reference"), PROCESSOR),
    (
        "a refusal needs a ground",
        Some("a refusal needs a ground"),
        "Details, The answer: choose it. That the footage could not be redacted is none: cover more (step 1: show only the requester), give single pictures, or have it redacted by others",
    ),
    (
        "a clip needs --from and --to",
        Some("it is not said which time is handed over"),
        "Details, Which time: fill in From and To, or press From this frame and Up to this frame",
    ),
    (
        "a still needs --at",
        Some("it is not said which pictures are handed over"),
        "Details, Which time: press Add this frame, or fill in when",
    ),
    (
        "--every needs --from and --to",
        Some("it is not said between which times the pictures are"),
        "Details, Which time: fill in From and To",
    ),
    (
        "the tracks were made for a picture of",
        None,
        "open Its boxes were drawn or counted otherwise, and write down that size, if they were drawn on a copy of this very recording",
    ),
    (
        "boxes have their centre outside the picture",
        None,
        "open Its boxes were drawn or counted otherwise, and write down the size that they were drawn at",
    ),
    (
        "are for stills",
        Some("times of single pictures are given, but a clip is chosen"),
        "Details, The answer: choose single pictures, then a clip again",
    ),
    (
        "--at and --every",
        Some("single pictures and pictures at an interval are both asked for"),
        "Details, Which time: choose one of them",
    ),
    (
        "--from and --to go with --every",
        Some("single pictures are asked for, and a time too"),
        "Details, Which time: empty From and To",
    ),
    ("audio: a still has no sound", Some("pictures have no sound"), "Details, Sound: leave it out"),
    (
        "audio: nothing is named to be silenced",
        Some("no stretch to silence is named"),
        "Details, Sound: press Silence from this frame, or choose to keep all of it or to leave it out",
    ),
    (
        "audio: stretches to silence are named",
        Some("stretches to silence are named, but the sound is kept whole or left out"),
        "Details, Sound: choose to silence some of it",
    ),
    (
        "is no stretch to silence",
        None,
        "Details, Sound: each stretch ends after it begins; write the times as 00:01:30",
    ),
    ("ends where it begins", None, "Details, Which time: To comes after From"),
    ("before it begins", None, "Details, Which time: exchange From and To, or look at them again"),
    (
        "a series of stills needs an interval",
        Some("pictures at an interval need a number of seconds above 0, and To after From"),
        "Details, Which time",
    ),
    ("more than 100,000 stills", None, "Details, Which time: choose a longer interval or a shorter time"),
    ("a clock error is given, but not when the recording starts", None, CLOCK),
    ("it is not known when the recording starts", None, CLOCK),
    ("no start time in the", None, CLOCK),
    ("is not a wall-clock time", None, CLOCK),
    (
        "the subject's track is needed",
        Some("nobody is marked as the requester yet"),
        "step 1: draw a box around them, or choose them and say that they are the requester",
    ),
    (
        "--no-third-parties was given",
        Some("it is ticked that there is nobody else in this time, but somebody else is marked"),
        "Details, Covering: take the tick away, or step 1: delete who is marked by mistake",
    ),
    ("nobody would be covered: no track is given", Some("nobody is marked, so nobody would be covered"), NOBODY),
    ("nobody would be covered: every third party is marked as shown", None, NOBODY),
    ("nobody would be covered", None, NOBODY),
    ("the person may be in the picture there", None, "look at each such time: they are listed with what can be done"),
    (
        "the footage is damaged from",
        None,
        "go there and look; export it again if the recorder still holds it; or have the whole picture covered there",
    ),
    ("is to be shown without consent", None, "step 1: choose them and write down why it is reasonable"),
    (
        "exists already",
        None,
        "Details, The request: another reference makes another pack; an existing one is never changed",
    ),
    (
        "cannot be joined to",
        None,
        "they are two recordings: open one of them alone, and the other one as a request of its own",
    ),
    (
        "this is the work on other files",
        None,
        "there is work on the first of these files already: open the same files as then, or move that folder away",
    ),
];

const PROCESSOR: &str = "Details, Who covers and decides: fill it in, because a processor acts only under a written contract and on documented instructions (UK GDPR, article 28); or say that the organisation itself covers";
const CLOCK: &str = "Details, Clock: read the clock in the very first picture and write it under It shows, for example 2026-10-12T09:00:00; or give times as so far into the recording, 00:01:30";
const NOBODY: &str = "step 1: mark those who are to be covered; or, if you have looked and there is nobody else in this time, Details, Covering: say so";

/// An error as the page tells it: what is wrong, what to do, the exit status it would have, and the places it is about.
pub fn told(e: &Error) -> Value {
    let (what, hint) = spoken(e);
    json!({ "what": what, "hint": hint, "status": e.kind().status(), "spots": e.spots() })
}

fn spoken(e: &Error) -> (String, Option<String>) {
    if let Some((_, what, hint)) = SAID.iter().find(|s| e.what().contains(s.0)) {
        return (what.map_or_else(|| e.what().to_owned(), str::to_owned), Some((*hint).to_owned()));
    }
    (e.what().to_owned(), e.advice().and_then(plain))
}

/// Fields of a request file that warnings begin with, and what they are called in the page.
const FIELDS: &[(&str, &str)] = &[
    ("decision.reason_internal", "Reason, for your file only,"),
    ("decision.reason_to_requester", "Reason, for the requester,"),
    ("operator", "Made by"),
    ("authoriser", "Decided by"),
    ("delivery.method", "How it is handed over"),
    ("delivery.recipient_reference", "To whom"),
    ("shown.justification", "Why it is reasonable to show somebody"),
];

/// A warning as the page says it.
pub fn warning(text: &str) -> String {
    let said = plain(text).unwrap_or_else(|| text.to_owned());
    let field = FIELDS.iter().find_map(|(field, name)| said.strip_prefix(field).map(|rest| format!("{name}{rest}")));
    field.unwrap_or(said)
}

/// What of an advice can be followed in the page: each part that names an option or a field is left out.
fn plain(advice: &str) -> Option<String> {
    let foreign =
        |part: &str| part.contains("--") || part.contains("request file") || part.contains("\":") || part.contains('`');
    let parts: Vec<&str> = advice.split("; ").filter(|part| !foreign(part)).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_name_the_fields_of_the_page_and_no_options() {
        assert_eq!(warning("operator may hold a name"), "Made by may hold a name");
        assert_eq!(warning("all are covered; name their track: --subject ID"), "all are covered");
        assert_eq!(warning("the sound is kept"), "the sound is kept");
    }
}
