//! The page as people use it, in a real browser: from an unmarked recording to a pack, and what happens on the way.

use std::path::Path;

use cctv_redact::disclose::recording;
use cctv_redact::request::{Item, Kind};
use cctv_redact::tracks::formats::{ReadOptions, native};
use cctv_redact::tracks::lay::lay;
use serde_json::json;

use super::acts::{begin, check_all, look, mark, saved};
use super::browser::Browser;
use super::served::Served;
use super::{desk, run_again, verified};

#[test]
fn from_an_unmarked_recording_to_an_approved_pack() {
    let (folder, footage) = desk("car-park.mp4");
    let served = Served::start(folder.path(), &["car-park.mp4", "--out", "packs"]);
    served.ready();
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    assert_eq!(browser.eval("document.getElementById('obscure-all-but-subject').checked"), json!(true));
    browser.picture("1-mark-empty");
    mark(&mut browser);
    browser.picture("2-details");
    browser.click("#tab-mark");
    browser.click("#pick-P2");
    browser.wait("review.chosen === 'P2'");
    browser.picture("1-mark");
    // A time that is typed, a box that is moved, undo, redo: by the keyboard.
    browser.enter("#go", "0.5");
    browser.wait("review.frame > 0 && document.getElementById('picture').dataset.frame === String(review.frame)");
    browser.enter("#go", "0");
    browser.wait("review.frame === 0");
    browser.eval("document.activeElement.blur()");
    let left = "review.tracks.tracks[1].keyframes[0].box[0]";
    let before = browser.eval(left);
    browser.key("ArrowRight", 8);
    browser.wait(&format!("{left} === {before} + 2"));
    browser.key("z", 2);
    browser.wait(&format!("{left} === {before}"));
    browser.key("z", 2 | 8);
    browser.wait(&format!("{left} === {before} + 2"));
    saved(&mut browser);
    // Reloaded in the middle: everything is there.
    browser.call("Page.reload", json!({}));
    browser.wait(
        "globalThis.review?.decided && review.tracks.tracks.length === 3 && review.request.reference === 'SAR-7'",
    );
    assert_eq!(browser.eval(left), json!(before.as_f64().unwrap() + 2.0));
    // Not looked at: it cannot be approved.
    browser.click("#tab-approve");
    assert_eq!(browser.eval("document.getElementById('approve').disabled"), json!(true));
    browser.click("#tab-check");
    browser.wait("review.covered");
    browser.eval("document.activeElement.blur()");
    look(&mut browser);
    browser.picture("3-check");
    check_all(&mut browser);
    browser.click("#tab-approve");
    browser.wait("!document.getElementById('approve').disabled");
    browser.picture("4-approve");
    browser.click("#approve");
    browser.wait("document.querySelector('#ready video')?.readyState >= 2");
    browser.picture("5-ready");
    assert_eq!(browser.eval("document.querySelector('#ready video').videoWidth > 0"), json!(true));
    // Another request is not what was made.
    browser.click("#tab-details");
    browser.enter("#camera", "Car park");
    saved(&mut browser);
    browser.click("#tab-approve");
    browser.wait("document.getElementById('earlier') && !document.getElementById('ready')");
    assert_eq!(browser.eval("document.getElementById('tab-approve').classList.contains('done')"), json!(false));
    assert_eq!(browser.faults, [""; 0]);
    let log = verified(&folder.path().join("packs/SAR-7"), Some(&footage));
    assert_eq!(log["request"]["items"][0]["obscure"], "all-but-subject");
    assert!(log["request"]["looked_at"]["stretches"].as_array().is_some_and(|s| s.len() >= 2));
    // The request and the tracks are files like any others: `run` makes the same clip of them.
    run_again(folder.path(), "packs.review/car-park.mp4/request.json");
    let clip = |out: &str| std::fs::read(folder.path().join(out).join("SAR-7/send/clip.mp4")).unwrap();
    assert!(clip("packs") == clip("again"));
}

