//! Damage: of bytes, of the words and numbers of a text, of the header of a `safetensors` file.

use neuro_core::archive::{Archive, Tensor, TensorData};
use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;

use crate::scratch;

/// What the inputs of a target look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// JSON, CSV, or arguments: words, numbers and signs.
    Text,
    /// A `safetensors` file.
    Tensors,
}

/// What stands where a number or a word was.
const WORDS: [&str; 34] = [
    "0",
    "-0",
    "-1",
    "1",
    "2",
    "7",
    "1.5",
    "-2.5e-3",
    "1e308",
    "1e309",
    "-1e999",
    "5e-324",
    "1e-400",
    "255",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1152921504606846976",
    "00012",
    "+1",
    "NaN",
    "inf",
    "-inf",
    "null",
    "true",
    "[]",
    "{}",
    "\"\"",
    "\"\\u0000\\ud83d\\ude00\"",
    "ÿ\u{feff}\u{0}",
];

/// Numbers that arithmetic does not expect.
const NUMBERS: [f64; 12] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::MAX,
    f64::MIN,
    f64::MIN_POSITIVE,
    5e-324,
    -1e-310,
    0.0,
    -0.0,
    -1.0,
    1e200,
];

const SIZES: [u64; 8] = [0, 1, 7, 8, 1 << 31, 1 << 60, u64::MAX / 8 + 1, u64::MAX];

fn one<'a, T>(rng: &mut ChaCha8Rng, of: &'a [T]) -> &'a T {
    &of[rng.random_range(0..of.len())]
}

/// Damages an input in one to four places; `others` are inputs to take pieces from.
pub(crate) fn mutate(
    rng: &mut ChaCha8Rng,
    form: Form,
    input: &[u8],
    others: &[Vec<u8>],
) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..rng.random_range(1..5) {
        let other = one(rng, others);
        bytes = match (form, rng.random_range(0..4)) {
            (_, 0) => of_bytes(rng, bytes, other),
            (Form::Text, _) => of_text(rng, &bytes, other),
            (Form::Tensors, 1) => of_header(rng, &bytes, other),
            (Form::Tensors, _) => of_archive(rng, &bytes, other).unwrap_or(bytes),
        };
    }
    bytes
}

fn of_bytes(rng: &mut ChaCha8Rng, mut bytes: Vec<u8>, other: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return other.to_vec();
    }
    let at = rng.random_range(0..bytes.len());
    let length = rng.random_range(0..=(bytes.len() - at).min(64));
    match rng.random_range(0..8) {
        0 => bytes[at] ^= 1 << rng.random_range(0..8),
        1 => bytes[at] = rng.random(),
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..at + length)),
        4 => {
            let piece = bytes[at..at + length].to_vec();
            bytes.splice(at..at, piece);
        }
        5 => {
            let mut piece = vec![0; length];
            rng.fill_bytes(&mut piece);
            bytes.splice(at..at, piece);
        }
        6 => {
            let from = rng.random_range(0..=other.len());
            bytes.truncate(at);
            bytes.extend_from_slice(&other[from..]);
        }
        _ => {
            let size = one(rng, &SIZES).to_le_bytes();
            let end = (at + 8).min(bytes.len());
            bytes[at..end].copy_from_slice(&size[..end - at]);
        }
    }
    bytes
}

