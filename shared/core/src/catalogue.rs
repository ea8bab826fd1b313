//! The modules and exercises of the course, read from the modules' `course.toml` files: exercises are named there only.

use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::{Table, Value};

use crate::error::{Error, Result};
use crate::{files, python};

/// Seconds that an exercise's tests may take where the catalogue says nothing.
const DEFAULT_TIME_LIMIT: u64 = 20;

/// The course's folder and its modules in order.
#[derive(Debug, Clone)]
pub struct Course {
    /// The course's folder.
    pub root: PathBuf,
    /// In order.
    pub modules: Vec<Module>,
}

/// One module: a maturin crate with a lesson and exercises.
#[derive(Debug, Clone)]
pub struct Module {
    /// The folder's name, such as `02_parallel_sum`.
    pub name: String,
    /// The Python module and crate, such as `parallel_sum`.
    pub package: String,
    /// The lesson's title.
    pub title: String,
    /// One line about it.
    pub summary: String,
    /// `modules/02_parallel_sum`
    pub folder: PathBuf,
    /// The solved crate, `solutions/02_parallel_sum`.
    pub solution_folder: PathBuf,
    /// A lock file of Python packages that only this module needs, relative to the course's folder.
    pub packages: Option<PathBuf>,
    /// The newest Python that everything in `packages` has a build for. Set-up leaves the file out for newer ones.
    pub packages_until: Option<(u32, u32)>,
    /// A lock file of packages that have no build for a Python without a GIL. Set-up leaves them out there.
    pub packages_with_gil: Option<PathBuf>,
    /// In order.
    pub exercises: Vec<Exercise>,
}

/// The lock files of Python packages: first the file for all modules, then the files of these modules. Files with packages
/// that have no build for the Python that was set up are left out.
pub fn package_locks(root: &Path, modules: &[&Module]) -> Vec<PathBuf> {
    let own = modules.iter().flat_map(|module| {
        let left_out = locks_left_out(root, module);
        let locks = module.packages.iter().chain(&module.packages_with_gil).map(|path| root.join(path));
        locks.filter(move |lock| !left_out.contains(lock))
    });
    let mut locks = vec![root.join("shared/python/requirements.txt")];
    for lock in own {
        if !locks.contains(&lock) {
            locks.push(lock);
        }
    }
    locks
}

/// The lock files of a module whose packages have no build for the Python that was set up.
pub fn locks_left_out(root: &Path, module: &Module) -> Vec<PathBuf> {
    let too_new = |newest: (u32, u32)| python::release(root).is_some_and(|release| release > newest);
    let packages = module.packages.iter().filter(|_| module.packages_until.is_some_and(too_new));
    let packages_with_gil = module.packages_with_gil.iter().filter(|_| !python::has_gil(root));
    packages.chain(packages_with_gil).map(|path| root.join(path)).collect()
}

/// One exercise.
#[derive(Debug, Clone)]
pub struct Exercise {
    /// Unique in the course and stable over its life, such as `parallel_sum`.
    pub slug: String,
    /// The module's folder name.
    pub module: String,
    /// For people to read.
    pub title: String,
    /// The files that the learner edits, relative to the module's folder; the first is the main file.
    pub files: Vec<PathBuf>,
    /// Python test files, relative to the module's folder.
    pub tests: Vec<PathBuf>,
    /// Rust tests of the parts without Python, relative to the module's folder.
    pub rust_tests: Vec<PathBuf>,
    /// The most points that the grader gives for it.
    pub points: u32,
    /// The minutes that a learner needs.
    pub minutes: u32,
    /// Whether the place before it is a good one to stop for the day.
    pub pause_before: bool,
    /// The topics that it teaches.
    pub concepts: Vec<String>,
    /// From a nudge to nearly there.
    pub hints: Vec<String>,
    /// For all its Python tests together.
    pub time_limit: Duration,
    /// Whether its tests run a server that the exercise's code connects to.
    pub network: bool,
}

