//! Faults, provoked: the real binary on copies of the course, in folders whose names are awkward.
//!
//! One program for all families of faults, so that they share the copies; see `support`.

mod bench;
mod commands;
#[cfg(unix)]
mod dependencies;
#[cfg(unix)]
mod environment;
mod export;
mod files;
mod learners_code;
mod machine;
#[cfg(unix)]
mod screen;
mod support;
#[cfg(unix)]
mod terminal;
#[cfg(unix)]
mod timing;
mod verify;
#[cfg(unix)]
mod watch;
