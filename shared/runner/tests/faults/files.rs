//! Files that are gone, empty, unreadable or in the way. Nothing of the learner's is lost over it.

use std::fs;

use crate::support::{Course, MODULE, SOURCE};

const PROGRESS: &str = ".course/progress.toml";

#[test]
fn a_deleted_source_file_comes_back_by_reset() {
    let course = Course::ready();
    course.remove(SOURCE);
    let mend = "is missing. `cargo course reset 02.parallel_sum` puts the stub back.";
    course.run(&["check", "02.parallel_sum"]).exits_with(1).says(mend);
    // One crate: a hole in one exercise is a hole for all.
    course.run(&["check", "02.process_batch"]).exits_with(1).says(mend);
    course.run(&["reset", "02.parallel_sum"]).exits_with(0).says("is the stub again.");
    course.run(&["check", "02.parallel_sum"]).exits_with(1).says("Not written yet.");
}

#[test]
fn an_emptied_source_file_comes_back_by_reset() {
    let course = Course::ready();
    course.write(SOURCE, " \n");
    course
        .run(&["check", "02.parallel_sum"])
        .exits_with(1)
        .says("is empty. `cargo course reset 02.parallel_sum` puts the stub back.");
    course.run(&["reset", "parallel_sum"]).exits_with(0);
    course.run(&["check", "02.parallel_sum"]).exits_with(1).says("Not written yet.");
}

#[test]
fn a_source_file_that_is_no_text_is_told() {
    let course = Course::ready();
    course.write(SOURCE, [0xff, 0xfe, 0x00, 0x41]);
    course.run(&["check", "02.parallel_sum"]).exits_with(1).says("cannot be read").says("cargo course reset");
    course.run(&["reset", "02.parallel_sum"]).exits_with(0).says("Your version is kept as");
    let kept = fs::read(course.root.join(format!(".course/backups/{MODULE}/parallel_sum.1.rs")));
    assert_eq!(kept.expect("the backup is there"), [0xff, 0xfe, 0x00, 0x41]);
}

#[test]
fn without_its_tests_an_exercise_is_not_judged() {
    let course = Course::ready();
    course.solve("parallel_sum");
    course.run(&["check", "02.parallel_sum"]).exits_with(0);
    for test in ["tests/test_parallel_sum.py", "tests/parallel_sum.rs"] {
        let path = format!("modules/{MODULE}/{test}");
        let text = course.read(&path);
        course.remove(&path);
        let ran = course.run(&["check", "02.parallel_sum"]);
        ran.exits_with(2).says("not judged").says(&path).says("is missing").says("git checkout -- modules");
        course.write(&path, "\n");
        let ran = course.run(&["check", "02.parallel_sum"]);
        ran.exits_with(2).says("not judged").says(&path).says("holds no test").says("git checkout -- modules");
        course.write(&path, text);
        // Not being able to judge takes nothing away.
        assert!(course.read(PROGRESS).contains("02.parallel_sum"), "the exercise is no longer solved");
    }
    course.run(&["check", "02.parallel_sum"]).exits_with(0);
}

#[test]
fn a_missing_test_file_does_not_stop_the_other_exercises() {
    let course = Course::ready();
    course.solve("process_batch");
    course.remove(&format!("modules/{MODULE}/tests/parallel_sum.rs"));
    course
        .run(&["check", "02.process_batch", "02.parallel_sum"])
        .exits_with(2)
        .says("✓ 02.process_batch")
        .says("? 02.parallel_sum")
        .says("1 of 2 exercises passed");
}

#[test]
fn names_that_do_not_exist_suggest_those_that_do() {
    let course = Course::fresh("names");
    for (line, words) in [
        (
            &["check", "02.paralel_sum"][..],
            &["no exercise or module `02.paralel_sum`", "Did you mean `02.parallel_sum`?"][..],
        ),
        (&["hint", "processbatch"], &["Did you mean `process_batch`?"]),
        (&["check", "02_paralell_sum"], &["Did you mean `02_parallel_sum`?"]),
        (&["check", "zzz"], &["no exercise or module `zzz`", "`cargo course list` shows all."]),
        (&["check", "99"], &["no exercise or module `99`", "`cargo course list` shows all."]),
        (&["watch", ""], &["no exercise or module ``", "`cargo course list` shows all."]),
        (&["hint", "02"], &["`02` is a module; this command takes one exercise.", "02.process_batch, 02.parallel_sum"]),
        (&["reset", "02"], &["`02` is a module with", "--module"]),
        (&["chek"], &["no command `chek`", "Did you mean `cargo course check`?"]),
        (&["frobnicate"], &["no command `frobnicate`", "`cargo course --help` shows all commands."]),
        (&["check", "--jsno"], &["--jsno", "`cargo course --help`"]),
        (&["list", "--json"], &["no option `--json`"]),
        (&["reset"], &["`reset` needs to know which exercise.", "For example:"]),
        (&["bench", "02", "--scale", "much"], &["`--scale much` is no positive number.", "For example:"]),
    ] {
        let ran = course.run(line);
        ran.exits_with(2);
        for word in words {
            ran.says(word);
        }
        assert!(ran.stdout.is_empty(), "a complaint belongs on standard error: {ran:?}");
    }
}

