//! The map of the course: the needs of each module, and the ways through the course, from `docs/paths.toml`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use course_core::catalogue::{Course, Module};
use toml::{Table, Value};

/// A way through the course.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) title: String,
    pub(crate) about: String,
    /// Ids of modules and exercises, in order.
    pub(crate) ids: Vec<String>,
}

/// The contents of `docs/paths.toml`.
#[derive(Debug)]
pub(crate) struct Map {
    pub(crate) routes: Vec<Route>,
    /// For each module's number, the numbers of those that it builds on.
    needs: Vec<(String, Vec<String>)>,
    /// For each module's number, its column and row in the drawing.
    places: Vec<(String, (usize, usize))>,
}

/// Reads the map.
///
/// # Errors
///
/// If it names a module or an exercise that does not exist, or leaves a module out.
pub(crate) fn load(path: &Path, course: &Course) -> Result<Map> {
    let table: Table = std::fs::read_to_string(path).with_context(|| path.display().to_string())?.parse()?;
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(|value| value.as_str().map(str::to_owned)).collect()
    };
    let routes = table.get("route").and_then(Value::as_array).context("no [[route]]")?;
    let routes = routes
        .iter()
        .map(|route| {
            let text = |key: &str| -> Result<String> {
                Ok(route
                    .get(key)
                    .and_then(Value::as_str)
                    .with_context(|| format!("a route without `{key}`"))?
                    .to_owned())
            };
            Ok(Route {
                title: text("title")?,
                about: text("about")?,
                ids: route.get("ids").map(texts).unwrap_or_default(),
            })
        })
        .collect::<Result<Vec<_>>>()?;
    let modules = table.get("module").and_then(Value::as_table).context("no [module]")?;
    let mut needs = Vec::new();
    let mut places = Vec::new();
    for (number, value) in modules {
        if course.module(number).is_none() {
            bail!("{}: there is no module {number}", path.display());
        }
        needs.push((number.clone(), value.get("needs").map(texts).unwrap_or_default()));
        let at: Vec<usize> = value
            .get("at")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|value| value.as_integer().and_then(|number| usize::try_from(number).ok()))
            .collect();
        let [column, row] = at.as_slice() else { bail!("module {number}: `at` is a column and a row") };
        places.push((number.clone(), (*column, *row)));
    }
    for module in &course.modules {
        if !modules.contains_key(module.number()) {
            bail!("{}: module {} is missing", path.display(), module.number());
        }
    }
    for id in routes.iter().flat_map(|route| &route.ids) {
        if course.select(id).is_err() {
            bail!("{}: there is no `{id}`", path.display());
        }
    }
    Ok(Map { routes, needs, places })
}

/// Minutes as people say them: `40 min`, `2 h`, `2 h 20 min`.
pub(crate) fn duration(minutes: u32) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

/// The time for a module, from its catalogue.
pub(crate) fn minutes(module: &Module) -> u32 {
    module.exercises.iter().map(|exercise| exercise.minutes).sum()
}

/// Width and height of a module's box, and the room between two, in pixels.
const BOX: (usize, usize) = (184, 98);
const GAP: (usize, usize) = (24, 44);

/// So many letters of a title stand in a line of a box.
const LETTERS: usize = 26;

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Whether an id names a whole module: `02`. A module and an exercise may share a name.
fn is_module(id: &str) -> bool {
    id.bytes().all(|byte| byte.is_ascii_digit())
}

/// A line from the bottom of a box to the top of another. One that passes a row of boxes does so in the gap at `channel`, as
/// behind a box it would look like that box's own.
fn line((x1, y1): (usize, usize), (x2, y2): (usize, usize), channel: usize) -> String {
    if y2 < y1 + GAP.1 {
        let bend = (y1 + y2) / 2;
        return format!("M{x1} {y1}C{x1} {bend} {x2} {bend} {x2} {y2}");
    }
    let (half, below, above) = (GAP.1 / 2, y1 + GAP.1, y2 - GAP.1);
    format!(
        "M{x1} {y1}C{x1} {} {channel} {} {channel} {below}L{channel} {above}C{channel} {} {x2} {} {x2} {y2}",
        y1 + half,
        y1 + half,
        y2 - half,
        y2 - half
    )
}

