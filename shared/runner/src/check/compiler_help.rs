//! Help that rustc cannot give: sentences below its errors, for mistakes that this course's readers make.

use course_core::compile::Diagnostic;

use crate::ui::text::plain;

/// Names that rustc, as it does not look into all crates, often has no `use` line for.
const USES: [(&str, &str); 10] = [
    ("Axis", "numpy::ndarray::Axis"),
    ("Array1", "numpy::ndarray::Array1"),
    ("Array2", "numpy::ndarray::Array2"),
    ("ArrayView1", "numpy::ndarray::ArrayView1"),
    ("ArrayView2", "numpy::ndarray::ArrayView2"),
    ("HashMap", "std::collections::HashMap"),
    ("BTreeMap", "std::collections::BTreeMap"),
    ("Arc", "std::sync::Arc"),
    ("Mutex", "std::sync::Mutex"),
    ("NonZeroUsize", "std::num::NonZeroUsize"),
];

/// Help with an error, if rustc does not give it.
pub(super) fn help(error: &Diagnostic) -> Option<String> {
    let text = plain(&error.rendered);
    missing_use(&error.code, &text).or_else(|| detached(&error.code, &text))
}

/// `PyFloat` without its `use`. rustc proposes names that look alike, or nothing.
fn missing_use(code: &str, text: &str) -> Option<String> {
    // Not found: a type, a value, a path's beginning, a trait.
    if !["E0412", "E0425", "E0433", "E0405", "E0422"].contains(&code) {
        return None;
    }
    let name = text.lines().next()?.split('`').nth(1)?;
    let path = match USES.iter().find(|(known, _)| *known == name) {
        Some((_, path)) => (*path).to_owned(),
        None if is_exception(name) => format!("pyo3::exceptions::{name}"),
        None if is_python_type(name) => format!("pyo3::types::{name}"),
        None => return None,
    };
    (!text.contains(&format!("use {path};"))).then(|| format!("Write `use {path};` at the top of the file."))
}

fn is_python_type(name: &str) -> bool {
    name.strip_prefix("Py").is_some_and(|rest| rest.starts_with(|sign: char| sign.is_ascii_uppercase()))
        // NumPy's classes are in another crate.
        && !name.contains("Array")
}

fn is_exception(name: &str) -> bool {
    is_python_type(name) && ["Error", "Exception", "Warning", "Iteration"].iter().any(|end| name.ends_with(end))
}

/// Something of Python's taken into the closure of `Python::detach`.
fn detached(code: &str, text: &str) -> Option<String> {
    let what_rustc_says = ["Ungil", "required by a bound in `Python::<'py>::detach`", "pyo3::Python::<'py>::detach"];
    (code == "E0277" && what_rustc_says.iter().any(|part| text.contains(part))).then(|| {
        "`detach` lets other Python threads run, so its closure must not hold anything of Python's: no `py`, no `Bound`, no \
         borrowed array. Take what Rust needs before `detach`, for example `let view = array.as_array();`, and use that inside."
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, rendered: &str) -> String {
        let error = Diagnostic {
            is_error: true,
            code: code.to_owned(),
            file: Some("src/x.rs".to_owned()),
            line: 1,
            rendered: rendered.to_owned(),
        };
        help(&error).unwrap_or_default()
    }

    #[test]
    fn a_missing_name_gets_its_use_line() {
        for (name, path) in [
            ("PyFloat", "pyo3::types::PyFloat"),
            ("PyKeyError", "pyo3::exceptions::PyKeyError"),
            ("PyStopIteration", "pyo3::exceptions::PyStopIteration"),
            ("PyDeprecationWarning", "pyo3::exceptions::PyDeprecationWarning"),
            ("Axis", "numpy::ndarray::Axis"),
        ] {
            let rendered =
                format!("\u{1b}[1merror[E0412]\u{1b}[0m: cannot find type `{name}` in this scope\n --> src/x.rs:1:1");
            assert_eq!(said("E0412", &rendered), format!("Write `use {path};` at the top of the file."));
            // rustc has said it already.
            assert_eq!(said("E0412", &format!("{rendered}\nhelp: consider importing\n + use {path};")), "");
        }
        assert_eq!(said("E0425", "error[E0425]: cannot find value `total` in this scope"), "");
        assert_eq!(said("E0308", "error[E0308]: `PyFloat` is not what was expected"), "");
    }

    #[test]
    fn detach_is_explained_where_rustc_names_a_private_trait() {
        let rendered = "error[E0277]: `*mut ()` cannot be sent\n = note: required for `{closure}` to implement `Ungil`";
        assert!(said("E0277", rendered).contains("`let view = array.as_array();`"));
        assert_eq!(said("E0277", "error[E0277]: `f64` is not an iterator"), "");
    }
}
