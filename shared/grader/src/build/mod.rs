//! Builds what a submission has written of a module: all of it at once, and where that does not compile, whatever does.

pub(crate) mod extension;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use course_core::Result;
use course_core::catalogue::{Exercise, Module};
use course_core::files;
use course_core::staging::Version;

use crate::environment::Environment;
use crate::environment::sandbox::Jail;

/// How long rustc may take for a module. The slowest solution needs a tenth.
const ALL: Duration = Duration::from_secs(90);

/// How long for each try, once the module as a whole did not compile.
const ONE_MORE: Duration = Duration::from_secs(30);

/// The result of building a submission's module.
#[derive(Debug, Clone, Default)]
pub(crate) struct Built {
    /// The folder with the extension, if anything compiles.
    pub(crate) extension: Option<PathBuf>,
    /// The exercises that it is built without, by ID, and what is said against each.
    pub(crate) refused: BTreeMap<String, String>,
    /// All of it.
    pub(crate) seconds: f64,
}

/// Builds the `written` exercises of a module that lies in `tree`.
pub(crate) fn build(
    environment: &Environment,
    jail: &Jail,
    module: &Module,
    written: &[&Exercise],
    tree: &Path,
    scratch: &Path,
) -> Result<Built> {
    let started = Instant::now();
    let mut built = match (extension::build(environment, jail, module, tree, scratch, ALL)?, written) {
        (Ok(extension), _) => Built { extension: Some(extension), ..Built::default() },
        (Err(errors), [exercise]) if is_alone(module, exercise, tree) => {
            let refused = BTreeMap::from([(exercise.id(), format!("does not compile:\n{errors}"))]);
            Built { refused, ..Built::default() }
        }
        (Err(_), _) => build_what_is_usable(environment, jail, module, written, tree, scratch, &|_, _| Ok(None))?,
    };
    built.seconds = started.elapsed().as_secs_f64();
    Ok(built)
}

/// What can be said against an extension that compiles with this exercise in it.
pub(crate) type Objection<'o> = dyn Fn(&Path, &Exercise) -> Result<Option<String>> + 'o;

/// Whether the rest of the module is as the stubs have it, so that nothing else can be to blame.
pub(crate) fn is_alone(module: &Module, exercise: &Exercise, tree: &Path) -> bool {
    let submitted = tree.join("modules").join(&module.name);
    let others = module.exercises.iter().filter(|other| other.slug != exercise.slug);
    others
        .flat_map(|other| &other.files)
        .all(|file| std::fs::read(submitted.join(file)).ok() == std::fs::read(module.stub(file)).ok())
}

/// One crate holds all exercises of a module, so one bad file would take the others with it. From stubs alone, one
/// exercise after another is added, in the order in which they build on each other, and kept if the crate still
/// compiles and `objection` has nothing against the result.
pub(crate) fn build_what_is_usable(
    environment: &Environment,
    jail: &Jail,
    module: &Module,
    written: &[&Exercise],
    tree: &Path,
    scratch: &Path,
    objection: &Objection<'_>,
) -> Result<Built> {
    let started = Instant::now();
    let part = scratch.join("part");
    let [submitted, own] = [tree, &part].map(|tree| tree.join("modules").join(&module.name));
    extension::lay_out(module, &part, Version::Stub)?;
    let mut built = Built::default();
    for exercise in written {
        for file in &exercise.files {
            files::copy(&submitted.join(file), &own.join(file))?;
        }
        let folder = scratch.join(format!("with-{}", exercise.slug));
        let refused = match extension::build(environment, jail, module, &part, &folder, ONE_MORE)? {
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
