use super::*;
use crate::event::Event;
use proptest::prelude::*;
use std::borrow::Cow;

fn line(at: i64, number: u32, text: &str) -> Line<'static> {
    let text = Cow::Owned(format!("{at} {text}"));
    Line { at: Instant(at), latest: Instant(at), number, text, event: Event::PieceFinished { details: None } }
}

fn lines(seconds: &[(i64, &str)]) -> Vec<Line<'static>> {
    seconds.iter().zip(1..).map(|((at, text), number)| line(*at, number, text)).collect()
}

fn version<'a>(id: i64, path: &'a str, lines: &'a [Line<'a>]) -> Version<'a> {
    Version {
        id: VersionId(id),
        file: LogFileId(id),
        name_date: None,
        path,
        bytes: b"",
        lines,
        half_line: None,
        rejects: &[],
    }
}

fn texts(versions: &[Version<'_>]) -> Vec<String> {
    let kept = merge(versions).into_iter().filter(|placed| placed.kept);
    kept.map(|placed| versions[placed.version].lines[placed.line].text.to_string()).collect()
}

#[test]
fn a_copy_adds_nothing_and_the_version_with_most_of_a_line_decides() {
    let (a, b) = (lines(&[(1, "x"), (2, "y"), (2, "y")]), lines(&[(2, "y"), (2, "y"), (2, "y"), (3, "z")]));
    let union = ["1 x", "2 y", "2 y", "2 y", "3 z"];
    assert_eq!(texts(&[version(1, "a", &a), version(2, "b", &b)]), union);
    assert_eq!(texts(&[version(2, "b", &b), version(1, "a", &a)]), union);
    assert_eq!(texts(&[version(1, "a", &a), version(2, "b", &b), version(3, "c", &b)]), union);
}

#[test]
fn a_line_that_steps_back_stays_behind_the_one_before_it_and_ties_go_by_the_first_instant() {
    let (a, b) = (lines(&[(10, "a"), (3, "late"), (11, "a")]), lines(&[(5, "b"), (10, "b")]));
    assert_eq!(texts(&[version(1, "a", &a), version(2, "b", &b)]), ["5 b", "10 b", "10 a", "3 late", "11 a"]);
}

#[test]
fn a_half_line_that_another_version_has_whole_is_never_taken() {
    let (half, whole) = (lines(&[(1, "x"), (2, "Wai")]), lines(&[(2, "Wait: 35")]));
    let mut cut = version(1, "a", &half);
    cut.half_line = Some("2 Wai");
    assert_eq!(texts(&[cut]), ["1 x", "2 Wai"]);
    assert_eq!(texts(&[cut, version(2, "b", &whole)]), ["1 x", "2 Wait: 35"]);
}

#[test]
fn two_equal_half_lines_are_one_line_and_not_none() {
    let half = lines(&[(2, "Wai")]);
    let (mut a, mut b) = (version(1, "a", &half), version(2, "b", &half));
    (a.half_line, b.half_line) = (Some("2 Wai"), Some("2 Wai"));
    assert_eq!(texts(&[a, b]), ["2 Wai"]);
}

fn contents() -> impl Strategy<Value = Vec<Vec<Line<'static>>>> {
    let texts = prop::sample::select(vec!["a", "b"]);
    let content = prop::collection::vec((0i64..12, texts), 0..12).prop_map(|pairs| lines(&pairs));
    prop::collection::vec(content, 1..5)
}

/// What flows out when each version's lines come `size` at a time, up to an instant, then to the end.
fn flowing(versions: &[Version<'_>], size: usize, pause: Instant) -> Vec<(Placed, String)> {
    let mut surveys = vec![Survey::default(); versions.len()];
    for (survey, version) in surveys.iter_mut().zip(versions) {
        version.lines.iter().for_each(|line| survey.see(line));
    }
    let mut ranked: Vec<usize> = (0..versions.len()).collect();
    ranked.sort_by(|a, b| rank(&versions[*a]).cmp(&rank(&versions[*b])));
    let mut confluence = Confluence::new(&ranked, &surveys);
    let mut given = vec![0; versions.len()];
    let mut out = Vec::new();
    for until in [pause, Instant(i64::MAX)] {
        loop {
            match confluence.next(until) {
                Flow::Line(placed, line) => {
                    assert!(placed.effective < until);
                    out.push((placed, line.text.into_owned()));
                }
                Flow::Wants(version) => {
                    let rest = &versions[version].lines[given[version]..];
                    let part: Vec<_> = rest.iter().take(size).cloned().map(own).collect();
                    given[version] += part.len();
                    confluence.feed(version, part);
                }
                Flow::Later | Flow::End => break,
            }
        }
    }
    out
}

fn own(line: Line<'_>) -> Line<'static> {
    let text = Cow::Owned(line.text.into_owned());
    Line { at: line.at, latest: line.latest, number: line.number, text, event: Event::Stop }
}

proptest! {
    #[test]
    fn lines_that_flow_in_come_out_in_the_same_order(contents in contents(), size in 1usize..4, pause in 0i64..13) {
        let paths: Vec<String> = (0..contents.len()).map(|index| index.to_string()).collect();
        let versions: Vec<_> = contents.iter().zip(&paths).zip(1..).map(|((lines, path), id)| version(id, path, lines)).collect();
        let merged: Vec<_> = merge(&versions)
            .into_iter()
            .map(|placed| (placed, versions[placed.version].lines[placed.line].text.to_string()))
            .collect();
        prop_assert_eq!(flowing(&versions, size, Instant(pause)), merged);
    }

    #[test]
    fn the_stream_holds_each_line_as_often_as_the_version_that_has_it_most_often(contents in contents()) {
        let paths: Vec<String> = (0..contents.len()).map(|index| index.to_string()).collect();
        let versions: Vec<_> = contents.iter().zip(&paths).zip(1..).map(|((lines, path), id)| version(id, path, lines)).collect();
        let count = |all: &[String], text: &str| all.iter().filter(|other| other.as_str() == text).count();
        let each: Vec<Vec<String>> = contents.iter().map(|lines| lines.iter().map(|line| line.text.to_string()).collect()).collect();
        let merged = texts(&versions);
        for text in each.iter().flatten() {
            prop_assert_eq!(count(&merged, text), each.iter().map(|all| count(all, text)).max().unwrap_or(0));
        }
        prop_assert!(merged.iter().all(|text| each.iter().flatten().any(|other| other == text)));
    }

    #[test]
    fn the_order_of_reading_does_not_matter(contents in contents(), seed in any::<u64>()) {
        let paths: Vec<String> = (0..contents.len()).map(|index| index.to_string()).collect();
        let mut versions: Vec<_> = contents.iter().zip(&paths).zip(1..).map(|((lines, path), id)| version(id, path, lines)).collect();
        let before = texts(&versions);
        let turn = (seed as usize) % versions.len();
        versions.rotate_left(turn);
        prop_assert_eq!(texts(&versions), before.clone());
        versions.reverse();
        prop_assert_eq!(texts(&versions), before);
    }
}
