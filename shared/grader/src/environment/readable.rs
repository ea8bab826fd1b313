//! The folders that programs in the jail may read beside the system's own, and the teacher's that they must not see.

use std::path::{Path, PathBuf};

use course_core::{Error, Result};

use super::sandbox::SandboxPolicy;

/// The folders that every program in the jail reads: see `SYSTEM` in `shared/jail`.
const SYSTEM: [&str; 6] = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc/alternatives"];

/// Stores of package managers that give every package a folder of its own.
const STORES: [&str; 3] = ["/nix/store", "/gnu/store", "/snap"];

/// A folder or file that the jail lets programs read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Readable {
    pub(super) path: PathBuf,
    /// The program that needs it, as the end of a sentence.
    pub(super) because: String,
}

impl Readable {
    /// These paths, for one reason. Behind each link comes its target: the jail makes the link again.
    pub(super) fn all(paths: impl IntoIterator<Item = PathBuf>, because: &str) -> Vec<Self> {
        let with_targets = paths.into_iter().flat_map(|path| {
            let target = path.canonicalize().ok().filter(|target| *target != path);
            std::iter::once(path).chain(target)
        });
        with_targets.map(|path| Self { path, because: because.to_owned() }).collect()
    }
}

/// Adds what is not there yet.
pub(super) fn add(known: &mut Vec<Readable>, more: Vec<Readable>) {
    for readable in more {
        if !known.iter().any(|earlier| earlier.path == readable.path) {
            known.push(readable);
        }
    }
}

/// The paths alone.
pub(super) fn paths(readables: &[Readable]) -> Vec<PathBuf> {
    readables.iter().map(|readable| readable.path.clone()).collect()
}

