//! `cargo course verify`: the course's own truth.
//!
//! Solutions pass, stubs fail for the right reason and only their own tests, wrong versions are caught, lessons hold, and
//! every exercise has all its parts. Each claim is one line; the last line counts them.

mod behaviour;
mod blocks;
mod lesson;
mod mirror;
mod structure;

use crate::catalogue::{Course, Module};
use crate::fault::{Fault, Outcome};
use crate::process::{Cancel, interrupted};
use crate::setup;
use crate::terminal::{self, Tone, paint};

use mirror::Mirror;

/// Examples that each property test tries under `--thorough`.
const THOROUGH_EXAMPLES: &str = "2000";

pub(crate) fn run(course: &Course, ids: &[String], thorough: bool) -> Outcome<u8> {
    let modules = chosen(course, ids)?;
    setup::ensure(course, &modules)?;
    let mut tally = Tally::default();
    structure::check_course(course, &mut tally);
    let mirror = Mirror::make(course)?;
    let context = Context { course, mirror: &mirror, examples: thorough.then_some(THOROUGH_EXAMPLES) };
    for module in modules {
        terminal::say(paint(Tone::Strong, format!("\n{} · {}", module.name, module.title)));
        structure::check_module(module, &mut tally);
        // What lacks a part cannot be built; its other claims are then void.
        if let Err(fault) = check_behaviour(&context, module, &mut tally) {
            if interrupted() {
                return Err(fault);
            }
            tally.record(&format!("{} can be judged", module.name), Err(fault.to_string()));
        }
    }
    terminal::say("");
    terminal::say(format!("{} passed, {} failed", tally.passed, tally.failed));
    Ok(u8::from(tally.failed > 0))
}

fn check_behaviour(context: &Context<'_>, module: &Module, tally: &mut Tally) -> Outcome<()> {
    behaviour::solutions_pass(context, module, tally)?;
    behaviour::type_stub_holds(context, module, tally)?;
    behaviour::stubs_fail(context, module, tally)?;
    behaviour::exercises_are_independent(context, module, tally)?;
    let wrong = behaviour::wrong_versions_are_caught(context, module, tally)?;
    lesson::check(context, module, &wrong, tally)?;
    behaviour::benchmark_runs(context, module, tally)
}

fn chosen<'c>(course: &'c Course, ids: &[String]) -> Outcome<Vec<&'c Module>> {
    if ids.is_empty() {
        return Ok(course.modules.iter().collect());
    }
    ids.iter()
        .map(|id| {
            course.module(id).ok_or_else(|| match course.select(id) {
                Ok(_) => Fault::new(format!("`{id}` is an exercise; `verify` takes whole modules."))
                    .mend("For example: `cargo course verify 02`."),
                Err(fault) => fault,
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
}

impl Context<'_> {
    fn cancel(&self) -> Cancel {
        Cancel::default()
    }
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
                terminal::say(format!("  {} {claim}", paint(Tone::Good, "✓")));
            }
            Err(reason) => {
                self.failed += 1;
                terminal::say(format!("  {} {}", paint(Tone::Bad, "✗"), paint(Tone::Strong, claim)));
                for line in reason.lines() {
                    terminal::say(format!("      {line}"));
                }
            }
        }
    }
}
