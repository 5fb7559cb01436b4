//! Sensor noise, and the hash that everything random in the scene comes from.

use crate::picture::Plane;

/// Scrambles 64 bits (the finaliser of SplitMix64, G. Steele et al. 2014).
pub(super) fn hash(value: u64) -> u64 {
    let z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// A number in 0..1 for a pair of keys.
pub(super) fn share(seed: u64, key: u64) -> f64 {
    (hash(hash(seed) ^ key) >> 11) as f64 / (1u64 << 53) as f64
}

/// A long strip of noise. Each row of each frame takes another stretch of it, which costs one addition a
/// sample and looks as random as noise of its own.
#[derive(Debug, Clone)]
pub(super) struct Noise {
    strip: Vec<u8>,
    strength: u8,
    seed: u64,
}

impl Noise {
    /// Noise of at most `strength` luma steps up or down, triangular (small steps are the most likely).
    pub(super) fn new(strength: u8, seed: u64) -> Self {
        let strength = strength.min(15);
        let range = u64::from(strength) + 1;
        let strip = (0..1u64 << 16).map(|i| hash(seed ^ i << 20)).map(|h| (h % range + (h >> 32) % range) as u8);
        Self { strip: strip.collect(), strength, seed }
    }

    /// Adds the noise of one frame. It depends on the frame and the place alone, never on what is drawn there.
    pub(super) fn add(&self, luma: &mut Plane<u8>, frame: u32) {
        if self.strength == 0 {
            return;
        }
        let places = self.strip.len().saturating_sub(luma.width).max(1);
        for y in 0..luma.height {
            let start = hash(self.seed ^ u64::from(frame) << 32 ^ y as u64) as usize % places;
            for (sample, noise) in luma.row_mut(y).iter_mut().zip(self.strip.iter().skip(start)) {
                *sample = sample.saturating_add(*noise).saturating_sub(self.strength);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noise_keeps_the_mean_and_its_strength() {
        let mut luma = Plane::filled(400, 300, 100);
        Noise::new(4, 7).add(&mut luma, 3);
        let sum: u64 = luma.samples.iter().map(|&s| u64::from(s)).sum();
        assert!((sum as f64 / 120_000.0 - 100.0).abs() < 0.05);
        assert_eq!((luma.samples.iter().min(), luma.samples.iter().max()), (Some(&96), Some(&104)));
    }

    #[test]
    fn two_frames_have_different_noise_and_one_frame_always_the_same() {
        let noisy = |frame| {
            let mut luma = Plane::filled(64, 64, 100);
            Noise::new(4, 7).add(&mut luma, frame);
            luma
        };
        assert_ne!(noisy(1), noisy(2));
        assert_eq!(noisy(1), noisy(1));
    }
}
