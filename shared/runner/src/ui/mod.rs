//! The output for people: colours, progress bars, the screen of watch mode, and verdicts as text.

pub(crate) mod output;
pub(crate) mod screen;
pub(crate) mod steps;
pub(crate) mod style;
pub(crate) mod text;
pub(crate) mod verdict;
