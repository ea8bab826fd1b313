//! The messages of cargo and rustc, each a JSON object in a line.

use std::path::PathBuf;

use serde_json::Value;

use super::{Build, Diagnostic, OnLibrary};

/// The messages of cargo or rustc, read line by line as they come.
pub(super) struct Messages {
    /// All that was told so far.
    pub(super) build: Build,
    line: Vec<u8>,
    on_library: OnLibrary,
}

impl Messages {
    /// None yet; `on_library` hears of each extension.
    pub(super) fn new(on_library: OnLibrary) -> Self {
        Self { build: Build::default(), line: Vec::new(), on_library }
    }

    /// Takes a piece of output, which may end in the middle of a line.
    pub(super) fn read(&mut self, chunk: &[u8]) {
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.line);
                self.read_line(&line);
            }
        }
    }

    fn read_line(&mut self, line: &[u8]) {
        let Ok(message) = serde_json::from_slice::<Value>(line) else { return };
        match message["reason"].as_str() {
            Some("compiler-message") => read_diagnostic(&message["message"], &mut self.build),
            Some("compiler-artifact") => {
                if let Some(name) = read_artifact(&message, &mut self.build) {
                    (self.on_library)(&name, &self.build.libraries[&name]);
                }
            }
            // rustc by itself sends the message alone.
            None if message["$message_type"] == "diagnostic" => read_diagnostic(&message, &mut self.build),
            _ => {}
        }
    }
}

fn read_diagnostic(diagnostic: &Value, build: &mut Build) {
    let rendered = diagnostic["rendered"].as_str().unwrap_or_default();
    let spans = diagnostic["spans"].as_array().map_or(&[][..], Vec::as_slice);
    let is_error = diagnostic["level"] == "error";
    // The closing lines "aborting due to 2 previous errors" and "3 warnings emitted" point at no code.
    let closes = spans.is_empty() && (!is_error || rendered.contains("aborting due to"));
    if closes || !(is_error || diagnostic["level"] == "warning") {
        return;
    }
    let main = spans.iter().find(|span| span["is_primary"] == true).or(spans.first());
    build.diagnostics.push(Diagnostic {
        is_error,
        code: diagnostic["code"]["code"].as_str().unwrap_or_default().to_owned(),
        file: main.and_then(|span| span["file_name"].as_str()).map(|file| file.replace('\\', "/")),
        line: main
            .and_then(|span| span["line_start"].as_u64())
            .and_then(|line| usize::try_from(line).ok())
            .unwrap_or(0),
        rendered: rendered.to_owned(),
    });
}

/// The name of the library, if it is one that Python can load.
fn read_artifact(message: &Value, build: &mut Build) -> Option<String> {
    let target = &message["target"];
    let has_kind = |kind: &str| target["kind"].as_array().is_some_and(|kinds| kinds.iter().any(|known| known == kind));
    let name = target["name"].as_str().unwrap_or_default().to_owned();
    if has_kind("cdylib") {
        let mut files =
            message["filenames"].as_array().into_iter().flatten().filter_map(Value::as_str).map(PathBuf::from);
        if let Some(library) =
            files.find(|file| file.extension().is_some_and(|extension| extension == std::env::consts::DLL_EXTENSION))
        {
            build.libraries.insert(name.clone(), library);
            return Some(name);
        }
    } else if has_kind("test")
        && let Some(program) = message["executable"].as_str()
    {
        build.tests.insert(name, PathBuf::from(program));
    }
    None
}
