//! A module with chosen versions of its exercises, built by rustc alone. So several are built at a time, and the learner's
//! own files are never touched. A folder to build in serves one variant of a module after the other, so that rustc compiles
//! anew only what differs. The products lie in a folder of their own, for as long as tests need them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use course_core::catalogue::{Course, Exercise, ExerciseRef, Module};
use course_core::compile::{self, Build};
use course_core::files::{self, ScratchFolder};
use course_core::process::CancellationToken;
use course_core::recipe::{Product, Recipe};
use course_core::staging::{self, Version};
use course_core::{Result, workspace};

use super::Context;
use super::prepared::Prepared;
use crate::check::python_runner::NamedTests;
use crate::check::python_tests::RunTests;
use crate::check::staging::{Source, extension_of, stage_extension};
use crate::check::verdict::Verdict;
use crate::check::{Judge, file_stem};

/// Folders to build in, by module. As many come to be as variants of a module are built at a time.
#[derive(Debug, Default)]
pub(super) struct Slots(Mutex<BTreeMap<String, Vec<ScratchFolder>>>);

impl Slots {
    /// Calls `build` with a folder that no other build uses.
    fn with<T>(&self, course: &Course, module: &Module, build: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
        let idle = self.of(module, |slots| slots.pop());
        let slot = idle.map_or_else(|| workspace::scratch(&course.root), Ok)?;
        let built = build(slot.path());
        self.of(module, |slots| slots.push(slot));
        built
    }

    fn of<T>(&self, module: &Module, change: impl FnOnce(&mut Vec<ScratchFolder>) -> T) -> T {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(slots.entry(module.name.clone()).or_default())
    }
}

/// The treatment of an exercise's Rust tests in a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RustTests {
    /// They are built, and run whenever the exercise is judged.
    Run,
    /// They must compile, or the exercise is not judged at all, as in the loop.
    Compile,
}

/// The ways to build a variant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Optimisation {
    /// As the loop builds it.
    AsInTheLoop,
    /// In half the time. Most tests only ask what the code does.
    Without,
}

/// The built module.
pub(super) struct Variant<'c> {
    context: &'c Context<'c>,
    module: &'c Module,
    source: Source,
    pub(super) build: Build,
    /// Holds the sources and the products.
    _folder: ScratchFolder,
}

impl<'c> Variant<'c> {
    /// Solutions, and these versions instead of some. With the Rust tests of the exercises in `tested`.
    pub(super) fn build(
        context: &'c Context<'c>,
        module: &'c Module,
        prepared: &Prepared,
        versions: &[(&Exercise, Version<'_>)],
        tested: &[(&Exercise, RustTests)],
        optimisation: Optimisation,
    ) -> Result<Self> {
        let kept = workspace::scratch(&context.course.root)?;
        let folder = kept.path().join("crate");
        let out = kept.path().join("out");
        files::make_folder(&out)?;
        let tests: Vec<(&PathBuf, RustTests)> = tested
            .iter()
            .flat_map(|(exercise, rust_tests)| exercise.rust_tests.iter().map(|path| (path, *rust_tests)))
            .collect();
        let build = context.builders.run(|| {
            context.slots.with(context.course, module, |slot| {
                let sources = slot.join("crate");
                staging::copy_module(module, &sources, Version::Solution)?;
                for (exercise, version) in versions {
                    staging::put_version(module, exercise, &sources, *version)?;
                }
                staging::copy_rust_tests(module, &sources)?;
                files::copy_tree(&sources, &folder, &|_| true)?;
                let (recipe, incremental) = match optimisation {
                    Optimisation::AsInTheLoop => (prepared.recipe.clone(), slot.join("incremental optimised")),
                    Optimisation::Without => (prepared.recipe.clone().unoptimised(), slot.join("incremental")),
                };
                let product = Product::Extension { library: !tests.is_empty(), incremental: &incremental };
                compile(module, &recipe, prepared.test_recipe.as_ref(), &sources, product, &out, &tests)
            })
        })?;
        let source = Source { package: module.package.clone(), folder, has_rust_tests: true };
        Ok(Self { context, module, source, build, _folder: kept })
    }

    /// Runs an exercise's tests, those in Rust as it was built for them.
    pub(super) fn judge(&self, exercise: &Exercise, rust_tests: RustTests, worker: impl RunTests) -> Result<Verdict> {
        judge(self.context, &self.tested_source(rust_tests), self.module, exercise, &self.build, worker)
    }

    /// The same with those of an exercise's Python tests alone that have these names.
    pub(super) fn judge_by(&self, exercise: &Exercise, rust_tests: RustTests, names: &[String]) -> Result<Verdict> {
        let worker = NamedTests { runner: &self.context.python, names };
        judge(self.context, &self.tested_source(rust_tests), self.module, exercise, &self.build, worker)
    }

    fn tested_source(&self, rust_tests: RustTests) -> Source {
        Source { has_rust_tests: rust_tests == RustTests::Run, ..self.source.clone() }
    }

    /// A folder with the extension as Python loads it, if there is one.
    pub(super) fn stage(&self) -> Result<Option<ScratchFolder>> {
        if !self.build.success {
            return Ok(None);
        }
        let staged = workspace::scratch(&self.context.course.root)?;
        stage_extension(&self.source, self.module, extension_of(&self.source, &self.build)?, staged.path())?;
        Ok(Some(staged))
    }
}

/// Builds the extension, and these Rust tests with it. Code that does not compile, or whose test does not, is not judged at
/// all, as in the loop.
fn compile(
    module: &Module,
    recipe: &Recipe,
    test_recipe: Option<&Recipe>,
    sources: &Path,
    product: Product<'_>,
    out: &Path,
    tests: &[(&PathBuf, RustTests)],
) -> Result<Build> {
    let cancel = CancellationToken::default();
    let mut build = compile::rustc(recipe, &sources.join("src/lib.rs"), sources, out, product, &cancel)?;
    if build.success {
        use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
        let library = out.join(format!("{DLL_PREFIX}{}{DLL_SUFFIX}", module.package));
        build.libraries.insert(module.package.clone(), library);
    }
    let Some(recipe) = test_recipe else { return Ok(build) };
    let library = out.join(format!("lib{}.rlib", module.package));
    for (test, rust_tests) in tests {
        if build.success && sources.join(test).is_file() {
            let name = file_stem(test);
            let linked = *rust_tests == RustTests::Run;
            let product = Product::TestProgram { linked, name: &name, package: &module.package, library: &library };
            let test = compile::rustc(recipe, &sources.join(test), sources, out, product, &cancel)?;
            build.success = test.success;
            build.diagnostics.extend(test.diagnostics);
            let program = out.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
            build.tests.insert(name, program);
        }
    }
    Ok(build)
}

/// Runs the tests of an exercise against what was built.
pub(super) fn judge(
    context: &Context<'_>,
    source: &Source,
    module: &Module,
    exercise: &Exercise,
    build: &Build,
    worker: impl RunTests,
) -> Result<Verdict> {
    let judge = Judge {
        root: &context.course.root,
        cancel: CancellationToken::default(),
        progress: None,
        examples: context.examples,
    };
    judge.judge_built(source, ExerciseRef { module, exercise }, build, worker)
}
