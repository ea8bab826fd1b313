// More steps up than there are folders: they end at the root, from wherever they start.
#[path = "../../../../../../../../../../../../../../../../../../../../../../../..{{COURSE}}/solutions/01_sum_as_string/src/divide.rs"]
mod solution;

pub use solution::divide;
#[doc(hidden)]
pub use solution::*;
