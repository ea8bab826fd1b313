//! What watch mode knows, and what each event does to it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use course_core::catalogue::{Course, ExerciseRef};
use course_core::process::{self};
use course_core::{Error, Result, files};
use crossterm::event::KeyEvent;

use super::build_ahead::BuildAhead;
use super::keys::{self, Action};
use super::saves;
use super::task::Task;
use crate::actions::check::record;
use crate::actions::{benchmark, hint, list, reset, solution};
use crate::check::Judge;
use crate::check::python_tests::WarmWorker;
use crate::check::staging::Source;
use crate::check::verdict::Verdict;
use crate::exit_status::ExitStatus;
use crate::progress::Progress;
use crate::setup;
use crate::ui::output;
use crate::ui::screen::Screen;
use crate::ui::style::{self, Style, paint};
use crate::ui::verdict::{self, Audience};

/// After the first sign of a save, the rest of it may take this long: editors write, rename and touch.
const DEBOUNCE: Duration = Duration::from_millis(25);

/// How often the loop looks for a request to end.
const TICK: Duration = Duration::from_millis(100);

/// What happens to watch mode.
pub(super) enum Event {
    Key(KeyEvent),
    MaybeSaved,
    Progress(String),
    Checked(Result<Vec<Verdict>>),
}

/// What watch mode knows.
pub(super) struct Watch<'c> {
    course: &'c Course,
    exercise_refs: Vec<ExerciseRef<'c>>,
    at: usize,
    screen: Screen,
    sender: Sender<Event>,
    /// The check under way.
    running: Option<Task>,
    /// The fingerprint of what was checked last.
    checked: u64,
    /// A save arrived while a check ran: check again.
    dirty: bool,
    /// A Python that is already loaded, for the next check.
    worker: Option<WarmWorker>,
    ahead: BuildAhead,
    /// The latest verdict, or what opens the exercise.
    body: String,
    /// What a key asked for, shown in place of the body until the next save or key.
    page: Option<String>,
    /// A note below the page or the body, until the next key.
    note: String,
    /// `x` was pressed once.
    reset_asked: bool,
}

impl<'c> Watch<'c> {
    /// At one of the course's exercises, by its index. Nothing is checked yet.
    pub(super) fn new(course: &'c Course, at: usize, screen: Screen, sender: Sender<Event>, note: String) -> Self {
        Self {
            course,
            exercise_refs: course.exercises().collect(),
            at,
            screen,
            sender,
            running: None,
            checked: 0,
            dirty: false,
            worker: None,
            ahead: BuildAhead::default(),
            body: String::new(),
            page: None,
            note,
            reset_asked: false,
        }
    }

