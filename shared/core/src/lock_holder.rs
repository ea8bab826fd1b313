//! The holder of the lock that cargo waits for: another cargo in the same folder, often the editor's.

use std::path::Path;

/// The lock that cargo waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CargoLock {
    /// The lock of a profile's folder, such as `target/debug`.
    Profile,
    /// The lock of the crates that all projects share.
    PackageCache,
}

/// The end of the sentence "Waits for …": the process that holds one of cargo's locks, where that can be found out.
/// `profile` is the folder of the profile that cargo builds with.
pub(crate) fn describe(lock: CargoLock, profile: &Path) -> String {
    holder(lock, profile).unwrap_or_else(|| "another cargo: an editor's, or one in another terminal".to_owned())
}

#[cfg(not(target_os = "linux"))]
fn holder(_lock: CargoLock, _profile: &Path) -> Option<String> {
    None
}

#[cfg(target_os = "linux")]
fn holder(lock: CargoLock, profile: &Path) -> Option<String> {
    let held = std::fs::read_to_string("/proc/locks").ok()?;
    let inodes = lock_files(lock, profile);
    let pid = held.lines().find_map(|line| holder_of(line, &inodes))?;
    let words = std::fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let command = command_line(&words)?;
    let parent = parent_name(pid).map(|name| format!(", started by {name}")).unwrap_or_default();
    Some(format!("`{command}` (process {pid}{parent})"))
}

/// The numbers of the files that cargo locks.
#[cfg(target_os = "linux")]
fn lock_files(lock: CargoLock, profile: &Path) -> Vec<u64> {
    use std::os::unix::fs::MetadataExt as _;

    let paths: Vec<std::path::PathBuf> = match lock {
        CargoLock::Profile => {
            let is_lock = |path: &std::path::PathBuf| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with(".cargo-") && name.ends_with("lock")
            };
            std::fs::read_dir(profile)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
                .filter(is_lock)
                .collect()
        }
        CargoLock::PackageCache => {
            crate::workspace::cargo_home().map(|home| home.join(".package-cache")).into_iter().collect()
        }
    };
    paths.iter().filter_map(|path| std::fs::metadata(path).ok()).map(|file| file.ino()).collect()
}

/// The process of a line such as `7: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF`, if it holds one of these files. A
/// line with `->` is about one that waits.
#[cfg(any(target_os = "linux", test))]
fn holder_of(line: &str, inodes: &[u64]) -> Option<u32> {
    let mut words = line.split_whitespace().skip(1);
    if words.next()? != "FLOCK" {
        return None;
    }
    let pid = words.nth(2)?.parse().ok()?;
    let inode = words.next()?.rsplit(':').next()?.parse().ok()?;
    inodes.contains(&inode).then_some(pid)
}

/// The program's name and its first arguments.
#[cfg(any(target_os = "linux", test))]
fn command_line(words: &[u8]) -> Option<String> {
    const LONGEST: usize = 60;
    let text = String::from_utf8_lossy(words);
    let mut words = text.split('\0').filter(|word| !word.is_empty());
    let program = words.next()?.rsplit('/').next()?.to_owned();
    let line = std::iter::once(program.as_str()).chain(words).collect::<Vec<_>>().join(" ");
    let mut shown: String = line.chars().filter(|sign| !sign.is_control()).take(LONGEST).collect();
    if line.chars().count() > LONGEST {
        shown.push('…');
    }
    Some(shown)
}

#[cfg(target_os = "linux")]
fn parent_name(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let parent: u32 = stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()?;
    let name = std::fs::read_to_string(format!("/proc/{parent}/comm")).ok()?;
    Some(name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_who_holds_a_lock_is_told_from_those_who_wait() {
        let inodes = [5678];
        assert_eq!(holder_of("7: FLOCK  ADVISORY  WRITE 1234 08:01:5678 0 EOF", &inodes), Some(1234));
        assert_eq!(holder_of("7: -> FLOCK  ADVISORY  WRITE 1235 08:01:5678 0 EOF", &inodes), None);
        assert_eq!(holder_of("7: FLOCK  ADVISORY  WRITE 1234 08:01:5679 0 EOF", &inodes), None);
        assert_eq!(holder_of("7: POSIX  ADVISORY  WRITE 1234 08:01:5678 0 EOF", &inodes), None);
        assert_eq!(holder_of("", &inodes), None);
    }

    #[test]
    fn a_command_line_is_short_and_without_its_folder() {
        assert_eq!(
            command_line(b"/home/me/.cargo/bin/cargo\0check\0--workspace\0").as_deref(),
            Some("cargo check --workspace")
        );
        assert_eq!(command_line(b""), None);
        assert!(command_line(&[b'x'; 200]).is_some_and(|line| line.chars().count() == 61));
    }

    /// A lock that this process holds, found as the runner would find another's.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_lock_that_is_held_is_found() {
        let root = std::env::temp_dir().join(format!("lock-holder-{}", std::process::id()));
        let profile = root.join("target/debug");
        std::fs::create_dir_all(&profile).expect("a folder can be made");
        let file = std::fs::File::create(profile.join(".cargo-lock")).expect("a file can be made");
        let describe = || describe(CargoLock::Profile, &profile);
        assert!(describe().starts_with("another cargo"), "nobody holds it yet");
        file.lock().expect("it can be locked");
        let said = describe();
        let _ = std::fs::remove_dir_all(&root); // Best effort.
        assert!(said.contains(&format!("(process {}", std::process::id())), "{said}");
    }
}
