//! The keys of watch mode.

use std::sync::mpsc::Sender;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::state::Event;
use crate::ui::style::{Style, paint};

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Quit,
    Next,
    Previous,
    List,
    Hint,
    Rerun,
    Benchmark,
    Solution,
    Reset,
    /// Any other key: back to the verdict.
    Back,
    /// A key with Ctrl that means nothing here.
    Ignore,
}

/// The keys that have a meaning, in the order in which they are shown.
const KEYS: [(char, &str, Action); 9] = [
    ('n', "next", Action::Next),
    ('p', "previous", Action::Previous),
    ('l', "list", Action::List),
    ('h', "hint", Action::Hint),
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

/// The line that shows the keys.
pub(super) fn legend() -> String {
    KEYS.map(|(key, meaning, _)| format!("{} {meaning}", paint(Style::Strong, key))).join("  ")
}

/// Sends the keys that are pressed, from a thread of its own.
pub(super) fn read(sender: Sender<Event>) {
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
