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
}

impl<'a> Bits<'a> {
    /// From the first bit of a payload.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
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
        let mut value = 0;
        for _ in 0..count.min(32) {
            value = value << 1 | u32::from(self.flag()?);
        }
        Some(value)
    }

    /// An unsigned Exp-Golomb number, `ue(v)`, 0 to 2^32 - 2.
    pub fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some(((1u32 << zeros) - 1) + self.bits(zeros)?)
    }

    /// A signed Exp-Golomb number, `se(v)`.
    pub fn se(&mut self) -> Option<i32> {
        let code = i64::from(self.ue()?);
        i32::try_from(if code % 2 == 0 { -code / 2 } else { (code + 1) / 2 }).ok()
    }

    /// Whether there is more before the stop bit: `more_rbsp_data()`.
    pub fn more(&self) -> bool {
        let last = self.bytes.iter().rposition(|&byte| byte != 0);
        let stop = last.and_then(|at| Some(at * 8 + 7 - self.bytes.get(at)?.trailing_zeros() as usize));
        stop.is_some_and(|stop| self.at < stop)
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
