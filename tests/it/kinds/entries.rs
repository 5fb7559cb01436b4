//! An MP4 with two sample entries, as recorders write that are told to change their coding on the way: two files' tables
//! joined by hand, since the `ffmpeg` command writes one entry only.

use super::film::{FILM, Film, X264, clip, every_frame_is_there};
use crate::common::decode::Time;
use crate::tool::{Desk, ffmpeg_is_missing};

/// Boxes that hold boxes, on the way to the tables (ISO/IEC 14496-12, 6.2.3).
const HOLDERS: [&[u8]; 5] = [b"moov", b"trak", b"mdia", b"minf", b"stbl"];

fn word(bytes: &[u8], at: usize) -> usize {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
}

/// Each box's type and body.
fn boxes(mut bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut found = Vec::new();
    while bytes.len() >= 8 {
        let (this, rest) = bytes.split_at(word(bytes, 0));
        found.push((&this[4..8], &this[8..]));
        bytes = rest;
    }
    found
}

/// The body of the first box of a type, at any depth.
fn find<'a>(bytes: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    boxes(bytes).into_iter().find_map(|(kind, body)| match kind {
        _ if kind == wanted => Some(body),
        _ if HOLDERS.contains(&kind) => find(body, wanted),
        _ => None,
    })
}

fn a_box(kind: &[u8], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes()[..], kind, body].concat()
}

fn words(values: impl IntoIterator<Item = usize>) -> Vec<u8> {
    values.into_iter().flat_map(|v| (v as u32).to_be_bytes()).collect()
}

/// A table's two counts added, its rows one after the other's.
fn both(a: &[u8], b: &[u8]) -> Vec<u8> {
    [&a[..4], &words([word(a, 4) + word(b, 4)]), &a[8..], &b[8..]].concat()
}

fn sizes(index: &[u8]) -> Vec<usize> {
    let stsz = find(index, b"stsz").unwrap();
    (0..word(stsz, 8)).map(|n| word(stsz, 12 + 4 * n)).collect()
}

/// The index of two files, the media of both one after the other.
struct Joined<'a> {
    first: Vec<usize>,
    second: Vec<usize>,
    /// The second one's index.
    other: &'a [u8],
    /// Where the media begin.
    media: usize,
}

impl Joined<'_> {
    /// A box of the first index, with what the second has: every sample a chunk of its own, those of the second file by
    /// the second entry.
    fn of(&self, kind: &[u8], body: &[u8]) -> Vec<u8> {
        let other = || find(self.other, kind).unwrap();
        let count = self.first.len();
        let all = || self.first.iter().chain(&self.second).copied();
        let body = match kind {
            b"edts" => return Vec::new(),
            b"stsd" | b"stts" | b"ctts" => both(body, other()),
            b"stss" => {
                let later = (0..word(other(), 4)).map(|n| count + word(other(), 8 + 4 * n));
                both(body, &[&other()[..8], &words(later)].concat())
            }
            b"stsc" => words([0, 2, 1, 1, 1, count + 1, 1, 2]),
            b"stsz" => [words([0, 0, all().count()]), words(all())].concat(),
            b"stco" => {
                let places = all().scan(self.media, |at, size| Some(std::mem::replace(at, *at + size)));
                [words([0, all().count()]), words(places)].concat()
            }
            _ if HOLDERS.contains(&kind) => {
                boxes(body).into_iter().flat_map(|(kind, body)| self.of(kind, body)).collect()
            }
            _ => body.to_vec(),
        };
        a_box(kind, &body)
    }
}

/// One MP4 of two.
fn join(a: &[u8], b: &[u8]) -> Vec<u8> {
    let (moov, other) = (find(a, b"moov").unwrap(), find(b, b"moov").unwrap());
    let media = [find(a, b"mdat").unwrap(), find(b, b"mdat").unwrap()].concat();
    let head = a_box(b"ftyp", find(a, b"ftyp").unwrap());
    let joined = Joined { first: sizes(moov), second: sizes(other), other, media: head.len() + 8 };
    assert_eq!(media.len(), joined.first.iter().chain(&joined.second).sum::<usize>());
    [head, a_box(b"mdat", &media), joined.of(b"moov", moov)].concat()
}

/// The film twice, the second time coded otherwise, by an entry of its own.
fn two_entries(desk: &Desk, second: (Film, &str)) {
    FILM.code(desk, "a.mp4", &format!("{X264} -pix_fmt yuv420p"));
    second.0.code(desk, "b.mp4", second.1);
    let read = |name| std::fs::read(desk.path(name)).unwrap();
    desk.write("yard.mp4", join(&read("a.mp4"), &read("b.mp4")));
}

#[test]
fn several_sample_entries_lose_no_frame() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    two_entries(&desk, (FILM, &format!("{X264} -profile:v main -refs 1 -pix_fmt yuv420p")));
    let twice = FILM.shown().into_iter().chain(FILM.shown()).enumerate();
    let shown: Vec<_> = twice.map(|(at, (n, _))| (n, Time::new(at as i64, 25))).collect();
    every_frame_is_there(&desk, "yard.mp4", &[], &shown);
}

#[test]
fn a_sample_entry_of_another_size_is_refused_with_when() {
    if ffmpeg_is_missing() {
        return;
    }
    let desk = Desk::new();
    two_entries(&desk, (Film { width: 352, height: 288, ..FILM }, &format!("{X264} -pix_fmt yuv420p")));
    let says = ["320x240", "at 00:00:02.400 it is 352x288"];
    clip(&desk, "yard.mp4", &[], &FILM.shown(), "0", "4").stopped(1, &says);
    clip(&desk, "yard.mp4", &[], &FILM.shown(), "0", "2.4").ready();
}
