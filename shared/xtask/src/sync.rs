//! Writes what is derived from something else in the course.

use std::path::{Path, PathBuf};

use course_core::catalogue::{Course, Module};
use course_core::{Error, Result, files, workspace};

use crate::tools;

/// A file that is derived, and what it must hold.
struct Derived {
    path: PathBuf,
    bytes: Vec<u8>,
    /// Where it comes from, for people.
    source: &'static str,
    /// Whether a learner or author may have worked in it: it is then kept before it is replaced.
    may_hold_work: bool,
}

/// Writes all derived files; or only says which differ. Whether they were all as they should be, or are now.
pub(crate) fn run(course: &Course, check: bool) -> Result<bool> {
    let mut derived = vec![readme(course)?];
    for module in &course.modules {
        derived.extend(sources_from_stubs(module)?);
        derived.extend(solution_files(module)?);
    }
    let mut differing = 0;
    for file in &derived {
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
    if check && differing > 0 {
        println!("`cargo xtask sync` writes them.");
    }
    Ok(!check || differing == 0)
}

/// What learners get are the stubs, whatever an author left in `src`.
fn sources_from_stubs(module: &Module) -> Result<Vec<Derived>> {
    let files = module.exercises.iter().flat_map(|exercise| &exercise.files);
    let derived = files.map(|file| {
        let bytes = read(&module.stub(file))?;
        Ok(Derived { path: module.folder.join(file), bytes, source: "its stub", may_hold_work: true })
    });
    derived.collect()
}

/// A solution is the module with other exercise files: everything else in `src`, and the type stub, is the module's.
fn solution_files(module: &Module) -> Result<Vec<Derived>> {
    let is_exercise =
        |file: &Path| module.exercises.iter().any(|exercise| exercise.files.iter().any(|own| own == file));
    let sources = files::entries(&module.folder.join("src"))?;
    let sources = sources.iter().filter_map(|path| path.strip_prefix(&module.folder).ok().map(Path::to_owned));
    let given = sources.chain([PathBuf::from(module.type_stub())]).filter(|file| !is_exercise(file));
    let derived = given.filter(|file| module.folder.join(file).is_file()).map(|file| {
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
