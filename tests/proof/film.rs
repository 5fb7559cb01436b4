//! Footage written byte by byte: uncompressed pictures in a QuickTime file (ISO/IEC 14496-12 and Apple's QuickTime File
//! Format), so that what every decoded frame holds, when it is shown and what else the file says is chosen here, and
//! nothing of the tool or of FFmpeg had a hand in it.

use std::path::Path;

/// How chroma is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chroma {
    C420,
    C422,
    C444,
}

impl Chroma {
    /// Luma columns and rows to a chroma sample.
    pub fn cell(self) -> (usize, usize) {
        match self {
            Self::C420 => (2, 2),
            Self::C422 => (2, 1),
            Self::C444 => (1, 1),
        }
    }

    fn name(self) -> &'static [u8; 4] {
        match self {
            Self::C420 => b"I420",
            Self::C422 => b"Y42B",
            Self::C444 => b"YV24",
        }
    }

    /// Columns and rows of each plane.
    pub fn planes(self, (width, height): (usize, usize)) -> [(usize, usize); 3] {
        let (x, y) = self.cell();
        let chroma = (width.div_ceil(x), height.div_ceil(y));
        [(width, height), chroma, chroma]
    }

    /// Samples of a picture.
    pub fn samples(self, size: (usize, usize)) -> usize {
        self.planes(size).iter().map(|(w, h)| w * h).sum()
    }
}

/// How the stored picture is shown: mirrored left to right first, then turned clockwise by quarters.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Turn {
    pub quarters: u8,
    pub mirrored: bool,
}

impl Turn {
    pub const ALL: [Self; 8] = {
        let mut all = [Self { quarters: 0, mirrored: false }; 8];
        let mut place = 0;
        while place < 8 {
            all[place] = Self { quarters: place as u8 % 4, mirrored: place > 3 };
            place += 1;
        }
        all
    };

    /// The matrix of ISO/IEC 14496-12, 8.3.2 (x' = ax + cy + tx, y' = bx + dy + ty), for a stored picture of this size.
    fn matrix(self, (width, height): (usize, usize)) -> [i32; 9] {
        let (w, h) = (width as i32, height as i32);
        // Clockwise by a quarter (x, y) becomes (h - y, x), by two (w - x, h - y), by three (y, w - x).
        let [a, b, c, d, mut x, mut y] = match self.quarters {
            0 => [1, 0, 0, 1, 0, 0],
            1 => [0, 1, -1, 0, h, 0],
            2 => [-1, 0, 0, -1, w, h],
            _ => [0, -1, 1, 0, 0, w],
        };
        let (mut a, mut b) = (a, b);
        if self.mirrored {
            // x is w - x before it is turned.
            (x, y) = (x + a * w, y + b * w);
            (a, b) = (-a, -b);
        }
        let one = 1 << 16;
        [a * one, b * one, 0, c * one, d * one, 0, x * one, y * one, 1 << 30]
    }

    /// Where a shown picture's sample is stored, in a stored plane of this size.
    pub fn stored(self, (x, y): (usize, usize), (width, height): (usize, usize)) -> (usize, usize) {
        let (x, y) = match self.quarters {
            0 => (x, y),
            1 => (y, height - 1 - x),
            2 => (width - 1 - x, height - 1 - y),
            _ => (width - 1 - y, x),
        };
        (if self.mirrored { width - 1 - x } else { x }, y)
    }

    pub fn swaps(self) -> bool {
        self.quarters % 2 == 1
    }
}

/// A track beside the pictures: its handler, the name of its sample format and its samples, one to a picture.
#[derive(Clone, Debug)]
pub struct Beside {
    pub handler: &'static [u8; 4],
    pub format: &'static [u8; 4],
    pub samples: Vec<Vec<u8>>,
}

