//! The clean copy of the modules: cargo builds it once, with it all dependencies, and shows how rustc is to be called.

use std::path::{Path, PathBuf};

use course_core::catalogue::{Course, Module};
use course_core::process::{self, CancellationToken, Limits};
use course_core::recipe::{self, Recipe};
use course_core::staging::{self, Version};
use course_core::{Error, Result, files, python, workspace};

use crate::unix;

/// The folders of the copy, its build and the results.
#[derive(Debug)]
pub(super) struct ReferenceBuild {
    tree: PathBuf,
    recipes: PathBuf,
    target: PathBuf,
    /// Compiled dependencies, without the solutions.
    pub(super) dependencies: PathBuf,
}

impl ReferenceBuild {
    /// Copies the course's modules into the work folder and builds these ones, unless nothing has changed.
    pub(super) fn make(course: &Course, work: &Path, modules: &[&Module]) -> Result<Self> {
        let build = Self {
            tree: work.join("tree"),
            recipes: work.join("recipes"),
            target: work.join("target"),
            dependencies: work.join("dependencies"),
        };
        build.copy_tree(course)?;
        build.build(course, modules)?;
        build.set_dependencies_apart(course)?;
        Ok(build)
    }

    /// The recipe for building a module.
    pub(super) fn recipe(&self, module: &Module) -> Result<Recipe> {
        Ok(Recipe::load(&self.recipes, &module.package)?.with_dependencies_in(&self.dependencies))
    }

    fn copy_tree(&self, course: &Course) -> Result<()> {
        let _ = std::fs::remove_dir_all(&self.tree);
        staging::write_workspace(course, &self.tree, &["modules/*"])?;
        for module in &course.modules {
            let folder = self.tree.join("modules").join(&module.name);
            staging::copy_module(module, &folder, Version::Solution)?;
            // The build serves to compile the dependencies and to record how cargo calls rustc. Neither depends on what
            // the sources say, so cargo need not build a new copy again, unless the recipe is missing.
            if Recipe::load(&self.recipes, &module.package).is_ok() {
                for source in files::entries(&folder.join("src"))? {
                    unix::make_old(&source).map_err(|error| Error::file("set the time of", &source, error))?;
                }
            }
        }
        Ok(())
    }

    /// cargo builds the solutions once, and with them all dependencies; the wrapper records the call of rustc for each module.
    fn build(&self, course: &Course, modules: &[&Module]) -> Result<()> {
        let wrapper = recipe::this_program()?;
        let mut command = workspace::cargo_for_judging(&self.tree);
        // Not `--locked`: the copy has fewer members, so cargo drops lines from its lock file. Versions stay what they
        // are.
        command.args(["build", "--lib", "--offline", "--quiet"]).arg("--target-dir").arg(&self.target);
        for module in modules {
            command.args(["--package", &module.package]);
        }
        // As in the course's `.cargo/config.toml`, which cargo does not see from a work folder elsewhere.
        command.env("PYO3_PYTHON", python::environment_python(&course.root)).env("PYO3_BUILD_EXTENSION_MODULE", "1");
        recipe::record_with(&mut command, &wrapper, &self.recipes);
        let finished = process::run(&mut command, Limits::NONE, &CancellationToken::default())?;
        if finished.exit.success() {
            Ok(())
        } else {
            Err(Error::new(format!("The course's own solutions do not build:\n{}", finished.stderr.trim_end())).advice(
                "`cargo course setup` fetches what is missing; `cargo course verify` says what is wrong with them.",
            ))
        }
    }

    /// Makes a folder with the dependencies alone, for compiling submissions. In cargo's folder, the built solutions lie beside
    /// them; a submission that could read those would embed one with `include_bytes!` and call it.
    fn set_dependencies_apart(&self, course: &Course) -> Result<()> {
        let from = self.target.join("debug/deps");
        let _ = std::fs::remove_dir_all(&self.dependencies);
        files::make_folder(&self.dependencies)?;
        let solutions: Vec<&str> = course.modules.iter().map(|module| module.package.as_str()).collect();
        for file in files::entries(&from)? {
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if file.is_file() && is_dependency(&name, &solutions) {
                let copy = self.dependencies.join(&name);
                if std::fs::hard_link(&file, &copy).is_err() {
                    files::copy(&file, &copy)?;
                }
            }
        }
        Ok(())
    }
}

/// Whether a file of cargo's `deps` folder is a library that was compiled for all, and no module of the course.
fn is_dependency(name: &str, solutions: &[&str]) -> bool {
    let Some((stem, kind)) = name.rsplit_once('.') else { return false };
    let library = stem.split('-').next().unwrap_or_default();
    let library = library.strip_prefix("lib").unwrap_or(library);
    ["rlib", "rmeta", std::env::consts::DLL_EXTENSION].contains(&kind) && !solutions.contains(&library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn solutions_are_no_dependencies() {
        let solutions = ["parallel_sum", "account"];
        for name in ["libpyo3-1.rlib", "libpyo3_macros-2.so", "libnumpy-3.rmeta"] {
            assert!(is_dependency(name, &solutions), "{name}");
        }
        for name in ["libparallel_sum.so", "libparallel_sum-9.rlib", "libaccount.rlib", "parallel_sum-1.d", "pyo3-1.d"]
        {
            assert!(!is_dependency(name, &solutions), "{name}");
        }
    }
}
