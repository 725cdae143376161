//! A folder that belongs to one run: admission, and its `run.json`, which any number of processes
//! write to.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::record::{Record, SOURCES, Sitting, VERSION};
use super::{Options, Scale};
use crate::Error;
use crate::lock::Lock;

/// Time between two notes of a sitting's jobs in `run.json`.
const NOTED_EVERY: Duration = Duration::from_secs(10);

/// A folder, and the sitting of this process in it.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
    paper: String,
    scale: Scale,
    started: Instant,
    present: Mutex<Present>,
}

#[derive(Debug)]
struct Present {
    sitting: Sitting,
    /// Its place in `run.json`.
    place: usize,
    noted: Instant,
}

impl Folder {
    /// Whether the folder may be used for a run, before anything is made in it: one that is refused
    /// stays as it was.
    pub(crate) fn check(path: &Path, paper: &str, options: &Options) -> Result<(), Error> {
        admit(path, paper, options).map(drop)
    }

    /// Takes the folder for a run, or goes on with the run that it holds. `parts` are its folders;
    /// the files in them give way when those of a smoke run do.
    pub(crate) fn open(
        path: &Path,
        paper: &str,
        options: &Options,
        command: &str,
        parts: &[(&str, &str)],
    ) -> Result<Self, Error> {
        Self::check(path, paper, options)?;
        fs::create_dir_all(path).map_err(|e| Error::io(path, e))?;
        let lock = Lock::wait(&path.join(LOCK))?;
        let mut record = match admit(path, paper, options)? {
            Admitted::New => Record::new(paper, options.scale),
            Admitted::GoesOn(record) => record,
            Admitted::GivesWay => {
                clear(path, parts)?;
                Record::new(paper, options.scale)
            }
        };
        for (part, _) in parts {
            let part = path.join(part);
            fs::create_dir_all(&part).map_err(|e| Error::io(&part, e))?;
        }
        let sitting = Sitting::begin(options, command);
        let place = record.sittings.len();
        record.sources = SOURCES.into();
        record.sittings.push(sitting.clone());
        record.write(&path.join(RECORD))?;
        drop(lock);
        let started = Instant::now();
        Ok(Self {
            path: path.into(),
            paper: paper.into(),
            scale: options.scale,
            started,
            present: Mutex::new(Present {
                sitting,
                place,
                noted: started,
            }),
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Counts a job that this process has done, and notes it now and then.
    pub(super) fn add_job(&self, took: Duration) -> Result<(), Error> {
        let mut present = self.present();
        present.sitting.add_job(took);
        if present.noted.elapsed() < NOTED_EVERY {
            return Ok(());
        }
        self.note(&mut present).map(drop)
    }

    /// Notes that this process has come to its end, or at least this far; returns the whole record.
    pub(crate) fn finish(&self, completed: bool) -> Result<Record, Error> {
        let mut present = self.present();
        if completed {
            present.sitting.finish();
        }
        self.note(&mut present)
    }

    fn note(&self, present: &mut Present) -> Result<Record, Error> {
        present.sitting.lasts(self.started.elapsed());
        present.noted = Instant::now();
        let _lock = Lock::wait(&self.path.join(LOCK))?;
        let path = self.path.join(RECORD);
        let mut record =
            Record::read(&path).unwrap_or_else(|_| Record::new(&self.paper, self.scale));
        match record.sittings.get_mut(present.place) {
            Some(noted) if noted.started == present.sitting.started => {
                *noted = present.sitting.clone();
            }
            // Somebody has put another file in the place of ours.
            _ => {
                present.place = record.sittings.len();
                record.sittings.push(present.sitting.clone());
            }
        }
        record.write(&path)?;
        Ok(record)
    }

    fn present(&self) -> MutexGuard<'_, Present> {
        self.present.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const RECORD: &str = "run.json";
const LOCK: &str = ".lock";

/// How a run may use a folder.
enum Admitted {
    New,
    GoesOn(Record),
    /// A smoke run is there, which is seconds of work.
    GivesWay,
}

fn admit(folder: &Path, paper: &str, options: &Options) -> Result<Admitted, Error> {
    let refuse = |problem: String| {
        Err(Error::OutputFolder {
            path: folder.into(),
            problem,
        })
    };
    if !folder.exists() {
        return Ok(Admitted::New);
    }
    if !folder.is_dir() {
        return refuse("is a file; choose a folder with --out".into());
    }
    let path = folder.join(RECORD);
    if !path.is_file() {
        let entries = fs::read_dir(folder).map_err(|e| Error::io(folder, e))?;
        // Another process may just be making the folder: its lock comes first.
        let others = entries.filter(|entry| entry.as_ref().map_or(true, |e| e.file_name() != LOCK));
        if others.count() > 0 && !folder.join(LOCK).exists() {
            let problem = "holds files but no results of this experiment; choose another --out";
            return refuse(problem.into());
        }
        return Ok(Admitted::New);
    }
    let Ok(record) = Record::read(&path) else {
        let problem = "holds a run.json that is not of this project; choose another --out";
        return refuse(problem.into());
    };
    if record.paper != paper {
        return refuse(format!(
            "holds results of {}; choose another --out",
            record.paper
        ));
    }
    let (scale, version) = (record.scale, record.version.as_str());
    let is_other_scale = scale != options.scale;
    let is_other_program = version != VERSION || (record.sources != SOURCES && !options.resume);
    if !is_other_scale && !is_other_program {
        return Ok(Admitted::GoesOn(record));
    }
    if scale == Scale::Smoke {
        return Ok(Admitted::GivesWay);
    }
    let choose = "choose another --out or remove the folder";
    if is_other_scale {
        return refuse(format!(
            "holds a run of --scale {scale}, this is --scale {}; {choose}",
            options.scale
        ));
    }
    if version != VERSION {
        return refuse(format!(
            "holds a run of version {version}, this is {VERSION}; {choose}"
        ));
    }
    refuse(format!(
        "holds a run of other sources of version {VERSION}, which may give other numbers; go on \
         with it all the same with --resume, {choose}"
    ))
}

/// Removes what the parts of a folder hold of a run.
fn clear(folder: &Path, parts: &[(&str, &str)]) -> Result<(), Error> {
    for (part, ending) in parts {
        for path in super::files_in(&folder.join(part), ending)? {
            fs::remove_file(&path).map_err(|e| Error::io(&path, e))?;
        }
    }
    Ok(())
}
