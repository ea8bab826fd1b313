//! The state of watch mode, and the effect of each event on it.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::Duration;

use course_core::catalogue::{Course, ExerciseRef};
use course_core::process::{self};
use course_core::{Error, Result};
use crossterm::event::KeyEvent;

use super::build_ahead::BuildAhead;
use super::editor;
use super::keys::{self, Action, Keyboard, TerminalEvent};
use super::saves;
use super::task::Task;
use crate::actions::check::record;
use crate::actions::{benchmark, hint, list, reset, solution, task};
use crate::check::Judge;
use crate::check::python_tests::WarmWorker;
use crate::check::staging::Source;
use crate::check::verdict::Verdict;
use crate::exit_status::ExitStatus;
use crate::progress::Progress;
use crate::setup;
use crate::ui::output;
use crate::ui::screen::{self, Screen};
use crate::ui::style::{self, Style, paint};
use crate::ui::text::plain;
use crate::ui::verdict::{self, Audience};

/// After the first sign of a save, the rest of it may take this long: editors write, rename and touch.
const DEBOUNCE: Duration = Duration::from_millis(25);

/// The time between two looks for a request to end.
const TICK: Duration = Duration::from_millis(100);

/// An event that watch mode reacts to.
pub(super) enum Event {
    Terminal(TerminalEvent),
    MaybeSaved,
    Progress(String),
    Checked(Result<Vec<Verdict>>),
}

/// The state of watch mode.
pub(super) struct Watch<'c> {
    course: &'c Course,
    exercise_refs: Vec<ExerciseRef<'c>>,
    at: usize,
    screen: Screen,
    keyboard: Keyboard,
    sender: Sender<Event>,
    /// The check under way.
    running: Option<Task>,
    /// The fingerprint of the sources that were seen last.
    seen: u64,
    /// A save arrived while a check ran: check again.
    dirty: bool,
    /// A Python that is already loaded, for the next check.
    worker: Option<WarmWorker>,
    ahead: BuildAhead,
    /// The latest verdict, or the opening text of the exercise.
    body: String,
    /// The learner's next steps.
    advice: String,
    /// The page that a key asked for, shown in place of the body until the next save or key.
    page: Option<String>,
    /// The page's line that must be seen.
    focus: Option<usize>,
    /// A note below the page or the body, until the next key or save.
    note: String,
    /// `x` was pressed once.
    reset_asked: bool,
}

impl<'c> Watch<'c> {
    /// At one of the course's exercises, by its index. Nothing is checked yet.
    pub(super) fn new(
        course: &'c Course,
        at: usize,
        screen: Screen,
        keyboard: Keyboard,
        sender: Sender<Event>,
        note: String,
    ) -> Self {
        Self {
            course,
            exercise_refs: course.exercises().collect(),
            at,
            screen,
            keyboard,
            sender,
            running: None,
            seen: 0,
            dirty: false,
            worker: None,
            ahead: BuildAhead::default(),
            body: String::new(),
            advice: String::new(),
            page: None,
            focus: None,
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
                Ok(Event::Terminal(TerminalEvent::Key(key))) => match self.key(key) {
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
                Ok(Event::Terminal(TerminalEvent::Resized)) => self.draw(),
                Ok(Event::Progress(text)) => self.screen.status(&text),
                Ok(Event::Checked(outcome)) => self.checked(outcome)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(ExitStatus::Success),
            }
        }
    }

    fn saved(&mut self) {
        let now = saves::fingerprint(self.current().module);
        if now != self.seen {
            self.seen = now;
            // The note, such as "is the stub again", may not be true any more.
            self.note.clear();
            self.check_anew();
        }
    }

