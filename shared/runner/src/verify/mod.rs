//! `cargo course verify`: the course tests itself. One file for each claim.
//!
//! Solutions pass, stubs fail for the right reason and only their own tests, wrong versions are caught, lessons hold,
//! and every exercise has all its parts. Each claim is one line; the last line counts them.
//!
//! cargo builds each module and its solution once. rustc alone builds everything else (stubs, wrong versions,
//! lessons), several at a time; `queue` sees to that, and to the order of the lines. One build serves as many claims as it
//! can: wrong versions of different exercises are built together, and about half of the exercises are unwritten at once.

mod benchmark_runs;
mod blocks;
mod builders;
mod everything_is_named;
mod exercise_is_complete;
mod exercises_are_independent;
mod lesson_holds;
mod module_is_complete;
mod patient_runner;
mod prepared;
mod problems;
mod queue;
mod solutions_pass;
mod stubs_fail;
mod tests_are_in_catalogue;
mod type_stub_holds;
mod variant;
mod verdicts;
mod wrong_versions_are_caught;

use std::sync::Arc;
use std::time::Instant;

use course_core::catalogue::{Course, Exercise, Module};
use course_core::process::processors;
use course_core::{Error, Result, python};

use builders::Builders;
use patient_runner::PatientRunner;
use prepared::Prepared;
use queue::{Promise, Task, Work};
use variant::Slots;

use crate::check::python_runner::PythonRunner;
use crate::exit_status::ExitStatus;
use crate::setup;
use crate::ui::output;
use crate::ui::steps::Steps;
use crate::ui::style::{Style, paint};

/// Examples that each property test tries under `--thorough`.
const THOROUGH_EXAMPLES: &str = "2000";

/// The parts under way for each processor. Many tests of wrong versions only wait, for a deadlock's time limit or for a
/// server, and the others use the processor meanwhile.
const PARTS_FOR_EACH_PROCESSOR: u32 = 4;

/// Gives the exercises and modules that a command line names, or an error if there is no such command.
pub(crate) type IdsNamedBy = fn(&str) -> Result<Vec<String>>;

/// Checks all claims about these modules; about all modules without any.
pub(crate) fn run(course: &Course, ids: &[String], thorough: bool, ids_named_by: IdsNamedBy) -> Result<ExitStatus> {
    let modules = chosen(course, ids)?;
    setup::ensure(course, &modules)?;
    let examples = thorough.then_some(THOROUGH_EXAMPLES);
    let context = Context {
        course,
        slots: Slots::default(),
        builders: Builders::new(processors()),
        python: PythonRunner::new(course.root.clone(), examples),
        excuses: !cfg!(target_os = "linux") || !python::has_gil(&course.root),
        examples,
        ids_named_by,
    };
    let tasks = tasks(&context, &modules);
    let total = tasks.len();
    let (mut passed, mut failed) = (0, Vec::new());
    let steps = Steps::new();
    let step = steps.begin_silent("Verifying");
    let jobs = processors() * PARTS_FOR_EACH_PROCESSOR as usize;
    let started = Instant::now();
    queue::run(tasks, jobs, &|done, subject| step.at(u64_of(done), u64_of(total), subject), |heading, tally| {
        steps.suspend(|| {
            if let Some(heading) = heading {
                output::say(paint(Style::Strong, format!("\n{heading}")));
            }
            tally.claims.iter().for_each(Claim::show);
        });
        let (held, broken): (Vec<_>, Vec<_>) = tally.claims.into_iter().partition(|claim| claim.result.is_ok());
        passed += held.len();
        failed.extend(broken);
    })?;
    step.clear();
    output::complain(format!("\n{total} parts in {} s, {jobs} at a time", started.elapsed().as_secs()));
    if !failed.is_empty() {
        output::say("\nWhat failed:");
        failed.iter().for_each(Claim::show);
    }
    output::say(format!("\n{passed} passed, {} failed", failed.len()));
    Ok(ExitStatus::passed(failed.is_empty()))
}

