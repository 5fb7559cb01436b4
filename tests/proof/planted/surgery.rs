//! Cutting open MP4 and PNG files and putting something in, so that every size, offset and checksum is right again.

use crate::film::a_box;

/// What lies in a box before the boxes in it.
fn fields_before_children(kind: &[u8]) -> usize {
    match kind {
        b"stsd" => 8,
        b"avc1" => 78,
        _ => 0,
    }
}

/// The same boxes with the body of one of them changed, and the sizes of all that hold it.
fn replaced(boxes: &[u8], path: &[&str], change: &mut dyn FnMut(&mut Vec<u8>)) -> Vec<u8> {
    let (mut at, mut out, mut done) = (0, Vec::new(), false);
    while at < boxes.len() {
        let size = word(boxes, at) as usize;
        let kind = &boxes[at + 4..at + 8];
        let mut body = boxes[at + 8..at + size].to_vec();
        if !done && kind == path[0].as_bytes() {
            done = true;
            if path.len() == 1 {
                change(&mut body);
            } else {
                let children = body.split_off(fields_before_children(kind));
                body.extend(replaced(&children, &path[1..], change));
            }
        }
        out.extend(a_box(kind.try_into().unwrap(), &body));
        at += size;
    }
    assert!(done, "no {path:?}");
    out
}

/// A clip with a change in one box; the tables of chunks follow where the media data went.
pub fn in_box(file: &[u8], path: &str, mut change: impl FnMut(&mut Vec<u8>)) -> Vec<u8> {
    let path: Vec<&str> = path.split('/').collect();
    let out = replaced(file, &path, &mut change);
    let moved = start(&out, b"mdat") as i64 - start(file, b"mdat") as i64;
    with_chunks(&out, |offset| offset + moved)
}

/// A clip with one more box in another one, at its end.
pub fn with_box(file: &[u8], path: &str, kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    in_box(file, path, |inside| inside.extend(a_box(kind, body)))
}

/// Where a box of the file itself begins.
pub fn start(file: &[u8], kind: &[u8; 4]) -> usize {
    let mut at = 0;
    while &file[at + 4..at + 8] != kind {
        at += word(file, at) as usize;
    }
    at
}

pub fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

fn with_chunks(file: &[u8], place: impl Fn(i64) -> i64) -> Vec<u8> {
    replaced(file, &["moov", "trak", "mdia", "minf", "stbl", "stco"], &mut |stco| {
        for entry in stco[8..].chunks_exact_mut(4) {
            let offset = i64::from(u32::from_be_bytes((&*entry).try_into().unwrap()));
            entry.copy_from_slice(&(place(offset) as u32).to_be_bytes());
        }
    })
}

/// A clip with one sample's bytes changed. Its chunks must hold their samples one after another.
pub fn in_sample(file: &[u8], number: usize, change: impl Fn(&mut Vec<u8>)) -> Vec<u8> {
    const STBL: [&str; 5] = ["moov", "trak", "mdia", "minf", "stbl"];
    let mut sizes = Vec::new();
    replaced(file, &[&STBL[..], &["stsz"]].concat(), &mut |stsz| {
        sizes = stsz[12..].chunks_exact(4).map(|b| word(b, 0) as usize).collect();
    });
    // The media data is all samples, in order.
    let first = start(file, b"mdat") + 8;
    let from = first + sizes[..number].iter().sum::<usize>();
    let mut sample = file[from..from + sizes[number]].to_vec();
    change(&mut sample);
    let grown = sample.len() as i64 - sizes[number] as i64;
    let out = replaced(file, &["mdat"], &mut |mdat| {
        mdat.splice(from - first..from - first + sizes[number], sample.iter().copied());
    });
    let out = replaced(&out, &[&STBL[..], &["stsz"]].concat(), &mut |stsz| {
        let at = 12 + 4 * number;
        stsz[at..at + 4].copy_from_slice(&((sizes[number] as i64 + grown) as u32).to_be_bytes());
    });
    with_chunks(&out, |offset| if offset > from as i64 { offset + grown } else { offset })
}

/// A NAL unit as a sample holds it.
pub fn unit(bytes: &[u8]) -> Vec<u8> {
    [&(bytes.len() as u32).to_be_bytes()[..], bytes].concat()
}

/// A chunk of PNG with its checksum.
pub fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let said = [&kind[..], data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &said, &crc(&said).to_be_bytes()].concat()
}

/// The chunks of a PNG, as kind and data.
pub fn chunks(png: &[u8]) -> Vec<([u8; 4], Vec<u8>)> {
    let (mut at, mut found) = (8, Vec::new());
    while at < png.len() {
        let size = word(png, at) as usize;
        found.push((png[at + 4..at + 8].try_into().unwrap(), png[at + 8..at + 8 + size].to_vec()));
        at += 12 + size;
    }
    found
}

/// A PNG of these chunks.
pub fn png(chunks: &[([u8; 4], Vec<u8>)]) -> Vec<u8> {
    let body: Vec<Vec<u8>> = chunks.iter().map(|(kind, data)| chunk(kind, data)).collect();
    [&b"\x89PNG\r\n\x1a\n"[..], &body.concat()].concat()
}

/// CRC-32 of PNG, annex D, bit by bit.
fn crc(bytes: &[u8]) -> u32 {
    let step = |c: u32, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 };
    !bytes.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
