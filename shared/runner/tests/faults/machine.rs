//! Machines that lack something: `doctor` says what, set-up and check say what to do, and set-up goes on where it broke
//! off.
#![cfg(unix)]

use std::path::Path;
use std::process::Command;

use crate::support::{Course, Ran, path_of, run, scratch, script};

/// An address at which nobody answers.
const CLOSED: &str = "http://127.0.0.1:9";

/// The programs that Rust needs, and a shell.
const RUST: [&str; 9] = ["cargo", "rustc", "cc", "ld", "as", "sh", "env", "rustup", "git"];

impl Course {
    /// A command with nothing on the `PATH` but one folder, and without uv.
    fn with_path(&self, path: &Path, arguments: &[&str]) -> Command {
        let mut command = self.command(arguments);
        command.env("PATH", path).env("COURSE_NO_UV", "1");
        command
    }
}

#[test]
fn without_python_it_says_how_to_get_one() {
    let course = Course::fresh("no python");
    let path = path_of("path without python", &RUST);
    let set_up = run(&mut course.with_path(&path, &["setup"]));
    set_up
        .exits_with(2)
        .says("No Python found; the course needs 3.11 or newer.")
        .says("Install")
        .says("COURSE_PYTHON")
        .says("Then run `cargo course setup`.");
    run(&mut course.with_path(&path, &["check", "02.parallel_sum"])).exits_with(2).says("No Python found");
    run(&mut course.with_path(&path, &[])).exits_with(2).says("No Python found");
    run(&mut course.with_path(&path, &["doctor"]))
        .exits_with(2)
        .says("✗ Python")
        .says("✗ Environment")
        .says("✓ Rust")
        .says("Mend what is marked ✗");
    // Commands that need no Python work.
    run(&mut course.with_path(&path, &["list"])).exits_with(0);
    run(&mut course.with_path(&path, &["hint", "02.parallel_sum"])).exits_with(0);
}

#[test]
fn a_python_that_is_too_old_is_named() {
    let course = Course::fresh("old python");
    let path = path_of("path with an old python", &RUST);
    script(&path.join("python3"), "printf '3\\n8\\n3.8.10\\n/usr/bin/python3\\n'");
    let words = "Python 3.8.10 (/usr/bin/python3) is too old; the course needs 3.11 or newer.";
    run(&mut course.with_path(&path, &["setup"])).exits_with(2).says(words).says("Install");
    run(&mut course.with_path(&path, &["doctor"])).exits_with(2).says(words).says("Install");
    // A newer one beside it is found.
    script(&path.join("python3.12"), "printf '3\\n12\\n3.12.1\\n/opt/python3.12\\n'");
    run(&mut course.with_path(&path, &["doctor"])).says("✓ Python 3.12.1 at /opt/python3.12");
}

#[test]
fn a_choice_of_python_that_is_none_is_named() {
    let course = Course::fresh("nonsense");
    for nonsense in ["/no/such/python", "cargo", "nonsense with spaces"] {
        let mut command = course.command(&["setup"]);
        run(command.env("COURSE_PYTHON", nonsense))
            .exits_with(2)
            .says(&format!("COURSE_PYTHON names {nonsense}, which is no Python that runs."))
            .says("Then run `cargo course setup`.");
    }
}

#[test]
fn a_python_without_venv_is_told_apart() {
    let course = Course::fresh("no venv");
    let path = path_of("path with half a python", &RUST);
    // As Debian's python3 answers without python3-venv.
    script(
        &path.join("python3"),
        "case \"$*\" in *venv*) echo 'The virtual environment was not created successfully because ensurepip is not available.'; exit 1;; \
         *) printf '3\\n12\\n3.12.1\\n%s\\n' \"$0\";; esac",
    );
    let mut command = course.with_path(&path, &["setup"]);
    run(command.env("COURSE_PYTHON", path.join("python3")))
        .exits_with(2)
        .says("Cannot make the Python environment")
        .says("This Python lacks the venv package.")
        .says("sudo apt install python3-venv");
    script(
        &path.join("python3"),
        "case \"$*\" in *venv*) echo '/usr/bin/python3: No module named venv' >&2; exit 1;; \
         *) printf '3\\n12\\n3.12.1\\n%s\\n' \"$0\";; esac",
    );
    run(&mut course.with_path(&path, &["setup"]))
        .exits_with(2)
        .says("Cannot make the Python environment")
        .says("This Python lacks the venv package.");
}

/// No network for pip: nobody answers, nothing is cached.
fn without_packages(command: &mut Command) -> &mut Command {
    command
        .env("PIP_INDEX_URL", format!("{CLOSED}/simple"))
        .env("PIP_CACHE_DIR", scratch("empty pip cache"))
        .env("PIP_RETRIES", "0")
        .env("COURSE_NO_UV", "1")
        .env_remove("PIP_FIND_LINKS")
        .env_remove("PIP_EXTRA_INDEX_URL")
}

/// No network for cargo: nobody answers, nothing is cached.
fn without_crates(command: &mut Command) -> &mut Command {
    command
        .env("CARGO_HOME", scratch("empty cargo home"))
        .env("CARGO_HTTP_PROXY", CLOSED)
        .env("CARGO_NET_RETRY", "0")
        .env("COURSE_NO_UV", "1")
}

