//! Whether following people is of any use, and how often it goes wrong, on a real recording with known tracks.

use std::collections::BTreeMap;

use cctv_redact::geometry::BoundingBox;
use serde_json::{Value, json};

use super::served::Served;

type Tracks = BTreeMap<u32, BTreeMap<usize, BoundingBox>>;

/// MOTChallenge rows, frames counted from 0.
fn tracks(rows: &str) -> Tracks {
    let mut tracks = Tracks::new();
    for row in rows.lines() {
        let v: Vec<f64> = row.split(',').map(|v| v.parse().unwrap()).collect();
        let shape = BoundingBox::new(v[2].max(0.0), v[3].max(0.0), v[4], v[5]);
        tracks.entry(v[1] as u32).or_default().insert(v[0] as usize - 1, shape);
    }
    tracks
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
    let tracks = tracks(&std::fs::read_to_string(rows).unwrap());
    let served = Served::start(folder.path(), &["vtest.avi"]);
    served.ready();
    let (mut wanted, mut followed, mut wrong) = (0, 0, 0);
    // Five seconds of everybody who is clear of the others at the beginning.
    for start in [30, 80, 130] {
        for (id, own) in &tracks {
            let Some(shape) = own.get(&start) else { continue };
            let others = tracks.iter().filter(|(other, _)| *other != id).filter_map(|(_, t)| t.get(&start));
            if others.into_iter().any(|other| overlap(shape, other) > 0.1) {
                continue;
            }
            let question =
                json!({ "Follow": { "frame": start, "shape": [shape.x, shape.y, shape.w, shape.h], "frames": 50 } });
            let found = served.good("POST", "ask", &question);
            wanted += own.range(start + 1..=start + 50).count();
            for b in found["boxes"].as_array().unwrap() {
                let at = |i: usize| b["box"][i].as_f64().unwrap();
                let Some(there) = b["frame"].as_u64().and_then(|f| own.get(&(f as usize))) else { continue };
                followed += 1;
                wrong += usize::from(overlap(&BoundingBox::new(at(0), at(1), at(2), at(3)), there) < 0.3);
            }
            assert!(found["stopped"].is_string() || found["boxes"].as_array().map(Vec::len) == Some(50), "{found}");
        }
    }
    eprintln!("{followed} of {wanted} boxes followed, {wrong} of them wrong");
    assert!(wanted > 500 && followed * 2 > wanted, "{followed} of {wanted} boxes are followed");
    assert!(wrong * 10 < followed, "{wrong} of {followed} boxes are on somebody or something else");
    let _: Value = served.good("POST", "end", &Value::Null);
}
