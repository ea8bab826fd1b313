//! A module's `src/lib.rs`, taken apart: the table of contents for Python, and the rest.

use std::collections::BTreeSet;

/// A crate's `lib.rs` in two parts: the table of contents for Python, and the rest.
pub(super) struct Library {
    /// The crate's name in paths.
    pub(super) crate_name: String,
    /// Everything but the Python module.
    pub(super) rest: String,
    /// The Python module, from its doc comment to its closing brace.
    pub(super) contents: String,
    /// The first line of its doc comment.
    pub(super) doc: String,
    /// The files beside it.
    pub(super) modules: Vec<String>,
}

impl Library {
    pub(super) fn read(text: &str, package: &str) -> Option<Self> {
        let lines: Vec<&str> = text.lines().collect();
        let attribute =
            lines.iter().position(|line| line.starts_with("#[pyo3::pymodule") || line.starts_with("#[pymodule"))?;
        let is_above = |line: &&&str| line.starts_with("//") && !line.starts_with("//!");
        let above = lines[..attribute].iter().rev().take_while(is_above).count();
        let (start, end) = (attribute - above, attribute + lines[attribute..].iter().position(|line| *line == "}")?);
        let doc = lines[start..attribute].iter().find_map(|line| line.strip_prefix("/// ")).unwrap_or_default();
        let modules = lines.iter().filter_map(|line| {
            line.strip_prefix("pub mod ").or_else(|| line.strip_prefix("mod ")).and_then(|rest| rest.strip_suffix(';'))
        });
        Some(Self {
            crate_name: package.to_owned(),
            rest: [&lines[..start], &lines[end + 1..]].concat().join("\n"),
            contents: lines[start..=end].join("\n"),
            doc: doc.to_owned(),
            modules: modules.map(str::to_owned).collect(),
        })
    }

    /// Whether code of the library itself, past declaring and exporting, uses one of its files.
    pub(super) fn calls(&self, name: &str) -> bool {
        let uses = |text: &str| {
            text.lines().any(|line| {
                let line = line.trim_start();
                !line.starts_with("pub mod ")
                    && !line.starts_with("mod ")
                    && !line.starts_with("use super::")
                    && refers_to(line, name)
            })
        };
        uses(&self.rest) || uses(&self.contents)
    }

    /// Whether the table of contents has a public name from a file that is left out.
    pub(super) fn is_left_out(&self, public: &str, needed: &BTreeSet<String>) -> bool {
        self.exports().iter().any(|(file, names)| {
            self.modules.contains(file) && !needed.contains(file) && names.iter().any(|name| name == public)
        })
    }

    /// Each export: the file or type it is from, and the names.
    pub(super) fn exports(&self) -> Vec<(String, Vec<String>)> {
        let lines = self.contents.lines().filter_map(|line| line.trim().strip_prefix("use super::")?.strip_suffix(';'));
        lines
            .map(|path| {
                let (file, names) = path.split_once("::").unwrap_or((path, path));
                let names = names.trim_matches(['{', '}']).split(',').map(|name| name.trim().to_owned());
                (file.to_owned(), names.collect())
            })
            .collect()
    }

    /// `core/src/lib.rs`: the rest, open to the binding.
    pub(super) fn core(&self, needed: &BTreeSet<String>) -> String {
        let is_needed = |line: &&str| {
            let name = line
                .strip_prefix("pub mod ")
                .or_else(|| line.strip_prefix("mod "))
                .and_then(|rest| rest.strip_suffix(';'));
            name.is_none_or(|name| needed.contains(name))
        };
        let opened = self.rest.lines().filter(is_needed).map(|line| {
            let line = line.replace("pub(super) ", "pub ").replace("pub(crate) ", "pub ");
            if line.starts_with("mod ") { format!("pub {line}") } else { line }
        });
        format!("{}\n", opened.collect::<Vec<_>>().join("\n").trim_end())
    }

