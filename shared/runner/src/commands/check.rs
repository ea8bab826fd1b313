//! `cargo course check`: builds what changed, runs the tests, prints the verdict.

use std::sync::Arc;

use super::here;
use crate::catalogue::{Course, Module, Place};
use crate::fault::Outcome;
use crate::judge::{Bench, Source};
use crate::process::Cancel;
use crate::progress::Progress;
use crate::report::{self, Reader};
use crate::setup;
use crate::terminal::{self, Steps, Tone, paint};
use crate::verdict::{Status, Verdict, to_json};

pub(crate) fn run(course: &Course, ids: &[String], all: bool, json: bool) -> Outcome<u8> {
    let places = chosen(course, ids, all)?;
    let mut modules: Vec<&Module> = places.iter().map(|place| place.module).collect();
    modules.dedup_by_key(|module| &module.name);
    setup::ensure(course, &modules)?;
    let mut verdicts: Vec<Verdict> = Vec::new();
    // A verdict is worth showing even if it cannot be kept.
    let mut recorded = Ok(());
    for places in places.chunk_by(|a, b| a.module.name == b.module.name) {
        let new = with_progress(course, places)?;
        recorded = recorded.and(record(course, places, &new).map(|_| ()));
        let many = all || ids.len() > 1 || places.len() > 1;
        let reader = if many { Reader::List } else { Reader::Prompt };
        if !json {
            for (place, verdict) in places.iter().zip(&new) {
                terminal::print(&report::verdict(*place, verdict, reader));
            }
        }
        verdicts.extend(new);
    }
    if json {
        terminal::say(to_json(&verdicts));
    } else if verdicts.len() > 1 {
        let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
        terminal::say(format!("\n{} of {} exercises passed", paint(Tone::Strong, passed), verdicts.len()));
    }
    recorded?;
    let not_judged = verdicts.iter().any(|verdict| verdict.status == Status::NotRun);
    Ok(if not_judged { 2 } else { u8::from(!verdicts.iter().all(Verdict::passed)) })
}

fn chosen<'c>(course: &'c Course, ids: &[String], all: bool) -> Outcome<Vec<Place<'c>>> {
    if all {
        return Ok(course.places().collect());
    }
    if ids.is_empty() {
        return Ok(vec![here(course, None)?]);
    }
    let mut places: Vec<Place<'c>> = Vec::new();
    for id in ids {
        for place in course.select(id)? {
            if !places.iter().any(|known| known.exercise.slug == place.exercise.slug) {
                places.push(place);
            }
        }
    }
    Ok(places)
}

fn with_progress(course: &Course, places: &[Place<'_>]) -> Outcome<Vec<Verdict>> {
    let module = places[0].module;
    let step = Arc::new(Steps::new().begin_late(&format!("checking {}", module.name)));
    let shown = Arc::clone(&step);
    let bench = Bench {
        root: &course.root,
        cancel: Cancel::default(),
        progress: Some(Arc::new(move |done, total, what| shown.at(done, total, what))),
        examples: None,
    };
    let verdicts = bench.judge(&Source::learner(&course.root, module), places, None);
    step.clear();
    verdicts
}

/// Keeps what has been reached. An exercise that was solved and fails now is unsolved again.
pub(crate) fn record(course: &Course, places: &[Place<'_>], verdicts: &[Verdict]) -> Outcome<Progress> {
    Progress::update(&course.root, |progress| {
        for (place, verdict) in places.iter().zip(verdicts) {
            let id = place.exercise.id();
            match verdict.status {
                Status::Passed => _ = progress.solved.insert(id.clone()),
                Status::Failed | Status::Error => _ = progress.solved.remove(&id),
                Status::NotRun => {} // Nothing was found out.
            }
            if places.len() == 1 {
                progress.current = Some(id);
            }
        }
    })
}
