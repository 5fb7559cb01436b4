//! The timeline: closer and farther, the time that is handed over moved with the mouse, hours that can be read, and a long
//! recording that does not slow it down.

use std::time::{Duration, Instant};

use serde_json::json;

use super::acts::{begin, saved};
use super::served::Served;
use super::{desk, person};

#[test]
fn the_timeline_is_enlarged_scrolled_and_its_ends_are_dragged() {
    let (folder, _) = desk("car-park.mp4");
    let served = Served::start(folder.path(), &["car-park.mp4"]);
    served.change(|saved| {
        let requester = person("P1", "subject", (0, [40.0, 40.0, 60.0, 90.0]), (200, [60.0, 40.0, 60.0, 90.0]));
        saved["tracks"]["tracks"] = json!([requester]);
        saved["request"]["items"][0]["from"] = json!("4");
        saved["request"]["items"][0]["to"] = json!("16");
    });
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    let at = |browser: &mut super::browser::Browser, share: &str, y: f64| {
        let place = browser.eval(&format!(
            "(() => {{ const r = document.getElementById('line').getBoundingClientRect(); return [r.x + r.width * ({share}), r.y + {y}]; }})()"
        ));
        (place[0].as_f64().unwrap(), place[1].as_f64().unwrap())
    };
    let frames = browser.eval("review.footage.times.length").as_u64().unwrap();
    // The ends, by the mouse.
    let begins = at(&mut browser, "review.decided.window[0] / review.footage.times.length", 8.0);
    let to = at(&mut browser, "0.3", 8.0);
    browser.drag(begins, to);
    let third = frames * 3 / 10;
    browser.wait(&format!("Math.abs(review.decided.window[0] - {third}) <= 1"));
    let from = browser.eval("review.request.items[0].from");
    let ends = at(&mut browser, "(review.decided.window[1] + 1) / review.footage.times.length", 8.0);
    let to = at(&mut browser, "0.5", 8.0);
    browser.drag(ends, to);
    browser.wait(&format!("Math.abs(review.decided.window[1] + 1 - {}) <= 1", frames / 2));
    // Below the hours the same movement only goes there.
    let (left, right) = (at(&mut browser, "0.3", 60.0), at(&mut browser, "0.4", 60.0));
    browser.drag(left, right);
    browser.wait(&format!("Math.abs(review.frame - {}) <= 1", frames * 4 / 10));
    assert_eq!(browser.eval("review.request.items[0].from"), from);
    // And by the keyboard.
    browser.eval("document.activeElement.blur()");
    browser.key("i", 0);
    browser.wait("review.decided.window?.[0] === review.frame");
    browser.key("ArrowRight", 0);
    browser.key("o", 0);
    browser.wait("review.decided.window[1] === review.frame");
    browser.key("z", 2);
    browser.wait("review.decided.window[1] > review.frame");
    // Closer, around where we are; the wheel with Ctrl; all of it again.
    let view = "import('./page/axis.js').then((a) => [a.view.from, a.view.to])";
    let shown = |browser: &mut super::browser::Browser| {
        let v = browser.eval(view);
        (v[0].as_f64().unwrap(), v[1].as_f64().unwrap())
    };
    browser.key("]", 0);
    let (from, to) = shown(&mut browser);
    let here = browser.eval("review.frame").as_f64().unwrap();
    assert!((to - from - frames as f64 / 2.0).abs() < 1.0 && from <= here && here < to, "{from} to {to}, {here}");
    browser.wait("!document.getElementById('line-scroll').hidden");
    let (x, y) = at(&mut browser, "0.5", 60.0);
    browser.call(
        "Input.dispatchMouseEvent",
        json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": -100, "modifiers": 2 }),
    );
    let (wanted, begin) = ((to - from) * 0.8, Instant::now());
    let is_closer = |(from, to): (f64, f64)| (to - from - wanted).abs() < 1.0;
    while !is_closer(shown(&mut browser)) {
        assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", shown(&mut browser));
    }
    browser.picture("11-timeline");
    browser.eval("(() => { const e = document.getElementById('line-scroll'); e.value = e.max; e.dispatchEvent(new Event('input')); })()");
    assert!((shown(&mut browser).1 - frames as f64).abs() < 1.0);
    // Where we go is shown.
    browser.key("Home", 0);
    browser.wait("review.frame === 0");
    assert_eq!(shown(&mut browser).0, 0.0);
    browser.click("#line-all");
    assert_eq!(shown(&mut browser), (0.0, frames as f64));
    saved(&mut browser);
    assert_eq!(browser.faults, [""; 0]);
}

