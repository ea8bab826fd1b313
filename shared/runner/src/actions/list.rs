//! The modules and exercises, and the learner's progress.

use course_core::catalogue::{Course, Module};

use crate::progress::Progress;
use crate::ui::style::{Style, bar, paint};

/// The whole list as text.
pub(crate) fn render(course: &Course, progress: &Progress) -> String {
    let current = progress.current(course).or_else(|| progress.next(course)).map(|exercise_ref| exercise_ref.id());
    let mut text = String::new();
    for module in &course.modules {
        render_module(module, progress, current.as_deref(), &mut text);
    }
    let solved = course.exercises().filter(|exercise_ref| progress.solved.contains(&exercise_ref.id())).count();
    let (total, points) =
        (course.exercises().count(), course.exercises().map(|exercise_ref| exercise_ref.exercise.points).sum::<u32>());
    let earned: u32 = course
        .exercises()
        .filter(|exercise_ref| progress.solved.contains(&exercise_ref.id()))
        .map(|exercise_ref| exercise_ref.exercise.points)
        .sum();
    text.push_str(&format!("{} {solved} of {total} exercises, {earned} of {points} points\n", bar(solved, total, 24)));
    text
}

fn render_module(module: &Module, progress: &Progress, current: Option<&str>, text: &mut String) {
    let solved = module.exercises.iter().filter(|exercise| progress.solved.contains(&exercise.id())).count();
    text.push_str(&format!(
        "{}  {}\n",
        paint(Style::Strong, format!("{:<24}", module.name)),
        paint(Style::Note, &module.title),
    ));
    text.push_str(&format!(
        "{} {solved}/{}  {}\n",
        bar(solved, module.exercises.len(), 24),
        module.exercises.len(),
        paint(Style::Faint, &module.summary)
    ));
    for exercise in &module.exercises {
        let id = exercise.id();
        let mark = if progress.solved.contains(&id) { paint(Style::Good, "✓") } else { paint(Style::Faint, "·") };
        if exercise.pause_before {
            text.push_str(&format!("    {}\n", paint(Style::Faint, "a good place to stop for the day")));
        }
        let marker = if current == Some(id.as_str()) { paint(Style::Note, "→") } else { " ".to_owned() };
        text.push_str(&format!(
            "{marker} {mark} {:<25} {}  {}\n",
            id,
            paint(Style::Faint, format!("{:>3} min {:>3} points", exercise.minutes, exercise.points)),
            exercise.title,
        ));
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::ui::screen::Page;

    #[test]
    fn where_the_learner_is_can_be_seen_on_a_small_screen() {
        let course = Course::load(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))).unwrap();
        for exercise_ref in course.exercises() {
            let progress = Progress { current: Some(exercise_ref.id()), ..Progress::default() };
            let list = render(&course, &progress);
            let focus = list.lines().position(|line| line.starts_with('→'));
            for (columns, rows) in [(100, 35), (80, 24), (40, 20)] {
                let lines = Page { head: "head", body: &list, foot: "foot", focus, more: "" }.layout(columns, rows);
                assert!(lines.len() < rows);
                assert!(lines.iter().any(|line| line.starts_with('→')), "{}\n{lines:#?}", exercise_ref.id());
            }
        }
    }
}