    /// `src/lib.rs`: the table of contents, under its private name.
    pub(super) fn binding(&self, needed: &BTreeSet<String>) -> String {
        let mut lines: Vec<String> = Vec::new();
        for line in self.contents.lines() {
            let path = line.trim().strip_prefix("use super::");
            let file = path.map(|path| path.split("::").next().unwrap_or_default().trim_end_matches(';'));
            if file.is_some_and(|file| self.modules.iter().any(|module| module == file) && !needed.contains(file)) {
                // With it goes the attribute above.
                if lines.last().is_some_and(|above| above.trim() == "#[pymodule_export]") {
                    lines.pop();
                }
                continue;
            }
            // From the root: the function that is imported often has the crate's own name.
            let line = line.replace("super::", &format!("::{}::", self.crate_name));
            let line =
                line.replace(&format!("name = \"{}\"", self.crate_name), &format!("name = \"_{}\"", self.crate_name));
            let line =
                if line.starts_with("#[pymodule") { line.replacen("#[pymodule", "#[pyo3::pymodule", 1) } else { line };
            lines.push(line);
        }
        format!("{}\n", lines.join("\n"))
    }
}

/// Whether the text has `NAME::` as a path of this crate, or imports it.
pub(super) fn refers_to(text: &str, name: &str) -> bool {
    let starts = |at: usize| {
        let before = text[..at].chars().next_back();
        !before.is_some_and(|before| before.is_alphanumeric() || before == '_')
    };
    let ends = |end: usize| {
        let after = text[end..].chars().next();
        !after.is_some_and(|after| after.is_alphanumeric() || after == '_')
    };
    text.match_indices(name).any(|(at, found)| {
        let end = at + found.len();
        let is_path =
            text[end..].starts_with("::") || text[..at].ends_with("crate::") || text[..at].ends_with("super::");
        is_path && starts(at) && ends(end)
    })
}

/// The methods that a file defines: functions that do not begin at the margin. `new` is everybody's.
pub(super) fn methods_of(text: &str) -> Vec<String> {
    let defined = text.lines().filter(|line| line.starts_with(' ')).filter_map(|line| {
        let (before, rest) = line.split_once("fn ")?;
        let is_definition = before.trim().is_empty() || before.trim().starts_with("pub");
        let name: String = rest.chars().take_while(|each| each.is_alphanumeric() || *each == '_').collect();
        (is_definition && name != "new" && !name.is_empty()).then_some(name)
    });
    defined.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIB: &str = "//! Doc.\n\npub mod fast;\npub mod slow;\nmod shared;\n\n/// What it does.\n// Why so.\n#[pyo3::pymodule(name = \"sums\")]\n\
        mod python {\n    #[pymodule_export]\n    use super::fast::{fast, faster};\n    #[pymodule_export]\n    use super::slow::slow;\n\n    \
        #[pymodule_init]\n    fn init(m: &M) {\n        super::shared::fill(m)\n    }\n}\n\nmod tools {\n    pub(super) fn sum() {}\n}\n";

    fn library() -> Library {
        Library::read(LIB, "sums").unwrap()
    }

    fn needed(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_library_is_taken_apart() {
        let library = library();
        assert_eq!(library.modules, ["fast", "slow", "shared"]);
        assert_eq!(library.doc, "What it does.");
        assert!(library.calls("shared") && !library.calls("fast"));
        let core = library.core(&needed(&["fast", "slow", "shared"]));
        assert!(core.contains("pub mod shared;") && core.contains("pub mod tools {\n    pub fn sum() {}"), "{core}");
        assert!(!core.contains("pymodule"), "{core}");
    }

    #[test]
    fn the_binding_has_the_private_name_and_what_is_needed() {
        let library = library();
        let binding = library.binding(&needed(&["slow", "shared"]));
        assert!(binding.contains("name = \"_sums\"") && binding.contains("use ::sums::slow::slow;"), "{binding}");
        assert!(!binding.contains("fast") && binding.contains("::sums::shared::fill(m)"), "{binding}");
        assert_eq!(binding.matches("#[pymodule_export]").count(), 1, "{binding}");
        assert!(library.is_left_out("faster", &needed(&["slow"])) && !library.is_left_out("slow", &needed(&["slow"])));
    }

    #[test]
    fn methods_are_found() {
        let text = "fn free() {}\nimpl A {\n    fn new() {}\n    pub fn drain(&mut self) {}\n    // a fn x\n    pub(crate) fn mean() {}\n}\n";
        assert_eq!(methods_of(text), ["drain", "mean"]);
    }

    #[test]
    fn names_are_found_as_whole_paths() {
        assert!(
            refers_to("use crate::slow::x;", "slow")
                && refers_to("slow::x()", "slow")
                && refers_to("use super::slow;", "slow")
        );
        assert!(
            !refers_to("very_slow::x()", "slow") && !refers_to("slower::x()", "slow") && !refers_to("slow(x)", "slow")
        );
    }
}
