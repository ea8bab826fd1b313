//! `cargo course new`: scaffolds a module or an exercise for authors to fill with life. It passes `verify`, except in a
//! module whose tests list its functions by name: in 01, authors add the new function to that list first.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use course_core::catalogue::{Course, Module};
use course_core::{Error, Result, files};

use crate::command_line::{Command, Invocation, Takes};
use crate::exit_status::ExitStatus;
use crate::ui::output;

pub(super) const COMMAND: Command = Command {
    name: "new",
    arguments: "module NAME | new exercise MODULE.NAME",
    summary: "scaffold, for authors",
    takes: Takes::Options(&[], |arguments| {
        let usage = || {
            Error::new("`new` takes `module NAME` or `exercise MODULE.NAME`.")
                .advice("For example: `cargo course new module 14_my_module`, then `cargo course new exercise 14.first_exercise`.")
        };
        match arguments.operands() {
            [kind, name] if kind == "module" => {
                let name = name.clone();
                Ok(Invocation::new(Vec::new(), move |course| new_module(course, &name)))
            }
            [kind, name] if kind == "exercise" => {
                let (module, name) = name.split_once('.').ok_or_else(usage)?;
                let (module, name) = (module.to_owned(), name.to_owned());
                Ok(Invocation::new(Vec::new(), move |course| new_exercise(course, &module, &name)))
            }
            _ => Err(usage()),
        }
    }),
};

/// New rows of the README's table of modules go before this line.
const END_OF_MODULES: &str = "<!-- end of modules -->";

/// The files of a module, by their path below `modules/NN` or `solutions/NN`.
const MODULE_FILES: [(&str, &str); 10] = [
    ("modules/{MODULE}/Cargo.toml", include_str!("templates/module.Cargo.toml")),
    ("modules/{MODULE}/pyproject.toml", include_str!("templates/pyproject.toml")),
    ("modules/{MODULE}/README.md", include_str!("templates/README.md")),
    ("modules/{MODULE}/course.toml", include_str!("templates/course.toml")),
    ("modules/{MODULE}/bench.py", include_str!("templates/bench.py")),
    ("modules/{MODULE}/{PACKAGE}.pyi", include_str!("templates/module.pyi")),
    ("modules/{MODULE}/src/lib.rs", include_str!("templates/lib.rs")),
    ("solutions/{MODULE}/Cargo.toml", include_str!("templates/solution.Cargo.toml")),
    ("solutions/{MODULE}/pyproject.toml", include_str!("templates/pyproject.toml")),
    ("solutions/{MODULE}/src/lib.rs", include_str!("templates/lib.rs")),
];

/// The files of an exercise.
const EXERCISE_FILES: [(&str, &str); 6] = [
    ("modules/{MODULE}/src/{EXERCISE}.rs", include_str!("templates/stub.rs")),
    ("modules/{MODULE}/stubs/{EXERCISE}.rs", include_str!("templates/stub.rs")),
    ("modules/{MODULE}/tests/test_{EXERCISE}.py", include_str!("templates/test.py")),
    ("solutions/{MODULE}/src/{EXERCISE}.rs", include_str!("templates/solution.rs")),
    ("solutions/{MODULE}/wrong/{EXERCISE}.wraps.patch", include_str!("templates/wrong_wraps.patch")),
    ("solutions/{MODULE}/wrong/{EXERCISE}.adds_two.patch", include_str!("templates/wrong_adds_two.patch")),
];

/// Makes `modules/NN_name` and `solutions/NN_name` with a first exercise called `name`.
fn new_module(course: &Course, name: &str) -> Result<ExitStatus> {
    let package = match name.split_once('_') {
        Some((number, package))
            if number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit()) && is_identifier(package) =>
        {
            package
        }
        _ => {
            return Err(Error::new(format!("`{name}` is no module name.")).advice(
                "Two digits, an underscore, a name that is no keyword of Rust or Python: \
                 `cargo course new module 14_my_module`.",
            ));
        }
    };
    let number = &name[..2];
    if let Some(other) = course.modules.iter().find(|module| module.number() == number || module.package == package) {
        return Err(Error::new(format!("There is {} already.", other.name)).advice("Choose another number and name."));
    }
    refuse_known(course, package)?;
    let names = Names { module: name, package, exercise: package, position: 1 };
    let mut edits = Edits::default();
    for (path, template) in MODULE_FILES {
        edits.add(course.root.join(names.fill(path)), names.fill(template))?;
    }
    let shim =
        "//! The module's Rust tests, held against the solution.\n\nextern crate {PACKAGE}_solution as {PACKAGE};\n";
    edits.add(course.root.join(names.fill("solutions/{MODULE}/tests/module_tests.rs")), names.fill(shim))?;
    let type_stub = names.fill(include_str!("templates/module.pyi"));
    edits.add(course.root.join(names.fill("solutions/{MODULE}/{PACKAGE}.pyi")), type_stub)?;
    add_exercise(&course.root, &names, &mut edits)?;
    add_rust_test(&course.root, &names, &mut edits)?;
    let row = names.fill("| [{NUMBER} {PACKAGE}](modules/{MODULE}/README.md) | … | … |\n");
    edits.change(&course.root.join("README.md"), END_OF_MODULES, |old| before(old, END_OF_MODULES, &row))?;
    edits.append(&course.root.join("docs/paths.toml"), &names.fill("{NUMBER} = { at = [0, 5] }\n"))?;
    edits.write()?;
    output::say(format!(
        "Made modules/{name} and solutions/{name}. `cargo course verify {number}` holds; now fill them with life."
    ));
    Ok(ExitStatus::Success)
}

