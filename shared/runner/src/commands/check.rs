//! `cargo course check`: builds what changed, runs the tests, prints the verdict.

use course_core::Result;
use course_core::catalogue::{Course, ExerciseRef, Module};

use crate::actions::check::{judge_with_progress, record};
use crate::actions::task;
use crate::check::verdict::{Status, Verdict, to_json};
use crate::command_line::{Command, CommandOption, Invocation, Takes, Value};
use crate::exit_status::ExitStatus;
use crate::progress::exercise_or_current;
use crate::setup;
use crate::ui::output;
use crate::ui::style::{Style, paint};
use crate::ui::text::for_terminal;
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
    let exercise_refs = chosen(course, ids, all)?;
    let mut modules: Vec<&Module> = exercise_refs.iter().map(|exercise_ref| exercise_ref.module).collect();
    modules.dedup_by_key(|module| &module.name);
    setup::ensure(course, &modules)?;
    let mut verdicts: Vec<Verdict> = Vec::new();
    // A verdict is worth showing even if it cannot be kept.
    let mut recorded = Ok(());
    for exercise_refs in exercise_refs.chunk_by(|a, b| a.module.name == b.module.name) {
        let new = judge_with_progress(course, exercise_refs)?;
        let progress = record(course, exercise_refs, &new);
        let many = all || ids.len() > 1 || exercise_refs.len() > 1;
        let audience = if many { Audience::List } else { Audience::Prompt };
        if !json {
            for (exercise_ref, verdict) in exercise_refs.iter().zip(&new) {
                output::print(&for_terminal(&verdict::render(*exercise_ref, verdict, audience)));
            }
            if let (Ok(progress), true) = (&progress, !all && new.iter().all(Verdict::passed)) {
                let go_on = "`cargo course` goes there.";
                let module = exercise_refs[0].module;
                if let Some(text) = task::module_is_complete(&course.modules, module, progress, go_on) {
                    output::print(&format!("\n{text}\n"));
                }
            }
        }
        recorded = recorded.and(progress.map(|_| ()));
        verdicts.extend(new);
    }
    if json {
        output::print(&format!("{}\n", to_json(&verdicts)));
    } else if verdicts.len() > 1 {
        let passed = verdicts.iter().filter(|verdict| verdict.passed()).count();
        output::say(format!("\n{} of {} exercises passed", paint(Style::Strong, passed), verdicts.len()));
    }
    recorded?;
    let not_judged = verdicts.iter().any(|verdict| verdict.status == Status::NotRun);
    Ok(if not_judged { ExitStatus::CouldNotJudge } else { ExitStatus::passed(verdicts.iter().all(Verdict::passed)) })
}

fn chosen<'c>(course: &'c Course, ids: &[String], all: bool) -> Result<Vec<ExerciseRef<'c>>> {
    if all {
        return Ok(course.exercises().collect());
    }
    if ids.is_empty() {
        return Ok(vec![exercise_or_current(course, None)?]);
    }
    let mut exercise_refs: Vec<ExerciseRef<'c>> = Vec::new();
    for id in ids {
        for exercise_ref in course.select(id)? {
            if !exercise_refs.iter().any(|known| known.exercise.slug == exercise_ref.exercise.slug) {
                exercise_refs.push(exercise_ref);
            }
        }
    }
    Ok(exercise_refs)
}
