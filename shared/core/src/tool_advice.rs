//! Advice for failures of cargo, rustc, pip and uv, read from their output: none of them gives a reason in another form.

fn has(said: &str, parts: &[&str]) -> bool {
    parts.iter().any(|part| said.contains(part))
}

/// For a full disk, or a folder without permission.
pub fn for_writing(said: &str) -> Option<&'static str> {
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
}