/// The pieces of a text: words and numbers, quoted strings, and single signs.
fn pieces(text: &[u8]) -> Vec<&[u8]> {
    let is_word = |b: u8| b.is_ascii_alphanumeric() || b".+-_".contains(&b) || b >= 128;
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(&first) = rest.first() {
        let length = if first == b'"' {
            let end = rest[1..].iter().position(|&b| b == b'"');
            end.map_or(rest.len(), |end| end + 2)
        } else if is_word(first) {
            rest.iter().position(|&b| !is_word(b)).unwrap_or(rest.len())
        } else {
            1
        };
        let (piece, after) = rest.split_at(length);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

fn of_text(rng: &mut ChaCha8Rng, text: &[u8], other: &[u8]) -> Vec<u8> {
    let mut found = pieces(text);
    if found.is_empty() {
        return other.to_vec();
    }
    let at = rng.random_range(0..found.len());
    let second = rng.random_range(0..found.len());
    let deep = b"[".repeat(rng.random_range(1..2000));
    let theirs = pieces(other);
    match rng.random_range(0..10) {
        0..4 => {
            // A number or word nearby, not a sign: most pieces are signs and spaces.
            let is_word = |k: &usize| found[*k].len() > 1 || found[*k][0].is_ascii_digit();
            let at = (at..found.len()).find(is_word).unwrap_or(at);
            found[at] = one(rng, &WORDS).as_bytes();
        }
        4 => found.swap(at, second),
        5 => drop(found.remove(at)),
        6 => found.insert(at, found[second]),
        7 if !theirs.is_empty() => found[at] = theirs[rng.random_range(0..theirs.len())],
        8 => {
            let (from, to) = (at.min(second), at.max(second));
            drop(found.drain(from..to.min(from + 40)));
        }
        _ => found[at] = &deep,
    }
    found.concat()
}

/// Damages the header as text, and mostly states its new length.
fn of_header(rng: &mut ChaCha8Rng, bytes: &[u8], other: &[u8]) -> Vec<u8> {
    let header = |bytes: &[u8]| {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        Some((rest.get(..length)?.to_vec(), rest.get(length..)?.to_vec()))
    };
    let Some((text, data)) = header(bytes) else {
        return of_bytes(rng, bytes.to_vec(), other);
    };
    let theirs = header(other).map_or_else(Vec::new, |(text, _)| text);
    let text = of_text(rng, &text, &theirs);
    let length = match rng.random_range(0..8) {
        0 => *one(rng, &SIZES),
        _ => text.len() as u64,
    };
    [&length.to_le_bytes()[..], &text, &data].concat()
}

/// Damages what a file holds and writes it with a right checksum; `None` when it cannot be read.
fn of_archive(rng: &mut ChaCha8Rng, bytes: &[u8], other: &[u8]) -> Option<Vec<u8>> {
    let mut archive = archive_of(bytes)?;
    let names: Vec<String> = archive.tensors.keys().cloned().collect();
    let texts: Vec<String> = archive.metadata.keys().cloned().collect();
    let name = (!names.is_empty()).then(|| one(rng, &names).clone());
    let text = (!texts.is_empty()).then(|| one(rng, &texts).clone());
    match (rng.random_range(0..8), name, text) {
        (0, Some(name), _) => drop(archive.tensors.remove(&name)),
        (1, Some(name), _) => {
            let theirs: Vec<Tensor> = archive_of(other)?.tensors.into_values().collect();
            if !theirs.is_empty() {
                archive.tensors.insert(name, one(rng, &theirs).clone());
            }
        }
        (2, Some(name), _) => {
            let shape = (0..rng.random_range(0..4)).map(|_| rng.random_range(0..4));
            let shape: Vec<usize> = shape.collect();
            let values = vec![1.0; shape.iter().product()];
            let tensor = archive.tensors.get_mut(&name)?;
            (tensor.shape, tensor.data) = (shape, TensorData::F64(values));
        }
        (3, Some(name), _) => archive.tensors.get_mut(&name)?.shape.reverse(),
        (4 | 5, Some(name), _) => match &mut archive.tensors.get_mut(&name)?.data {
            TensorData::F64(values) if !values.is_empty() => {
                let at = rng.random_range(0..values.len());
                values[at] = *one(rng, &NUMBERS);
            }
            TensorData::F32(values) if !values.is_empty() => {
                let at = rng.random_range(0..values.len());
                values[at] = *one(rng, &NUMBERS) as f32;
            }
            TensorData::U64(values) if !values.is_empty() => {
                let at = rng.random_range(0..values.len());
                values[at] = *one(rng, &SIZES);
            }
            TensorData::U8(values) if !values.is_empty() => {
                let at = rng.random_range(0..values.len());
                values[at] = rng.random();
            }
            data => *data = TensorData::U8(vec![1; data.len()]),
        },
        (6, _, Some(text)) => drop(archive.metadata.remove(&text)),
        (_, _, Some(text)) => {
            let value = archive.metadata.get_mut(&text)?;
            *value = String::from_utf8_lossy(&of_text(rng, value.as_bytes(), b"1")).into_owned();
        }
        _ => archive.version = rng.random_range(0..5),
    }
    let folder = scratch().ok()?;
    let path = folder.path().join("damaged");
    archive.write(&path).ok()?;
    std::fs::read(path).ok()
}

fn archive_of(bytes: &[u8]) -> Option<Archive> {
    let folder = scratch().ok()?;
    let path = folder.path().join("whole");
    std::fs::write(&path, bytes).ok()?;
    Archive::read_foreign(path).ok()
}
