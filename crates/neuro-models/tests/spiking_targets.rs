//! Families of targets, and targets from recorded or synthetic spikes.

use std::path::Path;

use nalgebra::DMatrix;
use neuro_core::{Streams, TraceCorrelation, nalgebra};
use neuro_models::Error;
use neuro_models::spiking_rls::targets::{
    ChaoticRates, Origin, OrnsteinUhlenbeck, ProductsOfSines, RateConfig, RecordedSpikes,
    SyntheticConfig, low_passed,
};

const STREAMS: fn() -> Streams = || Streams::new(1);

#[test]
fn target_families_have_their_statistics() {
    let targets = OrnsteinUhlenbeck::default().generate(400, 500, 1.0, STREAMS(), 0);
    let x = targets.expect("valid");
    let variance = x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64;
    // 400 units of 500 ms / 200 ms: about 1000 independent values, 4 %.
    assert!((variance / 0.9 - 1.0).abs() < 0.2, "{variance}");
    let lagged: f64 = (0..300).map(|s| x.column(s).dot(&x.column(s + 200))).sum();
    let correlation = lagged / (300.0 * 400.0) / variance;
    assert!(
        (correlation - (-1.0_f64).exp()).abs() < 0.15,
        "{correlation}"
    );
    let chaos = ChaoticRates::default().generate(100, 800, 1.0, STREAMS(), 0);
    let chaos = chaos.expect("valid");
    // It neither dies nor settles: the second half is as lively as the first, and different.
    let spread = |from: usize| {
        let part = chaos.columns(from, 400);
        let each = part.row_iter().map(|row| row.variance());
        each.sum::<f64>() / 100.0
    };
    assert!(
        spread(0) > 1e-3 && spread(400) > 0.2 * spread(0),
        "{} {}",
        spread(0),
        spread(400)
    );
    let again = ChaoticRates::default().generate(100, 800, 1.0, STREAMS(), 0);
    assert_eq!(chaos, again.expect("valid"));
    let product = ProductsOfSines::default().generate(50, 900, 1.0, STREAMS(), 0);
    let product = product.expect("valid");
    assert!(product.amax() <= 1.5 && product.amax() > 1.0);
    let step = DMatrix::from_row_slice(1, 3, &[1.0, 0.0, 0.0]);
    let smooth = low_passed(&step, 10.0, 10.0).expect("valid");
    assert!((smooth[(0, 1)] - (-1.0_f64).exp()).abs() < 1e-15);
}

const TABLE: &str = "time_ms,neuron,trial,condition,depth
10.5,a,1,left,3
12.0,a,2,left,3
,a,3,left,3
2.5,b,1,left,4
10.5,a,1,right,3
";

#[test]
fn rates_count_trials_without_spikes() {
    let spikes = RecordedSpikes::parse(TABLE, Path::new("t.csv")).expect("a good table");
    assert_eq!((spikes.rows.len(), &spikes.origin), (5, &Origin::Recorded));
    let config = RateConfig {
        condition: Some("left".into()),
        duration: 20.0,
        bin: 2.0,
        smoothing: 0.0,
        ..RateConfig::default()
    };
    let rates = spikes.rates(&config).expect("neurons that fire");
    assert_eq!(rates.neurons, ["a", "b"]);
    // One spike in three trials of a 2 ms bin: 1/6 per ms, 10/6 per 10 ms.
    let mut expected = DMatrix::zeros(2, 10);
    expected[(0, 5)] = 10.0 / 6.0;
    expected[(0, 6)] = 10.0 / 6.0;
    expected[(1, 1)] = 5.0;
    assert!((rates.rates - expected).amax() < 1e-14);
    let smooth = RateConfig {
        smoothing: 4.0,
        ..config.clone()
    };
    let smooth = spikes.rates(&smooth).expect("neurons that fire");
    assert!(smooth.rates.min() > 0.0 && smooth.rates.amax() < 2.0);
    let refused = |change: fn(&mut RateConfig)| {
        let mut config = config.clone();
        change(&mut config);
        spikes.rates(&config).expect_err("refused").to_string()
    };
    refused(|c| c.least_rate = 1e4);
    assert!(refused(|c| c.duration = 21.0).contains("a multiple of the bin of 2"));
    assert!(refused(|c| c.duration = 0.4).contains("a multiple of the bin of 2"));
    assert!(refused(|c| c.start = f64::NAN).contains("start of the rates"));
}

#[test]
fn bad_tables_are_refused_with_line_and_column() {
    let refused = |text: &str| match RecordedSpikes::parse(text, Path::new("t.csv")) {
        Err(Error::Csv { line, column, .. }) => Some((line, column)),
        _ => None,
    };
    assert_eq!(refused(""), Some((1, 1)));
    assert_eq!(refused("neuron,trial,condition\n"), Some((1, 1)));
    let with = |row: &str| refused(&format!("{TABLE}{row}\n"));
    assert_eq!(with("soon,a,1,left,3"), Some((7, 1)));
    assert_eq!(with("inf,a,1,left,3"), Some((7, 1)));
    assert_eq!(with("1.0,,1,left,3"), Some((7, 2)));
    assert_eq!(with("1.0,a,,left,3"), Some((7, 3)));
    assert_eq!(with("1.0,a,1"), Some((7, 3)));
    assert_eq!(with("1.0,a,1,left,3"), None);
    let error = RecordedSpikes::parse(&format!("{TABLE}soon,a,1,left,3"), Path::new("t.csv"));
    let message = error.expect_err("no time").to_string();
    assert_eq!(message, "t.csv:7:1: expected a time in ms, found \"soon\"");
    assert!(RecordedSpikes::read(Path::new("no such file")).is_err());
}

#[test]
fn synthetic_recordings_say_so_and_are_estimates_of_their_rates() {
    let config = SyntheticConfig {
        neurons: 6,
        trials: 60,
        ..SyntheticConfig::default()
    };
    let spikes = config.spikes(STREAMS(), 0).expect("valid");
    let estimated = spikes
        .rates(&RateConfig::default())
        .expect("neurons that fire");
    assert_eq!(estimated.origin, Origin::Synthetic);
    assert_eq!(estimated.rates.shape(), (6, 4600));
    let truth = config.true_rates(STREAMS(), 0).expect("valid") * 0.01;
    let mean = |m: &DMatrix<f64>| m.iter().sum::<f64>() / m.len() as f64;
    assert!((mean(&estimated.rates) / mean(&truth) - 1.0).abs() < 0.1);
    let mut correlation = TraceCorrelation::new(6);
    for s in 0..4600 {
        correlation.add(
            estimated.rates.column(s).as_slice(),
            truth.column(s).as_slice(),
        );
    }
    // Estimates, not the truth; a neuron that is not modulated has nothing but noise.
    let (mean, each) = (correlation.mean(6), correlation.each());
    let best = each.iter().fold(0.0, |m: f64, c| m.max(*c));
    assert!(mean > 0.5 && best < 0.999, "{each:?}");
}