#[test]
fn hours_are_round_and_apart_and_an_hour_of_ten_people_is_painted_quickly() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.ready();
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    saved(&mut browser);
    let texts = browser.eval(
        "import('./page/axis.js').then((a) => { const times = Array.from({ length: 90000 }, (_, i) => i / 25); a.whole(90000); \
         const clock = { milliseconds: Date.UTC(2026, 9, 12, 8, 7, 30), zone: 'Europe/London' }; \
         const all = a.hours(times, clock, 900).map((h) => h.text); \
         const bare = a.hours(times, null, 900).map((h) => h.text); \
         a.zoom(1 / 3600, 45000); return [all, bare, a.hours(times, clock, 900).map((h) => h.text)]; })",
    );
    assert_eq!(texts[0], json!(["09:10", "09:20", "09:30", "09:40", "09:50", "10:00"]));
    assert_eq!(texts[1], json!(["00:00:00", "00:10:00", "00:20:00", "00:30:00", "00:40:00", "00:50:00"]));
    assert!(texts[2].as_array().unwrap().len() >= 5 && texts[2][0].as_str().unwrap().starts_with("09:37:"), "{texts}");
    // An hour with a gap, ten people with a box in every frame, thousands of stretches: put where the page has its own.
    browser.eval(
        "(() => { const f = review.footage, n = 90000; f.times = Array.from({ length: n }, (_, i) => i / 25); f.end = n / 25; \
         f.gaps = [[1000, 1010]]; \
         review.tracks.tracks = Array.from({ length: 10 }, (_, t) => ({ id: `P${t}`, role: 'third-party', sampling: 'every-frame', \
           keyframes: f.times.map((_, i) => ({ frame: i, box: [t * 9, 10, 30, 60] })) })); \
         review.chosen = 'P3'; review.decided = { window: [0, n - 1], clock: null, concerns: [], warnings: [], missing: [], record: { warnings: [] }, \
           tracks: review.tracks.tracks.map((t) => ({ id: t.id, runs: Array.from({ length: 3000 }, (_, i) => [i * 30, i * 30 + 20]) })), \
           stretches: Array.from({ length: 3000 }, (_, i) => ({ key: String(i), first: i * 30, last: i * 30 + 20, moments: [] })) }; \
         review.checks.looked_at = review.decided.stretches.map((s) => s.key).slice(1000); })()",
    );
    // Counted, not timed: how often times and key frames are looked at while the line moves and while all is painted.
    let counted = browser.eval(
        "import('./page/model.js').then(async (m) => { const a = await import('./page/axis.js'); a.whole(90000); \
         let looks = 0; const watched = (list) => new Proxy(list, { get(t, k) { if (typeof k === 'string' && /^\\d+$/.test(k)) looks += 1; return Reflect.get(t, k); } }); \
         const f = review.footage; f.times = watched(f.times); for (const t of review.tracks.tracks) t.keyframes = watched(t.keyframes); \
         const twice = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))); \
         await twice(); looks = 0; review.frame = 44000; m.tell('frame'); await twice(); const moved = looks; \
         looks = 0; const begin = performance.now(); m.tell('chosen'); await twice(); return [moved, looks, performance.now() - begin]; })",
    );
    let (moved, painted) = (counted[0].as_u64().unwrap(), counted[1].as_u64().unwrap());
    assert!(moved > 0 && moved < 3_000, "{moved} looks to go to another frame");
    assert!(painted > 0 && painted < 60_000, "{painted} looks to paint");
    eprintln!("{moved} looks to go to a frame, {painted} to paint, {} ms", counted[2]);
    // Steps that are hidden are drawn when they are shown, and not whenever a box moves.
    let drawn = browser.eval(
        "import('./page/model.js').then(async (m) => { const check = document.getElementById('step-check'); \
         const lines = () => check.querySelectorAll('li').length; \
         m.tell('work'); await new Promise((done) => setTimeout(done, 50)); const hidden = lines(); \
         check.hidden = false; check.dispatchEvent(new Event('shown')); return [hidden, lines()]; })",
    );
    assert_eq!(drawn, json!([0, 3000]));
    assert_eq!(browser.faults, [""; 0]);
}
