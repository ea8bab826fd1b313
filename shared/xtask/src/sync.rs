//! Writes the files that are derived from others in the course.

use std::path::{Path, PathBuf};

use course_core::catalogue::{self, Course, Module};
use course_core::{Error, Result, files, python, workspace};

use crate::tools;

/// A derived file, and the bytes that it must hold.
struct Derived {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Its origin, for people.
    source: &'static str,
    /// Whether a learner or author may have worked in it: it is then kept before it is replaced.
    may_hold_work: bool,
}

/// Files that two modules have in common, each from the module that teaches it. Modules do not depend on each other: a
/// learner opens one without the other.
const SHARED_BY_MODULES: &[(&str, &str)] = &[
    ("modules/03_word_count/src/words.rs", "modules/12_scale_out/src/words.rs"),
    ("modules/04_matrix_multiply/src/memory.rs", "modules/13_mulliken/src/memory.rs"),
    ("modules/04_matrix_multiply/src/team.rs", "modules/05_data_processor/src/team.rs"),
];

/// Writes all derived files; or only says which differ. Whether they were all as they should be, or are now.
pub(crate) fn run(course: &Course, check: bool) -> Result<bool> {
    // First, because solutions take them from the modules.
    let mut differing = bring_up_to_date(course, &files_of_other_modules(course)?, check)?;
    let mut derived = vec![readme(course)?, evidence(course)?];
    for module in &course.modules {
        derived.extend(sources_from_stubs(module)?);
        derived.extend(solution_files(module)?);
    }
    differing += bring_up_to_date(course, &derived, check)?;
    if check && differing > 0 {
        println!("`cargo xtask sync` writes them.");
    }
    Ok(!check || differing == 0)
}

/// Writes those that differ, or only says which. Gives their number.
fn bring_up_to_date(course: &Course, derived: &[Derived], check: bool) -> Result<usize> {
    let mut differing = 0;
    for file in derived {
        let old = std::fs::read(&file.path).unwrap_or_default();
        if old == file.bytes {
            continue;
        }
        differing += 1;
        let shown = file.path.strip_prefix(&course.root).unwrap_or(&file.path).display();
        if check {
            println!("{shown} differs from {}", file.source);
            continue;
        }
        if file.may_hold_work && !old.is_empty() {
            println!("kept {}", keep(course, &file.path, &old)?.display());
        }
        files::write_atomically(&file.path, &file.bytes)?;
        println!("wrote {shown} from {}", file.source);
    }
    Ok(differing)
}

fn files_of_other_modules(course: &Course) -> Result<Vec<Derived>> {
    let derived = SHARED_BY_MODULES.iter().map(|(from, to)| {
        let bytes = read(&course.root.join(from))?;
        Ok(Derived { path: course.root.join(to), bytes, source: "another module's", may_hold_work: false })
    });
    derived.collect()
}

/// Learners get the stubs, whatever an author left in `src`.
fn sources_from_stubs(module: &Module) -> Result<Vec<Derived>> {
    let files = module.exercises.iter().flat_map(|exercise| &exercise.files);
    let derived = files.map(|file| {
        let bytes = read(&module.stub(file))?;
        Ok(Derived { path: module.folder.join(file), bytes, source: "its stub", may_hold_work: true })
    });
    derived.collect()
}

/// A solution is the module with other exercise files: everything else in `src`, the type stub, and the files that build
/// and pack it are the module's.
fn solution_files(module: &Module) -> Result<Vec<Derived>> {
    let is_exercise =
        |file: &Path| module.exercises.iter().any(|exercise| exercise.files.iter().any(|own| own == file));
    let sources = files::entries(&module.folder.join("src"))?;
    let sources = sources.iter().filter_map(|path| path.strip_prefix(&module.folder).ok().map(Path::to_owned));
    let others = [module.type_stub(), "pyproject.toml".to_owned(), "build.rs".to_owned()].map(PathBuf::from);
    let common = sources.chain(others).filter(|file| !is_exercise(file));
    let derived = common.filter(|file| module.folder.join(file).is_file()).map(|file| {
        let bytes = read(&module.folder.join(&file))?;
        Ok(Derived { path: module.solution_folder.join(file), bytes, source: "the module's", may_hold_work: false })
    });
    derived.collect()
}

const TABLE: (&str, &str) = ("<!-- commands: written by `cargo xtask sync` -->\n", "<!-- end of commands -->");

/// The README's table of commands, as the runner knows them.
fn readme(course: &Course) -> Result<Derived> {
    let path = course.root.join("README.md");
    let old = files::read(&path)?;
    let range = old.find(TABLE.0).map(|at| at + TABLE.0.len()).zip(old.find(TABLE.1));
    let Some((start, end)) = range.filter(|(start, end)| start <= end) else {
        return Err(Error::new(format!("README.md lacks the lines `{}` and `{}`.", TABLE.0.trim_end(), TABLE.1)));
    };
    let runner = ["run", "--quiet", "--profile", "runner", "--package", "course", "--", "help", "readme"];
    let table = tools::output(&mut tools::cargo(&course.root, &runner))?;
    let bytes = format!("{}{table}{}", &old[..start], &old[end..]).into_bytes();
    Ok(Derived { path, bytes, source: "the runner's commands", may_hold_work: false })
}

/// The book's page that says of each test what it looks at, as the test kit reads the tests.
fn evidence(course: &Course) -> Result<Derived> {
    let mut command = tools::program(&course.root, python::environment_python(&course.root));
    command.args(["-I", "-X", "utf8", "shared/python/run.py", "evidence", "--table"]);
    for module in &course.modules {
        let tests = files::entries(&module.folder.join("tests"))?;
        let tests = tests.iter().filter(|path| catalogue::is_python_test(path));
        command.args(tests.filter_map(|path| path.strip_prefix(&course.root).ok()));
    }
    let page = tools::output(&mut command)
        .map_err(|error| error.advice("`cargo course setup` makes the Python that reads the tests."))?;
    let path = course.root.join("docs/src/evidence.md");
    Ok(Derived { path, bytes: page.into_bytes(), source: "the tests", may_hold_work: false })
}

fn read(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| Error::file("read", path, error))
}

/// Keeps a file's text among the backups, under a name that nothing has yet.
fn keep(course: &Course, path: &Path, bytes: &[u8]) -> Result<PathBuf> {
    let folder = workspace::own_folder(&course.root).join("backups/sync");
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let free = (1..).map(|number| folder.join(format!("{number}.{name}"))).find(|kept| !kept.exists());
    let kept = free.ok_or_else(|| Error::new("There are too many backups."))?;
    files::write_atomically(&kept, bytes)?;
    Ok(kept)
}
