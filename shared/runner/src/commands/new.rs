//! `cargo course new`: scaffolds a module or an exercise that passes `verify`, for authors to fill with life.

use std::path::Path;

use crate::catalogue::{Course, Module};
use crate::fault::{Fault, Outcome};
use crate::files;
use crate::terminal;

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
    ("solutions/{MODULE}/wrong/{EXERCISE}.wraps.rs", include_str!("templates/wrong_wraps.rs")),
    ("solutions/{MODULE}/wrong/{EXERCISE}.adds_two.rs", include_str!("templates/wrong_adds_two.rs")),
];

/// Makes `modules/NN_name` and `solutions/NN_name` with a first exercise called `name`.
pub(crate) fn module(course: &Course, name: &str) -> Outcome<u8> {
    let package = match name.split_once('_') {
        Some((number, package))
            if number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit()) && is_identifier(package) =>
        {
            package
        }
        _ => {
            return Err(Fault::new(format!("`{name}` is no module name.")).mend(
                "Two digits, an underscore, a name that is no keyword of Rust or Python: \
                 `cargo course new module 08_nearest_distances`.",
            ));
        }
    };
    let number = &name[..2];
    if let Some(other) = course.modules.iter().find(|module| module.number() == number || module.package == package) {
        return Err(Fault::new(format!("There is {} already.", other.name)).mend("Choose another number and name."));
    }
    refuse_known(course, package)?;
    let words = Words { module: name, package, exercise: package };
    for (path, template) in MODULE_FILES {
        write_new(&course.root, &words, path, template)?;
    }
    let shim =
        "//! The module's Rust tests, held against the solution.\n\nextern crate {PACKAGE}_solution as {PACKAGE};\n";
    write_new(&course.root, &words, "solutions/{MODULE}/tests/module_tests.rs", shim)?;
    write_new(&course.root, &words, "solutions/{MODULE}/{PACKAGE}.pyi", include_str!("templates/module.pyi"))?;
    add_exercise(&course.root, &words)?;
    insert_before(
        &course.root.join("README.md"),
        END_OF_MODULES,
        &words.fill("| [{NUMBER} {PACKAGE}](modules/{MODULE}/README.md) | … | … |\n"),
    )?;
    insert_before(
        &course.root.join("docs/src/SUMMARY.md"),
        END_OF_MODULES,
        &words.fill("- [{NUMBER} · {PACKAGE}](modules/{MODULE}.md)\n"),
    )?;
    write_new(
        &course.root,
        &words,
        "docs/src/modules/{MODULE}.md",
        "{{#include ../../../modules/{MODULE}/README.md}}\n",
    )?;
    terminal::say(format!(
        "Made modules/{name} and solutions/{name}. `cargo course verify {number}` holds; now fill them with life."
    ));
    Ok(0)
}

/// Adds an exercise to a module.
pub(crate) fn exercise(course: &Course, module: &str, name: &str) -> Outcome<u8> {
    let Some(module) = course.module(module) else {
        return Err(Fault::new(format!("There is no module `{module}`.")).mend("`cargo course list` shows all."));
    };
    if !is_identifier(name) {
        return Err(Fault::new(format!("`{name}` is no function name."))
            .mend("Small letters, digits and underscores, a letter first; no keyword of Rust or Python."));
    }
    refuse_known(course, name)?;
    let words = Words { module: &module.name, package: &module.package, exercise: name };
    add_exercise(&course.root, &words)?;
    append_to_module(module, &words)?;
    terminal::say(format!(
        "Made {}.{name}. `cargo course verify {}` holds; now fill it with life.",
        module.number(),
        module.number()
    ));
    Ok(0)
}

/// Words that Rust or Python keeps for itself, among those that would be names.
const KEYWORDS: &str = "abstract and as assert async await become box break class const continue crate def del do dyn elif \
    else enum except extern false final finally fn for from gen global if impl import in is lambda let loop macro match \
    mod move mut nonlocal not or override pass priv pub raise ref return self static struct super trait true try type \
    typeof unsafe unsized use virtual where while with yield";

