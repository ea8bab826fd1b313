//! `cargo course new`: scaffolds a module or an exercise that passes `verify`, for authors to fill with life.

use std::path::Path;

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
                .advice("For example: `cargo course new module 08_nearest_distances`, then `cargo course new exercise 08.within`.")
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

/// New rows of the README's map and of the book's contents go before this line.
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
const EXERCISE_FILES: [(&str, &str); 7] = [
    ("modules/{MODULE}/src/{EXERCISE}.rs", include_str!("templates/stub.rs")),
    ("modules/{MODULE}/stubs/{EXERCISE}.rs", include_str!("templates/stub.rs")),
    ("modules/{MODULE}/tests/test_{EXERCISE}.py", include_str!("templates/test.py")),
    ("modules/{MODULE}/tests/{EXERCISE}.rs", include_str!("templates/rust_test.rs")),
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
                 `cargo course new module 08_nearest_distances`.",
            ));
        }
    };
    let number = &name[..2];
    if let Some(other) = course.modules.iter().find(|module| module.number() == number || module.package == package) {
        return Err(Error::new(format!("There is {} already.", other.name)).advice("Choose another number and name."));
    }
    refuse_known(course, package)?;
    let names = Names { module: name, package, exercise: package };
    for (path, template) in MODULE_FILES {
        write_new(&course.root, &names, path, template)?;
    }
    let shim =
        "//! The module's Rust tests, held against the solution.\n\nextern crate {PACKAGE}_solution as {PACKAGE};\n";
    write_new(&course.root, &names, "solutions/{MODULE}/tests/module_tests.rs", shim)?;
    write_new(&course.root, &names, "solutions/{MODULE}/{PACKAGE}.pyi", include_str!("templates/module.pyi"))?;
    add_exercise(&course.root, &names)?;
    insert_before(
        &course.root.join("README.md"),
        END_OF_MODULES,
        &names.fill("| [{NUMBER} {PACKAGE}](modules/{MODULE}/README.md) | … | … |\n"),
    )?;
    append(&course.root.join("docs/paths.toml"), &names.fill("{NUMBER} = { at = [0, 5] }\n"))?;
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
    let names = Names { module: &module.name, package: &module.package, exercise: name };
    add_exercise(&course.root, &names)?;
    append_to_module(module, &names)?;
    output::say(format!(
        "Made {}.{name}. `cargo course verify {}` holds; now fill it with life.",
        module.number(),
        module.number()
    ));
    Ok(ExitStatus::Success)
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

/// The macro that stands in a stub for what the learner will write.
const UNWRITTEN: &str = "todo!";

/// What the templates leave open.
struct Names<'w> {
    module: &'w str,
    package: &'w str,
    exercise: &'w str,
}

impl Names<'_> {
    fn fill(&self, template: &str) -> String {
        template
            .replace("{UNWRITTEN}", UNWRITTEN)
            .replace("{MODULE}", self.module)
            .replace("{NUMBER}", &self.module[..2])
            .replace("{PACKAGE}", self.package)
            .replace("{EXERCISE}", self.exercise)
    }
}

fn write_new(root: &Path, names: &Names<'_>, path: &str, template: &str) -> Result<()> {
    let path = root.join(names.fill(path));
    if path.exists() {
        return Err(
            Error::new(format!("{} is there already.", path.display())).advice("Move it away, or choose another name.")
        );
    }
    files::write_atomically(&path, names.fill(template).as_bytes())
}

fn add_exercise(root: &Path, names: &Names<'_>) -> Result<()> {
    for (path, template) in EXERCISE_FILES {
        write_new(root, names, path, template)?;
    }
    let shim = root.join(names.fill("solutions/{MODULE}/tests/module_tests.rs"));
    let test = names.fill("\n#[path = \"../../../modules/{MODULE}/tests/{EXERCISE}.rs\"]\nmod {EXERCISE}_tests;\n");
    append(&shim, &test)
}

/// Names a second exercise where the first one's templates already do.
fn append_to_module(module: &Module, names: &Names<'_>) -> Result<()> {
    append(&module.folder.join("course.toml"), &names.fill(include_str!("templates/exercise.toml")))?;
    insert_before(&module.lesson(), "## Where tutorials go wrong", &names.fill(include_str!("templates/exercise.md")))?;
    for folder in [&module.folder, &module.solution_folder] {
        let type_stub = folder.join(format!("{}.pyi", module.package));
        append(&type_stub, &names.fill(include_str!("templates/exercise.pyi")))?;
        insert_before(&type_stub, "\n]\n", &names.fill("\n    \"{EXERCISE}\","))?;
        let lib = folder.join("src/lib.rs");
        insert_before(&lib, "\n/// ", &names.fill("pub mod {EXERCISE};\n"))?;
        insert_before_last(&lib, "}", &names.fill("    #[pymodule_export]\n    use super::{EXERCISE}::{EXERCISE};\n"))?;
    }
    Ok(())
}

fn append(path: &Path, text: &str) -> Result<()> {
    let old = files::read(path)?;
    files::write_atomically(path, format!("{old}{text}").as_bytes())
}

fn insert_before(path: &Path, mark: &str, text: &str) -> Result<()> {
    insert_at(path, text, |old| old.find(mark), mark)
}

fn insert_before_last(path: &Path, mark: &str, text: &str) -> Result<()> {
    insert_at(path, text, |old| old.rfind(mark), mark)
}

fn insert_at(path: &Path, text: &str, find: impl Fn(&str) -> Option<usize>, mark: &str) -> Result<()> {
    let old = files::read(path)?;
    let at = find(&old).ok_or_else(|| {
        Error::new(format!("{} has no line `{}`.", path.display(), mark.trim()))
            .advice("Put it back: new parts go before it.")
    })?;
    files::write_atomically(path, format!("{}{text}{}", &old[..at], &old[at..]).as_bytes())
}

#[cfg(test)]
mod tests {
    use course_core::patch;

    use super::is_identifier;

    #[test]
    fn the_wrong_versions_fit_the_solution() {
        let solution = include_str!("templates/solution.rs");
        for wrong in [include_str!("templates/wrong_wraps.patch"), include_str!("templates/wrong_adds_two.patch")] {
            let text = patch::apply(solution, wrong).unwrap();
            assert!(text != solution && text.contains("pub fn {EXERCISE}"), "{text}");
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