/// Adds an exercise to a module.
fn new_exercise(course: &Course, module: &str, name: &str) -> Result<ExitStatus> {
    let Some(module) = course.module(module) else {
        return Err(Error::new(format!("There is no module `{module}`.")).advice("`cargo course list` shows all."));
    };
    if !is_identifier(name) {
        return Err(Error::new(format!("`{name}` is no function name."))
            .advice("Small letters, digits and underscores, a letter first; no keyword of Rust or Python."));
    }
    refuse_known(course, name)?;
    edits_of_exercise(course, module, name)?.write()?;
    output::say(format!(
        "Made {0}.{name}. Now fill it with life; `cargo course verify {0}` says what is missing. The lesson, its hints, its \
         tests and the README may say which functions the module has, or how many: search them.",
        module.number(),
    ));
    Ok(ExitStatus::Success)
}

/// Works out all changes to files for a new exercise, and writes none.
fn edits_of_exercise(course: &Course, module: &Module, name: &str) -> Result<Edits> {
    let names =
        Names { module: &module.name, package: &module.package, exercise: name, position: module.exercises.len() + 1 };
    let mut edits = Edits::default();
    add_exercise(&course.root, &names, &mut edits)?;
    let mut entry = names.fill(include_str!("templates/exercise.toml"));
    // Without this file the module's crate is for Python alone, and no Rust test can link it.
    if module.solution_folder.join("tests/module_tests.rs").exists() {
        add_rust_test(&course.root, &names, &mut edits)?;
    } else {
        entry = entry.split_inclusive('\n').filter(|line| !line.starts_with("rust_tests")).collect();
    }
    edits.append(&module.folder.join("course.toml"), &entry)?;
    append_to_module(module, &names, &mut edits)?;
    Ok(edits)
}

/// Words that Rust or Python reserves, among those that could be names.
const KEYWORDS: &str = "abstract and as assert async await become box break class const continue crate def del do dyn elif \
    else enum except extern false final finally fn for from gen global if impl import in is lambda let loop macro match \
    mod move mut nonlocal not or override pass priv pub raise ref return self static struct super trait true try type \
    typeof unsafe unsized use virtual where while with yield";

/// Whether it can be a file, a module and a function, in Rust and in Python.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_')
        && !KEYWORDS.split_whitespace().any(|keyword| keyword == name)
}

fn refuse_known(course: &Course, exercise: &str) -> Result<()> {
    match course.exercises().find(|exercise_ref| exercise_ref.exercise.slug == exercise) {
        Some(exercise_ref) => Err(Error::new(format!("There is an exercise {} already.", exercise_ref.id()))
            .advice("Exercise names are unique in the whole course; choose another.")),
        None => Ok(()),
    }
}

/// The macro that stands in a stub for the learner's code.
const UNWRITTEN: &str = "todo!";

/// The names that fill the gaps in the templates.
struct Names<'w> {
    module: &'w str,
    package: &'w str,
    exercise: &'w str,
    /// Its place in the module, from 1.
    position: usize,
}

impl Names<'_> {
    /// The test's imports, in the order of their names.
    fn imports(&self) -> String {
        let mut modules = [self.package, "pytest"];
        modules.sort_unstable();
        modules.map(|module| format!("import {module}")).join("\n")
    }

    fn fill(&self, template: &str) -> String {
        template
            .replace("{UNWRITTEN}", UNWRITTEN)
            .replace("{MODULE}", self.module)
            .replace("{NUMBER}", &self.module[..2])
            .replace("{IMPORTS}", &self.imports())
            .replace("{PACKAGE}", self.package)
            .replace("{EXERCISE}", self.exercise)
            .replace("{POSITION}", &self.position.to_string())
    }
}

/// Changes to files. All of them are worked out before the first file is written, so an error leaves the folder as it was.
#[derive(Debug, Default)]
struct Edits(BTreeMap<PathBuf, String>);

