//! Every operation of the tape against central differences, its mistakes, and programs drawn at
//! random, which must neither panic nor give a wrong gradient.

#![allow(clippy::unwrap_used, reason = "a test that fails says where")]

use std::ops::Range;

use neuro_autodiff::Error;
use neuro_autodiff::gradcheck::{GradientOptions, check_gradient};
use neuro_autodiff::tape::{Tape, Var};
use neuro_core::transfer::{QifGain, SmoothQifGain, Transfer};
use neuro_core::{Domain, Streams};
use proptest::prelude::*;

type Shape = (usize, usize);

/// A function of one matrix.
type Function = for<'t> fn(Var<'t>) -> Var<'t>;

/// One of two.
type Operation = for<'t> fn(Var<'t>, Var<'t>) -> Var<'t>;

/// What a function should be.
type Expected = fn(f64) -> f64;

/// Random numbers of size 0.3 to about 2, so that no kink at 0 is within a step of them.
fn numbers(count: usize, index: u64) -> Vec<f64> {
    let mut values = vec![0.0_f64; count];
    Streams::new(5)
        .normals(Domain::Analysis, index)
        .fill(&mut values);
    for x in &mut values {
        *x = (0.3 + 0.5 * x.abs()).copysign(*x);
    }
    values
}

fn size(shape: Shape) -> usize {
    shape.0 * shape.1
}

/// Compares the gradient of a randomly weighted sum of `y` with respect to all of its arguments with
/// central differences.
#[track_caller]
fn check(shapes: &[Shape], at: &[f64], y: impl for<'t> Fn(&[Var<'t>]) -> Var<'t>) {
    check_above(GradientOptions::default().floor, shapes, at, y);
}

/// The same, with components below `floor` compared absolutely.
#[track_caller]
fn check_above(
    floor: f64,
    shapes: &[Shape],
    at: &[f64],
    y: impl for<'t> Fn(&[Var<'t>]) -> Var<'t>,
) {
    let mut tape = Tape::new();
    let mut evaluate = |at: &[f64], gradient: Option<&mut Vec<f64>>| {
        tape.clear();
        let mut rest = at;
        let variables: Vec<_> = shapes
            .iter()
            .map(|shape| {
                let (values, after) = rest.split_at(size(*shape));
                rest = after;
                tape.variable(*shape, values)
            })
            .collect();
        let result = y(&variables);
        let weights = numbers(size(result.shape()), 9);
        let loss = (result * tape.constant(result.shape(), &weights)).sum();
        let loss = tape.backward(loss).unwrap();
        if let Some(gradient) = gradient {
            for variable in variables {
                gradient.extend_from_slice(tape.gradient(variable).unwrap().as_slice());
            }
        }
        loss
    };
    let mut gradient = Vec::new();
    evaluate(at, Some(&mut gradient));
    let loss = |at: &[f64]| evaluate(at, None);
    let options = GradientOptions {
        floor,
        ..GradientOptions::default()
    };
    let report = check_gradient(loss, at, &gradient, &options).unwrap();
    assert!(report.passes(1e-8), "{shapes:?}: {report}");
}

#[track_caller]
fn check_at_random(shapes: &[Shape], y: impl for<'t> Fn(&[Var<'t>]) -> Var<'t>) {
    let count = shapes.iter().copied().map(size).sum();
    check(shapes, &numbers(count, 1), y);
}

#[test]
fn products_have_the_right_gradients() {
    for (rows, inner, columns) in [(3, 4, 5), (1, 4, 1), (4, 1, 3), (17, 20, 9)] {
        check_at_random(&[(rows, inner), (inner, columns)], |v| v[0].matmul(v[1]));
        check_at_random(&[(inner, rows), (inner, columns)], |v| {
            v[0].transpose_matmul(v[1])
        });
    }
    // The same matrix on both sides.
    check_at_random(&[(3, 3)], |v| v[0].matmul(v[0]));
    check_at_random(&[(3, 2)], |v| v[0].transpose_matmul(v[0]));
}

#[test]
fn operations_on_elements_have_the_right_gradients_whatever_is_repeated() {
    let full = (3, 4);
    let pairs = [full, (3, 1), (1, 4), (1, 1)]
        .into_iter()
        .flat_map(|other| [[full, other], [other, full]])
        // Both repeated, and columns of one value.
        .chain([[(3, 1), (1, 4)], [(1, 4), (3, 1)], [(1, 5), (1, 1)]]);
    for shapes in pairs {
        check_at_random(&shapes, |v| v[0] + v[1]);
        check_at_random(&shapes, |v| v[0] - v[1]);
        check_at_random(&shapes, |v| v[0] * v[1]);
        check_at_random(&shapes, |v| v[0] / v[1]);
    }
    check_at_random(&[full], |v| v[0] * v[0] + v[0]);
}

