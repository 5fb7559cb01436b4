//! The recipient's record as one printable page in plain words: no script, nothing fetched, readable by a
//! screen reader.

use std::collections::HashSet;

use super::html::Html;
use super::notice::{Audio, Ground, Item, ItemKind, Notice, Obscure, Outcome, Span, UNNAMED, Why};
use super::spoken::{length, span};
use crate::time::Position;

/// The notice as a self-contained HTML page for A4 paper. Every string in it is escaped.
pub fn html(notice: &Notice) -> String {
    let mut page = Html::default();
    head(&mut page, notice);
    match notice.outcome {
        Outcome::Clip | Outcome::Still => granted(&mut page, notice),
        Outcome::Refuse => refused(&mut page, notice),
        Outcome::NoDataHeld => not_held(&mut page, notice),
    }
    list(&mut page, "<h2>Your rights</h2>\n", &notice.rights);
    if !notice.items.is_empty() {
        hashes(&mut page, &notice.items);
    }
    page.markup("</main>\n</body>\n</html>\n");
    page.finish()
}

fn head(page: &mut Html, notice: &Notice) {
    let has = |kind| notice.items.iter().any(|item| item.kind == kind);
    let title = match (notice.outcome, has(ItemKind::Clip), has(ItemKind::Still)) {
        (Outcome::Refuse, ..) => "Your request for footage is refused",
        (Outcome::NoDataHeld, ..) => "No footage of you is held",
        (_, true, true) => "Your video and pictures",
        (_, false, true) => "Your pictures",
        _ => "Your video",
    };
    page.markup("<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n")
        .markup(
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n",
        )
        .markup("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>")
        .text(&format!("{title} ({})", notice.reference))
        .markup("</title>\n<style>\n")
        .markup(include_str!("../../assets/notice.css"))
        .markup("</style>\n</head>\n<body>\n<main>\n<header>\n<p class=\"from\">")
        .given(&opening(notice))
        .markup("</p>\n<h1>")
        .text(title)
        .markup("</h1>\n<p>Reference: <strong>")
        .given(&notice.reference)
        .markup("</strong></p>\n</header>\n");
}

fn granted(page: &mut Html, notice: &Notice) {
    asked(page, notice, " for footage that shows you. This page says what you are given. Keep it with the files.");
    page.markup("<h2>What you are given</h2>\n");
    let (clips, stills): (Vec<&Item>, Vec<&Item>) = notice.items.iter().partition(|i| i.kind == ItemKind::Clip);
    clips.iter().for_each(|item| clip(page, item));
    if !stills.is_empty() {
        pictures(page, &stills);
    }
    let times = notice.items.iter().flat_map(|item| [&item.asked.from, &item.supplied.from]);
    if times.into_iter().any(|time| time.parse::<Position>().is_ok()) {
        page.paragraph(
            "The time of day is not known for all of this. Such times are counted from the start of the recording.",
        );
    }
    covered(page, &notice.items);
    missing(page, &notice.items);
    if notice.reason.is_some() {
        page.markup("<h2>Why it is given like this</h2>\n");
        reason(page, notice);
    }
    list(page, "<h2>How to open the files</h2>\n", &notice.how_to_play);
}

fn refused(page: &mut Html, notice: &Notice) {
    asked(page, notice, " for footage that shows you. The request is refused: you are given no footage.");
    page.markup("<h2>Why</h2>\n");
    if let Some(ground) = notice.ground {
        page.paragraph(match ground {
            Ground::ThirdPartyRights => {
                "The footage also shows other people, and the law protects them too. To give it to you would also \
                 tell you about them. Your rights were weighed against theirs, and theirs were found to weigh more."
            }
            Ground::ManifestlyUnfounded => {
                "The law allows a request to be refused when it is \u{201c}manifestly unfounded\u{201d}: when it is \
                 clear that it is not really meant to find out what is held about you."
            }
            Ground::ManifestlyExcessive => {
                "The law allows a request to be refused when it is \u{201c}manifestly excessive\u{201d}: when it \
                 clearly asks for more than is reasonable, for example because it repeats an earlier request."
            }
            Ground::OtherExemption => {
                "The law has exceptions in which footage need not be given, and one of them applies here."
            }
        });
    }
    match (&notice.reason, notice.ground) {
        (Some(_), _) => reason(page, notice),
        (None, Some(_)) => {}
        (None, None) => {
            page.paragraph("No reason is given on this page. You may ask for it.");
        }
    }
}

