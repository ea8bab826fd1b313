//! Machines: interrupted, full, shared, without a jail.

use std::fs;
use std::path::Path;

use crate::support::{
    Folder, Grader, IDS, MODULE, finish, mounted, not_simulated, repository, run, score, signal, solution, source,
    start, wait_until,
};

/// A class of four that solve one exercise; the third does it by half.
fn small_class() -> Folder {
    let class = Folder::new();
    for name in ["anna", "ben", "cleo", "dan"] {
        let text = solution("divide");
        let text = if name == "cleo" { text.replace("a / b)", "b / a)") } else { text };
        class.write(&format!("{name}/{}", source("divide")), text);
    }
    class
}

fn arguments<'w>(class: &'w Folder, out: &'w Path) -> Vec<&'w str> {
    vec!["--submissions", class.text(), "--out", out.to_str().unwrap(), IDS[0], "--jobs", "1"]
}

fn when(path: &Path) -> std::time::SystemTime {
    fs::metadata(path).unwrap().modified().unwrap()
}

fn interrupted_by(name: &str, code: Option<i32>) {
    let grader = Grader::ready();
    let class = small_class();
    let whole = class.beside("whole");
    let seed = ["--seed", "7"];
    grader.run(&[&arguments(&class, &whole)[..], &seed].concat()).exits_with(0).says("4 graded, 0 not graded.");

    let out = class.beside("out");
    let arguments = [&arguments(&class, &out)[..], &seed].concat();
    let child = start(&mut grader.command(&arguments));
    wait_until("somebody is graded", || out.join("anna/grade.key").exists());
    signal(&child, name);
    assert_eq!(finish(child).code, code);
    grader.assert_no_processes();
    assert!(!out.join("gradebook.csv").exists(), "half a class has no gradebook");
    let graded: Vec<_> =
        ["anna", "ben", "cleo", "dan"].iter().filter(|name| out.join(name).join("grade.key").exists()).collect();
    assert!(graded.len() < 4, "it was stopped too late to show anything");
    let before: Vec<_> = graded.iter().map(|name| when(&out.join(name).join("grade.json"))).collect();

    grader.run(&arguments).exits_with(0).says("4 graded, 0 not graded.");
    let after: Vec<_> = graded.iter().map(|name| when(&out.join(name).join("grade.json"))).collect();
    assert_eq!(before, after, "what was graded is not graded again");
    let [one, other] = [&whole, &out].map(|folder| fs::read_to_string(folder.join("gradebook.csv")).unwrap());
    assert_eq!(one, other);
    let left: Vec<_> = fs::read_dir(grader.work.join("scratch")).unwrap().flatten().map(|entry| entry.path()).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(fs::read_dir(&out).unwrap().count(), 5, "four students and the gradebook");
}

#[test]
fn an_interrupted_class_goes_on() {
    interrupted_by("INT", Some(130));
}

#[test]
fn a_terminated_class_goes_on() {
    interrupted_by("TERM", Some(130));
}

#[test]
fn a_killed_class_goes_on() {
    interrupted_by("KILL", None);
}

#[test]
fn a_resumed_class_keeps_its_seed_and_sees_what_has_changed() {
    let grader = Grader::ready();
    let class = small_class();
    let out = class.beside("out");
    grader.run(&arguments(&class, &out)).exits_with(0);
    let seed = fs::read_to_string(out.join("seed")).unwrap();
    let names = ["anna", "ben", "cleo", "dan"];
    let before = names.map(|name| when(&out.join(name).join("grade.json")));
    class.write(&format!("cleo/{}", source("divide")), solution("divide"));
    grader.run(&arguments(&class, &out)).exits_with(0).says("cleo: 5 of 5 points");
    assert_eq!(fs::read_to_string(out.join("seed")).unwrap(), seed);
    let after = names.map(|name| when(&out.join(name).join("grade.json")));
    let changed: Vec<&str> = names
        .into_iter()
        .zip(before.iter().zip(&after))
        .filter(|(_, (one, other))| one != other)
        .map(|(name, _)| name)
        .collect();
    assert_eq!(changed, ["cleo"]);
    // A key without its result, a result that is none: graded again, never guessed.
    fs::remove_file(out.join("anna/grade.json")).unwrap();
    fs::write(out.join("ben/grade.json"), "{}").unwrap();
    grader.run(&arguments(&class, &out)).exits_with(0).says("4 graded, 0 not graded.");
    for name in ["anna", "ben"] {
        assert_eq!(score(&crate::support::read_json(&out.join(name).join("grade.json")), IDS[0]).0, 5.0);
    }
}

#[test]
fn a_grade_from_a_weaker_jail_does_not_count_in_a_stronger_one() {
    let grader = Grader::ready();
    let class = small_class();
    let out = class.beside("out");
    let arguments = arguments(&class, &out);
    grader.run(&[&arguments[..], &["--without", "namespaces"]].concat()).exits_with(0).says("NOT ENFORCED: ");
    let before = when(&out.join("anna/grade.json"));
    grader.run(&arguments).exits_with(0);
    assert_ne!(when(&out.join("anna/grade.json")), before);
}

