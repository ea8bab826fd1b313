//! Everything that grading needs and no submission can touch: a clean copy of the modules, dependencies built once, the
//! call of rustc, the sandbox and the list of its mechanisms that do not hold here.

pub(crate) mod cgroup;
mod fingerprint;
mod jail_python;
pub(crate) mod readable;
mod reference_build;
pub(crate) mod sandbox;
mod toolchain;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use course_core::catalogue::{self, Course, Module};
use course_core::locks::{Lock, Unsupported};
use course_core::recipe::Recipe;
use course_core::{Result, files, python, workspace};

use cgroup::{Cgroups, MemoryShare};
use readable::{PrivateFolders, Readable};
use reference_build::ReferenceBuild;
use sandbox::{Jail, SandboxPolicy};
use toolchain::Rust;

use crate::defence::Defence;
use crate::exclusive_access::ExclusiveAccess;
use crate::session::oracles::Oracles;
use crate::unix;

/// The tools, folders and limits that grading works with.
#[derive(Debug)]
pub(crate) struct Environment {
    /// The course, as it stands on the teacher's disk.
    pub(crate) course: Course,
    /// Folders of single submissions, while they are graded.
    pub(crate) scratch: PathBuf,
    /// The jail.
    pub(crate) jail: Jail,
    /// The share of the memory for each submission.
    pub(crate) memory: MemoryShare,
    /// Lets work run beside other work, or alone.
    pub(crate) exclusive_access: ExclusiveAccess,
    /// The processes that run tests from outside.
    pub(crate) oracles: Oracles,
    /// The mechanisms of the jail that do not hold on this machine, one sentence each.
    pub(crate) not_enforced: Vec<String>,
    /// Defences that were left out on request.
    pub(crate) without: Vec<Defence>,
    /// Changes with anything that could change a grade: the course, the compiler, Python, the packages.
    pub(crate) fingerprint: String,
    /// Versions of the tools that grade, for the reports.
    pub(crate) versions: BTreeMap<String, String>,
    reference: ReferenceBuild,
    rust: Rust,
    /// The paths that the jail's Python needs of the one that it was made with.
    python_read: Vec<Readable>,
    /// Folders that no program in the jail reads: the packages installed into the machine's Pythons.
    python_hide: Vec<PathBuf>,
    /// The interpreter of the jail's own environment.
    jail_python: PathBuf,
    _lock: Lock,
}

impl Environment {
    /// Makes everything ready; quick when it is already.
    pub(crate) fn prepare(
        course: Course,
        work: &Path,
        modules: &[&Module],
        without: &[Defence],
        jobs: usize,
        private: &PrivateFolders,
    ) -> Result<Self> {
        unix::let_nobody_read_what_root_makes();
        workspace::refuse_foreign_target(&course.root)?;
        let lock = Lock::wait_for(&work.join("lock"), Unsupported::Refuse, || {
            eprintln!("Another grader works in {}; waiting for it.", work.display());
        })?;
        let scratch = work.join("scratch");
        let _ = std::fs::remove_dir_all(&scratch); // Left by a grader that was killed.
        cgroup::sweep();
        files::make_folder(&scratch)?;
        let rust = toolchain::ask_rustc(&course.root, private)?;
        let toolchain::PythonAnswer { read: python_read, hide: python_hide, interpreter, mut versions } =
            toolchain::ask_python(&course.root, private)?;
        let locks = catalogue::package_locks(&course.root, modules);
        versions.insert("course".to_owned(), env!("CARGO_PKG_VERSION").to_owned());
        versions.insert("rustc".to_owned(), rust.version.clone());
        versions.insert("platform".to_owned(), format!("{} {}", std::env::consts::OS, std::env::consts::ARCH));
        let environment = Self {
            fingerprint: fingerprint::of(&course, &versions)?,
            jail_python: jail_python::make(work, &locks, &interpreter)?,
            reference: ReferenceBuild::make(&course, work, modules)?,
            jail: Jail::new(toolchain::build_jail(&course.root)?, without),
            oracles: Oracles::new(oracle(&course.root, &work.join("hypothesis")), &course.root),
            exclusive_access: ExclusiveAccess::default(),
            memory: MemoryShare::among(jobs),
            not_enforced: Vec::new(),
            without: without.to_vec(),
            course,
            scratch,
            versions,
            rust,
            python_read,
            python_hide,
            _lock: lock,
        };
        let readables = [&environment.rust.read[..], &environment.python_read].concat();
        private.refuse_to_show(&environment.policies(), &readables)?;
        environment.probed(work, modules)
    }

    fn probed(mut self, work: &Path, modules: &[&Module]) -> Result<Self> {
        let secret = work.join("secret");
        files::write_atomically(&secret, b"what no submission may read")?;
        let script = self.course.root.join("shared/python/grader/probe.py");
        let mut found = Vec::new();
        let cgroups = Cgroups::make(&self.without, self.memory);
        let jail = self.jail.counted_by(&cgroups);
        let mut policies = Vec::from(self.policies());
        if modules.iter().flat_map(|module| &module.exercises).any(|exercise| exercise.network) {
            policies.push(("code that talks to a test's server", SandboxPolicy { network: true, ..self.policy() }));
        }
        let kinds = policies.len();
        for (what, mut policy) in policies {
            policy.read.extend(self.policy().read); // The probe is a Python program.
            for sentence in sandbox::probe(&jail, &policy, &self.jailed_python(), &script, &secret)? {
                found.push((sentence, what));
            }
        }
        self.not_enforced = sentences(&found, kinds);
        Ok(self)
    }