impl Edits {
    /// Adds a file. It is an error if there is one already.
    fn add(&mut self, path: PathBuf, text: String) -> Result<()> {
        if path.exists() {
            return Err(Error::new(format!("{} is there already.", path.display()))
                .advice("Move it away, or choose another name."));
        }
        self.0.insert(path, text);
        Ok(())
    }

    /// Changes the text of a file. `change` gives `None` if the text lacks the line `wanted`, which the error then names.
    fn change(&mut self, path: &Path, wanted: &str, change: impl Fn(&str) -> Option<String>) -> Result<()> {
        let old = match self.0.get(path) {
            Some(text) => text.clone(),
            None => files::read(path)?,
        };
        let new = change(&old).ok_or_else(|| {
            Error::new(format!("{} has no line `{}`.", path.display(), wanted.trim()))
                .advice("Put it back: new parts go beside it. Nothing was changed.")
        })?;
        self.0.insert(path.to_owned(), new);
        Ok(())
    }

    fn append(&mut self, path: &Path, text: &str) -> Result<()> {
        self.change(path, "", |old| Some(format!("{old}{text}")))
    }

    fn write(self) -> Result<()> {
        self.0.iter().try_for_each(|(path, text)| files::write_atomically(path, text.as_bytes()))
    }
}

fn add_exercise(root: &Path, names: &Names<'_>, edits: &mut Edits) -> Result<()> {
    for (path, template) in EXERCISE_FILES {
        edits.add(root.join(names.fill(path)), names.fill(template))?;
    }
    Ok(())
}

fn add_rust_test(root: &Path, names: &Names<'_>, edits: &mut Edits) -> Result<()> {
    let test = names.fill(include_str!("templates/rust_test.rs"));
    edits.add(root.join(names.fill("modules/{MODULE}/tests/{EXERCISE}.rs")), test)?;
    let included = names.fill("\n#[path = \"../../../modules/{MODULE}/tests/{EXERCISE}.rs\"]\nmod {EXERCISE}_tests;\n");
    edits.append(&root.join(names.fill("solutions/{MODULE}/tests/module_tests.rs")), &included)
}

/// The lesson's section that new exercises go before.
const AFTER_EXERCISES: &str = "## Where tutorials go wrong";

/// Names a second exercise where the first one's templates already do.
fn append_to_module(module: &Module, names: &Names<'_>, edits: &mut Edits) -> Result<()> {
    let section = names.fill(include_str!("templates/exercise.md"));
    edits.change(&module.lesson(), AFTER_EXERCISES, |old| before(old, AFTER_EXERCISES, &section))?;
    let file = format!("{}.pyi", module.package);
    let learners = module.folder.join("stubs").join(&file); // Only if learners write the type stub themselves.
    let type_stubs = [module.folder.join(&file), module.solution_folder.join(&file), learners];
    for type_stub in type_stubs.iter().filter(|path| path.exists()) {
        edits.append(type_stub, &names.fill(include_str!("templates/exercise.pyi")))?;
        edits.change(type_stub, "__all__ = [", |old| Some(with_public_name(old, names.exercise)))?;
    }
    for folder in [&module.folder, &module.solution_folder] {
        let lib = folder.join("src/lib.rs");
        let declaration = names.fill("pub mod {EXERCISE};");
        edits.change(&lib, "pub mod …;", |old| among(old, "pub mod ", &declaration, ""))?;
        let export = names.fill("    use super::{EXERCISE}::{EXERCISE};");
        edits.change(&lib, "use super::…;", |old| {
            among(old, "    use super::", &export, "    #[pymodule_export]\n")
        })?;
    }
    Ok(())
}

/// Inserts `more` in front of `mark`. Gives `None` if the text has no such mark.
fn before(old: &str, mark: &str, more: &str) -> Option<String> {
    let at = old.find(mark)?;
    Some(format!("{}{more}{}", &old[..at], &old[at..]))
}

/// Inserts `line`, below a line `attribute` if that is not empty, so that the lines that start with `beginning` stay sorted.
/// Gives `None` if the text has no such lines.
fn among(old: &str, beginning: &str, line: &str, attribute: &str) -> Option<String> {
    let is_alike = |other: &&str| other.starts_with(beginning) && other.trim_end().ends_with(';');
    let mut lines: Vec<&str> = old.split_inclusive('\n').collect();
    let next = lines.iter().position(|other| is_alike(other) && other.trim_end() > line);
    let at = match next {
        Some(next) => next - usize::from(!attribute.is_empty() && next > 0 && lines[next - 1] == attribute),
        None => lines.iter().rposition(is_alike)? + 1,
    };
    let added = format!("{attribute}{line}\n");
    lines.insert(at, &added);
    Some(lines.concat())
}

