//! A submission's words, made harmless: text that cannot speak to a terminal, a CI service, or a reader's eye.

use std::str::Chars;

/// Stands before every line of the submission, so that no line of its is taken for one of the grader's.
pub(crate) const PREFIX: &str = "│ ";

/// The most of a text that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// Most lines.
    pub(crate) lines: usize,
    /// Most characters.
    pub(crate) chars: usize,
}

impl Limits {
    /// A whole failure or all errors of a compilation.
    pub(crate) const FULL: Self = Self { lines: 200, chars: 20_000 };
    /// Enough to see what went wrong.
    pub(crate) const BRIEF: Self = Self { lines: 40, chars: 3_000 };
}

/// The lines of `text`, each behind [`PREFIX`], without escapes, controls and invisible characters, cut at the limits.
///
/// No line then starts with `::`, is a summary such as `9 passed, 0 failed`, or contains `##[`. A cut is said in a line
/// that no submission can write, since it lacks the prefix. An empty text stays empty.
#[must_use]
pub(crate) fn plain(text: &str, limits: Limits) -> String {
    let mut printable = Printable(text.chars());
    let kept = disarmed(printable.by_ref().take(limits.chars));
    let mut cut = printable.next().is_some();
    let kept = kept.trim_matches('\n');
    let mut lines = kept.split('\n');
    let mut shown: Vec<String> =
        lines.by_ref().take(limits.lines).map(|line| format!("{PREFIX}{}", line.trim_end())).collect();
    cut |= lines.next().is_some();
    if kept.is_empty() {
        shown.clear();
    }
    if cut {
        shown.push(format!("… cut here, after {} lines or {} characters", limits.lines, limits.chars));
    }
    shown.join("\n")
}

/// `text` on one line, as for a name or a path: like [`plain`], but with spaces for breaks, and with the prefix only
/// where the line would otherwise mean something.
#[must_use]
pub(crate) fn line(text: &str, chars: usize) -> String {
    let mut printable = Printable(text.trim_start().chars()).map(|sign| if sign.is_whitespace() { ' ' } else { sign });
    let kept = disarmed(printable.by_ref().take(chars));
    let kept = kept.trim();
    let dots = if printable.next().is_some() { "…" } else { "" };
    let prefix = if kept.starts_with("::") || is_summary(kept) { PREFIX } else { "" };
    format!("{prefix}{kept}{dots}")
}

/// Whether a test command's last line could look like this: `9 passed, 0 failed`.
fn is_summary(line: &str) -> bool {
    let rest = line.trim_start_matches(|sign: char| sign.is_ascii_digit());
    rest.len() < line.len() && rest.starts_with(' ') && (rest.contains("passed") || rest.contains("failed"))
}

/// Breaks `##[`, `##vso[` and their like, which services obey anywhere in a line.
fn disarmed(printable: impl Iterator<Item = char>) -> String {
    let mut text = String::new();
    for sign in printable {
        if sign == '[' && text.trim_end_matches(|sign: char| sign.is_ascii_alphanumeric()).ends_with("##") {
            text.push(' ');
        }
        text.push(sign);
    }
    text
}

/// The characters of a text that show. Every kind of line break is a `\n`, also a lone carriage return, which would
/// otherwise let a line overwrite itself.
struct Printable<'a>(Chars<'a>);

impl Iterator for Printable<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        loop {
            match self.0.next()? {
                '\r' if self.0.as_str().starts_with('\n') => {}
                '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    return Some('\n');
                }
                '\t' => return Some('\t'),
                '\u{1b}' => self.skip_escape(),
                '\u{9b}' => self.skip_control_sequence(),
                '\u{90}' | '\u{98}' | '\u{9d}'..='\u{9f}' => self.skip_string(),
                sign if is_invisible(sign) => {}
                sign => return Some(sign),
            }
        }
    }
}

/// The forms of an escape are those of ECMA-48. A form that is broken off ends there, and the text behind it is shown,
/// because an unfinished escape must not hide what the grader says behind it.
impl Printable<'_> {
    fn skip_escape(&mut self) {
        match self.0.clone().next() {
            Some('[') => {
                self.0.next();
                self.skip_control_sequence();
            }
            Some(']' | 'P' | 'X' | '^' | '_') => {
                self.0.next();
                self.skip_string();
            }
            _ => {
                self.skip_while('\u{20}', '\u{2f}');
                self.skip_one('\u{30}', '\u{7e}');
            }
        }
    }

    /// Parameters, then the letter that says what to do.
    fn skip_control_sequence(&mut self) {
        self.skip_while('\u{20}', '\u{3f}');
        self.skip_one('\u{40}', '\u{7e}');
    }

    /// A window title, a link: up to its terminator, at most to the end of the line.
    fn skip_string(&mut self) {
        let rest = self.0.as_str();
        let Some(end) = rest.find(['\u{7}', '\u{1b}', '\u{9c}', '\n', '\r']) else {
            self.0 = "".chars();
            return;
        };
        self.0 = rest[end..].chars();
        match self.0.clone().next() {
            Some('\u{7}' | '\u{9c}') => self.skip_one('\u{0}', '\u{9c}'),
            Some('\u{1b}') if rest[end..].starts_with("\u{1b}\\") => self.0 = rest[end + 2..].chars(),
            _ => {}
        }
    }

    fn skip_while(&mut self, first: char, last: char) {
        self.0 = self.0.as_str().trim_start_matches(|sign| (first..=last).contains(&sign)).chars();
    }

    fn skip_one(&mut self, first: char, last: char) {
        if self.0.clone().next().is_some_and(|sign| (first..=last).contains(&sign)) {
            self.0.next();
        }
    }
}