/// Folders that no program in the jail may read as a whole, each with its name in a sentence.
#[derive(Debug, Clone, Default)]
pub(crate) struct PrivateFolders(Vec<(&'static str, PathBuf)>);

impl PrivateFolders {
    /// Adds one.
    #[must_use]
    pub(crate) fn with(mut self, name: &'static str, folder: &Path) -> Self {
        self.0.push((name, real(folder)));
        self
    }

    /// One that lies in this folder, or is it.
    fn inside(&self, folder: &Path) -> Option<&(&'static str, PathBuf)> {
        let folder = real(folder);
        self.0.iter().find(|(_, private)| private.starts_with(&folder))
    }

    /// Refuses to grade if programs in the jail could read one of these as a whole. `readables` say where the paths of the
    /// policies come from.
    pub(super) fn refuse_to_show(&self, policies: &[(&str, SandboxPolicy)], readables: &[Readable]) -> Result<()> {
        for folder in SYSTEM {
            if let Some((name, private)) = self.inside(Path::new(folder)) {
                return Err(Error::new(format!(
                    "Every program in the jail could read {name} ({}): all of them read {folder}.",
                    private.display()
                ))
                .advice(format!("Nothing is graded like this. Move {name} to a folder outside of {folder}.")));
            }
        }
        for (program, policy) in policies {
            for path in &policy.read {
                let Some((name, private)) = self.inside(path) else { continue };
                let because = readables.iter().find(|readable| readable.path == *path);
                let because = because.map_or("the grader itself", |readable| &readable.because);
                return Err(Error::new(format!(
                    "In the jail, {program} could read {name} ({}): it may read all of {}, for {because}.",
                    private.display(),
                    path.display()
                ))
                .advice(format!(
                    "Nothing is graded like this. Install that program into a folder of its own, put another one first on \
                     the PATH, or move {name} out of {}.",
                    path.display()
                )));
            }
        }
        Ok(())
    }
}

/// Knows which folders are only a program's own, and which hold other things too.
#[derive(Debug)]
pub(super) struct Installations<'p> {
    private: &'p PrivateFolders,
    homes: Vec<PathBuf>,
}

impl<'p> Installations<'p> {
    /// Those of this machine.
    pub(super) fn beside(private: &'p PrivateFolders) -> Self {
        let passwords = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let listed = passwords.lines().filter_map(|line| line.split(':').nth(5)).map(PathBuf::from);
        let own = std::env::var_os("HOME").map(PathBuf::from);
        // If a server knows the users, no file lists them.
        let usual = std::fs::read_dir("/home").into_iter().flatten().flatten().map(|entry| entry.path());
        let homes = listed.chain(own).chain(usual).filter(|home| home.is_absolute());
        Self { private, homes: homes.map(|home| real(&home)).collect() }
    }

    /// The paths that a program needs to read, beside the system's own: the folder that it is installed in if nothing else is
    /// kept there, otherwise only itself and the links that lead to it.
    pub(super) fn needs(&self, program: &Path) -> Vec<PathBuf> {
        let mut needs = Vec::new();
        for step in way_to(program) {
            if is_below(&step, &SYSTEM).is_some() {
                continue;
            }
            let own = step.parent().and_then(Path::parent).filter(|prefix| self.is_only_a_programs(prefix));
            let need = is_below(&step, &STORES).or(own).unwrap_or(&step).to_owned();
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        needs
    }

    /// Whether a folder is that of an installed program, with `bin` and `lib`, and neither a home nor anything above one, nor
    /// above what is private. `~/.local` is a home's second half: it holds the data of a user's programs too.
    pub(super) fn is_only_a_programs(&self, folder: &Path) -> bool {
        let whole = real(folder);
        let has = |part: &str| whole.join(part).is_dir();
        let is_of_a_user = |home: &PathBuf| home.starts_with(&whole) || home.join(".local") == whole;
        whole.parent().is_some()
            && has("bin")
            && (has("lib") || has("lib64"))
            && !self.homes.iter().any(is_of_a_user)
            && self.private.inside(&whole).is_none()
    }
}

/// A program's path, then each that its links lead to, then the one without links to folders.
fn way_to(program: &Path) -> Vec<PathBuf> {
    const MOST_LINKS: usize = 40;
    let mut way = vec![program.to_owned()];
    let mut add = |path: PathBuf| {
        let is_new = way.len() < MOST_LINKS && !way.contains(&path);
        if is_new {
            way.push(path);
        }
        is_new
    };
    let mut step = program.to_owned();
    while let Ok(target) = step.read_link() {
        let Some((folder, name)) = step.parent().zip(target.file_name()) else { break };
        step = real(&folder.join(target.parent().unwrap_or(Path::new("")))).join(name);
        if !add(step.clone()) {
            break;
        }
    }
    if let Ok(target) = program.canonicalize() {
        add(target);
    }
    way
}

/// The first of these folders that a path lies in.
fn is_below(path: &Path, folders: &[&'static str]) -> Option<&'static Path> {
    folders.iter().copied().map(Path::new).find(|folder| path.starts_with(folder))
}

/// A path without links, as far as it exists: a folder for results may have to be made yet.
fn real(path: &Path) -> PathBuf {
    for above in path.ancestors() {
        if let Ok(found) = above.canonicalize() {
            return path.strip_prefix(above).map_or_else(|_| found.clone(), |rest| join(&found, rest));
        }
    }
    path.to_owned()
}

/// Without a slash at the end, where there is nothing to join.
fn join(folder: &Path, rest: &Path) -> PathBuf {
    if rest.as_os_str().is_empty() { folder.to_owned() } else { folder.join(rest) }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use course_core::files::ScratchFolder;

    use super::*;

    /// A machine with one user, whose course lies in the home folder.
    struct Machine {
        folder: ScratchFolder,
        private: PrivateFolders,
    }

    impl Machine {
        fn new() -> Self {
            let folder = ScratchFolder::new(&std::env::temp_dir().canonicalize().unwrap()).unwrap();
            let home = folder.path().join("home/teacher");
            let private =
                [("the course", "course"), ("the hidden tests", "exam/hidden"), ("the submissions", "exam/class")]
                    .into_iter()
                    .inspect(|(_, path)| fs::create_dir_all(home.join(path)).unwrap())
                    .fold(PrivateFolders::default(), |private, (name, path)| private.with(name, &home.join(path)));
            Self { folder, private }
        }

        fn path(&self, path: &str) -> PathBuf {
            self.folder.path().join(path)
        }

        fn program(&self, path: &str) -> PathBuf {
            let program = self.path(path);
            fs::create_dir_all(program.parent().unwrap()).unwrap();
            fs::write(&program, "#!/bin/sh\nexec /usr/bin/cc \"$@\"\n").unwrap();
            program
        }

        fn folders<const N: usize>(&self, paths: [&str; N]) {
            paths.into_iter().for_each(|path| fs::create_dir_all(self.path(path)).unwrap());
        }

        fn needs(&self, program: &Path) -> Vec<PathBuf> {
            let homes = vec![self.path("home/teacher"), self.path("home/student")];
            Installations { private: &self.private, homes }.needs(program)
        }
    }

    #[test]
    fn what_the_system_has_needs_nothing() {
        let machine = Machine::new();
        for program in ["/bin/sh", "/usr/bin/cc"] {
            assert_eq!(machine.needs(Path::new(program)), Vec::<PathBuf>::new(), "{program}");
        }
    }

    #[test]
    fn a_wrapper_in_a_home_is_read_alone() {
        let machine = Machine::new();
        machine.folders(["home/teacher/lib", "home/teacher/.local/lib", "home/student/lib", "home/lib"]);
        let wrappers =
            ["home/teacher/bin/cc", "home/teacher/.local/bin/cc", "home/student/bin/cc", "home/bin/cc", "own/tools/cc"];
        for wrapper in wrappers {
            let program = machine.program(wrapper);
            assert_eq!(machine.needs(&program), [program]);
        }
    }

    #[test]
    fn a_program_beside_the_root_is_read_alone() {
        let machine = Machine::new();
        let program = PathBuf::from("/tools/cc");
        assert_eq!(machine.needs(&program), [program]);
        let installations = Installations { private: &machine.private, homes: Vec::new() };
        assert!(!installations.is_only_a_programs(Path::new("/")));
    }

    #[test]
    fn a_toolchain_is_read_as_a_whole() {
        let machine = Machine::new();
        for prefix in ["home/teacher/.rustup/toolchains/stable", "home/teacher/miniconda3", "opt/llvm/17"] {
            let program = machine.program(&format!("{prefix}/bin/cc"));
            assert_eq!(machine.needs(&program), std::slice::from_ref(&program), "it has no `lib`");
            machine.folders([&format!("{prefix}/lib")]);
            assert_eq!(machine.needs(&program), [machine.path(prefix)]);
        }
        // A folder that is a link, as package managers make one for the newest version.
        symlink("17", machine.path("opt/llvm/newest")).unwrap();
        let needs = machine.needs(&machine.path("opt/llvm/newest/bin/cc"));
        assert_eq!(needs, ["opt/llvm/newest", "opt/llvm/17"].map(|path| machine.path(path)));
    }

    #[test]
    fn a_link_is_read_with_what_it_leads_to() {
        let machine = Machine::new();
        let rustup = machine.program("home/teacher/.cargo/bin/rustup");
        let rustc = machine.path("home/teacher/.cargo/bin/rustc");
        symlink("rustup", &rustc).unwrap();
        assert_eq!(machine.needs(&rustc), [rustc, rustup]);

        let program = machine.program("opt/gcc/bin/gcc");
        machine.folders(["opt/gcc/lib", "home/teacher/bin"]);
        let [link, second] = ["home/teacher/bin/cc", "home/teacher/bin/newest"].map(|path| machine.path(path));
        symlink("newest", &link).unwrap();
        symlink(&program, &second).unwrap();
        assert_eq!(machine.needs(&link), [link, second, machine.path("opt/gcc")]);

        let link = machine.path("home/teacher/bin/sh");
        symlink("/bin/sh", &link).unwrap();
        assert_eq!(machine.needs(&link), [link]);
        let circle = machine.path("home/teacher/bin/circle");
        symlink("circle", &circle).unwrap();
        assert_eq!(machine.needs(&circle), [circle]);
    }

    #[test]
    fn a_folder_with_the_course_in_it_is_no_programs() {
        let machine = Machine::new();
        machine.folders(["data/lib", "data/course"]);
        let program = machine.program("data/bin/cc");
        assert_eq!(machine.needs(&program), [machine.path("data")]);
        let private = PrivateFolders::default().with("the results", &machine.path("data/course/not yet/made"));
        assert_eq!(Installations { private: &private, homes: Vec::new() }.needs(&program), [program]);
    }

    #[test]
    fn nothing_is_graded_where_a_program_would_see_what_is_private() {
        let machine = Machine::new();
        machine.folders(["home/teacher/course/shared/python", "opt/python"]);
        symlink(machine.path("home"), machine.path("link")).unwrap();
        let refusal = |folder: &Path| {
            let policy = SandboxPolicy { read: vec![folder.to_owned()], ..SandboxPolicy::default() };
            let policies = [("judged code", SandboxPolicy::default()), ("the compiler", policy)];
            let readables = Readable::all([folder.to_owned()], "the linker /somewhere/cc");
            machine.private.refuse_to_show(&policies, &readables).err().map(|error| error.to_string())
        };
        assert_eq!(refusal(&machine.path("opt/python")), None);
        assert_eq!(
            refusal(&machine.path("home/teacher/course/shared/python")),
            None,
            "a part that is meant to be read"
        );
        for (folder, private) in [
            ("home/teacher", "the course"),
            ("home/teacher/course", "the course"),
            ("link/teacher", "the course"),
            ("home/teacher/exam", "the hidden tests"),
            ("home/teacher/exam/class", "the submissions"),
        ] {
            let said = refusal(&machine.path(folder)).unwrap_or_default();
            for part in ["the compiler", private, "the linker /somewhere/cc", &*machine.path(folder).to_string_lossy()]
            {
                assert!(said.contains(part), "{folder}: {said}");
            }
        }
        let below_usr = PrivateFolders::default().with("the course", Path::new("/usr/src/course"));
        let said = below_usr.refuse_to_show(&[], &[]).expect_err("every program reads it").to_string();
        assert!(said.contains("/usr/src/course"), "{said}");
    }
}