#[test]
fn outside_the_course_it_says_where_to_go() {
    let course = Course::fresh("outside");
    let outside = course.root.parent().expect("it has a parent").join("elsewhere");
    fs::create_dir(&outside).expect("a folder can be made");
    // cargo did not start it, and so did not say where its sources are. This repository is above, so without it.
    let mut command = course.command(&["list"]);
    command.current_dir(std::env::temp_dir());
    crate::support::run(&mut command)
        .exits_with(2)
        .says("is not inside the course.")
        .says("Change into the course's folder");
}

#[test]
fn an_unreadable_progress_file_is_kept_aside() {
    let course = Course::fresh("progress");
    let nonsense: [&[u8]; 4] = [&[0xff, 0x00, 0x9f], b"solved = 3\n", b"[[[", b"current = [1]\n[hints]\na = \"b\""];
    for (index, bytes) in nonsense.into_iter().enumerate() {
        course.write(PROGRESS, bytes);
        let kept = format!("progress.unreadable-{}.toml", index + 1);
        course
            .run(&["list"])
            .exits_with(0)
            .says("The progress file could not be understood")
            .says(&kept)
            .says("`cargo course check --all` finds out again what you have solved.")
            .says("0 of 6 exercises");
        let bytes_kept = fs::read(course.root.join(".course").join(&kept)).expect("it is kept");
        assert_eq!(bytes_kept, bytes, "the kept file is not what it was");
        course.run(&["list"]).exits_with(0).never_says("could not be understood");
        course.run(&["hint", "02.parallel_sum"]).exits_with(0).says("Hint 1 of 3");
    }
}

#[test]
fn a_folder_in_place_of_the_progress_file_is_kept_aside() {
    let course = Course::fresh("progress folder");
    course.write(".course/progress.toml/notes.txt", "mine");
    course.run(&["hint", "02.parallel_sum"]).exits_with(0).says("could not be understood").says("Hint 1 of 3");
    assert_eq!(course.read(".course/progress.unreadable-1.toml/notes.txt"), "mine");
    course.run(&["hint", "02.parallel_sum"]).exits_with(0).says("Hint 2 of 3");
}

#[test]
fn progress_of_exercises_that_are_gone_is_kept() {
    let course = Course::fresh("renamed");
    course.write(PROGRESS, "current = \"07.gone\"\nsolved = [\"07.gone\", \"02.process_batch\"]\n");
    course.run(&["hint", "02.parallel_sum"]).exits_with(0);
    let text = course.read(PROGRESS);
    assert!(text.contains("\"07.gone\"") && text.contains("\"02.process_batch\""), "{text}");
    course.run(&["list"]).exits_with(0).says("1 of 6 exercises");
}

#[test]
fn a_file_where_the_runner_needs_a_folder_is_named() {
    let course = Course::fresh("file");
    course.write(".course", "precious");
    for command in [&["list"][..], &["hint", "02.parallel_sum"]] {
        course
            .run(command)
            .exits_with(2)
            .says(&format!("{} is a file", course.root.join(".course").display()))
            .says("a folder is needed there.")
            .says("Move it away, then try again.");
    }
    course.write(SOURCE, "// mine");
    course.run(&["reset", "02.parallel_sum"]).exits_with(2).says("Move it away");
    assert_eq!(course.read(SOURCE), "// mine", "without a backup there is no reset");
    assert_eq!(course.read(".course"), "precious");
}

#[test]
fn a_broken_catalogue_is_named() {
    let course = Course::fresh("catalogue");
    let path = format!("modules/{MODULE}/course.toml");
    course.edit(&path, "points = 5", "points = \"five\"");
    course
        .run(&["list"])
        .exits_with(2)
        .says("course.toml")
        .says("exercise `process_batch`: `points` is missing or wrong");
    course.edit(&path, "[[exercise]]", "[[exercise");
    course.run(&["list"]).exits_with(2).says("course.toml is not valid TOML").says("git checkout -- modules");
}

