//! What a paper states, the rule that decides, what was measured, and the verdict.
//!
//! A [`Rule`] holds or does not hold for each network. The share of networks for which it holds
//! gives the verdict: reproduced from [`Share::reproduced`] on, partly from [`Share::partly`] on,
//! otherwise not reproduced. A rule that makes sense only at the paper's own size gives
//! [`Verdict::NeedsPaperScale`] below it. A verdict cannot be set, only computed; no network is
//! dropped: one without a finite value counts as one for which the rule does not hold. A claim on
//! networks of which the run has none needs paper scale, and is not reproduced there.
//!
//! ```
//! use neuro_papers::{Claim, Rule, Scale, Verdict};
//!
//! let claim = Claim::decide(
//!     "delay_accuracy", "two_units", "Networks remember over the delay",
//!     &Rule::at_least("accuracy", 0.95), &[0.987, 0.962, 0.978], Scale::Quick,
//! )?;
//! assert_eq!(claim.verdict(), Verdict::Reproduced);
//! assert_eq!(claim.measured, "3 of 3 networks; median 0.978, range 0.962 to 0.987");
//! # Ok::<(), neuro_papers::Error>(())
//! ```

use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::options::Scale;
use crate::{Error, file};

mod rule;

pub use rule::{Rule, Share};
pub(crate) use rule::{brief, four_digits, median};

/// How a claim fared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Verdict {
    /// The statement holds for most networks.
    #[serde(rename = "reproduced")]
    Reproduced,
    /// The statement holds for some networks.
    #[serde(rename = "partly")]
    Partly,
    /// The statement holds for few networks or none.
    #[serde(rename = "not reproduced")]
    NotReproduced,
    /// The run was too small to say.
    #[serde(rename = "needs paper scale")]
    NeedsPaperScale,
}

impl Verdict {
    /// All verdicts, from the best.
    pub const ALL: [Self; 4] = [
        Self::Reproduced,
        Self::Partly,
        Self::NotReproduced,
        Self::NeedsPaperScale,
    ];

    /// The words that files and reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Reproduced => "reproduced",
            Self::Partly => "partly",
            Self::NotReproduced => "not reproduced",
            Self::NeedsPaperScale => "needs paper scale",
        }
    }
}

/// One statement of a paper and how it fared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Short name, unique within the paper.
    pub id: String,
    /// The paper's name.
    pub paper: String,
    /// What the paper says, as a sentence.
    pub statement: String,
    /// The rule that decides, in words.
    pub rule: String,
    /// What was measured, with the number of networks it was measured on.
    pub measured: String,
    /// Number of networks.
    pub seeds: usize,
    verdict: Verdict,
    /// The figure that shows it, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
}

impl Claim {
    /// Decides a claim from one value of each network.
    ///
    /// # Errors
    /// [`neuro_core::Error::OutOfRange`] when the rule's shares or limits make no sense.
    pub fn decide(
        id: &str,
        paper: &str,
        statement: &str,
        rule: &Rule,
        values: &[f64],
        scale: Scale,
    ) -> Result<Self, Error> {
        let judged = rule.judge(values, scale)?;
        Ok(Self {
            id: id.into(),
            paper: paper.into(),
            statement: statement.into(),
            rule: rule.to_string(),
            measured: judged.measured,
            seeds: values.len(),
            verdict: judged.verdict,
            figure: None,
        })
    }

    /// How the claim fared.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.verdict
    }
}

/// All claims of a run: the file `claims.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    version: u32,
    scale: Scale,
    #[serde(default, skip_serializing_if = "is_zero")]
    missing: usize,
    claims: Vec<Claim>,
}