fn not_held(page: &mut Html, notice: &Notice) {
    asked(page, notice, " for footage that shows you. It holds no such footage, so there is nothing to give you.");
    page.paragraph(
        "There may have been no recording at that place and time, or it may no longer be there: camera systems \
         usually record over old footage after a while.",
    );
    if notice.reason.is_some() {
        page.markup("<h2>What you are told about it</h2>\n");
        reason(page, notice);
    }
}

fn asked(page: &mut Html, notice: &Notice, what: &'static str) {
    page.markup("<p>You asked ").given(&notice.controller).text(what).markup("</p>\n");
}

/// Who answers, where a sentence begins with it. A name stays as it was given.
fn opening(notice: &Notice) -> String {
    match notice.controller.strip_prefix('t') {
        Some(rest) if notice.controller == UNNAMED => format!("T{rest}"),
        _ => notice.controller.clone(),
    }
}

fn reason(page: &mut Html, notice: &Notice) {
    page.markup("<p>")
        .given(&opening(notice))
        .markup(" writes:</p>\n<blockquote>")
        .given(notice.reason.as_deref().unwrap_or_default())
        .markup("</blockquote>\n");
}

fn list(page: &mut Html, heading: &'static str, sentences: &[String]) {
    if sentences.is_empty() {
        return;
    }
    page.markup(heading).markup("<ul>\n");
    for sentence in sentences {
        page.markup("<li>").given(sentence).markup("</li>\n");
    }
    page.markup("</ul>\n");
}

/// One clip: a table of what was asked and what it holds.
fn clip(page: &mut Html, item: &Item) {
    page.markup("<table>\n<caption>Video: ").given(&item.file).markup("</caption>\n");
    let mut row = |name: &'static str, value: &str| {
        page.markup("<tr><th scope=\"row\">").markup(name).markup("</th><td>").given(value).markup("</td></tr>\n");
    };
    if let Some(camera) = &item.camera {
        row("Camera", camera);
    }
    row("You asked for", &span(&item.asked));
    row("You are given", &span(&item.supplied));
    row("Other people", others(item));
    row("You", &requester(item));
    row(
        "Sound",
        match item.audio {
            Audio::None => "The recording has no sound.",
            Audio::Removed => "Removed, because other people may be heard in it.",
            Audio::Kept => "Included.",
            Audio::Muted => "Included, but silenced in places, because other people may be heard there.",
        },
    );
    if let Some(note) = &item.clock_note {
        row("Clock", note);
    }
    page.markup("</table>\n");
}

/// All stills, one row each.
fn pictures(page: &mut Html, stills: &[&Item]) {
    page.markup("<table>\n<caption>Pictures</caption>\n<thead><tr><th scope=\"col\">File</th>")
        .markup("<th scope=\"col\">You asked for</th><th scope=\"col\">It shows</th><th scope=\"col\">Camera</th>")
        .markup("<th scope=\"col\">Covered</th></tr></thead>\n<tbody>\n");
    for item in stills {
        page.markup("<tr><th scope=\"row\">").given(&item.file).markup("</th>");
        let camera = item.camera.as_deref().unwrap_or("\u{2013}");
        for cell in [&span(&item.asked), &span(&item.supplied), camera, covered_in(item)] {
            page.markup("<td>").given(cell).markup("</td>");
        }
        page.markup("</tr>\n");
    }
    page.markup("</tbody>\n</table>\n")
        .paragraph("A picture shows the last moment that was recorded at or before the time asked for.");
    each_once(page, stills.iter().filter_map(|item| item.clock_note.as_deref()));
}

fn others(item: &Item) -> &'static str {
    match (item.obscure, item.others_covered) {
        (Obscure::AllButSubject, _) => "Covered, like everything but you.",
        (Obscure::ThirdParties, true) => "Covered, to protect them.",
        (Obscure::ThirdParties, false) => "Nobody else is covered.",
    }
}