    /// The policy for each kind of program in the jail.
    fn policies(&self) -> [(&'static str, SandboxPolicy); 3] {
        [
            ("judged code", self.policy()),
            ("the compiler", self.policy_for_builds()),
            ("soft tests", self.policy_with_processes()),
        ]
    }

    /// The command line of the jail's own Python, isolated.
    pub(crate) fn jailed_python(&self) -> Vec<String> {
        isolated(&self.jail_python)
    }

    /// The command line, in the jail, of one of the programs of `shared/python/run.py`.
    pub(crate) fn jailed_python_program(&self, name: &str) -> Vec<String> {
        python_program(&self.jail_python, &self.course.root, name)
    }

    /// For the worker: the process that loads a submission and is asked from outside.
    pub(crate) fn policy(&self) -> SandboxPolicy {
        let root = &self.course.root;
        SandboxPolicy {
            read: [
                readable::paths(&self.python_read),
                vec![self.jail_environment().to_owned(), root.join("shared/python")],
            ]
            .concat(),
            hide: self.python_hide.clone(),
            memory: self.memory.of_process(),
            cpu: 600,
            file_size: 64,
            ..SandboxPolicy::default()
        }
    }

    /// The folder of the jail's Python environment.
    fn jail_environment(&self) -> &Path {
        self.jail_python.ancestors().nth(2).unwrap_or(&self.jail_python)
    }

    /// For tests that run inside, and may start processes.
    pub(crate) fn policy_with_processes(&self) -> SandboxPolicy {
        SandboxPolicy { processes: true, ..self.policy() }
    }

    /// For rustc and the linker.
    pub(crate) fn policy_for_builds(&self) -> SandboxPolicy {
        SandboxPolicy {
            read: [readable::paths(&self.rust.read), vec![self.reference.dependencies.clone()]].concat(),
            hide: self.python_hide.clone(),
            processes: true,
            memory: self.memory.of_process(),
            cpu: 120,
            file_size: 256,
            ..SandboxPolicy::default()
        }
    }

    /// The compiler by its whole path, and `PATH` for it.
    pub(crate) fn compiler(&self) -> (&Path, &str) {
        (&self.rust.rustc, &self.rust.path)
    }

    /// The recipe for building a module.
    pub(crate) fn recipe(&self, module: &Module) -> Result<Recipe> {
        self.reference.recipe(module)
    }

    /// Whether a defence is on.
    pub(crate) fn uses(&self, defence: Defence) -> bool {
        !self.without.contains(&defence)
    }
}

/// The findings, each sentence once, with the programs that could do it unless all `kinds` could.
fn sentences(found: &[(String, &str)], kinds: usize) -> Vec<String> {
    let mut sentences: Vec<String> = Vec::new();
    for (sentence, _) in found {
        let by: Vec<&str> = found.iter().filter(|(other, _)| other == sentence).map(|(_, what)| *what).collect();
        let sentence = match by.split_last() {
            Some((last, [])) if kinds > 1 => format!("{sentence} (by {last})"),
            Some((last, others)) if by.len() < kinds => format!("{sentence} (by {} and {last})", others.join(", ")),
            _ => sentence.clone(),
        };
        if !sentences.contains(&sentence) {
            sentences.push(sentence);
        }
    }
    sentences
}

fn isolated(python: &Path) -> Vec<String> {
    [&*python.to_string_lossy(), "-I", "-X", "utf8"].map(str::to_owned).to_vec()
}

fn python_program(python: &Path, root: &Path, name: &str) -> Vec<String> {
    let mut command_line = isolated(python);
    command_line.push(root.join("shared/python/run.py").to_string_lossy().into_owned());
    command_line.push(name.to_owned());
    command_line
}

/// The command line of an oracle, in the course's own Python: a teacher's tests may need packages that the teacher has
/// installed there. The folder `computed` keeps what hypothesis computes once and for all.
fn oracle(root: &Path, computed: &Path) -> Vec<String> {
    let mut command_line = python_program(&python::environment_python(root), root, "oracle");
    command_line.push(computed.to_string_lossy().into_owned());
    command_line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_names_the_programs_unless_all_could_do_it() {
        let found = [
            ("files", "judged code"),
            ("starting", "judged code"),
            ("files", "the compiler"),
            ("processes", "the compiler"),
            ("memory", "the compiler"),
            ("files", "soft tests"),
            ("processes", "soft tests"),
        ]
        .map(|(sentence, what)| (sentence.to_owned(), what));
        assert_eq!(
            sentences(&found, 3),
            [
                "files",
                "starting (by judged code)",
                "processes (by the compiler and soft tests)",
                "memory (by the compiler)"
            ]
        );
    }
}
