//! Links of a lesson, which point to files of the repository, point to pages of the book.

use std::collections::BTreeMap;

/// Rewrites the targets of Markdown links that `pages` knows: from the path as a lesson writes it to the book's page.
///
/// `depth` is the number of folders between the book's root and the page.
pub(crate) fn rewrite(page: &str, pages: &BTreeMap<String, String>, depth: usize) -> String {
    let mut result = String::with_capacity(page.len());
    let mut rest = page;
    while let Some(start) = rest.find("](") {
        let (before, after) = rest.split_at(start + 2);
        result.push_str(before);
        let Some(end) = after.find(')') else {
            result.push_str(after);
            return result;
        };
        let target = &after[..end];
        let (path, fragment) = target.split_once('#').map_or((target, None), |(path, fragment)| (path, Some(fragment)));
        let known = pages.get(path.trim_start_matches("../").trim_start_matches("./"));
        if let Some(page) = known.filter(|_| !path.is_empty()) {
            result.push_str(&"../".repeat(depth));
            result.push_str(page);
            if let Some(fragment) = fragment {
                result.push('#');
                result.push_str(fragment);
            }
        } else {
            result.push_str(target);
        }
        rest = &after[end..];
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_other_lessons_become_pages() {
        let pages = BTreeMap::from([("02_parallel_sum/README.md".to_owned(), "02_parallel_sum/index.md".to_owned())]);
        let page = "See [02](../02_parallel_sum/README.md#the-idea), [here](#below) and [out](https://pyo3.rs).";
        assert_eq!(
            rewrite(page, &pages, 1),
            "See [02](../02_parallel_sum/index.md#the-idea), [here](#below) and [out](https://pyo3.rs)."
        );
    }
}
