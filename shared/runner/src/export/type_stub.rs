//! The type stub of a part of a module.

/// The names in a stub's `__all__`, or those that it defines.
pub(super) fn public_names(stub: &str) -> Vec<String> {
    let listed = stub.split_once("__all__ = [").and_then(|(_, rest)| rest.split_once(']'));
    let names: Vec<String> = match listed {
        Some((list, _)) => list.split(',').map(|name| name.trim().trim_matches(['"', '\'']).to_owned()).collect(),
        None => stub
            .lines()
            .filter_map(|line| line.strip_prefix("def ").or_else(|| line.strip_prefix("class ")))
            .map(|rest| rest.split(['(', ':']).next().unwrap_or_default().to_owned())
            .collect(),
    };
    let mut names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
    names.sort();
    names.dedup(); // An overloaded function is defined several times.
    names
}

/// A stub without some of its functions and classes.
pub(super) fn without(stub: &str, gone: &[String]) -> String {
    let is_gone = |line: &str| {
        let name = line.strip_prefix("def ").or_else(|| line.strip_prefix("class "));
        name.is_some_and(|rest| gone.iter().any(|each| rest.split(['(', ':']).next() == Some(each)))
    };
    let mut kept = String::new();
    let mut decorators = String::new();
    let mut inside = false;
    for line in stub.lines() {
        if line.starts_with('@') {
            decorators.push_str(&format!("{line}\n"));
            continue;
        }
        if !line.starts_with([' ', ')']) && !line.is_empty() {
            inside = is_gone(line);
        }
        if !inside {
            kept.push_str(&format!("{decorators}{line}\n"));
        }
        decorators.clear();
    }
    // Their names in `__all__`, on lines of their own or among others.
    for name in gone {
        for listed in [format!("    \"{name}\",\n"), format!("\"{name}\", "), format!(", \"{name}\"")] {
            kept = kept.replacen(&listed, "", 1);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stub_loses_what_is_left_out() {
        let stub = "__all__ = [\"One\", \"two\"]\n\n@final\nclass One:\n    def a(self) -> int: ...\n\ndef two(\n    x: int,\n) -> int: ...\n";
        let cut = without(stub, &["One".to_owned()]);
        assert_eq!(cut, "__all__ = [\"two\"]\n\ndef two(\n    x: int,\n) -> int: ...\n");
        assert_eq!(without(stub, &["two".to_owned()]).matches("two").count(), 0);
        assert_eq!(public_names(stub), ["One", "two"]);
    }
}
