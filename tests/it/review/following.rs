//! Whether following people is of any use, and how often it goes wrong, on a real recording with known tracks.

use cctv_redact::geometry::BoundingBox;
use serde_json::json;

use super::served::Served;
use super::truth;

/// A box of a MOTChallenge file, in the picture as the page has it.
fn shape([x, y, w, h]: [f64; 4]) -> BoundingBox {
    BoundingBox::new(x.max(0.0), y.max(0.0), w, h)
}

/// Intersection over union.
fn overlap(a: &BoundingBox, b: &BoundingBox) -> f64 {
    let along = |from: f64, to: f64| (to - from).max(0.0);
    let both = along(a.x.max(b.x), a.right().min(b.right())) * along(a.y.max(b.y), a.bottom().min(b.bottom()));
    both / (a.w * a.h + b.w * b.h - both)
}

#[test]
fn most_of_a_walk_is_followed_and_seldom_somebody_else() {
    let Some((recording, rows)) = crate::common::real("vtest.avi") else { return };
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(recording, folder.path().join("vtest.avi")).unwrap();
    let truth = truth(&rows);
    let served = Served::start(folder.path(), &["vtest.avi"]);
    served.ready();
    let (mut wanted, mut followed, mut wrong) = (0, 0, 0);
    // Five seconds of everybody who is clear of the others at the beginning.
    for start in [30, 80, 130] {
        let there: Vec<(u32, BoundingBox)> =
            truth.iter().filter(|(at, _)| at.1 == start).map(|(at, b)| (at.0, shape(*b))).collect();
        for (id, own) in &there {
            if there.iter().any(|(other, b)| other != id && overlap(own, b) > 0.1) {
                continue;
            }
            let question = json!({ "Follow": { "frame": start, "shape": [own.x, own.y, own.w, own.h], "frames": 50 } });
            let found = served.good("POST", "ask", &question);
            wanted += truth.range((*id, start + 1)..=(*id, start + 50)).count();
            for b in found["boxes"].as_array().unwrap() {
                let at = |i: usize| b["box"][i].as_f64().unwrap();
                let Some(right) = truth.get(&(*id, b["frame"].as_u64().unwrap())) else { continue };
                followed += 1;
                wrong += usize::from(overlap(&BoundingBox::new(at(0), at(1), at(2), at(3)), &shape(*right)) < 0.3);
            }
            assert!(found["stopped"].is_string() || found["boxes"].as_array().map(Vec::len) == Some(50), "{found}");
        }
    }
    eprintln!("{followed} of {wanted} boxes followed, {wrong} of them wrong");
    assert!(wanted > 500 && followed * 2 > wanted, "{followed} of {wanted} boxes are followed");
    assert!(wrong * 10 < followed, "{wrong} of {followed} boxes are on somebody or something else");
}
