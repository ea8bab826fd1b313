//! The keys of watch mode.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crossterm::event::{self, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::ui::style::{Style, paint};
use crate::ui::text::NO_BREAK;

/// The request behind a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Quit,
    Next,
    Previous,
    NextModule,
    PreviousModule,
    List,
    Hint,
    Edit,
    Lesson,
    Rerun,
    Benchmark,
    Solution,
    Reset,
    /// Any other key: back to the verdict.
    Back,
    /// A key with Ctrl that means nothing here.
    Ignore,
}

/// The keys that have a meaning, in the order in which they are shown. A key without words is not shown.
const KEYS: [(char, &str, Action); 13] = [
    ('n', "next", Action::Next),
    ('p', "previous", Action::Previous),
    ('m', "module", Action::NextModule),
    ('M', "", Action::PreviousModule),
    ('l', "list", Action::List),
    ('h', "hint", Action::Hint),
    ('e', "edit", Action::Edit),
    ('o', "lesson", Action::Lesson),
    ('r', "run again", Action::Rerun),
    ('b', "bench", Action::Benchmark),
    ('s', "solution", Action::Solution),
    ('x', "reset", Action::Reset),
    ('q', "quit", Action::Quit),
];

impl Action {
    pub(super) fn of(key: KeyEvent) -> Self {
        if key.modifiers.contains(KeyModifiers::CONTROL) {
            return if matches!(key.code, KeyCode::Char('c' | 'd')) { Self::Quit } else { Self::Ignore };
        }
        match key.code {
            KeyCode::Enter => Self::Rerun,
            KeyCode::Char(letter) => {
                KEYS.iter().find(|(key, ..)| *key == letter).map_or(Self::Back, |(.., action)| *action)
            }
            _ => Self::Back,
        }
    }
}

/// The line that shows the keys. It is folded between two keys only.
pub(super) fn legend() -> String {
    let shown = KEYS.iter().filter(|(_, meaning, _)| !meaning.is_empty());
    let keys = shown.map(|(key, meaning, _)| {
        format!("{}{NO_BREAK}{}", paint(Style::Strong, key), meaning.replace(' ', &NO_BREAK.to_string()))
    });
    keys.collect::<Vec<_>>().join("  ")
}

/// An event of the terminal.
pub(super) enum TerminalEvent {
    /// A key was pressed.
    Key(KeyEvent),
    /// The screen has another size.
    Resized,
}

/// The thread that reads keys. Another program that wants them, such as an editor, has them while [`Self::lend`] runs.
#[derive(Clone, Default)]
pub(super) struct Keyboard(Arc<Mutex<()>>);

/// The longest time that a key goes unread after another program has had the keyboard.
const LOOK: Duration = Duration::from_millis(50);

impl Keyboard {
    /// Calls `send` with each event from a thread of its own, until that gives false.
    pub(super) fn read(&self, send: impl Fn(TerminalEvent) -> bool + Send + 'static) {
        let taken = Arc::clone(&self.0);
        std::thread::spawn(move || {
            loop {
                let read = {
                    let _mine = taken.lock().unwrap_or_else(PoisonError::into_inner);
                    event::poll(LOOK).and_then(|ready| if ready { event::read().map(Some) } else { Ok(None) })
                };
                let event = match read {
                    Ok(Some(event::Event::Key(key))) if key.kind == KeyEventKind::Press => TerminalEvent::Key(key),
                    Ok(Some(event::Event::Resize(..))) => TerminalEvent::Resized,
                    Ok(_) => {
                        // Leaves the lock to somebody who waits for it.
                        std::thread::sleep(Duration::from_millis(1));
                        continue;
                    }
                    Err(_) => return, // The terminal is gone.
                };
                if !send(event) {
                    return;
                }
            }
        });
    }

    /// Runs something that reads keys itself.
    pub(super) fn lend<T>(&self, body: impl FnOnce() -> T) -> T {
        let _mine = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        body()
    }
}