/// Version of the file; a reader refuses a newer one.
const VERSION: u32 = 1;

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes a reference"
)]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Claims {
    /// No claims yet, for a run of some scale.
    #[must_use]
    pub fn new(scale: Scale) -> Self {
        Self {
            version: VERSION,
            scale,
            missing: 0,
            claims: Vec::new(),
        }
    }

    /// Number of jobs of the run that were not there when the claims were decided: with any, the
    /// verdicts are interim.
    #[must_use]
    pub fn missing(&self) -> usize {
        self.missing
    }

    /// Says that some more jobs of the run are not there.
    pub(crate) fn add_missing(&mut self, jobs: usize) {
        self.missing += jobs;
    }

    /// Decides a claim, see [`Claim::decide`], and adds it.
    ///
    /// # Errors
    /// As [`Claim::decide`]; [`Error::Duplicate`] when the paper has a claim of that name already.
    pub fn decide(
        &mut self,
        id: &str,
        paper: &str,
        statement: &str,
        rule: &Rule,
        values: &[f64],
    ) -> Result<Verdict, Error> {
        let claim = Claim::decide(id, paper, statement, rule, values, self.scale)?;
        let verdict = claim.verdict;
        self.push(claim)?;
        Ok(verdict)
    }

    /// Adds a claim.
    ///
    /// # Errors
    /// [`Error::Duplicate`] when the paper has a claim of that name already.
    pub fn push(&mut self, claim: Claim) -> Result<(), Error> {
        let same = |other: &Claim| other.id == claim.id && other.paper == claim.paper;
        if self.claims.iter().any(same) {
            return Err(Error::Duplicate {
                what: format!("claims of {}", claim.paper),
                name: claim.id,
            });
        }
        self.claims.push(claim);
        Ok(())
    }

    /// The claims in the order in which they were added.
    #[must_use]
    pub fn as_slice(&self) -> &[Claim] {
        &self.claims
    }

    /// The scale of the run.
    #[must_use]
    pub fn scale(&self) -> Scale {
        self.scale
    }

    /// Number of claims with a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.claims.iter().filter(|c| c.verdict == verdict).count()
    }

    /// Writes the file, all or nothing; equal claims give equal bytes.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        file::write_json(path, self)
    }

    /// Reads a file that [`write`](Self::write) has written.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::File`] when it is damaged or newer.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let claims: Self = file::read_json(path)?;
        if claims.version > VERSION {
            let found = claims.version;
            return Err(Error::File {
                path: path.into(),
                problem: format!("expected version {VERSION} or older, found {found}"),
            });
        }
        Ok(claims)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        let mut claims = Claims::new(Scale::Smoke);
        let rule = Rule::below("error", 0.5);
        claims
            .decide(
                "small_error",
                "two_units",
                "Errors are small",
                &rule,
                &[0.1, 0.9],
            )
            .expect("two networks");
        claims
    }

    #[test]
    fn the_file_has_the_agreed_keys_and_reads_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("claims.json");
        claims().write(&path).expect("writable");
        assert_eq!(Claims::read(&path).expect("readable"), claims());
        let text = std::fs::read_to_string(&path).expect("text");
        let expected = r#"{
  "version": 1,
  "scale": "smoke",
  "claims": [
    {
      "id": "small_error",
      "paper": "two_units",
      "statement": "Errors are small",
      "rule": "error below 0.5 in at least 80 % of networks (partly: 50 %)",
      "measured": "1 of 2 networks; median 0.5, range 0.1 to 0.9",
      "seeds": 2,
      "verdict": "partly"
    }
  ]
}
"#;
        assert_eq!(text, expected);
    }

    #[test]
    fn a_newer_or_damaged_file_is_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("claims.json");
        for (text, words) in [
            (r#"{"version":2,"scale":"quick","claims":[]}"#, "version 1"),
            (r#"{"version":1,"scale":"quick"#, "claims.json"),
        ] {
            std::fs::write(&path, text).expect("writable");
            let error = Claims::read(&path).expect_err("not to be trusted");
            assert!(matches!(error, Error::File { .. }), "{error:?}");
            assert!(error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn names_are_unique_within_a_paper() {
        let mut all = claims();
        let again = all.as_slice()[0].clone();
        assert!(all.push(again.clone()).is_err());
        let paper = "other".into();
        all.push(Claim { paper, ..again }).expect("another paper");
        assert_eq!(all.count(Verdict::Partly), 2);
    }
}
