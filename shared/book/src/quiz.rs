//! Questions about a lesson: why does this fail, what does it cost?
//!
//! They stand in the module's `quiz.md`, which reads well as it is:
//!
//! ````markdown
//! ## sum_as_string: Why is the sum wrong, and not an error?
//!
//! ```rust
//! …
//! ```
//!
//! - [ ] Python cuts the result.
//! - [x] In a release build, `+` wraps round.
//!
//! > `overflow-checks` are off in the release profile.
//!
//! ```python
//! …
//! ```
//! ````
//!
//! The heading names the exercise that the question belongs to. The code before the answers belongs to the question; the
//! blocks behind the explanation prove the answer, and `cargo course verify` runs all of them.

use anyhow::{Context as _, Result, bail};

/// A question with its answers.
#[derive(Debug)]
pub(crate) struct Question {
    /// The exercise it belongs to.
    pub(crate) exercise: String,
    /// The question itself, in one line of Markdown.
    pub(crate) ask: String,
    /// The Markdown between the question and the answers.
    pub(crate) code: String,
    /// Each with whether it is right.
    pub(crate) answers: Vec<(bool, String)>,
    /// The explanation, in Markdown.
    pub(crate) because: String,
    /// The number of verified blocks that prove the answer, those of the question included.
    pub(crate) proofs: usize,
}

/// Reads a module's questions.
///
/// # Errors
///
/// If a question has no exercise, fewer than two answers, no right one, no explanation, or nothing that proves it.
pub(crate) fn parse(text: &str, exercises: &[&str]) -> Result<Vec<Question>> {
    let mut questions = Vec::new();
    let mut fence = false;
    let mut open: Option<Question> = None;
    for line in text.lines() {
        let is_fence = line.starts_with("```");
        if !fence && let Some(heading) = line.strip_prefix("## ") {
            let (exercise, ask) = heading
                .split_once(": ")
                .with_context(|| format!("expected `## exercise: question`, got `{heading}`"))?;
            questions.extend(open.take());
            open = Some(Question {
                exercise: exercise.to_owned(),
                ask: ask.to_owned(),
                code: String::new(),
                answers: Vec::new(),
                because: String::new(),
                proofs: 0,
            });
            continue;
        }
        let Some(question) = open.as_mut() else { continue };
        if is_fence {
            fence = !fence;
            if fence && !line.starts_with("```text") {
                question.proofs += 1;
            }
        }
        if !fence
            && !is_fence
            && let Some(answer) = answer(line)
        {
            question.answers.push(answer);
        } else if !fence && let Some(because) = line.strip_prefix("> ") {
            question.because.push_str(because);
            question.because.push(' ');
        } else if !fence
            && !is_fence
            && line.starts_with("  ")
            && !question.answers.is_empty()
            && question.because.is_empty()
        {
            if let Some((_, text)) = question.answers.last_mut() {
                text.push(' ');
                text.push_str(line.trim());
            }
        } else if question.answers.is_empty() {
            question.code.push_str(line);
            question.code.push('\n');
        }
    }
    questions.extend(open);
    for question in &questions {
        let right = question.answers.iter().filter(|(right, _)| *right).count();
        if !exercises.contains(&question.exercise.as_str()) {
            bail!("`{}` is not an exercise of this module", question.exercise);
        }
        if question.answers.len() < 2 || right != 1 {
            bail!("`{}`: expected two answers or more, and one right one among them", question.ask);
        }
        if question.because.is_empty() || question.proofs == 0 {
            bail!("`{}`: an explanation (`> …`) and a verified block are needed", question.ask);
        }
    }
    Ok(questions)
}

fn answer(line: &str) -> Option<(bool, String)> {
    let right = line.strip_prefix("- [x] ").map(|text| (true, text.to_owned()));
    right.or_else(|| line.strip_prefix("- [ ] ").map(|text| (false, text.to_owned())))
}

/// A question as it stands in a page: a fieldset that works without a script too, since the answer unfolds.
pub(crate) fn markup(question: &Question, number: usize) -> String {
    let mut page = format!(
        "\n<div class=\"quiz\" data-quiz=\"{number}\">\n\n**{number}. {}**\n\n{}\n",
        question.ask,
        question.code.trim_end()
    );
    page.push_str("\n<ol class=\"answers\" type=\"a\">\n");
    for (right, text) in &question.answers {
        page.push_str(&format!("<li data-right=\"{right}\">\n\n{text}\n\n</li>\n"));
    }
    let letter = letter(question);
    page.push_str(&format!(
        "</ol>\n\n<details class=\"because\"><summary>Answer</summary>\n\n**{letter}.** {}\n\n</details>\n\n</div>\n",
        question.because.trim()
    ));
    page
}

/// The letter of the right answer.
fn letter(question: &Question) -> char {
    let index = question.answers.iter().position(|(right, _)| *right).unwrap_or(0);
    char::from(b'a' + u8::try_from(index).unwrap_or(0))
}

/// All answers in a few lines, for the end of a printed page.
pub(crate) fn printed_answers(questions: &[(usize, &Question)]) -> String {
    if questions.is_empty() {
        return String::new();
    }
    let mut page = String::from("\n<div class=\"printed-answers\">\n\n**Answers to the questions**\n\n");
    for (number, question) in questions {
        page.push_str(&format!("{number}. **{}.** {}\n", letter(question), question.because.trim()));
    }
    page.push_str("\n</div>\n");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIZ: &str = "# Questions\n\n## add: Why?\n\n```rust\nlet x = 1;\n```\n\n- [ ] One\n  and a half\n- [x] Two\n\n> Because\n> of this.\n\n```python\nassert True\n```\n";

    #[test]
    fn a_question_is_read() {
        let questions = parse(QUIZ, &["add"]).expect("it parses");
        let [question] = questions.as_slice() else { panic!("one question: {questions:?}") };
        assert_eq!(question.ask, "Why?");
        assert_eq!(question.answers, [(false, "One and a half".to_owned()), (true, "Two".to_owned())]);
        assert_eq!(question.because.trim(), "Because of this.");
        assert_eq!(question.proofs, 2);
        assert!(question.code.contains("let x = 1;") && !question.code.contains("assert True"));
    }

    #[test]
    fn a_question_without_a_right_answer_or_a_proof_is_refused() {
        assert!(parse(&QUIZ.replace("[x]", "[ ]"), &["add"]).is_err());
        assert!(parse("## add: Why?\n- [x] a\n- [ ] b\n> c\n", &["add"]).is_err());
        assert!(parse(QUIZ, &["other"]).is_err());
    }

    #[test]
    fn the_printed_answer_is_the_letter() {
        let questions = parse(QUIZ, &["add"]).expect("it parses");
        assert!(printed_answers(&[(1, &questions[0])]).contains("1. **b.** Because of this."));
    }
}
