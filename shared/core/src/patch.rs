//! Applies unified diffs exactly: every line of context and every removed line must stand where the diff says, or
//! nothing is applied. GNU patch and most libraries search for the nearest fitting position, which must not happen
//! here: a wrong version whose solution has changed is to be looked at again. (diffy would also cost a newcomer's first
//! build two seconds of a processor; `xtask` writes the diffs with it and holds this module against it.)

/// Applies a unified diff of one file to its text. The lines before the first hunk are passed over.
///
/// # Errors
/// A sentence that names the line of the text, or of the diff, that is not as the diff says.
pub fn apply(text: &str, diff: &str) -> Result<String, String> {
    let old: Vec<&str> = text.split_inclusive('\n').collect();
    let mut lines = diff.split_inclusive('\n').enumerate().skip_while(|(_, line)| !line.starts_with("@@ ")).peekable();
    let mut new = String::new();
    let mut at = 0;
    while let Some((number, header)) = lines.next() {
        let hunk =
            Hunk::parse(header).ok_or_else(|| format!("line {} of the diff is no hunk: {header}", number + 1))?;
        let start = hunk.old_start();
        if start < at || start > old.len() {
            return Err(format!("the hunk at line {} of the diff is not where it says", number + 1));
        }
        new.extend(old[at..start].iter().copied());
        at = start;
        let mut added = 0;
        while let Some((number, line)) = lines.next_if(|(_, line)| !line.starts_with("@@ ")) {
            // Of an empty line of context, many tools leave the space out.
            let (sign, rest) =
                if line == "\n" { (b' ', line) } else { (line.as_bytes()[0], line.get(1..).unwrap_or("")) };
            match sign {
                b' ' | b'-' if old.get(at) != Some(&rest) => {
                    let found = old.get(at).map_or("the end", |line| line.trim_end());
                    return Err(format!(
                        "line {} of the text should be `{}`, and is `{found}` (line {} of the diff)",
                        at + 1,
                        rest.trim_end(),
                        number + 1
                    ));
                }
                b' ' => {
                    new.push_str(rest);
                    at += 1;
                    added += 1;
                }
                b'-' => at += 1,
                b'+' => {
                    new.push_str(rest);
                    added += 1;
                }
                _ => return Err(format!("line {} of the diff begins with neither ` `, `-` nor `+`", number + 1)),
            }
        }
        if (at - start, added) != (hunk.old_count, hunk.new_count) {
            return Err(format!("the hunk at line {} of the diff has other counts than it says", number + 1));
        }
    }
    new.extend(old[at..].iter().copied());
    Ok(new)
}

/// `@@ -12,5 +12,6 @@`: a count of one may be left out.
#[derive(Debug, PartialEq, Eq)]
struct Hunk {
    /// From 1, or for an empty range the line that it stands behind.
    old_line: usize,
    old_count: usize,
    new_count: usize,
}

impl Hunk {
    fn parse(line: &str) -> Option<Self> {
        let (ranges, _) = line.strip_prefix("@@ -")?.split_once(" @@")?;
        let (old, new) = ranges.split_once(" +")?;
        let range = |text: &str| -> Option<(usize, usize)> {
            let (line, count) = text.split_once(',').unwrap_or((text, "1"));
            Some((line.parse().ok()?, count.parse().ok()?))
        };
        let ((old_line, old_count), (_, new_count)) = (range(old)?, range(new)?);
        Some(Self { old_line, old_count, new_count })
    }

    /// The index of its first line in the old text.
    fn old_start(&self) -> usize {
        if self.old_count == 0 { self.old_line } else { self.old_line.saturating_sub(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "a\nb\nc\nd\ne\nf\ng\n";
    const DIFF: &str = "--- x\n+++ y\n@@ -2,3 +2,3 @@\n b\n-c\n+C\n d\n@@ -7 +7,2 @@\n g\n+h\n";

    #[test]
    fn applies_hunks_where_they_say() {
        assert_eq!(apply(TEXT, DIFF).as_deref(), Ok("a\nb\nC\nd\ne\nf\ng\nh\n"));
        assert_eq!(apply(TEXT, "//! no hunk at all\n").as_deref(), Ok(TEXT));
        assert_eq!(apply("", "@@ -0,0 +1,2 @@\n+a\n+b\n").as_deref(), Ok("a\nb\n"));
        assert_eq!(apply(TEXT, "@@ -3,0 +4 @@\n+new\n").as_deref(), Ok("a\nb\nc\nnew\nd\ne\nf\ng\n"));
        assert_eq!(apply("a\n", "@@ -1 +0,0 @@\n-a\n").as_deref(), Ok(""));
        assert_eq!(apply("a\n\nb\n", "@@ -1,3 +1,3 @@\n a\n\n-b\n+c\n").as_deref(), Ok("a\n\nc\n"));
    }

    #[test]
    fn refuses_what_does_not_fit_to_the_letter() {
        for (text, diff) in [
            ("a\nb\nc!\nd\ne\nf\ng\n", DIFF),
            ("new\na\nb\nc\nd\ne\nf\ng\n", DIFF),
            ("a\nb\nc\nd\ne\nf\n", DIFF),
            (TEXT, "@@ -2,3 +2,3 @@\n b\n-c\n+C\n"),
            (TEXT, "@@ -2,2 +2,2 @@\n b\n-c\n+C\n d\n"),
            (TEXT, "@@ -4 +4 @@\n-d\n+D\n@@ -2 +2 @@\n-b\n+B\n"),
            (TEXT, "@@ -99,0 +100 @@\n+x\n"),
            (TEXT, "@@ two @@\n"),
            (TEXT, "@@ -2 +2 @@\nb\n"),
            ("a", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n"),
        ] {
            assert!(apply(text, diff).is_err(), "{diff:?}");
        }
    }

    #[test]
    fn says_which_line_is_not_as_expected() {
        let error = apply("a\nb\nX\nd\ne\nf\ng\n", DIFF).unwrap_err();
        assert_eq!(error, "line 3 of the text should be `c`, and is `X` (line 5 of the diff)");
    }
}
