//! Whole ways through the page: real people in real footage, and nothing but a keyboard.

use serde_json::json;

use super::acts::{begin, check_all, draw, look, on_screen, saved};
use super::browser::Browser;
use super::served::Served;
use super::{desk, truth, verified};
use crate::tool::read_json;

type Shape = [f64; 4];

fn go(browser: &mut Browser, frame: u64) {
    browser.enter("#go", &format!("{}", frame as f64 / 10.0));
    browser.eval("document.activeElement.blur()");
    browser
        .wait(&format!("review.frame === {frame} && document.getElementById('picture').dataset.frame === '{frame}'"));
}

/// The chosen person's box in the frame that is shown.
fn here(browser: &mut Browser) -> Option<Shape> {
    let found = browser.eval(
        "import('./page/boxes.js').then((b) => b.boxAt(review.footage, review.tracks, \
         review.tracks.tracks.find((t) => t.id === review.chosen), review.frame)?.box ?? null)",
    );
    found.is_array().then(|| std::array::from_fn(|i| found[i].as_f64().unwrap()))
}

fn farthest(a: Shape, b: Shape) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max)
}

/// Puts the chosen person's box right: by its middle, then by its lower right corner; draws it where there is none.
fn correct(browser: &mut Browser, right: Shape) {
    match here(browser) {
        None => draw(browser, right),
        Some([x, y, w, h]) => {
            let middle = on_screen(browser, x + w / 2.0, y + h / 2.0);
            let there = on_screen(browser, right[0] + w / 2.0, right[1] + h / 2.0);
            browser.drag(middle, there);
            let corner = on_screen(browser, right[0] + w, right[1] + h);
            let end = on_screen(browser, right[0] + right[2], right[1] + right[3]);
            browser.drag(corner, end);
        }
    }
    let is = here(browser).unwrap();
    assert!(farthest(is, right) < 4.0, "{is:?}, not {right:?}");
}

#[test]
fn real_people_are_marked_checked_and_approved_through_a_reload_and_a_killed_program() {
    let Some((recorded, rows)) = crate::common::real("vtest.avi") else { return };
    let truth = truth(&rows);
    let folder = tempfile::tempdir().unwrap();
    let footage = folder.path().join("vtest.avi");
    std::fs::copy(recorded, &footage).unwrap();
    let start = || Served::start(folder.path(), &["vtest.avi", "--out", "packs"]);
    let served = start();
    served.ready();
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    // The requester: drawn, followed by the tracker, and put right where it is not.
    draw(&mut browser, truth[&(3, 0)]);
    browser.wait("review.tracks.tracks.length === 1 && review.tracks.tracks[0].role === 'subject'");
    browser.eval("document.activeElement.blur()");
    browser.key("f", 0);
    browser.wait("document.getElementById('mark-said').textContent.startsWith('Followed')");
    for frame in [10, 20, 30, 39] {
        go(&mut browser, frame);
        correct(&mut browser, truth[&(3, frame)]);
    }
    saved(&mut browser);
    // Stepped back and on: a frame each.
    for (key, frame) in [("ArrowLeft", 38), ("ArrowLeft", 37), ("ArrowRight", 38)] {
        browser.key(key, 0);
        browser.wait(&format!("document.getElementById('picture').dataset.frame === '{frame}'"));
    }
    browser.call("Page.reload", json!({}));
    browser.wait("globalThis.review?.decided && review.tracks.tracks.length === 1");
    browser.wait("document.getElementById('picture').dataset.frame === '0'");
    // Somebody else, with the mouse.
    draw(&mut browser, truth[&(1, 0)]);
    browser.wait("review.tracks.tracks.length === 2 && review.chosen === 'P2'");
    go(&mut browser, 18);
    draw(&mut browser, truth[&(1, 18)]);
    browser.wait("review.tracks.tracks[1].keyframes.length === 2");
    // And one more, with the keyboard: a box in the middle, moved and sized by keys.
    go(&mut browser, 0);
    browser.key("n", 0);
    browser.wait("review.tracks.tracks.length === 3 && review.chosen === 'P3'");
    let right = truth[&(2, 0)];
    for (at, keys, modifier) in [
        (0, ["ArrowLeft", "ArrowRight"], 8),
        (1, ["ArrowUp", "ArrowDown"], 8),
        (2, ["ArrowLeft", "ArrowRight"], 2),
        (3, ["ArrowUp", "ArrowDown"], 2),
    ] {
        let off = right[at] - here(&mut browser).unwrap()[at];
        for _ in 0..(off.abs() / 2.0).round() as u32 {
            browser.key(keys[usize::from(off > 0.0)], modifier);
        }
    }
    let is = here(&mut browser).unwrap();
    assert!(farthest(is, right) <= 1.0, "{is:?}, not {right:?}");
    go(&mut browser, 39);
    draw(&mut browser, truth[&(2, 39)]);
    browser.wait("review.tracks.tracks[2].keyframes.length === 2");
    saved(&mut browser);
    let all = "JSON.stringify(review.tracks.tracks.map((t) => [t.id, t.role, t.keyframes]))";
    let marked = browser.eval(all);
    // Killed as nothing can be done about, and started again, at another address.
    served.kill();
    let served = start();
    browser.navigate(&served.address());
    browser.wait("globalThis.review?.decided && review.tracks.tracks.length === 3");
    // The page may have been asking when nobody answered any more.
    browser.faults.retain(|fault| !fault.contains("ERR_CONNECTION"));
    assert_eq!(browser.eval(all), marked);
    browser.click("#next-step");
    browser.enter("#reference", "SAR-8");
    browser.enter("#to", "00:00:04");
    browser.wait("review.request.reference === 'SAR-8' && review.request.items[0].to === '00:00:04'");
    saved(&mut browser);
    browser.click("#next-step");
    look(&mut browser);
    check_all(&mut browser);
    browser.click("#next-step");
    browser.wait("!document.getElementById('approve').disabled");
    browser.click("#approve");
    browser.wait("document.querySelector('#ready video')?.readyState >= 2");
    assert_eq!(browser.faults, [""; 0]);
    let pack = folder.path().join("packs/SAR-8");
    let log = verified(&pack, Some(&footage));
    let item = &log["request"]["items"][0];
    assert_eq!((&item["obscure"], &item["to"]), (&json!("all-but-subject"), &json!("00:00:04")));
    // What is kept are the boxes as they were drawn, of the very people.
    let kept = read_json(&pack.join("keep/tracks.json"));
    let kept = kept["tracks"].as_array().unwrap();
    let roles: Vec<_> = kept.iter().map(|t| (t["id"].as_str().unwrap(), t["role"].as_str().unwrap())).collect();
    assert_eq!(roles, [("P1", "subject"), ("P2", "third-party"), ("P3", "third-party")]);
    for (track, id) in kept.iter().zip([3, 1, 2]) {
        for frame in [0, if id == 1 { 18 } else { 39 }] {
            let key = track["keyframes"].as_array().unwrap().iter().find(|k| k["frame"] == frame).unwrap();
            let is: Shape = std::array::from_fn(|i| key["box"][i].as_f64().unwrap());
            assert!(farthest(is, truth[&(id, frame)]) < 4.0, "{id}, frame {frame}: {is:?}");
        }
    }
}

