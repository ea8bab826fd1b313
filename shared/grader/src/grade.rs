//! A grade: plain data, apart from how it is found and how it is shown. Its JSON form is `course/grade/v1`.

use std::collections::BTreeMap;

use crate::manifest::Kind;
use crate::score::points::Points;
use crate::test_status::Status;

/// The readers of a test's message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// Everybody.
    Public,
    /// The teacher: students see its name and how it ended, never its input.
    Hidden,
}

impl Visibility {
    /// Of a test of this kind.
    pub(crate) fn of(kind: Kind) -> Self {
        match kind {
            Kind::Hidden => Self::Hidden,
            Kind::Public | Kind::Soft => Self::Public,
        }
    }
}

/// One test of an exercise.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TestGrade {
    /// Unique in the course: `02.parallel_sum::test_adds[3]`. Hidden tests are `02.parallel_sum::hidden::test_more`.
    pub(crate) id: String,
    /// The readers of its message.
    pub(crate) visibility: Visibility,
    /// Its outcome.
    pub(crate) status: Status,
    /// Whether it could only be judged inside the process that the submission controls. A forged pass is possible
    /// there.
    pub(crate) soft: bool,
    /// The points that it earned.
    pub(crate) score: Points,
    /// The points that it could earn. None for soft tests unless the teacher gave them a share.
    pub(crate) max_score: Points,
    /// Its own time.
    pub(crate) seconds: f64,
    /// The problem, for the student; made of the submission's output in part, so never trusted as markup.
    pub(crate) message: String,
}

/// One exercise.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ExerciseGrade {
    /// `02.parallel_sum`
    pub(crate) id: String,
    /// The module's folder name, `02_parallel_sum`.
    pub(crate) module: String,
    /// Its title in the catalogue.
    pub(crate) title: String,
    /// The worst that happened: passed if every test that carries points passed.
    pub(crate) status: Status,
    /// The sum over its tests.
    pub(crate) score: Points,
    /// The catalogue's points.
    pub(crate) max_score: Points,
    /// From build to verdict, shared builds counted once with the first exercise.
    pub(crate) seconds: f64,
    /// If no test could run: the cause, such as rustc's errors. Otherwise empty.
    pub(crate) message: String,
    /// In the manifest's order.
    pub(crate) tests: Vec<TestGrade>,
}

/// A file of the submission that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ignored {
    /// Relative to the submission, as it came: may hold anything that a file name can.
    pub(crate) path: String,
    /// The reason, in a few words.
    pub(crate) reason: String,
}

/// Something for a person to look at; no points depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flag {
    /// The exercise.
    pub(crate) exercise: String,
    /// The file, relative to the module.
    pub(crate) file: String,
    /// From 1; 0 if it is about the whole file.
    pub(crate) line: usize,
    /// The finding.
    pub(crate) message: String,
}

/// The grade of one submission.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Grade {
    /// The name of the submission's folder.
    pub(crate) submission: String,
    /// In the course's order.
    pub(crate) exercises: Vec<ExerciseGrade>,
    /// The points of 100 that soft tests carry, as the teacher set it.
    pub(crate) soft_share: u8,
    /// Mechanisms of the jail that this machine does not have, one sentence each.
    pub(crate) not_enforced: Vec<String>,
    /// The things in the submission besides the exercises' files.
    pub(crate) ignored: Vec<Ignored>,
    /// Places where a person may want to look.
    pub(crate) flags: Vec<Flag>,
    /// The versions that graded: course, rustc, python, numpy, pytest, hypothesis, platform.
    pub(crate) versions: BTreeMap<String, String>,
    /// The seed from which the inputs of property tests and hidden cases were drawn.
    pub(crate) seed: u64,
    /// From intake to verdict.
    pub(crate) seconds: f64,
}

impl Grade {
    /// The points earned.
    #[must_use]
    pub(crate) fn score(&self) -> Points {
        self.exercises.iter().map(|exercise| exercise.score).sum()
    }

    /// The points there were.
    #[must_use]
    pub(crate) fn max_score(&self) -> Points {
        self.exercises.iter().map(|exercise| exercise.max_score).sum()
    }

    /// All tests, in order.
    pub(crate) fn tests(&self) -> impl Iterator<Item = &TestGrade> {
        self.exercises.iter().flat_map(|exercise| &exercise.tests)
    }
}
