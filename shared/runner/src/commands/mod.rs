//! One file for each command of `cargo course`. A new command is a file with a `COMMAND` and its name in the list
//! below; the help and the README's table follow from that.

use crate::command_line::{Command, Invocation};

/// Declares the files and lists their commands, in the order of the help. `cargo fmt` does not look into macros:
/// `cargo xtask fmt` formats these files too.
macro_rules! commands {
    ($($name:ident)*) => {
        $(mod $name;)*

        /// All commands, in the order of the help.
        pub(crate) const ALL: &[&Command] = &[$(&$name::COMMAND),*];
    };
}

commands! {
    setup
    doctor
    list
    check
    watch
    hint
    solution
    reset
    bench
    verify
    grade
    export
    new
}

mod start;

/// The action of the bare `cargo course`.
pub(crate) fn start() -> Invocation {
    Invocation::new(Vec::new(), start::run)
}
