//! What is done to a file: every case from its number alone.

use crate::case::Dice;

/// Numbers that headers are not made for.
const ABSURD: [u32; 9] = [0, 1, 7, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0xffff_fffe, 0x4000_4000, 0x0001_0000];

/// Words that something with a size or a count stands beside: boxes of ISO/IEC 14496-12, chunks of RIFF, elements of
/// Matroska, start codes of MPEG, frames of DHAV.
const MARKS: [&[u8]; 44] = [
    b"ftyp",
    b"moov",
    b"mvhd",
    b"trak",
    b"tkhd",
    b"edts",
    b"elst",
    b"mdia",
    b"mdhd",
    b"hdlr",
    b"minf",
    b"stbl",
    b"stsd",
    b"stts",
    b"ctts",
    b"stss",
    b"stsc",
    b"stsz",
    b"stco",
    b"avc1",
    b"avcC",
    b"jpeg",
    b"mdat",
    b"RIFF",
    b"hdrl",
    b"avih",
    b"strh",
    b"strf",
    b"movi",
    b"idx1",
    b"00dc",
    b"\x1a\x45\xdf\xa3",
    b"\x18\x53\x80\x67",
    b"\x1f\x43\xb6\x75",
    b"\x16\x54\xae\x6b",
    b"\xa3",
    b"\x63\xa2",
    b"\0\0\x01\x67",
    b"\0\0\x01\x68",
    b"\0\0\x01\x65",
    b"\0\0\x01\xb3",
    b"\0\0\x01\xba",
    b"DHAV",
    b"\x47",
];

/// How many cuts: one at every hundredth.
pub const CUTS: usize = 100;

/// A damaged copy, and what was done. The first [`CUTS`] are cuts, one at every hundredth.
pub fn harmed(file: &[u8], number: usize, seed: u64) -> (Vec<u8>, String) {
    let mut bytes = file.to_vec();
    if number < CUTS {
        bytes.truncate(file.len() * number / CUTS);
        return (bytes, format!("cut at {number} %"));
    }
    let mut dice = Dice(seed ^ (number as u64) << 20);
    let what = match number % 8 {
        0 => flip(&mut bytes, 1, &mut dice),
        1 => flip(&mut bytes, 12, &mut dice),
        2 => flip_at_the_ends(&mut bytes, &mut dice),
        3 => move_blocks(&mut bytes, &mut dice),
        4 => lose(&mut bytes, &mut dice),
        5 | 6 => absurd(&mut bytes, &mut dice),
        _ => overwrite(&mut bytes, &mut dice),
    };
    (bytes, what)
}

fn flip(bytes: &mut [u8], count: usize, dice: &mut Dice) -> String {
    let places: Vec<usize> = (0..count).map(|_| dice.below(bytes.len())).collect();
    places.iter().for_each(|&at| bytes[at] ^= 1 << dice.below(8));
    format!("bits flipped at {places:?}")
}

/// Where headers and indexes are.
fn flip_at_the_ends(bytes: &mut [u8], dice: &mut Dice) -> String {
    let reach = bytes.len().min(2048);
    let mut places = Vec::new();
    for _ in 0..1 + dice.below(6) {
        let near = dice.below(reach);
        let at = if dice.chance(50) { near } else { bytes.len() - 1 - near };
        bytes[at] ^= 1 << dice.below(8);
        places.push(at);
    }
    format!("bits flipped near the ends at {places:?}")
}

/// Two blocks change places, or one is there twice.
fn move_blocks(bytes: &mut [u8], dice: &mut Dice) -> String {
    let size = dice.one_of(&[188, 188, 512, 4096]).min(bytes.len() / 3);
    let blocks = bytes.len() / size;
    let (a, b) = (dice.below(blocks) * size, dice.below(blocks) * size);
    if dice.chance(70) {
        (0..size).for_each(|i| bytes.swap(a + i, b + i));
        format!("{size} bytes swapped between {a} and {b}")
    } else {
        bytes.copy_within(a..a + size, b);
        format!("{size} bytes of {a} written over {b}")
    }
}

/// Bytes that were never written: gone, or zeros.
fn lose(bytes: &mut Vec<u8>, dice: &mut Dice) -> String {
    let size = dice.one_of(&[1, 188, 376, 512, 3000]).min(bytes.len() / 3);
    let at = dice.below((bytes.len() - size) / size) * size;
    if dice.chance(50) {
        bytes.drain(at..at + size);
        format!("{size} bytes lost at {at}")
    } else {
        bytes[at..at + size].fill(0);
        format!("{size} zeros at {at}")
    }
}

/// A size or a count that cannot be.
fn absurd(bytes: &mut [u8], dice: &mut Dice) -> String {
    let found: Vec<usize> = MARKS
        .iter()
        .flat_map(|mark| {
            bytes.windows(mark.len()).enumerate().filter(move |(_, w)| w == mark).map(|(at, _)| at).take(40)
        })
        .collect();
    let at = if found.is_empty() { dice.below(bytes.len()) } else { dice.one_of(&found) };
    // Before a box's name is its size, behind it are counts and dimensions.
    let at = (at + 4 * dice.below(12)).saturating_sub(4).min(bytes.len().saturating_sub(4));
    let value = dice.one_of(&ABSURD);
    let word = if dice.chance(70) { value.to_be_bytes() } else { value.to_le_bytes() };
    bytes[at..at + 4].copy_from_slice(&word);
    format!("{word:02x?} at {at}")
}

/// Noise over a stretch.
fn overwrite(bytes: &mut [u8], dice: &mut Dice) -> String {
    let size = (1 << dice.below(10)).min(bytes.len());
    let at = dice.below(bytes.len() - size + 1);
    bytes[at..at + size].iter_mut().for_each(|b| *b = dice.next() as u8);
    format!("{size} bytes of noise at {at}")
}
