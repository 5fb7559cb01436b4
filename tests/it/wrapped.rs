//! Exports that are no recording as they stand are refused with how to export again.

use crate::tool::{Desk, fixture};

#[test]
fn players_archives_and_encrypted_exports_are_status_1_with_how_to_export_again() {
    let desk = Desk::new();
    let film = std::fs::read(fixture("mpeg4.avi")).unwrap();
    // A player with the recording behind it.
    let program = [&b"MZ\x90\0\x03\0\0\0"[..], &[0; 600], &film].concat();
    for (name, contents, says) in [
        ("yard.exe", program.as_slice(), &["player", "without the player"][..]),
        ("yard.mp4", &program, &["player", "without the player"]),
        ("yard.zip", b"PK\x03\x04\x14\0\x09\0\x63\0", &["with a password"]),
        ("export.avi", b"PK\x03\x04\x14\0\0\0\x08\0", &["ZIP archive", "unpack"]),
        ("yard.mkv.enc", &[7; 900], &["encrypted", "without a password"]),
        ("yard.g64x", &[7; 900], &["Genetec", "Security Desk"]),
        ("yard.bvr", &[7; 900], &["Blue Iris"]),
        ("login.mp4", b"<!DOCTYPE html><html><title>Login</title></html>", &["web page", "log in"]),
    ] {
        let footage = desk.write(name, contents);
        let clip = ["clip", &footage, "--from", "0", "--to", "2", "--no-third-parties"];
        desk.refuses(1, &clip, &[&[name], says].concat());
        desk.run(&["probe", &footage]).stopped(1, says);
    }
    // A name alone refuses nothing that can be opened.
    let footage = desk.write("yard.sec", &film);
    desk.run(&["probe", &footage]).ready();
}
