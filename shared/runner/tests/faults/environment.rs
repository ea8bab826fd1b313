//! `.venv` and the settings around it: another Python, a folder that was moved or half deleted, and what users have set for
//! pip, uv and cargo.

use std::path::PathBuf;

use crate::machine::{Aside, lock_one_package};
use crate::support::{Course, run, scratch, script};

/// The folder for the environment's packages.
fn site_packages(course: &Course) -> PathBuf {
    let library = std::fs::read_dir(course.root.join(".venv/lib")).expect("the environment has a library");
    library.flatten().map(|entry| entry.path().join("site-packages")).find(|path| path.is_dir()).expect("packages")
}

#[test]
fn the_users_settings_for_pip_lead_nowhere_else() {
    let course = Course::ready();
    let _aside = Aside::put(&course);
    lock_one_package(&course);
    let elsewhere = scratch("pip elsewhere");
    let settings = elsewhere.join("pip.conf");
    for text in
        ["user = true".to_owned(), format!("target = {}/conf", elsewhere.display()), "prefix = /nowhere".to_owned()]
    {
        std::fs::write(&settings, format!("[install]\n{text}\n")).expect("a file can be written");
        for (name, value) in [
            ("PIP_USER", "1".to_owned()),
            ("PIP_TARGET", format!("{}/target", elsewhere.display())),
            ("PIP_PREFIX", format!("{}/prefix", elsewhere.display())),
            ("PIP_ROOT", format!("{}/root", elsewhere.display())),
            ("PIP_DRY_RUN", "1".to_owned()),
        ] {
            let _ = std::fs::remove_dir_all(course.root.join(".venv"));
            let mut command = course.command(&["setup"]);
            command.env("COURSE_NO_UV", "1").env("PIP_CONFIG_FILE", &settings).env(name, &value);
            run(&mut command).exits_with(0).says("Set up.");
            assert!(site_packages(&course).join("iniconfig/__init__.py").is_file(), "{name}={value}");
            // One variable beside each setting is enough.
            if text != "user = true" {
                break;
            }
        }
    }
    let left: Vec<_> = std::fs::read_dir(&elsewhere).expect("a folder").flatten().map(|entry| entry.path()).collect();
    assert_eq!(left, [settings], "something was installed elsewhere");
}

