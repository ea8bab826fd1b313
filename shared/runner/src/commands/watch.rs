//! `cargo course watch`: checks again at every save, with single keys for everything else.
//!
//! One enum of events, one loop that takes them in turn. The check runs in a thread of its own and can be called off.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::{bench, check, here, hint, list, reset, solution};
use crate::catalogue::{Course, Place};
use crate::fault::{Fault, Outcome};
use crate::judge::{Bench, Source};
use crate::process::{self, Cancel};
use crate::progress::Progress;
use crate::report::{self, Reader};
use crate::saves::{self, Saves};
use crate::setup;
use crate::terminal::{self, Screen, Tone, paint};
use crate::verdict::Verdict;
use crate::worker::WarmWorker;

/// After the first sign of a save, the rest of it may take this long: editors write, rename and touch.
const SETTLE: Duration = Duration::from_millis(25);

/// How often the loop looks for a request to end.
const TICK: Duration = Duration::from_millis(100);

enum Event {
    Key(KeyEvent),
    MaybeSaved,
    Progress(String),
    Checked(Outcome<Vec<Verdict>>),
}

pub(crate) fn run(course: &Course, id: Option<&str>, poll: bool) -> Outcome<u8> {
    let place = here(course, id)?;
    setup::ensure(course, &[place.module])?;
    let (sender, receiver) = channel();
    let screen = Screen::open()?;
    if screen.is_interactive() {
        read_keys(sender.clone());
    }
    let saved = sender.clone();
    let (_saves, notice) = Saves::watch(&course.root.join("modules"), poll, move || {
        let _ = saved.send(Event::MaybeSaved); // The receiver is gone when the loop has ended.
    });
    let mut watch = Watch {
        course,
        places: course.places().collect(),
        at: course.places().position(|each| each.exercise.slug == place.exercise.slug).unwrap_or(0),
        screen,
        sender,
        running: None,
        checked: 0,
        dirty: false,
        worker: None,
        ahead: BuildAhead::default(),
        body: String::new(),
        page: None,
        note: notice.unwrap_or_default(),
        reset_asked: false,
    };
    watch.go_to(watch.at)?;
    watch.serve(&receiver)
}

fn read_keys(sender: Sender<Event>) {
    std::thread::spawn(move || {
        while let Ok(event) = crossterm::event::read() {
            if let crossterm::event::Event::Key(key) = event
                && key.kind == KeyEventKind::Press
                && sender.send(Event::Key(key)).is_err()
            {
                return;
            }
        }
    });
}

struct Watch<'c> {
    course: &'c Course,
    places: Vec<Place<'c>>,
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
    /// Said below either, until the next key.
    note: String,
    /// `x` was pressed once.
    reset_asked: bool,
}

