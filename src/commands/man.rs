//! `svcctl man`: the manual, from the same command line and the same field table.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use super::App;
use crate::cli;
use crate::error::{Error, ErrorKind, Result};
use crate::exit::Exit;
use crate::output::manual;

/// Prints a page, or writes all of them.
///
/// # Errors
/// Of kind `Usage` for a page that is not there; when a page cannot be written.
pub fn run(app: &App<'_>, args: &cli::Man) -> Result<Exit> {
    let pages = manual::pages().map_err(|error| Error::io("the manual", &error))?;
    if let Some(folder) = &args.output_dir {
        std::fs::create_dir_all(folder).map_err(|error| Error::io(folder.display(), &error))?;
        for page in &pages {
            let file = folder.join(page.file_name());
            std::fs::write(&file, &page.text).map_err(|error| Error::io(file.display(), &error))?;
            app.printer.line(file.display())?;
        }
        return Ok(Exit::Done);
    }
    let wanted = args.page.as_deref().unwrap_or("svcctl");
    let found =
        pages.iter().find(|page| page.name == wanted || page.name == format!("svcctl-{wanted}"));
    let page = found.ok_or_else(|| {
        Error::new(ErrorKind::Usage, format!("there is no page '{wanted}'"))
            .hint("name a verb, or svcctl.toml")
    })?;
    if !std::io::stdout().is_terminal() || !read_by_man(&page.text) {
        app.printer.answer(&String::from_utf8_lossy(&page.text))?;
    }
    Ok(Exit::Done)
}

/// Has man-db set the page and page through it; false where there is no man-db.
fn read_by_man(page: &[u8]) -> bool {
    const MAN: &str = "/usr/bin/man";
    if !cfg!(target_os = "linux") || !Path::new(MAN).exists() {
        return false;
    }
    let reader = Command::new(MAN).args(["--local-file", "-"]).stdin(Stdio::piped()).spawn();
    let Ok(mut reader) = reader else { return false };
    // A reader who leaves early wants no more of it.
    if let Some(mut stdin) = reader.stdin.take() {
        let _ = stdin.write_all(page);
    }
    reader.wait().is_ok_and(|status| status.success())
}