#[test]
fn numbers_on_either_side_have_the_right_gradients() {
    let all: [Function; 9] = [
        |x| -x,
        |x| x + 2.0,
        |x| x - 2.0,
        |x| x * 2.0,
        |x| x / 2.0,
        |x| 2.0 + x,
        |x| 2.0 - x,
        |x| 2.0 * x,
        |x| 2.0 / x,
    ];
    for f in all {
        check_at_random(&[(2, 3)], |v| f(v[0]));
    }
    let tape = Tape::new();
    let x = tape.constant((1, 1), &[4.0]);
    let values = all.map(|f| tape.value(f(x)).unwrap()[0]);
    assert_eq!(values, [-4.0, 6.0, 2.0, 8.0, 2.0, 6.0, -2.0, 8.0, 0.5]);
}

#[test]
fn functions_have_the_right_values_and_gradients() {
    let all: [(&str, Function, Expected); 9] = [
        ("tanh", |x| x.tanh(), f64::tanh),
        ("logistic", |x| x.logistic(), |x| 1.0 / (1.0 + (-x).exp())),
        ("relu", |x| x.relu(), |x| x.max(0.0)),
        ("softplus", |x| x.softplus(), |x| x.exp().ln_1p()),
        ("exp", |x| x.exp(), f64::exp),
        ("square", |x| x.square(), |x| x * x),
        ("abs", |x| x.abs(), f64::abs),
        ("recip", |x| x.recip(), f64::recip),
        // Of numbers above 0 only.
        ("ln sqrt", |x| x.square().sqrt().ln(), |x| x.abs().ln()),
    ];
    let x = numbers(12, 2);
    for (name, f, expected) in all {
        check_at_random(&[(3, 4)], |v| f(v[0]));
        let tape = Tape::new();
        let y = tape.value(f(tape.constant((3, 4), &x))).unwrap();
        for (x, y) in x.iter().zip(&y) {
            let expected = expected(*x);
            assert!(
                (y - expected).abs() <= 1e-14 * expected.abs().max(1.0),
                "{name} {x}"
            );
        }
    }
}

#[test]
fn any_transfer_function_can_be_used() {
    /// `x / (1 + |x|)`.
    #[derive(Debug)]
    struct Algebraic;

    impl Transfer for Algebraic {
        fn name(&self) -> &'static str {
            "algebraic"
        }

        fn value(&self, x: f64) -> f64 {
            x / (1.0 + x.abs())
        }

        fn slope(&self, x: f64) -> f64 {
            (1.0 + x.abs()).powi(-2)
        }
    }

    check_at_random(&[(3, 4)], |v| v[0].map(&Algebraic));
    check_at_random(&[(3, 4)], |v| v[0].map(&SmoothQifGain::default()));
    check_at_random(&[(3, 4)], |v| v[0].map(&QifGain));
}

#[test]
fn kinks_have_slope_zero() {
    let all: [Function; 2] = [|x| x.abs(), |x| x.sqrt()];
    for f in all {
        let tape = Tape::new();
        let x = tape.variable((1, 1), &[0.0]);
        assert_eq!(tape.backward(f(x)).unwrap(), 0.0);
        assert_eq!(tape.gradient(x).unwrap()[0], 0.0);
    }
}

#[test]
fn sums_and_parts_have_the_right_gradients() {
    let shape = &[(3, 6)];
    check_at_random(shape, |v| v[0].sum());
    check_at_random(shape, |v| v[0].mean());
    check_at_random(shape, |v| v[0].sum_rows());
    check_at_random(shape, |v| v[0].mean_rows());
    check_at_random(shape, |v| v[0].sum_columns());
    check_at_random(shape, |v| v[0].sum_blocks(2));
    check_at_random(shape, |v| v[0].rows(1..3));
    check_at_random(shape, |v| v[0].columns(2..5));
    check_at_random(&[(1, 3), (2, 3)], |v| v[0].stack(v[1]));
    check_at_random(&[(2, 3)], |v| v[0].stack(v[0]));
}

