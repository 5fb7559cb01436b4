//! Exports that are no recording as they stand: inside a player's program or an archive, encrypted, or in a format that
//! only its maker reads. Told by their first bytes, or, where nothing else can be made of a file, by its name; with how
//! to export again.

use crate::error::Error;

/// So many bytes of a file are looked at.
pub const HEAD: usize = 1 << 16;

/// An ASF header, and the objects in it that say that the pictures are encrypted (Microsoft, "Advanced Systems Format
/// Specification", sections 10.1, 10.10).
const ASF: &[u8] = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c";
const ASF_ENCRYPTED: [&[u8]; 2] = [
    b"\xfb\xb3\x11\x22\x23\xbd\xd2\x11\xb4\xb7\x00\xa0\xc9\x55\xfc\x6e",
    b"\x14\xe6\x8a\x29\x22\x26\x17\x4c\xb9\x35\xda\xe0\x7e\xe9\x28\x9c",
];

const UNPACK: &str = "unpack it, and name the recording in it";
const NO_PLAYER: &str = "export again as MP4 or AVI, or in the recorder's own format without the player; if the recording lies beside this file, name that one";
const NO_PASSWORD: &str =
    "export again without a password or encryption; or decrypt it with the maker's program, and name what comes out";

/// What a file is that cannot be a recording, by its first bytes ([`HEAD`] of them).
pub fn by_content(head: &[u8]) -> Option<Error> {
    let begins = |signature: &[u8]| head.starts_with(signature);
    let holds = |part: &[u8]| head.windows(part.len()).any(|window| window == part);
    let refused = |what: &str, hint: &str| Some(Error::failed(what).hint(hint));
    if begins(b"MZ") {
        return refused("this is a Windows program: a recorder's player, perhaps with the recording inside", NO_PLAYER);
    }
    if begins(b"PK\x03\x04") {
        // The lowest bit of the flags: encrypted (PKWARE, "APPNOTE.TXT", section 4.4.4).
        return match head.get(6) {
            Some(flags) if flags & 1 == 1 => refused(
                "this is a ZIP archive with a password",
                "unpack it with its password, and name the recording in it; or export again without one",
            ),
            _ => refused("this is a ZIP archive", UNPACK),
        };
    }
    let archives: [(&[u8], &str); 4] =
        [(b"Rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"\x1f\x8b\x08", "gzip"), (b"MSCF", "cabinet")];
    if let Some((_, name)) = archives.iter().find(|(signature, _)| begins(signature)) {
        return refused(&format!("this is a {name} archive"), UNPACK);
    }
    if head.get(257..262) == Some(b"ustar") {
        return refused("this is a tar archive", UNPACK);
    }
    if begins(ASF) && ASF_ENCRYPTED.iter().any(|object| holds(object)) {
        return refused("the pictures in this ASF file are encrypted (digital rights management)", NO_PASSWORD);
    }
    if head.get(4..8) == Some(b"ftyp") && holds(b"encv") && holds(b"schm") {
        return refused("the pictures in this MP4 file are encrypted", NO_PASSWORD);
    }
    if [&b"Salted__"[..], b"age-encryption.org/", b"-----BEGIN PGP"].into_iter().any(begins) {
        return refused("this file is encrypted", NO_PASSWORD);
    }
    if begins(b"SQLite format 3\0") {
        return refused(
            "this is a database, as recorders keep to find their recordings",
            "name the recording, or export it from the recorder",
        );
    }
    if begins(b"%PDF") || begins(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        return refused("this is a document", "name the recording itself");
    }
    let text = String::from_utf8_lossy(head.get(..512).unwrap_or(head)).trim_start().to_ascii_lowercase();
    if text.starts_with("<!doctype html") || text.starts_with("<html") {
        return refused(
            "this is a web page: the download did not give the recording",
            "log in to the recorder and export again, best to a stick",
        );
    }
    None
}

/// Formats that only their makers' programs read, by the ends of their names.
const MAKERS: &[(&str, &str, &str)] = &[
    ("g64", "Genetec Security Center's own", "export again from Security Desk as MP4 or ASF, without encryption"),
    ("g64x", "Genetec Security Center's own", "export again from Security Desk as MP4 or ASF, without encryption"),
    ("bvr", "Blue Iris's own", "export the clip from Blue Iris as MP4 or AVI (Convert/export)"),
    ("sec", "a Samsung or Hanwha recorder's own, with its player", "export again on the recorder as AVI"),
    ("ave", "Avigilon Control Center's own", "export again from Avigilon's player as AVI, or from the server as MP4"),
    ("nov", "Nx Witness's or Wisenet WAVE's own", "export again as MP4, MKV or AVI, without a password"),
    (
        "pqz",
        "a Milestone XProtect database's",
        "export again from the Smart Client or its player as MKV or AVI (media player format)",
    ),
    (
        "blk",
        "a Milestone XProtect database's",
        "export again from the Smart Client or its player as MKV or AVI (media player format)",
    ),
    ("enc", "encrypted, by its name", NO_PASSWORD),
    ("aes", "encrypted, by its name", NO_PASSWORD),
    ("gpg", "encrypted, by its name", NO_PASSWORD),
    ("exe", "a program's, by its name", NO_PLAYER),
    ("idx", "an index's, by its name", "name the recording that it belongs to"),
];

/// What a file that cannot be opened likely is, by its name.
pub fn by_name(name: &str) -> Option<Error> {
    let (_, extension) = name.rsplit_once('.')?;
    let (_, whose, hint) = MAKERS.iter().find(|row| row.0.eq_ignore_ascii_case(extension))?;
    Some(Error::failed(format!("this cannot be opened as footage; the format is {whose}")).hint(*hint))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn each_wrapping_is_told_by_its_first_bytes_with_what_to_do() {
        let asf = [ASF, &[0; 40], ASF_ENCRYPTED[0]].concat();
        let mp4 = [&b"\0\0\0\x18ftypisom"[..], &[0; 60], b"encv", &[0; 9], b"sinfschm"].concat();
        let tar = [&[b'a'; 257][..], b"ustar\0"].concat();
        for (head, what, hint) in [
            (&b"MZ\x90\0\x03\0"[..], "player", "without the player"),
            (b"PK\x03\x04\x14\0\x01\0", "password", "with its password"),
            (b"PK\x03\x04\x14\0\0\0", "ZIP archive", "unpack"),
            (b"Rar!\x1a\x07\x01\0", "RAR", "unpack"),
            (b"7z\xbc\xaf\x27\x1c\0", "7-Zip", "unpack"),
            (b"\x1f\x8b\x08\0", "gzip", "unpack"),
            (&tar, "tar", "unpack"),
            (&asf, "rights management", "without a password"),
            (&mp4, "MP4 file are encrypted", "without a password"),
            (b"Salted__12345678", "encrypted", "decrypt it"),
            (b"SQLite format 3\0", "database", "name the recording"),
            (b"%PDF-1.7", "document", "recording itself"),
            (b"\r\n<!DOCTYPE HTML><html>", "web page", "log in"),
        ] {
            let error = by_content(head).unwrap();
            assert_eq!(error.kind(), crate::Kind::Failed);
            assert!(error.what().contains(what) && error.advice().unwrap().contains(hint), "{error}");
        }
    }

    #[test]
    fn recordings_are_none_of_these() {
        for head in [
            &b"\0\0\0\x18ftypisom\0\0\x02\0"[..],
            b"RIFF\0\0\0\0AVI LIST",
            b"DHAV\xfd\0\0\0",
            b"IMKH\x01\x01\0\0",
            b"\0\0\x01\xba\x44",
            b"\x1aE\xdf\xa3",
            b"G@\x11\x10\0B",
            b"\0\0\0\x01gd\0",
            b"\xff\xd8\xff\xe0",
            &[ASF, &[0; 40]].concat(),
            b"",
        ] {
            assert!(by_content(head).is_none(), "{head:?}");
        }
    }

    #[test]
    fn makers_own_formats_are_named_by_their_ends() {
        for (name, says) in
            [("a.G64X", "Security Desk"), ("a.bvr", "Blue Iris"), ("yard.sec", "AVI"), ("a.mp4.enc", "decrypt")]
        {
            assert!(by_name(name).unwrap().to_string().contains(says), "{name}");
        }
        assert!(by_name("yard.mp4").is_none() && by_name("sec").is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_at_without_harm(head in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = by_content(&head);
        }
    }
}
