//! Builds the written exercises of a submission's module: all at once, or, if that does not compile, those that do.

pub(crate) mod extension;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use course_core::Result;
use course_core::catalogue::{Exercise, Module};
use course_core::files;
use course_core::staging::Version;

use crate::grading_context::GradingContext;

/// The time that rustc may take for a module. A slow machine is charged to nobody: it was as slow for the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TimeLimits {
    /// For the module as it was handed in.
    whole: Duration,
    /// For each try, once the module as a whole did not compile.
    one_more: Duration,
}

impl TimeLimits {
    /// On a usual machine, the slowest solution needs a tenth of these.
    const LEAST: Self = Self { whole: Duration::from_secs(90), one_more: Duration::from_secs(30) };

    /// For a module that took rustc `reference` as the course solves it.
    pub(crate) fn beside_reference(reference: Duration) -> Self {
        Self {
            whole: Self::LEAST.whole.max(reference.saturating_mul(10)),
            one_more: Self::LEAST.one_more.max(reference.saturating_mul(5)),
        }
    }
}

/// The result of building a submission's module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Built {
    /// The folder with the extension, if anything compiles.
    pub(crate) extension: Option<PathBuf>,
    /// The exercises that it is built without, by ID, each with the reason.
    pub(crate) refused: BTreeMap<String, String>,
    /// All of it.
    pub(crate) seconds: f64,
}

/// A module as one submission has it, with everything that its build needs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SubmittedModule<'m> {
    /// The surroundings of this grading.
    pub(crate) grading: GradingContext<'m>,
    /// The course's own.
    pub(crate) module: &'m Module,
    /// The folder with the submission's files.
    pub(crate) tree: &'m Path,
    /// For rustc.
    pub(crate) limits: TimeLimits,
}

impl SubmittedModule<'_> {
    /// Builds the `written` exercises.
    pub(crate) fn build(&self, written: &[&Exercise], scratch: &Path) -> Result<Built> {
        let started = Instant::now();
        let mut built = match (self.compile(self.tree, scratch, self.limits.whole)?, written) {
            (Ok(extension), _) => Built { extension: Some(extension), ..Built::default() },
            (Err(errors), [exercise]) if is_alone(self.module, exercise, self.tree) => {
                let refused = BTreeMap::from([(exercise.id(), format!("does not compile:\n{errors}"))]);
                Built { refused, ..Built::default() }
            }
            (Err(_), _) => self.build_what_is_usable(written, scratch, &|_, _| Ok(None))?,
        };
        built.seconds = started.elapsed().as_secs_f64();
        Ok(built)
    }

    /// One crate holds all exercises of a module, so one bad file would take the others with it. From stubs alone, one
    /// exercise after another is added, in the order in which they build on each other, and kept if the crate still
    /// compiles and `objection` has nothing against the result.
    pub(crate) fn build_what_is_usable(
        &self,
        written: &[&Exercise],
        scratch: &Path,
        objection: &Objection<'_>,
    ) -> Result<Built> {
        let started = Instant::now();
        let module = self.module;
        let part = scratch.join("part");
        let [submitted, own] = [self.tree, &part].map(|tree| tree.join("modules").join(&module.name));
        extension::lay_out(module, &part, Version::Stub)?;
        let mut built = Built::default();
        for exercise in written {
            for file in &exercise.files {
                files::copy(&submitted.join(file), &own.join(file))?;
            }
            let folder = scratch.join(format!("with-{}", exercise.slug));
            let refused = match self.compile(&part, &folder, self.limits.one_more)? {
                Err(errors) => Some(format!("does not compile:\n{errors}")),
                Ok(extension) => {
                    let refused = objection(&extension, exercise)?;
                    if refused.is_none() {
                        built.extension = Some(extension);
                    }
                    refused
                }
            };
            if let Some(why) = refused {
                built.refused.insert(exercise.id(), why);
                for file in &exercise.files {
                    files::copy(&module.stub(file), &own.join(file))?;
                }
            }
        }
        built.seconds = started.elapsed().as_secs_f64();
        Ok(built)
    }

    /// The folder with the extension, or the reason that it could not be built.
    fn compile(&self, tree: &Path, scratch: &Path, time: Duration) -> Result<Result<PathBuf, String>> {
        let compiled = extension::build(self.grading, self.module, tree, scratch, time)?;
        Ok(compiled.map(|extension| extension.folder))
    }
}

/// A check of an extension that compiles with this exercise in it: gives the objection, if there is one.
pub(crate) type Objection<'o> = dyn Fn(&Path, &Exercise) -> Result<Option<String>> + 'o;

/// Whether the rest of the module is as the stubs have it, so that nothing else can be to blame.
pub(crate) fn is_alone(module: &Module, exercise: &Exercise, tree: &Path) -> bool {
    let submitted = tree.join("modules").join(&module.name);
    let others = module.exercises.iter().filter(|other| other.slug != exercise.slug);
    others
        .flat_map(|other| &other.files)
        .all(|file| std::fs::read(submitted.join(file)).ok() == std::fs::read(module.stub(file)).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustc_has_many_times_what_it_took_for_the_reference() {
        let limits = |reference: f64| {
            let limits = TimeLimits::beside_reference(Duration::from_secs_f64(reference));
            (limits.whole.as_secs_f64(), limits.one_more.as_secs_f64())
        };
        assert_eq!(limits(0.0), (90.0, 30.0));
        assert_eq!(limits(6.0), (90.0, 30.0));
        assert_eq!(limits(8.0), (90.0, 40.0));
        assert_eq!(limits(9.5), (95.0, 47.5));
        assert_eq!(limits(300.0), (3000.0, 1500.0));
        let longest = TimeLimits::beside_reference(Duration::MAX);
        assert_eq!((longest.whole, longest.one_more), (Duration::MAX, Duration::MAX));
    }
}