#[test]
fn sums_and_parts_are_what_they_say() {
    let tape = Tape::new();
    let x = tape.constant((2, 4), &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    let value = |var| tape.value(var).unwrap();
    assert_eq!(value(x.sum())[0], 36.0);
    assert_eq!(value(x.mean())[0], 4.5);
    assert_eq!(value(x.sum_rows()).as_slice(), [3.0, 7.0, 11.0, 15.0]);
    assert_eq!(value(x.mean_rows()).as_slice(), [1.5, 3.5, 5.5, 7.5]);
    assert_eq!(value(x.sum_columns()).as_slice(), [16.0, 20.0]);
    assert_eq!(value(x.sum_blocks(2)).as_slice(), [6.0, 8.0, 10.0, 12.0]);
    assert_eq!(value(x.rows(1..2)).as_slice(), [2.0, 4.0, 6.0, 8.0]);
    assert_eq!(value(x.columns(1..3)).as_slice(), [3.0, 4.0, 5.0, 6.0]);
    let both = value(x.rows(0..1).stack(x.sum_rows()));
    assert_eq!(both.as_slice(), [1.0, 3.0, 3.0, 7.0, 5.0, 11.0, 7.0, 15.0]);
}

#[test]
fn softmax_is_right_for_numbers_of_any_size() {
    check_at_random(&[(4, 3)], |v| v[0].log_softmax());
    check_at_random(&[(4, 3)], |v| v[0].softmax());
    let tape = Tape::new();
    let x = tape.variable((2, 1), &[1000.0, -1000.0]);
    let p = x.softmax();
    assert_eq!(tape.value(p).unwrap().as_slice(), [1.0, 0.0]);
    tape.backward(x.log_softmax().sum()).unwrap();
    assert_eq!(tape.gradient(x).unwrap().as_slice(), [-1.0, 1.0]);
}

#[test]
fn a_second_backward_pass_starts_anew() {
    let tape = Tape::new();
    let x = tape.variable((1, 1), &[3.0]);
    let gradients = [x * 2.0, x * x, tape.constant((1, 1), &[7.0])].map(|loss| {
        tape.backward(loss).unwrap();
        tape.gradient(x).unwrap()[0]
    });
    assert_eq!(gradients, [2.0, 6.0, 0.0]);
    // What was made after a pass has no gradient yet.
    assert_eq!(tape.gradient(x + 1.0).unwrap()[0], 0.0);
}

#[track_caller]
fn mistake(var: Var<'_>, expected: &str) {
    let tape = var.tape();
    let Err(Error::Tape { location, .. }) = tape.value(var) else {
        panic!("no mistake");
    };
    assert_eq!(location.file(), file!());
    let message = tape.value(var).unwrap_err().to_string();
    assert!(message.contains(expected), "{message}");
    // It is told by everything that is asked, and by nothing after the tape is cleared.
    assert!(tape.backward(var.tanh().sum()).is_err() && tape.check().is_err());
    assert_eq!(var.shape(), (0, 0));
}

#[test]
fn a_mistake_is_told_with_its_place() {
    let all: [(Operation, &str); 14] = [
        (|a, b| a.matmul(b), "matmul at"),
        (
            |a, b| a.matmul(b),
            "expected 3 rows on the right, found 2x2",
        ),
        (
            |a, b| b.transpose_matmul(a.rows(0..1)),
            "expected 2 rows on the right, found 1x3",
        ),
        (|a, b| a + b, "sum at"),
        (
            |a, b| a - b,
            "expected 2x3 on the right, or 1 row or column, found 2x2",
        ),
        (|a, b| a * b, "product element by element at"),
        (|a, b| a / b, "quotient at"),
        (|a, b| a.stack(b), "expected 3 columns below, found 2x2"),
        (
            |a, _| a.rows(1..4),
            "expected 3 rows from row 1 on, found 2x3",
        ),
        (
            |a, _| a.columns(3..4),
            "expected 1 columns from column 3 on, found 2x3",
        ),
        (
            |a, _| a.rows(Range { start: 2, end: 1 }),
            "rows from row 2 on, found 2x3",
        ),
        (
            |a, _| a.columns(Range { start: 2, end: 1 }),
            "columns from column 2 on, found 2x3",
        ),
        (
            |a, _| a.sum_blocks(2),
            "expected whole blocks of 2 columns, found 2x3",
        ),
        (
            |a, _| a.rows(0..0).softmax(),
            "expected at least 1 row, found 0x3",
        ),
    ];
    for (f, expected) in all {
        let tape = Tape::new();
        let (a, b) = (
            tape.variable((2, 3), &[1.0; 6]),
            tape.variable((2, 2), &[1.0; 4]),
        );
        mistake(f(a, b), expected);
    }
    let tape = Tape::new();
    mistake(
        tape.variable((2, 3), &[1.0; 5]),
        "expected 2x3 values, found 5",
    );
    let mut tape = Tape::new();
    let vast = tape.constant((usize::MAX, 0), &[]);
    mistake(
        vast.matmul(tape.constant((0, 2), &[])),
        "a matrix that fits in memory",
    );
    tape.clear();
    assert!(tape.check().is_ok());
}

#[test]
fn losses_must_be_single_finite_numbers_of_their_tape() {
    let [tape, other] = [(); 2].map(|()| Tape::new());
    let x = tape.variable((2, 1), &[0.0, 1.0]);
    let infinite = tape.backward(x.ln().sum()).unwrap_err().to_string();
    assert_eq!(
        infinite,
        "loss on a tape: value 0 is -inf, expected finite values"
    );
    assert!(tape.check().is_ok());
    let foreign = other.constant((2, 1), &[1.0; 2]);
    assert!(tape.value(foreign).is_err());
    let tape = Tape::new();
    let x = tape.variable((2, 1), &[0.0, 1.0]);
    let message = tape.backward(x).unwrap_err().to_string();
    assert!(
        message.contains("expected a loss of 1x1, found 2x1"),
        "{message}"
    );
    let tape = Tape::new();
    let mixed = tape.variable((2, 1), &[0.0, 1.0]) + foreign;
    mistake(
        mixed,
        "expected two matrices of one tape, found one of another",
    );
}

#[test]
fn f32_does_the_same() {
    let tape = Tape::<f32>::new();
    let x = tape.variable((2, 1), &[0.5, -1.0]);
    let loss = (1.0 - x * 2.0).square().mean();
    assert_eq!(tape.backward(loss).unwrap(), 4.5);
    assert_eq!(tape.gradient(x).unwrap().as_slice(), [0.0, -6.0]);
}

/// Does operation `code` to matrices among those there are.
fn operate<'t>(all: &[Var<'t>], (code, first, second): (u8, usize, usize)) -> Var<'t> {
    let (a, b) = (all[first % all.len()], all[second % all.len()]);
    match code % 20 {
        0 => a.matmul(b),
        1 => a.transpose_matmul(b),
        2 => a + b,
        3 => a - b,
        4 => a * b,
        5 => a / b,
        6 => a.tanh(),
        7 => a.softplus(),
        8 => a.exp(),
        9 => a.ln(),
        10 => a.sqrt(),
        11 => a.square() * 0.5,
        12 => a.log_softmax(),
        13 => a.sum_rows(),
        14 => a.sum_blocks(second % 4),
        15 => a.rows(first % 3..second % 5),
        16 => a.columns(second % 3..first % 5),
        17 => a.stack(b),
        18 => a.mean(),
        _ => 1.0 - a.mean_rows(),
    }
}

