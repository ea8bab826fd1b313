//! Runs the course's own solutions, and its stubs, as if they were handed in: what comes of it is the manifest.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use course::catalogue::Place;
use course::fault::{Fault, Outcome};
use course::files::{self, ScratchFolder};

use crate::cgroup::Cgroups;
use crate::extension;
use crate::intake;
use crate::jail::Jail;
use crate::manifest::{Kind, Manifest, hidden_tests};
use crate::parallel::in_parallel;
use crate::room;
use crate::tests_of::{Bench, Run};
use crate::workshop::{Fill, Workshop};

/// For one module, on a machine that does other things too.
const TIME_TO_BUILD: Duration = Duration::from_secs(300);

/// The manifest of these exercises: kept for the next time under `key`.
pub(crate) fn manifest(
    workshop: &Workshop,
    places: &[Place<'_>],
    hidden: Option<&Path>,
    work: &Path,
    key: &str,
    jobs: usize,
) -> Outcome<Manifest> {
    let mut manifest = Manifest::load(work, key).unwrap_or_default();
    let missing: Vec<Place<'_>> =
        places.iter().filter(|place| !manifest.knows(&place.exercise.id())).copied().collect();
    if missing.is_empty() {
        return Ok(manifest);
    }
    eprintln!("Running the solutions and the stubs of {} exercises, once…", missing.len());
    room::check(&workshop.scratch)?;
    let scratch = ScratchFolder::new(&workshop.scratch)?;
    let cgroups = Cgroups::make(&workshop.without);
    let jail = workshop.jail.counted_by(&cgroups);
    let rehearsal = Rehearsal { workshop, jail: &jail, hidden, jobs };
    for (id, kind, run) in rehearsal.run(&missing, Fill::Solution, &scratch.path().join("solutions"))? {
        manifest.note(&id, kind, &run)?;
    }
    for (id, kind, run) in rehearsal.run(&missing, Fill::Stub, &scratch.path().join("stubs"))? {
        manifest.note_stub(&id, kind, &run);
    }
    for place in &missing {
        manifest.check_that_stub_fails(&place.exercise.id())?;
    }
    manifest.save(work, key)?;
    Ok(manifest)
}

/// A run of the course's own code under the rules that submissions are graded by.
struct Rehearsal<'r> {
    workshop: &'r Workshop,
    jail: &'r Jail,
    hidden: Option<&'r Path>,
    jobs: usize,
}

impl Rehearsal<'_> {
    fn run(&self, places: &[Place<'_>], fill: Fill, scratch: &Path) -> Outcome<Vec<(String, Kind, Run)>> {
        let extensions = self.build(places, fill, scratch)?;
        let runs = in_parallel(self.jobs, places, |place| {
            let folder = scratch.join(&place.module.name).join(&place.exercise.slug);
            self.run_exercise(*place, &extensions[&place.module.name], &folder)
        })?;
        Ok(runs.into_iter().flatten().collect())
    }

    fn build(&self, places: &[Place<'_>], fill: Fill, scratch: &Path) -> Outcome<BTreeMap<String, PathBuf>> {
        let tree = scratch.join("tree");
        let modules = intake::modules_of(&self.workshop.course, places);
        let builds = in_parallel(self.jobs, &modules, |module| {
            extension::lay_out(module, &tree, fill)?;
            let folder = scratch.join(&module.name);
            let built = extension::build(self.workshop, self.jail, module, &tree, &folder, TIME_TO_BUILD)?;
            let built = built.map_err(|errors| {
                Fault::new(format!("The course's own {} does not compile in the jail:\n{errors}", module.name))
            })?;
            Ok((module.name.clone(), built))
        })?;
        Ok(builds.into_iter().collect())
    }

    fn run_exercise(&self, place: Place<'_>, extension: &Path, scratch: &Path) -> Outcome<Vec<(String, Kind, Run)>> {
        files::make_folder(scratch)?;
        let bench = Bench { workshop: self.workshop, jail: self.jail, extension, scratch, seed: 0 };
        let Place { module, exercise } = place;
        let tests: Vec<PathBuf> = exercise.tests.iter().map(|test| module.folder.join(test)).collect();
        let mut runs = vec![(exercise.id(), Kind::Public, bench.run_outside(module, exercise, &tests)?)];
        let hidden = self.hidden.map(|hidden| hidden_tests(hidden, &self.workshop.course, place)).transpose()?;
        if let Some(hidden) = hidden.filter(|tests| !tests.is_empty()) {
            runs.push((exercise.id(), Kind::Hidden, bench.run_outside(module, exercise, &hidden)?));
        }
        runs.push((exercise.id(), Kind::Soft, bench.run_inside(module, exercise, &tests, "soft")?));
        Ok(runs)
    }
}
