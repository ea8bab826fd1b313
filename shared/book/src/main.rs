//! Makes the book: pages from the lessons, the catalogue, the quizzes and the data in `docs`, then mdBook's HTML.
//!
//! Nothing is copied by hand. `docs/src` holds the texts for the book alone; a line `{{course:NAME}}` in it stands for
//! something that is made here.

mod drawing;
mod lesson;
mod links;
mod map;
mod migration;
mod pages;
mod quiz;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use course_core::catalogue::Course;

const HELP: &str = "\
Makes the book in target/book.

usage: course-book [--mdbook PROGRAM] [--sources-only] [--check-migration FOLDER]

  --mdbook PROGRAM          the mdBook to call (mdbook)
  --sources-only            write the pages as Markdown, and stop there
  --check-migration FOLDER  compile every row of docs/migration.toml against the pyo3 and numpy that cargo has put
                            into FOLDER (target/debug/deps), and stop there
";

fn main() -> Result<()> {
    let mut mdbook = PathBuf::from("mdbook");
    let mut sources_only = false;
    let mut dependencies = None;
    let mut arguments = lexopt::Parser::from_env();
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("mdbook") => mdbook = arguments.value()?.into(),
            lexopt::Arg::Long("sources-only") => sources_only = true,
            lexopt::Arg::Long("check-migration") => dependencies = Some(PathBuf::from(arguments.value()?)),
            lexopt::Arg::Long("help") | lexopt::Arg::Short('h') => {
                print!("{HELP}");
                return Ok(());
            }
            argument => return Err(argument.unexpected().into()),
        }
    }
    let course = Course::find()?;
    let book = course.root.join("target/book");
    if let Some(dependencies) = dependencies {
        std::fs::create_dir_all(&book)?;
        let changes = migration::load(&course.root.join("docs/migration.toml"))?;
        migration::check(&changes, &dependencies, &book)?;
        println!("{} passed, 0 failed", changes.len());
        return Ok(());
    }
    let counts = write_sources(&course, &book)?;
    println!("{} pages of lessons, {} drawings, {} questions", counts.pages, counts.drawings, counts.questions);
    if sources_only {
        return Ok(());
    }
    let status = Command::new(&mdbook).arg("build").arg(&book).status().with_context(|| {
        format!("cannot start {}: `cargo install --locked mdbook@0.5.4`, or name it with --mdbook", mdbook.display())
    })?;
    if !status.success() {
        bail!("mdBook failed");
    }
    Ok(())
}

/// Writes everything that mdBook needs into `book`.
fn write_sources(course: &Course, book: &Path) -> Result<pages::Counts> {
    let docs = course.root.join("docs");
    let sources = book.join("src");
    if book.exists() {
        std::fs::remove_dir_all(book).with_context(|| book.display().to_string())?;
    }
    let mut counts = pages::Counts::default();
    let chapters = pages::load(course)?;
    let summary = pages::write(&chapters, &sources.join("modules"), &mut counts)?;
    let map = map::load(&docs.join("paths.toml"), course)?;
    let made = |name: &str| -> Result<String> {
        Ok(match name {
            "modules" => summary.clone(),
            "map" => map::svg(&map, course),
            "routes" => map::routes(&map, course),
            "traps" => pages::traps(&chapters),
            "migration" => migration::page(&migration::load(&docs.join("migration.toml"))?),
            "totals" => totals(course),
            "cards" => cards(course, &map),
            "recording" => recording(&docs.join("recording.json"))?,
            name => bail!("{{{{course:{name}}}}}: nothing of that name is made"),
        })
    };
    copy_tree(&course.root, &docs.join("src"), &sources, &made, &mut counts)?;
    copy_tree(&course.root, &docs.join("theme"), &book.join("theme"), &made, &mut counts)?;
    std::fs::write(book.join("book.toml"), settings(&std::fs::read_to_string(docs.join("book.toml"))?, course))?;
    Ok(counts)
}

