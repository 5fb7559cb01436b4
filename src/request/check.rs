//! Whether a request says what it must, whatever the footage holds.

use jiff::civil::Date;
use serde::Deserialize;

use super::{AudioAction, Ground, Identity, Item, Kind, Outcome, RedactorRole, Request};
use crate::error::{Error, Result};

/// Checks a reference, which names a folder.
///
/// # Errors
/// `Usage` when it is not 1 to 64 of letters, digits, `.`, `_`, `-`, the first a letter or digit.
pub fn check_reference(reference: &str) -> Result<()> {
    let fits = (1..=64).contains(&reference.len())
        && reference.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        && reference.as_bytes()[0].is_ascii_alphanumeric();
    if fits {
        return Ok(());
    }
    Err(Error::usage(format!("'{reference}' cannot be a reference"))
        .hint("use 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit, for example SAR-2026-014"))
}

/// Reads a request file.
///
/// # Errors
/// `Usage`, naming the line, for what is no request.
pub fn parse(bytes: &[u8]) -> Result<Request> {
    serde_json::from_slice(bytes).map_err(|e| match unknown_ground(bytes) {
        Some(ground) => Error::usage(format!("decision.ground: '{ground}' is no ground for a refusal")).hint(GROUNDS),
        None => Error::usage(format!("this is not a request file: {e}")).hint("the format: cctv-redact schema request"),
    })
}

const GROUNDS: &str = "the grounds are third-party-rights, manifestly-unfounded, manifestly-excessive and other-exemption; that the footage could not be redacted is none of them: cover more (\"obscure\": \"all-but-subject\"), supply stills, or have it redacted by others";

/// What stands as the ground of a refusal, where it is none that we know.
fn unknown_ground(bytes: &[u8]) -> Option<String> {
    let request: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    let ground = request.pointer("/decision/ground")?;
    let known = ground.is_null() || Ground::deserialize(ground).is_ok();
    (!known).then(|| ground.as_str().map_or_else(|| ground.to_string(), str::to_owned))
}

impl Request {
    /// Whether the requester gets nothing, on a stated ground or because there is nothing.
    pub fn gives_nothing(&self) -> bool {
        self.decision.as_ref().is_some_and(|d| matches!(d.outcome, Outcome::Refuse | Outcome::NoDataHeld))
    }
}

/// Checks a request and returns what to warn of.
///
/// # Errors
/// `Usage`, naming the field.
pub fn check(request: &Request) -> Result<Vec<String>> {
    check_record(request)?;
    if request.gives_nothing() {
        // What the items lack does no harm: nothing is made of them.
        return Ok(warnings(request));
    }
    if request.items.is_empty() {
        return Err(Error::usage("items: the request asks for nothing")
            .hint("add a clip or a still, or decide \"refuse\" or \"no-data-held\""));
    }
    for (index, item) in request.items.iter().enumerate() {
        // Where there is but one, its place says nothing; it may come from the command line.
        let place = |e: Error| if request.items.len() > 1 { e.at(format_args!("items[{index}]")) } else { e };
        check_item(item).map_err(place)?;
    }
    Ok(warnings(request))
}

/// Checks what a disclosure has to record, apart from what is to be made.
///
/// # Errors
/// `Usage`, naming the field.
pub fn check_record(request: &Request) -> Result<()> {
    if request.version != 1 {
        return Err(
            Error::usage(format!("request version {} is not known", request.version)).hint("write \"version\": 1")
        );
    }
    check_reference(&request.reference)?;
    let by = &request.redacted_by;
    if by.role == RedactorRole::Processor {
        for (field, value) in
            [("contract_reference", &by.contract_reference), ("instruction_reference", &by.instruction_reference)]
        {
            if value.as_deref().is_none_or(|v| v.trim().is_empty()) {
                return Err(Error::usage(format!("redacted_by: a processor needs {field}"))
                    .hint("a processor acts only under a written contract and on documented instructions (UK GDPR, article 28); name both, or set \"role\": \"controller\""));
            }
        }
    }
    match &request.decision {
        Some(decision) if decision.outcome == Outcome::Refuse && decision.ground.is_none() => {
            Err(Error::usage("decision: a refusal needs a ground").hint(GROUNDS))
        }
        _ => Ok(()),
    }
}

