//! What one file repeats of the one before, told from the coded pictures themselves: recorders write the same second into
//! both, bit for bit.

/// A coded picture near the end or the beginning of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// Nanoseconds from the file's first frame to this one.
    pub at: i64,
    /// A digest of its bytes.
    pub digest: u64,
    /// Decoding can start here.
    pub key: bool,
}

/// The pictures at both ends of a file, longer than recorders repeat.
#[derive(Debug, Clone, Default)]
pub struct Edges {
    /// Those of its first seconds.
    pub head: Vec<Print>,
    /// Those of its last seconds.
    pub tail: Vec<Print>,
}

/// Two times that are less than this apart, in nanoseconds, are the same in two files' ticks.
const SAME: i64 = 1_000_000;

/// When, in the earlier file, the later one's first frame is: where all that follows in the earlier one is in the later
/// one too, at the same distance. `None` where nothing is repeated, and where pictures are so much alike (a blank screen)
/// that it cannot be told.
pub fn repeated_from(before: &Edges, after: &Edges) -> Option<i64> {
    let first = after.head.iter().find(|p| p.at == 0)?;
    let from = before.tail.iter().find(|p| p.digest == first.digest)?.at;
    let once = |prints: &[Print]| {
        let mut keys: Vec<u64> = prints.iter().filter(|p| p.key).map(|p| p.digest).collect();
        keys.sort_unstable();
        keys.windows(2).all(|w| w[0] != w[1])
    };
    let again = |p: &Print| after.head.iter().any(|h| h.digest == p.digest && (h.at - (p.at - from)).abs() < SAME);
    let rest = || before.tail.iter().filter(|p| p.at >= from);
    (once(&before.tail) && once(&after.head) && rest().count() > 1 && rest().all(again)).then_some(from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pictures a tenth of a second apart, a key frame every five; a digest of 0 is that of its place.
    fn prints(digests: impl IntoIterator<Item = u64>) -> Vec<Print> {
        (0..).zip(digests).map(|(n, digest)| Print { at: n * 100_000_000, digest, key: n % 5 == 0 }).collect()
    }

    fn found(before: impl IntoIterator<Item = u64>, after: impl IntoIterator<Item = u64>) -> Option<i64> {
        let edges = |p: Vec<Print>| Edges { head: p.clone(), tail: p };
        repeated_from(&edges(prints(before)), &edges(prints(after)))
    }

    #[test]
    fn what_is_in_both_files_is_found_to_the_frame() {
        assert_eq!(found(0..20, 15..40), Some(1_500_000_000));
        assert_eq!(found(0..20, 10..40), Some(1_000_000_000));
    }

    #[test]
    fn files_that_only_follow_each_other_repeat_nothing() {
        assert_eq!(found(0..20, 20..40), None);
        assert_eq!(found(0..20, [19, 18, 17]), None);
        // One picture alone may be alike by chance.
        assert_eq!(found(0..21, 20..40), None);
        // The beginning is the same, what follows is not.
        assert_eq!(found(0..20, (15..18).chain(50..60)), None);
    }

    #[test]
    fn a_blank_screen_is_not_taken_for_a_repetition() {
        let blank = |n: u64| n % 5;
        assert_eq!(found((0..20).map(blank), (0..20).map(blank)), None);
        assert_eq!(found((0..5).map(blank), (0..20).map(blank)), None);
    }
}