impl<'c> Watch<'c> {
    fn place(&self) -> Place<'c> {
        self.places[self.at]
    }

    fn serve(&mut self, receiver: &Receiver<Event>) -> Outcome<u8> {
        loop {
            if process::interrupted() {
                return Err(Fault::interrupted());
            }
            match receiver.recv_timeout(TICK) {
                Ok(Event::Key(key)) => match self.key(key) {
                    Ok(true) => return Ok(0),
                    Ok(false) => {}
                    Err(fault) if fault.is_interrupted() => return Err(fault),
                    // What did not work once may work again, when the reader has mended it.
                    Err(fault) => self.show(fault.to_string()),
                },
                Ok(Event::MaybeSaved) => {
                    std::thread::sleep(SETTLE);
                    self.saved();
                }
                Ok(Event::Progress(text)) => self.screen.status(&text),
                Ok(Event::Checked(outcome)) => self.checked(outcome)?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }

    fn saved(&mut self) {
        if saves::fingerprint(&self.place().module.folder) != self.checked {
            self.check_anew();
        }
    }

    fn check(&mut self) {
        let place = self.place();
        self.dirty = false;
        self.ahead.pause();
        self.checked = saves::fingerprint(&place.module.folder);
        self.show_running();
        let worker = self.worker.take();
        let (course, id, sender) = (self.course.clone(), place.exercise.id(), self.sender.clone());
        self.running = Some(Task::start(move |cancel| {
            let progress = sender.clone();
            let outcome = course.exercise(&id).and_then(|place| {
                let bench = Bench {
                    root: &course.root,
                    cancel,
                    progress: Some(Arc::new(move |done, total, what| {
                        let _ = progress.send(Event::Progress(format!("building {done} of {total}: {what}")));
                    })),
                    examples: None,
                };
                bench.judge(&Source::learner(&course.root, place.module), &[place], worker)
            });
            let _ = sender.send(Event::Checked(outcome)); // The loop may have ended meanwhile.
        }));
    }

    fn checked(&mut self, outcome: Outcome<Vec<Verdict>>) -> Outcome<()> {
        self.running = None;
        // The next one loads while the learner types.
        self.worker = WarmWorker::start(&self.course.root, None).ok();
        match outcome {
            Err(fault) if fault.is_stale() => {}
            Err(fault) if fault.is_interrupted() => return Err(fault),
            Err(fault) => self.body = fault.to_string(),
            Ok(_) if self.dirty => {}
            Ok(verdicts) => {
                let place = self.place();
                self.body = report::verdict(place, &verdicts[0], Reader::Watch);
                if let Err(fault) = check::record(self.course, &[place], &verdicts) {
                    self.note = fault.to_string();
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
        let progress = Progress::load(&self.course.root).unwrap_or_else(|fault| {
            self.note = fault.to_string();
            Progress::default()
        });
        let notices = terminal::take_notices();
        if !notices.is_empty() {
            self.note = notices;
        }
        let solved = self.places.iter().filter(|place| progress.solved.contains(&place.exercise.id())).count();
        let mut text = format!("{} {solved}/{}\n\n", terminal::bar(solved, self.places.len(), 30), self.places.len());
        text.push_str(self.page.as_ref().unwrap_or(&self.body).trim_end());
        text.push('\n');
        if !self.note.is_empty() {
            text.push_str(&format!("\n{}\n", self.note));
        }
        if self.screen.is_interactive() {
            text.push_str(&format!("\n{}", keys()));
        }
        self.screen.show(&text);
        if self.running.is_some() {
            self.show_running();
        }
    }

    fn show_running(&self) {
        self.screen.status(&format!("checking {} …", self.place().exercise.id()));
    }

    /// Takes a key; true ends the watch.
    fn key(&mut self, key: KeyEvent) -> Outcome<bool> {
        let asked = std::mem::take(&mut self.reset_asked);
        self.note.clear();
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return Ok(matches!(key.code, KeyCode::Char('c' | 'd')));
        }
        match key.code {
            KeyCode::Char('q') => return Ok(true),
            KeyCode::Char('n') => self.go_to((self.at + 1).min(self.places.len() - 1))?,
            KeyCode::Char('p') => self.go_to(self.at.saturating_sub(1))?,
            KeyCode::Char('r') | KeyCode::Enter => self.check_anew(),
            KeyCode::Char('h') => self.show(hint::next(self.course, self.place().exercise)?),
            KeyCode::Char('l') => self.show(list::render(self.course, &Progress::load(&self.course.root)?)),
            KeyCode::Char('s') => self.show_solution()?,
            KeyCode::Char('b') => self.bench(),
            KeyCode::Char('x') if asked => {
                // A note: the verdict on the stub comes at once and must not hide where the backup is.
                self.note = reset::reset(self.course, self.place())?.join("\n");
                self.page = None;
                self.draw();
            }
            KeyCode::Char('x') => {
                self.reset_asked = true;
                self.show(format!(
                    "Press x again to put the stub of {} back. Your version is kept as a backup.",
                    self.place().exercise.id()
                ));
            }
            _ => {
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

    fn show_solution(&mut self) -> Outcome<()> {
        let id = self.place().exercise.id();
        let solved = Progress::load(&self.course.root)?.solved.contains(&id);
        let text = if solved {
            solution::render(self.place())?
        } else {
            format!(
                "{id} is not solved yet. h gives a hint; `cargo course solution {id} --reveal` shows the solution all the same."
            )
        };
        self.show(text);
        Ok(())
    }

    fn go_to(&mut self, at: usize) -> Outcome<()> {
        // A module may need packages of its own; installing them shows its progress on the ordinary terminal.
        let modules = [self.places[at].module];
        if !setup::is_done(&self.course.root, &modules) {
            self.ahead.pause();
            self.screen.lend(|| setup::ensure(self.course, &modules))?;
        }
        self.at = at;
        let id = self.place().exercise.id();
        Progress::update(&self.course.root, |progress| progress.current = Some(id))?;
        let place = self.place();
        let opening = format!(
            "{}\n\n  lesson  modules/{}/README.md\n  edit    modules/{}/{}\n",
            paint(Tone::Strong, format!("{} · {}", place.exercise.id(), place.exercise.title)),
            place.module.name,
            place.module.name,
            crate::files::with_slashes(&place.exercise.files[0]),
        );
        self.body = opening;
        self.page = None;
        self.draw();
        self.check_anew();
        Ok(())
    }

    /// Checks now; a check that runs is called off first.
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

    fn bench(&mut self) {
        if let Some(check) = &self.running {
            check.cancel(); // It would disturb the timing; it is made up for afterwards.
            self.dirty = true;
        }
        self.ahead.pause();
        let id = self.place().exercise.id();
        let result = self.screen.lend(|| bench::run(self.course, Some(&id), bench::Options::default()));
        let end = match result {
            Ok(_) => paint(Tone::Faint, "That was the benchmark. Any key goes back."),
            Err(fault) => fault.to_string(),
        };
        self.screen.append(&format!("\n{end}\n{}", keys()));
    }
}

/// Work in a thread that can be called off. Dropping it calls it off and waits for its end, so that no child process
/// outlives the watch.
struct Task {
    cancel: Cancel,
    thread: Option<JoinHandle<()>>,
}

impl Task {
    fn start(work: impl FnOnce(Cancel) + Send + 'static) -> Self {
        let cancel = Cancel::default();
        let seen = cancel.clone();
        Self { cancel, thread: Some(std::thread::spawn(move || work(seen))) }
    }

    fn cancel(&self) {
        self.cancel.cancel();
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // Had it panicked, the panic has been printed.
        }
    }
}

/// Builds the modules to come while the learner reads and types; any check comes first.
#[derive(Default)]
struct BuildAhead {
    complete: Arc<AtomicBool>,
    running: Option<Task>,
}

impl BuildAhead {
    /// Stops; what has been built so far is kept.
    fn pause(&mut self) {
        self.running = None;
    }

    fn go_on(&mut self, course: &Course) {
        if self.complete.load(Ordering::Relaxed) {
            return;
        }
        let (course, complete) = (course.clone(), Arc::clone(&self.complete));
        self.running = Some(Task::start(move |cancel| {
            let modules: Vec<_> = course.modules.iter().collect();
            // A fault here is nothing to bother the learner with: the check that needs the build will say it.
            let built = setup::build_ahead(&course.root, &modules, None, &cancel);
            complete.store(built.is_ok(), Ordering::Relaxed);
        }));
    }
}

fn keys() -> String {
    let key = |key: &str, does: &str| format!("{} {does}", paint(Tone::Strong, key));
    [
        key("n", "next"),
        key("p", "previous"),
        key("l", "list"),
        key("h", "hint"),
        key("r", "run again"),
        key("b", "bench"),
        key("s", "solution"),
        key("x", "reset"),
        key("q", "quit"),
    ]
    .join("  ")
}
