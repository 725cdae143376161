//! A browser without a screen, for tests that look at a page as its readers do.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The first browser of those that can be driven without a screen.
pub(crate) fn browser() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    let mut files = env::split_paths(&path).flat_map(|folder| names.map(|name| folder.join(name)));
    files.find(|file| file.is_file())
}

/// The elements of a page after its scripts have run, as text, in a window so many pixels wide.
///
/// `folder` is for the browser's own files; `options` are more of its arguments.
pub(crate) fn opened(
    browser: &Path,
    page: &Path,
    folder: &Path,
    width: u32,
    options: &[&str],
) -> String {
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--dump-dom",
        ])
        .arg(format!("--window-size={width},900"))
        .args(options)
        .arg(format!("--user-data-dir={}", folder.display()))
        .arg(format!("file://{}", page.display()))
        .output();
    String::from_utf8(output.expect("the browser starts").stdout).expect("text")
}
