//! The real program serving the review page, and a plain client that asks it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A running `review`, ended when dropped.
pub struct Served {
    child: Child,
    pub port: u16,
    pub token: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        drop((self.child.kill(), self.child.wait()));
    }
}

/// What the server answered.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|l| l.split_once(": "));
        lines.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

impl Served {
    /// Starts it in a folder.
    pub fn start(folder: &Path, args: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_cctv-redact"))
            .arg("review")
            .args(args)
            .arg("--no-open")
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://127.0.0.1:").nth(1).unwrap_or_else(|| panic!("no address: {line}"));
        let (port, rest) = address.trim().split_once('/').unwrap();
        Self { child, port: port.parse().unwrap(), token: rest.trim_end_matches('/').to_owned() }
    }

    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/{}/", self.port, self.token)
    }

    /// Sends exactly this.
    pub fn send(&self, head: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let all = format!("{head}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        stream.write_all(all.as_bytes()).and_then(|()| stream.write_all(body)).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|w| w == b"\r\n\r\n").unwrap_or(answer.len().saturating_sub(4));
        let head = String::from_utf8_lossy(&answer[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
        Answer { status, head, body: answer.get(end + 4..).unwrap_or_default().to_vec() }
    }

    /// Asks as the page does.
    pub fn ask(&self, method: &str, rest: &str, body: &[u8]) -> Answer {
        let (port, token) = (self.port, &self.token);
        let head = format!(
            "{method} /{token}/{rest} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nSec-Fetch-Site: same-origin"
        );
        self.send(&head, body)
    }

    /// Asks, and takes no refusal.
    pub fn good(&self, method: &str, rest: &str, body: &Value) -> Value {
        let answer = self.ask(method, rest, body.to_string().as_bytes());
        assert_eq!(answer.status, 200, "{rest}: {}", String::from_utf8_lossy(&answer.body));
        answer.json()
    }

    /// The state, once the footage is read.
    pub fn ready(&self) -> Value {
        self.ready_within(Duration::from_secs(60))
    }

    /// The state, once the footage is read, which takes no longer than that.
    pub fn ready_within(&self, patience: Duration) -> Value {
        let begin = Instant::now();
        loop {
            let state = self.good("GET", "state", &Value::Null);
            match state["stage"].as_str() {
                Some("ready") => return state,
                Some("reading") => {}
                _ => panic!("{state}"),
            }
            assert!(begin.elapsed() < patience, "the footage is not read");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Changes what is saved.
    pub fn change(&self, change: impl FnOnce(&mut Value)) -> Value {
        let mut saved = self.ready()["saved"].take();
        change(&mut saved);
        self.good("PUT", "work", &saved)
    }

    /// Approves what is saved now, as a page does that has just seen it.
    pub fn approve(&self) -> Answer {
        let state = self.good("GET", "state", &Value::Null);
        self.ask("POST", "approve", state["saved"]["revision"].to_string().as_bytes())
    }

    /// Writes down why what was not looked at need not be.
    pub fn excuse(&self) {
        let decided = self.good("POST", "ask", &Value::from("Decide"));
        let keys: Vec<Value> = decided["stretches"].as_array().unwrap().iter().map(|s| s["key"].clone()).collect();
        self.change(|saved| {
            saved["checks"]["reason"] = Value::from("a test");
            saved["checks"]["reason_for"] = Value::from(keys);
        });
    }

    /// What was made, once it is.
    pub fn made(&self) -> Value {
        loop {
            let progress = self.good("GET", "progress", &Value::Null);
            match progress["stage"].as_str() {
                Some("ready") => return progress["made"].clone(),
                Some("failed") => panic!("{progress}"),
                _ => std::thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// Kills it as nothing can be done about.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for it to end by itself.
    pub fn ended(&mut self) -> Option<i32> {
        let begin = Instant::now();
        while begin.elapsed() < Duration::from_secs(20) {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}
