//! The three things that every build and every session of one grading needs.

use crate::environment::Environment;
use crate::environment::sandbox::Jail;
use crate::retry_budget::RetryBudget;

/// The surroundings of the work on one submission, or on the reference.
#[derive(Debug, Clone, Copy)]
pub(crate) struct GradingContext<'g> {
    /// The environment that all gradings share.
    pub(crate) environment: &'g Environment,
    /// The jail, counting this submission's processes.
    pub(crate) jail: &'g Jail,
    /// The time that repeats of its work may still take.
    pub(crate) retry_budget: &'g RetryBudget,
}
