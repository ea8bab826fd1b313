//! The work that a command and a key of watch mode share.

pub(crate) mod benchmark;
pub(crate) mod check;
pub(crate) mod hint;
pub(crate) mod list;
pub(crate) mod reset;
pub(crate) mod solution;
pub(crate) mod task;
