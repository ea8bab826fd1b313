//! Command lines that cannot be meant.

use std::fs;
use std::os::unix::fs::FileTypeExt as _;
use std::process::Command;

use crate::support::{Folder, Grader, IDS, program, repository};

#[test]
fn results_among_the_submissions() {
    let class = Folder::new();
    class.write("alice/README.md", "");
    for out in ["", "results", "alice/results"] {
        let out = class.path.join(out);
        let arguments = ["--submissions", class.text(), "--out", out.to_str().unwrap(), IDS[0]];
        Grader::ready()
            .run(&arguments)
            .exits_with(1)
            .says("--out lies inside --submissions")
            .says("Give a folder beside it.");
    }
}

#[test]
fn an_unknown_exercise_is_answered_with_the_nearest() {
    let folder = Folder::new();
    folder.solve("divide");
    Grader::ready().run(&["--submission", folder.text(), "01.dvide"]).exits_with(1).says("divide");
}

#[test]
fn the_runner_is_told_which_modules_are_meant() {
    // It sets up these and no others: a package that only module 10 needs may have no build for this Python.
    let folder = Folder::new();
    let named = |ids: &[&str]| {
        let arguments = [&["--name-modules", "--submission", folder.text()], ids].concat();
        let output = Command::new(program()).args(arguments).current_dir(repository()).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    assert_eq!(named(&["02.sum_array", "01"]), (Some(0), "01_sum_as_string\n02_parallel_sum\n".to_owned()));
    assert_eq!(named(&[]).1.lines().count(), fs::read_dir(repository().join("modules")).unwrap().count());
    assert_eq!(named(&["01.dvide"]), (Some(1), String::new()));
}

#[test]
fn a_report_that_cannot_be_written() {
    let folder = Folder::new();
    folder.solve("divide").write("file", "");
    let report = format!("json={}", folder.path.join("file/report.json").display());
    Grader::ready()
        .run(&["--submission", folder.text(), IDS[0], "--report", &report])
        .exits_with(1)
        .says("file is a file, and a folder is needed there.");
}

#[test]
fn a_report_into_a_pipe_or_a_device_leaves_it_there() {
    let folder = Folder::new();
    folder.solve("divide");
    let pipe = folder.beside("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    let report = format!("json={}", pipe.display());
    Grader::ready().run(&["--submission", folder.text(), IDS[0], "--report", &report]).exits_with(0);
    assert!(fs::symlink_metadata(&pipe).unwrap().file_type().is_fifo(), "the pipe was replaced");
    assert!(reader.join().unwrap().contains("course/grade/v1"));
}

#[test]
fn a_class_of_nobody() {
    let class = Folder::new();
    let out = class.beside("out");
    let arguments = ["--submissions", class.text(), "--out", out.to_str().unwrap(), IDS[0]];
    Grader::ready().run(&arguments).exits_with(1).says("is empty.").says("one folder for each student");
    let file = class.write("file", "").path.join("file");
    let arguments = ["--submissions", file.to_str().unwrap(), "--out", out.to_str().unwrap(), IDS[0]];
    Grader::ready().run(&arguments).exits_with(1).says("is a file");
    assert!(!out.join("gradebook.csv").exists());
}
