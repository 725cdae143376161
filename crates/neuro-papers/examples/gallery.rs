//! One of each kind of figure, made through the front end that all experiments share.
//!
//! `cargo run --release -p neuro-papers --example gallery -- --out DIR`

use std::process::ExitCode;

use nalgebra::DMatrix;
use neuro_core::{Domain, Streams};
use neuro_papers::{Claims, Error, Figure, Panel, Paper, Rule, ScaleGuide, Session, Table, run};

const PAPER: Paper = Paper {
    name: "gallery",
    about: "One of each kind of figure",
    citation: "No paper: made-up data that show what figures look like",
    figures: &[
        ("lines", "lines, bands and reference lines"),
        ("points", "scatter plots, error bars, colours by value"),
        ("counts", "histograms and heat maps"),
        (
            "scales",
            "box plots, logarithmic axes, large and small numbers, names",
        ),
        ("hard", "long labels, gaps and missing data"),
    ],
    smoke: ScaleGuide {
        seeds: 1,
        time: "1 s",
    },
    quick: ScaleGuide {
        seeds: 3,
        time: "1 s",
    },
    paper: ScaleGuide {
        seeds: 10,
        time: "1 s",
    },
};

fn main() -> ExitCode {
    run(&PAPER, gallery)
}

fn gallery(session: &Session) -> Result<Claims, Error> {
    let options = &session.options;
    let normal = Streams::new(options.seed);
    let noise = |index, count| -> Vec<f64> {
        let mut numbers = vec![0.0; count];
        normal.normals(Domain::Analysis, index).fill(&mut numbers);
        numbers
    };
    let makers: [(&str, Maker); 5] = [
        ("lines", lines),
        ("points", points),
        ("counts", counts),
        ("scales", scales),
        ("hard", hard),
    ];
    session.progress.expect(1);
    let job = session.progress.job("figures", makers.len() as u64);
    for (position, (name, make)) in (1..).zip(makers) {
        session.interrupt.check()?;
        if options.wants(name) {
            make(&noise).write(&session.output.figure(name))?;
        }
        job.update(position, name);
    }
    job.finish("made");

    let means = options.network_seeds().map(|seed| {
        let mut numbers = vec![0.0; 1000];
        Streams::new(seed)
            .normals(Domain::Analysis, 0)
            .fill(&mut numbers);
        numbers.iter().sum::<f64>() / 1000.0
    });
    let means: Vec<f64> = means.collect();
    let mut table = Table::new(["seed", "mean"])?;
    for (seed, mean) in options.network_seeds().zip(&means) {
        table.push([seed.into(), (*mean).into()])?;
    }
    table.write(&session.output.data("means"))?;

    let mut claims = Claims::new(options.scale);
    // Four standard errors of the mean of 1000 numbers.
    let rule = Rule::between("mean of 1000 numbers", -0.126, 0.126);
    let statement = "Normal numbers have mean 0";
    claims.decide("mean", PAPER.name, statement, &rule, &means)?;
    Ok(claims)
}