fn u64_of(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The whole work. Modules are prepared one ahead, so that cargo, which takes one call at a time, holds up nobody.
fn tasks<'c>(context: &'c Context<'c>, modules: &[&'c Module]) -> Vec<Task<'c>> {
    let whole = Task {
        heading: None,
        subject: "the course".to_owned(),
        work: Box::new(|tally| {
            everything_is_named::check(context.course, tally);
            Ok(())
        }),
    };
    let mut tasks = vec![whole];
    let mut waiting: Vec<Task<'_>> = Vec::new();
    for (index, &module) in modules.iter().enumerate() {
        let place = if modules.len() > 1 { format!(" ({} of {})", index + 1, modules.len()) } else { String::new() };
        let heading = format!("{} · {}{place}", module.name, module.title);
        let prepared = Arc::new(Promise::new());
        let keep = Arc::clone(&prepared);
        tasks.push(Task {
            heading: None,
            subject: module.name.clone(),
            work: Box::new(move |_| keep.keep(|| Prepared::make(context, module).map(Arc::new))),
        });
        tasks.append(&mut waiting);
        waiting = tasks_of(context, module, heading, &prepared);
    }
    tasks.append(&mut waiting);
    tasks
}

/// A check of a module's claims, once the module is prepared.
type Check<'c> = Box<dyn FnOnce(&Prepared, &mut Tally) -> Result<()> + Send + 'c>;

/// A part of the work for each exercise of a module.
fn for_each_exercise<'c>(
    context: &'c Context<'c>,
    module: &'c Module,
    check: fn(&Context<'_>, &Module, &Exercise, &Prepared, &mut Tally) -> Result<()>,
) -> impl Iterator<Item = Check<'c>> {
    module.exercises.iter().map(move |exercise| -> Check<'c> {
        Box::new(move |prepared, tally| check(context, module, exercise, prepared, tally))
    })
}

fn tasks_of<'c>(
    context: &'c Context<'c>,
    module: &'c Module,
    heading: String,
    prepared: &Arc<Promise<Arc<Prepared>>>,
) -> Vec<Task<'c>> {
    let parts: Work<'c> = Box::new(|tally| {
        module_is_complete::check(module, tally);
        tests_are_in_catalogue::check(module, tally);
        exercise_is_complete::check(module, tally);
        Ok(())
    });
    let mut checks: Vec<Check<'c>> = for_each_exercise(context, module, solutions_pass::check_exercise).collect();
    checks.push(Box::new(|prepared, tally| solutions_pass::check_rust_tests(context, module, prepared, tally)));
    checks.push(Box::new(|prepared, tally| type_stub_holds::check(context, module, prepared, tally)));
    checks.extend(stubs_fail::checks(context, module));
    checks.extend(exercises_are_independent::checks(context, module));
    let (wrong_versions, staged) = wrong_versions_are_caught::checks(context, module);
    checks.extend(wrong_versions);
    checks.push(Box::new(move |prepared, tally| lesson_holds::check(context, module, prepared, &staged, tally)));
    checks.push(Box::new(|prepared, tally| benchmark_runs::check(context, module, prepared, tally)));
    let mut tasks = vec![Task { heading: Some(heading), subject: module.name.clone(), work: parts }];
    tasks.extend(checks.into_iter().map(|check| {
        let prepared = Arc::clone(prepared);
        Task {
            heading: None,
            subject: module.name.clone(),
            // A module that cannot be prepared has said so.
            work: Box::new(move |tally| prepared.get().map_or(Ok(()), |prepared| check(&prepared, tally))),
        }
    }));
    tasks
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

/// The settings and tools that every claim is judged with.
struct Context<'c> {
    course: &'c Course,
    slots: Slots,
    builders: Builders,
    python: PythonRunner,
    /// Whether a wrong version may go uncaught because its tests are for another platform. On Linux with a GIL each has a
    /// test that runs.
    excuses: bool,
    /// More examples for property tests than in the loop.
    examples: Option<&'static str>,
    ids_named_by: IdsNamedBy,
}

impl Context<'_> {
    fn patient_runner(&self) -> PatientRunner<'_> {
        PatientRunner(&self.python)
    }
}

/// Claims, each of which holds or not.
#[derive(Debug, Default)]
struct Tally {
    claims: Vec<Claim>,
}

/// A claim, and why it does not hold.
#[derive(Debug)]
struct Claim {
    text: String,
    result: Result<(), String>,
}

impl Tally {
    fn record(&mut self, claim: &str, result: Result<(), String>) {
        self.claims.push(Claim { text: claim.to_owned(), result });
    }
}

impl Claim {
    fn show(&self) {
        match &self.result {
            Ok(()) => output::say(format!("  {} {}", paint(Style::Good, "✓"), self.text)),
            Err(reason) => {
                output::say(format!("  {} {}", paint(Style::Bad, "✗"), paint(Style::Strong, &self.text)));
                for line in reason.lines() {
                    output::say(format!("      {line}"));
                }
            }
        }
    }
}
