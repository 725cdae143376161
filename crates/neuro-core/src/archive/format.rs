//! The bytes of an archive: a `safetensors` file with three reserved entries of its metadata.
//!
//! ```text
//! 8 bytes   length of the header, lowest byte first
//! header    JSON: "__metadata__": {name: text, ...}, and for each tensor
//!           name: {"dtype", "shape", "data_offsets": [begin, end]}; spaces up to a multiple of 8
//! data      the values, lowest byte first, wide types first so that each is aligned
//! ```
//!
//! The reserved entries are `neuro.kind`, `neuro.version` and `neuro.checksum`. The checksum is the
//! 64-bit FNV-1a hash of everything else that a reader sees: kind, version, metadata, names, types,
//! shapes and values, each preceded by its length. A step of FNV-1a, `h = (h xor byte) * prime` with
//! an odd prime, is one-to-one in `h` and in the byte, so that a change of any one byte always
//! changes the hash; other damage escapes with probability 2^-64. It guards against accidents, not
//! against forgery. (Fowler, Noll & Vo; constants of the 64-bit variant.)
//!
//! The header is written here and not by the `safetensors` crate, which writes metadata in the
//! random order of a hash map: equal archives must be equal files. Reading and all checks of the
//! format are that crate's.

use std::collections::BTreeMap;
use std::fmt::Write;

use safetensors::SafeTensors;

use super::{Archive, Tensor, TensorData};

const KIND: &str = "neuro.kind";
const VERSION: &str = "neuro.version";
const CHECKSUM: &str = "neuro.checksum";
const METADATA: &str = "__metadata__";
/// Longest header that readers of the format accept.
const LONGEST_HEADER: usize = 100_000_000;

/// What a file says about itself, beside its contents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Origin {
    /// Written by [`encode`]; the checksum is right.
    Ours,
    /// Without kind, version and checksum.
    Foreign,
}

/// The bytes of the file, or what is wrong with the archive.
pub(super) fn encode(archive: &Archive) -> Result<Vec<u8>, String> {
    if let Some(name) = [KIND, VERSION, CHECKSUM]
        .into_iter()
        .find(|name| archive.metadata.contains_key(*name))
    {
        return Err(format!("metadata {name:?}: the name is reserved"));
    }
    if archive.tensors.contains_key(METADATA) {
        return Err(format!("tensor {METADATA:?}: the name is reserved"));
    }
    for (name, tensor) in &archive.tensors {
        tensor.check(name).map_err(|e| e.to_string())?;
    }
    let mut metadata = archive.metadata.clone();
    metadata.insert(KIND.into(), archive.kind.clone());
    metadata.insert(VERSION.into(), archive.version.to_string());
    metadata.insert(CHECKSUM.into(), checksum(archive));
    let mut tensors: Vec<(&String, &Tensor)> = archive.tensors.iter().collect();
    // Stable: within one width the order of the names remains.
    tensors.sort_by_key(|(_, tensor)| std::cmp::Reverse(tensor.data.width()));

    let mut header = header(&metadata, &tensors).into_bytes();
    header.resize(header.len().next_multiple_of(8), b' ');
    if header.len() > LONGEST_HEADER {
        return Err("the names and metadata are longer than the format allows".into());
    }
    let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
    bytes.append(&mut header);
    for (_, tensor) in tensors {
        tensor.data.append_bytes(&mut bytes);
    }
    Ok(bytes)
}

