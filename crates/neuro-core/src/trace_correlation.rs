//! How well traces follow their targets, without keeping them: `r = sum dx dy / sqrt(sum dx^2 sum dy^2)`
//! over time, for many units at once, updated sample by sample (Welford's recurrences).

/// Pearson correlation over time of each unit with its target, sample by sample.
///
/// ```
/// use neuro_core::TraceCorrelation;
///
/// let mut correlation = TraceCorrelation::new(2);
/// for t in 0..10 {
///     let f = f64::from(t);
///     correlation.add(&[2.0 * f + 1.0, 7.0], &[f, f]);
/// }
/// // A constant trace has no correlation: it counts as 0.
/// assert_eq!(correlation.each(), [1.0, 0.0]);
/// assert_eq!((correlation.mean(2), correlation.constant(2)), (0.5, 1));
/// ```
#[derive(Clone, Debug)]
pub struct TraceCorrelation {
    count: f64,
    /// Mean and sum of squared deviations of trace and target, sum of products.
    moments: Vec<[f64; 5]>,
}

impl TraceCorrelation {
    /// No sample yet of `units` units.
    #[must_use]
    pub fn new(units: usize) -> Self {
        Self {
            count: 0.0,
            moments: vec![[0.0; 5]; units],
        }
    }

    /// Forgets all samples.
    pub fn clear(&mut self) {
        self.count = 0.0;
        self.moments.fill([0.0; 5]);
    }

    /// Takes up one sample of all units.
    ///
    /// # Panics
    /// When there are not as many values as units.
    pub fn add(&mut self, found: &[f64], targets: &[f64]) {
        assert_eq!(found.len(), self.moments.len(), "traces");
        assert_eq!(targets.len(), self.moments.len(), "targets");
        self.count += 1.0;
        for ((moments, x), y) in self.moments.iter_mut().zip(found).zip(targets) {
            let [mean_x, mean_y, xx, yy, xy] = moments;
            let (dx, dy) = (x - *mean_x, y - *mean_y);
            *mean_x += dx / self.count;
            *mean_y += dy / self.count;
            *xx += dx * (x - *mean_x);
            *yy += dy * (y - *mean_y);
            *xy += dx * (y - *mean_y);
        }
    }

    /// The correlation of each unit; 0 when trace or target is constant.
    #[must_use]
    pub fn each(&self) -> Vec<f64> {
        self.moments.iter().map(correlation).collect()
    }

    /// How many of the first `units` units have a trace that never changed: their correlation is 0 by
    /// convention, which says nothing about learning. A silent network has nothing but such units.
    #[must_use]
    pub fn constant(&self, units: usize) -> usize {
        let counted = &self.moments[..units.min(self.moments.len())];
        counted.iter().filter(|moments| moments[2] == 0.0).count()
    }

    /// The mean over the first `units` units; 0 for none.
    #[must_use]
    pub fn mean(&self, units: usize) -> f64 {
        let counted = units.min(self.moments.len());
        let sum: f64 = self.moments[..counted].iter().map(correlation).sum();
        sum / counted.max(1) as f64
    }
}

fn correlation(moments: &[f64; 5]) -> f64 {
    let [_, _, xx, yy, xy] = *moments;
    let scale = (xx * yy).sqrt();
    if scale > 0.0 { xy / scale } else { 0.0 }
}
