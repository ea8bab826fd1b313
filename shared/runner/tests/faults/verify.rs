//! `verify` notices when the course itself is broken. On a module of two exercises, so that one run takes seconds.

use toml::{Table, Value};

use crate::support::{Course, MODULE, Ran};

const KEPT: [&str; 2] = ["process_batch", "parallel_sum"];

/// The lesson of the trimmed module: one block of each kind that is judged.
const LESSON: &str = r#"# 02 · parallel_sum

## Exercise 1 · `process_batch`

```rust
use pyo3::prelude::*;

#[pyfunction]
fn half(x: f64) -> f64 {
    x / 2.0
}
```

## Exercise 2 · `parallel_sum`

```pycon
>>> import parallel_sum
>>> parallel_sum.parallel_sum([1, 2])
3
```

```rust,compile_fail,E0308
fn half(x: f64) -> i64 {
    x / 2.0
}
```

## Where tutorials go wrong

```pycon wrong=parallel_sum.wrapping
>>> import parallel_sum
>>> parallel_sum.parallel_sum([2**63 - 1, 1])
-9223372036854775808
```

## What it costs

## Going further
"#;

const BENCHMARK: &str = r#"from collections.abc import Iterator

from coursekit.bench import Case, Peer, Versions, main


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    yield Case("sum", args=([1, 2, 3],), items=3, peers=[Peer("Python", sum), versions.solution("parallel_sum")])


if __name__ == "__main__":
    main("parallel_sum", cases)
"#;

const TYPE_STUB: &str = r#"from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["direct_sum", "parallel_sum", "process_batch", "process_single", "sum_in_place", "team_sum"]

def process_single(x: float) -> float: ...
def process_batch(xs: Sequence[float]) -> list[float]: ...
def parallel_sum(numbers: Sequence[int]) -> int: ...
def direct_sum(numbers: list[int]) -> int: ...
def sum_in_place(numbers: list[int]) -> int: ...
def team_sum(array: NDArray[np.int64]) -> int: ...
"#;

/// Leaves two exercises of the module, and little else.
fn trim(course: &Course) {
    let catalogue = format!("modules/{MODULE}/course.toml");
    let mut table: Table = course.read(&catalogue).parse().expect("the catalogue is TOML");
    let Some(Value::Array(exercises)) = table.get_mut("exercise") else { panic!("there are exercises") };
    let id = |exercise: &Value| exercise.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let gone: Vec<String> = exercises.iter().map(id).filter(|id| !KEPT.contains(&id.as_str())).collect();
    exercises.retain(|exercise| KEPT.contains(&id(exercise).as_str()));
    course.write(&catalogue, table.to_string());

    let is_gone = |name: &str| {
        gone.iter()
            .any(|slug| name.split('.').next().is_some_and(|stem| stem == slug || stem == format!("test_{slug}")))
    };
    for folder in ["modules/@/src", "modules/@/stubs", "modules/@/tests", "solutions/@/src", "solutions/@/wrong"] {
        let folder = folder.replace('@', MODULE);
        for entry in std::fs::read_dir(course.root.join(&folder)).expect("the folder is there").flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // One wrong version is enough to build, and structure asks for two of each exercise.
            if is_gone(&name) {
                course.remove(&format!("{folder}/{name}"));
            }
        }
    }
    course.write(
        &format!("solutions/{MODULE}/wrong/process_batch.halved.rs"),
        halved("a mistake of the sign of the exponent"),
    );
    for side in ["modules", "solutions"] {
        let path = format!("{side}/{MODULE}/src/lib.rs");
        course.write(&path, without(&course.read(&path), &gone));
        course.write(&format!("{side}/{MODULE}/parallel_sum.pyi"), TYPE_STUB);
    }
    course.write(
        &format!("solutions/{MODULE}/tests/module_tests.rs"),
        format!(
            "//! The module's Rust tests.\n\nextern crate parallel_sum_solution as parallel_sum;\n\n\
             #[path = \"../../../modules/{MODULE}/tests/parallel_sum.rs\"]\nmod parallel_sum_tests;\n"
        ),
    );
    course.write(&format!("modules/{MODULE}/bench.py"), BENCHMARK);
    course.write(&format!("modules/{MODULE}/README.md"), LESSON);
    course.write("README.md", format!("modules/{MODULE}\n"));
    course.write("docs/paths.toml", "[module]\n02 = { at = [0, 0] }\n");
}

/// The table of contents without these exercises: their `mod` line, and their export with its attribute.
fn without(text: &str, gone: &[String]) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines() {
        if gone.iter().any(|slug| line.contains(&format!("super::{slug}::"))) {
            lines.pop(); // #[pymodule_export]
        } else if !gone.iter().any(|slug| line.contains(&format!("mod {slug};"))) {
            lines.push(line);
        }
    }
    format!("{}\n", lines.join("\n"))
}

fn halved(why: &str) -> String {
    format!(
        "//! wrong: {why}.\n//! fails: test_doubles_a_list\n//! says: expected\n\nuse pyo3::prelude::*;\n\n\
         /// Half.\n#[pyfunction]\npub fn process_single(x: f64) -> f64 {{\n    x / 2.0\n}}\n\n\
         /// Halves.\n#[pyfunction]\npub fn process_batch(xs: Vec<f64>) -> Vec<f64> {{\n    \
         xs.into_iter().map(|x| x / 2.0).collect()\n}}\n"
    )
}

