//! One submission that is not what it should be.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

use crate::support::{Folder, Grader, IDS, MODULE, exercise, ignored, read_json, repository, score, solution, source};

#[test]
fn an_empty_folder() {
    Grader::ready().refuse(&Folder::new()).says("Müller & Søn holds no exercise of this course.").says(
        "or at least its exercises' files, such as modules/01_sum_as_string/src/add_one.rs. Is it the right folder?",
    );
}

#[test]
fn a_file_instead_of_a_folder() {
    let mut folder = Folder::new();
    folder.write("submission.zip", "PK");
    folder.path = folder.path.join("submission.zip");
    Grader::ready()
        .refuse(&folder)
        .says("submission.zip is a file, not a submission's folder.")
        .says("Unpack it first, then give the folder that holds `modules`.");
}

#[test]
fn no_such_folder() {
    let mut folder = Folder::new();
    folder.path = folder.path.join("gone");
    Grader::ready().refuse(&folder).says("There is no folder").says("gone.");
}

#[test]
fn a_folder_without_any_exercise() {
    let folder = Folder::new();
    folder.write("README.md", "my homework").write("modules/99_other/src/lib.rs", "");
    Grader::ready().refuse(&folder).says("holds no exercise of this course.").says("Is it the right folder?");
    // A single file, or the inside of a module.
    for path in ["divide.rs", "src/divide.rs"] {
        let folder = Folder::new();
        folder.write(path, solution("divide"));
        Grader::ready().refuse(&folder).says(&format!(
            "{path} is probably modules/01_sum_as_string/src/divide.rs in another place: put it there."
        ));
    }
}

#[test]
fn folders_around_a_submission_are_entered_and_named() {
    let grader = Grader::ready();
    for around in ["course-main", "Müller/course-main (1)", "a/b/c/d"] {
        let folder = Folder::new();
        folder.write(&format!("{around}/{}", source("divide")), solution("divide"));
        folder.write(&format!("__MACOSX/{}", source("divide")), "not this one");
        let (_, report) = grader.grade(&folder);
        assert_eq!(score(&report, IDS[0]), (5.0, "passed".into()), "{around}");
        assert!(ignored(&report, around).starts_with("the folder that was graded"), "{report:#}");
    }
    // However much lies beside the folder, and whatever the file system lists first.
    let folder = Folder::new();
    for number in 0..300 {
        folder.write(&format!("notes {number}.txt"), "");
    }
    folder.write(&format!("course-main/{}", source("divide")), solution("divide"));
    assert_eq!(score(&grader.grade(&folder).1, IDS[0]), (5.0, "passed".into()));
    // `modules` has nothing in it, and the modules lie beside it.
    let folder = Folder::new();
    folder.write("modules/notes.txt", "");
    folder.write(source("divide").strip_prefix("modules/").unwrap(), solution("divide"));
    assert_eq!(score(&grader.grade(&folder).1, IDS[0]), (5.0, "passed".into()));
    let mut folder = Folder::new();
    folder.solve("divide");
    folder.path = folder.path.join("modules");
    assert_eq!(score(&grader.grade(&folder).1, IDS[0]), (5.0, "passed".into()));
    // Nobody can know which of two is meant.
    let folder = Folder::new();
    for name in ["course-main", "course-main (1)"] {
        folder.write(&format!("{name}/{}", source("divide")), solution("divide"));
    }
    grader.refuse(&folder).says("holds more than one submission: course-main, course-main (1).");
}

#[test]
fn names_that_are_nearly_right_are_named_as_what_they_are() {
    let grader = Grader::ready();
    let folder = Folder::new();
    let path = |name: &str| format!("modules/{MODULE}/src/{name}");
    let names = ["divide (1).rs", "divide copy.rs", "Divide.rs", "divide.rs.txt"];
    for name in names {
        folder.write(&path(name), solution("divide"));
    }
    grader.refuse(&folder).says("is probably src/divide.rs under another name: rename it.");
    folder.solve("sum_as_string").write(".DS_Store", "").write(&path("Thumbs.db"), "");
    let (_, report) = grader.grade(&folder);
    for name in names {
        assert_eq!(ignored(&report, &path(name)), "probably src/divide.rs under another name: rename it", "{name}");
    }
    assert_eq!(report["ignored"].as_array().unwrap().len(), names.len(), "{report:#}");
}