impl Exercise {
    /// Whether the learner writes both exercises into one file: a stub of one is then a stub of the other too.
    pub fn shares_a_file(&self, other: &Self) -> bool {
        self.files.iter().any(|file| other.files.contains(file))
    }

    /// `02.parallel_sum`: the module's number and the slug.
    pub fn id(&self) -> String {
        format!("{}.{}", number_of(&self.module), self.slug)
    }
}

impl Module {
    /// `02`
    pub fn number(&self) -> &str {
        number_of(&self.name)
    }

    /// The path of a file's stub: below `stubs` as below `src`, or as below the module's folder.
    pub fn stub(&self, file: &Path) -> PathBuf {
        self.folder.join("stubs").join(file.strip_prefix("src").unwrap_or(file))
    }

    /// The exercises' files that are no part of the crate: manifests and the like, which tests read.
    pub fn data_files(&self) -> impl Iterator<Item = &Path> {
        let files = self.exercises.iter().flat_map(|exercise| &exercise.files);
        files.map(PathBuf::as_path).filter(|file| !file.starts_with("src"))
    }

    /// The exercises in parts that fit into one evening each: a new one begins where the catalogue has a pause.
    pub fn sittings(&self) -> Vec<&[Exercise]> {
        let mut rest = self.exercises.as_slice();
        let mut sittings = Vec::new();
        while !rest.is_empty() {
            let pause = rest.iter().skip(1).position(|exercise| exercise.pause_before).map_or(rest.len(), |at| at + 1);
            let (sitting, later) = rest.split_at(pause);
            sittings.push(sitting);
            rest = later;
        }
        sittings
    }

    /// The file name of the type stub, such as `parallel_sum.pyi`.
    pub fn type_stub(&self) -> String {
        format!("{}.pyi", self.package)
    }

    /// The module's lesson.
    pub fn lesson(&self) -> PathBuf {
        self.folder.join("README.md")
    }

    /// The questions about the lesson. Not every module has some.
    pub fn questions(&self) -> PathBuf {
        self.folder.join("quiz.md")
    }
}

/// Whether a path below a crate's `src` is part of the crate: a folder, Rust, or Python that is compiled into the extension.
pub fn is_source(path: &Path) -> bool {
    path.is_dir() || path.extension().is_some_and(|extension| extension == "rs" || extension == "py")
}

/// Whether a path has the name of a file with Python tests, as in `tests/test_divide.py`.
#[must_use]
pub fn is_python_test(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("test_") && name.ends_with(".py")
}

fn number_of(module: &str) -> &str {
    module.split('_').next().unwrap_or(module)
}

/// An exercise with the module that it belongs to.
#[derive(Debug, Clone, Copy)]
pub struct ExerciseRef<'c> {
    /// The module.
    pub module: &'c Module,
    /// One of its exercises.
    pub exercise: &'c Exercise,
}

impl ExerciseRef<'_> {
    /// `02.parallel_sum`
    pub fn id(&self) -> String {
        self.exercise.id()
    }
}

impl Course {
    /// The course that the current folder lies in, wherever in it.
    pub fn find() -> Result<Self> {
        let here = std::env::current_dir()
            .map_err(|error| Error::new(format!("Cannot tell the current folder: {error}.")).caused_by(error))?;
        // `cargo run` says where the runner's own sources are: two folders below the root.
        let runner = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
        let root =
            here.ancestors().chain(runner.iter().flat_map(|path| path.ancestors())).find(|folder| is_root(folder));
        match root {
            Some(root) => Self::load(&with_capital_drive(root)),
            None => Err(Error::new(format!("{} is not inside the course.", here.display()))
                .advice("Change into the course's folder (the one that holds `modules`), then try again.")),
        }
    }

