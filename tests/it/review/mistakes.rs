//! Mistakes of people who do this for the first time: each is told in the page's own words, with what to do in the page.

use serde_json::{Value, json};

use super::acts::{begin, saved};
use super::browser::Browser;
use super::served::Served;
use super::{desk, person};
use crate::common::fixture;

/// Does something wrong to work that was right.
type Mistake = Box<dyn Fn(&mut Value)>;

/// What the command line and request files are told in, and the page is not.
fn foreign(text: &str) -> Option<&'static str> {
    ["--", "request file", "\":", "`", "items[", "_reference", "decision:", "audio:"]
        .into_iter()
        .find(|word| text.contains(word))
}

#[test]
fn every_mistake_is_told_in_words_of_the_page() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.ready();
    let good = served.change(|saved| {
        saved["request"]["reference"] = json!("SAR-1");
        saved["request"]["items"][0]["from"] = json!("0");
        saved["request"]["items"][0]["to"] = json!("2");
        let others = [
            person("P1", "subject", (0, [20.0, 20.0, 40.0, 60.0]), (39, [60.0, 20.0, 40.0, 60.0])),
            person("P2", "third-party", (0, [120.0, 20.0, 40.0, 60.0]), (39, [160.0, 20.0, 40.0, 60.0])),
        ];
        saved["tracks"]["tracks"] = json!(others);
    });
    assert!(good["revision"].is_string());
    let kept = served.ready()["saved"].clone();
    let decided = |change: &dyn Fn(&mut Value)| {
        served.change(|saved| {
            let revision = saved["revision"].take();
            *saved = kept.clone();
            saved["revision"] = revision;
            change(saved);
        });
        served.good("POST", "ask", &json!("Decide"))
    };
    let fine = decided(&|_| {});
    assert!(fine["error"].is_null() && fine["record"]["error"].is_null(), "{fine}");
    let item = |field: &'static str, value: Value| {
        move |saved: &mut Value| saved["request"]["items"][0][field] = value.clone()
    };
    let whole = |field: &'static str, value: Value| move |saved: &mut Value| saved["request"][field] = value.clone();
    let mistakes: Vec<(&str, Mistake, &str)> = vec![
        ("a time that is none", Box::new(item("from", json!("soon"))), "00:01:30"),
        ("no end", Box::new(item("to", json!(null))), "Which time"),
        ("an end before the beginning", Box::new(item("from", json!("3"))), "exchange From and To"),
        ("an end at the beginning", Box::new(item("from", json!("2"))), "To comes after From"),
        ("a time of day without a clock", Box::new(item("from", json!("2026-10-12T09:14:00"))), "It shows"),
        ("a clock that the name does not tell", Box::new(item("clock", json!({ "start": "filename" }))), "It shows"),
        ("a clock without a date", Box::new(item("clock", json!({ "start": "09:00:00" }))), "It shows"),
        ("an error of no clock", Box::new(item("clock", json!({ "error_seconds": 4.0 }))), "It shows"),
        (
            "a zone that is none",
            Box::new(item("clock", json!({ "start": "2026-10-12T09:00:00", "zone": "London" }))),
            "Europe/London",
        ),
        ("room that is none", Box::new(item("margin", json!("wide"))), "10%"),
        ("a negative hold", Box::new(item("hold", json!("-1"))), "0 or more"),
        ("nothing to silence", Box::new(item("audio", json!({ "action": "mute" }))), "Silence from this frame"),
        (
            "a stretch that ends first",
            Box::new(item("audio", json!({ "action": "mute", "mute": ["1..0.5"] }))),
            "ends after it begins",
        ),
        (
            "nobody else, but somebody",
            Box::new(|saved: &mut Value| {
                saved["request"]["items"][0]["obscure"] = json!("third-parties");
                saved["request"]["items"][0]["no_third_parties"] = json!(true);
            }),
            "tick",
        ),
        (
            "nobody at all",
            Box::new(|saved: &mut Value| {
                saved["request"]["items"][0]["obscure"] = json!("third-parties");
                saved["tracks"]["tracks"] = json!([]);
            }),
            "step 1",
        ),
        (
            "only the requester",
            Box::new(|saved: &mut Value| {
                saved["request"]["items"][0]["obscure"] = json!("third-parties");
                saved["tracks"]["tracks"][1]["role"] = json!("subject");
            }),
            "step 1",
        ),
        (
            "no requester",
            Box::new(|saved: &mut Value| saved["tracks"]["tracks"][0]["role"] = json!("third-party")),
            "step 1",
        ),
        ("stills of no time", Box::new(item("kind", json!("still"))), "Which time"),
        (
            "stills at no interval",
            Box::new(|saved: &mut Value| {
                saved["request"]["items"][0]["kind"] = json!("still");
                saved["request"]["items"][0]["every"] = json!("0");
            }),
            "Which time",
        ),
        ("no reference", Box::new(whole("reference", json!(""))), "names the folder"),
        ("a reference with a slash", Box::new(whole("reference", json!("12/2026"))), "SAR-2026-014"),
        (
            "a processor without a contract",
            Box::new(whole("redacted_by", json!({ "role": "processor" }))),
            "Who covers",
        ),
        ("a refusal without a ground", Box::new(whole("decision", json!({ "outcome": "refuse" }))), "The answer"),
    ];
    for (name, change, says) in &mistakes {
        let told = decided(change);
        let error = if told["error"].is_null() { &told["record"]["error"] } else { &told["error"] };
        let (what, hint) = (error["what"].as_str().unwrap_or_else(|| panic!("{name}: {told}")), error["hint"].as_str());
        let hint = hint.unwrap_or_else(|| panic!("{name}: nothing to do about: {what}"));
        for text in [what, hint] {
            assert_eq!(foreign(text), None, "{name}: {text}");
        }
        assert!(hint.contains(says), "{name}: {hint}");
    }
    // A pack that is there already, told when it is to be made again.
    decided(&|_| ());
    served.excuse();
    std::fs::create_dir_all(folder.path().join("mpeg4.avi.review/packs/SAR-1")).unwrap();
    assert_eq!(served.approve().status, 200);
    let failed = loop {
        let progress = served.good("GET", "progress", &Value::Null);
        match progress["stage"].as_str() {
            Some("failed") => break progress["error"].clone(),
            Some("ready") => panic!("{progress}"),
            _ => std::thread::sleep(std::time::Duration::from_millis(50)),
        }
    };
    assert!(failed["hint"].as_str().unwrap().contains("another reference"), "{failed}");
    assert_eq!(foreign(failed["hint"].as_str().unwrap()), None);
}

