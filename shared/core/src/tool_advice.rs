//! Reads the messages of cargo, rustc's linker, pip and uv, and has advice for their failures: none of these programs gives
//! a reason in another form.

use crate::lock_holder::CargoLock;

fn has(said: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| said.contains(part))
}

/// For a full disk, or a folder without permission.
pub(crate) fn for_writing(said: &str) -> Option<&'static str> {
    if has(said, &["No space left", "os error 28", "File too large", "os error 27", "Disk quota exceeded"]) {
        Some("The disk is full. Free some space, then try again.")
    } else if has(
        said,
        &["Read-only file system", "Permission denied", "Access is denied", "os error 13", "os error 30"],
    ) {
        Some("The folder cannot be written to. Move the course to a folder of yours, or mend its permissions.")
    } else {
        None
    }
}

/// For failures of cargo without a complaint of rustc.
pub(crate) fn for_building(said: &str) -> &'static str {
    if let Some(advice) = for_writing(said) {
        advice
    } else if has(said, &["--offline", "download", "resolve host", "network", "registry index"]) {
        "A crate is missing here. Connect to the network and run `cargo course setup`; afterwards everything works offline."
    } else {
        "`cargo course doctor` says what is missing on this machine."
    }
}

/// The lock that cargo says it waits for.
pub(crate) fn awaited_lock(said: &str) -> Option<CargoLock> {
    said.contains("waiting for file lock")
        .then(|| if said.contains("package cache") { CargoLock::PackageCache } else { CargoLock::Profile })
}

/// Whether rustc did not find its linker.
pub(crate) fn is_without_linker(said: &str) -> bool {
    said.contains("linker `") && said.contains("not found")
}

/// Whether the linker misses a symbol that rustc made up itself.
pub(crate) fn misses_own_symbols(said: &str) -> bool {
    said.contains("linking with `")
        && (said.contains("undefined hidden symbol") || (said.contains("undefined") && said.contains(".llvm.")))
}

/// For failures in set-up, with the one that may be the network's.
pub fn for_setting_up(said: &str) -> Option<&'static str> {
    if said.contains("(from versions: none)") {
        // pip says so of an index that it cannot reach and of one that has nothing fitting.
        return Some(
            "Check the network, then run `cargo course setup` again; what has arrived is kept. If the network is fine, no \
             package fits this Python or this system. Then name another Python: `COURSE_PYTHON=python3.14 cargo course setup`.",
        );
    }
    for_installing(said)
}

/// For failures of `venv`, pip and uv that the network has nothing to do with.
pub fn for_installing(said: &str) -> Option<&'static str> {
    let has = |parts: &[&str]| has(said, parts);
    if has(&["ensurepip", "No module named venv"]) {
        Some(
            "This Python lacks the venv package. Debian, Ubuntu: `sudo apt install python3-venv`; or install uv. Then try \
             again.",
        )
    } else if let Some(advice) = for_writing(said) {
        Some(advice)
    } else if has(&["DO NOT MATCH THE HASHES", "hash mismatch", "Hash mismatch"]) {
        Some(
            "A package is not the one that the lock file names: the index in your pip or uv settings serves another. Ask whoever \
             keeps that index, or leave the setting out once.",
        )
    } else if has(&["CERTIFICATE_VERIFY_FAILED", "invalid peer certificate", "UnknownIssuer"]) {
        Some(
            "The connection's certificate is not trusted here; a company's proxy often has one of its own. Name its file: \
             PIP_CERT=FILE, or SSL_CERT_FILE=FILE for uv and cargo. Then try again.",
        )
    } else if has(&[
        "Failed building wheel",
        "Failed to build",
        "failed-wheel-build-for-install",
        "metadata-generation-failed",
        "Could not build wheels",
    ]) {
        Some(
            "A package has no build for this Python or this system, and building it from its sources did not work. If another \
             Python is installed, name it: `COURSE_PYTHON=python3.14 cargo course setup`.",
        )
    } else if has(&["No matching distribution found", "no wheels with a matching", "has no wheels with"])
        && !has(&["(from versions: none)"])
    {
        Some(
            "No package fits this Python or this system. If another Python is installed, name it: \
             `COURSE_PYTHON=python3.14 cargo course setup`.",
        )
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_fits_the_failure() {
        for (said, part) in [
            (
                "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE",
                "not the one that the lock file",
            ),
            ("OSError: [Errno 28] No space left on device", "disk is full"),
            ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT"),
            ("ERROR: No matching distribution found for numpy==2.3", "COURSE_PYTHON"),
            (
                "ERROR: Failed building wheel for mdanalysis\nerror: failed-wheel-build-for-install",
                "building it from its sources",
            ),
            ("  × Failed to build `mdanalysis==2.11.0`\n  ├─▶ The build backend returned an error", "from its sources"),
            ("PermissionError: [Errno 13] Permission denied: '.venv'", "cannot be written"),
        ] {
            assert!(for_installing(said).is_some_and(|advice| advice.contains(part)), "{said}");
        }
        for said in ["Connection refused", "(from versions: none)\nERROR: No matching distribution found for numpy"] {
            assert_eq!(for_installing(said), None, "{said}");
        }
    }

    #[test]
    fn an_index_without_versions_may_be_one_that_cannot_be_reached() {
        let said = "satisfies the requirement numpy==2.3 (from versions: none)\nERROR: No matching distribution found";
        assert!(for_setting_up(said).is_some_and(|advice| advice.contains("network")));
        assert_eq!(for_setting_up("Connection refused"), None);
    }

    #[test]
    fn a_crate_that_is_missing_is_told_from_a_full_disk() {
        for (said, part) in [
            ("error: no matching package found\nyou're using offline mode (--offline)", "A crate is missing here"),
            ("warning: spurious network error: Could not resolve host", "A crate is missing here"),
            ("error: failed to write: No space left on device (os error 28)", "disk is full"),
            ("error: failed to parse manifest", "doctor"),
        ] {
            assert!(for_building(said).contains(part), "{said}");
        }
    }

    #[test]
    fn the_lock_that_cargo_waits_for_is_known() {
        for (said, lock) in [
            ("    Blocking waiting for file lock on package cache\n", Some(CargoLock::PackageCache)),
            ("    Blocking waiting for file lock on artifact directory\n", Some(CargoLock::Profile)),
            ("    Blocking waiting for file lock on build directory\n", Some(CargoLock::Profile)),
            ("   Compiling numpy v0.30\n", None),
        ] {
            assert_eq!(awaited_lock(said), lock, "{said}");
        }
    }

    #[test]
    fn a_linker_that_is_not_there_is_told_from_one_that_fails() {
        assert!(is_without_linker("error: linker `cc` not found\n  = note: No such file or directory"));
        assert!(!is_without_linker("error: linking with `cc` failed: exit status: 1"));
    }

    #[test]
    fn only_symbols_of_rustc_itself_are_its_own() {
        let linking = "error: linking with `cc` failed: exit status: 1\n  = note: rust-lld: error:";
        for (said, own) in [
            ("undefined hidden symbol: anon.0aa1.12.llvm.3451", true),
            ("undefined reference to `anon.0aa1.12.llvm.3451'", true),
            ("undefined symbol: cblas_dgemm", false),
            ("unable to find library -lopenblas", false),
        ] {
            assert_eq!(misses_own_symbols(&format!("{linking} {said}")), own, "{said}");
        }
        assert!(!misses_own_symbols("error: undefined hidden symbol"), "not the linker's word");
    }
}
