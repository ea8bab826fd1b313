//! A lesson in pieces: the sections before the exercises, one piece for each exercise, the sections after them.

use anyhow::{Result, bail};
use course_core::catalogue::Module;

/// A section of a lesson: its heading without the `## `, and the text below.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) heading: String,
    pub(crate) body: String,
}

impl Section {
    /// The section as Markdown, under a heading of this level.
    pub(crate) fn at(&self, level: usize) -> String {
        format!("{} {}\n{}", "#".repeat(level), self.heading, self.body)
    }
}

/// A lesson, taken apart.
#[derive(Debug)]
pub(crate) struct Lesson {
    /// The heading of the whole.
    pub(crate) title: String,
    /// The aim, the idea, a worked example.
    pub(crate) before: Vec<Section>,
    /// In the order of the catalogue.
    pub(crate) exercises: Vec<Section>,
    /// Errors in tutorials, the cost, further reading.
    pub(crate) after: Vec<Section>,
}

/// Takes a lesson apart at its headings of the second level.
///
/// # Errors
///
/// If an exercise of the catalogue has no section, or a section of an exercise fits none in the catalogue.
pub(crate) fn parse(text: &str, module: &Module) -> Result<Lesson> {
    let mut title = String::new();
    let mut sections: Vec<Section> = Vec::new();
    let mut fence = false;
    for line in text.lines() {
        if line.starts_with("```") {
            fence = !fence;
        }
        if !fence && let Some(heading) = line.strip_prefix("# ") {
            title = heading.to_owned();
        } else if !fence && let Some(heading) = line.strip_prefix("## ") {
            sections.push(Section { heading: heading.to_owned(), body: String::new() });
        } else if let Some(section) = sections.last_mut() {
            section.body.push_str(line);
            section.body.push('\n');
        } else if !line.trim().is_empty() {
            bail!("{}: text before the first section: {line}", module.name);
        }
    }
    let is_exercise = |section: &Section| section.heading.starts_with("Exercise ");
    let first = sections.iter().position(is_exercise).unwrap_or(sections.len());
    let last = sections.iter().rposition(is_exercise).map_or(first, |index| index + 1);
    let after = sections.split_off(last);
    let exercises = sections.split_off(first);
    if exercises.len() != module.exercises.len() {
        bail!("{}: {} exercises, but {} sections for them", module.name, module.exercises.len(), exercises.len());
    }
    for (section, exercise) in exercises.iter().zip(&module.exercises) {
        if !section.heading.contains(&format!("`{}`", exercise.slug)) {
            bail!("{}: section `{}` stands where `{}` is expected", module.name, section.heading, exercise.slug);
        }
    }
    Ok(Lesson { title, before: sections, exercises, after })
}
