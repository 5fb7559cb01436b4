//! What somebody does in the page: draws, marks, chooses, looks, and waits until it is saved.

use super::browser::Browser;
use super::served::Served;

/// Where a place of the picture is on the screen, in pixels of boxes.
pub fn on_screen(browser: &mut Browser, x: f64, y: f64) -> (f64, f64) {
    let found = browser.eval(
        "(() => { const s = document.getElementById('stage').getBoundingClientRect(), f = review.footage; \
         const k = Math.min(s.width / f.shown_size[0], s.height / f.shown_size[1]); \
         return [s.x + (s.width - f.shown_size[0] * k) / 2, s.y + (s.height - f.shown_size[1] * k) / 2, \
                 k * f.shown_size[0] / f.size[0], k * f.shown_size[1] / f.size[1]]; })()",
    );
    let at = |i: usize| found[i].as_f64().unwrap();
    (at(0) + x * at(2), at(1) + y * at(3))
}

/// Draws a box: left, top, width, height in pixels of boxes.
pub fn draw(browser: &mut Browser, [x, y, w, h]: [f64; 4]) {
    let (from, to) = (on_screen(browser, x, y), on_screen(browser, x + w, y + h));
    browser.drag(from, to);
}

/// Waits until all is saved, and decided on.
pub fn saved(browser: &mut Browser) {
    browser.wait("document.getElementById('saved').textContent === 'Saved' && review.decided");
}

/// A browser with the page, once it shows the first frame; `None`, and said, where there is no browser.
pub fn begin(served: &Served, size: (u32, u32)) -> Option<Browser> {
    let mut browser = Browser::open(&served.address(), size)?;
    browser.wait("globalThis.review?.decided && document.getElementById('picture').dataset.frame === '0'");
    Some(browser)
}

/// Marks a requester and two others, and fills in what a record needs.
pub fn mark(browser: &mut Browser) {
    draw(browser, [112.0, 293.0, 32.0, 108.0]);
    browser.wait("review.tracks.tracks.length === 1 && review.tracks.tracks[0].role === 'subject'");
    browser.eval("document.activeElement.blur()");
    for _ in 0..10 {
        browser.key("ArrowRight", 0);
    }
    browser.wait("review.frame === 10");
    // Where the requester is by now: drawn again, since the box was only known in one frame.
    draw(browser, [141.0, 294.0, 51.0, 106.0]);
    browser.wait("review.tracks.tracks.length === 1 && review.tracks.tracks[0].keyframes.length === 2");
    browser.key("Home", 0);
    browser.wait("review.frame === 0");
    for (n, at) in [(2, [204.0, 212.0, 28.0, 73.0]), (3, [586.0, 261.0, 43.0, 85.0])] {
        draw(browser, at);
        browser.wait(&format!(
            "review.tracks.tracks.length === {n} && review.tracks.tracks[{n} - 1].role === 'third-party'"
        ));
    }
    saved(browser);
    browser.click("#tab-details");
    browser.enter("#reference", "SAR-7");
    browser.enter("#to", "00:00:01");
    browser.wait("review.request.reference === 'SAR-7' && review.request.items[0].to === '00:00:01'");
    saved(browser);
}

/// Chooses in a list.
pub fn select(browser: &mut Browser, id: &str, value: &str) {
    browser.eval(&format!(
        "(() => {{ const e = document.getElementById('{id}'); e.value = '{value}'; e.dispatchEvent(new Event('change')); }})()"
    ));
}

/// Looks at the first of all that there is to look at, with the key for it.
pub fn look(browser: &mut Browser) {
    browser.key("c", 0);
    browser.wait("review.covered && document.getElementById('picture').dataset.planes.length === 64");
}

/// Marks all that there is to look at, with one key once each was on the screen, after [`look`].
pub fn check_all(browser: &mut Browser) {
    let stretches = browser.eval("review.decided.stretches.length").as_u64().unwrap();
    assert!(stretches >= 1);
    for n in 1..=stretches {
        let seen = "document.getElementById('checked').textContent === 'Checked, next'";
        let mut ready = false;
        while !ready {
            // Where a picture was passed over, the key goes on with that.
            browser.wait(&format!("{seen} || document.getElementById('play').textContent.trim() === 'Play'"));
            ready = browser.eval(seen) == serde_json::json!(true);
            browser.key("c", 0);
        }
        browser.wait(&format!("review.checks.looked_at.length === {n}"));
    }
    saved(browser);
}