type Maker = fn(&Noise<'_>) -> Figure;
type Noise<'a> = dyn Fn(u64, usize) -> Vec<f64> + 'a;

fn steps(count: usize, step: f64) -> Vec<f64> {
    (0..count).map(|k| k as f64 * step).collect()
}

fn map(x: &[f64], f: impl Fn(f64) -> f64) -> Vec<f64> {
    x.iter().map(|x| f(*x)).collect()
}

fn lines(noise: &Noise<'_>) -> Figure {
    let time = steps(400, 1.0);
    let mut responses = Panel::new("Responses", "Time (ms)", "Rate (Hz)");
    for k in 0..5 {
        let phase = f64::from(k) * 0.6;
        let rate = map(&time, |t| {
            20.0 + 12.0 * (t / 40.0 - phase).sin() * (-t / 300.0).exp()
        });
        responses = responses.line(&format!("stimulus {}", k + 1), &time, &rate);
    }
    let updates = steps(60, 50.0);
    let mean = map(&updates, |u| 0.05 + 0.9 * (-u / 700.0).exp());
    let sd = map(&updates, |u| 0.03 + 0.08 * (-u / 1500.0).exp());
    let slower = map(&updates, |u| 0.1 + 0.85 * (-u / 1500.0).exp());
    let learning = Panel::new("Learning", "Update", "Loss")
        .band("with plasticity", &updates, &mean, &sd)
        .band("without", &updates, &slower, &sd)
        .horizontal("chance", 0.5)
        .vertical("criterion first met", 1200.0);
    let jitter = noise(1, 400);
    let walk: Vec<f64> = jitter
        .iter()
        .scan(0.0, |sum, step| {
            *sum += 0.3 * step;
            Some(*sum)
        })
        .collect();
    let fit = map(&time, |t| 0.01 * t);
    let drift = Panel::new("Drift", "Time (ms)", "Position (rad)")
        .line("measured", &time, &walk)
        .dashed("predicted", &time, &fit)
        .same_colour();
    Figure::new("Lines, bands and reference lines")
        .panel(responses)
        .panel(learning)
        .panel(drift)
}

fn points(noise: &Noise<'_>) -> Figure {
    let (x, y) = (noise(2, 500), noise(3, 500));
    let moved = map(&x, |x| 0.6 * x + 2.0);
    let clouds = Panel::new("Clouds", "Component 1", "Component 2")
        .scatter("early", &x, &y)
        .scatter("late", &moved, &y);
    let angle = steps(120, std::f64::consts::TAU / 120.0);
    let (cosine, sine) = (map(&angle, f64::cos), map(&angle, f64::sin));
    let ring = Panel::new("Ring", "Component 1", "Component 2").scatter_by(
        &cosine,
        &sine,
        &angle,
        "Angle (rad)",
    );
    let gains = [0.5, 1.0, 1.5, 2.0, 2.5];
    let errors = Panel::new("Errors", "Gain", "Error (%)")
        .points(
            "networks (mean ± sd)",
            &gains,
            &[31.0, 18.0, 9.0, 12.0, 22.0],
            &[4.0, 3.0, 2.0, 2.5, 6.0],
        )
        .line("theory", &gains, &[28.0, 17.0, 10.0, 11.0, 20.0]);
    let radius = map(&steps(300, 1.0), |k| (k / 300.0).sqrt());
    let turn = map(&steps(300, 1.0), |k| k * 2.399_963);
    let place = |f: fn(f64) -> f64| -> Vec<f64> {
        radius.iter().zip(&turn).map(|(r, t)| r * f(*t)).collect()
    };
    let around = map(&angle, |a| a - 0.5);
    let circle = (map(&around, f64::cos), map(&around, f64::sin));
    let spectrum = Panel::new("Eigenvalues", "Real part", "Imaginary part")
        .scatter("eigenvalues", &place(f64::cos), &place(f64::sin))
        .dashed("unit circle", &circle.0, &circle.1)
        .equal_units();
    Figure::new("Points")
        .panel(clouds)
        .panel(ring)
        .panel(errors)
        .panel(spectrum)
}

fn counts(noise: &Noise<'_>) -> Figure {
    let other = map(&noise(5, 1500), |x| 0.7 * x + 1.5);
    let histogram = Panel::new("Preferred phases", "Phase (rad)", "Units")
        .histogram("excitatory", &noise(4, 2000), 40)
        .histogram("inhibitory", &other, 40)
        .vertical("stimulus", 0.5);
    let signs = DMatrix::from_fn(60, 60, |i, j| {
        let distance = i as f64 - j as f64;
        (-distance * distance / 120.0).exp() - 0.6 * (-distance * distance / 700.0).exp()
    });
    let weights = Panel::new("Recurrent weights", "From unit", "To unit")
        .heat_map(&signs, (0.0, 60.0), (0.0, 60.0), "Weight")
        .y_down();
    let rates = DMatrix::from_fn(40, 120, |i, j| {
        let distance = j as f64 - 3.0 * i as f64;
        30.0 * (-distance * distance / 150.0).exp()
    });
    let sequence = Panel::new("Sequence", "Time (ms)", "Unit, sorted by peak").heat_map(
        &rates,
        (0.0, 1200.0),
        (0.0, 40.0),
        "Rate (Hz)",
    );
    Figure::new("")
        .columns(3)
        .panel(histogram)
        .panel(weights)
        .panel(sequence)
}

fn scales(noise: &Noise<'_>) -> Figure {
    let size = map(&steps(30, 0.1), |k| 10f64.powf(k));
    let spectrum = Panel::new("Power law", "Component", "Variance")
        .line("measured", &size, &map(&size, |n| n.powf(-1.2)))
        .dashed("exponent −1", &size, &map(&size, |n| 1.0 / n))
        .log_x()
        .log_y();
    let small = steps(20, 1e-6);
    let factors = Panel::new("Small and large", "Learning rate", "Steps").line(
        "",
        &small,
        &map(&small, |x| 3e6 + 1e12 * x),
    );
    let names = Panel::new("Tasks", "", "Accuracy")
        .x_names([
            "match",
            "non-match",
            "category",
            "delayed response",
            "sequence",
        ])
        .points(
            "trained",
            &[0.0, 1.0, 2.0, 3.0, 4.0],
            &[0.97, 0.95, 0.88, 0.91, 0.79],
            &[0.01, 0.02, 0.04, 0.03, 0.06],
        )
        .horizontal("chance", 0.5)
        .y_range(0.4, 1.05);
    let decades = Panel::new("Less than a decade", "Time constant (ms)", "Count")
        .scatter(
            "",
            &[12.0, 20.0, 31.0, 55.0, 80.0],
            &[1.0, 3.0, 7.0, 4.0, 2.0],
        )
        .log_x();
    let mut groups = Panel::new("Groups", "Noise channels", "Time constant (ms)");
    groups = groups.x_names(["0", "1", "5", "10"]);
    for (place, count) in [33, 40, 46, 4].into_iter().enumerate() {
        let mean = 52.0 + 12.0 * place as f64;
        let values = map(&noise(20 + place as u64, count), |x| mean + 6.0 * x);
        groups = groups.boxes("", place as f64, &values);
    }
    Figure::new("Scales")
        .panel(groups)
        .panel(spectrum)
        .panel(factors)
        .panel(names)
        .panel(decades)
}

fn hard(_noise: &Noise<'_>) -> Figure {
    let time = steps(100, 1.0);
    let gaps = map(&time, |t| {
        if (t as usize) % 30 < 24 {
            (t / 9.0).sin()
        } else {
            f64::NAN
        }
    });
    let long = "A title that is much longer than the panel is wide, since it says everything at \
                once & more <than> needed";
    let broken = Panel::new(
        long,
        "Time since the onset of the first of the two stimuli of the trial (ms)",
        "Mean rate over all excitatory units of all networks (Hz)",
    )
    .line(
        "a first series with a name that says a great deal about how it came to be",
        &time,
        &gaps,
    )
    .line(
        "a second one, hardly shorter than the first",
        &time,
        &map(&gaps, |y| 0.5 * y),
    )
    .line("short", &time, &map(&gaps, |y| -0.5 * y));
    let nothing = Panel::new("Nothing", "Time (ms)", "Rate (Hz)").line("none", &[], &[]);
    let one = Panel::new("A single value", "Time (ms)", "Rate (Hz)").scatter("one", &[3.0], &[7.0]);
    let narrow = Panel::new("Far from zero", "Update", "Energy").line(
        "",
        &time,
        &map(&time, |t| 123_456.0 + 1e-3 * t),
    );
    Figure::new("Hard cases")
        .panel(broken)
        .panel(nothing)
        .panel(one)
        .panel(narrow)
}
