//! What the tests of all papers' figures and claims share.

use super::{Deciding, Network, Study};
use crate::{Claim, Claims, Options, Scale, Session, Table};

fn options<N: Network>(study: &Study<N>, scale: Scale, only: &[&str]) -> Options {
    Options {
        only: only.iter().map(|id| (*id).into()).collect(),
        threads: 1,
        ..Options::defaults(study.paper, scale)
    }
}

/// The claims of the figures that are asked for (none: all), decided on some networks.
pub(crate) fn decided<N: Network>(
    study: &Study<N>,
    networks: &[N],
    scale: Scale,
    only: &[&str],
) -> Vec<Claim> {
    let options = options(study, scale, only);
    let mut claims = Claims::new(scale);
    let mut deciding = Deciding::new(study.paper.name, networks, &options, &mut claims);
    (study.decide)(&mut deciding).expect("valid rules of different names");
    claims.as_slice().to_vec()
}

/// The figures that are asked for (none: all), drawn from some networks into a folder of their own.
pub(crate) fn drawn<N: Network>(
    study: &Study<N>,
    networks: &[N],
    only: &[&str],
) -> (tempfile::TempDir, Session) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let options = Options {
        out: folder.path().join("out"),
        ..options(study, Scale::Smoke, only)
    };
    let session = Session::quiet(study.paper, options).expect("an empty folder");
    study.draw(&session, networks).expect("drawable");
    (folder, session)
}

/// Names of the files in a folder of the output, sorted.
pub(crate) fn files(session: &Session, part: &str) -> Vec<String> {
    let entries = std::fs::read_dir(session.output.folder().join(part)).expect("a folder");
    let names = entries.map(|entry| entry.expect("readable").file_name());
    let mut names: Vec<String> = names.map(|n| n.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Rows of the table of a figure.
pub(crate) fn rows(session: &Session, id: &str) -> usize {
    let table = Table::read(&session.output.data(id)).expect("a table");
    table.rows().len()
}