/// A recording.
#[derive(Clone, Debug)]
pub struct Film {
    pub size: (usize, usize),
    pub chroma: Chroma,
    /// Planes one after another, rows without padding, one picture each. (Of 4:4:4 the second colour plane comes first.)
    pub pictures: Vec<Vec<u8>>,
    /// Ticks a second.
    pub scale: u32,
    /// Ticks that each picture is shown.
    pub lengths: Vec<u32>,
    /// One picture in so many is a key frame.
    pub keys: usize,
    pub turn: Turn,
    /// Width and height of a pixel.
    pub pixel: (u32, u32),
    pub interlaced: bool,
    /// Entries of the edit list: duration in ticks, and the tick it begins with (-1 for an empty edit).
    pub edits: Vec<(u32, i32)>,
    /// Seconds since 1904, as QuickTime counts; 0 for unknown.
    pub created: u32,
    /// The name of the picture track's handler.
    pub handler: Vec<u8>,
    /// Whole boxes to stand at the end of the picture track and of the index.
    pub in_track: Vec<u8>,
    pub in_index: Vec<u8>,
    /// Whole boxes to stand after everything.
    pub after: Vec<u8>,
    pub beside: Vec<Beside>,
}

impl Film {
    /// Pictures at an even rate, and nothing else.
    pub fn plain(size: (usize, usize), chroma: Chroma, rate: u32, pictures: Vec<Vec<u8>>) -> Self {
        Self {
            size,
            chroma,
            scale: 1000 * rate,
            lengths: vec![1000; pictures.len()],
            pictures,
            keys: 5,
            turn: Turn::default(),
            pixel: (1, 1),
            interlaced: false,
            edits: Vec::new(),
            created: 0,
            handler: Vec::new(),
            in_track: Vec::new(),
            in_index: Vec::new(),
            after: Vec::new(),
            beside: Vec::new(),
        }
    }

    pub fn write(&self, path: &Path) {
        std::fs::write(path, self.bytes()).unwrap();
    }

    pub fn bytes(&self) -> Vec<u8> {
        let tracks: Vec<&[Vec<u8>]> =
            std::iter::once(&self.pictures[..]).chain(self.beside.iter().map(|b| &b.samples[..])).collect();
        let mut file = a_box(b"ftyp", b"qt  \0\0\x02\0qt  ");
        let mut firsts = Vec::new();
        let mut media = Vec::new();
        for samples in &tracks {
            firsts.push((file.len() + 8 + media.len()) as u32);
            media.extend(samples.concat());
        }
        file.extend(a_box(b"mdat", &media));
        let mut index = a_box(b"mvhd", &self.movie_header());
        index.extend(self.picture_track(firsts[0]));
        for (number, beside) in self.beside.iter().enumerate() {
            index.extend(self.track_beside(beside, number as u32 + 2, firsts[number + 1]));
        }
        index.extend(&self.in_index);
        file.extend(a_box(b"moov", &index));
        file.extend(&self.after);
        file
    }

    fn length(&self) -> u32 {
        self.lengths.iter().sum()
    }

    fn movie_header(&self) -> Vec<u8> {
        let mut body = words(&[0, self.created, self.created, self.scale, self.length(), 1 << 16]);
        body.extend([1, 0]);
        body.extend([0; 10]);
        body.extend(signed(&Turn::default().matrix((0, 0))));
        body.extend(words(&[0, 0, 0, 0, 0, 0, self.beside.len() as u32 + 2]));
        body
    }

    fn track_header(&self, number: u32, matrix: [i32; 9], size: (usize, usize)) -> Vec<u8> {
        let mut body = words(&[15, self.created, self.created, number, 0, self.length(), 0, 0, 0, 0]);
        body.extend(signed(&matrix));
        body.extend(words(&[(size.0 as u32) << 16, (size.1 as u32) << 16]));
        a_box(b"tkhd", &body)
    }

    fn picture_track(&self, first: u32) -> Vec<u8> {
        let mut entry = [0, 0, 0, 0, 0, 0, 0, 1].to_vec();
        entry.extend([0; 16]);
        entry.extend([self.size.0, self.size.1].iter().flat_map(|side| (*side as u16).to_be_bytes()));
        entry.extend(words(&[72 << 16, 72 << 16, 0]));
        entry.extend([0, 1]);
        entry.extend([0; 32]);
        entry.extend([0, 24, 255, 255]);
        entry.extend(a_box(b"pasp", &words(&[self.pixel.0, self.pixel.1])));
        if self.interlaced {
            entry.extend(a_box(b"fiel", &[2, 9]));
        }
        let mut track = self.track_header(1, self.turn.matrix(self.size), self.size);
        if !self.edits.is_empty() {
            let mut list = words(&[0, self.edits.len() as u32]);
            for (length, start) in &self.edits {
                list.extend(length.to_be_bytes());
                list.extend(start.to_be_bytes());
                list.extend(words(&[1 << 16]));
            }
            track.extend(a_box(b"edts", &a_box(b"elst", &list)));
        }
        let keys: Vec<u32> = (0..self.pictures.len()).step_by(self.keys).map(|n| n as u32 + 1).collect();
        let sync = a_box(b"stss", &[words(&[0, keys.len() as u32]), words(&keys)].concat());
        let header = a_box(b"vmhd", &words(&[1, 0, 0]));
        let entry = a_box(self.chroma.name(), &entry);
        track.extend(self.media(b"vide", &self.handler, &header, &entry, &self.pictures, first, &sync));
        track.extend(&self.in_track);
        a_box(b"trak", &track)
    }

