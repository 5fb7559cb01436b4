//! Which hashes are in a pack, and whether somebody could guess what was hashed.

use std::collections::HashSet;
use std::sync::OnceLock;

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

/// The shortest run of hexadecimal digits that counts as a hash.
const SHORTEST: usize = 8;

/// Every run of hexadecimal digits, small, that is no plain number.
pub fn runs(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let hex = |word: &&str| word.len() >= SHORTEST && word.chars().all(|c| c.is_ascii_hexdigit());
    let plain = |word: &str| word.chars().all(|c| c.is_ascii_digit());
    words.filter(hex).filter(|w| !plain(w)).map(str::to_lowercase).collect()
}

/// The hashes of what anybody can guess: every day of some years in the ways that days are written, and small numbers.
fn common() -> &'static HashSet<String> {
    static COMMON: OnceLock<HashSet<String>> = OnceLock::new();
    COMMON.get_or_init(|| {
        let mut guesses: Vec<String> = (0..10_000).map(|n: u32| n.to_string()).collect();
        for year in 2024..=2027 {
            for (month, day) in (1..=12).flat_map(|month| (1..=31).map(move |day| (month, day))) {
                guesses.push(format!("{year}-{month:02}-{day:02}"));
                guesses.push(format!("{day:02}/{month:02}/{year}"));
                guesses.push(format!("{year}{month:02}{day:02}"));
            }
        }
        guesses.iter().flat_map(|guess| all(guess.as_bytes())).collect()
    })
}

/// Hashes that somebody could find out what they are of.
pub struct Guessable {
    own: HashSet<String>,
    beginnings: HashSet<String>,
}

impl Guessable {
    /// What can be guessed from some words: as they are, capital and small, with a line end, two of them together; and
    /// what anybody can guess.
    pub fn from(words: &[String]) -> Self {
        let mut guesses: HashSet<String> = HashSet::new();
        for word in words {
            let forms =
                [word.clone(), word.to_lowercase(), word.to_uppercase(), format!("{word}\n"), format!("\"{word}\"")];
            guesses.extend(forms);
            for other in words {
                guesses.extend(["", " ", ":", "|", "-"].map(|between| format!("{word}{between}{other}")));
            }
        }
        let own: HashSet<String> = guesses.iter().flat_map(|guess| all(guess.as_bytes())).collect();
        let beginnings = own.iter().map(|hash| hash[..SHORTEST].to_owned()).collect();
        Self { own, beginnings }
    }

    /// Whether a run of digits is such a hash, or the beginning of one.
    pub fn holds(&self, run: &str) -> bool {
        let begins = run.len() < 32 && self.beginnings.contains(&run[..SHORTEST]);
        begins || self.own.contains(run) || common().contains(run)
    }
}

/// What the usual functions make of some bytes.
pub fn all(bytes: &[u8]) -> [String; 7] {
    [
        hex::encode(Md5::digest(bytes)),
        hex::encode(Sha1::digest(bytes)),
        hex::encode(Sha224::digest(bytes)),
        hex::encode(Sha256::digest(bytes)),
        hex::encode(Sha384::digest(bytes)),
        hex::encode(Sha512::digest(bytes)),
        format!("{:08x}", crc32(bytes)),
    ]
}

fn crc32(bytes: &[u8]) -> u32 {
    let step = |c: u32, _| if c & 1 == 1 { c >> 1 ^ 0xedb8_8320 } else { c >> 1 };
    !bytes.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), step))
}
