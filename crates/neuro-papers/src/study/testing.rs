//! What the tests of all papers' figures and claims share.

use super::{Deciding, Group, Network, Study, of};
use crate::{Claim, Claims, Options, Scale, Session, Table, Verdict};

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

/// Rows of the table of a figure that belong to a panel.
pub(crate) fn rows_of(session: &Session, id: &str, panel: &str) -> u64 {
    let table = Table::read(&session.output.data(id)).expect("a table");
    let column = table.columns().iter().position(|c| c == "panel");
    let column = column.expect("there");
    let rows = table.rows().iter();
    rows.filter(|row| row[column] == panel.into()).count() as u64
}

/// A figure as it was written.
pub(crate) fn svg(session: &Session, id: &str) -> String {
    std::fs::read_to_string(session.output.figure(id)).expect("a figure")
}

/// A title of the figure ends with the paper's name of a panel, or goes on after it.
pub(crate) fn has_panel(svg: &str, panel: &str) {
    let names = [format!("({panel})"), format!("({panel},")];
    assert!(names.iter().any(|name| svg.contains(name)), "{panel}");
}

/// Names of files with these ids, sorted.
pub(crate) fn named<'a>(ids: impl IntoIterator<Item = &'a str>, ending: &str) -> Vec<String> {
    let mut names: Vec<String> = ids.into_iter().map(|id| format!("{id}.{ending}")).collect();
    names.sort();
    names
}

/// Each figure is drawn from a full set of networks, with data in every panel and the numbers beside it.
pub(crate) fn every_figure_is_drawn<N: Network>(study: &Study<N>, full: &[N]) {
    let (_folder, session) = drawn(study, full, &[]);
    let ids = || study.figures.iter().map(|figure| figure.id);
    assert_eq!(files(&session, "figures"), named(ids(), "svg"));
    let tables = named(ids().chain(["networks"]), "csv");
    assert_eq!(files(&session, "data"), tables);
    for id in ids() {
        assert!(!svg(&session, id).contains("no data"), "{id}");
    }
}

/// Networks without measurements stand in the table of all networks, and nothing is drawn.
pub(crate) fn only_the_table_is_written<N: Network>(study: &Study<N>, failed: &[N]) {
    let (_folder, session) = drawn(study, failed, &[]);
    assert!(files(&session, "figures").is_empty());
    assert_eq!(files(&session, "data"), ["networks.csv"]);
    assert_eq!(rows(&session, "networks"), failed.len());
}

/// Without networks no file is written.
pub(crate) fn nothing_is_written<N: Network>(study: &Study<N>) {
    let (_folder, session) = drawn(study, &[], &[]);
    assert!(files(&session, "figures").is_empty() && files(&session, "data").is_empty());
}

/// A figure that is asked for is the only one that is drawn.
pub(crate) fn nothing_else_is_drawn<N: Network>(study: &Study<N>, full: &[N], id: &str) {
    let (_folder, session) = drawn(study, full, &[id]);
    assert_eq!(files(&session, "figures"), named([id], "svg"));
}

/// Each group belongs to a figure, and each figure has networks.
pub(crate) fn every_group_belongs_to_a_figure<N: Network>(study: &Study<N>, full: &[N]) {
    for group in N::Group::ALL {
        let needed = study.figures.iter().any(|f| f.groups.contains(group));
        assert!(needed, "{}", group.name());
    }
    for figure in study.figures {
        assert!(!of(full, figure.groups).is_empty(), "{}", figure.id);
    }
}

/// No two groups have one name, each is found by its own, and another name is refused.
pub(crate) fn groups_are_found_by_their_names<G>(unknown: &str)
where
    G: Group + TryFrom<String, Error = String>,
{
    for (k, group) in G::ALL.iter().enumerate() {
        assert_eq!(G::try_from(group.name().to_string()), Ok(*group));
        assert!(!G::ALL[..k].contains(group), "{}", group.name());
    }
    assert!(G::try_from(unknown.to_string()).is_err());
}

/// At paper scale no claim of a full set is left undecided or without networks: how many claims there are,
/// and how many of them are reproduced and not reproduced.
pub(crate) fn tally_at_paper_scale<N: Network>(study: &Study<N>, full: &[N]) -> [usize; 3] {
    let claims = decided(study, full, Scale::Paper, &[]);
    for claim in &claims {
        assert_ne!(claim.verdict(), Verdict::NeedsPaperScale, "{}", claim.id);
        assert!(claim.seeds > 0, "{}", claim.id);
    }
    let count = |verdict| claims.iter().filter(|c| c.verdict() == verdict).count();
    [
        claims.len(),
        count(Verdict::Reproduced),
        count(Verdict::NotReproduced),
    ]
}

/// The tests that the figures of every paper have: on a full set of made-up networks, and with one figure
/// asked for alone.
macro_rules! figure_tests {
    ($study:expr, $full:expr, $alone:literal) => {
        #[test]
        fn every_figure_is_drawn_with_its_numbers() {
            crate::study::testing::every_figure_is_drawn(&$study, &$full);
        }

        #[test]
        fn no_networks_give_no_files() {
            crate::study::testing::nothing_is_written(&$study);
        }

        #[test]
        fn only_what_was_asked_for_is_drawn() {
            crate::study::testing::nothing_else_is_drawn(&$study, &$full, $alone);
        }

        #[test]
        fn every_group_belongs_to_a_figure() {
            crate::study::testing::every_group_belongs_to_a_figure(&$study, &$full);
        }
    };
}
pub(crate) use figure_tests;
