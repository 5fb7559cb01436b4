//! The one message of H.264's supplemental enhancement information that matters here: the recovery point, ITU-T H.264
//! annex D.1.8.

use super::bits::{Bits, payload};

/// The recovery point's `payloadType`.
const RECOVERY_POINT: usize = 6;

/// Whether an SEI unit announces that the picture will be whole only some frames later: intra refresh.
pub fn recovery_takes_time(unit: &[u8]) -> bool {
    let bytes = payload(unit, 1);
    let mut rest = bytes.as_slice();
    // Two bytes are the least that a message has; what remains after the last one are the unit's trailing bits.
    while rest.len() > 2 {
        let Some((kind, after)) = number(rest) else { return false };
        let Some((size, body)) = number(after) else { return false };
        let Some((message, next)) = body.split_at_checked(size) else { return false };
        if kind == RECOVERY_POINT {
            return Bits::new(message).ue().is_some_and(|frames| frames > 0);
        }
        rest = next;
    }
    false
}

/// A number in SEI's own way: bytes of 255, then one that is less, all added up.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let full = bytes.iter().take_while(|&&b| b == 255).count();
    let last = bytes.get(full)?;
    Some((255 * full + usize::from(*last), &bytes[full + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recovery_point_some_frames_away_is_seen_behind_other_messages() {
        // recovery_frame_cnt 0 is the bit 1; 24 is 000011001
        let at_once = [6, 6, 1, 0b1100_0000, 0x80];
        let later = [6, 6, 2, 0b0000_1100, 0b1100_0000, 0x80];
        let behind = [&[6u8, 5, 255, 2][..], &[7; 257], &later[1..]].concat();
        assert!(!recovery_takes_time(&at_once));
        assert!(recovery_takes_time(&later));
        assert!(recovery_takes_time(&behind));
        for cut in 1..later.len() - 1 {
            recovery_takes_time(&later[..cut]);
        }
    }
}