fn tally(ran: &Ran) -> (u32, u32) {
    let last = ran.stdout.lines().last().unwrap_or_default();
    let numbers: Vec<u32> =
        last.split(|sign: char| !sign.is_ascii_digit()).filter_map(|word| word.parse().ok()).collect();
    match numbers.as_slice() {
        [passed, failed] if last == format!("{passed} passed, {failed} failed") => (*passed, *failed),
        _ => panic!("the last line is no tally: {ran:?}"),
    }
}

/// Breaks something, expects `verify` to fail and to name the culprit, and mends it.
fn is_noticed(course: &Course, path: &str, broken: Option<&str>, culprits: &[&str]) {
    let path = path.replace('@', MODULE);
    let whole = std::fs::read(course.root.join(&path)).ok();
    match broken {
        Some(text) => course.write(&path, text),
        None => course.remove(&path),
    }
    let ran = course.run(&["verify", "02"]);
    ran.exits_with(1);
    assert!(tally(&ran).1 >= 1, "{ran:?}");
    for culprit in culprits {
        ran.says(culprit);
    }
    match whole {
        Some(bytes) => course.write(&path, bytes),
        None => course.remove(&path),
    }
}

#[test]
fn what_is_broken_in_the_course_fails_verify() {
    let course = Course::first();
    trim(&course);
    let whole = course.run(&["verify"]);
    whole.exits_with(0);
    let (passed, failed) = tally(&whole);
    assert!(passed > 20 && failed == 0, "{whole:?}");

    let solution = course.read(&format!("solutions/{MODULE}/src/parallel_sum.rs"));
    is_noticed(
        &course,
        "solutions/@/src/parallel_sum.rs",
        Some(&solution.replace("i64::try_from(total).ok()", "Some(total as i64)")),
        &["✗ 02.parallel_sum: the solution passes", "✗ 02_parallel_sum: the solution passes the Rust tests"],
    );
    is_noticed(
        &course,
        "modules/@/stubs/parallel_sum.rs",
        Some(&solution),
        &["✗ 02.parallel_sum: the stub fails as unwritten", "the stub passes"],
    );
    let catalogue = course.read(&format!("modules/{MODULE}/course.toml"));
    let mut table: Table = catalogue.parse().expect("the catalogue is TOML");
    if let Some(Value::Array(hints)) = table["exercise"][1].get_mut("hints") {
        hints.pop();
    }
    is_noticed(
        &course,
        "modules/@/course.toml",
        Some(&table.to_string()),
        &["✗ 02.parallel_sum: has its parts", "it has 2 different hints, not 3"],
    );
    is_noticed(
        &course,
        "modules/@/tests/test_forgotten.py",
        Some("def test_nothing() -> None:\n    pass\n"),
        &[
            "✗ 02_parallel_sum: every test file is in the catalogue",
            "tests/test_forgotten.py is not named in course.toml",
        ],
    );
    // Each of the lesson's blocks at once: one run tells them apart.
    let lesson = LESSON
        .replace("fn half(x: f64) -> f64 {", "fn half(x: f64) -> String {")
        .replace("3\n```", "4\n```")
        .replace("E0308", "E0277")
        .replace("-9223372036854775808", "0");
    is_noticed(
        &course,
        "modules/@/README.md",
        Some(&lesson),
        &[
            "✗ 02_parallel_sum/README.md:5: the rust block holds",
            "✗ 02_parallel_sum/README.md:16: the pycon block holds",
            "✗ 02_parallel_sum/README.md:22: the rust,compile_fail,E0277 block holds",
            "✗ 02_parallel_sum/README.md:30: the pycon wrong=parallel_sum.wrapping block holds",
        ],
    );
    // A patch that changes nothing, and one that no longer fits its solution.
    let header = "//! wrong: nothing.\n//! fails: test_overflow\n//! says: wrapped\n\n";
    is_noticed(
        &course,
        "solutions/@/wrong/parallel_sum.wrapping.patch",
        Some(header),
        &["✗ 02.parallel_sum.wrapping: the wrong version is caught", "it passes"],
    );
    let patch = course.read(&format!("solutions/{MODULE}/wrong/parallel_sum.wrapping.patch"));
    is_noticed(
        &course,
        "solutions/@/wrong/parallel_sum.wrapping.patch",
        Some(&patch.replacen(" use pyo3::prelude::*;", " use pyo3::nothing;", 1)),
        &["✗ 02.parallel_sum.wrapping: the wrong version is caught", "the patch does not fit the solution: line"],
    );
    // The others of the same build are judged all the same.
    is_noticed(
        &course,
        "solutions/@/wrong/process_batch.halved.rs",
        Some(&halved("it does not compile").replace("-> f64", "-> String")),
        &[
            "✗ 02.process_batch.halved: the wrong version is caught",
            "it was not judged",
            "✓ 02.parallel_sum.wrapping: the wrong version is caught",
        ],
    );
    let tests = course.read(&format!("modules/{MODULE}/tests/test_process_batch.py"));
    let nosy = "\n\ndef test_of_another_exercise() -> None:\n    assert parallel_sum.parallel_sum([1, 2]) == 3\n";
    is_noticed(
        &course,
        "modules/@/tests/test_process_batch.py",
        Some(&format!("{tests}{nosy}")),
        &[
            "✗ 02.parallel_sum: the other exercises do without it",
            "test_of_another_exercise",
            "✓ 02.process_batch: the other exercises do without it",
        ],
    );
    is_noticed(&course, "modules/@/tests/parallel_sum.rs", None, &["tests/parallel_sum.rs is missing"]);

    // The learner's own work is no part of the course's truth, and verify leaves it alone.
    course.write_body("return Ok(0);");
    let edited = course.read(crate::support::SOURCE);
    course.run(&["verify"]).exits_with(0);
    assert_eq!(course.read(crate::support::SOURCE), edited);
}