#[test]
fn a_keyboard_is_enough_from_choosing_the_recording_to_the_approved_pack() {
    let (folder, footage) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["--out", "packs"]);
    let Some(mut browser) = Browser::open(&served.address(), (1280, 720)) else { return };
    browser.wait("document.activeElement?.closest('#folder')");
    browser.eval(
        "globalThis.pointed = 0, addEventListener('pointerdown', () => { pointed += 1; }, true), \
         [...document.querySelectorAll('#folder button')].forEach((b) => { b.dataset.name = b.textContent; })",
    );
    browser.tab_to("[data-name^=mpeg4]");
    browser.key("Enter", 0);
    browser.wait("globalThis.review?.decided && document.getElementById('picture').dataset.frame === '0'");
    browser.wait("document.activeElement.id === 'step-mark'");
    let press = |browser: &mut Browser, key: &str, modifiers: u32, times: u32| {
        for _ in 0..times {
            browser.key(key, modifiers);
        }
    };
    browser.key("n", 0);
    browser.wait("review.tracks.tracks.length === 1 && review.tracks.tracks[0].role === 'subject'");
    press(&mut browser, "ArrowLeft", 8, 20);
    press(&mut browser, "ArrowDown", 2, 5);
    browser.wait(
        "review.tracks.tracks[0].keyframes[0].box[0] === 104 && review.tracks.tracks[0].keyframes[0].box[3] === 82",
    );
    browser.key("PageDown", 0);
    browser.wait("review.frame === 10");
    browser.key("n", 0);
    browser.wait("review.tracks.tracks[0].keyframes.length === 2");
    browser.key("Home", 0);
    browser.wait("review.frame === 0");
    browser.key("n", 0);
    browser.wait("review.tracks.tracks.length === 2 && review.tracks.tracks[1].role === 'third-party'");
    press(&mut browser, "ArrowRight", 8, 40);
    browser.key("z", 2);
    browser.key("z", 2 | 8);
    browser.wait("review.tracks.tracks[1].keyframes[0].box[0] === 224");
    // Who it is, and who else: by the list and its fields.
    browser.tab_to("#pick-P1");
    browser.key("Enter", 0);
    browser.wait("document.querySelector('.chosen #pick-P1') === document.activeElement");
    browser.tab_to("#label");
    browser.type_over("person");
    browser.tab_to("#next-step");
    browser.wait("review.tracks.tracks[0].label === 'person'");
    saved(&mut browser);
    browser.key("Enter", 0);
    browser.wait("document.activeElement.id === 'step-details'");
    browser.tab_to("#to");
    browser.type_over("00:00:02");
    browser.tab_to("#reference");
    browser.type_over("SAR-9");
    browser.tab_to("#next-step");
    browser.wait("review.request.reference === 'SAR-9' && review.request.items[0].to === '00:00:02'");
    saved(&mut browser);
    browser.key("Enter", 0);
    browser.wait("document.activeElement.id === 'step-check'");
    look(&mut browser);
    check_all(&mut browser);
    browser.tab_to("#next-step");
    browser.key("Enter", 0);
    browser.wait("document.activeElement.id === 'step-approve' && !document.getElementById('approve').disabled");
    browser.tab_to("#approve");
    browser.key("Enter", 0);
    browser.wait("document.querySelector('#ready video')?.readyState >= 2");
    // Where one goes on reading, and not at the top of the page.
    browser.wait("document.activeElement?.closest('#ready')");
    browser.tab_to("#open-folder");
    assert_eq!(browser.eval("pointed"), json!(0));
    assert_eq!(browser.faults, [""; 0]);
    verified(&folder.path().join("packs/SAR-9"), Some(&footage));
}