/// The archive of a file, or what is wrong with the file. `kind_and_version` may refuse a file
/// before its checksum is looked at: a newer version may compute it in another way.
pub(super) fn decode(
    bytes: &[u8],
    kind_and_version: impl Fn(&str, u32) -> Result<(), String>,
) -> Result<(Archive, Origin), String> {
    if bytes.is_empty() {
        return Err("the file is empty".into());
    }
    let damaged = |e: safetensors::SafeTensorError| format!("damaged or no safetensors file: {e}");
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
    let mut metadata: BTreeMap<String, String> = header
        .metadata()
        .iter()
        .flatten()
        .map(|(name, text)| (name.clone(), text.clone()))
        .collect();
    let ours = [KIND, VERSION, CHECKSUM].map(|name| metadata.remove(name));
    let mut archive = Archive::default();
    let (origin, stored) = match ours {
        [None, None, None] => (Origin::Foreign, None),
        [Some(kind), Some(version), Some(stored)] => {
            let number = version.parse();
            archive.kind = kind;
            archive.version = number.map_err(|_| format!("damaged: version {version:?}"))?;
            // "+1" and "01" are numbers too, but nothing that was written.
            if archive.version.to_string() != version {
                return Err(format!("damaged: version {version:?}"));
            }
            kind_and_version(&archive.kind, archive.version)?;
            (Origin::Ours, Some(stored))
        }
        _ => return Err("damaged: kind, version or checksum is missing".into()),
    };
    archive.metadata = metadata;
    for (name, view) in SafeTensors::deserialize(bytes).map_err(damaged)?.iter() {
        let data = TensorData::from_bytes(view.dtype(), view.data()).ok_or_else(|| {
            format!(
                "tensor {name:?}: values of type {:?} cannot be read",
                view.dtype()
            )
        })?;
        let shape = view.shape().to_vec();
        archive.tensors.insert(name.into(), Tensor { shape, data });
    }
    if stored.is_some_and(|stored| stored != checksum(&archive)) {
        return Err("damaged: the contents do not match their checksum".into());
    }
    Ok((archive, origin))
}

fn header(metadata: &BTreeMap<String, String>, tensors: &[(&String, &Tensor)]) -> String {
    let mut json = String::from("{");
    push_text(&mut json, METADATA);
    json.push(':');
    let mut separator = '{';
    for (name, text) in metadata {
        json.push(separator);
        push_text(&mut json, name);
        json.push(':');
        push_text(&mut json, text);
        separator = ',';
    }
    json.push('}');
    let mut begin = 0;
    for (name, tensor) in tensors {
        let end = begin + tensor.data.len() * tensor.data.width();
        json.push(',');
        push_text(&mut json, name);
        let _ = write!(
            json,
            r#":{{"dtype":"{}","shape":{:?},"data_offsets":[{begin},{end}]}}"#,
            tensor.data.dtype(),
            tensor.shape
        );
        begin = end;
    }
    json.push('}');
    json
}

