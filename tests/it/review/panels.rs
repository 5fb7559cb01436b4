//! What the panels say and keep: a selection, the verdict, the way to what is missing, what is checked, what was made.

use serde_json::json;

use super::acts::{begin, saved};
use super::browser::Browser;
use super::served::Served;
use super::{desk, person};

/// Work that can be approved, but for its reference.
fn work(served: &Served) {
    served.change(|saved| {
        let requester = person("P1", "subject", (0, [20.0, 20.0, 40.0, 60.0]), (39, [60.0, 20.0, 40.0, 60.0]));
        saved["tracks"]["tracks"] = json!([requester]);
    });
}

/// As after any change.
fn redraw(browser: &mut Browser) {
    browser.eval("import('./page/model.js').then((m) => { m.tell('decided'); })");
}

#[test]
fn what_is_selected_in_a_field_stays_so_and_is_typed_over() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    work(&served);
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    browser.click("#tab-details");
    for (field, typed) in [("from", "0.5"), ("received", "")] {
        browser.eval(&format!("(() => {{ const e = document.getElementById('{field}'); e.dataset.before = 'yes'; e.focus(); e.select(); }})()"));
        redraw(&mut browser);
        browser.wait(&format!("!document.getElementById('{field}').dataset.before"));
        assert_eq!(browser.eval("document.activeElement.id"), json!(field));
        browser.call("Input.insertText", json!({ "text": typed }));
    }
    browser.wait("review.request.items[0].from === '0.5'");
    saved(&mut browser);
    assert_eq!(browser.faults, [""; 0]);
}

#[test]
fn the_verdict_stays_in_sight_and_leads_to_what_is_missing() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.ready();
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    browser.click("#tab-details");
    browser.wait("document.getElementById('verdict-way')?.innerText === 'Go to step 1, Mark'");
    let above = "(() => { const p = document.getElementById('step-details'), v = document.querySelector('#verdict p'); \
         p.scrollTop = 1e6; return v.getBoundingClientRect().top - p.getBoundingClientRect().top; })()";
    let above = browser.eval(above).as_f64().unwrap();
    assert!((-1.0..20.0).contains(&above), "{above}");
    browser.click("#verdict-way");
    browser.wait("!document.getElementById('step-mark').hidden");
    work(&served);
    browser.call("Page.reload", json!({}));
    browser.wait("globalThis.review?.decided && !review.decided.error");
    browser.click("#tab-approve");
    browser.click("#approve-record-way");
    browser.wait("document.activeElement.id === 'reference' && !document.getElementById('step-details').hidden");
    let verdict = |part: &str| format!("document.getElementById('verdict').innerText.includes('{part}')");
    browser.wait(&verdict("40 frames (4 s) would be handed over."));
    assert_eq!(browser.eval("document.querySelector('#verdict .good')"), json!(null), "not good without a reference");
    browser.enter("#reference", "SAR-1");
    browser.wait("document.querySelector('#verdict .good')");
    saved(&mut browser);
    browser.click("#tab-approve");
    browser.wait("document.getElementById('summary').innerText.includes('SAR-1')");
    for said in ["a clip", "00:00:00.000 to 00:00:04.000", "P1", "everything else", "frost"] {
        let found =
            format!("[...document.querySelectorAll('#summary dd')].some((d) => d.innerText.includes('{said}'))");
        assert_eq!(browser.eval(&found), json!(true), "{said}");
    }
    assert_eq!(browser.faults, [""; 0]);
}

#[test]
fn each_thing_to_check_is_said_once_and_the_question_is_of_what_is_covered() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    work(&served);
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    browser.click("#tab-check");
    browser.wait("document.getElementById('step-check').innerText.includes('Is nobody else inside the box?')");
    browser.eval(
        "(() => { const shown = [0, 10, 20].map((frame) => ({ frame, what: 'is shown', role: 'subject', track: 'P1' })); \
         review.decided.stretches = [{ key: 'k', first: 0, last: 30, moments: [...shown, { frame: 25, what: 'leaves', role: 'subject', track: 'P1' }] }]; })()",
    );
    redraw(&mut browser);
    browser.wait(
        "document.getElementById('stretch-k')?.innerText === \
         '00:00:00.000 P1 is shown from 00:00:00.000 to 00:00:02.000, P1 leaves'",
    );
}

#[test]
fn single_pictures_are_shown_where_they_were_made() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    work(&served);
    served.change(|saved| {
        saved["request"]["reference"] = json!("SAR-1");
        let item = &mut saved["request"]["items"][0];
        (item["kind"], item["at"]) = (json!("still"), json!(["0.5", "2"]));
        (item["from"], item["to"]) = (json!(null), json!(null));
    });
    served.excuse();
    let Some(mut browser) = begin(&served, (1280, 1400)) else { return };
    browser.click("#tab-details");
    browser.wait("document.getElementById('verdict').innerText.includes('2 pictures would be handed over')");
    browser.wait("document.getElementById('verdict').innerText.includes('write down the reason')");
    browser.click("#tab-approve");
    browser.wait("!document.getElementById('approve').disabled");
    browser.click("#approve");
    browser.wait("document.querySelectorAll('#ready ul.list img').length === 2");
    browser.wait("[...document.querySelectorAll('#ready img')].every((i) => i.naturalWidth > 0)");
    browser.wait("document.getElementById('ready').innerText.includes('Look at the pictures')");
    browser.wait("document.getElementById('approve').disabled");
    assert_eq!(browser.faults, [""; 0]);
}
