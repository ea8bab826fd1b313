//! The pages of the modules: an overview, a page for each exercise, the sections after them, and the whole lesson for print.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use course_core::catalogue::{Course, Exercise, Module};

use crate::lesson::{self, Lesson};
use crate::map::{duration, minutes};
use crate::quiz::{self, Question};
use crate::{drawing, links};

/// The number of each thing in the book.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) pages: usize,
    pub(crate) drawings: usize,
    pub(crate) questions: usize,
}

/// A module with its lesson and questions, read once.
pub(crate) struct Chapter<'c> {
    pub(crate) module: &'c Module,
    pub(crate) lesson: Lesson,
    questions: Vec<Question>,
}

/// Reads all lessons and questions.
///
/// # Errors
///
/// If one cannot be read, or does not fit its catalogue.
pub(crate) fn load(course: &Course) -> Result<Vec<Chapter<'_>>> {
    course.modules.iter().map(|module| load_chapter(module).with_context(|| module.name.clone())).collect()
}

fn load_chapter(module: &Module) -> Result<Chapter<'_>> {
    let lesson = lesson::parse(&std::fs::read_to_string(module.lesson())?, module)?;
    let quiz = module.folder.join("quiz.md");
    let questions = if quiz.is_file() {
        let slugs: Vec<_> = module.exercises.iter().map(|exercise| exercise.slug.as_str()).collect();
        quiz::parse(&std::fs::read_to_string(&quiz)?, &slugs).context("quiz.md")?
    } else {
        Vec::new()
    };
    Ok(Chapter { module, lesson, questions })
}

