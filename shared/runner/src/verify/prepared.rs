//! The common ground of a module's claims: its solution, built by cargo, and the recipes for other versions.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use course_core::catalogue::Module;
use course_core::compile::{self, Build, Request};
use course_core::process::CancellationToken;
use course_core::recipe::{self, Recipe};
use course_core::{Error, Result};

use super::Context;
use crate::check::staging::Source;

/// The name of a solution's Rust test program.
pub(super) const MODULE_TESTS: &str = "module_tests";

#[derive(Debug)]
pub(super) struct Prepared {
    /// The solution's crate.
    pub(super) source: Source,
    /// The solution, built, with its Rust tests; or why it does not compile.
    pub(super) solution: Build,
    /// For the module's crate.
    pub(super) recipe: Recipe,
    /// For the module's Rust tests, where it has any.
    pub(super) test_recipe: Option<Recipe>,
}

impl Prepared {
    /// Builds the module and its solution with cargo, and has it write down how.
    pub(super) fn make(context: &Context<'_>, module: &Module) -> Result<Self> {
        let folder = context.course.root.join("target/verify/recipes").join(&module.name);
        let program = recipe::this_program()?;
        let build = |package: &str, tests: Vec<String>| {
            let request = Request {
                tests,
                record: Some((&program, &folder)),
                ..Request::new(&context.course.root, vec![package])
            };
            compile::build(&request, None, &CancellationToken::default())
        };
        // The learner's code need not compile: the call alone is of interest.
        let recipe = recorded(
            &module.folder.join("src/lib.rs"),
            || Recipe::load(&folder, &module.package),
            || build(&module.package, Vec::new()).map(|_| ()),
        )?;
        let source = Source {
            package: format!("{}_solution", module.package),
            folder: module.solution_folder.clone(),
            has_rust_tests: false,
        };
        let has_tests = module.exercises.iter().any(|exercise| !exercise.rust_tests.is_empty());
        let tests = || if has_tests { vec![MODULE_TESTS.to_owned()] } else { Vec::new() };
        let mut solution = build(&source.package, tests())?;
        let test_recipe = if has_tests && solution.success {
            let root: PathBuf = module.solution_folder.join("tests").join(format!("{MODULE_TESTS}.rs"));
            Some(recorded(
                &root,
                || Recipe::load_test(&folder, MODULE_TESTS),
                || {
                    solution = build(&source.package, tests())?;
                    Ok(())
                },
            )?)
        } else {
            None
        };
        Ok(Self { source, solution, recipe, test_recipe })
    }

    /// The solution's extension.
    pub(super) fn library(&self) -> Option<&Path> {
        self.solution.libraries.get(&self.source.package).map(PathBuf::as_path)
    }
}

/// The recipe. cargo writes nothing down about a crate that it has built already and finds unchanged; so if there is
/// none, the crate's root gets a new time.
fn recorded(
    crate_root: &Path,
    load: impl Fn() -> Result<Recipe>,
    mut build: impl FnMut() -> Result<()>,
) -> Result<Recipe> {
    build()?;
    if let Ok(recipe) = load() {
        return Ok(recipe);
    }
    std::fs::File::options()
        .append(true)
        .open(crate_root)
        .and_then(|file| file.set_modified(SystemTime::now()))
        .map_err(|error| Error::file("renew the time of", crate_root, error))?;
    build()?;
    load()
}
