//! A clip of copied and rendered pictures in a browser: headless Chromium plays it through and seeks across the joins,
//! and shows the right picture every time.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use cctv_redact::picture::{Layout, Picture, Plane, Planes};
use cctv_redact::scene::read_frame_number;
use serde_json::Value;

use super::{Coded, copied};
use crate::scene::ffmpeg_is_missing;

/// Seeks to each asked frame, then plays from the beginning; sends the grey top of every picture it saw, with its time.
const PAGE: &str = r#"<!doctype html><video id="v" muted></video><script>
const fps = 12.5, seen = [], v = document.getElementById("v");
const canvas = new OffscreenCanvas(704, 576).getContext("2d", { willReadFrequently: true });
function look(how, time) {
    canvas.drawImage(v, 0, 0);
    const rgba = canvas.getImageData(0, 0, 704, 40).data;
    let grey = "";
    for (let i = 0; i < rgba.length; i += 4) grey += rgba[i + 1] > 127 ? "1" : "0";
    seen.push({ how, time, grey });
}
const next = (name) => new Promise((resolve) => v.addEventListener(name, resolve, { once: true }));
async function main() {
    v.src = URL.createObjectURL(await (await fetch("/clip")).blob());
    await next("loadeddata");
    for (const frame of ASKED) {
        // Seeking is done before the picture is on the screen, and the same picture is not shown twice.
        const shown = new Promise((resolve) => v.requestVideoFrameCallback(resolve));
        v.currentTime = (frame + 0.5) / fps;
        await next("seeked");
        await Promise.race([shown, new Promise((resolve) => setTimeout(resolve, 5000))]);
        look("seek", frame / fps);
    }
    v.currentTime = 0;
    await next("seeked");
    const each = (_, frame) => { look("play", frame.mediaTime); v.requestVideoFrameCallback(each); };
    v.requestVideoFrameCallback(each);
    const ended = next("ended");
    v.playbackRate = 2;
    await v.play();
    await ended;
}
main().then(() => ({ seen, duration: v.duration, error: v.error && v.error.message }), (e) => ({ failed: String(e) }))
    .then((found) => fetch("/found", { method: "POST", body: JSON.stringify(found) }));
</script>"#;

fn chromium(address: &str) -> Option<Child> {
    let profile = std::env::temp_dir().join(format!("cctv-redact-browser-{}", std::process::id()));
    let options = "--headless --no-sandbox --disable-gpu --mute-audio --autoplay-policy=no-user-gesture-required";
    Command::new("chromium")
        .args(options.split_whitespace())
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()
}

/// Answers one request; gives what was posted.
fn answer(stream: TcpStream, page: &str, clip: &[u8]) -> Option<Value> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        head += &line;
    }
    let mut posted = vec![0; length];
    reader.read_exact(&mut posted).ok()?;
    let body = if head.starts_with("GET /clip") { clip } else { page.as_bytes() };
    let kind = if head.starts_with("GET /clip") { "video/mp4" } else { "text/html" };
    let mut stream = reader.into_inner();
    let header = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(header.as_bytes()).and_then(|()| stream.write_all(body)).ok()?;
    head.starts_with("POST /found").then(|| serde_json::from_slice(&posted).unwrap())
}

/// What the browser found; `None`, and said, where there is no browser.
fn watch(clip: &[u8], asked: &[usize]) -> Option<Value> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let page = PAGE.replace("ASKED", &format!("{asked:?}"));
    let Some(mut browser) = chromium(&format!("http://{}/", listener.local_addr().unwrap())) else {
        eprintln!("NOT TESTED: there is no chromium to play the clip");
        return None;
    };
    let begin = Instant::now();
    let found = loop {
        assert!(begin.elapsed() < Duration::from_secs(120), "the browser does not answer");
        match listener.accept() {
            Ok((stream, _)) => {
                stream.set_nonblocking(false).unwrap();
                if let Some(found) = answer(stream, &page, clip) {
                    break found;
                }
            }
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    };
    drop((browser.kill(), browser.wait()));
    Some(found)
}

/// The number painted into the top of a picture, of which there is one bit a pixel.
fn number(grey: &str) -> Option<u32> {
    let samples: Vec<u8> = grey.bytes().map(|b| if b == b'1' { 235 } else { 16 }).chain(vec![16; 704 * 536]).collect();
    let layout = Layout {
        width: 704,
        height: 576,
        chroma_shift_x: 0,
        chroma_shift_y: 0,
        depth: 8,
        grey: true,
        full_range: false,
    };
    read_frame_number(&Picture { layout, planes: Planes::Eight(vec![Plane { width: 704, height: 576, samples }]) })
}

#[test]
fn a_browser_plays_through_and_seeks_across_the_joins() {
    if ffmpeg_is_missing() {
        return;
    }
    for options in ["-bf 0 -profile:v main", "-bf 3"] {
        let made = Coded::new("browser.mp4", options).clip("--from 3.2 --to 18.4");
        let copied = copied(&made);
        let joins: BTreeSet<usize> = (1..190).filter(|f| copied.contains(f) != copied.contains(&(f - 1))).collect();
        assert!(joins.len() >= 3, "{joins:?}");
        let around = |join: &usize| [*join, join - 1, join + 1, join + 9, join - 5];
        let asked: Vec<usize> = joins.iter().rev().flat_map(around).chain([0, 189]).collect();
        let clip = std::fs::read(made.sent("clip.mp4")).unwrap();
        let Some(found) = watch(&clip, &asked) else { return };
        assert!(found["failed"].is_null() && found["error"].is_null(), "{found}");
        assert!((found["duration"].as_f64().unwrap() - 15.2).abs() < 0.001);
        let mut played = 0;
        for seen in found["seen"].as_array().unwrap() {
            let frame = (seen["time"].as_f64().unwrap() * 12.5).round() as u32;
            let shown = number(seen["grey"].as_str().unwrap());
            let playing = seen["how"] == "play";
            // While playing, the next frame may be on the screen by the time that one is looked at.
            let late = u32::from(playing);
            let right = shown.is_some_and(|n| (frame + 40..=frame + 40 + late).contains(&n));
            assert!(right, "{options}: {} at frame {frame} shows {shown:?}", seen["how"]);
            played += usize::from(playing);
        }
        // A busy machine drops frames; what it shows must be right all the same.
        assert!(played > 20, "{options}: only {played} frames were shown while playing");
    }
}
