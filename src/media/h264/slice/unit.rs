//! A slice's payload, taken only from a unit that escapes as little as the standard makes it: ITU-T H.264 section 7.4.1.

use super::Fault;

/// The payload behind the NAL unit header byte. Unlike a decoder's, this way to it is one to one: no byte of the unit can
/// be changed, added or left out without changing the payload.
pub fn payload(unit: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut rest = unit.get(1..).unwrap_or_default();
    let mut payload = Vec::with_capacity(rest.len());
    while let Some(zeros) = rest.windows(2).position(|two| two == [0, 0]) {
        let (before, behind) = rest.split_at(zeros + 2);
        payload.extend_from_slice(before);
        rest = match behind {
            [3, 0..=3, ..] => behind.get(1..).unwrap_or_default(),
            [0..=3, ..] => return Err(Fault::Broken("a unit may not hold these bytes")),
            _ => behind,
        };
    }
    payload.extend_from_slice(rest);
    match payload.last() {
        Some(0) => Err(Fault::Broken("zeros behind its end")),
        Some(_) => Ok(payload),
        None => Err(Fault::Broken("it is empty")),
    }
}
