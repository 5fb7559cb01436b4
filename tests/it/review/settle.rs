//! What stands in the way is shown where it is, and settled there: gaps, damage; and sound that is silenced.

use serde_json::{Value, json};

use super::acts::{begin, saved, select};
use super::served::Served;
use super::{desk, person};
use crate::tool::Desk;

/// A requester throughout, and somebody who is unmarked for more than a second.
fn with_a_gap(saved: &mut Value) {
    let keys =
        |frames: &[u64]| frames.iter().map(|f| json!({ "frame": f, "box": [120, 30, 30, 60] })).collect::<Vec<_>>();
    let mut other = person("P2", "third-party", (0, [0.0; 4]), (1, [0.0; 4]));
    other["sampling"] = json!("every-frame");
    other["keyframes"] = json!(keys(&(0..=10).chain(30..=35).collect::<Vec<_>>()));
    let requester = person("P1", "subject", (0, [20.0, 20.0, 40.0, 60.0]), (39, [60.0, 20.0, 40.0, 60.0]));
    saved["tracks"]["tracks"] = json!([requester, other]);
    saved["request"]["items"][0]["obscure"] = json!("third-parties");
    saved["request"]["reference"] = json!("SAR-1");
}

#[test]
fn gaps_are_settled_one_by_one() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.change(with_a_gap);
    let Some(mut browser) = begin(&served, (1280, 900)) else { return };
    browser.click("#tab-details");
    browser.wait("document.getElementById('verdict-0')?.textContent.startsWith('P2 is unmarked from')");
    // The bars are there though nothing is decided.
    browser.wait("JSON.stringify(review.decided.tracks[1].runs) === '[[0,10],[30,35]]'");
    browser.picture("8-gap");
    browser.click("#verdict-0");
    browser.wait("review.frame === 11");
    browser.click("#verdict-0-cover");
    browser.wait("!review.decided.error && review.request.items[0].gaps[0].is === 'cover'");
    assert_eq!(browser.eval("review.decided.covered.some(([a, b]) => a <= 20 && 20 <= b)"), json!(true));
    browser.click("#statement-0");
    browser.wait("review.decided.error && review.request.items[0].gaps === null");
    browser.click("#verdict-0-absent");
    browser.wait("!review.decided.error");
    let stated = browser.eval("review.request.items[0].gaps");
    let from = browser.eval("review.footage.times[11].toFixed(9)");
    assert_eq!(
        stated,
        json!([{ "track": "P2", "from": from, "to": browser.eval("review.footage.times[30].toFixed(9)"), "is": "absent" }])
    );
    assert_eq!(browser.eval("review.decided.covered.some(([a, b]) => a <= 20 && 20 <= b)"), json!(false));
    // Said beside the person, too; who is deleted takes it along.
    browser.click("#tab-mark");
    browser.click("#pick-P2");
    browser.wait("document.getElementById('gap-0-absent')?.getAttribute('aria-pressed') === 'true'");
    browser.click("#gap-0-absent");
    browser.wait("review.decided.error");
    browser.click("#tab-approve");
    browser.click("#approve-0-mark");
    browser.wait("review.chosen === 'P2' && review.frame === 11 && !document.getElementById('step-mark').hidden");
    browser.click("#gap-0-cover");
    browser.wait("!review.decided.error");
    browser.click("#remove");
    browser.wait("review.tracks.tracks.length === 1 && !review.request.items[0].gaps?.length");
    saved(&mut browser);
    assert_eq!(browser.faults, [""; 0]);
}

