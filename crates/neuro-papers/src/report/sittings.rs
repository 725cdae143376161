//! How the results of a report came about: settings, versions, machines and times.

use super::Part;
use super::html::Page;
use crate::clock;
use crate::output::{Record, Sitting};
use crate::plot::escaped;

/// One line: how much was run, and how long it took.
pub(super) fn in_short(record: &Record, parts: &[&Part<'_>]) -> String {
    let claims: usize = parts.iter().map(|part| part.claims.as_slice().len()).sum();
    let figures: usize = parts.iter().map(|part| part.files.figures.len()).sum();
    let mut line = format!(
        "{claims} claims and {figures} figures at {} scale",
        record.scale
    );
    match &record.sittings[..] {
        [] => {}
        [only] => {
            let cores = only.machine.cores;
            let took = clock::words(only.seconds.round() as u64);
            line.push_str(&format!(", made in {took} on {cores} cores"));
        }
        several => line.push_str(&format!(", made in {} sittings", several.len())),
    }
    let done: usize = jobs(parts).iter().map(|jobs| jobs.0).sum();
    if done > 0 {
        let seconds: f64 = jobs(parts).iter().map(|jobs| jobs.1).sum();
        let took = clock::words(seconds.round() as u64);
        line.push_str(&format!("; its {done} jobs took {took} of computing"));
    }
    line.push('.');
    line
}

/// Jobs done for each paper in all sittings, and the seconds they took together.
fn jobs(parts: &[&Part<'_>]) -> Vec<(usize, f64)> {
    let of = |part: &&Part<'_>| {
        let sittings = &part.record.sittings;
        let jobs = sittings.iter().map(|sitting| sitting.jobs).sum();
        (jobs, sittings.iter().map(|s| s.job_seconds).sum())
    };
    parts.iter().map(of).collect()
}

/// The tables of settings and sittings.
pub(super) fn section(page: &mut Page, record: &Record, parts: &[&Part<'_>]) {
    page.add(format_args!(
        "<section id=\"run\">\n<h2>The run</h2>\n<p class=\"lead\">The same seeds and sources give the same \
         numbers, for any number of threads and processes and however often a run is stopped. Version {}, \
         sources {}, scale {}.</p>\n",
        escaped(&record.version),
        escaped(&record.sources),
        record.scale
    ));
    page.add(format_args!(
        "<div class=\"scroll\"><table class=\"run\">\n<thead><tr><th scope=\"col\">Paper</th><th scope=\"col\">Seeds\
         </th><th scope=\"col\">Figures</th><th scope=\"col\">Jobs done</th><th scope=\"col\">Their time</th></tr>\
         </thead>\n<tbody>\n"
    ));
    for (part, (done, seconds)) in parts.iter().zip(jobs(parts)) {
        let options = part.options;
        let last = options.network_seeds().last().unwrap_or(options.seed);
        let seeds = match options.seeds {
            1 => options.seed.to_string(),
            _ => format!("{} to {last}", options.seed),
        };
        let figures = match &options.only[..] {
            [] => "all".to_string(),
            some => some.join(", "),
        };
        page.add(format_args!(
            "<tr><td><code>{}</code></td><td>{seeds}</td><td>{}</td><td>{done}</td><td>{}</td></tr>\n",
            part.paper.name,
            escaped(&figures),
            clock::words(seconds.round() as u64)
        ));
    }
    page.add(format_args!(
        "</tbody>\n</table></div>\n<div class=\"scroll\"><table class=\"run\">\n<thead><tr><th scope=\"col\">\
         Command</th><th scope=\"col\">Began</th><th scope=\"col\">Took</th><th scope=\"col\">Machine</th></tr>\
         </thead>\n<tbody>\n"
    ));
    for sitting in &record.sittings {
        one(page, sitting);
    }
    page.add(format_args!("</tbody>\n</table></div>\n</section>\n"));
}

fn one(page: &mut Page, sitting: &Sitting) {
    let machine = &sitting.machine;
    let mut took = clock::words(sitting.seconds.round() as u64);
    if sitting.finished.is_none() {
        took.push_str(", stopped");
    }
    page.add(format_args!(
        "<tr><td><code>{}</code></td><td>{}</td><td>{took}</td><td>{} {}, {} cores ({})</td></tr>\n",
        escaped(&sitting.command),
        escaped(&sitting.started),
        escaped(&machine.os),
        escaped(&machine.arch),
        machine.cores,
        escaped(&machine.cpu_features.join(", "))
    ));
}
