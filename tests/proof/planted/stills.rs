//! Faults in a still: chunks, and what stands inside the compressed picture.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::Fault;
use super::surgery::{chunk, chunks, png};

const SAID: &[u8] = b"Comment\0Mr Jones, 12 High Street";

/// A good still with one fault each.
pub fn faults(good: &[u8]) -> Vec<Fault> {
    let parts = chunks(good);
    let header = &parts[0];
    let packed: Vec<u8> = parts.iter().filter(|c| &c.0 == b"IDAT").flat_map(|c| c.1.clone()).collect();
    let mut rows = Vec::new();
    ZlibDecoder::new(&packed[..]).read_to_end(&mut rows).unwrap();
    let mut all = Vec::new();
    for kind in [
        b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"pHYs", b"iCCP", b"gAMA", b"sRGB", b"cHRM", b"bKGD", b"sBIT",
        b"hIST", b"sPLT", b"oFFs", b"acTL", b"fcTL", b"fdAT", b"caBX", b"prVt", b"PLTE", b"tRNS",
    ] {
        for at in [1, parts.len() - 1] {
            let mut more = parts.clone();
            more.insert(at, (*kind, SAID.to_vec()));
            all.push((format!("a chunk {} as number {at}", kind.escape_ascii()), png(&more)));
        }
    }
    all.push(("bytes after the end".into(), [good, SAID].concat()));
    all.push(("a second picture after the end".into(), [good, good].concat()));
    let end = chunk(b"IEND", b"");
    all.push(("bytes in the end".into(), [&good[..good.len() - end.len()], &chunk(b"IEND", SAID)].concat()));
    let of = |data: Vec<u8>| png(&[header.clone(), (*b"IDAT", data), (*b"IEND", Vec::new())]);
    let pack = |rows: &[u8]| {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(rows).unwrap();
        encoder.finish().unwrap()
    };
    all.push(("bytes behind the compressed picture".into(), of([&packed, SAID].concat())));
    all.push(("bytes behind the compressed picture, in a chunk of their own".into(), {
        let mut more = parts.clone();
        more.insert(parts.len() - 1, (*b"IDAT", SAID.to_vec()));
        png(&more)
    }));
    all.push(("a second compressed picture behind the first".into(), of([&packed[..], &packed].concat())));
    all.push(("rows below the picture".into(), of(pack(&[&rows[..], &rows[..rows.len() / 4]].concat()))));
    all.push(("a text below the picture".into(), of(pack(&[&rows[..], SAID].concat()))));
    all.push(("a chunk of the picture without bytes".into(), {
        let mut more = parts.clone();
        more.insert(1, (*b"IDAT", Vec::new()));
        png(&more)
    }));
    // The lowest rows are no longer in the picture, but in the file.
    let mut shorter = header.clone();
    let height = u32::from_be_bytes(shorter.1[4..8].try_into().unwrap()) - 1;
    shorter.1[4..8].copy_from_slice(&height.to_be_bytes());
    all.push((
        "a row that the header does not count".into(),
        png(&[shorter, (*b"IDAT", packed.clone()), (*b"IEND", Vec::new())]),
    ));
    // A preset dictionary's mark, and a checksum of the picture that is not its own.
    let mut wrong = packed.clone();
    *wrong.last_mut().unwrap() ^= 1;
    all.push(("a wrong checksum of the picture".into(), of(wrong)));
    all
}