    fn check(&mut self) {
        let exercise_ref = self.current();
        self.dirty = false;
        self.ahead.pause();
        self.seen = saves::fingerprint(exercise_ref.module);
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
                        let text =
                            if total == 0 { what.to_owned() } else { format!("building {done} of {total}: {what}") };
                        let _ = progress.send(Event::Progress(text));
                    })),
                    examples: None,
                };
                judge.judge(&Source::learner(exercise_ref.module), &[exercise_ref], worker)
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
            Err(error) => {
                self.body = error.to_string();
                self.advice.clear();
            }
            Ok(_) if self.dirty => {}
            Ok(verdicts) => self.judged(&verdicts),
        }
        if self.dirty {
            self.check();
        } else {
            self.ahead.go_on(self.course);
            self.draw();
        }
        Ok(())
    }

    fn judged(&mut self, verdicts: &[Verdict]) {
        let exercise_ref = self.current();
        self.body = verdict::render(exercise_ref, &verdicts[0], Audience::Watch);
        self.advice = verdict::advice(exercise_ref, &verdicts[0], Audience::Watch);
        match record(self.course, &[exercise_ref], verdicts) {
            Ok(progress) if verdicts[0].passed() => {
                let (modules, module) = (&self.course.modules, exercise_ref.module);
                if let Some(text) = task::module_is_complete(modules, module, &progress, "m goes there.") {
                    self.body.push_str(&format!("\n{text}"));
                }
            }
            Ok(_) => {}
            Err(error) => self.note = error.to_string(),
        }
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
        let total = self.exercise_refs.len();
        let head = format!("{} {solved}/{total}", style::bar(solved, total, 30));
        let advice = if self.page.is_none() { self.advice.as_str() } else { "" };
        let legend = if self.screen.is_interactive() { keys::legend() } else { String::new() };
        let foot = [advice, &self.note, &legend].into_iter().filter(|part| !part.is_empty());
        self.screen.show(&screen::Page {
            head: &head,
            body: self.page.as_ref().unwrap_or(&self.body).trim_end(),
            foot: &foot.collect::<Vec<_>>().join("\n\n"),
            focus: self.page.as_ref().and(self.focus),
            more: &if self.page.is_none() {
                format!("; `cargo course check {}` shows them all", self.current().id())
            } else {
                String::new()
            },
        });
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
            Action::NextModule => self.go_to_module(true)?,
            Action::PreviousModule => self.go_to_module(false)?,
            Action::Edit => self.edit(&self.current().exercise.files[0].clone()),
            Action::Lesson => self.edit(Path::new("README.md")),
            Action::Rerun => self.check_anew(),
            Action::Hint => self.show(hint::next(self.course, self.current().exercise)?),
            Action::List => {
                let list = list::render(self.course, &Progress::load(&self.course.root)?);
                let current = list.lines().position(|line| plain(line).starts_with('→'));
                self.show(list);
                self.focus = current;
                self.draw();
            }
            Action::Solution => self.show_solution()?,
            Action::Benchmark => self.benchmark(),
            Action::Reset if reset_asked => {
                // A note: the verdict on the stub comes at once and must not hide where the backup is.
                self.note = reset::reset(self.course, self.current())?.join("\n");
                // Seen already: only a later save makes the note stale.
                self.seen = saves::fingerprint(self.current().module);
                self.check_anew();
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
        self.focus = None;
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
        self.body = format!(
            "{}\n{}",
            paint(Style::Strong, format!("{} · {}", exercise_ref.id(), exercise_ref.exercise.title)),
            task::render(exercise_ref),
        );
        self.advice = format!(
            "  edit    {}\n  lesson  {}",
            task::path_in(exercise_ref.module, &exercise_ref.exercise.files[0]),
            task::path_in(exercise_ref.module, Path::new("README.md")),
        );
        self.page = None;
        self.draw();
        self.check_anew();
        Ok(())
    }

    /// Goes to the next module, or to the one before: to its first unsolved exercise, or to its first one.
    fn go_to_module(&mut self, forward: bool) -> Result<()> {
        let here = &self.current().module.name;
        let place = self.course.modules.iter().position(|module| module.name == *here).unwrap_or(0);
        let last = self.course.modules.len() - 1;
        let other = &self.course.modules[if forward { (place + 1).min(last) } else { place.saturating_sub(1) }];
        let progress = Progress::load(&self.course.root)?;
        let is_in = |exercise_ref: &ExerciseRef<'_>| exercise_ref.module.name == other.name;
        let unsolved = |exercise_ref: &ExerciseRef<'_>| !progress.solved.contains(&exercise_ref.id());
        let mut places = self.exercise_refs.iter();
        let at = places.position(|exercise_ref| is_in(exercise_ref) && unsolved(exercise_ref));
        self.go_to(at.or_else(|| self.exercise_refs.iter().position(is_in)).unwrap_or(self.at))
    }

    /// Opens a file of the module in the reader's editor, which has the terminal as long as it runs.
    fn edit(&mut self, file: &Path) {
        let path = self.current().module.folder.join(file);
        let opened = self.keyboard.lend(|| self.screen.lend(|| editor::open(&path)));
        if let Err(error) = opened {
            self.note = error.to_string();
        }
        self.draw();
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