#[test]
fn an_environment_that_is_not_whole_is_noticed_and_mended() {
    let course = Course::ready();
    let _aside = Aside::put(&course);
    lock_one_package(&course);
    let set_up = |course: &Course| {
        let mut command = course.command(&["setup"]);
        run(command.env("COURSE_NO_UV", "1"))
    };
    set_up(&course).exits_with(0).says("Set up.").never_says("made anew");
    set_up(&course).exits_with(0).says("All was set up already.").never_says("made anew");

    // Half deleted.
    std::fs::remove_file(site_packages(&course).join("iniconfig/__init__.py")).expect("it can be removed");
    course.run(&["doctor"]).exits_with(2).says("✗ Set-up");
    set_up(&course).exits_with(0).never_says("made anew").says("installed again, as files were missing: iniconfig-");
    assert!(site_packages(&course).join("iniconfig/__init__.py").is_file());

    // One package gone with all that describes it, and its lock only asks for it on some Pythons, as for NumPy.
    let conditional =
        course.read("shared/python/requirements.txt").replacen(" \\", " ; python_full_version >= '3.11' \\", 1);
    course.write("shared/python/requirements.txt", &conditional);
    set_up(&course).exits_with(0).says("Set up.");
    for entry in std::fs::read_dir(site_packages(&course)).expect("packages").flatten() {
        if entry.file_name().to_string_lossy().starts_with("iniconfig") {
            std::fs::remove_dir_all(entry.path()).expect("it can be removed");
        }
    }
    course.run(&["doctor"]).exits_with(2).says("✗ Set-up");
    set_up(&course).exits_with(0).never_says("made anew");
    assert!(site_packages(&course).join("iniconfig/__init__.py").is_file());

    // All packages gone, and the interpreter still there.
    std::fs::remove_dir_all(course.root.join(".venv/lib")).expect("it can be removed");
    course.run(&["doctor"]).exits_with(2).says("✗ Set-up");
    set_up(&course).exits_with(0);
    assert!(site_packages(&course).join("iniconfig/__init__.py").is_file());

    // Moved, or copied with its folder.
    let activate = course.read(".venv/bin/activate");
    let here = course.root.join(".venv");
    course.write(".venv/bin/activate", activate.replace(&*here.to_string_lossy(), "/elsewhere/.venv"));
    course.edit(".venv/pyvenv.cfg", "home", "home ");
    course.run(&["doctor"]).exits_with(2).says("✗ Set-up");
    set_up(&course).exits_with(0).says("made anew: it was made in another folder");

    // The base was upgraded to another version.
    let settings = course.read(".venv/pyvenv.cfg");
    let version = settings.lines().find_map(|line| line.strip_prefix("version = ")).expect("a version").to_owned();
    course.edit(".venv/pyvenv.cfg", &format!("version = {version}"), "version = 3.9.2");
    course.run(&["doctor"]).exits_with(2).says("✗ Set-up");
    set_up(&course).exits_with(0).says("made anew: it was made with Python 3.9.2, and the base is");

    // A file in its place: nothing of the user's is deleted.
    let environment = course.root.join(".venv");
    let kept = environment.with_file_name("kept environment");
    std::fs::rename(&environment, &kept).expect("it can be moved");
    std::fs::write(&environment, "").expect("a file can be written");
    set_up(&course)
        .exits_with(2)
        .says(".venv is a file, and a folder is needed there.")
        .says("Move it away, then try again.");
    std::fs::remove_file(&environment).expect("it can be removed");

    // A link to an environment that may be somebody's own.
    std::os::unix::fs::symlink(&kept, &environment).expect("a link can be made");
    let activate_there = kept.join("bin/activate");
    let own = std::fs::read_to_string(&activate_there).expect("it can be read");
    std::fs::write(&activate_there, own.replace(&*environment.to_string_lossy(), "/elsewhere/.venv")).expect("written");
    for _ in 0..2 {
        set_up(&course)
            .exits_with(2)
            .says("it was made in another folder), and it is a link to")
            .says("kept environment, which would be emptied")
            .says("Delete the link .venv");
    }
    assert!(kept.join("bin/python").exists(), "what the link leads to was emptied");
    std::fs::write(&activate_there, own).expect("written");
    set_up(&course).exits_with(0).never_says("made anew");
    std::fs::remove_file(&environment).expect("it can be removed");
    std::os::unix::fs::symlink("/nowhere", &environment).expect("a link can be made");
    set_up(&course).exits_with(2).says("there is nothing at the end of the link");
    std::fs::remove_file(&environment).expect("it can be removed");
    std::fs::rename(&kept, &environment).expect("it can be moved back");

    // Its interpreter is gone.
    course.remove(".venv/bin/python");
    course.run(&["doctor"]).exits_with(2).says(".venv is there, but its Python does not run");
    set_up(&course).exits_with(0).says("made anew: its Python did not run");
    set_up(&course).says("All was set up already.");
}

/// On macOS `/tmp` is a link to `/private/tmp`; elsewhere people keep folders on another disk behind links.
#[test]
#[cfg(unix)]
fn a_course_behind_a_link_is_the_same_course() {
    let course = Course::ready();
    let link = scratch("behind a link").join("course");
    std::os::unix::fs::symlink(&course.root, &link).expect("a link can be made");
    let behind = |arguments: &[&str]| run(course.command(arguments).current_dir(&link));
    course.run(&["check", "02.process_batch"]).exits_with(1);
    behind(&["setup"]).exits_with(0).says("All was set up already.").never_says("made anew");
    behind(&["check", "02.process_batch"]).exits_with(1).says("not yet").never_says("made anew");
    course.run(&["setup"]).says("All was set up already.");
}

#[test]
fn another_choice_of_python_is_never_passed_over() {
    let course = Course::ready();
    let other = scratch("another python").join("python3");
    let real = course.root.join(".venv/bin/python");
    // The same program under another roof, which is all that an answer tells.
    script(
        &other,
        &format!(
            "case \"$*\" in *version_info*) '{}' \"$@\" | sed -e '4 s,.*,{},' -e '$ s,.*,/another/base,';; *) exit 7;; esac",
            real.display(),
            other.display()
        ),
    );
    let asked = |choice: &PathBuf, arguments: &[&str]| {
        let mut command = course.command(arguments);
        run(command.env("COURSE_PYTHON", choice).env("COURSE_NO_UV", "1"))
    };
    // An empty variable asks for nothing, and neither do these of Python itself.
    for (name, value) in [("COURSE_PYTHON", ""), ("PYTHONHOME", "/nowhere"), ("PYTHONPATH", "/nowhere")] {
        let ran = run(course.command(&["setup"]).env(name, value).env("COURSE_NO_UV", "1"));
        ran.exits_with(0).says("All was set up already.").never_says("made anew");
    }
    // The one that is there: nothing to do.
    asked(&real, &["setup"]).exits_with(0).says("All was set up already.").never_says("made anew");
    asked(&other, &["doctor"]).exits_with(2).says("✗ Set-up");
    // It cannot be used in earnest, so set-up gets as far as asking it for an environment.
    for command in [&["setup"][..], &["check", "02.process_batch"]] {
        asked(&other, command).exits_with(2).says("Cannot make the Python environment");
    }
    let nonsense = PathBuf::from("/no/such/python");
    for command in [&["setup"][..], &["check", "02.process_batch"]] {
        asked(&nonsense, command)
            .exits_with(2)
            .says("COURSE_PYTHON names /no/such/python, which is no Python that runs.");
    }
    course.run(&["check", "02.process_batch"]).exits_with(1);
}

