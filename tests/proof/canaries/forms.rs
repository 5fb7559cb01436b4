//! The words that are planted, and every form in which they are looked for.

use cctv_redact::picture::{Picture, Planes};

/// What all planted words begin with; written nowhere else.
pub const STEM: &str = "zqcanary";

/// A form's name, and a word in it.
type Form = (&'static str, fn(&str) -> Vec<u8>);

/// The forms in which a word is planted.
pub const PLANTED: [Form; 4] = [
    ("UTF-8", |word| word.as_bytes().to_vec()),
    ("UTF-16, low byte first", |word| utf16(word, u16::to_le_bytes)),
    ("UTF-16, high byte first", |word| utf16(word, u16::to_be_bytes)),
    ("base64", |word| base64(word.as_bytes()).into_bytes()),
];

/// A word in every form, one after another.
pub fn all_forms(word: &str) -> Vec<u8> {
    PLANTED.iter().flat_map(|(_, form)| [form(word), b" ".to_vec()].concat()).collect()
}

/// The form's name where bytes hold the word in any form, its own or one that a program may have made of it.
pub fn found(bytes: &[u8], word: &str) -> Option<String> {
    let plain = word.as_bytes();
    let wide = [utf16(word, u16::to_le_bytes), utf16(word, u16::to_be_bytes)];
    let mut forms = vec![("UTF-8".to_owned(), plain.to_vec())];
    forms.extend(wide.iter().map(|w| ("UTF-16".to_owned(), w.clone())));
    forms.push(("hexadecimal".to_owned(), hex::encode(plain).into_bytes()));
    // The base64 of a short word is a few letters that also stand elsewhere.
    for source in [plain, &wide[0], &wide[1]].into_iter().filter(|_| word.len() >= STEM.len()) {
        forms.extend((0..3).map(|shift| ("base64".to_owned(), inner_base64(source, shift))));
    }
    forms.into_iter().find(|(_, form)| contains(bytes, form)).map(|(name, _)| name)
}

/// Whether the bytes hold the form, capital or small.
fn contains(bytes: &[u8], form: &[u8]) -> bool {
    let (small, capital) = (form[0].to_ascii_lowercase(), form[0].to_ascii_uppercase());
    let may_begin = bytes.iter().enumerate().filter(|(_, b)| **b == small || **b == capital);
    may_begin
        .map(|(at, _)| &bytes[at..])
        .any(|rest| rest.len() >= form.len() && rest[..form.len()].eq_ignore_ascii_case(form))
}

/// The samples of a still as bytes: what its compression may hide.
pub fn samples_of_png(png: &[u8]) -> Vec<u8> {
    image::load_from_memory(png).unwrap().into_rgb8().into_raw()
}

/// The samples of a decoded picture as bytes.
pub fn samples_of(picture: &Picture) -> Vec<u8> {
    match &picture.planes {
        Planes::Eight(planes) => planes.iter().flat_map(|p| p.samples.clone()).collect(),
        Planes::Sixteen(planes) => planes.iter().flat_map(|p| &p.samples).flat_map(|s| s.to_le_bytes()).collect(),
    }
}

fn utf16(word: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    word.encode_utf16().flat_map(bytes).collect()
}

/// RFC 4648, section 4.
pub fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, i| bits << 8 | u32::from(three.get(i).copied().unwrap_or(0)));
        let used = three.len() + 1;
        text.extend((0..used).map(|i| char::from(letters[(bits >> (18 - 6 * i) & 63) as usize])));
        text.extend(std::iter::repeat_n('=', 4 - used));
    }
    text
}

/// What of a word's base64 does not depend on what stands before and after it.
fn inner_base64(word: &[u8], shift: usize) -> Vec<u8> {
    let text = base64(&[&vec![0; shift][..], word].concat()).into_bytes();
    let from = [0, 2, 3][shift];
    let whole = (shift + word.len()) / 3 * 4;
    text[from..whole].to_vec()
}