/// Whether it can be a file, a module and a function, in Rust and in Python.
fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_')
        && !KEYWORDS.split_whitespace().any(|keyword| keyword == name)
}

fn refuse_known(course: &Course, exercise: &str) -> Outcome<()> {
    match course.places().find(|place| place.exercise.slug == exercise) {
        Some(place) => Err(Fault::new(format!("There is an exercise {} already.", place.exercise.id()))
            .mend("Exercise names are unique in the whole course; choose another.")),
        None => Ok(()),
    }
}

/// The macro that stands in a stub for what the learner will write.
const UNWRITTEN: &str = "todo!";

/// What the templates leave open.
struct Words<'w> {
    module: &'w str,
    package: &'w str,
    exercise: &'w str,
}

impl Words<'_> {
    fn fill(&self, template: &str) -> String {
        template
            .replace("{UNWRITTEN}", UNWRITTEN)
            .replace("{MODULE}", self.module)
            .replace("{NUMBER}", &self.module[..2])
            .replace("{PACKAGE}", self.package)
            .replace("{EXERCISE}", self.exercise)
    }
}

fn write_new(root: &Path, words: &Words<'_>, path: &str, template: &str) -> Outcome<()> {
    let path = root.join(words.fill(path));
    if path.exists() {
        return Err(
            Fault::new(format!("{} is there already.", path.display())).mend("Move it away, or choose another name.")
        );
    }
    files::write_atomically(&path, words.fill(template).as_bytes())
}

fn add_exercise(root: &Path, words: &Words<'_>) -> Outcome<()> {
    for (path, template) in EXERCISE_FILES {
        write_new(root, words, path, template)?;
    }
    let shim = root.join(words.fill("solutions/{MODULE}/tests/module_tests.rs"));
    let test = words.fill("\n#[path = \"../../../modules/{MODULE}/tests/{EXERCISE}.rs\"]\nmod {EXERCISE}_tests;\n");
    append(&shim, &test)
}

/// Names a second exercise where the first one's templates already do.
fn append_to_module(module: &Module, words: &Words<'_>) -> Outcome<()> {
    append(&module.folder.join("course.toml"), &words.fill(include_str!("templates/exercise.toml")))?;
    insert_before(&module.lesson(), "## Where tutorials go wrong", &words.fill(include_str!("templates/exercise.md")))?;
    for folder in [&module.folder, &module.solution_folder] {
        let type_stub = folder.join(format!("{}.pyi", module.package));
        append(&type_stub, &words.fill(include_str!("templates/exercise.pyi")))?;
        insert_before(&type_stub, "\n]\n", &words.fill("\n    \"{EXERCISE}\","))?;
        let lib = folder.join("src/lib.rs");
        insert_before(&lib, "\n/// ", &words.fill("pub mod {EXERCISE};\n"))?;
        insert_before_last(&lib, "}", &words.fill("    #[pymodule_export]\n    use super::{EXERCISE}::{EXERCISE};\n"))?;
    }
    Ok(())
}

fn append(path: &Path, text: &str) -> Outcome<()> {
    let old = files::read(path)?;
    files::write_atomically(path, format!("{old}{text}").as_bytes())
}

fn insert_before(path: &Path, mark: &str, text: &str) -> Outcome<()> {
    insert_at(path, text, |old| old.find(mark), mark)
}

fn insert_before_last(path: &Path, mark: &str, text: &str) -> Outcome<()> {
    insert_at(path, text, |old| old.rfind(mark), mark)
}

fn insert_at(path: &Path, text: &str, find: impl Fn(&str) -> Option<usize>, mark: &str) -> Outcome<()> {
    let old = files::read(path)?;
    let at = find(&old).ok_or_else(|| {
        Fault::new(format!("{} has no line `{}`.", path.display(), mark.trim()))
            .mend("Put it back: new parts go before it.")
    })?;
    files::write_atomically(path, format!("{}{text}{}", &old[..at], &old[at..]).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::is_identifier;

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
