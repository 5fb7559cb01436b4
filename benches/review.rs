//! How quick the review page is, measured in a real browser from the press to the painted picture: going to any frame of an
//! hour of 1080p, playing, and moving a box among ten people. `make bench-page`; it needs `chromium` and
//! `ffmpeg`, two processors that do nothing else, and 2 GB in the folder for temporary files.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::expect_used)]

#[allow(dead_code)]
#[path = "../tests/it/review/browser.rs"]
mod browser;
#[allow(dead_code)]
#[path = "../tests/it/review/served.rs"]
mod served;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use browser::Browser;
use serde_json::{Value, json};
use served::Served;

/// A window in which the picture is 1280 x 720 large.
const WINDOW: (u32, u32) = (1664, 960);

/// What is measured, and how often.
struct Size {
    minutes: u32,
    steps: usize,
    seconds: u64,
    moves: usize,
}

fn main() {
    // `cargo bench -- --test` only wants to know that it runs.
    let quick = std::env::args().any(|a| a == "--test");
    let size = if quick {
        Size { minutes: 1, steps: 5, seconds: 1, moves: 5 }
    } else {
        Size { minutes: 60, steps: 101, seconds: 10, moves: 101 }
    };
    let folder = tempfile::tempdir().unwrap();
    for apart in [10, 2] {
        println!("key frames {apart} seconds apart");
        draw(folder.path(), &size, apart, quick);
        let begin = Instant::now();
        let served = Served::start(folder.path(), &["hour.mp4"]);
        served.ready_within(Duration::from_secs(600));
        println!("{:<58} {:>9.1} s", "opening", begin.elapsed().as_secs_f64());
        ten_people(&served, size.minutes);
        let Some(mut page) = Browser::open(&served.address(), WINDOW) else { return };
        page.wait("globalThis.review?.decided && document.getElementById('picture').dataset.frame === '0'");
        page.eval(TOOLS);
        let width = page.eval("(async () => { await measure.step(1); return measure.width(); })()");
        println!("pictures are {width} pixels wide");
        let last = page.eval("review.footage.times.length").as_u64().unwrap() as usize;
        // Spread evenly over the recording, in an order without a pattern.
        let anywhere: Vec<usize> = (0..size.steps).map(|n| (n * 7919 + 13) % 10_007 * last / 10_007).collect();
        told("going to any frame", &steps(&mut page, &anywhere), "ms");
        if apart == 2 {
            at_work(&mut page, &size, last / 2);
        }
        assert_eq!(page.faults, [""; 0]);
        drop((page, served));
        std::fs::remove_dir_all(folder.path().join("hour.mp4.review")).unwrap();
    }
}

/// Stepping from the middle on, playing, marking.
fn at_work(page: &mut Browser, size: &Size, middle: usize) {
    let along = |by: usize| (0..size.steps.min(60)).map(move |n| middle + by * n);
    told("one frame on", &steps(page, &along(1).collect::<Vec<_>>()), "ms");
    told("one frame back", &steps(page, &along(1).rev().collect::<Vec<_>>()), "ms");
    for (what, covered) in [("playing, as recorded", "false"), ("playing, as it will be handed over", "true")] {
        page.eval(&format!("(async () => {{ await measure.step(10); await measure.preview({covered}); }})()"));
        let rate = page.eval(&format!("measure.play({})", size.seconds * 1000));
        println!("{what:<58} {:>9.1} frames a second", rate.as_f64().unwrap());
    }
    page.eval("measure.preview(false)");
    told("moving a box among ten people: from the mouse to the paint", &moves(page, size.moves), "ms");
}

/// A minute of moving pictures with noise, 25 a second, key frames so many seconds apart, 4 Mbit/s; again and again.
fn draw(folder: &Path, size: &Size, apart: u32, quick: bool) {
    let scene =
        if quick { "testsrc2=s=640x360:r=25:d=60" } else { "testsrc2=s=1920x1080:r=25:d=60,noise=alls=6:allf=t" };
    let every = (25 * apart).to_string();
    let minute = [
        "-f",
        "lavfi",
        "-i",
        scene,
        "-pix_fmt",
        "yuv420p",
        "-c:v",
        "libx264",
        "-preset",
        "superfast",
        "-g",
        &every,
        "-bf",
        "0",
        "-b:v",
        "4M",
        "-maxrate",
        "4M",
        "-bufsize",
        "8M",
        "minute.mp4",
    ];
    let again = (size.minutes - 1).to_string();
    let hour = ["-stream_loop", &again, "-i", "minute.mp4", "-c", "copy", "hour.mp4"];
    for args in [minute.as_slice(), hour.as_slice()] {
        let mut ffmpeg = Command::new("ffmpeg");
        let made = ffmpeg.args(["-v", "error", "-y"]).args(args).current_dir(folder).status();
        assert!(made.expect("ffmpeg is needed to make footage").success());
    }
}

