//! Words, as Python's `str.split()` finds them between white space. Given; there is nothing to do here.

/// Whether Python's `str.split()` splits at this character.
///
/// Rust's `char::is_whitespace` is Unicode's property White_Space. Python adds the four separators U+001C to U+001F,
/// which old file formats put between records.
#[inline]
pub fn is_space(character: char) -> bool {
    character.is_whitespace() || matches!(character, '\u{1c}'..='\u{1f}')
}

/// The words of `text`, in order, each borrowed from it. Upper and lower case stay as they are.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    // Two separators side by side have an empty piece between them, which is no word.
    text.split(is_space).filter(|word| !word.is_empty())
}
