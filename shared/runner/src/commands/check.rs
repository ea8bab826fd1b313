//! `cargo course check`: builds what changed, runs the tests, prints the verdict.

use course_core::Result;
use course_core::catalogue::{Course, Module, Place};

use crate::actions::check::{judge_with_progress, record};
use crate::check::verdict::{Status, Verdict, to_json};
use crate::command_line::{Command, CommandOption, Invocation, Takes, Value};
use crate::exit_status::ExitStatus;
use crate::progress::exercise_or_current;
use crate::setup;
use crate::ui::output;
use crate::ui::style::{Style, paint};
use crate::ui::verdict::{self, Audience};

const OPTIONS: &[CommandOption] = &[CommandOption::flag("all"), CommandOption { name: "json", value: Value::Optional }];

pub(super) const COMMAND: Command = Command {
    name: "check",
    arguments: "[ID]… [--all] [--json]",
    summary: "build, run the tests, print the verdict",
    takes: Takes::Options(OPTIONS, |arguments| {
        let (ids, all, json) = (arguments.ids(), arguments.has("all"), arguments.has("json"));
        Ok(Invocation::new(arguments.ids(), move |course| run(course, &ids, all, json)))
    }),
};

pub(super) fn run(course: &Course, ids: &[String], all: bool, json: bool) -> Result<ExitStatus> {
    let places = chosen(course, ids, all)?;
    let mut modules: Vec<&Module> = places.iter().map(|place| place.module).collect();
    modules.dedup_by_key(|module| &module.name);
    setup::ensure(course, &modules)?;
    let mut verdicts: Vec<Verdict> = Vec::new();
    // A verdict is worth showing even if it cannot be kept.
    let mut recorded = Ok(());
    for places in places.chunk_by(|a, b| a.module.name == b.module.name) {
        let new = judge_with_progress(course, places)?;
        recorded = recorded.and(record(course, places, &new).map(|_| ()));
        let many = all || ids.len() > 1 || places.len() > 1;
        let audience = if many { Audience::List } else { Audience::Prompt };
        if !json {
            for (place, verdict) in places.iter().zip(&new) {
                output::print(&verdict::render(*place, verdict, audience));
            }
        }
        verdicts.extend(new);
    }
    if json {
        output::say(to_json(&verdicts));
    } else if verdicts.len() > 1 {
        let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
        output::say(format!("\n{} of {} exercises passed", paint(Style::Strong, passed), verdicts.len()));
    }
    recorded?;
    let not_judged = verdicts.iter().any(|verdict| verdict.status == Status::NotRun);
    Ok(if not_judged { ExitStatus::CouldNotJudge } else { ExitStatus::passed(verdicts.iter().all(Verdict::passed)) })
}

fn chosen<'c>(course: &'c Course, ids: &[String], all: bool) -> Result<Vec<Place<'c>>> {
    if all {
        return Ok(course.places().collect());
    }
    if ids.is_empty() {
        return Ok(vec![exercise_or_current(course, None)?]);
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
