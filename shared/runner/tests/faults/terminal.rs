//! A terminal with a screen that can be read, for what is only there where somebody looks and presses keys.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, SlavePty, native_pty_system};

use crate::support::{Course, PATIENCE, shows};

const ROWS: u16 = 50;
const COLUMNS: u16 = 120;

/// The runner in a terminal of its own.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    /// Held so that the terminal, and its settings, outlive the runner.
    _slave: Box<dyn SlavePty + Send>,
    keyboard: Box<dyn Write + Send>,
    shown: Arc<Mutex<Shown>>,
    /// The terminal's settings before the runner began.
    before: String,
}

/// All that has arrived: the screen as a person sees it, and every byte.
struct Shown {
    screen: vt100::Parser,
    bytes: Vec<u8>,
}

impl Terminal {
    /// Starts a command of the runner on a large screen.
    pub(crate) fn open(course: &Course, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::sized(course, arguments, variables, [ROWS, COLUMNS])
    }

    /// Starts a command of the runner on a screen of so many rows and columns.
    pub(crate) fn sized(
        course: &Course,
        arguments: &[&str],
        variables: &[(&str, &str)],
        [rows, columns]: [u16; 2],
    ) -> Self {
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("this machine has pseudo-terminals");
        let before = settings(&*pair.master);
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_course"));
        command.args(arguments);
        command.cwd(&course.root);
        // The same environment as without a terminal.
        for (name, value) in course.command(&[]).get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            }
        }
        command.env("TERM", "xterm-256color");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the runner starts");
        let reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let keyboard = pair.master.take_writer().expect("the terminal can be written to");
        let shown = Arc::new(Mutex::new(Shown { screen: empty_screen([rows, columns]), bytes: Vec::new() }));
        follow(reader, Arc::clone(&shown));
        Self { child, master: pair.master, _slave: pair.slave, keyboard, shown, before }
    }

    fn shown(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The screen as text.
    pub(crate) fn screen(&self) -> String {
        self.shown().screen.screen().contents()
    }

    /// All bytes that were sent to the terminal.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.shown().bytes.clone()
    }

    /// Waits until the screen shows all of these.
    pub(crate) fn wait_for(&self, parts: &[&str]) {
        self.wait_until(&format!("the screen never shows {parts:?}"), |screen| {
            parts.iter().all(|part| shows(screen, part))
        });
    }

    /// Whether the screen shows this text, wherever its lines are folded.
    pub(crate) fn shows(&self, part: &str) -> bool {
        shows(&self.screen(), part)
    }

    /// Waits until the screen is as wanted.
    pub(crate) fn wait_until(&self, complaint: &str, wanted: impl Fn(&str) -> bool) {
        let deadline = Instant::now() + PATIENCE / 4;
        while !wanted(&self.screen()) {
            assert!(Instant::now() < deadline, "{complaint}; it is\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Gives the terminal another size, as a window that is dragged.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        let [new_rows, new_columns] = [rows, columns].map(|size| NonZeroU16::new(size).expect("a screen has a size"));
        self.shown().screen.screen_mut().set_size(new_rows, new_columns);
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        self.master.resize(size).expect("a terminal can be resized");
    }

    /// Asserts that the terminal itself has folded no line: it would do so within a word.
    pub(crate) fn assert_nothing_wrapped(&self) {
        let shown = self.shown();
        let screen = shown.screen.screen();
        let wrapped: Vec<u16> = (0..screen.size().0.into()).filter(|row| screen.row_wrapped(*row)).collect();
        assert!(wrapped.is_empty(), "rows {wrapped:?} were folded by the terminal\n{}", screen.contents());
    }

    /// Presses keys.
    pub(crate) fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).and_then(|()| self.keyboard.flush()).expect("the terminal takes keys");
    }

    /// The runner's process number.
    pub(crate) fn process(&self) -> i32 {
        self.child.process_id().and_then(|id| i32::try_from(id).ok()).expect("the runner has a number")
    }

    /// Waits for the runner's end and asserts that the terminal is what it was: its settings, its cursor, its colours.
    pub(crate) fn ends_with(&mut self, code: u32) {
        let deadline = Instant::now() + PATIENCE / 4;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("the runner can be waited for") {
                break status;
            }
            assert!(Instant::now() < deadline, "the runner does not end; the screen is\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(10));
        };
        std::thread::sleep(Duration::from_millis(50)); // Its last words may still be under way.
        assert_eq!(status.exit_code(), code, "the screen is\n{}", self.screen());
        assert_eq!(settings(&*self.master), self.before, "the terminal's settings are not what they were");
        let shown = self.shown();
        let screen = shown.screen.screen();
        assert!(!screen.hide_cursor(), "the cursor is gone");
        assert!(!screen.alternate_screen(), "the other screen is still there");
        assert_eq!(screen.fgcolor(), vt100::Color::Default, "a colour is left on");
        assert!(!screen.bold() && !screen.dim(), "an attribute is left on");
        assert_eq!(screen.cursor_position().1, 0, "the shell's prompt would begin in the middle of a line");
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill(); // After a failed assertion it may still run.
        let _ = self.child.wait();
    }
}

fn empty_screen(size: [u16; 2]) -> vt100::Parser {
    let [rows, columns] = size.map(|size| NonZeroU16::new(size).expect("a screen has a size"));
    vt100::Parser::new(rows, columns, 0)
}

/// The settings that `stty` would show.
fn settings(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal has settings"))
}

fn follow(mut reader: Box<dyn Read + Send>, shown: Arc<Mutex<Shown>>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(length @ 1..) = reader.read(&mut buffer) {
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.screen.process(&buffer[..length]);
            shown.bytes.extend_from_slice(&buffer[..length]);
        }
    });
}