/// mdBook's settings. The lessons in one piece are left out of the search: each of their lines stands on another page too.
fn settings(settings: &str, course: &Course) -> String {
    let mut settings = format!("{settings}\n[output.html.search.chapter]\n");
    for module in &course.modules {
        settings.push_str(&format!("\"modules/{}/whole.md\" = {{ enable = false }}\n", module.name));
    }
    settings
}

/// The recording of the runner, with its last frame for those who have no scripts.
fn recording(path: &Path) -> Result<String> {
    let frames = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    let frames = frames.trim().replace("</", "<\\/");
    Ok(format!(
        "<div class=\"recording\" data-frames=\"frames\"><div class=\"bar\"><button type=\"button\" hidden>Play</button>\
         <span>The runner, recorded in a terminal: unsolved, wrong, solved</span></div>\
         <pre tabindex=\"0\" role=\"img\" aria-label=\"The runner's screen: an exercise that is not solved yet, then a wrong \
         answer with what was called, what came back and what was expected, then a solved one.\"></pre>\
         <noscript><img src=\"images/runner.svg\" alt=\"A failing check in the runner\"></noscript></div>\
         <script type=\"application/json\" id=\"frames\">{frames}</script>"
    ))
}

/// `13 modules, 85 exercises, 24 h`
fn totals(course: &Course) -> String {
    let minutes: u32 = course.modules.iter().map(map::minutes).sum();
    let exercises = course.exercises().count();
    format!("{} modules, {exercises} exercises, about {} hours", course.modules.len(), (minutes + 30) / 60)
}

/// A card for each way through the course.
fn cards(course: &Course, map: &map::Map) -> String {
    let mut cards = String::from("<div class=\"cards\">");
    for route in &map.routes {
        let minutes: u32 = route
            .ids
            .iter()
            .filter_map(|id| course.select(id).ok())
            .flatten()
            .map(|place| place.exercise.minutes)
            .sum();
        let anchor = route.title.to_lowercase().replace(' ', "-");
        cards.push_str(&format!(
            "<a class=\"card\" href=\"map.html#{anchor}--{}\"><strong>{}</strong><span>{}</span><span>{}</span></a>",
            map::duration(minutes).replace(' ', "-"),
            route.title,
            map::duration(minutes),
            route.about
        ));
    }
    cards.push_str("</div>");
    cards
}

/// Copies a folder, and fills the generated parts into its Markdown files.
fn copy_tree(
    root: &Path,
    from: &Path,
    to: &Path,
    made: &dyn Fn(&str) -> Result<String>,
    counts: &mut pages::Counts,
) -> Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from).with_context(|| from.display().to_string())? {
        let path = entry?.path();
        let target = to.join(path.file_name().unwrap_or_default());
        if path.is_dir() {
            copy_tree(root, &path, &target, made, counts)?;
        } else if path.extension().is_some_and(|extension| extension == "md") {
            let text = fill_in(&std::fs::read_to_string(&path)?, "{{course:", made)
                .and_then(|text| fill_in(&text, "{{#include ../../", &|file| included(root, file)))
                .with_context(|| path.display().to_string())?;
            let (text, drawings) = drawing::replace(&text);
            counts.drawings += drawings;
            counts.pages += 1;
            std::fs::write(target, text)?;
        } else {
            std::fs::copy(&path, target)?;
        }
    }
    Ok(())
}

/// A file of the repository that a page shows whole. mdBook could not find it, because the pages lie elsewhere.
fn included(root: &Path, file: &str) -> Result<String> {
    let text = std::fs::read_to_string(root.join(file)).with_context(|| file.to_owned())?;
    Ok(text.trim_end().to_owned())
}

/// Replaces each `{{opening NAME}}` by what is made for that name.
fn fill_in(text: &str, opening: &str, made: &dyn Fn(&str) -> Result<String>) -> Result<String> {
    let mut result = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(opening) {
        let (name, after) = after.split_once("}}").with_context(|| format!("`{opening}` without `}}}}`"))?;
        result.push_str(before);
        result.push_str(&made(name)?);
        rest = after;
    }
    result.push_str(rest);
    Ok(result)
}