    /// Reads all catalogues below `root`.
    pub fn load(root: &Path) -> Result<Self> {
        let mut modules = Vec::new();
        for folder in files::entries(&root.join("modules"))? {
            if folder.join("course.toml").is_file() {
                modules.push(load_module(root, &folder)?);
            }
        }
        let course = Self { root: root.to_owned(), modules };
        course.refuse_duplicates()?;
        Ok(course)
    }

    fn refuse_duplicates(&self) -> Result<()> {
        let mut seen = std::collections::BTreeMap::new();
        for exercise_ref in self.exercises() {
            if let Some(other) = seen.insert(exercise_ref.exercise.slug.as_str(), &exercise_ref.module.name) {
                return Err(Error::new(format!(
                    "Two exercises are called `{}`: in {other} and in {}.",
                    exercise_ref.exercise.slug, exercise_ref.module.name
                ))
                .advice("Give one of them another `id` in its course.toml; ids are unique in the whole course."));
            }
        }
        Ok(())
    }

    /// All exercises in order.
    pub fn exercises(&self) -> impl Iterator<Item = ExerciseRef<'_>> {
        self.modules
            .iter()
            .flat_map(|module| module.exercises.iter().map(move |exercise| ExerciseRef { module, exercise }))
    }

    /// The exercises that an ID means: `02` or `02_parallel_sum` a module, `02.parallel_sum` or `parallel_sum` one
    /// exercise.
    pub fn select(&self, id: &str) -> Result<Vec<ExerciseRef<'_>>> {
        if let Some(exercise_ref) =
            self.exercises().find(|exercise_ref| exercise_ref.id() == id || exercise_ref.exercise.slug == id)
        {
            return Ok(vec![exercise_ref]);
        }
        if let Some(module) = self.module(id) {
            return Ok(module.exercises.iter().map(|exercise| ExerciseRef { module, exercise }).collect());
        }
        Err(self.unknown(id))
    }

    /// The one exercise that an ID means.
    pub fn exercise(&self, id: &str) -> Result<ExerciseRef<'_>> {
        match self.select(id)?.as_slice() {
            [exercise_ref] => Ok(*exercise_ref),
            exercise_refs => {
                let names: Vec<_> = exercise_refs.iter().map(|exercise_ref| exercise_ref.id()).collect();
                Err(Error::new(format!("`{id}` is a module; this command takes one exercise."))
                    .advice(format!("Its exercises: {}.", names.join(", "))))
            }
        }
    }

    /// The modules of these exercises, in the course's order.
    pub fn modules_of<'c>(&'c self, exercise_refs: &[ExerciseRef<'_>]) -> Vec<&'c Module> {
        self.modules
            .iter()
            .filter(|module| exercise_refs.iter().any(|exercise_ref| exercise_ref.module.name == module.name))
            .collect()
    }

    /// A module by number, folder name or package name.
    pub fn module(&self, id: &str) -> Option<&Module> {
        self.modules.iter().find(|module| module.number() == id || module.name == id || module.package == id)
    }

    fn unknown(&self, id: &str) -> Error {
        let names = self
            .exercises()
            .flat_map(|exercise_ref| [exercise_ref.id(), exercise_ref.exercise.slug.clone()])
            .chain(self.modules.iter().map(|module| module.name.clone()));
        let nearest = names.map(|name| (strsim::jaro_winkler(id, &name), name)).max_by(|a, b| a.0.total_cmp(&b.0));
        let error = Error::new(format!("There is no exercise or module `{id}`."));
        match nearest {
            Some((likeness, name)) if likeness > 0.75 => {
                error.advice(format!("Did you mean `{name}`? `cargo course list` shows all."))
            }
            _ => error.advice("`cargo course list` shows all."),
        }
    }
}

/// `C:\course` for `c:\course`: shells of Windows differ in this, and a folder must have one name, or the second shell
/// would set the course up again.
fn with_capital_drive(path: &Path) -> PathBuf {
    match path.to_str() {
        Some(text) if text.get(1..2) == Some(":") => format!("{}{}", text[..1].to_ascii_uppercase(), &text[1..]).into(),
        _ => path.to_owned(),
    }
}