/// Characters that steer or hide instead of showing: controls, Unicode's default ignorable ones (zero-width and
/// bidirectional marks among them), and noncharacters, which XML forbids.
pub(crate) fn is_invisible(sign: char) -> bool {
    sign.is_control()
        || matches!(sign,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
        || u32::from(sign) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::report::samples::{POISONS, assert_quiet, hostile_text};

    #[test]
    fn ordinary_text_stays() {
        let text = "called: f([1, 2])\n  got:\t3\nexpected: 4 – \"vier\" 🦀";
        assert_eq!(plain(text, Limits::FULL), "│ called: f([1, 2])\n│   got:\t3\n│ expected: 4 – \"vier\" 🦀");
        assert_eq!(line("02.parallel_sum::test_adds[3]", 99), "02.parallel_sum::test_adds[3]");
    }

    #[test]
    fn nothing_stays_nothing() {
        assert_eq!(plain("", Limits::FULL), "");
        assert_eq!(plain("\n\r\n\u{1b}[0m", Limits::FULL), "");
        assert_eq!(line(" \u{200b} ", 9), "");
    }

    #[test]
    fn escapes_go_and_what_follows_stays() {
        for escape in [
            "\u{1b}[1;31m",
            "\u{9b}2K",
            "\u{1b}]0;title\u{7}",
            "\u{1b}]8;;http://x\u{1b}\\",
            "\u{1b}(B",
            "\u{1b}c",
            "\u{1b}Pq\u{9c}",
        ] {
            assert_eq!(plain(&format!("a{escape}b"), Limits::FULL), "│ ab", "{escape:?}");
        }
    }

    #[test]
    fn an_unfinished_escape_hides_no_other_line() {
        for escape in ["\u{1b}]0;", "\u{1b}[1;", "\u{1b}P", "\u{1b}", "\u{9d}"] {
            assert_eq!(plain(&format!("a{escape}\nb"), Limits::FULL), "│ a\n│ b", "{escape:?}");
        }
    }

    #[test]
    fn every_break_is_a_new_line() {
        for (at, end) in ["\n", "\r", "\r\n", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}"].iter().enumerate() {
            assert_eq!(plain(&format!("{at}{end}::error::x"), Limits::FULL), format!("│ {at}\n│ ::error::x"));
            assert_eq!(line(&format!("{at}{end}x"), 9), format!("{at} x"));
        }
    }

    #[test]
    fn commands_are_broken() {
        assert_eq!(plain("a ##[error]b", Limits::FULL), "│ a ## [error]b");
        assert_eq!(plain("###\u{200b}[x ##vso[task", Limits::FULL), "│ ### [x ##vso [task");
        assert_eq!(line("\u{a0}\u{feff} ::error::x", 99), "│ ::error::x");
        assert_eq!(line("100 passed, 0 failed", 99), "│ 100 passed, 0 failed");
        assert_eq!(line("02.failed_passed", 99), "02.failed_passed");
    }

    #[test]
    fn cuts_are_said() {
        let limits = Limits { lines: 2, chars: 100 };
        assert_eq!(plain("a\nb\nc", limits), "│ a\n│ b\n… cut here, after 2 lines or 100 characters");
        assert_eq!(plain("a\nb\n\n", limits), "│ a\n│ b");
        let long = plain(&"é".repeat(1_000_000), limits);
        assert_eq!(long.chars().filter(|sign| *sign == 'é').count(), 100);
        assert!(long.ends_with("… cut here, after 2 lines or 100 characters"));
        assert_eq!(line(&"x".repeat(9), 3), "xxx…");
    }

    #[test]
    fn every_poison_is_quiet() {
        for poison in POISONS {
            assert_quiet(&plain(poison, Limits::FULL));
            assert_quiet(&line(poison, 200));
        }
    }

    proptest! {
        #[test]
        fn any_text_is_quiet(text in hostile_text(), lines in 0..20_usize, chars in 0..300_usize) {
            let limits = Limits { lines, chars };
            let shown = plain(&text, limits);
            assert_quiet(&shown);
            prop_assert!(shown.lines().count() <= lines + 1);
            prop_assert!(shown.lines().all(|line| line.starts_with(PREFIX.trim_end()) || line.starts_with("… cut")));
            let one = line(&text, chars);
            assert_quiet(&one);
            prop_assert!(!one.contains('\n'));
        }

        #[test]
        fn tame_text_is_left_alone(text in "[a-z(),.=:;<>&'\" ]{0,80}[a-z]") {
            prop_assert_eq!(plain(&text, Limits::FULL), format!("{PREFIX}{text}"));
        }
    }
}
