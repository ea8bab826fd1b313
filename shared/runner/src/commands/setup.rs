//! `cargo course setup`

use crate::catalogue::Course;
use crate::fault::Outcome;
use crate::setup;
use crate::terminal;

pub(crate) fn run(course: &Course) -> Outcome<u8> {
    let modules: Vec<_> = course.modules.iter().collect();
    let was_done = setup::is_done(&course.root, &modules);
    setup::run(course, &modules)?;
    terminal::say(if was_done { "All was set up already." } else { "Set up. From here on no network is needed." });
    terminal::say("Go on with `cargo course`.");
    Ok(0)
}