fn is_root(folder: &Path) -> bool {
    folder.join("Cargo.toml").is_file() && folder.join("modules").is_dir() && folder.join("shared/runner").is_dir()
}

fn load_module(root: &Path, folder: &Path) -> Result<Module> {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let package = name.split_once('_').map_or(name.as_str(), |(_, rest)| rest).to_owned();
    let path = folder.join("course.toml");
    let table = parse(&path)?;
    let reader = TableReader { path: &path, context: String::new(), table: &table };
    let mut exercises = Vec::new();
    for (index, value) in reader.array("exercise")?.iter().enumerate() {
        let Value::Table(table) = value else {
            return Err(reader.wrong("exercise", "a list of tables: [[exercise]]"));
        };
        let context = match table.get("id").and_then(Value::as_str) {
            Some(id) => format!("exercise `{id}`: "),
            None => format!("exercise {}: ", index + 1),
        };
        exercises.push(load_exercise(&name, &TableReader { path: &path, context, table })?);
    }
    let lock = |key| -> Result<Option<PathBuf>> {
        table.contains_key(key).then(|| Ok(reader.string(key)?.into())).transpose()
    };
    Ok(Module {
        package,
        title: reader.string("title")?,
        summary: reader.string("summary")?,
        packages: lock("packages")?,
        packages_until: match table.get("packages_until") {
            None => None,
            Some(_) => Some(python::release_of(&reader.string("packages_until")?).ok_or_else(|| {
                reader.wrong("packages_until", "a Python version in quotation marks, such as \"3.14\"")
            })?),
        },
        packages_with_gil: lock("packages_with_gil")?,
        folder: folder.to_owned(),
        solution_folder: root.join("solutions").join(&name),
        exercises,
        name,
    })
}

fn load_exercise(module: &str, reader: &TableReader<'_>) -> Result<Exercise> {
    let paths = |key| -> Result<Vec<PathBuf>> { Ok(reader.strings(key)?.iter().map(PathBuf::from).collect()) };
    let files = paths("files")?;
    if files.is_empty() {
        return Err(reader.wrong("files", "at least one path"));
    }
    Ok(Exercise {
        slug: reader.string("id")?,
        module: module.to_owned(),
        title: reader.string("title")?,
        files,
        tests: paths("tests")?,
        rust_tests: if reader.table.contains_key("rust_tests") { paths("rust_tests")? } else { Vec::new() },
        points: reader.number("points")?,
        minutes: reader.number("minutes")?,
        pause_before: reader.flag("pause_before")?,
        concepts: reader.strings("concepts")?,
        hints: reader.strings("hints")?,
        time_limit: Duration::from_secs(if reader.table.contains_key("time_limit") {
            reader.number("time_limit")?.into()
        } else {
            DEFAULT_TIME_LIMIT
        }),
        network: reader.flag("network")?,
    })
}

/// Parses a TOML file, saying where it is wrong.
pub fn parse(path: &Path) -> Result<Table> {
    files::read(path)?.parse().map_err(|error: toml::de::Error| {
        Error::new(format!("{} is not valid TOML: {}", path.display(), error.to_string().trim_end()))
            .advice("Unless you are its author, `git checkout -- modules` brings back what it was.")
            .caused_by(error)
    })
}

/// Takes fields out of a table, naming file, exercise and key where one is missing or wrong.
struct TableReader<'t> {
    path: &'t Path,
    context: String,
    table: &'t Table,
}