/// Ten people with a key frame every second of the first minute, who are handed over with it.
fn ten_people(served: &Served, minutes: u32) {
    served.change(|saved| {
        let person = |n: u32| {
            let key = |second: u32| {
                let x = f64::from(10 + n * 50 + (second * 7 + n * 13) % 80);
                json!({ "frame": second * 25, "box": [x, 60.0 + f64::from(n * 8), 36.0, 80.0] })
            };
            let keys: Vec<Value> = (0..60).map(key).collect();
            let role = if n == 0 { "subject" } else { "third-party" };
            json!({ "id": format!("P{n}"), "label": null, "role": role, "shown_because": null, "justification": null,
                    "whole": false, "sampling": "keyframes", "keyframes": keys })
        };
        saved["tracks"]["tracks"] = (0..10).map(person).collect();
        let item = &mut saved["request"]["items"][0];
        item["obscure"] = json!("third-parties");
        (item["from"], item["to"]) = (json!("0"), json!(if minutes > 1 { "00:01:00" } else { "00:00:59" }));
    });
}

/// What the page is measured with, in the page.
const TOOLS: &str = "(async () => {
    const [player, check, model] = await Promise.all(['player', 'check', 'model'].map((m) => import(`./page/${m}.js`)));
    const painted = () => new Promise((done) => requestAnimationFrame(() => { const c = new MessageChannel(); c.port1.onmessage = done; c.port2.postMessage(0); }));
    const shown = (frame) => new Promise((done) => {
        const look = (what, more) => { if (what === 'picture' && more.frame === frame) { model.leave(look); done(); } };
        model.listen(look);
    });
    globalThis.measure = {
        width: () => player.width(),
        async step(frame) {
            const begin = performance.now();
            if (frame === review.frame) return 0;
            const seen = shown(frame);
            player.go(frame);
            await seen;
            await painted();
            return performance.now() - begin;
        },
        async preview(on) {
            if (review.covered === on) return;
            const seen = shown(review.frame);
            check.preview(on);
            await seen;
        },
        async play(milliseconds) {
            let count = 0;
            const look = (what, more) => { if (what === 'picture' && !more.refused) count += 1; };
            model.listen(look);
            const begin = performance.now();
            player.play();
            await new Promise((done) => setTimeout(done, milliseconds));
            const seconds = (performance.now() - begin) / 1000;
            player.pause();
            model.leave(look);
            return count / seconds;
        },
        moves: [],
    };
    document.getElementById('boxes').addEventListener('pointermove', async (e) => {
        await painted();
        measure.moves.push(performance.now() - e.timeStamp);
    }, { capture: true });
})()";

fn steps(page: &mut Browser, frames: &[usize]) -> Vec<f64> {
    frames.iter().map(|f| page.eval(&format!("measure.step({f})")).as_f64().unwrap()).filter(|&t| t > 0.0).collect()
}

/// Drags the box of somebody to and fro.
fn moves(page: &mut Browser, count: usize) -> Vec<f64> {
    page.eval("measure.step(100)");
    let at = page.eval("(() => { const r = document.querySelector('[data-track=P5] .over').getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()");
    let (x, y) = (at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
    page.mouse("mousePressed", (x, y));
    for n in 0..count {
        page.mouse("mouseMoved", (x + (n % 40) as f64, y + (n % 25) as f64));
        std::thread::sleep(Duration::from_millis(30));
    }
    page.mouse("mouseReleased", (x, y));
    std::thread::sleep(Duration::from_millis(200));
    let told = page.eval("measure.moves");
    told.as_array().unwrap().iter().filter_map(Value::as_f64).collect()
}

fn told(what: &str, times: &[f64], unit: &str) {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted.get(((sorted.len() - 1) as f64 * share) as usize).copied().unwrap_or(f64::NAN);
    println!(
        "{what:<58} {:>9.1} {unit} at the median, {:.1} at the 95th percentile, {} times",
        at(0.5),
        at(0.95),
        sorted.len()
    );
}
