//! The environment of a program that judges: of the user's variables only those listed here. Everything else is the
//! user's own business (`PYTEST_ADDOPTS`, `RAYON_NUM_THREADS`, `LD_PRELOAD`, a token) and would change a verdict.

use std::borrow::Cow;
use std::ffi::OsString;
use std::process::Command;

use crate::package_settings;

/// The places of programs, libraries and folders on this machine; without these, Python, cargo or a linker does not start.
const LET_THROUGH: &[&str] = &[
    "PATH",
    "HOME",
    "TMPDIR",
    // The Python and the Rust of a cluster's module system find their own libraries so.
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    // The folders of cargo and rustup with the downloads of set-up, and the toolchain that the course runs with.
    "CARGO_HOME",
    "RUSTUP_HOME",
    "RUSTUP_TOOLCHAIN",
    // The Xcode with the linker, if there are several.
    "DEVELOPER_DIR",
    "SDKROOT",
    // Windows and the C runtime do not work without them.
    "APPDATA",
    "COMSPEC",
    "LOCALAPPDATA",
    "NUMBER_OF_PROCESSORS",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERPROFILE",
    "WINDIR",
];

/// Variables that let an installer reach the network: proxies, certificates, passwords, caches. Those of pip and uv themselves
/// are in [`package_settings`].
const FOR_DOWNLOADS: &[&str] = &[
    "ALL_PROXY",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "NETRC",
    "REQUESTS_CA_BUNDLE",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
];

/// Removes all variables from a command's environment but those let through. Variables that the command sets itself stay.
pub fn isolate(command: &mut Command) {
    isolate_from(command, std::env::vars_os(), &|name| is_in(LET_THROUGH, name));
}

/// The same for a command that installs packages.
pub fn isolate_but_for_downloads(command: &mut Command) {
    isolate_from(command, std::env::vars_os(), &is_for_downloads);
}

fn is_for_downloads(name: &str) -> bool {
    is_in(LET_THROUGH, name)
        || is_in(FOR_DOWNLOADS, name)
        || package_settings::is_the_users(&as_written(name)).unwrap_or_default()
}

fn isolate_from(
    command: &mut Command,
    inherited: impl Iterator<Item = (OsString, OsString)>,
    let_through: &dyn Fn(&str) -> bool,
) {
    let own: Vec<(OsString, OsString)> =
        command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))).collect();
    let kept: Vec<(OsString, OsString)> = inherited.filter(|(name, _)| let_through(&name.to_string_lossy())).collect();
    command.env_clear().envs(kept).envs(own);
}

/// The name in the capitals that documents give it, where capitals do not count.
fn as_written(name: &str) -> Cow<'_, str> {
    if cfg!(windows) { name.to_ascii_uppercase().into() } else { name.into() }
}

/// Names of variables differ by their capitals on Unix only.
fn is_in(list: &[&str], name: &str) -> bool {
    list.iter().any(|known| if cfg!(windows) { known.eq_ignore_ascii_case(name) } else { *known == name })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(command: &Command) -> Vec<(String, String)> {
        command
            .get_envs()
            .map(|(name, value)| (name.to_string_lossy().into(), value.unwrap_or_default().to_string_lossy().into()))
            .collect()
    }

    #[test]
    fn only_what_is_listed_comes_through() {
        let refused = [
            "PYTEST_ADDOPTS",
            "PYTEST_PLUGINS",
            "COURSE_EXAMPLES",
            "COURSE_GRADER_RECORD",
            "PYTHONPATH",
            "PYTHONSTARTUP",
            "HYPOTHESIS_STORAGE_DIRECTORY",
            "NUMPY_EXPERIMENTAL_ARRAY_FUNCTION",
            "RAYON_NUM_THREADS",
            "RUST_BACKTRACE",
            "RUSTFLAGS",
            "CARGO_BUILD_RUSTFLAGS",
            "PIP_TARGET",
            "LD_PRELOAD",
            "VIRTUAL_ENV",
            "LC_ALL",
            "http_proxy",
        ];
        let inherited = refused.iter().chain(&["PATH", "CARGO_HOME"]).map(|name| ((*name).into(), "theirs".into()));
        let mut command = Command::new("python");
        command.env("OURS", "1").env("PATH", "ours").env_remove("HOME");
        isolate_from(&mut command, inherited, &|name| is_in(LET_THROUGH, name));
        let expected = [("CARGO_HOME", "theirs"), ("OURS", "1"), ("PATH", "ours")];
        assert_eq!(seen(&command), expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_installed_comes_from_where_the_user_says_and_goes_where_we_say() {
        let names = ["PIP_INDEX_URL", "https_proxy", "PIP_TARGET", "PIP_USER", "PIP_PREFIX", "UV_PROJECT_ENVIRONMENT"];
        let mut command = Command::new("pip");
        let inherited = names.iter().map(|name| ((*name).into(), "theirs".into()));
        isolate_from(&mut command, inherited, &is_for_downloads);
        let mut seen: Vec<String> = seen(&command).into_iter().map(|(name, _)| name).collect();
        seen.sort(); // Windows sorts them without regard to capitals.
        assert_eq!(seen, ["PIP_INDEX_URL", "https_proxy"]);
    }

    #[test]
    fn the_list_names_places_and_no_settings() {
        for name in LET_THROUGH {
            assert!(!name.starts_with("PYTHON") && !name.starts_with("COURSE_") && !name.ends_with("FLAGS"), "{name}");
        }
    }
}