#[test]
fn times_and_references_are_understood_as_people_type_them() {
    let (folder, _) = desk("car-park.mp4");
    let served = Served::start(folder.path(), &["car-park.mp4"]);
    served.ready();
    let Some(mut browser) = begin(&served, (1280, 720)) else { return };
    let read =
        |browser: &mut Browser, call: &str| browser.eval(&format!("import('./page/typed.js').then((t) => t.{call})"));
    let hour = "{ end: 3600 }, { milliseconds: Date.UTC(2026, 9, 12, 8), zone: 'Europe/London' }";
    for (typed, meant) in [
        ("00:01:30", "00:01:30"),
        ("90s", "90s"),
        ("90.5", "90.5"),
        ("1 min 30 s", "00:01:30.000"),
        ("1m30s", "00:01:30.000"),
        ("2 minutes", "00:02:00.000"),
        ("2026-10-12 09:14", "2026-10-12T09:14:00"),
        ("2026-10-12T09:14:00", "2026-10-12T09:14:00"),
        ("12/10/2026 9.14", "2026-10-12T09:14:00"),
        ("12.10.2026, 09:14:05.5", "2026-10-12T09:14:05.5"),
        ("10/14/2026 9:14 am", "2026-10-14T09:14:00"),
        ("9:14am", "2026-10-12T09:14:00"),
        ("9.14 pm", "9.14 pm"),
        ("09:14:00", "2026-10-12T09:14:00"),
        ("09:14", "09:14"),
        ("00:59:00", "00:59:00"),
        ("12/13/14 09:00", "12/13/14 09:00"),
        ("soon", "soon"),
    ] {
        assert_eq!(read(&mut browser, &format!("moment('{typed}', {hour})")), json!(meant), "{typed}");
    }
    assert_eq!(read(&mut browser, "moment('09:14:00', { end: 3600 }, null)"), json!("09:14:00"));
    for (typed, meant) in
        [("SAR 12/2026", "SAR-12-2026"), ("Müller", "Muller"), ("  #7 ", "7"), ("SAR-1", "SAR-1"), ("///", "")]
    {
        assert_eq!(read(&mut browser, &format!("reference('{typed}')")), json!(meant), "{typed}");
    }
    for (typed, meant) in [
        ("42", json!(42)),
        ("-42", json!(-42)),
        ("42 s slow", json!(-42)),
        ("1:30 fast", json!(90)),
        ("a bit", json!(null)),
    ] {
        assert_eq!(read(&mut browser, &format!("fast('{typed}')")), meant, "{typed}");
    }
    assert_eq!(read(&mut browser, "reading('12/10/2026 9:00')"), json!("2026-10-12T09:00:00"));
    saved(&mut browser);
}