#[test]
fn cargo_builds_for_the_python_that_is_there() {
    let course = Course::ready();
    let settings = course.read(".cargo/python.toml");
    assert!(settings.contains("PYO3_ENVIRONMENT_SIGNATURE = { value = \"cpython 3."), "{settings}");
    assert!(
        !course.read(".cargo/config.toml").contains("PYO3_ENVIRONMENT_SIGNATURE = "),
        "it would overrule python.toml"
    );
    course.run(&["doctor"]).exits_with(0).says("✓ Packages").says("✓ Extension").says("has loaded it");
}

#[test]
fn the_users_settings_for_cargo_build_nothing_else() {
    let course = Course::ready();
    course.solve("process_batch");
    for (name, value) in [
        ("RUSTFLAGS", "-D warnings"),
        ("CARGO_ENCODED_RUSTFLAGS", "-Clink-arg=--no-such-option"),
        ("CARGO_BUILD_RUSTFLAGS", "--no-such-option"),
        ("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "--no-such-option"),
        ("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "--no-such-option"),
        ("PYTHONHOME", "/nowhere"),
        ("PYTHONPLATLIBDIR", "/nowhere"),
        ("CARGO_BUILD_TARGET", "wasm32-unknown-unknown"),
        ("CARGO_PROFILE_DEV_OVERFLOW_CHECKS", "nonsense"),
        ("PYO3_NO_PYTHON", "1"),
        ("PYO3_CONFIG_FILE", "/no/such/file"),
    ] {
        let mut command = course.command(&["check", "02.process_batch"]);
        let ran = run(command.env(name, value));
        assert_eq!(ran.code, Some(0), "{name}={value}\n{}\n{}", ran.stdout, ran.stderr);
    }
    // A settings file for all projects below a folder has less weight than that of the course, and more than the user's own.
    let settings = course.root.parent().expect("a folder above").join(".cargo/config.toml");
    std::fs::create_dir_all(settings.parent().expect("a folder")).expect("a folder can be made");
    for text in [
        "[build]\nrustflags = [\"--no-such-option\"]\n",
        "[target.'cfg(unix)']\nrustflags = [\"--no-such-option\"]\n",
        "[profile.dev]\npanic = \"abort\"\noverflow-checks = true\nopt-level = 0\n",
    ] {
        std::fs::write(&settings, text).expect("a file can be written");
        let started = std::time::SystemTime::now();
        let ran = course.run(&["check", "02.process_batch"]);
        std::fs::remove_file(&settings).expect("it can be removed");
        ran.exits_with(0);
        // PyO3 is as it was: a learner with such settings does not wait for it.
        let built = std::fs::read_dir(course.root.join("target/debug/deps")).expect("a folder").flatten();
        for pyo3 in built.filter(|entry| entry.file_name().to_string_lossy().starts_with("libpyo3-")) {
            assert!(pyo3.metadata().expect("a file").modified().expect("a time") < started, "{text}");
        }
    }
    // A target of the user's own is named, with the file that it stands in.
    std::fs::write(&settings, "[build]\ntarget = \"wasm32-unknown-unknown\"\n").expect("a file can be written");
    let ran = course.run(&["check", "02.process_batch"]);
    std::fs::remove_file(&settings).expect("it can be removed");
    ran.exits_with(2).says("config.toml has `build.target = \"wasm32-unknown-unknown\"`").says("take it out");
    // Another folder for what is built is the user's right, and found.
    let elsewhere = scratch("another target");
    let mut command = course.command(&["check", "02.process_batch"]);
    run(command.env("CARGO_TARGET_DIR", &elsewhere)).exits_with(0);
    let _ = std::fs::remove_dir_all(elsewhere); // Some hundred megabytes.
}