/// Checks one thing to make.
///
/// # Errors
/// `Usage`, naming the field.
pub fn check_item(item: &Item) -> Result<()> {
    if item.footage.is_empty() {
        return Err(Error::usage("footage: no recording is named").hint("write \"footage\": [\"car-park.mp4\"]"));
    }
    check_sound(item)?;
    let window = item.from.is_some() && item.to.is_some();
    match item.kind {
        Kind::Clip if !window => {
            Err(Error::usage("a clip needs --from and --to").hint("for example --from 00:01:30 --to 00:02:00"))
        }
        Kind::Clip if !item.at.is_empty() || item.every.is_some() => {
            Err(Error::usage("--at and --every are for stills").hint("ask for the stills as an item of its own"))
        }
        Kind::Still if item.every.is_some() && !item.at.is_empty() => {
            Err(Error::usage("--at and --every do not go together").hint("ask for one of them, or in two items"))
        }
        Kind::Still if item.every.is_some() && !window => {
            Err(Error::usage("--every needs --from and --to").hint("for example --from 00:01:30 --to 00:02:00"))
        }
        Kind::Still if item.every.is_none() && item.at.is_empty() => {
            Err(Error::usage("a still needs --at, or --every with --from and --to").hint("for example --at 00:01:30"))
        }
        Kind::Still if item.every.is_none() && (item.from.is_some() || item.to.is_some()) => {
            Err(Error::usage("--from and --to go with --every; a single still needs only --at").hint("leave them out"))
        }
        _ => Ok(()),
    }
}

fn check_sound(item: &Item) -> Result<()> {
    let Some(stated) = &item.audio else { return Ok(()) };
    let hint = "write --audio mute with a --mute T..T for each stretch to silence, or --audio keep, or --audio drop";
    match (item.kind, stated.action, stated.mute.is_empty()) {
        (Kind::Still, AudioAction::Keep | AudioAction::Mute, _) => {
            Err(Error::usage("audio: a still has no sound").hint("leave --audio out"))
        }
        (_, AudioAction::Mute, true) => Err(Error::usage("audio: nothing is named to be silenced").hint(hint)),
        (_, AudioAction::Keep | AudioAction::Drop, false) => {
            Err(Error::usage("audio: stretches to silence are named, but the sound is kept whole or dropped")
                .hint(hint))
        }
        _ => Ok(()),
    }
}