#[test]
fn damage_is_a_link_and_covered_by_a_button() {
    let desk = Desk::new();
    let Some(footage) = crate::stops_request::damaged(&desk, "rotated.mp4", 1.0) else { return };
    let served = Served::start(&desk.path(""), &[&footage]);
    served.change(|saved| {
        let requester = person("P1", "subject", (0, [20.0, 20.0, 40.0, 60.0]), (39, [60.0, 20.0, 40.0, 60.0]));
        saved["tracks"]["tracks"] = json!([requester]);
        saved["request"]["reference"] = json!("SAR-1");
        saved["request"]["items"][0]["from"] = json!("0");
        saved["request"]["items"][0]["to"] = json!("60");
    });
    served.excuse();
    let Some(mut browser) = begin(&served, (1280, 900)) else { return };
    browser.click("#tab-approve");
    browser.wait("!document.getElementById('approve').disabled");
    browser.click("#approve");
    browser.wait("document.getElementById('failed-0')?.textContent.startsWith('Damaged from 00:00:0')");
    assert_eq!(browser.eval("document.getElementById('failed').innerText.includes('--')"), json!(false));
    browser.picture("9-damage");
    // Known where nobody has looked yet.
    browser.click("#tab-details");
    browser.wait("document.getElementById('damage-0') && document.getElementById('damage-cover')");
    browser.click("#tab-approve");
    browser.click("#failed-0");
    browser.wait("review.frame === 10");
    browser.click("#tab-details");
    browser.click("#damage-cover");
    browser.wait("review.request.items[0].damaged === 'cover' && !document.getElementById('damage-0')");
    saved(&mut browser);
    browser.click("#tab-approve");
    // What is covered is another now: the reason was written for what was shown before.
    browser.wait("document.getElementById('reason')?.value === '' && document.getElementById('approve').disabled");
    browser.enter("#reason", "a test again");
    browser.wait("!document.getElementById('approve').disabled");
    browser.click("#approve");
    browser.wait("document.getElementById('ready')");
    assert_eq!(browser.faults, [""; 0]);
    let log = crate::tool::read_json(&desk.path("damaged.mp4.review/packs/SAR-1/keep/disclosure-log.json"));
    assert_eq!(log["items"][0]["damaged"][0]["action"], "covered");
}

#[test]
fn sound_is_silenced_in_stretches_that_the_timeline_shows() {
    let (folder, _) = desk("car-park.mp4");
    let served = Served::start(folder.path(), &["car-park.mp4"]);
    served.change(|saved| {
        let requester = person("P1", "subject", (0, [40.0, 40.0, 60.0, 90.0]), (200, [60.0, 40.0, 60.0, 90.0]));
        saved["tracks"]["tracks"] = json!([requester]);
    });
    let Some(mut browser) = begin(&served, (1280, 900)) else { return };
    browser.click("#tab-details");
    select(&mut browser, "audio", "mute");
    browser.wait("document.getElementById('verdict').innerText.includes('press Silence from this frame')");
    browser.enter("#go", "4 s");
    browser.wait("review.frame === 50");
    let at = |browser: &mut super::browser::Browser, expression: &str| browser.eval(expression).as_f64().unwrap();
    let from = at(&mut browser, "review.footage.times[review.frame]");
    browser.click("#silence-here");
    browser.wait(&format!("review.decided.silent?.[0]?.[0] === {from} && review.decided.silent[0][1] === {from} + 2"));
    browser.enter("#go", "8");
    browser.wait(&format!("review.footage.times[review.frame] >= {from} + 3"));
    browser.click("#silent-to-here-0");
    let to = at(&mut browser, "review.footage.times[review.frame + 1]");
    browser.wait(&format!("Math.abs(review.decided.silent[0][1] - {to}) < 0.002"));
    let painted = |share: f64| {
        format!(
            "(() => {{ const c = document.getElementById('line'); const d = c.getContext('2d').getImageData(c.width * {share}, c.height - 4, 1, 1).data; return d[3]; }})()"
        )
    };
    let length = at(&mut browser, "review.footage.end");
    browser.wait(&format!("{} === 255 && {} === 0", painted((from + to) / 2.0 / length), painted((to + 2.0) / length)));
    browser.picture("10-sound");
    browser.enter("#silent-to-0", "0:07");
    browser.wait("review.decided.silent?.[0]?.[1] === 7");
    browser.click("#silent-delete-0");
    browser.wait("review.request.items[0].audio.mute.length === 0 && review.decided.error");
    saved(&mut browser);
    assert_eq!(browser.faults, [""; 0]);
}
