//! `cargo course verify`: the course tests itself. One file for each claim.
//!
//! Solutions pass, stubs fail for the right reason and only their own tests, wrong versions are caught, lessons hold,
//! and every exercise has all its parts. Each claim is one line; the last line counts them.

mod benchmark_runs;
mod blocks;
mod everything_is_named;
mod exercise_is_complete;
mod exercises_are_independent;
mod lesson_holds;
mod mirror;
mod module_is_complete;
mod problems;
mod solutions_pass;
mod stubs_fail;
mod tests_are_in_catalogue;
mod type_stub_holds;
mod verdicts;
mod wrong_versions_are_caught;

use course_core::catalogue::{Course, Module};
use course_core::process::interrupted;
use course_core::{Error, Result};

use mirror::Mirror;

use crate::exit_status::ExitStatus;
use crate::setup;
use crate::ui::output;
use crate::ui::style::{Style, paint};

/// Examples that each property test tries under `--thorough`.
const THOROUGH_EXAMPLES: &str = "2000";

/// Gives the exercises and modules that a command line names, or an error if there is no such command.
pub(crate) type IdsNamedBy = fn(&str) -> Result<Vec<String>>;

/// Checks all claims about these modules; about all modules without any.
pub(crate) fn run(course: &Course, ids: &[String], thorough: bool, ids_named_by: IdsNamedBy) -> Result<ExitStatus> {
    let modules = chosen(course, ids)?;
    setup::ensure(course, &modules)?;
    let mut tally = Tally::default();
    everything_is_named::check(course, &mut tally);
    let mirror = Mirror::make(course)?;
    let context = Context { course, mirror: &mirror, examples: thorough.then_some(THOROUGH_EXAMPLES), ids_named_by };
    for module in modules {
        output::say(paint(Style::Strong, format!("\n{} · {}", module.name, module.title)));
        module_is_complete::check(module, &mut tally);
        tests_are_in_catalogue::check(module, &mut tally);
        exercise_is_complete::check(module, &mut tally);
        // A module that lacks a part cannot be built, so its other claims cannot be checked.
        if let Err(error) = check_behaviour(&context, module, &mut tally) {
            if interrupted() {
                return Err(error);
            }
            tally.record(&format!("{} can be judged", module.name), Err(error.to_string()));
        }
    }
    output::say("");
    output::say(format!("{} passed, {} failed", tally.passed, tally.failed));
    Ok(ExitStatus::passed(tally.failed == 0))
}

fn check_behaviour(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Result<()> {
    solutions_pass::check(context, module, tally)?;
    type_stub_holds::check(context, module, tally)?;
    stubs_fail::check(context, module, tally)?;
    exercises_are_independent::check(context, module, tally)?;
    let wrong = wrong_versions_are_caught::check(context, module, tally)?;
    lesson_holds::check(context, module, &wrong, tally)?;
    benchmark_runs::check(context, module, tally)
}

fn chosen<'c>(course: &'c Course, ids: &[String]) -> Result<Vec<&'c Module>> {
    if ids.is_empty() {
        return Ok(course.modules.iter().collect());
    }
    ids.iter()
        .map(|id| {
            course.module(id).ok_or_else(|| match course.select(id) {
                Ok(_) => Error::new(format!("`{id}` is an exercise; `verify` takes whole modules."))
                    .advice("For example: `cargo course verify 02`."),
                Err(error) => error,
            })
        })
        .collect()
}

/// What every claim needs to be judged.
struct Context<'c> {
    course: &'c Course,
    mirror: &'c Mirror,
    /// More examples for property tests than in the loop.
    examples: Option<&'static str>,
    ids_named_by: IdsNamedBy,
}

/// Counts claims and prints each.
#[derive(Debug, Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    /// Records a claim: it holds, or why not.
    fn record(&mut self, claim: &str, result: Result<(), String>) {
        match result {
            Ok(()) => {
                self.passed += 1;
                output::say(format!("  {} {claim}", paint(Style::Good, "✓")));
            }
            Err(reason) => {
                self.failed += 1;
                output::say(format!("  {} {}", paint(Style::Bad, "✗"), paint(Style::Strong, claim)));
                for line in reason.lines() {
                    output::say(format!("      {line}"));
                }
            }
        }
    }
}