/// What to warn of in a request that can be meant.
pub fn warnings(request: &Request) -> Vec<String> {
    let mut warnings = Vec::new();
    let items: &[Item] = if request.gives_nothing() { &[] } else { &request.items };
    if items.iter().any(|i| i.audio.as_ref().is_some_and(|a| a.action != AudioAction::Drop)) {
        warnings.push(
            "the sound is kept: listen to all of it, because other people may be heard and understood".to_owned(),
        );
    }
    let decision = request.decision.as_ref();
    let clips = items.iter().filter(|i| i.kind == Kind::Clip).count();
    let decided_otherwise = match decision.map(|d| d.outcome) {
        Some(Outcome::Clip) => clips == 0,
        Some(Outcome::Still) => clips > 0,
        _ => false,
    };
    if decided_otherwise {
        warnings.push("the decision names a clip where the items are stills, or stills where there is a clip; one of the two is not what was decided".to_owned());
    }
    let still_only = !items.is_empty() && items.iter().all(|i| i.kind == Kind::Still);
    let reasoned = decision.is_some_and(|d| d.reason_to_requester.is_some() || d.reason_internal.is_some());
    if still_only && !reasoned {
        warnings.push(
            "a still is given without a reason: regulators think that it seldom gives the full context that a clip does; write down the reason, with the decision".to_owned(),
        );
    }
    if request.identity == Some(Identity::Awaited) {
        warnings.push(
            "the requester's identity is still awaited: do not hand the pack over before it is checked".to_owned(),
        );
    }
    let day = |text: &Option<String>| text.as_deref().and_then(|t| t.parse::<Date>().ok());
    if day(&request.due).zip(day(&request.received)).is_some_and(|(due, received)| due < received) {
        warnings.push("the answer is due before the day on which the request came: one of the two is wrong".to_owned());
    }
    if decision.and_then(|d| d.ground) == Some(Ground::ThirdPartyRights) {
        warnings.push("refused for the rights of others: record why covering them was not enough".to_owned());
    }
    let texts = [
        ("decision.reason_internal", decision.and_then(|d| d.reason_internal.as_deref())),
        ("decision.reason_to_requester", decision.and_then(|d| d.reason_to_requester.as_deref())),
        ("operator", request.operator.as_deref()),
        ("authoriser", request.authoriser.as_deref()),
        ("delivery.method", request.delivery.as_ref().and_then(|d| d.method.as_deref())),
        ("delivery.recipient_reference", request.delivery.as_ref().and_then(|d| d.recipient_reference.as_deref())),
    ];
    let shown = items.iter().flat_map(|i| &i.shown).map(|s| ("shown.justification", s.justification.as_deref()));
    for (field, text) in texts.into_iter().chain(shown) {
        if text.is_some_and(looks_like_a_name) {
            warnings.push(format!("{field} may hold a person's name; the log needs roles and references, not names"));
        }
    }
    warnings
}

/// A title, or two capitalised words in a row that do not open a sentence: a hint to look again, no more.
fn looks_like_a_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let capitalised = |word: &str| {
        let mut chars = word.trim_matches(|c: char| !c.is_alphabetic()).chars();
        chars.next().is_some_and(char::is_uppercase) && chars.next().is_some_and(char::is_lowercase)
    };
    let title = |word: &str| {
        ["mr", "mrs", "ms", "miss", "dr", "prof", "sir"].contains(&word.trim_end_matches('.').to_lowercase().as_str())
    };
    words.windows(2).any(|pair| {
        capitalised(pair[1]) && (title(pair[0]) || (capitalised(pair[0]) && !pair[0].ends_with(['.', ':', '?', '!'])))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_name_folders_and_nothing_else() {
        for good in ["SAR-2026-014", "a", "1.2_3-x"] {
            assert!(check_reference(good).is_ok(), "{good}");
        }
        for bad in ["", ".hidden", "-x", "a/b", "a b", "é", &"x".repeat(65)] {
            assert!(check_reference(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_answer_that_is_due_before_the_request_came_is_warned_of() {
        let warned = |received: &str, due: &str| {
            let dates = (Some(received.to_owned()), Some(due.to_owned()));
            let mut request = Request::new("SAR-1", Vec::new());
            (request.received, request.due) = dates;
            warnings(&request).iter().any(|w| w.contains("due before"))
        };
        assert!(warned("2026-10-14", "2026-10-13"));
        for (received, due) in
            [("2026-10-14", "2026-10-14"), ("2026-10-14", "2026-11-14"), ("14 October", "2026-01-01")]
        {
            assert!(!warned(received, due), "{received}, {due}");
        }
    }

    #[test]
    fn names_are_noticed_and_ordinary_sentences_are_not() {
        for name in ["asked by Jane Example", "for Mr Example", "Dr. Who decided"] {
            assert!(looks_like_a_name(name), "{name}");
        }
        for plain in [
            "insurance dispute",
            "The practice manager decided. Nobody objected.",
            "collected on encrypted stick",
            "practice manager",
        ] {
            assert!(!looks_like_a_name(plain), "{plain}");
        }
    }
}
