//! Headless Chromium, driven over its own DevTools protocol through a pair of pipes: a mouse, a keyboard, and eyes.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A browser with one page.
pub struct Browser {
    child: Child,
    to: File,
    from: BufReader<File>,
    last: u64,
    session: Option<String>,
    /// What went wrong in the page: errors that nobody caught, things that its rules forbid.
    pub faults: Vec<String>,
    _folder: tempfile::TempDir,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.to.write_all(b"{\"id\":0,\"method\":\"Browser.close\"}\0");
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(5) && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        drop((self.child.kill(), self.child.wait()));
    }
}

impl Browser {
    /// Opens an address; `None`, and said, where there is no browser.
    pub fn open(address: &str, (width, height): (u32, u32)) -> Option<Self> {
        if Command::new("chromium").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
            eprintln!("NOT TESTED: there is no chromium to open the page in");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let pipe = |name: &str| folder.path().join(name);
        for name in ["to", "from"] {
            assert!(Command::new("mkfifo").arg(pipe(name)).status().unwrap().success());
        }
        let options = format!(
            "--headless --no-sandbox --disable-gpu --mute-audio --no-first-run --hide-scrollbars --remote-debugging-pipe --window-size={width},{height}"
        );
        let child = Command::new("sh")
            .args(["-c", "to=$1 from=$2; shift 2; exec chromium \"$@\" 3<\"$to\" 4>\"$from\"", "sh"])
            .args([pipe("to"), pipe("from")])
            .args(options.split_whitespace())
            .arg(format!("--user-data-dir={}", pipe("profile").display()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let to = OpenOptions::new().write(true).open(pipe("to")).unwrap();
        let from = BufReader::new(File::open(pipe("from")).unwrap());
        let mut browser = Self { child, to, from, last: 0, session: None, faults: Vec::new(), _folder: folder };
        let page = browser.call("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let attached = browser.call("Target.attachToTarget", json!({ "targetId": page, "flatten": true }));
        browser.session = attached["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser.resize((width, height));
        browser.navigate(address);
        Some(browser)
    }

    /// One command, and its result.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.last += 1;
        let mut message = json!({ "id": self.last, "method": method, "params": params });
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.to.write_all(format!("{message}\0").as_bytes()).unwrap();
        loop {
            let mut said = Vec::new();
            self.from.read_until(0, &mut said).unwrap();
            let said: Value = serde_json::from_slice(said.strip_suffix(&[0]).expect("the browser is gone")).unwrap();
            if said["id"] == self.last {
                assert!(said["error"].is_null(), "{method}: {}", said["error"]);
                return said["result"].clone();
            }
            match said["method"].as_str() {
                Some("Runtime.exceptionThrown") => self.faults.push(said["params"]["exceptionDetails"].to_string()),
                Some("Log.entryAdded") if said["params"]["entry"]["level"] == "error" => {
                    self.faults.push(said["params"]["entry"].to_string());
                }
                _ => {}
            }
        }
    }

    /// What an expression comes to.
    pub fn eval(&mut self, expression: &str) -> Value {
        let how = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let found = self.call("Runtime.evaluate", how);
        assert!(found["exceptionDetails"].is_null(), "{expression}: {}", found["exceptionDetails"]);
        found["result"]["value"].clone()
    }

    /// Waits until an expression is true.
    pub fn wait(&mut self, expression: &str) {
        let begin = Instant::now();
        let seen = "document.querySelector('[role=tabpanel]:not([hidden])')?.innerText + ' | ' + document.getElementById('trouble')?.innerText";
        while self.eval(&format!("Boolean({expression})")) != json!(true) {
            if begin.elapsed() > Duration::from_secs(60) {
                let seen = self.eval(seen);
                panic!("it never came to: {expression}\n{seen}\n{:?}", self.faults);
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// `mousePressed`, `mouseMoved` with the button held, or `mouseReleased`.
    pub fn mouse(&mut self, kind: &str, (x, y): (f64, f64)) {
        let held = i32::from(kind != "mouseReleased");
        self.call(
            "Input.dispatchMouseEvent",
            json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": held, "clickCount": 1 }),
        );
    }

    /// Presses, moves and lets go.
    pub fn drag(&mut self, from: (f64, f64), to: (f64, f64)) {
        self.mouse("mousePressed", from);
        for step in 1..=4 {
            let share = f64::from(step) / 4.0;
            self.mouse("mouseMoved", (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share));
        }
        self.mouse("mouseReleased", to);
    }

    /// Clicks what a selector finds.
    pub fn click(&mut self, selector: &str) {
        let centre = format!(
            "(() => {{ const e = document.querySelector('{selector}'); e.scrollIntoView({{ block: 'nearest' }}); \
             const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; }})()"
        );
        let at = self.eval(&centre);
        let at = (at[0].as_f64().unwrap(), at[1].as_f64().unwrap());
        self.mouse("mousePressed", at);
        self.mouse("mouseReleased", at);
    }

    /// Presses a key, by its name; `modifiers` as the protocol counts them (2 Ctrl, 8 Shift).
    pub fn key(&mut self, key: &str, modifiers: u32) {
        let text = if key.len() == 1 && modifiers & 2 == 0 { key } else { "" };
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            " " => 32,
            "Delete" => 46,
            _ => 0,
        };
        let text = if key == "Enter" { "\r" } else { text };
        let down = json!({ "type": "keyDown", "key": key, "text": text, "modifiers": modifiers, "windowsVirtualKeyCode": code });
        self.call("Input.dispatchKeyEvent", down);
        self.call("Input.dispatchKeyEvent", json!({ "type": "keyUp", "key": key, "modifiers": modifiers }));
    }

    /// Replaces what a field holds, as somebody who types does.
    pub fn enter(&mut self, selector: &str, text: &str) {
        self.eval(&format!(
            "document.querySelector('{selector}').focus(), document.querySelector('{selector}').select()"
        ));
        self.call("Input.insertText", json!({ "text": text }));
        self.key("Tab", 0);
    }

    /// Presses Tab until the focus is on what a selector finds, as somebody without a mouse does.
    pub fn tab_to(&mut self, selector: &str) {
        for _ in 0..150 {
            if self.eval(&format!("document.activeElement.matches('{selector}')")) == json!(true) {
                return;
            }
            self.key("Tab", 0);
        }
        panic!("{selector} cannot be reached with Tab");
    }

    /// Types, letter by letter, over what the field that has the focus holds.
    pub fn type_over(&mut self, text: &str) {
        self.call(
            "Input.dispatchKeyEvent",
            json!({ "type": "rawKeyDown", "key": "a", "modifiers": 2, "commands": ["selectAll"] }),
        );
        for letter in text.chars() {
            self.key(&letter.to_string(), 0);
        }
    }

    /// Goes to another address.
    pub fn navigate(&mut self, address: &str) {
        self.call("Page.navigate", json!({ "url": address }));
    }

    /// How large the window is.
    pub fn resize(&mut self, (width, height): (u32, u32)) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", size);
    }

    /// `light` or `dark`.
    pub fn scheme(&mut self, scheme: &str) {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        self.call("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// Pictures of the page, into the folder that CCTV_REDACT_PICTURES names, for people to look at.
    pub fn picture(&mut self, name: &str) {
        let Some(folder) = std::env::var_os("CCTV_REDACT_PICTURES") else { return };
        std::fs::create_dir_all(&folder).unwrap();
        for size in [(2560, 1440), (1920, 1080), (1280, 720)] {
            self.resize(size);
            for scheme in ["dark", "light"] {
                self.scheme(scheme);
                std::thread::sleep(Duration::from_millis(400));
                let shot = self.call("Page.captureScreenshot", json!({ "format": "png" }));
                let bytes = decoded(shot["data"].as_str().unwrap());
                let file = format!("{name}-{}-{scheme}.png", size.0);
                std::fs::write(std::path::Path::new(&folder).join(file), bytes).unwrap();
            }
        }
    }
}

/// Base64 (RFC 4648, 4).
fn decoded(text: &str) -> Vec<u8> {
    let digit = |b: u8| match b {
        b'A'..=b'Z' => Some(u32::from(b - b'A')),
        b'a'..=b'z' => Some(u32::from(b - b'a') + 26),
        b'0'..=b'9' => Some(u32::from(b - b'0') + 52),
        b'+' => Some(62),
        b'/' => Some(63),
        _ => None,
    };
    let digits: Vec<u32> = text.bytes().filter_map(digit).collect();
    let bytes = digits.chunks(4).flat_map(|four| {
        let all = four.iter().fold(0, |all, d| all << 6 | d) << (6 * (4 - four.len()));
        [(all >> 16) as u8, (all >> 8) as u8, all as u8].into_iter().take(four.len() * 3 / 4).collect::<Vec<_>>()
    });
    bytes.collect()
}