#[test]
fn without_the_whole_jail_strict_scores_nothing() {
    let grader = Grader::ready();
    let class = small_class();
    let out = class.beside("out");
    let strict = ["--require", "strict", "--without", "namespaces"];
    grader
        .run(&[&arguments(&class, &out)[..], &strict].concat())
        .exits_with(2)
        .says("NOT ENFORCED: ")
        .says("Nothing was graded: --require strict, and the jail is incomplete on this machine.");
    assert!(!out.exists(), "something was written");
    let report = class.beside("report.json");
    let one = class.path.join("anna");
    let one = ["--submission", one.to_str().unwrap(), IDS[0], "--report", &format!("json={}", report.display())]
        .map(str::to_owned);
    let one: Vec<&str> = one.iter().map(String::as_str).chain(strict).collect();
    grader.run(&one).exits_with(2);
    assert!(!report.exists(), "something was scored");
}

#[test]
fn two_graders_in_one_folder_take_turns() {
    let grader = Grader::ready();
    let class = small_class();
    let [one, two, three] = ["one", "two", "three"].map(|name| class.beside(name));
    let first = start(&mut grader.command(&[&arguments(&class, &one)[..], &["--seed", "3"]].concat()));
    wait_until("the first has the folder", || one.join("anna").exists());
    let second = start(&mut grader.command(&[&arguments(&class, &two)[..], &["--seed", "3"]].concat()));
    // A grader that waits can be stopped.
    let third = start(&mut grader.command(&arguments(&class, &three)));
    std::thread::sleep(std::time::Duration::from_millis(500));
    signal(&third, "INT");
    let third = finish(third);
    third.exits_with(130).says("Another grader works in").says("waiting for it.");
    let [first, second] = [first, second].map(finish);
    first.exits_with(0);
    second.exits_with(0).says("Another grader works in");
    let [one, two] = [one, two].map(|folder| fs::read_to_string(folder.join("gradebook.csv")).unwrap());
    assert_eq!(one, two);
    assert!(!three.exists());
}

/// Mounts a file system of this size, and fills it but for the rest.
fn small_disk(folder: &Path, size: &str, filled: &str) -> String {
    let folder = folder.display();
    format!(
        "mount -t tmpfs -o size={size} none '{folder}' && {{ head -c {filled} /dev/zero > '{folder}/.fill' 2>&-; true; }}"
    )
}

#[test]
fn a_full_disk_to_work_on_is_charged_to_nobody() {
    let grader = Grader::ready();
    let class = small_class();
    let out = class.beside("out");
    grader.run(&arguments(&class, &class.beside("first"))).exits_with(0); // Builds what is built once.
    let scratch = grader.work.join("scratch");
    let arguments = [&arguments(&class, &out)[..], &["--seed", "5"]].concat();
    let full = "The disk is full. Free some space";

    let Some(ran) = mounted(&grader, &small_disk(&scratch, "64m", "1"), &arguments) else {
        return not_simulated("a full disk: no mount namespaces on this machine");
    };
    ran.exits_with(1).says(full);
    assert!(!out.join("anna").exists() && !out.join("cleo").exists(), "something was scored");

    // Room enough at first, and too little once there is something in it: what passed has passed, what failed may have
    // failed for that, and is not scored.
    let ran = mounted(&grader, &small_disk(&scratch, "131200k", "1"), &arguments).expect("as before");
    ran.exits_with(1).says(full).says("3 graded, 1 not graded.").says("1 could not be graded on this machine");
    assert!(out.join("anna/grade.json").exists() && !out.join("cleo").exists());
    let reasons = fs::read_to_string(out.join("not-graded.txt")).unwrap();
    assert!(reasons.starts_with("cleo: not graded. ") && reasons.lines().count() == 1, "{reasons}");

    // And with room again, the same command ends it.
    grader.run(&arguments).exits_with(0).says("4 graded, 0 not graded.");
    assert!(!out.join("not-graded.txt").exists());
    assert!(score(&crate::support::read_json(&out.join("cleo/grade.json")), IDS[0]).0 < 5.0);
}

#[test]
fn a_full_disk_for_the_results_loses_nothing() {
    let grader = Grader::ready();
    let class = small_class();
    let out = class.beside("out");
    let arguments = [&arguments(&class, &out)[..], &["--seed", "5"]].concat();
    grader.run(&arguments).exits_with(0);
    let first = fs::read_to_string(out.join("gradebook.csv")).unwrap();
    fs::remove_dir_all(&out).unwrap();
    fs::create_dir_all(&out).unwrap();
    let Some(ran) = mounted(&grader, &small_disk(&out, "64k", "1m"), &arguments) else {
        return not_simulated("a full disk: no mount namespaces on this machine");
    };
    ran.exits_with(1).says("Cannot write").says("The disk is full. Free some space");
    grader.run(&arguments).exits_with(0);
    assert_eq!(fs::read_to_string(out.join("gradebook.csv")).unwrap(), first);
}