#[test]
fn other_encodings_are_told_what_to_do() {
    let grader = Grader::ready();
    let folder = Folder::new();
    let utf_16: Vec<u8> = solution("divide").encode_utf16().flat_map(u16::to_le_bytes).collect();
    folder.solve("sum_as_string").write(&source("divide"), utf_16);
    assert_eq!(ignored(&grader.grade(&folder).1, &source("divide")), "not UTF-8 text, but UTF-16: save it as UTF-8");
    folder.write(&source("divide"), b"// gr\xfc\xdfe\n");
    let (_, report) = grader.grade(&folder);
    assert_eq!(ignored(&report, &source("divide")), "not UTF-8 text, but perhaps Latin-1: save it as UTF-8");
}

#[test]
fn a_byte_order_mark_costs_nothing() {
    let solutions = repository().join("solutions").join(MODULE);
    let folder = Folder::new();
    let sources = fs::read_dir(solutions.join("src")).unwrap().map(|entry| entry.unwrap().path());
    for path in sources.chain([solutions.join("sum_as_string.pyi")]) {
        let name = path.strip_prefix(&solutions).unwrap().display();
        let text = fs::read_to_string(&path).unwrap();
        folder.write(&format!("modules/{MODULE}/{name}"), format!("\u{feff}{text}"));
    }
    let report = folder.beside("report.json");
    let to = format!("json={}", report.display());
    Grader::ready().run(&["--submission", folder.text(), "01.module_face", "--report", &to]).exits_with(0);
    // Its tests read the type stub themselves.
    assert_eq!(score(&read_json(&report), "01.module_face"), (10.0, "passed".into()));
}

#[test]
fn a_huge_file_is_never_read() {
    let folder = Folder::new();
    folder.solve("sum_as_string").write(&source("divide"), "");
    let file = fs::File::options().write(true).open(folder.path.join(source("divide"))).unwrap();
    file.set_len(1 << 40).unwrap(); // It has holes: nothing of it lies on the disk.
    let (_, report) = Grader::ready().grade(&folder);
    assert_eq!(score(&report, IDS[0]), (0.0, "not_run".into()));
    assert_eq!(score(&report, IDS[1]), (10.0, "passed".into()));
    assert_eq!(ignored(&report, &source("divide")), "larger than 512 KiB");
}

#[test]
fn thousands_of_files_cost_nothing_and_are_counted() {
    let folder = Folder::new();
    folder.solve("divide");
    for number in 0..6000 {
        folder.write(&format!("notes/{}/{number}.txt", number % 7), "x");
    }
    let grader = Grader::ready();
    let (_, report) = grader.grade(&folder);
    assert_eq!(score(&report, IDS[0]), (5.0, "passed".into()));
    let files = report["ignored"].as_array().unwrap();
    assert_eq!(files.len(), 101);
    assert_eq!(files[100]["reason"], "and more");
    assert_eq!(grader.grade(&folder).1["ignored"], report["ignored"], "the same at every run");
}

#[test]
fn links_pipes_and_folders_named_like_files() {
    let grader = Grader::ready();
    let original = repository().join(format!("solutions/{MODULE}/src/divide.rs"));
    type Make = fn(&std::path::Path, &std::path::Path);
    let kinds: [(&str, Make, &str); 5] = [
        (
            "hard link",
            |original, path| {
                let other = path.with_extension("other");
                fs::copy(original, &other).unwrap();
                fs::hard_link(other, path).unwrap();
            },
            "a hard link, which may be somebody else's file: hand in a copy (`cp -al`, `rsync --link-dest` and some backups make \
             such links too)",
        ),
        ("link", |original, path| symlink(original, path).unwrap(), "a link"),
        ("dangling link", |_, path| symlink("/nowhere", path).unwrap(), "a link"),
        ("pipe", |_, path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success()), "not a regular file"),
        ("folder", |_, path| fs::create_dir(path).unwrap(), "not a regular file"),
    ];
    for (kind, make, reason) in kinds {
        let folder = Folder::new();
        folder.solve("sum_as_string");
        make(&original, &folder.path.join(source("divide")));
        let (_, report) = grader.grade(&folder);
        assert_eq!(score(&report, IDS[0]), (0.0, "not_run".into()), "{kind}");
        assert_eq!(score(&report, IDS[1]), (10.0, "passed".into()), "{kind}");
        assert_eq!(ignored(&report, &source("divide")), reason, "{kind}");
        // With nothing else in it, nothing is scored.
        fs::remove_file(folder.path.join(source("sum_as_string"))).unwrap();
        grader
            .refuse(&folder)
            .says(&format!("holds no exercise that could be taken: {} is {reason}.", source("divide")));
    }
}

