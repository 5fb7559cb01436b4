//! The attackers: a nearest neighbour and a trained classifier. Both know the method and have what it makes of every
//! candidate; both add up what each frame says.

/// What an attacker has learnt of the candidates.
pub struct Trained {
    /// The root of the covariance that frames of one candidate have: noise, light and movement. Divided by it, features
    /// differ by what the candidates are.
    root: Vec<Vec<f32>>,
    /// For each candidate what it looked like in some frames, so divided.
    templates: Vec<Vec<Vec<f32>>>,
    /// For each candidate its mean, so divided.
    means: Vec<Vec<f32>>,
}

/// How the attackers are named in the record.
pub const ATTACKERS: [&str; 2] = ["nearest neighbour", "trained classifier"];

/// What speaks for each candidate, by each attacker.
pub type Scores = [Vec<f32>; 2];

impl Trained {
    /// Learns from examples, candidate by candidate; each must have at least one.
    pub fn new(examples: &[Vec<Vec<f32>>], templates: usize) -> Self {
        let means: Vec<Vec<f32>> = examples.iter().map(|of| mean(of)).collect();
        let root = cholesky(covariance(examples, &means));
        let evenly = |all: &Vec<Vec<f32>>| {
            let count = templates.min(all.len());
            (0..count).map(|n| divided(&root, &all[n * all.len() / count])).collect()
        };
        let templates = examples.iter().map(evenly).collect();
        Self { templates, means: means.iter().map(|m| divided(&root, m)).collect(), root }
    }

    /// What one frame says for each candidate; larger is likelier. The classifier is linear discriminant analysis
    /// (Hastie, Tibshirani and Friedman, "The Elements of Statistical Learning", 4.3): features x, divided by the root
    /// of the covariance, are as likely a candidate's, with mean m divided so too, as x·m - m·m / 2 is large.
    pub fn scores(&self, features: &[f32]) -> Scores {
        let features = divided(&self.root, features);
        let nearest = |shapes: &Vec<Vec<f32>>| {
            -shapes.iter().map(|shape| distance(shape, &features)).fold(f32::INFINITY, f32::min)
        };
        let likely = |mean: &Vec<f32>| product(mean, &features) - product(mean, mean) / 2.0;
        [self.templates.iter().map(nearest).collect(), self.means.iter().map(likely).collect()]
    }
}

/// The candidate for whom most speaks.
pub fn named(scores: &[f32]) -> usize {
    (0..scores.len()).max_by(|&a, &b| scores[a].total_cmp(&scores[b])).unwrap_or(0)
}

fn mean(of: &[Vec<f32>]) -> Vec<f32> {
    (0..of[0].len()).map(|i| of.iter().map(|f| f[i]).sum::<f32>() / of.len() as f32).collect()
}

/// Within candidates, with a little of the identity added.
fn covariance(examples: &[Vec<Vec<f32>>], means: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let size = means[0].len();
    let mut covariance = vec![vec![0f32; size]; size];
    let count: usize = examples.iter().map(Vec::len).sum();
    for (of, mean) in examples.iter().zip(means) {
        for features in of {
            let away: Vec<f32> = features.iter().zip(mean).map(|(f, m)| (f - m) / (count as f32).sqrt()).collect();
            for (row, &a) in covariance.iter_mut().zip(&away) {
                row.iter_mut().zip(&away).for_each(|(c, b)| *c += a * b);
            }
        }
    }
    let spread = (0..size).map(|i| covariance[i][i]).sum::<f32>() / size as f32;
    (0..size).for_each(|i| covariance[i][i] += 0.05 * spread + 1e-3);
    covariance
}

/// The lower triangle L with L·Lᵀ the given matrix.
fn cholesky(mut matrix: Vec<Vec<f32>>) -> Vec<Vec<f32>> {
    for i in 0..matrix.len() {
        let (above, rest) = matrix.split_at_mut(i);
        let row = &mut rest[0];
        for (j, earlier) in above.iter().enumerate() {
            row[j] = (row[j] - product(&row[..j], &earlier[..j])) / earlier[j];
        }
        row[i] = (row[i] - product(&row[..i], &row[..i])).max(1e-9).sqrt();
        row[i + 1..].fill(0.0);
    }
    matrix
}

/// x with L·x the given vector.
fn divided(root: &[Vec<f32>], vector: &[f32]) -> Vec<f32> {
    let mut x = vector.to_vec();
    for i in 0..x.len() {
        x[i] = (x[i] - product(&root[i][..i], &x[..i])) / root[i][i];
    }
    x
}

fn product(a: &[f32], b: &[f32]) -> f32 {
    summed(a, b, |a, b| a * b)
}

fn distance(a: &[f32], b: &[f32]) -> f32 {
    summed(a, b, |a, b| (a - b) * (a - b))
}

/// In eight sums at once, because that is where the time goes.
fn summed(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let ((a8, a), (b8, b)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let mut sums = [0f32; 8];
    for (a, b) in a8.iter().zip(b8) {
        for i in 0..8 {
            sums[i] += term(a[i], b[i]);
        }
    }
    sums.iter().sum::<f32>() + a.iter().zip(b).map(|(&a, &b)| term(a, b)).sum::<f32>()
}
