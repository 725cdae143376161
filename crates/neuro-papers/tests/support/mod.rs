//! What the tests of all experiments share.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Every file of a run but `run.json` and the checkpoints, by its path.
pub(crate) fn results(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for part in ["", "figures", "data", "jobs", "networks"] {
        for entry in fs::read_dir(out.join(part)).expect("a folder of the run") {
            let path = entry.expect("readable").path();
            let name = path
                .strip_prefix(out)
                .expect("inside")
                .display()
                .to_string();
            if path.is_file() && name != "run.json" {
                found.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    found
}