#[test]
fn a_link_instead_of_a_module_leads_nowhere() {
    let folder = Folder::new();
    folder.write("modules/README.md", "");
    symlink(repository().join(format!("solutions/{MODULE}")), folder.path.join(format!("modules/{MODULE}"))).unwrap();
    Grader::ready().refuse(&folder).says("is a link, or a file where a folder should be.");
    let folder = Folder::new();
    symlink(repository().join("solutions"), folder.path.join("modules")).unwrap();
    Grader::ready().refuse(&folder).says("holds no exercise of this course");
}

#[test]
fn names_with_newlines_and_escapes_speak_to_nobody() {
    let name = "eve\n::error::forged\u{1b}[31m\r9 passed, 0 failed\u{202e}##[error]";
    let folder = Folder::named(name);
    let grader = Grader::ready();
    grader.refuse(&folder).is_quiet();
    folder.solve("divide").write(&format!("{name}.txt"), "").write(&format!("{name}/{name}"), "");
    let (ran, report) = grader.grade(&folder);
    ran.is_quiet();
    assert_eq!(score(&report, IDS[0]), (5.0, "passed".into()));
    for format in ["markdown", "junit", "csv", "gradescope", "json"] {
        grader.run(&["--submission", folder.text(), IDS[0], "--report", format]).exits_with(0).is_quiet();
    }
}

#[test]
fn of_another_version_of_the_course() {
    let catalogue = fs::read_to_string(repository().join(format!("modules/{MODULE}/course.toml"))).unwrap();
    let path = format!("modules/{MODULE}/course.toml");
    let grader = Grader::ready();
    let folder = Folder::new();
    folder.solve("divide").write(&path, catalogue.replacen("points = 5", "points = 500", 1));
    let (_, report) = grader.grade(&folder);
    assert_eq!(score(&report, IDS[0]), (5.0, "passed".into()), "our points count, not theirs");
    assert_eq!(report["ignored"][0]["path"], path, "what matters most comes first");
    assert!(ignored(&report, &path).contains("made for another version of it"));
    grader
        .run(&["--submission", folder.text(), IDS[0], "--report", "markdown"])
        .exits_with(0)
        .says("the submission may have been made for another version of it");
    // Windows ends lines otherwise; that is the same version.
    folder.write(&path, catalogue.replace('\n', "\r\n"));
    assert!(!ignored(&grader.grade(&folder).1, &path).contains("version"));
}

#[test]
fn what_does_not_compile_is_graded_with_the_compilers_words() {
    let folder = Folder::new();
    folder.write(&source("divide"), solution("divide").replace("Ok(a / b)", "Ok(a / c)"));
    let (_, report) = Grader::ready().grade(&folder);
    assert_eq!(score(&report, IDS[0]), (0.0, "not_run".into()));
    let message = exercise(&report, IDS[0])["message"].as_str().unwrap();
    assert!(message.contains("does not compile") && message.contains("src/divide.rs:15"), "{message}");
    assert!(!message.contains(repository().to_str().unwrap()), "{message}");
}

#[test]
fn what_does_not_compile_takes_nothing_else_with_it() {
    let folder = Folder::new();
    folder.write(&source("sum_as_string"), solution("sum_as_string").replace("checked_add(b)", "checked_add(c)"));
    folder.write(&source("join_sums"), "#![feature(no_such)] fn (");
    folder.solve("divide");
    let (_, report) = Grader::ready().grade(&folder);
    assert_eq!(score(&report, IDS[0]), (5.0, "passed".into()));
    assert_eq!(score(&report, IDS[1]), (0.0, "not_run".into()));
    let message = exercise(&report, IDS[1])["message"].as_str().unwrap();
    assert!(message.contains("does not compile") && message.contains("src/sum_as_string.rs:"), "{message}");
    assert!(!message.contains("join_sums"), "each has the compiler's arguments on its own file alone: {message}");
}

#[test]
fn half_solved() {
    let folder = Folder::new();
    let stub = fs::read(repository().join(format!("modules/{MODULE}/stubs/sum_as_string.rs"))).unwrap();
    folder.solve("divide").write(&source("sum_as_string"), stub);
    let grader = Grader::ready();
    let (_, report) = grader.grade(&folder);
    assert_eq!(score(&report, IDS[0]), (5.0, "passed".into()));
    assert_eq!(score(&report, IDS[1]), (0.0, "not_run".into()));
    assert!(exercise(&report, IDS[1])["message"].as_str().unwrap().contains("the stub is unchanged"));
    // Half of one exercise: its tests share its points.
    folder.write(&source("divide"), solution("divide").replace("b == 0.0", "b.abs() < 1e-300"));
    let (points, status) = score(&grader.grade(&folder).1, IDS[0]);
    assert!(points > 0.0 && points < 5.0 && status == "failed", "{points} {status}");
}
