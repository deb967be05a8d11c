//! Draws problems for a terminal: the file, the line with the fault underlined, and the way out.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::definition::diagnostic::{Problem, Severity};
use crate::definition::source::Source;
use crate::output::wrap::wrap;

/// How many problems are drawn; JSON has them all.
pub const SHOWN: usize = 20;

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Columns of the terminal; none where there is no terminal.
    pub width: Option<usize>,
}

/// Columns of a source line that are drawn where there is no terminal.
const FILE: usize = 120;

/// The problems as text, each followed by an empty line, the first [`SHOWN`] of them.
#[must_use]
pub fn problems(problems: &[Problem], style: Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let width = style.width.unwrap_or(FILE);
    let renderer = renderer.term_width(width).decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for problem in problems.iter().take(SHOWN) {
        text.push_str(&renderer.render(&[group(problem, style.width)]));
        text.push_str("\n\n");
    }
    if let Some(more) = problems.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!("… and {more} more; `-o json` lists them all\n"));
    }
    text
}

fn group(problem: &Problem, width: Option<usize>) -> Group<'_> {
    let (level, word) = match problem.severity {
        Severity::Error => (Level::ERROR, "error"),
        Severity::Warning => (Level::WARNING, "warning"),
    };
    // The renderer indents the lines that follow by what stands before the first one.
    let broken = |text: &str, before| {
        let width = width.map(|width| width.saturating_sub(before));
        wrap(&annotate_snippets::normalize_untrusted_str(text), width, 0, 0)
    };
    // As in "error[code]: " and "  = help: ".
    let message = broken(&problem.message, word.len() + problem.code.len() + 4);
    let mut group =
        level.primary_title(message).id(problem.code).elements(Vec::<Origin<'_>>::new());
    match (&problem.source, &problem.span, &problem.file) {
        (Some(source), Some(span), _) => group = drawn(group, problem, source, span),
        (_, _, Some(file)) => group = group.element(origin(file, problem)),
        _ => {}
    }
    match &problem.hint {
        Some(hint) => group.element(Level::HELP.message(broken(hint, 10))),
        None => group,
    }
}

/// Longest part of a definition that is drawn; a line beyond it would fill the screen.
const LONGEST: usize = 2_000;

/// The lines of the problem with the fault underlined, or the mere place where they are too long to look at.
fn drawn<'a>(
    group: Group<'a>,
    problem: &Problem,
    source: &'a Source,
    span: &Range<usize>,
) -> Group<'a> {
    let text = source.text.as_str();
    let before = text.get(..span.start).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let after = text.get(span.end..).unwrap_or_default();
    let end = span.end + after.find('\n').unwrap_or(after.len());
    match text.get(start..end) {
        Some(lines) if lines.len() <= LONGEST => {
            let fault = AnnotationKind::Primary.span(span.start - start..span.end - start);
            let snippet = Snippet::source(lines).line_start(problem.line.unwrap_or(1));
            group.element(snippet.path(&source.path).annotation(fault))
        }
        _ => group.element(origin(&source.path, problem)),
    }
}

fn origin<'a>(file: &'a str, problem: &Problem) -> Origin<'a> {
    let origin = Origin::path(file);
    match (problem.line, problem.column) {
        (Some(line), Some(column)) => origin.line(line).char_column(column),
        _ => origin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::fixture;

    const PLAIN: Style = Style { color: false, width: Some(100) };

    #[test]
    fn a_problem_shows_its_file_line_column_and_way_out() {
        let text =
            problems(&fixture::problems("name = \"web\"\n[process]\ncommand = [\"web\"]\n"), PLAIN);
        let expected = "\
error[relative-path]: `process.command` expects an absolute path, found \"web\"
 --> app.toml:3:12
  |
3 | command = [\"web\"]
  |            ^^^^^
  |
  = help: no PATH is searched: `command -v web` prints the whole path (on Windows `where web`)

";
        assert_eq!(text, expected);
    }

    #[test]
    fn sentences_break_between_words_where_the_terminal_ends() {
        let found = fixture::problems("name = \"web\"\n[process]\ncommand = [\"web\"]\n");
        let text = problems(&found, Style { width: Some(50), ..PLAIN });
        assert!(text.starts_with("error[relative-path]: `process.command` expects an\n"), "{text}");
        assert!(text.contains("\n  = help: no PATH is searched: `command -v web`\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= 50), "{text}");
    }

    #[test]
    fn a_problem_of_the_command_line_names_the_argument() {
        let target = fixture::systemd();
        let error =
            fixture::resolve_for(&fixture::minimal(""), &target, None, &["stop.timeout=soon"]);
        let text = problems(&error.unwrap_err().problems, PLAIN);
        assert!(text.contains("--> --set stop.timeout=soon"), "{text}");
    }

    #[test]
    fn colours_are_only_drawn_when_asked_for() {
        let found = fixture::problems("nmae = 1");
        assert!(!problems(&found, PLAIN).contains('\u{1b}'));
        assert!(problems(&found, Style { color: true, ..PLAIN }).contains('\u{1b}'));
    }

    #[test]
    fn escape_sequences_of_the_file_do_not_reach_the_terminal() {
        let found = fixture::problems("name = 'a\u{7f}'\n\"\\u001b[31m\" = 1");
        assert!(!problems(&found, PLAIN).contains('\u{1b}'));
    }

    #[test]
    fn of_many_problems_the_first_are_drawn_and_the_rest_is_counted() {
        let text: String = (0..5_000).map(|n| format!("x{n} = 1\n")).collect();
        let found = fixture::problems(&text);
        assert_eq!(found.len(), 1_001);
        let drawn = problems(&found, PLAIN);
        assert_eq!(drawn.matches("error[").count(), SHOWN);
        assert!(drawn.ends_with("… and 981 more; `-o json` lists them all\n"), "{drawn}");
    }
}