/// Adds a name to a type stub's `__all__`, in ruff's order. A type stub without `__all__` stays as it is.
fn with_public_name(old: &str, name: &str) -> String {
    const BEGIN: &str = "__all__ = [";
    let Some(begin) = old.find(BEGIN).map(|at| at + BEGIN.len()) else { return old.to_owned() };
    let Some(end) = old[begin..].find(']').map(|at| begin + at) else { return old.to_owned() };
    let list = &old[begin..end];
    let mut names: Vec<&str> = list.split(',').map(|item| item.trim().trim_matches('"')).collect();
    names.retain(|name| !name.is_empty());
    names.push(name);
    let kind = |name: &&str| (name.contains(|sign: char| sign.is_lowercase()), name.starts_with(char::is_lowercase));
    names.sort_by(|one, other| (kind(one), *one).cmp(&(kind(other), *other)));
    let quoted: Vec<String> = names.iter().map(|name| format!("\"{name}\"")).collect();
    let in_one_line = quoted.join(", ");
    let list = if list.contains('\n') || BEGIN.len() + in_one_line.len() >= MOST_COLUMNS {
        quoted.iter().map(|name| format!("\n    {name},")).collect::<String>() + "\n"
    } else {
        in_one_line
    };
    format!("{}{list}{}", &old[..begin], &old[end..])
}

/// The line length of the project's Python, as `pyproject.toml` gives it to ruff.
const MOST_COLUMNS: usize = 110;

#[cfg(test)]
mod tests {
    use std::path::Path;

    use course_core::catalogue::Course;
    use course_core::patch;

    use super::{among, edits_of_exercise, is_identifier, with_public_name};

    #[test]
    fn the_wrong_versions_fit_the_solution() {
        let solution = include_str!("templates/solution.rs");
        for wrong in [include_str!("templates/wrong_wraps.patch"), include_str!("templates/wrong_adds_two.patch")] {
            let text = patch::apply(solution, wrong).unwrap();
            assert!(text != solution && text.contains("pub fn {EXERCISE}"), "{text}");
        }
    }

    #[test]
    fn every_module_takes_another_exercise() {
        let course = Course::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).unwrap();
        for module in &course.modules {
            let edits = edits_of_exercise(&course, module, "one_more").unwrap().0;
            for folder in [&module.folder, &module.solution_folder] {
                let lib = &edits[&folder.join("src/lib.rs")];
                assert_eq!(lib.matches("    use super::one_more::one_more;\n").count(), 1, "{lib}");
                let type_stub = &edits[&folder.join(format!("{}.pyi", module.package))];
                assert!(type_stub.contains("def one_more(x: int) -> int:"), "{type_stub}");
            }
            let catalogue = &edits[&module.folder.join("course.toml")];
            let tested = edits.contains_key(&module.folder.join("tests/one_more.rs"));
            assert_eq!(catalogue.contains("rust_tests = [\"tests/one_more.rs\"]"), tested, "{}", module.name);
        }
    }

    #[test]
    fn lines_go_where_the_formatter_wants_them() {
        let lib = "pub mod a;\npub mod c;\n\nmod python {\n    #[pymodule_export]\n    use super::c::c;\n}\n";
        assert_eq!(
            among(lib, "pub mod ", "pub mod b;", "").unwrap(),
            lib.replace("pub mod c", "pub mod b;\npub mod c")
        );
        assert_eq!(among(lib, "pub mod ", "pub mod d;", "").unwrap(), lib.replace("mod c;", "mod c;\npub mod d;"));
        let export = |name: &str| format!("    #[pymodule_export]\n    use super::{name}::{name};\n");
        for (name, expected) in [("b", export("b") + &export("c")), ("d", export("c") + &export("d"))] {
            let line = format!("    use super::{name}::{name};");
            let changed = among(lib, "    use super::", &line, "    #[pymodule_export]\n").unwrap();
            assert_eq!(changed, lib.replace(&export("c"), &expected), "{name}");
        }
        assert_eq!(among("// nothing\n", "pub mod ", "pub mod b;", ""), None);
    }

    #[test]
    fn public_names_are_sorted_in_either_form() {
        for (old, new) in [
            ("__all__ = [\"Step\", \"blur\"]\n", "__all__ = [\"Step\", \"blur\", \"clamp\"]\n"),
            ("__all__ = [\n    \"a\",\n    \"d\",\n]\n", "__all__ = [\n    \"a\",\n    \"clamp\",\n    \"d\",\n]\n"),
            ("def f() -> None: ...\n", "def f() -> None: ...\n"),
        ] {
            assert_eq!(with_public_name(old, "clamp"), new);
        }
    }

    #[test]
    fn names_work_in_both_languages() {
        for name in ["nearest_distances", "a1", "try_again", "selfless"] {
            assert!(is_identifier(name), "{name}");
        }
        for name in ["", "1a", "_a", "Name", "a-b", "größe", "try", "lambda", "gen", "self", "yield"] {
            assert!(!is_identifier(name), "{name}");
        }
    }
}
