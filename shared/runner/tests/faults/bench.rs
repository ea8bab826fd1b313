//! `cargo course bench`: what fails is said, what is not there is said, and the rest still runs.

use crate::support::{Course, MODULE, SOURCE, run};

const BENCHMARK: &str = r#"from collections.abc import Iterator

from coursekit.bench import Case, Peer, Versions, main


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    peers = [Peer("Python", sum), versions.yours("parallel_sum"), versions.solution("parallel_sum")]
    yield Case("sum", args=([1, 2, 3],), items=3, peers=peers)


if __name__ == "__main__":
    main("parallel_sum", cases)
"#;

#[test]
fn the_rest_still_runs() {
    let course = Course::first();
    let script = format!("modules/{MODULE}/bench.py");
    course.write(&script, BENCHMARK);

    // Not written: no fault. The figures go where they shall.
    let (json, plot) = (course.root.join("figures.json"), course.root.join("figures.svg"));
    let [record, picture] = [&json, &plot].map(|path| path.to_str().expect("the path is text"));
    let ran = course.run(&["bench", "02", &format!("--json={record}"), "--plot", picture]);
    ran.exits_with(0).says("not written yet").says("solution");
    assert!(course.read("figures.json").contains("\"course/bench/v1\""));
    assert!(course.read("figures.svg").contains("<svg"));

    course.write(SOURCE, "fn broken(");
    let ran = course.run(&["bench", "02"]);
    ran.exits_with(0)
        .says("Your module 02_parallel_sum does not compile")
        .says("`cargo course check 02` shows where")
        .says("not given");

    course.write_body("return Ok(numbers.len() as i64);");
    course.run(&["bench", "02"]).exits_with(1).says("wrong result").says("Python gives 6").says("solution");

    // It takes the whole process along.
    course.write_body("std::process::abort();");
    course.run(&["bench", "02"]).exits_with(2).says("The benchmark was broken off").says("cargo course check");

    // The course's own mistake, which must not pass for a peer that is absent.
    course.write(&script, BENCHMARK.replace("solution(\"parallel_sum\")", "solution(\"misspelt\")"));
    course.run(&["bench", "02"]).exits_with(1).says("solution has no `misspelt`");
}

const WHAT_A_PEER_SEES: &str = r#"import os
from collections.abc import Iterator

from coursekit.bench import Case, Peer, Versions, main


def cases(versions: Versions, scale: float) -> Iterator[Case]:
    print("seen:", sorted(os.environ))
    yield Case("sum", args=([1, 2, 3],), peers=[Peer("Python", sum), versions.solution("parallel_sum")])


if __name__ == "__main__":
    main("parallel_sum", cases)
"#;

/// Each of these slows a peer, or Rust itself, on the sly.
const HOBBLES: [(&str, &str); 7] = [
    ("OPENBLAS_CORETYPE", "Haswell"),
    ("OPENBLAS_L2_SIZE", "65536"),
    ("NUMBA_CPU_NAME", "generic"),
    ("NPY_DISABLE_CPU_FEATURES", "X86_V4"),
    ("GLIBC_TUNABLES", "glibc.malloc.arena_max=1"),
    // cargo would refuse both: it is enough that the build goes through.
    ("RUSTFLAGS", "--no-such-option"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "no such level"),
];

#[test]
fn no_setting_of_the_shell_reaches_a_peer() {
    let course = Course::first();
    course.write(&format!("modules/{MODULE}/bench.py"), WHAT_A_PEER_SEES);
    course.write_body("return Ok(numbers.iter().sum());");
    let ran = run(course
        .command(&["bench", "02"])
        .envs(HOBBLES)
        .envs([("RAYON_NUM_THREADS", "1"), ("OPENBLAS_NUM_THREADS", "1")]));
    ran.exits_with(0).says("solution").says("used: ");
    for part in ["does not compile"].into_iter().chain(HOBBLES.map(|(name, _)| name)) {
        ran.never_says(part);
    }
}