#[test]
fn control_groups_of_a_killed_grader_are_swept_away() {
    let Some(tree) = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]
        .into_iter()
        .map(Path::new)
        .find(|tree| tree.join("cgroup.procs").is_file())
    else {
        return not_simulated("control groups: no file system of them on this machine");
    };
    let dead = tree.join("course-grade-999999999-0");
    let alive = tree.join(format!("course-grade-{}-0", std::process::id()));
    if fs::create_dir(&dead).is_err() {
        return not_simulated("control groups: they cannot be made by this user");
    }
    fs::create_dir(&alive).unwrap();
    let class = small_class();
    let one = class.path.join("anna");
    run(&mut Grader::ready().command(&["--submission", one.to_str().unwrap(), IDS[0]])).exits_with(0);
    let (gone, kept) = (!dead.exists(), alive.exists());
    let _ = fs::remove_dir(&alive); // Ours; what matters was seen.
    assert!(gone && kept, "gone: {gone}, kept: {kept}");
}

/// The process with the submission, by its number, as soon as there is one: `grading-worker` is asked from outside, `worker`
/// runs soft tests.
fn worker_of(grader: &Grader, kind: &str) -> u32 {
    let python = grader.work.join("python/bin/python");
    let start = format!("{}\0", python.display());
    let mut found = None;
    wait_until("the submission's process runs", || {
        let numbers =
            fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        found = numbers.into_iter().find(|number: &u32| {
            let line = fs::read(format!("/proc/{number}/cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).into_owned();
            line.starts_with(&start) && line.contains(&format!("\0{kind}\0"))
        });
        found.is_some()
    });
    found.expect("it was waited for")
}

fn send(signal: &str, process: u32) {
    let sent = std::process::Command::new("kill").args([signal, &process.to_string()]).status().unwrap();
    assert!(sent.success(), "it had ended already");
}

#[test]
fn a_process_that_was_killed_from_outside_is_charged_to_nobody() {
    let grader = Grader::ready();
    let folder = Folder::new();
    folder.solve("divide");
    grader.grade(&folder); // The reference runs once, and its processes are not meant.
    let slow = solution("divide").replace(
        "-> PyResult<f64> {",
        "-> PyResult<f64> {\n    static ONCE: std::sync::Once = std::sync::Once::new();\n    \
         ONCE.call_once(|| std::thread::sleep(std::time::Duration::from_secs(5)));\n",
    );
    assert!(slow.contains("from_secs(5)"), "the solution's signature is another one now");
    folder.write(&source("divide"), slow);
    // For want of memory, or at the end of a batch job; and a machine that is asleep while the clock goes on.
    for signal in ["-KILL", "-TERM", "-STOP"] {
        let report = folder.beside("report.json");
        let report_option = format!("json={}", report.display());
        let child = start(&mut grader.command(&["--submission", folder.text(), IDS[0], "--report", &report_option]));
        let worker = worker_of(&grader, "grading-worker");
        std::thread::sleep(std::time::Duration::from_secs(2)); // In the first test, most likely; at its import otherwise.
        send(signal, worker);
        finish(child).exits_with(0);
        assert_eq!(score(&crate::support::read_json(&report), IDS[0]), (5.0, "passed".into()), "{signal}");
    }
}

#[test]
fn soft_tests_whose_process_was_killed_are_run_again() {
    let grader = Grader::ready();
    let folder = Folder::new();
    let slow = solution("module_face").replace(
        "-> PyResult<()> {",
        "-> PyResult<()> {\n    std::thread::sleep(std::time::Duration::from_secs(5));\n",
    );
    assert!(slow.contains("from_secs(5)"), "the solution's signature is another one now");
    let report = folder.beside("report.json");
    let report_option = format!("json={}", report.display());
    let options = ["--submission", folder.text(), "01.module_face", "--soft-share", "50", "--report", &report_option];
    grader.run(&options); // The reference runs once, and its processes are not meant.
    let stub = repository().join(format!("solutions/{MODULE}/sum_as_string.pyi"));
    folder.write(&format!("modules/{MODULE}/sum_as_string.pyi"), fs::read(stub).unwrap());
    folder.solve("join_sums").write(&source("module_face"), slow);
    let child = start(&mut grader.command(&options));
    let worker = worker_of(&grader, "worker");
    std::thread::sleep(std::time::Duration::from_secs(2)); // While it is imported.
    send("-KILL", worker);
    finish(child).exits_with(0);
    let report = crate::support::read_json(&report);
    assert!(report["soft"]["max_score"].as_f64() > Some(0.0), "{report}");
    assert_eq!(report["soft"]["score"], report["soft"]["max_score"], "{report}");
}
