//! What is recorded besides the picture: every field of a request has its place in the page, and an answer without any
//! footage is a pack like the one that `run` makes.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::acts::{begin, saved};
use super::browser::Browser;
use super::served::Served;
use super::{desk, run_again, verified};

/// Every field in the page, in an order in which they can be set: where it stands in a request, the control, what is
/// chosen or typed there, and what the request then says.
const SETTABLE: &[(&str, &str, &str, &str)] = &[
    ("reference", "#reference", "SAR-9", r#""SAR-9""#),
    ("received", "#received", "2026-10-14", r#""2026-10-14""#),
    ("due", "#due", "2026-11-14", r#""2026-11-14""#),
    ("identity", "#identity", "awaited", r#""awaited""#),
    ("controller", "#controller", "Example Surgery", r#""Example Surgery""#),
    ("redacted_by.role", "#redactor", "processor", r#""processor""#),
    ("redacted_by.contract_reference", "#contract", "DPA-1", r#""DPA-1""#),
    ("redacted_by.instruction_reference", "#instruction", "INS-1", r#""INS-1""#),
    ("operator", "#operator", "clerk", r#""clerk""#),
    ("authoriser", "#authoriser", "manager", r#""manager""#),
    ("decision.reason_internal", "#reason-internal", "insurance", r#""insurance""#),
    ("decision.reason_to_requester", "#reason-to-requester", "as asked", r#""as asked""#),
    ("delivery.method", "#delivery-method", "stick", r#""stick""#),
    ("delivery.recipient_reference", "#delivery-recipient", "R-14", r#""R-14""#),
    ("delivery.date", "#delivery-date", "2026-11-01", r#""2026-11-01""#),
    ("retention.working_files_until", "#retention-files", "2026-12-14", r#""2026-12-14""#),
    ("retention.log_until", "#retention-log", "2032-10-14", r#""2032-10-14""#),
    ("items[].from", "#from", "0.5", r#""0.5""#),
    ("items[].to", "#to", "90s", r#""90s""#),
    ("items[].camera", "#camera", "Yard east", r#""Yard east""#),
    ("items[].clock.start", "#clock-start", "12/10/2026 9:00", r#""2026-10-12T09:00:00""#),
    ("items[].clock.error_seconds", "#clock-error", "42", "42"),
    ("items[].clock.zone", "#clock-zone", "Europe/Berlin", r#""Europe/Berlin""#),
    ("items[].method", "#method", "fill", r#""fill""#),
    ("items[].margin", "#margin", "12%", r#""12%""#),
    ("items[].margin_min", "#margin-min", "9px", r#""9px""#),
    ("items[].hold", "#hold", "0.75", r#""0.75""#),
    ("items[].bridge", "#bridge", "0.5", r#""0.5""#),
    ("items[].gaps", "#gaps", "cover", r#""cover""#),
    ("items[].damaged", "#damaged", "cover", r#""cover""#),
    ("items[].render", "#render", "smart", r#""smart""#),
    ("items[].no_third_parties", "#nobody", "", "true"),
    ("items[].audio.action", "#audio", "mute", r#""mute""#),
    ("items[].audio.mute", "#silence-here", "", r#"["00:00:00.000..00:00:02.000"]"#),
    ("items[].kind", "#answer", "still", r#""still""#),
    ("items[].at", "#at", "0.5, 1 s", r#"["0.5","00:00:01.000"]"#),
    ("items[].every", "#pictures", "every", r#""1""#),
    ("decision.outcome", "#answer", "refuse", r#""refuse""#),
    ("decision.ground", "#ground", "manifestly-excessive", r#""manifestly-excessive""#),
    ("items[].obscure", "#obscure-third-parties", "", r#""third-parties""#),
];

/// Said of single gaps in the list of them: `gaps_are_settled_one_by_one`.
const GAPS: &[&str] = &["items[].gaps[].track", "items[].gaps[].from", "items[].gaps[].to", "items[].gaps[].is"];

/// What is not set in the page, and why.
const NOT_SET: &[(&str, &str)] = &[
    ("version", "there is one"),
    ("items[].footage", "a review is of the recording that it was opened with"),
    ("items[].tracks[].file", "the page has one track file, its own"),
    ("items[].tracks[].sha256", "stated when the pack is made, of what was decided on"),
    ("items[].binding", "tracks are taken into the page's own file, numbered as the recording is"),
    ("items[].tracks_format", "as binding"),
    ("items[].tracks_size", "said beside the file that is taken in: boxes_of_another_size_are_taken_in"),
    ("items[].mot_origin", "as tracks_size"),
    ("items[].tracks_first_frame", "as binding"),
    ("items[].subjects", "who is the requester is said in the tracks"),
    ("items[].subject_labels", "as subjects"),
    ("items[].shown[].track", "who may be shown, and why, is said in the tracks"),
    ("items[].shown[].because", "as shown"),
    ("items[].shown[].justification", "as shown"),
    ("items[].stream", "decides what is read when the recording is opened: begin with a request file"),
    ("items[].fps", "written down where the recording is chosen: a_recording_without_a_rate_is_opened_with_one"),
    ("looked_at.stretches[].role", "counted by the program"),
    ("looked_at.stretches[].there", "as role"),
    ("looked_at.stretches[].looked_at", "as role"),
    ("looked_at.reason", "written down where it is approved, and put here by the program"),
];

/// Every place of a schema at which something can stand that has no fields of its own.
fn fields(root: &Value, schema: &Value, at: &str, found: &mut BTreeSet<String>) {
    if let Some(name) = schema["$ref"].as_str() {
        return fields(root, &root["$defs"][name.rsplit('/').next().unwrap()], at, found);
    }
    for choice in ["anyOf", "oneOf", "allOf"] {
        if let Some(all) = schema[choice].as_array() {
            let some = all.iter().filter(|s| s["type"] != "null");
            return some.for_each(|s| fields(root, s, at, found));
        }
    }
    let (own, each) = (schema["properties"].as_object(), &schema["items"]);
    match own {
        Some(own) => {
            for (name, field) in own {
                fields(root, field, &format!("{at}{}{name}", if at.is_empty() { "" } else { "." }), found);
            }
        }
        None if each.get("$ref").is_some() => fields(root, each, &format!("{at}[]"), found),
        None => drop(found.insert(at.to_owned())),
    }
}

fn schema() -> BTreeSet<String> {
    let output = crate::tool::binary().args(["schema", "request"]).output().unwrap();
    let schema: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found = BTreeSet::new();
    fields(&schema, &schema, "", &mut found);
    found
}

/// Uses a control as somebody would who sees it: what is not shown cannot be used.
fn operate(browser: &mut Browser, control: &str, value: &str) {
    browser.wait(&format!("document.querySelector('{control}')?.checkVisibility()"));
    if value.is_empty() {
        return browser.click(control);
    }
    browser.eval(&format!(
        "(() => {{ const e = document.querySelector('{control}'); e.focus(); e.value = {value}; \
         if (e.value !== {value}) throw Error('not a choice of {control}'); \
         e.dispatchEvent(new Event('change', {{ bubbles: true }})); e.blur(); }})()",
        value = json!(value)
    ));
}

#[test]
fn everything_a_request_can_say_is_said_in_the_page_or_there_is_a_reason_why_not() {
    let said = SETTABLE.iter().map(|s| s.0).chain(GAPS.iter().copied()).chain(NOT_SET.iter().map(|n| n.0));
    let said: BTreeSet<String> = said.map(str::to_owned).collect();
    let there = schema();
    assert!(there.len() > 50, "{there:?}");
    assert_eq!(there.difference(&said).collect::<Vec<_>>(), [""; 0], "neither in the page nor named here");
    assert_eq!(said.difference(&there).collect::<Vec<_>>(), [""; 0], "no request has this");
    let (folder, _) = desk("car-park.mp4");
    let served = Served::start(folder.path(), &["car-park.mp4"]);
    served.ready();
    let Some(mut browser) = begin(&served, (1280, 900)) else { return };
    browser.click("#tab-details");
    for (field, control, value, expected) in SETTABLE {
        if *field == "items[].obscure" {
            browser.click("#tab-mark");
        }
        operate(&mut browser, control, value);
        let place = field.replace("items[]", "items[0]");
        browser.wait(&format!("JSON.stringify(review.request.{place}) === JSON.stringify({expected})"));
    }
    saved(&mut browser);
    assert_eq!(browser.faults, [""; 0]);
    // What was set is what is saved, and what `run` would read.
    let kept = served.ready()["saved"]["request"].clone();
    assert_eq!(kept["decision"]["ground"], "manifestly-excessive");
    assert_eq!(kept["retention"]["log_until"], "2032-10-14");
    assert_eq!(kept["items"][0]["clock"]["zone"], "Europe/Berlin");
}

#[test]
fn a_refusal_is_recorded_as_run_records_it_and_its_notice_is_shown() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi", "--out", "packs"]);
    served.ready();
    let Some(mut browser) = begin(&served, (1280, 900)) else { return };
    browser.click("#tab-details");
    operate(&mut browser, "#answer", "refuse");
    operate(&mut browser, "#reference", "Müller 12/2026");
    browser.wait("document.getElementById('reference-better')?.textContent === 'Use Muller-12-2026'");
    browser.click("#reference-better");
    browser.wait("review.request.reference === 'Muller-12-2026'");
    operate(&mut browser, "#reason-to-requester", "We have sent you this before.");
    operate(&mut browser, "#received", "2027-01-31");
    browser.wait("document.getElementById('due-month')?.textContent.endsWith('2027-02-28')");
    browser.click("#due-month");
    saved(&mut browser);
    browser.click("#tab-approve");
    let given = "document.getElementById('step-approve').innerText";
    browser.wait(&format!("{given}.includes('a refusal needs a ground')"));
    assert_eq!(browser.eval("document.getElementById('approve').disabled"), json!(true));
    browser.click("#tab-details");
    operate(&mut browser, "#ground", "manifestly-excessive");
    saved(&mut browser);
    browser.click("#tab-check");
    browser.wait("document.getElementById('step-check').innerText.includes('nothing to check')");
    browser.click("#tab-approve");
    browser.wait("!document.getElementById('approve').disabled && !document.getElementById('reason')");
    browser.picture("6-refusal");
    browser.click("#approve");
    browser.wait(&format!("{given}.includes('We have sent you this before.')"));
    browser.wait("document.getElementById('notice').innerText.includes('is refused')");
    browser.picture("7-refused");
    assert_eq!(browser.faults, [""; 0]);
    run_again(folder.path(), "packs.review/mpeg4.avi/request.json");
    let file =
        |out: &str, name: &str| std::fs::read(folder.path().join(out).join("Muller-12-2026").join(name)).unwrap();
    for name in ["send/notice.html", "send/notice.json"] {
        assert_eq!(file("packs", name), file("again", name), "{name}");
    }
    let names = |out: &str| crate::tool::listing(&folder.path().join(out));
    assert_eq!(names("packs"), names("again"));
    verified(&folder.path().join("packs/Muller-12-2026"), None);
}

#[test]
fn no_data_held_needs_no_one_marked_and_nothing_looked_at() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi", "--out", "packs"]);
    served.change(|saved| {
        saved["request"]["decision"] = json!({ "outcome": "no-data-held" });
        // What a clip or a still would need does not matter.
        saved["request"]["items"][0]["kind"] = json!("still");
    });
    assert_eq!(served.approve().status, 422, "it has no reference yet");
    served.change(|saved| saved["request"]["reference"] = json!("SAR-3"));
    assert_eq!(served.approve().status, 200);
    let made = served.made();
    assert_eq!(made["files"], json!([]));
    let notice = std::fs::read(folder.path().join("packs/SAR-3/send/notice.json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&notice).unwrap()["outcome"], "no-data-held");
}

#[test]
fn a_request_file_that_gives_nothing_is_opened_without_a_recording() {
    let folder = tempfile::tempdir().unwrap();
    let request = crate::tool::fixture("refusal.json");
    let served = Served::start(folder.path(), &["--out", "packs", "--request", &request]);
    let state = served.good("GET", "state", &Value::Null);
    assert_eq!(
        (&state["stage"], &state["saved"]["request"]["decision"]["ground"]),
        (&json!("answer"), &json!("manifestly-excessive"))
    );
    assert_eq!(served.good("POST", "ask", &json!("Decide"))["nothing"], true);
    assert_eq!(
        served
            .ask(
                "POST",
                "ask",
                json!({ "Frame": { "frame": 0, "width": 320, "covered": false } }).to_string().as_bytes()
            )
            .status,
        422
    );
    assert_eq!(served.approve().status, 200);
    assert_eq!(served.made()["files"], json!([]));
    assert!(folder.path().join("packs/SAR-2026-016/send/notice.html").is_file());
}

#[test]
fn an_answer_without_any_recording_is_made_and_gone_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path(), &["--out", "packs"]);
    let Some(mut browser) = Browser::open(&served.address(), (1280, 720)) else { return };
    browser.wait("document.getElementById('answer-reference')");
    browser.eval("document.getElementById('answer-reference').closest('details').open = true");
    browser.click("#answer-without");
    browser.wait("document.getElementById('trouble').textContent.includes('field above this button')");
    browser.enter("#answer-reference", "SAR 4");
    browser.click("#answer-without");
    browser.wait("document.getElementById('trouble').textContent.includes('SAR-2026-014')");
    browser.enter("#answer-reference", "SAR-4");
    browser.click("#answer-without");
    browser.wait("globalThis.review?.decided?.nothing && document.getElementById('answer')?.value === 'no-data-held'");
    // The steps that are there, in their own order.
    let steps = "[...document.querySelectorAll('[role=tab]')].filter((t) => !t.hidden).map((t) => t.textContent.replace(/\\s+/g, ' '))";
    browser.wait(&format!("JSON.stringify({steps}) === '[\"\u{2713} Details, done\",\"2 Approve\"]'"));
    browser.wait("document.getElementById('next-step').innerText === 'Next: approve'");
    // As in an earlier request, of which nothing but what stays the same is taken.
    let earlier = json!({ "version": 1, "reference": "SAR-1", "received": "2026-01-01", "controller": "Example Surgery", "operator": 7,
        "redacted_by": { "role": "processor", "contract_reference": "DPA-1", "instruction_reference": "INS-1" },
        "delivery": { "method": "stick", "recipient_reference": "R-1" } });
    browser.eval(&format!(
        "(() => {{ const data = new DataTransfer(); data.items.add(new File([{text}], 'request.json')); \
         const e = document.getElementById('template'); e.files = data.files; e.dispatchEvent(new Event('change')); }})()",
        text = json!(earlier.to_string())
    ));
    browser.wait(
        "review.request.controller === 'Example Surgery' && review.request.redacted_by.contract_reference === 'DPA-1'",
    );
    assert_eq!(
        browser.eval("[review.request.received, review.request.operator, review.request.delivery.recipient_reference]"),
        json!([null, null, null])
    );
    saved(&mut browser);
    browser.picture("12-without");
    drop((browser, served));
    // Gone on with, by the same reference.
    let served = Served::start(folder.path(), &["--out", "packs"]);
    let Some(mut browser) = Browser::open(&served.address(), (1280, 720)) else { return };
    browser.wait("document.getElementById('answer-reference')");
    browser.eval("document.getElementById('answer-reference').closest('details').open = true");
    browser.enter("#answer-reference", "SAR-4");
    browser.click("#answer-without");
    browser.wait("globalThis.review?.request?.controller === 'Example Surgery' && review.decided");
    browser.click("#tab-approve");
    browser.wait("!document.getElementById('approve').disabled");
    browser.click("#approve");
    browser.wait("document.getElementById('notice')?.innerText.includes('No footage of you is held')");
    assert_eq!(browser.faults.iter().filter(|f| !f.contains("/answer")).count(), 0, "{:?}", browser.faults);
    let pack = folder.path().join("packs/SAR-4");
    verified(&pack, None);
    browser.wait("document.getElementById('approve').disabled");
    browser.click("#end");
    browser.wait("document.getElementById('go-on').innerText.includes('SAR-4')");
    drop((browser, served));
    // It stands, and is said to, whoever made it and whenever.
    let served = Served::start(folder.path(), &["--out", "packs"]);
    served.good("POST", "answer", &json!({ "folder": folder.path(), "reference": "SAR-4" }));
    let Some(mut browser) = Browser::open(&served.address(), (1280, 720)) else { return };
    browser.wait("globalThis.review?.decided?.standing");
    browser.click("#tab-approve");
    browser.wait("document.getElementById('approve').disabled && document.getElementById('open-standing')");
    browser.wait("document.getElementById('standing').innerText.includes('packs/SAR-4')");
    assert_eq!(served.ask("GET", "pack/send/notice.html", b"").status, 404, "nobody knows who made it");
    drop((browser, served));
    run_again(folder.path(), "packs.review/SAR-4/request.json");
    assert_eq!(
        std::fs::read(pack.join("send/notice.html")).unwrap(),
        std::fs::read(folder.path().join("again/SAR-4/send/notice.html")).unwrap()
    );
}