/// A full disk without mounting anything: no file may grow, which ends in the same way for whoever writes.
#[cfg(unix)]
fn without_space(course: &Course, arguments: &[&str]) -> crate::support::Ran {
    let mut command = std::process::Command::new("sh");
    // The signal that comes with it is ignored, as on a full disk there is none.
    command.args(["-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_course")]);
    command.args(arguments).current_dir(&course.root).stdin(std::process::Stdio::null());
    crate::support::tidy_environment(&mut command);
    crate::support::run(&mut command)
}

#[cfg(unix)]
#[test]
fn a_full_disk_loses_nothing() {
    let course = Course::ready();
    course.run(&["hint", "02.parallel_sum"]).exits_with(0);
    let progress = course.read(PROGRESS);
    course.write(SOURCE, "// mine");
    let full = "The disk is full. Free some space";
    without_space(&course, &["hint", "02.parallel_sum"]).exits_with(2).says("Cannot write").says(full);
    without_space(&course, &["reset", "02.parallel_sum"]).exits_with(2).says("Cannot write").says(full);
    assert_eq!(course.read(SOURCE), "// mine");
    assert_eq!(course.read(PROGRESS), progress);
    without_space(&course, &["check", "02.parallel_sum"]).exits_with(2).says(full);
    without_space(&course, &["list"]).exits_with(0);
    without_space(&course, &["doctor"]).exits_with(2).says("✗ Folder").says("Free some disk space");
    let left: Vec<_> = fs::read_dir(course.root.join(".course"))
        .expect("the folder is there")
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| name.ends_with(".new"))
        .collect();
    assert!(left.is_empty(), "half-written files are left: {left:?}");
}

/// Runs a command in a mount namespace of its own, after `prepare` has been run there by the shell. None, where this
/// machine allows no such namespace.
#[cfg(target_os = "linux")]
fn mounted(course: &Course, prepare: &str, arguments: &[&str]) -> Option<crate::support::Ran> {
    let in_namespace = |script: &str| {
        let mut command = std::process::Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]);
        command.current_dir(&course.root).stdin(std::process::Stdio::null());
        crate::support::tidy_environment(&mut command);
        command
    };
    let possible = in_namespace(prepare).output().is_ok_and(|output| output.status.success());
    let script = format!("{prepare} && exec \"$@\"");
    possible.then(|| crate::support::run(in_namespace(&script).arg(env!("CARGO_BIN_EXE_course")).args(arguments)))
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_file_system_is_told() {
    let course = Course::ready();
    fs::create_dir_all(course.root.join(".course")).expect("a folder can be made");
    course.write(SOURCE, "// mine");
    let prepare = "mount -t tmpfs -o size=64k none .course && { head -c 1M /dev/zero > .course/fill 2>&-; true; }";
    let Some(ran) = mounted(&course, prepare, &["hint", "02.parallel_sum"]) else {
        return crate::support::not_simulated("a full file system: no mount namespaces on this machine");
    };
    ran.exits_with(2).says("Cannot write").says("The disk is full. Free some space");
    let ran = mounted(&course, prepare, &["reset", "02.parallel_sum"]).expect("as before");
    ran.exits_with(2).says("The disk is full. Free some space");
    assert_eq!(course.read(SOURCE), "// mine");
    let ran = mounted(&course, prepare, &["check", "02.process_batch"]).expect("as before");
    ran.exits_with(2).says("The disk is full. Free some space");
    // A full disk also stops cargo.
    let prepare = "mount -t tmpfs -o size=64k none target && { head -c 1M /dev/zero > target/fill 2>&-; true; }";
    course.solve("parallel_sum");
    let ran = mounted(&course, prepare, &["check", "02.parallel_sum"]).expect("as before");
    ran.exits_with(2).says("The disk is full. Free some space");
}

#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_told() {
    let course = Course::ready();
    course.write(SOURCE, "// mine");
    let prepare = "mount --bind . . && mount -o remount,ro,bind .";
    // The shell's own folder is still the one below the mount; `cd` enters it again.
    let prepare = format!("{prepare} && cd \"$PWD\"");
    let Some(ran) = mounted(&course, &prepare, &["check", "02.process_batch"]) else {
        return crate::support::not_simulated("a read-only folder: no mount namespaces on this machine");
    };
    let mend = "The folder cannot be written to. Move the course to a folder of yours, or mend its permissions.";
    ran.exits_with(2).says(mend);
    for command in [&["hint", "02.parallel_sum"][..], &["reset", "02.parallel_sum"], &["watch"]] {
        mounted(&course, &prepare, command).expect("as before").exits_with(2).says(mend);
    }
    mounted(&course, &prepare, &["list"]).expect("as before").exits_with(0).says("0 of 6 exercises");
    mounted(&course, &prepare, &["doctor"])
        .expect("as before")
        .exits_with(2)
        .says("✗ Folder")
        .says("move the course to a folder of yours");
    assert_eq!(course.read(SOURCE), "// mine");
}
