//! What a run leaves, for comparison.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// All files of a run that do not tell its times, by their paths: jobs, data, figures, networks, claims
/// and the reports without times.
pub(crate) fn results(out: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut results = BTreeMap::new();
    let mut folders = vec![out.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("readable").path();
            let name = path
                .strip_prefix(out)
                .expect("inside")
                .display()
                .to_string();
            let file = path
                .file_name()
                .expect("a name")
                .to_string_lossy()
                .into_owned();
            if path.is_dir() && file != "checkpoints" {
                folders.push(path);
            } else if path.is_file()
                && !file.starts_with('.')
                && !["run.json", "report.html"].contains(&file.as_str())
            {
                results.insert(name, fs::read(&path).expect("readable"));
            }
        }
    }
    results
}
