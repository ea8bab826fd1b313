//! JUnit XML as Jenkins, GitHub's and GitLab's readers take it: one suite an exercise, and a first one about the grade
//! itself.
//!
//! Points are properties of suites (`score`, `max_score`, and `score:TEST`, `max_score:TEST`), because the schema of
//! Jenkins' xUnit plugin allows properties there and not in a test case.

use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use super::{
    Entry, LISTED, NAME, conditions, entries, name, outcome, seconds_of_exercise, seconds_of_grade, soft_points,
};
use crate::grade::{ExerciseGrade, Grade};
use crate::test_status::Status;
use crate::untrusted_text::{Limits, line, plain};

pub(super) fn render(grade: &Grade) -> String {
    let suites: Vec<_> = grade.exercises.iter().map(|exercise| (exercise, entries(exercise))).collect();
    let counts = Counts::of(suites.iter().flat_map(|(_, entries)| entries));
    let mut xml = Xml::new();
    xml.start(
        "testsuites",
        &[
            ("name", &name(&grade.submission)),
            ("time", &time(seconds_of_grade(grade))),
            ("tests", &counts.tests.to_string()),
            ("failures", &counts.failures.to_string()),
            ("errors", &counts.errors.to_string()),
        ],
    );
    about(&mut xml, grade);
    for (exercise, entries) in &suites {
        suite(&mut xml, grade, exercise, entries);
    }
    xml.end("testsuites");
    xml.finish()
}

/// The number of tests by outcome. A test that did not run counts as an error: readers show skipped tests as harmless.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn of<'a>(entries: impl IntoIterator<Item = &'a Entry<'a>>) -> Self {
        let mut counts = Self::default();
        for entry in entries {
            counts.tests += 1;
            match verdict(entry.status) {
                Some("failure") => counts.failures += 1,
                Some("skipped") => counts.skipped += 1,
                Some(_) => counts.errors += 1,
                None => {}
            }
        }
        counts
    }
}

/// The element that says what went wrong.
const fn verdict(status: Status) -> Option<&'static str> {
    match status {
        Status::Passed => None,
        Status::Failed => Some("failure"),
        Status::Skipped => Some("skipped"),
        Status::Error | Status::Crashed | Status::TimedOut | Status::NotRun => Some("error"),
    }
}

/// A suite without tests, for facts about the whole grade: the schema has no other place for them.
fn about(xml: &mut Xml, grade: &Grade) {
    let zero = "0";
    xml.start("testsuite", &[("name", "grade"), ("tests", zero), ("failures", zero), ("errors", zero)]);
    let (soft_score, soft_max_score) = soft_points(grade);
    let mut properties = vec![
        ("submission".to_owned(), line(&grade.submission, NAME)),
        ("score".to_owned(), grade.score().to_string()),
        ("max_score".to_owned(), grade.max_score().to_string()),
        ("soft_share".to_owned(), grade.soft_share.to_string()),
        ("soft_score".to_owned(), soft_score.to_string()),
        ("soft_max_score".to_owned(), soft_max_score.to_string()),
        ("seed".to_owned(), grade.seed.to_string()),
        ("ignored_count".to_owned(), grade.ignored.len().to_string()),
    ];
    let versions =
        grade.versions.iter().map(|(what, version)| (format!("version:{}", name(what)), line(version, NAME)));
    properties.extend(versions);
    let ignored = grade.ignored.iter().take(LISTED);
    properties.extend(
        ignored.map(|file| ("ignored".to_owned(), format!("{}: {}", name(&file.path), line(&file.reason, NAME)))),
    );
    xml.properties(&properties);
    xml.text("system-out", &[], &conditions(grade).join("\n"));
    xml.end("testsuite");
}

