//! Numbers about every frame of a clip, kept while it is made: on disk, because memory must not grow with the length of
//! the clip; in a file without a name, which is gone when the run is, however it ends.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Mutex;

use crate::error::{Error, Result};

/// Where some frames in a row are.
#[derive(Debug, Clone, Copy)]
struct Record {
    offset: u64,
    bytes: usize,
    frames: usize,
}

/// Where everything is, by the first frame of each record.
#[derive(Debug, Default)]
struct Index {
    records: BTreeMap<usize, Record>,
    end: u64,
}

/// The file.
#[derive(Debug)]
pub struct Spool {
    file: File,
    /// Bytes of a frame.
    size: usize,
    index: Mutex<Index>,
}

impl Spool {
    /// For `size` bytes a frame, on the disk of `folder`, in which it is never seen.
    ///
    /// # Errors
    /// `Failed` when the disk refuses.
    pub fn create(folder: &Path, size: usize) -> Result<Self> {
        Ok(Self::over(tempfile::tempfile_in(folder).map_err(|e| refused(&e))?, size))
    }

    fn over(file: File, size: usize) -> Self {
        Self { file, size, index: Mutex::default() }
    }

    /// Bytes of a frame.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Keeps frames in a row, `first` the first one's number. `frames` holds them one after another; what it holds
    /// afterwards is of no use. A fixed camera's frames are alike, so each is kept as its difference from the last.
    ///
    /// # Errors
    /// `Failed` when the disk is full and the like.
    pub fn write(&self, first: usize, frames: &mut [u8]) -> Result<()> {
        for start in (self.size..frames.len()).step_by(self.size.max(1)).rev() {
            let (before, here) = frames.split_at_mut(start);
            let last = &before[start - self.size..];
            here.iter_mut().zip(last).for_each(|(here, last)| *here = here.wrapping_sub(*last));
        }
        let packed = lz4_flex::block::compress(frames);
        let offset = {
            let mut index = self.index.lock().map_err(|_| lost())?;
            let record = Record { offset: index.end, bytes: packed.len(), frames: frames.len() / self.size.max(1) };
            index.records.insert(first, record);
            index.end += packed.len() as u64;
            record.offset
        };
        self.file.write_all_at(&packed, offset).map_err(|e| refused(&e))
    }

    /// The frames that were kept together with one: the first one's number, and all of them.
    ///
    /// # Errors
    /// `Failed` when the frame is not there, or not as it was written.
    pub fn read(&self, frame: usize) -> Result<(usize, Vec<u8>)> {
        let found = {
            let index = self.index.lock().map_err(|_| lost())?;
            index.records.range(..=frame).next_back().map(|(&first, &record)| (first, record))
        };
        let (first, record) = found.filter(|(first, r)| frame - first < r.frames).ok_or_else(lost)?;
        let mut packed = vec![0; record.bytes];
        self.file.read_exact_at(&mut packed, record.offset).map_err(|e| refused(&e))?;
        let size = record.frames * self.size;
        let mut frames = lz4_flex::block::decompress(&packed, size).map_err(|_| lost())?;
        if frames.len() != size {
            return Err(lost());
        }
        for start in (self.size..size).step_by(self.size.max(1)) {
            let (before, here) = frames.split_at_mut(start);
            let last = &before[start - self.size..];
            here.iter_mut().zip(last).for_each(|(here, last)| *here = here.wrapping_add(*last));
        }
        Ok((first, frames))
    }
}

fn refused(error: &std::io::Error) -> Error {
    Error::failed(format!("cannot keep what verification needs on the disk of the output folder: {error}"))
        .hint("make room there, or name another output folder with --out")
}

fn lost() -> Error {
    Error::failed("what was kept for verification cannot be read back")
        .hint("run it again; if it happens again, check the disk of the output folder")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn spool(size: usize) -> (tempfile::TempDir, Spool) {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::create(folder.path(), size).unwrap();
        (folder, spool)
    }

    #[test]
    fn every_frame_comes_back_as_it_went_in_whatever_the_order() {
        let (folder, spool) = spool(100);
        let frame = |n: usize| (0..100).map(|i| ((n * n + i / 7) % 256) as u8).collect::<Vec<_>>();
        for first in [20, 0, 5, 13] {
            let mut frames: Vec<u8> = (first..first + 5).flat_map(frame).collect();
            spool.write(first, &mut frames).unwrap();
        }
        for place in (0..10).chain(13..18).chain(20..25) {
            let (first, frames) = spool.read(place).unwrap();
            assert_eq!(frames[(place - first) * 100..][..100], frame(place), "{place}");
        }
        assert!([10, 12, 18, 25].iter().all(|&absent| spool.read(absent).is_err()));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "it has no name");
    }

    #[test]
    fn a_full_disk_is_told() {
        let full = File::options().read(true).write(true).open("/dev/full").unwrap();
        let error = Spool::over(full, 4).write(0, &mut [1, 2, 3, 4]).unwrap_err();
        assert_eq!(error.kind(), crate::Kind::Failed);
        assert!(error.what().contains("No space left"), "{}", error.what());
    }

    #[test]
    fn what_was_changed_on_the_disk_is_not_taken_for_what_was_written() {
        let (_folder, spool) = spool(64);
        spool.write(0, &mut [7; 256]).unwrap();
        let end = spool.index.lock().unwrap().end;
        spool.file.set_len(end - 1).unwrap();
        assert!(spool.read(0).is_err());
    }
}
