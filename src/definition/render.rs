//! Draws problems for a terminal: the file, the line with the fault underlined, and the way out.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::definition::diagnostic::{Problem, Severity};

/// How many problems are drawn; JSON has them all.
pub const SHOWN: usize = 20;

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// With colours.
    pub color: bool,
    /// Columns of the terminal.
    pub width: usize,
}

/// The problems as text, each followed by an empty line, the first [`SHOWN`] of them.
#[must_use]
pub fn problems(problems: &[Problem], style: Style) -> String {
    let renderer = if style.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.term_width(style.width).decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for problem in problems.iter().take(SHOWN) {
        text.push_str(&renderer.render(&[group(problem)]));
        text.push_str("\n\n");
    }
    if let Some(more) = problems.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!("… and {more} more; `-o json` lists them all\n"));
    }
    text
}

fn group(problem: &Problem) -> Group<'_> {
    let level = match problem.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let message = annotate_snippets::normalize_untrusted_str(&problem.message);
    let mut group =
        level.primary_title(message).id(problem.code).elements(Vec::<Origin<'_>>::new());
    match (&problem.source, &problem.span, &problem.file) {
        (Some(source), Some(span), _) => {
            let annotation = AnnotationKind::Primary.span(span.clone());
            group = group
                .element(Snippet::source(&source.text).path(&source.path).annotation(annotation));
        }
        (_, _, Some(file)) => group = group.element(origin(file, problem)),
        _ => {}
    }
    match &problem.hint {
        Some(hint) => {
            group.element(Level::HELP.message(annotate_snippets::normalize_untrusted_str(hint)))
        }
        None => group,
    }
}

fn origin<'a>(file: &'a str, problem: &Problem) -> Origin<'a> {
    let origin = Origin::path(file);
    match (problem.line, problem.column) {
        (Some(line), Some(column)) => origin.line(line).char_column(column),
        _ => origin,
    }
}
