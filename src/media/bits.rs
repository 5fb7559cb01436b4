//! Bits of a raw byte sequence payload, read front to back: ITU-T H.264 sections 7.2 to 7.4.1 and 9.1.

/// A unit's payload: header bytes cut off, emulation prevention bytes (the 3 in 0, 0, 3) taken out.
pub fn payload(unit: &[u8], header_bytes: usize) -> Vec<u8> {
    let mut zeros = 0;
    let mut payload = Vec::with_capacity(unit.len());
    for &byte in unit.get(header_bytes..).unwrap_or_default() {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        payload.push(byte);
    }
    payload
}

/// A reader of bits, most significant first. Every answer is `None` once the bytes are used up.
#[derive(Debug, Clone)]
pub struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Where the last bit that is 1 stands; 0 without one.
    stop: usize,
}

impl<'a> Bits<'a> {
    /// From the first bit of a payload.
    pub fn new(bytes: &'a [u8]) -> Self {
        let last = bytes.iter().rposition(|&byte| byte != 0);
        let stop = last.and_then(|at| Some(at * 8 + 7 - bytes.get(at)?.trailing_zeros() as usize));
        Self { bytes, at: 0, stop: stop.unwrap_or(0) }
    }

    /// Bits read so far.
    pub fn position(&self) -> usize {
        self.at
    }

    /// The next 57 bits and more, from the top; zeros behind the end.
    fn window(&self) -> u64 {
        let rest = self.bytes.get(self.at / 8..).unwrap_or_default();
        let word = rest.first_chunk().copied().unwrap_or_else(|| {
            let mut word = [0; 8];
            word.iter_mut().zip(rest).for_each(|(to, &from)| *to = from);
            word
        });
        u64::from_be_bytes(word) << (self.at % 8)
    }

    /// The next 32 bits without reading them; zeros behind the end.
    pub fn peek(&self) -> u32 {
        (self.window() >> 32) as u32
    }

    /// Moves on by so many bits.
    pub fn skip(&mut self, count: usize) -> Option<()> {
        let at = self.at.checked_add(count)?;
        (at <= self.bytes.len() * 8).then(|| self.at = at)
    }

    /// One bit: `u(1)`.
    pub fn flag(&mut self) -> Option<bool> {
        let byte = self.bytes.get(self.at / 8)?;
        let bit = byte >> (7 - self.at % 8) & 1;
        self.at += 1;
        Some(bit == 1)
    }

    /// Up to 32 bits as a number: `u(n)`.
    pub fn bits(&mut self, count: u32) -> Option<u32> {
        let count = count.min(32);
        let value = self.peek().checked_shr(32 - count).unwrap_or(0);
        self.skip(count as usize)?;
        Some(value)
    }

    /// Eight bits: `u(8)`.
    pub fn byte(&mut self) -> Option<u8> {
        u8::try_from(self.bits(8)?).ok()
    }

    /// An unsigned Exp-Golomb number, `ue(v)`, 0 to 2^32 - 2.
    pub fn ue(&mut self) -> Option<u32> {
        let zeros = self.peek().leading_zeros();
        if zeros > 31 {
            return None;
        }
        self.skip(zeros as usize + 1)?;
        Some(((1u32 << zeros) - 1) + self.bits(zeros)?)
    }

    /// A signed Exp-Golomb number, `se(v)`.
    pub fn se(&mut self) -> Option<i32> {
        let code = i64::from(self.ue()?);
        i32::try_from(if code % 2 == 0 { -code / 2 } else { (code + 1) / 2 }).ok()
    }

    /// Whether there is more before the stop bit: `more_rbsp_data()`.
    pub fn more(&self) -> bool {
        self.at < self.stop
    }

    /// `Some` when nothing but the stop bit and zeros is left: `rbsp_trailing_bits()`.
    pub fn end(mut self) -> Option<()> {
        let stop = !self.more() && self.flag()?;
        stop.then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exp_golomb_numbers_are_those_of_table_9_2() {
        // 1 | 010 | 011 | 00100 | 00101 | then the stop bit
        let bytes = [0b1010_0110, 0b0100_0010, 0b1100_0000];
        let mut bits = Bits::new(&bytes);
        assert_eq!([(); 5].map(|()| bits.ue()), [0, 1, 2, 3, 4].map(Some));
        assert!(!bits.more());
        assert_eq!(bits.clone().end(), Some(()));
        let mut bits = Bits::new(&bytes);
        assert_eq!([(); 5].map(|()| bits.se()), [0, 1, -1, 2, -2].map(Some));
        assert_eq!(Bits::new(&[0; 9]).ue(), None);
        assert_eq!(Bits::new(&[0, 0, 0, 1, 255, 255, 255, 255]).ue(), Some(u32::MAX - 1));
    }

    #[test]
    fn anything_behind_the_stop_bit_is_seen() {
        assert_eq!(Bits::new(&[0x80]).end(), Some(()));
        assert_eq!(Bits::new(&[0x80, 0]).end(), Some(()), "zeros say nothing");
        for left in [&[] as &[u8], &[0], &[0xc0], &[0x80, 1], &[0x40]] {
            assert_eq!(Bits::new(left).end(), None, "{left:?}");
        }
    }

    #[test]
    fn emulation_prevention_is_taken_out_once_each() {
        assert_eq!(payload(&[0x67, 0, 0, 3, 1, 0, 0, 3, 3, 0, 3, 0, 0, 3], 1), [0, 0, 1, 0, 0, 3, 0, 3, 0, 0]);
        assert_eq!(payload(&[0x67, 0, 0, 3, 0, 0, 3, 0], 1), [0, 0, 0, 0, 0]);
        assert!(payload(&[0x67], 2).is_empty());
    }

    proptest! {
        #[test]
        fn numbers_written_as_exp_golomb_read_back(numbers in prop::collection::vec(0..u32::MAX, 0..20)) {
            let mut text = String::new();
            for number in &numbers {
                let code = format!("{:b}", u64::from(*number) + 1);
                text += &"0".repeat(code.len() - 1);
                text += &code;
            }
            text += "1";
            text += &"0".repeat((8 - text.len() % 8) % 8);
            let bytes: Vec<u8> =
                text.as_bytes().chunks(8).map(|c| c.iter().fold(0, |byte, &b| byte << 1 | (b - b'0'))).collect();
            let mut bits = Bits::new(&bytes);
            for number in numbers {
                prop_assert!(bits.more());
                prop_assert_eq!(bits.ue(), Some(number));
            }
            prop_assert_eq!(bits.end(), Some(()));
        }
    }
}