#[test]
fn a_window_that_is_out_of_date_and_a_program_that_is_gone_are_told() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.ready();
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    saved(&mut browser);
    served.change(|saved| saved["request"]["reference"] = json!("OTHER"));
    browser.click("#new-box");
    browser.wait("document.getElementById('trouble').textContent.includes('another window') && review.request.reference === 'OTHER'");
    served.kill();
    browser.click("#new-box");
    browser.wait("document.getElementById('trouble').textContent.includes('has ended')");
}

#[test]
fn everything_has_a_name_and_the_recording_can_be_chosen_in_the_page() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &[]);
    let Some(mut browser) = Browser::open(&served.address(), (1280, 720)) else { return };
    browser.wait(
        "[...document.querySelectorAll('#folder-list button')].some((b) => b.textContent.startsWith('mpeg4.avi'))",
    );
    browser.picture("0-choose");
    browser.eval("[...document.querySelectorAll('#folder-list button')].find((b) => b.textContent.startsWith('mpeg4.avi')).click()");
    browser.wait("globalThis.review?.decided");
    browser.resize((800, 600));
    let last = "document.getElementById('tab-approve').getBoundingClientRect().right";
    browser.wait(&format!("{last} <= innerWidth && {last} > 0"));
    browser.resize((1280, 720));
    for tab in ["mark", "details", "check", "approve"] {
        browser.click(&format!("#tab-{tab}"));
        let nameless = browser.call("Accessibility.getFullAXTree", json!({}));
        let asks = ["button", "textbox", "checkbox", "radio", "combobox", "slider", "tab", "link", "progressbar"];
        for node in nameless["nodes"].as_array().unwrap() {
            let role = node["role"]["value"].as_str().unwrap_or_default();
            let named = node["name"]["value"].as_str().is_some_and(|n| !n.trim().is_empty());
            assert!(
                named || !asks.contains(&role) || node["ignored"] == true,
                "{tab}: a {role} without a name: {node}"
            );
        }
    }
    assert_eq!(browser.faults, [""; 0]);
}

#[test]
fn the_page_puts_every_box_where_the_plan_does() {
    for (name, tracks) in [
        ("car-park.mp4", "car-park.mp4.json"),
        ("car-park.mp4", "car-park.mp4.cvat.xml"),
        ("gap.mp4", "gap.mp4.mot.txt"),
        ("late-start.ts", "late-start.ts.json"),
    ] {
        let (folder, footage) = desk(name);
        let tracks = crate::common::fixture(&format!("tracks/{tracks}"));
        let served = Served::start(folder.path(), &[name, "--tracks", tracks.to_str().unwrap()]);
        served.ready();
        let Some(mut browser) = begin(&served, (1280, 720)) else { return };
        let shown = browser.eval(
            "import('./page/boxes.js').then((b) => review.tracks.tracks.map((t) => review.footage.times.map((_, f) => \
             b.boxAt(review.footage, review.tracks, t, f)?.box ?? null)))",
        );
        let item = Item::new(Kind::Clip, vec![footage.to_str().unwrap().to_owned()]);
        let known = recording(&item, Path::new(""), None).unwrap();
        let file = std::fs::read(folder.path().join(format!("{name}.review/tracks.json"))).unwrap();
        let file = native::read(&file, &ReadOptions::default()).unwrap();
        assert_eq!(shown.as_array().unwrap().len(), file.tracks.len());
        for (track, shown) in file.tracks.iter().zip(shown.as_array().unwrap()) {
            let runs = lay(track, &known).unwrap();
            for (frame, shown) in shown.as_array().unwrap().iter().enumerate() {
                let planned = runs.iter().find_map(|r| r.at(frame));
                let near = |at: usize, v: f64| (shown[at].as_f64().unwrap_or(f64::NAN) - v).abs() < 0.01;
                let same = match planned {
                    Some(b) => near(0, b.x) && near(1, b.y) && near(2, b.w) && near(3, b.h),
                    None => shown.is_null(),
                };
                assert!(
                    same,
                    "{name}, {}, track {}, frame {frame}: {shown}, not {planned:?}",
                    tracks.display(),
                    track.id
                );
            }
        }
    }
}