#[test]
fn files_that_cannot_be_joined_leave_no_work_behind() {
    if crate::tool::ffmpeg_is_missing() {
        return;
    }
    let (folder, _) = desk("mpeg4.avi");
    let wide = format!("-v error -i {} -vf scale=352:288 -c:v libx264", fixture("mpeg4.avi").display());
    let done =
        std::process::Command::new("ffmpeg").args(wide.split_whitespace()).arg(folder.path().join("wide.mp4")).status();
    assert!(done.unwrap().success());
    std::fs::write(folder.path().join("broken.mp4"), "no recording").unwrap();
    let served = Served::start(folder.path(), &[]);
    let Some(mut browser) = Browser::open(&served.address(), (1280, 720)) else { return };
    browser.wait("document.querySelectorAll('#folder-list li').length >= 4");
    browser.click("#with-1");
    browser.click("#with-2");
    browser.click("#open-together");
    browser.wait("document.getElementById('trouble').innerText.includes('cannot be joined to')");
    let said = browser.eval("document.getElementById('trouble-words').innerText").as_str().unwrap().to_owned();
    assert!(said.contains("open one of them alone") && said.contains("352x288") && !said.contains("yuv420p"), "{said}");
    assert_eq!(foreign(&said), None);
    browser.wait("document.getElementById('with-1')?.checked && document.getElementById('with-2').checked && document.getElementById('open-together')");
    let open = |name: &str| {
        format!("[...document.querySelectorAll('#folder-list button')].find((b) => b.textContent === '{name}').click()")
    };
    browser.eval(&open("broken.mp4"));
    browser.wait("document.getElementById('trouble').innerText.includes('broken.mp4')");
    browser.wait("document.getElementById('with-1')");
    assert_eq!(crate::tool::listing(folder.path()), ["broken.mp4", "mpeg4.avi", "wide.mp4"]);
    // Each is free to be opened, and what was opened is not taken back.
    browser.eval(&open("mpeg4.avi"));
    browser.wait("globalThis.review?.decided && review.footage.name === 'mpeg4.avi'");
    assert!(folder.path().join("mpeg4.avi.review/tracks.json").is_file());
}

#[test]
fn a_recording_without_a_rate_is_opened_with_one_and_several_files_as_one() {
    if crate::tool::ffmpeg_is_missing() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let part = |name: &str, options: &str| {
        let args = format!("-v error -i {} {options} -c:v libx264 -preset ultrafast", fixture("mpeg4.avi").display());
        let done =
            std::process::Command::new("ffmpeg").args(args.split_whitespace()).arg(folder.path().join(name)).status();
        assert!(done.unwrap().success());
    };
    part("ch01_20261012090002.mp4", "-ss 2");
    part("ch01_20261012090000.mp4", "-t 2");
    part("untimed.h264", "-t 1");
    std::fs::write(folder.path().join("notes.txt"), "x").unwrap();
    let served = Served::start(folder.path(), &[]);
    let Some(mut browser) = Browser::open(&served.address(), (1280, 720)) else { return };
    browser.wait("document.querySelectorAll('#folder-list li').length >= 4");
    let names = "[...document.querySelectorAll('#folder-list input + button')].map((b) => b.textContent)";
    assert_eq!(browser.eval(names), json!(["ch01_20261012090000.mp4", "ch01_20261012090002.mp4", "untimed.h264"]));
    browser.picture("0-choose");
    let open =
        "[...document.querySelectorAll('#folder-list button')].find((b) => b.textContent === 'untimed.h264').click()";
    browser.eval("document.getElementById('rate').dataset.before = 'yes'");
    browser.eval(open);
    browser.wait("!document.getElementById('rate').dataset.before");
    browser
        .wait("document.getElementById('trouble').textContent.includes('The recording does not say how fast it is')");
    browser.eval("document.getElementById('rate').closest('details').open = true");
    browser.enter("#rate", "10");
    browser.eval(open);
    browser.wait("globalThis.review?.decided && review.footage.rate === 10 && review.request.items[0].fps === '10'");
    drop((browser, served));
    let served = Served::start(folder.path(), &[]);
    let Some(mut browser) = Browser::open(&served.address(), (1280, 720)) else { return };
    browser.wait("document.querySelectorAll('#folder-list li').length >= 4");
    // Ticked in the other order.
    browser.click("#with-1");
    browser.click("#with-0");
    browser.wait(
        "document.getElementById('together').innerText.includes('ch01_20261012090000.mp4, ch01_20261012090002.mp4')",
    );
    browser.click("#open-together");
    browser.wait("globalThis.review?.decided && review.footage.parts.length === 2");
    browser.click("#tab-details");
    browser.wait(
        "document.getElementById('joined').textContent.endsWith('ch01_20261012090000.mp4, ch01_20261012090002.mp4.')",
    );
    saved(&mut browser);
    assert_eq!(browser.faults, [""; 0]);
}
