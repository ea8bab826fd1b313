//! A module with chosen versions of its exercises, built by rustc alone in a folder of its own. So several are built at
//! a time, and the learner's own files are never touched. The next variant of the module is built in the same folder,
//! where rustc compiles anew only what differs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use course_core::catalogue::{Course, Exercise, ExerciseRef, Module};
use course_core::compile::{self, Build};
use course_core::files::{self, ScratchFolder};
use course_core::process::CancellationToken;
use course_core::recipe::Product;
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
    fn take(&self, course: &Course, module: &Module) -> Result<ScratchFolder> {
        let idle = self.0.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&module.name).and_then(Vec::pop);
        idle.map_or_else(|| workspace::scratch(&course.root), Ok)
    }

    fn give_back(&self, module: &Module, slot: ScratchFolder) {
        let mut slots = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        slots.entry(module.name.clone()).or_default().push(slot);
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

/// The built module.
pub(super) struct Variant<'c> {
    context: &'c Context<'c>,
    module: &'c Module,
    /// The sources, and in `out` what became of them; `None` only while it is dropped.
    slot: Option<ScratchFolder>,
    source: Source,
    pub(super) build: Build,
}

impl<'c> Variant<'c> {
    /// Solutions, and these versions instead of some. With the Rust tests of the exercises in `tested`.
    pub(super) fn build(
        context: &'c Context<'c>,
        module: &'c Module,
        prepared: &Prepared,
        versions: &[(&Exercise, Version<'_>)],
        tested: &[(&Exercise, RustTests)],
    ) -> Result<Self> {
        let slot = context.slots.take(context.course, module)?;
        let folder = slot.path().join("crate");
        staging::copy_module(module, &folder, Version::Solution)?;
        for (exercise, version) in versions {
            staging::put_version(module, exercise, &folder, *version)?;
        }
        let source = Source { package: module.package.clone(), folder: folder.clone(), has_rust_tests: true };
        let out = slot.path().join("out");
        files::make_folder(&out)?;
        let tests: Vec<(&PathBuf, RustTests)> = tested
            .iter()
            .flat_map(|(exercise, rust_tests)| exercise.rust_tests.iter().map(|path| (path, *rust_tests)))
            .collect();
        let incremental = slot.path().join("incremental");
        let product = Product::Extension { library: !tests.is_empty(), incremental: &incremental };
        let cancel = CancellationToken::default();
        let root = folder.join("src/lib.rs");
        let mut build = compile::rustc(&prepared.recipe, &root, &folder, &out, product, &cancel)?;
        if build.success {
            use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
            let library = out.join(format!("{DLL_PREFIX}{}{DLL_SUFFIX}", module.package));
            build.libraries.insert(module.package.clone(), library);
        }
        if let (false, Some(recipe)) = (tests.is_empty(), &prepared.test_recipe) {
            staging::copy_rust_tests(module, &folder)?;
            let library = out.join(format!("lib{}.rlib", module.package));
            for (test, rust_tests) in tests {
                let name = file_stem(test);
                let linked = rust_tests == RustTests::Run;
                let product = Product::TestProgram { linked, name: &name, package: &module.package, library: &library };
                // What does not compile, or whose test does not, is not judged at all, as in the loop.
                if build.success && folder.join(test).is_file() {
                    let test = compile::rustc(recipe, &folder.join(test), &folder, &out, product, &cancel)?;
                    build.success = test.success;
                    build.diagnostics.extend(test.diagnostics);
                    let program = out.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
                    build.tests.insert(name, program);
                }
            }
        }
        Ok(Self { context, module, slot: Some(slot), source, build })
    }

    /// Runs an exercise's tests, those in Rust as it was built for them.
    pub(super) fn judge(&self, exercise: &Exercise, rust_tests: RustTests) -> Result<Verdict> {
        judge(self.context, &self.tested_source(rust_tests), self.module, exercise, &self.build, &self.context.python)
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

impl Drop for Variant<'_> {
    fn drop(&mut self) {
        if let Some(slot) = self.slot.take() {
            self.context.slots.give_back(self.module, slot);
        }
    }
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