fn suite(xml: &mut Xml, grade: &Grade, exercise: &ExerciseGrade, entries: &[Entry<'_>]) {
    let counts = Counts::of(entries);
    xml.start(
        "testsuite",
        &[
            ("name", &name(&exercise.id)),
            ("package", &line(&exercise.module, NAME)),
            ("tests", &counts.tests.to_string()),
            ("failures", &counts.failures.to_string()),
            ("errors", &counts.errors.to_string()),
            ("skipped", &counts.skipped.to_string()),
            ("time", &time(seconds_of_exercise(grade, exercise))),
        ],
    );
    let mut properties = vec![
        ("title".to_owned(), line(&exercise.title, NAME)),
        ("status".to_owned(), exercise.status.name().to_owned()),
        ("score".to_owned(), exercise.score.to_string()),
        ("max_score".to_owned(), exercise.max_score.to_string()),
    ];
    for entry in entries {
        properties.push((format!("score:{}", entry.name()), entry.score.to_string()));
        properties.push((format!("max_score:{}", entry.name()), entry.max_score.to_string()));
        if entry.soft {
            properties.push((format!("soft:{}", entry.name()), "true".to_owned()));
        }
    }
    xml.properties(&properties);
    for entry in entries {
        case(xml, exercise, entry);
    }
    if !exercise.message.is_empty() {
        xml.text("system-err", &[], &plain(&exercise.message, Limits::FULL));
    }
    xml.end("testsuite");
}

fn case(xml: &mut Xml, exercise: &ExerciseGrade, entry: &Entry<'_>) {
    // Readers want a time of every test, so a hidden one has none to speak of.
    let time = time(entry.seconds_for_student().unwrap_or(0.0));
    let (name, class) = (entry.name(), name(&exercise.id));
    let attributes = [("name", name.as_str()), ("classname", &class), ("time", &time)];
    let Some(verdict) = verdict(entry.status) else {
        xml.empty("testcase", &attributes);
        return;
    };
    xml.start("testcase", &attributes);
    let what = [("type", entry.status.name()), ("message", outcome(entry.status))];
    xml.text(verdict, &what, &entry.message_for_student(Limits::FULL));
    xml.end("testcase");
}

fn time(seconds: f64) -> String {
    format!("{seconds:.3}")
}

/// A writer that escapes everything it is given, into memory.
struct Xml(Writer<Vec<u8>>);

type Attributes<'a> = [(&'a str, &'a str)];

impl Xml {
    fn new() -> Self {
        let mut xml = Self(Writer::new_with_indent(Vec::new(), b' ', 2));
        xml.write(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        xml
    }

    fn write(&mut self, event: Event<'_>) {
        let _ = self.0.write_event(event); // a Vec takes every byte
    }

    fn start(&mut self, element: &str, attributes: &Attributes<'_>) {
        self.write(Event::Start(BytesStart::new(element).with_attributes(attributes.iter().copied())));
    }

    fn empty(&mut self, element: &str, attributes: &Attributes<'_>) {
        self.write(Event::Empty(BytesStart::new(element).with_attributes(attributes.iter().copied())));
    }

    fn end(&mut self, element: &str) {
        self.write(Event::End(BytesEnd::new(element)));
    }

    fn text(&mut self, element: &str, attributes: &Attributes<'_>, text: &str) {
        self.start(element, attributes);
        // `escape` by name: it takes `>` too, so that `]]>` cannot stand in the text, which XML forbids.
        self.write(Event::Text(BytesText::from_escaped(escape(text))));
        self.end(element);
    }

    fn properties(&mut self, properties: &[(String, String)]) {
        self.start("properties", &[]);
        for (name, value) in properties {
            self.empty("property", &[("name", name), ("value", value)]);
        }
        self.end("properties");
    }

    fn finish(self) -> String {
        let mut text = String::from_utf8_lossy(&self.0.into_inner()).into_owned();
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use quick_xml::Reader;

    use super::super::samples::{assert_quiet, empty, grades, hostile, normal};
    use super::*;

    /// An element that was read back.
    #[derive(Debug, Default)]
    struct Element {
        name: String,
        attributes: BTreeMap<String, String>,
        text: String,
        children: Vec<Element>,
    }

    impl Element {
        fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
            self.children.iter().filter(move |child| child.name == name)
        }

        fn property(&self, name: &str) -> String {
            let properties = self.all("properties").flat_map(|list| &list.children);
            let mut values = properties.filter(|property| property.attributes["name"] == name);
            values.next().expect("the property").attributes["value"].clone()
        }
    }

    fn element(start: &BytesStart<'_>) -> Element {
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.expect("an attribute");
            let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0).expect("a value").into_owned();
            (String::from_utf8_lossy(attribute.key.as_ref().as_bytes()).into_owned(), value)
        });
        Element { name: start.name().as_ref().to_owned(), attributes: attributes.collect(), ..Element::default() }
    }

    fn read(grade: &Grade) -> Element {
        let xml = render(grade);
        assert_quiet(&xml);
        let mut reader = Reader::from_str(&xml);
        let mut open = vec![Element::default()];
        loop {
            match reader.read_event().expect("XML") {
                Event::Start(start) => open.push(element(&start)),
                Event::Empty(start) => open.last_mut().expect("an open element").children.push(element(&start)),
                Event::End(_) => {
                    let done = open.pop().expect("an open element");
                    open.last_mut().expect("its parent").children.push(done);
                }
                Event::Text(text) => open.last_mut().expect("an open element").text += &text.xml10_content(),
                Event::GeneralRef(name) => {
                    let known = match &*name.xml10_content() {
                        "lt" => "<",
                        "gt" => ">",
                        "amp" => "&",
                        "quot" => "\"",
                        "apos" => "'",
                        other => panic!("&{other};"),
                    };
                    open.last_mut().expect("an open element").text += known;
                }
                Event::Decl(_) => {}
                Event::Eof => break,
                other => panic!("unexpected {other:?}"),
            }
        }
        assert_eq!(open.len(), 1);
        open.remove(0).children.remove(0)
    }

    fn check_counts(grade: &Grade, root: &Element) {
        let suites: Vec<_> = root.all("testsuite").collect();
        assert_eq!(suites.len(), grade.exercises.len() + 1);
        for (exercise, suite) in grade.exercises.iter().zip(&suites[1..]) {
            assert_eq!(suite.property("score"), exercise.score.to_string());
            assert_eq!(suite.property("max_score"), exercise.max_score.to_string());
            let entries = entries(exercise);
            assert_eq!(suite.all("testcase").count(), entries.len());
            for (case, entry) in suite.all("testcase").zip(&entries) {
                assert_eq!(case.attributes["name"], entry.name());
                assert_eq!(case.children.first().map(|child| child.name.as_str()), verdict(entry.status));
                let message = case.children.first().map_or("", |child| child.text.as_str());
                let expected = if entry.passed() { String::new() } else { entry.message_for_student(Limits::FULL) };
                assert_eq!(message, expected);
            }
            let with = |what| suite.all("testcase").filter(|case| case.all(what).next().is_some()).count().to_string();
            assert_eq!(suite.attributes["failures"], with("failure"));
            assert_eq!(suite.attributes["errors"], with("error"));
            assert_eq!(suite.attributes["skipped"], with("skipped"));
        }
    }

    #[test]
    fn a_normal_grade() {
        let root = read(&normal());
        check_counts(&normal(), &root);
        assert_eq!(root.attributes["tests"], "8");
        let first = root.all("testsuite").nth(1).expect("a suite");
        assert_eq!(first.property("score:02.parallel_sum::test_adds"), "3.34");
        let about = root.all("testsuite").next().expect("a suite");
        assert_eq!(about.property("score"), "13.34");
        assert!(about.all("system-out").any(|out| out.text.contains("NOT ENFORCED: network")));
    }

    #[test]
    fn the_input_of_a_hidden_test_stays_hidden() {
        assert!(!render(&normal()).contains("secret input"));
    }

    #[test]
    fn an_empty_grade() {
        let root = read(&empty());
        check_counts(&empty(), &root);
        assert_eq!(root.attributes["tests"], "0");
    }

    #[test]
    fn a_hostile_grade() {
        let root = read(&hostile());
        check_counts(&hostile(), &root);
        assert!(!render(&hostile()).contains("]]>"));
    }

    proptest! {
        #[test]
        fn everything_comes_back(grade in grades()) {
            check_counts(&grade, &read(&grade));
        }
    }
}