/// A title in lines that fit into a box.
fn title_lines(title: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in title.split(' ') {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        if line.is_empty() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() <= LETTERS {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// The drawing: a box for each module, which is a link, and an arrow from each module to those that need it.
pub(crate) fn svg(map: &Map, course: &Course) -> String {
    let at = |number: &str| {
        map.places
            .iter()
            .find(|(name, _)| name == number)
            .map(|(_, (column, row))| (column * (BOX.0 + GAP.0) + 4, row * (BOX.1 + GAP.1) + 4))
    };
    let columns = map.places.iter().map(|(_, (column, _))| column + 1).max().unwrap_or(1);
    let rows = map.places.iter().map(|(_, (_, row))| row + 1).max().unwrap_or(1);
    let (width, height) = (columns * (BOX.0 + GAP.0) - GAP.0 + 8, rows * (BOX.1 + GAP.1) - GAP.1 + 8);
    let mut arrows = String::new();
    for (number, needs) in &map.needs {
        for need in needs {
            if let (Some(from), Some(to)) = (at(need), at(number)) {
                let (x1, y1) = (from.0 + BOX.0 / 2, from.1 + BOX.1);
                let (x2, y2) = (to.0 + BOX.0 / 2, to.1);
                let _ = write!(arrows, r#"<path d="{}"/>"#, line((x1, y1), (x2, y2 - 6), to.0 + BOX.0 + GAP.0 / 2));
                let _ = write!(
                    arrows,
                    r#"<path class="head" d="M{} {}L{x2} {y2}L{} {}Z"/>"#,
                    x2 - 5,
                    y2 - 8,
                    x2 + 5,
                    y2 - 8
                );
            }
        }
    }
    let mut boxes = String::new();
    for module in &course.modules {
        let Some((x, y)) = at(module.number()) else { continue };
        let _ = write!(
            boxes,
            r#"<a href="modules/{}/index.html"><rect x="{x}" y="{y}" width="{}" height="{}" rx="8"/>"#,
            module.name, BOX.0, BOX.1
        );
        let mut text = |y: usize, class: &str, text: &str| {
            let _ = write!(boxes, r#"<text x="{}" y="{y}" class="{class}">{}</text>"#, x + 12, escape(text));
        };
        text(y + 25, "name", &format!("{} {}", module.number(), module.package));
        for (index, line) in title_lines(&module.title).iter().enumerate() {
            text(y + 46 + 17 * index, "about", line);
        }
        text(y + BOX.1 - 13, "about time", &duration(minutes(module)));
        boxes.push_str("</a>");
    }
    let description: Vec<String> = map
        .needs
        .iter()
        .filter(|(_, needs)| !needs.is_empty())
        .map(|(number, needs)| format!("{number} builds on {}", needs.join(" and ")))
        .collect();
    format!(
        r#"<div class="map" tabindex="0" role="group" aria-label="Map"><svg role="group" aria-labelledby="map-title" viewBox="0 0 {width} {height}" style="width:{width}px" xmlns="http://www.w3.org/2000/svg"><title id="map-title">Map of the modules. {}.</title><g class="arrows">{arrows}</g>{boxes}</svg></div>"#,
        description.join("; ")
    )
}

/// The ways through the course, each with its time and its stations.
pub(crate) fn routes(map: &Map, course: &Course) -> String {
    let mut page = String::new();
    for route in &map.routes {
        let places: Vec<_> = route.ids.iter().filter_map(|id| course.select(id).ok()).flatten().collect();
        let minutes: u32 = places.iter().map(|place| place.exercise.minutes).sum();
        let _ = write!(page, "\n## {} · {}\n\n{}\n\n", route.title, duration(minutes), route.about);
        for id in &route.ids {
            let Ok(selected) = course.select(id) else { continue };
            let minutes: u32 = selected.iter().map(|place| place.exercise.minutes).sum();
            let place = selected[0];
            let (link, name) = if is_module(id) {
                (
                    format!("modules/{}/index.md", place.module.name),
                    format!("{} {}", place.module.number(), place.module.title),
                )
            } else {
                (
                    format!("modules/{}/{}.md", place.module.name, place.exercise.slug),
                    format!("{}: {}", place.exercise.id(), place.exercise.title),
                )
            };
            let _ = writeln!(page, "- [{name}]({link}), {}", duration(minutes));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_stay_inside_their_boxes() {
        assert_eq!(title_lines("The boundary"), ["The boundary"]);
        let lines = title_lines("Pictures: bytes in arrays, and bytes from strangers");
        assert_eq!(lines, ["Pictures: bytes in arrays,", "and bytes from strangers"]);
    }

    #[test]
    fn a_line_passes_other_boxes_in_the_gap() {
        assert_eq!(line((96, 102), (96, 140), 200), "M96 102C96 121 96 121 96 140");
        assert!(line((96, 102), (96, 282), 200).contains("L200 238"));
    }

    #[test]
    fn durations_read_well() {
        assert_eq!(duration(40), "40 min");
        assert_eq!(duration(120), "2 h");
        assert_eq!(duration(140), "2 h 20 min");
    }
}
