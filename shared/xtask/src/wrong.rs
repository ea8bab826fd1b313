//! Wrong versions of exercises: made from edited files, shown whole, kept as patches.

use std::path::Path;

use course_core::catalogue::{Course, ExerciseRef};
use course_core::wrong_versions::{self, Header, PATCH, WrongVersion};
use course_core::{Error, Result, files, patch};
use diffy::{DiffOptions, Line};

/// Makes `solutions/NN/wrong/EX.NAME.patch` from an edited copy of the solution, with the header on top.
pub(crate) fn new(course: &Course, exercise: &str, name: &str, file: &Path) -> Result<bool> {
    let exercise = course.exercise(exercise)?;
    if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_') || name.is_empty() {
        return Err(Error::new(format!("`{name}` is no name.")).advice("Small letters, digits and underscores."));
    }
    let path = wrong_versions::folder(exercise.module).join(format!("{}.{name}.{PATCH}", exercise.exercise.slug));
    write_patch(exercise, &files::read(file)?, &path)?;
    println!("{}", path.display());
    Ok(true)
}

/// Prints a wrong version whole.
pub(crate) fn show(course: &Course, name: &str) -> Result<bool> {
    let (exercise, version) = find(course, name)?;
    print!("{}", version.text(exercise.module, exercise.exercise)?);
    Ok(true)
}

/// Writes all wrong versions whole, as `FOLDER/MODULE/EX.NAME.rs`, or `.py` where the exercise is Python.
pub(crate) fn write(course: &Course, folder: &Path) -> Result<bool> {
    for exercise in course.exercises() {
        for version in wrong_versions::of_exercise(exercise.module, exercise.exercise) {
            let main = wrong_versions::main_solution(exercise.module, exercise.exercise);
            let extension = main.extension().unwrap_or_default().to_string_lossy();
            let path = folder.join(&exercise.module.name).join(format!("{}.{extension}", version.name));
            files::write_atomically(&path, version.text(exercise.module, exercise.exercise)?.as_bytes())?;
        }
    }
    Ok(true)
}

/// Makes patches of all whole files. A file that is a patch already stays.
pub(crate) fn convert(course: &Course) -> Result<bool> {
    let mut converted = 0;
    for exercise in course.exercises() {
        let versions = wrong_versions::of_exercise(exercise.module, exercise.exercise);
        for version in versions.iter().filter(|version| !version.is_patch()) {
            let path = version.path.with_extension(PATCH);
            if path.exists() {
                return Err(Error::new(format!("There is {} already.", path.display()))
                    .advice(format!("Remove it or {}.", version.path.display())));
            }
            write_patch(exercise, &version.text(exercise.module, exercise.exercise)?, &path)?;
            std::fs::remove_file(&version.path).map_err(|error| Error::file("remove", &version.path, error))?;
            converted += 1;
        }
    }
    println!("{converted} converted");
    Ok(true)
}

/// `02.parallel_sum.wrapping` or `parallel_sum.wrapping`.
fn find<'c>(course: &'c Course, name: &str) -> Result<(ExerciseRef<'c>, WrongVersion)> {
    let all = course.exercises().flat_map(|exercise| {
        let versions = wrong_versions::of_exercise(exercise.module, exercise.exercise);
        versions.into_iter().map(move |version| (exercise, version))
    });
    let mut same = all.filter(|(exercise, version)| {
        version.name == name || format!("{}.{}", exercise.module.number(), version.name) == name
    });
    same.next().ok_or_else(|| {
        Error::new(format!("There is no wrong version `{name}`."))
            .advice("They are called EXERCISE.NAME, as the files in solutions/*/wrong.")
    })
}

/// Writes a whole text as a patch, and reads it back before anything is kept.
fn write_patch(exercise: ExerciseRef<'_>, text: &str, path: &Path) -> Result<()> {
    let refuse = |reason: String| Error::new(format!("{}: {reason}.", path.display()));
    Header::read(text).map_err(refuse)?;
    let solution = files::read(&wrong_versions::main_solution(exercise.module, exercise.exercise))?;
    let patch = patch_of(&solution, text, exercise, path).map_err(refuse)?;
    files::write_atomically(path, patch.as_bytes())
}