#[test]
fn set_up_goes_on_where_the_network_broke_off() {
    let course = Course::ready();
    // The environment that takes long to make is put aside, and what is made here is small: one package of the lock.
    let aside = Aside::put(&course);
    lock_one_package(&course);

    run(without_packages(&mut course.command(&["setup"])))
        .exits_with(2)
        .says("The Python packages could not be installed.")
        .says("Check the network, then run `cargo course setup` again; what has arrived is kept.");
    course.run(&["doctor"]).exits_with(2).says("✓ Environment").says("✗ Set-up").says("cargo course setup");
    // Without set-up there is no check; it tries to make up for it, and says why it cannot.
    run(without_packages(&mut course.command(&["check", "02.process_batch"]))).exits_with(2).says("Check the network");

    run(without_crates(&mut course.command(&["setup"])))
        .exits_with(2)
        .says("The crates could not be fetched.")
        .says("Check the network, then run `cargo course setup` again; what has arrived is kept.");

    course.run(&["setup"]).exits_with(0).says("Set up. From here on no network is needed.");
    // One package is all that this lock file asks for; doctor asks for those of the course.
    course.run(&["doctor"]).exits_with(2).says("✓ Set-up").says("✗ Packages").says("No module named 'numpy'");
    // Once more costs nothing and needs no network.
    let mut again = course.command(&["setup"]);
    again.env("PIP_INDEX_URL", format!("{CLOSED}/simple")).env("CARGO_HTTP_PROXY", CLOSED).env("COURSE_NO_UV", "1");
    run(&mut again).exits_with(0).says("All was set up already.");
    drop(aside);
}

/// Leaves one small package in the lock file.
pub(crate) fn lock_one_package(course: &Course) {
    let first = course.read("shared/python/requirements.txt");
    let one: Vec<&str> = first
        .lines()
        .skip_while(|line| !line.starts_with("iniconfig=="))
        .enumerate()
        .take_while(|(index, line)| *index == 0 || line.starts_with(' '))
        .map(|(_, line)| line)
        .collect();
    assert!(!one.is_empty(), "iniconfig, which pytest needs, is no longer in the lock file");
    course.write("shared/python/requirements.txt", one.join("\n").trim_end_matches('\\'));
}

/// The slot's environment, out of the way as long as this lives.
pub(crate) struct Aside<'c>(&'c Course);

impl<'c> Aside<'c> {
    pub(crate) fn put(course: &'c Course) -> Self {
        let kept = course.root.with_file_name("venv aside");
        let _ = std::fs::remove_dir_all(&kept);
        std::fs::rename(course.root.join(".venv"), kept).expect("the environment can be moved");
        Self(course)
    }
}

impl Drop for Aside<'_> {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(self.0.root.join(".venv"));
        // If this fails, the slot is set up again when it is needed.
        let _ = std::fs::rename(self.0.root.with_file_name("venv aside"), self.0.root.join(".venv"));
    }
}

#[test]
fn after_set_up_a_check_needs_no_network() {
    let course = Course::ready();
    course.solve("process_batch");
    let mut command = course.command(&["check", "02.process_batch"]);
    command.env("PIP_INDEX_URL", CLOSED).env("CARGO_HTTP_PROXY", CLOSED).env("http_proxy", CLOSED);
    run(command.env("https_proxy", CLOSED)).exits_with(0);
}

fn says_no_linker(ran: &Ran) {
    ran.exits_with(2)
        .says("linker")
        .says("not found")
        .says("cargo course doctor")
        .never_says("Your code does not compile");
}

#[test]
fn without_a_linker_it_is_not_the_learners_fault() {
    let course = Course::ready();
    let without = path_of("path without linker", &["cargo", "rustc", "rustup", "sh"]);
    course.solve("parallel_sum");
    says_no_linker(&run(&mut course.with_path(&without, &["check", "02.parallel_sum"])));
    let target = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER";
    if cfg!(all(target_arch = "x86_64", target_os = "linux", target_env = "gnu")) {
        let mut command = course.command(&["check", "02.parallel_sum"]);
        says_no_linker(&run(command.env(target, "/nonexistent")));
    }
    run(&mut course.with_path(&without, &["doctor"]))
        .exits_with(2)
        .says("✗ Linker (cc)")
        .says(if cfg!(target_os = "macos") { "xcode-select --install" } else { "build-essential" });
    course.run(&["check", "02.parallel_sum"]).exits_with(0);
}

#[test]
fn without_cargo_it_says_where_rust_comes_from() {
    let course = Course::ready();
    let empty = scratch("path of nothing");
    for command in [&["doctor"][..], &["check", "02.process_batch"]] {
        let mut command = course.with_path(&empty, command);
        run(command.env_remove("CARGO")).exits_with(2).says("rustup.rs");
    }
}

#[test]
fn a_broken_environment_is_made_again() {
    let course = Course::ready();
    let aside = Aside::put(&course);
    let python = course.root.join(".venv/bin/python");
    std::fs::create_dir_all(python.parent().expect("it has a folder")).expect("a folder can be made");
    script(&python, "echo broken >&2; exit 3");
    course
        .run(&["doctor"])
        .exits_with(2)
        .says(".venv is there, but its Python does not run")
        .says("`cargo course setup`");
    drop(aside);
}

#[test]
fn a_package_that_is_gone_is_installed_again() {
    let course = Course::ready();
    let found = glob(&course.root.join(".venv/lib"), "pytest").expect("pytest is installed");
    let hidden = found.with_file_name("pytest hidden");
    std::fs::rename(&found, &hidden).expect("a package can be moved");
    course.solve("process_batch");
    course
        .run(&["check", "02.process_batch"])
        .exits_with(0)
        .says("installed again, as files were missing: pytest-")
        .says("✓ 02.process_batch");
    std::fs::remove_dir_all(hidden).expect("a folder can be removed");
}

/// The package's folder in an environment.
fn glob(library: &Path, package: &str) -> Option<std::path::PathBuf> {
    let entries = std::fs::read_dir(library).ok()?;
    entries.flatten().map(|entry| entry.path().join("site-packages").join(package)).find(|path| path.is_dir())
}
