//! The settings of pip and uv that users may make: the sources of packages, and an installer's way to them. The course
//! decides about the packages and their folder.

/// Names of pip's settings, without the `PIP_` of the variables. pip's settings files use the same names in small letters.
const PIP: &[&str] = &[
    "CACHE_DIR",
    "CERT",
    "CLIENT_CERT",
    "CONFIG_FILE",
    "DEFAULT_TIMEOUT",
    "EXTRA_INDEX_URL",
    "FIND_LINKS",
    "INDEX_URL",
    "KEYRING_PROVIDER",
    "NO_CACHE_DIR",
    "NO_INDEX",
    "PROXY",
    "RESUME_RETRIES",
    "RETRIES",
    "TIMEOUT",
    "TRUSTED_HOST",
    "USE_DEPRECATED",
    "USE_FEATURE",
];

/// Names of uv's settings, without the `UV_` of the variables.
const UV: &[&str] = &[
    "CACHE_DIR",
    "CONFIG_FILE",
    "DEFAULT_INDEX",
    "EXTRA_INDEX_URL",
    "FIND_LINKS",
    "HTTP_RETRIES",
    "HTTP_TIMEOUT",
    "INDEX",
    "INDEX_STRATEGY",
    "INDEX_URL",
    "INSECURE_HOST",
    "KEYRING_PROVIDER",
    "LINK_MODE",
    "NATIVE_TLS",
    "NO_CACHE",
    "NO_INDEX",
    "OFFLINE",
    "PYTHON_DOWNLOADS",
    "PYTHON_INSTALL_DIR",
    "PYTHON_INSTALL_MIRROR",
    "SYSTEM_CERTS",
];

/// Whether users may set this variable of pip or uv. Gives `None` if the variable belongs to neither.
#[must_use]
pub fn is_the_users(variable: &str) -> Option<bool> {
    match (variable.strip_prefix("PIP_"), variable.strip_prefix("UV_")) {
        (Some(name), _) => Some(is_kept_of_pip(name)),
        // Indexes have names, which their variables carry: `UV_INDEX_HOUSE_PASSWORD`.
        (_, Some(name)) => Some(UV.contains(&name) || name.starts_with("INDEX_") || name.starts_with("CONCURRENT_")),
        _ => None,
    }
}

/// Whether users may make this setting of pip; `name` has no `PIP_`.
#[must_use]
pub fn is_kept_of_pip(name: &str) -> bool {
    PIP.contains(&name)
}