proptest! {
    #[test]
    fn no_program_panics(
        shapes in prop::collection::vec((0_usize..4, 0_usize..4), 1..4),
        program in prop::collection::vec((any::<u8>(), 0_usize..20, 0_usize..20), 1..12),
        odd in prop::sample::select(vec![1.0, 0.0, f64::NAN, f64::INFINITY, -1e300, 5e-324]),
    ) {
        let tape = Tape::new();
        let mut all: Vec<_> = shapes
            .iter()
            .enumerate()
            .map(|(k, shape)| {
                let mut values = numbers(size(*shape), k as u64);
                if let Some(first) = values.first_mut() {
                    *first = odd;
                }
                tape.variable(*shape, &values)
            })
            .collect();
        for instruction in program {
            let made = operate(&all, instruction);
            if tape.check().is_err() {
                break;
            }
            all.push(made);
        }
        let mistake = tape.check().is_err();
        let loss = all[all.len() - 1].sum();
        match tape.backward(loss) {
            Ok(value) => {
                prop_assert!(!mistake && value.is_finite());
                for var in all {
                    prop_assert_eq!(tape.gradient(var).unwrap().shape(), var.shape());
                }
            }
            Err(Error::Tape { .. }) => prop_assert!(mistake),
            Err(error) => prop_assert!(!mistake && error.to_string().contains("finite")),
        }
    }

    #[test]
    fn programs_of_smooth_operations_have_the_right_gradients(
        program in prop::collection::vec((0_usize..11, 0_usize..20, 0_usize..20), 1..8),
    ) {
        let shapes = [(3, 3), (3, 3), (3, 1), (1, 3)];
        // Sums of some tens of numbers of size 1 round at 1e-14, and their difference quotients,
        // for a step of 1e-3, at 1e-11: more than 1e-8 of components below 1e-3.
        check_above(1e-2, &shapes, &numbers(24, 1), |variables| {
            let mut all = variables.to_vec();
            for (k, first, second) in &program {
                // Operations that are smooth and keep numbers of ordinary size.
                let code = [0, 1, 2, 3, 4, 6, 7, 12, 13, 14, 19][*k];
                let (a, b) = (all[first % all.len()], all[second % all.len()]);
                let fits = match code {
                    0 => a.shape().1 == b.shape().0,
                    1 => a.shape().0 == b.shape().0,
                    14 => a.shape().1 == 3,
                    _ => true,
                };
                if fits {
                    // Its tanh keeps products of products small.
                    let second = if code == 14 { 3 } else { *second };
                    all.push(operate(&all, (code, *first, second)).tanh());
                }
            }
            all.into_iter().map(|var| var.sum()).reduce(|a, b| a + b).unwrap()
        });
    }
}
