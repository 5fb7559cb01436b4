//! What the page asks about before anything is approved: people who are marked no farther, time in which nobody is, and
//! parts that were not on the screen.

use serde_json::{Value, json};

use super::acts::begin;
use super::served::Served;
use super::{desk, person};

/// What it comes to with these tracks, for four seconds of 40 frames.
fn decided(obscure: &str, tracks: &Value) -> Value {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.change(|saved| {
        saved["tracks"]["tracks"] = tracks.clone();
        let item = &mut saved["request"]["items"][0];
        (item["from"], item["to"], item["obscure"]) = (json!("0"), json!("00:00:04"), json!(obscure));
    });
    let decided = served.good("POST", "ask", &json!("Decide"));
    assert!(decided["error"].is_null(), "{decided}");
    decided
}

fn asks(decided: &Value, what: &str) -> Vec<u64> {
    let concerns = decided["concerns"].as_array().unwrap().iter();
    concerns.filter(|c| c["what"].as_str().unwrap().contains(what)).map(|c| c["frame"].as_u64().unwrap()).collect()
}

#[test]
fn whoever_is_covered_no_longer_in_the_middle_of_the_picture_is_asked_about_until_they_have_left() {
    let shape = [120.0, 30.0, 30.0, 60.0];
    let mut tracks = json!([person("P2", "third-party", (5, shape), (20, shape))]);
    assert_eq!(asks(&decided("third-parties", &tracks), "box of P2 ends here"), [20]);
    // Said in the file, as "Leaves here" says it.
    let keys = tracks[0]["keyframes"].as_array_mut().unwrap();
    keys.push(json!({ "frame": 21, "box": shape, "end": true }));
    assert_eq!(asks(&decided("third-parties", &tracks), "ends here"), [0; 0]);
    // At the edge, and at the end of the window, there is nothing to ask.
    for (last, left) in [(20, 0.0), (39, 120.0)] {
        let to = [left, 30.0, 30.0, 60.0];
        let tracks = json!([person("P2", "third-party", (5, shape), (last, to))]);
        assert_eq!(asks(&decided("third-parties", &tracks), "ends here"), [0; 0], "{last}");
    }
}

#[test]
fn where_chosen_people_are_covered_all_of_the_time_is_to_be_looked_at() {
    let shape = [120.0, 30.0, 30.0, 60.0];
    let tracks = json!([person("P2", "third-party", (0, shape), (2, shape))]);
    let decided = decided("third-parties", &tracks);
    let mut next = 0;
    for stretch in decided["stretches"].as_array().unwrap() {
        assert_eq!(stretch["first"].as_u64(), Some(next), "{decided}");
        next = stretch["last"].as_u64().unwrap() + 1;
    }
    assert_eq!(next, 40);
}

#[test]
fn time_in_which_nobody_is_shown_is_named() {
    let shape = [120.0, 30.0, 30.0, 60.0];
    let tracks = json!([person("P1", "subject", (0, shape), (15, shape))]);
    let decided = decided("all-but-subject", &tracks);
    assert_eq!(asks(&decided, "2.4 s from here nobody who is to be shown is marked"), [16]);
}

#[test]
fn a_part_is_not_checked_before_all_of_it_was_on_the_screen() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    let shape = [20.0, 20.0, 40.0, 60.0];
    served.change(|saved| saved["tracks"]["tracks"] = json!([person("P1", "subject", (0, shape), (39, shape))]));
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    browser.click("#tab-check");
    browser.wait("document.getElementById('checked').textContent === 'Start checking'");
    browser.eval("document.activeElement.blur()");
    for _ in 0..4 {
        browser.key("c", 0);
    }
    assert_eq!(browser.eval("review.checks.looked_at.length"), json!(0));
    assert_eq!(browser.eval("document.getElementById('checked').textContent"), json!("Watch to the end"));
    browser.wait("document.getElementById('checked').textContent === 'Checked, next'");
    browser.key("c", 0);
    browser.wait("review.checks.looked_at.length === 1");
    assert_eq!(browser.faults, [""; 0]);
}
