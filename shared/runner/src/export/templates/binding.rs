//! The extension `{PACKAGE}._{PACKAGE}`: what Python sees of the crate in `core`.

