//! Finds code in a submission that the exercise's own solution does not need, for a person to look at. It changes no points:
//! a student may call NumPy from Rust, for instance, and the teacher decides whether that solves the exercise.

use std::path::Path;

use course_core::Result;
use course_core::catalogue::ExerciseRef;
use course_core::files;

use crate::grade::Flag;

/// Words to look for, and their possible meanings.
const TELLING: &[(&str, &str)] = &[
    (".import(", "calls a Python module from Rust"),
    ("PyModule::import", "calls a Python module from Rust"),
    ("py_run!", "runs Python code"),
    (".eval(", "runs Python code"),
    ("py.run(", "runs Python code"),
    ("__import__", "runs Python code"),
    ("builtins", "reaches for Python's own functions"),
    ("unsafe", "is unsafe code"),
    ("extern \"C\"", "declares functions of the C library"),
    ("global_asm!", "is assembly"),
    ("asm!", "is assembly"),
    ("#[link", "changes how the extension is linked"),
    ("link_section", "runs or hides something when the extension is loaded"),
    ("no_mangle", "exports a symbol of its own"),
    ("include_str!", "includes a file when it is compiled"),
    ("include_bytes!", "includes a file when it is compiled"),
    ("include!", "includes a file when it is compiled"),
    ("#[path", "includes a file when it is compiled"),
    ("env!", "reads the environment when it is compiled"),
    ("std::env", "reads the environment"),
    ("std::process", "starts or ends processes"),
    ("std::net", "uses the network"),
    ("std::fs", "touches files"),
];

/// Looks through the graded exercises' files.
pub(crate) fn find(exercise_refs: &[ExerciseRef<'_>], tree: &Path) -> Result<Vec<Flag>> {
    let mut flags = Vec::new();
    for exercise_ref in exercise_refs {
        for file in exercise_ref
            .exercise
            .files
            .iter()
            .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        {
            let submitted = files::read(&tree.join("modules").join(&exercise_ref.module.name).join(file))?;
            let solution = files::read(&exercise_ref.module.solution_folder.join(file))?;
            flags.extend(in_file(&submitted, &solution).into_iter().map(|(line, message)| Flag {
                exercise: exercise_ref.id(),
                file: files::with_slashes(file),
                line,
                message,
            }));
        }
    }
    Ok(flags)
}

fn in_file(submitted: &str, solution: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    for (word, meaning) in TELLING.iter().filter(|(word, _)| !code(solution).any(|(_, line)| line.contains(word))) {
        // The first place of each kind is enough to make somebody look.
        if let Some((number, _)) = code(submitted).find(|(_, line)| line.contains(word))
            && !found.iter().any(|(line, _)| *line == number)
        {
            found.push((number, format!("`{word}` {meaning}; the course's own solution has none")));
        }
    }
    found.sort();
    found
}

/// Lines, from 1, without comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.split("//").next().unwrap_or_default()));
    lines.filter(|(_, line)| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_line_and_not_what_the_solution_does_too() {
        let submitted = "// unsafe in a comment\nlet np = py.import(\"numpy\")?;\nunsafe { x }\n";
        assert_eq!(in_file(submitted, "").iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
        assert_eq!(in_file(submitted, "unsafe {}").iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2]);
        assert!(in_file(submitted, submitted).is_empty());
    }
}