/// Writes the pages of all modules into `folder`, the book's `modules`, and returns the summary's lines for them.
///
/// # Errors
///
/// If a file cannot be written.
pub(crate) fn write(chapters: &[Chapter<'_>], folder: &Path, counts: &mut Counts) -> Result<String> {
    let known: BTreeMap<String, String> = chapters
        .iter()
        .map(|chapter| {
            (format!("{}/README.md", chapter.module.name), format!("modules/{}/index.md", chapter.module.name))
        })
        .collect();
    let mut summary = String::new();
    for chapter in chapters {
        let module = chapter.module;
        let own = folder.join(&module.name);
        std::fs::create_dir_all(&own)?;
        copy_pictures(&module.folder, &own)?;
        let mut put = |name: &str, page: &str| -> Result<()> {
            let (page, drawings) = drawing::replace(&links::rewrite(page, &known, 2));
            counts.pages += 1;
            // The page for print repeats the drawings of the others.
            counts.drawings += if name == "whole" { 0 } else { drawings };
            std::fs::write(own.join(name).with_extension("md"), page).with_context(|| name.to_owned())
        };
        put("index", &overview(chapter))?;
        let _ = writeln!(summary, "- [{} · {}](modules/{}/index.md)", module.number(), module.package, module.name);
        let mut number = 0;
        for (index, exercise) in module.exercises.iter().enumerate() {
            let questions: Vec<_> =
                chapter.questions.iter().filter(|question| question.exercise == exercise.slug).collect();
            put(&exercise.slug, &exercise_page(chapter, index, exercise, &questions, &mut number))?;
            let _ = writeln!(summary, "  - [{}](modules/{}/{}.md)", exercise.title, module.name, exercise.slug);
        }
        counts.questions += chapter.questions.len();
        put("afterwards", &afterwards(chapter))?;
        let _ = writeln!(summary, "  - [Traps, figures, further reading](modules/{}/afterwards.md)", module.name);
        put("whole", &whole(chapter))?;
        let _ = writeln!(summary, "  - [The whole lesson, to print](modules/{}/whole.md)", module.name);
    }
    Ok(summary)
}

/// The places to stop in a module that is too long for one evening.
fn sittings(module: &Module) -> String {
    let sittings = module.sittings();
    if sittings.len() < 2 {
        return String::new();
    }
    let mut first = 1;
    let mut parts = Vec::new();
    for sitting in &sittings {
        let minutes: u32 = sitting.iter().map(|exercise| exercise.minutes).sum();
        parts.push(format!("exercises {first} to {} ({})", first + sitting.len() - 1, duration(minutes)));
        first += sitting.len();
    }
    format!("\nThis module is for {} evenings: {}.\n", sittings.len(), parts.join(", then "))
}

fn overview(chapter: &Chapter<'_>) -> String {
    let module = chapter.module;
    let points: u32 = module.exercises.iter().map(|exercise| exercise.points).sum();
    let mut page = format!(
        "# {}\n\n<p class=\"facts\"><span>{} exercises</span><span>{}</span><span>{points} points</span></p>\n\n",
        chapter.lesson.title,
        module.exercises.len(),
        duration(minutes(module)),
    );
    let mut sections = chapter.lesson.before.iter();
    if let Some(first) = sections.next() {
        page.push_str(&first.at(2));
    }
    page.push_str(&sittings(module));
    page.push_str("\n## The exercises\n\n| | exercise | minutes | points |\n| --- | --- | --- | --- |\n");
    for (index, exercise) in module.exercises.iter().enumerate() {
        let _ = writeln!(
            page,
            "| {} | [{}]({}.md) | {} | {} |",
            index + 1,
            exercise.title,
            exercise.slug,
            exercise.minutes,
            exercise.points
        );
    }
    page.push('\n');
    for section in sections {
        page.push_str(&section.at(2));
    }
    page
}

fn exercise_page(
    chapter: &Chapter<'_>,
    index: usize,
    exercise: &Exercise,
    questions: &[&Question],
    number: &mut usize,
) -> String {
    let module = chapter.module;
    let section = &chapter.lesson.exercises[index];
    let files: Vec<_> = exercise.files.iter().map(|file| format!("`{}`", file.display())).collect();
    let concepts: Vec<_> =
        exercise.concepts.iter().map(|concept| format!("<code>{}</code>", escape(concept))).collect();
    let mut page = format!(
        "# {}\n\n<p class=\"facts\"><span>exercise {} of {}</span><span>{}</span><span>{} points</span></p>\n\n{}\n\n",
        exercise.title,
        index + 1,
        module.exercises.len(),
        duration(exercise.minutes),
        exercise.points,
        concepts.join(" "),
    );
    let _ = write!(
        page,
        "You write in {} of `modules/{}`. Check your work with\n\n```console\n$ cargo course check {}\n```\n\n",
        files.join(" and "),
        module.name,
        exercise.id()
    );
    page.push_str(&section.body);
    page.push_str(&hints(exercise));
    if !questions.is_empty() {
        page.push_str("\n## Questions\n");
        let mut numbered = Vec::new();
        for question in questions {
            *number += 1;
            page.push_str(&quiz::markup(question, *number));
            numbered.push((*number, *question));
        }
        page.push_str(&quiz::printed_answers(&numbered));
    }
    page
}

/// The hints, folded: first the smallest.
fn hints(exercise: &Exercise) -> String {
    let mut page =
        String::from("\n## Hints\n\nEach is larger than the one before. `cargo course hint` shows them too.\n\n");
    for (index, hint) in exercise.hints.iter().enumerate() {
        let body = if index + 1 == exercise.hints.len() && index > 1 {
            format!("```text\n{}\n```", hint.trim())
        } else {
            hint.trim().to_owned()
        };
        let _ = write!(page, "<details><summary>Hint {}</summary>\n\n{body}\n\n</details>\n\n", index + 1);
    }
    page
}

fn afterwards(chapter: &Chapter<'_>) -> String {
    let mut page = format!("# {}: traps, figures, further reading\n\n", chapter.module.package);
    for section in &chapter.lesson.after {
        page.push_str(&section.at(2));
    }
    page
}

/// The lesson in one piece, with its questions, and their answers at the end.
fn whole(chapter: &Chapter<'_>) -> String {
    let lesson = &chapter.lesson;
    let mut page = format!("# {}\n\n", lesson.title);
    for section in lesson.before.iter().chain(&lesson.exercises).chain(&lesson.after) {
        page.push_str(&section.at(2));
    }
    if !chapter.questions.is_empty() {
        page.push_str("\n## Questions\n");
        let numbered: Vec<_> =
            chapter.questions.iter().enumerate().map(|(index, question)| (index + 1, question)).collect();
        for (number, question) in &numbered {
            page.push_str(&quiz::markup(question, *number));
        }
        page.push_str(&quiz::printed_answers(&numbered));
    }
    page
}

/// The errors in tutorials, from all modules, each under its module's heading.
pub(crate) fn traps(chapters: &[Chapter<'_>]) -> String {
    let mut page = String::new();
    for chapter in chapters {
        let module = chapter.module;
        for section in &chapter.lesson.after {
            if section.heading.contains("tutorials") {
                let _ = write!(
                    page,
                    "\n## {} · {}\n\nFrom the lesson [{}](modules/{}/index.md).\n{}",
                    module.number(),
                    module.package,
                    module.title,
                    module.name,
                    section.body
                );
            }
        }
    }
    page
}

fn copy_pictures(from: &Path, to: &Path) -> Result<()> {
    for folder in [from.to_owned(), from.join("images")] {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry?.path();
            let is_picture = path.extension().is_some_and(|extension| {
                ["svg", "png", "jpg"].iter().any(|known| extension.eq_ignore_ascii_case(known))
            });
            if is_picture {
                let relative = path.strip_prefix(from)?;
                let target = to.join(relative);
                std::fs::create_dir_all(target.parent().unwrap_or(to))?;
                std::fs::copy(&path, target)?;
            }
        }
    }
    Ok(())
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