/// Appends a JSON string.
fn push_text(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => json.extend(['\\', c]),
            c if c < ' ' => {
                let _ = write!(json, "\\u{:04x}", u32::from(c));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

/// The checksum of an archive, 16 hexadecimal digits.
fn checksum(archive: &Archive) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        let length = (bytes.len() as u64).to_le_bytes();
        for byte in length.iter().chain(bytes) {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    add(archive.kind.as_bytes());
    add(&archive.version.to_le_bytes());
    add(&(archive.metadata.len() as u64).to_le_bytes());
    for (name, text) in &archive.metadata {
        add(name.as_bytes());
        add(text.as_bytes());
    }
    let mut bytes = Vec::new();
    for (name, tensor) in &archive.tensors {
        add(name.as_bytes());
        add(tensor.data.dtype().as_bytes());
        let shape = tensor.shape.iter().map(|&d| (d as u64).to_le_bytes());
        add(&shape.flatten().collect::<Vec<u8>>());
        bytes.clear();
        tensor.data.append_bytes(&mut bytes);
        add(&bytes);
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use rand::{Rng, RngExt};

    use super::*;
    use crate::{Domain, Streams};

    fn any(_kind: &str, _version: u32) -> Result<(), String> {
        Ok(())
    }

    /// Every type, an empty tensor, a single number, and names that need escapes.
    fn sample() -> Archive {
        let mut archive = Archive::new("test", 2);
        archive.insert_vector("a \"quoted\" name\n", &[1.0f32, -2.0]);
        archive.insert_scalar("seed", u64::MAX);
        archive.insert_vector::<f64>("none", &[]);
        archive.insert_vector("mask", &[true, false, true]);
        archive.insert_vector("bytes", &[7u8]);
        archive
            .metadata
            .insert("tempo".into(), "größer\u{1}\\".into());
        archive
    }

    #[test]
    fn every_flipped_bit_is_detected_or_harmless() {
        let archive = sample();
        let bytes = encode(&archive).expect("valid");
        let mut harmless = 0;
        for bit in 0..8 * bytes.len() {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            // A reader that insists on its kind refuses a file that calls itself foreign.
            if let Ok((read, Origin::Ours)) = decode(&flipped, any) {
                assert_eq!(read, archive, "bit {bit}");
                harmless += 1;
            }
        }
        // Digits of escapes ("\u001f" for "\u001F") and the like, nothing more.
        assert!(harmless < 10, "{harmless} of {} bits", 8 * bytes.len());
    }

    #[test]
    fn every_truncation_and_any_added_byte_is_detected() {
        let mut bytes = encode(&sample()).expect("valid");
        for length in 0..bytes.len() {
            assert!(decode(&bytes[..length], any).is_err(), "{length} bytes");
        }
        bytes.push(0);
        assert!(decode(&bytes, any).is_err());
    }

    /// Some random damage: overwritten, inserted or removed bytes.
    fn damage(bytes: &mut Vec<u8>, rng: &mut impl Rng) {
        for _ in 0..rng.random_range(1..6) {
            if bytes.is_empty() {
                return;
            }
            let place = rng.random_range(0..bytes.len() as u64) as usize;
            match rng.random_range(0..4) {
                0 => bytes[place] = rng.random(),
                // Bytes that mean something in a header reach further into the reader.
                1 => bytes[place] = b"{}[]\",:09\\"[rng.random_range(0..10u64) as usize],
                2 => bytes.insert(place, rng.random()),
                _ => drop(bytes.drain(place..bytes.len().min(place + 9))),
            }
        }
    }

    #[test]
    fn random_damage_never_panics_and_is_never_believed() {
        let archive = sample();
        let whole = encode(&archive).expect("valid");
        let mut rng = Streams::new(77).rng(Domain::Analysis, 0);
        for case in 0..50_000 {
            let mut bytes = whole.clone();
            damage(&mut bytes, &mut rng);
            if let Ok((read, Origin::Ours)) = decode(&bytes, any) {
                assert_eq!(read, archive, "case {case}");
            }
        }
    }

    #[test]
    fn equal_archives_are_equal_files() {
        let mut archive = sample();
        for k in 0..20 {
            archive.metadata.insert(format!("name {k}"), "text".into());
        }
        assert_eq!(encode(&archive), encode(&archive.clone()));
        let bytes = encode(&archive).expect("valid");
        let (again, _) = decode(&bytes, any).expect("just written");
        assert_eq!(encode(&again).expect("valid"), bytes);
    }

    #[test]
    fn values_are_aligned_to_their_width() {
        let bytes = encode(&sample()).expect("valid");
        let (header, metadata) = SafeTensors::read_metadata(&bytes).expect("valid");
        for info in metadata.tensors().values() {
            let begin = 8 + header + info.data_offsets.0;
            assert_eq!(begin % (info.dtype.bitsize() / 8), 0);
        }
    }

    #[test]
    fn huge_claims_are_refused_without_being_believed() {
        let file = |header: &str| {
            let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
            bytes.extend(header.as_bytes());
            bytes
        };
        for shape in [
            "[4611686018427387904,4]",
            "[1000000000000]",
            "[18446744073709551616]",
        ] {
            for end in ["8000000000000", "18446744073709551615", "0"] {
                let header = format!(
                    r#"{{"w":{{"dtype":"F64","shape":{shape},"data_offsets":[0,{end}]}}}}"#
                );
                assert!(decode(&file(&header), any).is_err(), "{header}");
            }
        }
        for length in [u64::MAX, 1 << 40, 9] {
            assert!(decode(&length.to_le_bytes(), any).is_err());
        }
        // Deep nesting must not exhaust the stack.
        assert!(decode(&file(&"[".repeat(1_000_000)), any).is_err());
    }

    #[test]
    fn reserved_names_and_wrong_shapes_are_refused_on_writing() {
        let mut archive = sample();
        archive.metadata.insert(CHECKSUM.into(), String::new());
        assert!(encode(&archive).is_err());
        let mut archive = sample();
        archive.insert_scalar(METADATA, 1.0);
        assert!(encode(&archive).is_err());
        let mut archive = sample();
        archive.tensors.get_mut("bytes").expect("there").shape = vec![2];
        assert!(encode(&archive).expect_err("one value").contains("bytes"));
    }
}