/// The header, then a unified diff of the solution.
fn patch_of(solution: &str, text: &str, exercise: ExerciseRef<'_>, path: &Path) -> Result<String, String> {
    let (header, body) = wrong_versions::split_header(text);
    let body = &keep_comments(solution, body);
    if !solution.ends_with('\n') || !body.ends_with('\n') {
        return Err("the solution and the wrong version must end with a line break".to_owned());
    }
    if body == solution {
        return Err("it is the solution".to_owned());
    }
    let diff = diffy::create_patch(solution, body).to_string();
    let hunks = diff.find("@@ ").map(|start| &diff[start..]).unwrap_or_default();
    if patch::apply(solution, hunks).as_deref() != Ok(body.as_str()) {
        return Err("the diff does not give the wrong version back".to_owned());
    }
    let main = files::with_slashes(exercise.exercise.files.first().map_or(Path::new(""), |file| file.as_path()));
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    Ok(format!("{header}\n--- solutions/{}/{main}\n+++ {name}\n{hunks}", exercise.module.name))
}

/// The wrong version with the comments of the solution that it only leaves out: they would hide what is wrong. Kept are
/// the lines at the top that describe the module, and any other comment where nothing else has changed around it.
fn keep_comments(solution: &str, body: &str) -> String {
    let is_comment = |line: &str| line.trim().is_empty() || line.trim_start().starts_with("//");
    let about_module =
        solution.split_inclusive('\n').take_while(|line| line.starts_with("//!") || line.trim().is_empty());
    let about_module = if body.starts_with("//!") { 0 } else { about_module.count() };
    let whole = DiffOptions::new().set_context_len(usize::MAX).create_patch(solution, body);
    let mut kept = String::new();
    let mut solution_line = 0;
    let lines: Vec<&Line<'_, str>> = whole.hunks().iter().flat_map(|hunk| hunk.lines()).collect();
    for group in lines.chunk_by(|a, b| matches!(a, Line::Context(_)) == matches!(b, Line::Context(_))) {
        let only_comments_go = group.iter().all(|line| matches!(line, Line::Delete(text) if is_comment(text)));
        for line in group {
            match line {
                Line::Context(text) => {
                    kept.push_str(text);
                    solution_line += 1;
                }
                Line::Insert(text) => kept.push_str(text),
                Line::Delete(text) => {
                    if only_comments_go || solution_line < about_module {
                        kept.push_str(text);
                    }
                    solution_line += 1;
                }
            }
        }
    }
    if lines.is_empty() { body.to_owned() } else { kept }
}

#[cfg(test)]
mod tests {
    use super::keep_comments;
    use course_core::patch::apply;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn text() -> impl Strategy<Value = String> {
        // Few different lines, so that a diff has many places to go wrong.
        vec(prop::sample::select(vec!["", "a", "b", "  c", "-d", "+e", "@@ -1 +1 @@", "--- f"]), 0..30)
            .prop_map(|lines| lines.iter().map(|line| format!("{line}\n")).collect())
    }

    #[test]
    fn comments_that_are_only_left_out_are_kept() {
        let solution = "//! Docs.\n\nfn one() {}\n\n/// Two.\nfn two() -> i64 {\n    2\n}\n";
        let wrong = "fn one() {}\n\nfn two() -> i64 {\n    3\n}\n";
        assert_eq!(keep_comments(solution, wrong), solution.replace("    2\n", "    3\n"));
        // Its own comments stay, and comments of missing code go.
        let own = "//! Mine.\n\nfn one() {}\n";
        assert_eq!(keep_comments(solution, own), own);
        assert_eq!(keep_comments(solution, solution), solution);
    }

    proptest! {
        #[test]
        fn our_patches_are_diffys(old in text(), new in text()) {
            let patch = diffy::create_patch(&old, &new);
            let printed = patch.to_string();
            let theirs = diffy::apply(&old, &patch).expect("diffy applies its own patch");
            prop_assert_eq!(&theirs, &new);
            prop_assert_eq!(apply(&old, &printed), Ok(new));
        }

        #[test]
        fn a_patch_never_applies_elsewhere(old in text(), new in text(), other in text()) {
            let printed = diffy::create_patch(&old, &new).to_string();
            // A hunk fits to the letter and in its place, or not at all, so the reverse patch gives back the other text.
            if let Ok(applied) = apply(&other, &printed) {
                let back = diffy::create_patch(&new, &old).to_string();
                prop_assert_eq!(apply(&applied, &back), Ok(other));
            }
        }
    }
}
