//! Who else is on the machine, or in the browser, gets nothing out of the server and nothing into it.

use super::desk;
use super::served::Served;

#[test]
fn nobody_but_the_page_is_answered() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.ready();
    let (port, token) = (served.port, served.token.clone());
    let host = format!("Host: 127.0.0.1:{port}");
    let wrong = format!("{}{}", &token[1..], if token.starts_with('a') { 'b' } else { 'a' });
    let own = format!("Origin: http://127.0.0.1:{port}");
    let local = concat!("local", "host");
    let hostile = [
        format!("GET / HTTP/1.1\r\n{host}"),
        format!("GET /state HTTP/1.1\r\n{host}"),
        format!("GET /{wrong}/ HTTP/1.1\r\n{host}"),
        format!("GET /{wrong}/state HTTP/1.1\r\n{host}"),
        format!("GET /{token}/state HTTP/1.1\r\nHost: {local}:{port}"),
        format!("GET /{token}/state HTTP/1.1\r\nHost: evil.example:{port}"),
        format!("GET /{token}/state HTTP/1.1\r\nHost: evil.example\r\n{host}"),
        format!("GET /{token}/state HTTP/1.1\r\n{host}\r\nOrigin: http://evil.example"),
        format!("GET /{token}/state HTTP/1.1\r\n{host}\r\nOrigin: null"),
        format!("GET /{token}/state HTTP/1.1\r\n{host}\r\nSec-Fetch-Site: cross-site"),
        format!("GET /{token}/frame/0/320/recorded HTTP/1.1\r\n{host}\r\nSec-Fetch-Site: same-site"),
        format!("GET /{token}/ HTTP/1.1\r\n{host}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: iframe"),
        format!("PUT /{token}/work HTTP/1.1\r\n{host}"),
        format!("POST /{token}/end HTTP/1.1\r\n{host}\r\nOrigin: http://evil.example"),
        format!("POST /{token}/end HTTP/1.1\r\n{host}\r\n{own}\r\nSec-Fetch-Site: cross-site"),
        format!("POST /{token}/end HTTP/1.1\r\n{host}\r\n{own}\r\nOrigin: http://evil.example"),
        format!("GET http://evil.example/{token}/state HTTP/1.1\r\n{host}"),
    ];
    for head in &hostile {
        let answer = served.send(head, b"");
        assert!(matches!(answer.status, 400 | 404), "{head}: {}", answer.head);
        assert!(answer.body.is_empty(), "{head}");
    }
    // The same, asked as the page asks, is answered: so it was the guard that refused.
    assert_eq!(served.ask("GET", "state", b"").status, 200);
    let opened = format!("GET /{token}/ HTTP/1.1\r\n{host}\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Dest: document");
    assert_eq!(served.send(&opened, b"").status, 200);
}

#[test]
fn no_answer_may_be_kept_framed_or_mixed_with_anything() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.ready();
    for rest in ["", "page/main.js", "state", "frame/0/320/recorded", "frame/999999/320/recorded", "nothing"] {
        let answer = served.ask("GET", rest, b"");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{rest}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{rest}");
        assert_eq!(answer.header("referrer-policy"), Some("no-referrer"), "{rest}");
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none';") && policy.contains("frame-ancestors 'none'"), "{rest}");
        assert!(!policy.contains("unsafe"), "{rest}");
    }
}

#[test]
fn nothing_but_the_pack_is_given_out_as_a_file() {
    let (folder, _) = desk("mpeg4.avi");
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    served.ready();
    for rest in [
        "pack/send/clip.mp4",
        "pack/keep/..%2f..%2ftracks.json",
        "page/..%2f..%2fCargo.toml",
        "page/main.rs",
        "../state",
        "pack/other/x",
    ] {
        assert_eq!(served.ask("GET", rest, b"").status, 404, "{rest}");
    }
}

#[test]
fn it_is_served_to_this_machine_only_and_under_a_new_address_every_time() {
    let (folder, _) = desk("mpeg4.avi");
    let tokens: Vec<String> = (0..2).map(|_| Served::start(folder.path(), &["mpeg4.avi"]).token.clone()).collect();
    assert!(tokens.iter().all(|t| t.len() == 64) && tokens[0] != tokens[1]);
    let served = Served::start(folder.path(), &["mpeg4.avi"]);
    // The kernel's own table: the listening socket is on 127.0.0.1 (0100007F) and on nothing else.
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let listening: Vec<&str> = table
        .lines()
        .filter_map(|line| line.split_whitespace().nth(1))
        .filter(|local| local.ends_with(&format!(":{:04X}", served.port)))
        .collect();
    assert!(listening.iter().any(|l| l.starts_with("0100007F")), "{listening:?}");
    assert!(!listening.iter().any(|l| l.starts_with("00000000")), "{listening:?}");
}