impl TableReader<'_> {
    fn wrong(&self, key: &str, expected: &str) -> Error {
        Error::new(format!(
            "{}: {}`{key}` is missing or wrong; expected {expected}.",
            self.path.display(),
            self.context
        ))
    }

    fn string(&self, key: &str) -> Result<String> {
        let text = self.table.get(key).and_then(Value::as_str).ok_or_else(|| self.wrong(key, "a text"))?;
        Ok(text.trim().to_owned())
    }

    fn number(&self, key: &str) -> Result<u32> {
        let number = self.table.get(key).and_then(Value::as_integer);
        number.and_then(|number| u32::try_from(number).ok()).ok_or_else(|| self.wrong(key, "a number from 0 up"))
    }

    /// False where it is not there.
    fn flag(&self, key: &str) -> Result<bool> {
        match self.table.get(key) {
            None => Ok(false),
            Some(value) => value.as_bool().ok_or_else(|| self.wrong(key, "true or false")),
        }
    }

    fn array(&self, key: &str) -> Result<&[Value]> {
        Ok(self.table.get(key).and_then(Value::as_array).ok_or_else(|| self.wrong(key, "a list"))?)
    }

    fn strings(&self, key: &str) -> Result<Vec<String>> {
        self.array(key)?
            .iter()
            .map(|value| {
                value.as_str().map(|text| text.trim().to_owned()).ok_or_else(|| self.wrong(key, "a list of texts"))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drive_has_one_name() {
        for (given, expected) in [
            ("c:\\course", "C:\\course"),
            ("D:\\course", "D:\\course"),
            ("/c/course", "/c/course"),
            ("é:x", "é:x"),
            ("", ""),
        ] {
            assert_eq!(with_capital_drive(Path::new(given)), Path::new(expected));
        }
    }

    #[test]
    fn python_that_is_compiled_in_is_source_too() {
        let names = ["lib.rs", "cluster.py", "cluster.pyc", "words.txt", "rs"];
        let found: Vec<&str> = names.into_iter().filter(|name| is_source(Path::new(name))).collect();
        assert_eq!(found, ["lib.rs", "cluster.py"]);
    }

    #[test]
    fn a_file_of_python_tests_is_known_by_its_name() {
        let names =
            ["tests/test_divide.py", "tests/divide.py", "test_divide.pyc", "test_divide.rs", "test_a/helper.py"];
        let found: Vec<&str> = names.into_iter().filter(|name| is_python_test(Path::new(name))).collect();
        assert_eq!(found, ["tests/test_divide.py"]);
    }

    #[test]
    fn what_has_no_build_for_a_python_is_left_out() {
        let course = Course::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).expect("the course's own");
        let modules: Vec<&Module> = course.modules.iter().collect();
        let scratch = files::ScratchFolder::new(&std::env::temp_dir()).expect("a folder");
        let settings = python::settings_path(scratch.path());
        let names = |signature: &str| -> Vec<String> {
            let line =
                format!("[env]\nPYO3_ENVIRONMENT_SIGNATURE = {{ value = \"{signature} /usr\", force = true }}\n");
            files::write_atomically(&settings, line.as_bytes()).expect("a file");
            let name = |path: &PathBuf| path.file_name().expect("a name").to_string_lossy().into_owned();
            package_locks(scratch.path(), &modules).iter().map(name).collect()
        };
        for (signature, has_polars, has_mdanalysis) in [
            ("cpython 3.11 64bit", true, true),
            ("cpython 3.14 64bit", true, true),
            ("cpython 3.14t 64bit", false, true),
            ("cpython 3.15 64bit", true, false),
            ("cpython 3.15td 64bit", false, false),
        ] {
            let names = names(signature);
            assert_eq!(names[0], "requirements.txt");
            assert!(names.contains(&"data-requirements.txt".to_owned()), "{signature}: {names:?}");
            assert_eq!(names.contains(&"polars-requirements.txt".to_owned()), has_polars, "{signature}: {names:?}");
            let mdanalysis = "trajectory-requirements.txt".to_owned();
            assert_eq!(names.contains(&mdanalysis), has_mdanalysis, "{signature}: {names:?}");
        }
    }
}