fn requester(item: &Item) -> String {
    if item.requester_covered_seconds > 0.0 {
        let length = length(item.requester_covered_seconds);
        format!(
            "For {length} you are covered, wholly or in part, because somebody else who is covered is close to you."
        )
    } else {
        "You are not covered.".into()
    }
}

fn covered_in(still: &Item) -> &'static str {
    match (still.obscure, still.others_covered, still.requester_covered_seconds > 0.0) {
        (Obscure::AllButSubject, _, false) => "Everything but you",
        (Obscure::AllButSubject, _, true) => "Everything but you, and some of you",
        (Obscure::ThirdParties, _, true) => "Other people, and some of you",
        (Obscure::ThirdParties, true, false) => "Other people",
        (Obscure::ThirdParties, false, false) => "Nobody",
    }
}

fn covered(page: &mut Html, items: &[Item]) {
    page.markup("<h2>What is covered, and why</h2>\n");
    if !items.iter().any(|item| item.others_covered) {
        page.paragraph("Nobody else is covered.");
        return;
    }
    let how =
        |all_but| items.iter().any(|item| item.others_covered && (item.obscure == Obscure::AllButSubject) == all_but);
    if how(true) {
        page.paragraph(
            "Everything but you is covered, to protect other people: they have the same right to privacy as you. A \
             little of what is around you can be seen too. Where somebody else is close to you, a part of you may be \
             covered with them.",
        );
    }
    if how(false) {
        page.paragraph(
            "Other people are covered to protect them: they have the same right to privacy as you. Some of what is \
             around them is covered too, and their place is covered for a moment before they come and after they go. \
             Where somebody who is covered is close to you, a part of you is covered with them.",
        );
    }
    each_once(page, items.iter().filter(|item| item.others_covered).filter_map(|item| item.method.as_deref()));
}

/// A paragraph for each different sentence, in order.
fn each_once<'a>(page: &mut Html, sentences: impl Iterator<Item = &'a str>) {
    let mut said = HashSet::new();
    for sentence in sentences.filter(|sentence| said.insert(*sentence)) {
        page.markup("<p>").given(sentence).markup("</p>\n");
    }
}

fn missing(page: &mut Html, items: &[Item]) {
    page.markup("<h2>What is missing</h2>\n");
    if items.iter().all(|item| item.missing.is_empty()) {
        page.paragraph("Nothing: there is footage for all of the time you asked for.");
        return;
    }
    page.markup("<table>\n<caption>Times you asked for that cannot be seen</caption>\n<thead><tr>").markup(
        "<th scope=\"col\">File</th><th scope=\"col\">Time</th><th scope=\"col\">Why</th></tr></thead>\n<tbody>\n",
    );
    for (item, gap) in items.iter().flat_map(|item| item.missing.iter().map(move |gap| (item, gap))) {
        let why = match gap.why {
            Why::NotInTheRecording => "The recording does not reach this far.",
            Why::RecordingGap => "The recorder made no recording here.",
            Why::Damaged => "The recording is damaged here, so the whole picture is covered.",
        };
        let when = span(&Span { from: gap.from.clone(), to: gap.to.clone() });
        page.markup("<tr><th scope=\"row\">").given(&item.file).markup("</th><td>").given(&when);
        page.markup("</td><td>").text(why).markup("</td></tr>\n");
    }
    page.markup("</tbody>\n</table>\n");
}

fn hashes(page: &mut Html, items: &[Item]) {
    page.markup("<section class=\"small\">\n<h2>For checking the files</h2>\n").paragraph(
        "You do not need this to watch anything. A file with the same SHA-256 value is exactly the file that was \
         supplied.",
    );
    page.markup("<table>\n<caption>Files and their SHA-256 values</caption>\n<thead><tr><th scope=\"col\">File</th>")
        .markup("<th scope=\"col\">SHA-256</th></tr></thead>\n<tbody>\n");
    for item in items {
        page.markup("<tr><th scope=\"row\">").given(&item.file).markup("</th><td class=\"hash\">").given(&item.sha256);
        page.markup("</td></tr>\n");
    }
    page.markup("</tbody>\n</table>\n</section>\n");
}
