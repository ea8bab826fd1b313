//! A module with chosen versions of its exercises, built by rustc alone in a folder of its own. So several are built at
//! a time, and the learner's own files are never touched.

use std::path::PathBuf;

use course_core::catalogue::{Exercise, ExerciseRef, Module};
use course_core::compile::{self, Build};
use course_core::files::{self, ScratchFolder};
use course_core::process::CancellationToken;
use course_core::recipe::Product;
use course_core::staging::{self, Version};
use course_core::{Result, workspace};

use super::Context;
use super::prepared::Prepared;
use crate::check::staging::{Source, extension_of, stage_extension};
use crate::check::verdict::Verdict;
use crate::check::{Judge, file_stem};

/// The built module.
pub(super) struct Variant<'c> {
    context: &'c Context<'c>,
    module: &'c Module,
    /// The sources, and in `out` what became of them. They last as long as this.
    _folder: ScratchFolder,
    source: Source,
    pub(super) build: Build,
}

impl<'c> Variant<'c> {
    /// Solutions, and these versions instead of some. With the Rust tests of the exercises `tested`.
    pub(super) fn build(
        context: &'c Context<'c>,
        module: &'c Module,
        prepared: &Prepared,
        versions: &[(&Exercise, Version<'_>)],
        tested: &[&Exercise],
    ) -> Result<Self> {
        let scratch = workspace::scratch(&context.course.root)?;
        let folder = scratch.path().join("crate");
        staging::copy_module(module, &folder, Version::Solution)?;
        for (exercise, version) in versions {
            staging::put_version(module, exercise, &folder, *version)?;
        }
        let source = Source {
            workspace: context.course.root.clone(),
            package: module.package.clone(),
            folder: folder.clone(),
            target: None,
            has_rust_tests: true,
        };
        let out = scratch.path().join("out");
        files::make_folder(&out)?;
        let tests: Vec<&PathBuf> = tested.iter().flat_map(|exercise| &exercise.rust_tests).collect();
        let product = if tests.is_empty() { Product::Extension } else { Product::ExtensionAndLibrary };
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
            for test in tests {
                let name = file_stem(test);
                let product = Product::TestProgram { name: &name, package: &module.package, library: &library };
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
        Ok(Self { context, module, _folder: scratch, source, build })
    }

    /// Runs an exercise's tests.
    pub(super) fn judge(&self, exercise: &Exercise) -> Result<Verdict> {
        judge(self.context, &self.source, self.module, exercise, &self.build)
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

/// Runs the tests of an exercise against what was built.
pub(super) fn judge(
    context: &Context<'_>,
    source: &Source,
    module: &Module,
    exercise: &Exercise,
    build: &Build,
) -> Result<Verdict> {
    let judge = Judge {
        root: &context.course.root,
        cancel: CancellationToken::default(),
        progress: None,
        examples: context.examples,
    };
    judge.judge_built(source, ExerciseRef { module, exercise }, build, &context.python)
}