    fn track_beside(&self, beside: &Beside, number: u32, first: u32) -> Vec<u8> {
        let mut entry = [0, 0, 0, 0, 0, 0, 0, 1].to_vec();
        if beside.handler == b"soun" {
            entry.extend(words(&[0, 0, 1 << 16 | 8, 0, 8000 << 16]));
        }
        if beside.handler == b"sbtl" {
            entry.extend([0; 30]);
            entry.extend(a_box(b"ftab", b"\0\x01\0\x01\x05Serif"));
        }
        let header = if beside.handler == b"soun" { a_box(b"smhd", &[0; 8]) } else { a_box(b"nmhd", &[0; 4]) };
        let mut track = self.track_header(number, Turn::default().matrix((0, 0)), (0, 0));
        let entry = a_box(beside.format, &entry);
        track.extend(self.media(beside.handler, &self.handler, &header, &entry, &beside.samples, first, &[]));
        a_box(b"trak", &track)
    }

    #[allow(clippy::too_many_arguments)] // the boxes of ISO/IEC 14496-12, 8.4 and 8.5, one each
    fn media(
        &self,
        handler: &[u8; 4],
        name: &[u8],
        header: &[u8],
        entry: &[u8],
        samples: &[Vec<u8>],
        first: u32,
        sync: &[u8],
    ) -> Vec<u8> {
        // Sound has one sample to a byte here; everything else one to a picture.
        let sound = handler == b"soun";
        let (count, sizes, scale) = if sound {
            let bytes: usize = samples.iter().map(Vec::len).sum();
            (bytes as u32, words(&[0, 1, bytes as u32]), 8000)
        } else {
            let sizes: Vec<u32> = samples.iter().map(|s| s.len() as u32).collect();
            (sizes.len() as u32, [words(&[0, 0, sizes.len() as u32]), words(&sizes)].concat(), self.scale)
        };
        let times: Vec<u32> = if sound {
            vec![1, count, 1]
        } else {
            let runs: Vec<[u32; 2]> = self.lengths.iter().take(samples.len()).map(|&length| [1, length]).collect();
            std::iter::once(runs.len() as u32).chain(runs.concat()).collect()
        };
        let table = [
            a_box(b"stsd", &[&words(&[0, 1]), entry].concat()),
            a_box(b"stts", &[words(&[0]), words(&times)].concat()),
            sync.to_vec(),
            a_box(b"stsc", &words(&[0, 1, 1, count, 1])),
            a_box(b"stsz", &sizes),
            a_box(b"stco", &words(&[0, 1, first])),
        ]
        .concat();
        let here = a_box(b"dinf", &a_box(b"dref", &[words(&[0, 1]), a_box(b"url ", &words(&[1]))].concat()));
        let inner = [header, &here[..], &a_box(b"stbl", &table)].concat();
        let length = if sound { count } else { self.length() };
        let mut handled = words(&[0, 0]);
        handled.extend(handler);
        handled.extend(words(&[0, 0, 0]));
        handled.extend(name);
        handled.push(0);
        let media = [
            a_box(b"mdhd", &words(&[0, self.created, self.created, scale, length, 0x55c4_0000])),
            a_box(b"hdlr", &handled),
            a_box(b"minf", &inner),
        ];
        a_box(b"mdia", &media.concat())
    }
}

/// A box of ISO/IEC 14496-12.
pub fn a_box(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    [&(body.len() as u32 + 8).to_be_bytes(), &kind[..], body].concat()
}

fn words(values: &[u32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}

fn signed(values: &[i32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_be_bytes()).collect()
}
