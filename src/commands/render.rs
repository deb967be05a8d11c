//! `svcctl render`: what a manager would be given.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::{App, check, sources};
use crate::artifact::Artifact;
use crate::cli;
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::output::json::{RenderReport, RenderedArtifact};
use crate::output::style::FAINT;
use crate::selection;
use crate::target::Scope;

/// Prints the artifacts, or writes them below a folder.
///
/// # Errors
/// With all the problems of the definition, or what cannot be written.
pub fn run(app: &App<'_>, args: &cli::Render) -> Result<Exit> {
    let artifacts = rendered(app, args)?;
    if let Some(folder) = &args.output_dir {
        return write_all(app, folder, &artifacts);
    }
    let rendered: Vec<_> = artifacts.iter().map(describe).collect();
    if app.printer.is_json() {
        app.printer.object(&RenderReport::new(rendered))?;
    } else {
        app.printer.answer(&text(&rendered))?;
    }
    Ok(Exit::Done)
}

fn rendered(app: &App<'_>, args: &cli::Render) -> Result<Vec<Artifact>> {
    let definitions = sources::parse(std::slice::from_ref(&args.file))?;
    let mut artifacts = Vec::new();
    for definition in &definitions {
        let scope = app.global.scope().or(definition.scope()?).unwrap_or(Scope::System);
        let id = match args.target {
            Some(id) => id,
            None => selection::manager(app.system, app.global, scope)?.0,
        };
        let place = selection::for_rendering(app.system, id, scope)?;
        let resolved = sources::resolve(app, definition, &place.target, &args.resolve)?;
        check::refuse_unsupported(&resolved, &place)?;
        let spec = resolved.spec;
        artifacts.extend(place.backend.render(&spec, &place.target, spec.start.autostart)?);
    }
    Ok(artifacts)
}

fn describe(artifact: &Artifact) -> RenderedArtifact {
    let (mode, contents) = match artifact {
        Artifact::File(file) => (format!("{:04o}", file.mode), file.contents.clone()),
        Artifact::Link { target, .. } => ("link".to_owned(), target.clone()),
        Artifact::Object { value, .. } => ("object".to_owned(), format!("{value:#}")),
    };
    RenderedArtifact { path: artifact.id().to_owned(), mode, contents }
}

/// Several artifacts each below a line with their path; what is written to a file by a redirection is then still readable.
fn text(artifacts: &[RenderedArtifact]) -> String {
    let mut text = String::new();
    for (index, artifact) in artifacts.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        let RenderedArtifact { path, mode, contents } = artifact;
        let end = if contents.ends_with('\n') { "" } else { "\n" };
        let _ = write!(text, "{gap}{FAINT}# {path} ({mode}){FAINT:#}\n{contents}{end}");
    }
    text
}

/// Writes the files below `folder` at their own paths; links and objects are described in a JSON file beside them.
fn write_all(app: &App<'_>, folder: &Path, artifacts: &[Artifact]) -> Result<Exit> {
    for artifact in artifacts {
        let written = match artifact {
            Artifact::File(file) => write(folder, &file.path, file.contents.as_bytes())?,
            Artifact::Link { path, target } => {
                write(folder, &format!("{path}.link"), target.as_bytes())?
            }
            Artifact::Object { id, value, .. } => {
                write(folder, &format!("{id}.json"), format!("{value:#}\n").as_bytes())?
            }
        };
        app.printer.line(written.display())?;
    }
    Ok(Exit::Done)
}

/// The path of an artifact below a folder: a drive's letter is a folder, and nothing leads out.
fn below(folder: &Path, path: &str) -> PathBuf {
    let parts = path.split(['/', '\\']).map(|part| part.trim_end_matches(':'));
    folder.join(parts.filter(|part| !matches!(*part, "" | "." | "..")).collect::<PathBuf>())
}

fn write(folder: &Path, path: &str, contents: &[u8]) -> Result<PathBuf> {
    let place = below(folder, path);
    let parent = place.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent)
        .and_then(|()| std::fs::write(&place, contents))
        .map_err(|error| Error::io(place.display(), &error))?;
    Ok(place)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_artifact_stays_below_the_folder_whatever_its_path() {
        let below = |path| below(Path::new("out"), path);
        assert_eq!(
            below("/etc/systemd/system/web.service"),
            Path::new("out/etc/systemd/system/web.service")
        );
        assert_eq!(below(r"C:\Data\web.json"), Path::new("out/C/Data/web.json"));
        assert_eq!(below("/../../x"), Path::new("out/x"));
    }
}
