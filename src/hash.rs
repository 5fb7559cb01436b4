//! SHA-256 (FIPS 180-4): what ties a log to the files it speaks of.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::stats::{self, Stage};

/// Of bytes in memory, as lower-case hex.
pub fn bytes(data: &[u8]) -> String {
    hex::encode(Sha256::digest(data))
}

/// Of pieces one after another, as lower-case hex.
pub fn parts(pieces: impl IntoIterator<Item = impl AsRef<[u8]>>) -> String {
    let mut hasher = Sha256::new();
    pieces.into_iter().for_each(|piece| hasher.update(piece));
    hex::encode(hasher.finalize())
}

/// Of a file, as lower-case hex; reads it once.
///
/// # Errors
/// `Failed` when it cannot be read.
pub fn file(path: &Path) -> Result<String> {
    let failed = |e: &std::io::Error| Error::io("cannot read", path, e);
    let mut file = File::open(path).map_err(|e| failed(&e))?;
    stats::work(Stage::Hash, || {
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; 1 << 18];
        loop {
            match file.read(&mut buffer).map_err(|e| failed(&e))? {
                0 => return Ok(hex::encode(hasher.finalize())),
                n => hasher.update(&buffer[..n]),
            }
        }
    })
}