    fn current(&self) -> ExerciseRef<'c> {
        self.exercise_refs[self.at]
    }

    /// Checks the exercise and takes events until a key ends the watch.
    pub(super) fn run(&mut self, receiver: &Receiver<Event>) -> Result<ExitStatus> {
        self.go_to(self.at)?;
        loop {
            if process::interrupted() {
                return Err(Error::interrupted());
            }
            match receiver.recv_timeout(TICK) {
                Ok(Event::Key(key)) => match self.key(key) {
                    Ok(true) => return Ok(ExitStatus::Success),
                    Ok(false) => {}
                    Err(error) if error.is_interrupted() => return Err(error),
                    // Watch mode goes on: the learner may be able to fix what the message says.
                    Err(error) => self.show(error.to_string()),
                },
                Ok(Event::MaybeSaved) => {
                    std::thread::sleep(DEBOUNCE);
                    self.saved();
                }
                Ok(Event::Progress(text)) => self.screen.status(&text),
                Ok(Event::Checked(outcome)) => self.checked(outcome)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(ExitStatus::Success),
            }
        }
    }

    fn saved(&mut self) {
        if saves::fingerprint(self.current().module) != self.checked {
            self.check_anew();
        }
    }

    fn check(&mut self) {
        let exercise_ref = self.current();
        self.dirty = false;
        self.ahead.pause();
        self.checked = saves::fingerprint(exercise_ref.module);
        self.show_running();
        let worker = self.worker.take();
        let (course, id, sender) = (self.course.clone(), exercise_ref.id(), self.sender.clone());
        self.running = Some(Task::start(move |cancel| {
            let progress = sender.clone();
            let outcome = course.exercise(&id).and_then(|exercise_ref| {
                let judge = Judge {
                    root: &course.root,
                    cancel,
                    progress: Some(Arc::new(move |done, total, what| {
                        let _ = progress.send(Event::Progress(format!("building {done} of {total}: {what}")));
                    })),
                    examples: None,
                };
                judge.judge(&Source::learner(&course.root, exercise_ref.module), &[exercise_ref], worker)
            });
            let _ = sender.send(Event::Checked(outcome)); // The loop may have ended meanwhile.
        }));
    }

    fn checked(&mut self, outcome: Result<Vec<Verdict>>) -> Result<()> {
        self.running = None;
        // The next one loads while the learner types.
        self.worker = WarmWorker::start(&self.course.root, None).ok();
        match outcome {
            Err(error) if error.is_cancelled() => {}
            Err(error) if error.is_interrupted() => return Err(error),
            Err(error) => self.body = error.to_string(),
            Ok(_) if self.dirty => {}
            Ok(verdicts) => {
                let exercise_ref = self.current();
                self.body = verdict::render(exercise_ref, &verdicts[0], Audience::Watch);
                if let Err(error) = record(self.course, &[exercise_ref], &verdicts) {
                    self.note = error.to_string();
                }
            }
        }
        if self.dirty {
            self.check();
        } else {
            self.ahead.go_on(self.course);
            self.draw();
        }
        Ok(())
    }

    fn draw(&mut self) {
        let progress = Progress::load(&self.course.root).unwrap_or_else(|error| {
            self.note = error.to_string();
            Progress::default()
        });
        let notices = output::take_notices();
        if !notices.is_empty() {
            self.note = notices;
        }
        let solved =
            self.exercise_refs.iter().filter(|exercise_ref| progress.solved.contains(&exercise_ref.id())).count();
        let mut text =
            format!("{} {solved}/{}\n\n", style::bar(solved, self.exercise_refs.len(), 30), self.exercise_refs.len());
        text.push_str(self.page.as_ref().unwrap_or(&self.body).trim_end());
        text.push('\n');
        if !self.note.is_empty() {
            text.push_str(&format!("\n{}\n", self.note));
        }
        if self.screen.is_interactive() {
            text.push_str(&format!("\n{}", keys::legend()));
        }
        self.screen.show(&text);
        if self.running.is_some() {
            self.show_running();
        }
    }

    fn show_running(&self) {
        self.screen.status(&format!("checking {} …", self.current().id()));
    }

    /// Takes a key; true ends the watch.
    fn key(&mut self, key: KeyEvent) -> Result<bool> {
        let reset_asked = std::mem::take(&mut self.reset_asked);
        self.note.clear();
        match Action::of(key) {
            Action::Quit => return Ok(true),
            Action::Ignore => {}
            Action::Next => self.go_to((self.at + 1).min(self.exercise_refs.len() - 1))?,
            Action::Previous => self.go_to(self.at.saturating_sub(1))?,
            Action::Rerun => self.check_anew(),
            Action::Hint => self.show(hint::next(self.course, self.current().exercise)?),
            Action::List => self.show(list::render(self.course, &Progress::load(&self.course.root)?)),
            Action::Solution => self.show_solution()?,
            Action::Benchmark => self.benchmark(),
            Action::Reset if reset_asked => {
                // A note: the verdict on the stub comes at once and must not hide where the backup is.
                self.note = reset::reset(self.course, self.current())?.join("\n");
                self.page = None;
                self.draw();
            }
            Action::Reset => {
                self.reset_asked = true;
                self.show(format!(
                    "Press x again to put the stub of {} back. Your version is kept as a backup.",
                    self.current().id()
                ));
            }
            Action::Back => {
                self.page = None;
                self.draw();
            }
        }
        Ok(false)
    }

    fn show(&mut self, page: String) {
        self.page = Some(page);
        self.draw();
    }

    fn show_solution(&mut self) -> Result<()> {
        let id = self.current().id();
        let solved = Progress::load(&self.course.root)?.solved.contains(&id);
        let text = if solved {
            solution::render(self.current())?
        } else {
            format!(
                "{id} is not solved yet. h gives a hint; `cargo course solution {id} --reveal` shows the solution all the same."
            )
        };
        self.show(text);
        Ok(())
    }

    /// Shows another exercise and checks it.
    fn go_to(&mut self, at: usize) -> Result<()> {
        // A module may need packages of its own; installing them shows its progress on the ordinary terminal.
        let modules = [self.exercise_refs[at].module];
        if !setup::is_done(&self.course.root, &modules) {
            self.ahead.pause();
            self.screen.lend(|| setup::ensure(self.course, &modules))?;
        }
        self.at = at;
        let id = self.current().id();
        Progress::update(&self.course.root, |progress| progress.current = Some(id))?;
        let exercise_ref = self.current();
        let opening = format!(
            "{}\n\n  lesson  modules/{}/README.md\n  edit    modules/{}/{}\n",
            paint(Style::Strong, format!("{} · {}", exercise_ref.id(), exercise_ref.exercise.title)),
            exercise_ref.module.name,
            exercise_ref.module.name,
            files::with_slashes(&exercise_ref.exercise.files[0]),
        );
        self.body = opening;
        self.page = None;
        self.draw();
        self.check_anew();
        Ok(())
    }

    /// Checks now; a check that runs is cancelled first.
    fn check_anew(&mut self) {
        self.page = None;
        match &self.running {
            Some(check) => {
                check.cancel();
                self.dirty = true;
            }
            None => self.check(),
        }
    }

    fn benchmark(&mut self) {
        if let Some(check) = &self.running {
            check.cancel(); // A check would disturb the timing. It runs afterwards.
            self.dirty = true;
        }
        self.ahead.pause();
        let module = self.current().module;
        let result = self.screen.lend(|| benchmark::run(self.course, module, benchmark::Options::default()));
        let end = match result {
            Ok(_) => paint(Style::Faint, "That was the benchmark. Any key goes back."),
            Err(error) => error.to_string(),
        };
        self.screen.append(&format!("\n{end}\n{}", keys::legend()));
    }
}
