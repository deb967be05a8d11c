//! The values of credentials that are asked for or printed by a command, at install.

use std::collections::BTreeMap;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::time::Duration;

use super::App;
use crate::error::{Error, ErrorKind, Result};
use crate::spec::{Credential, Spec};
use crate::system::Invocation;

/// How long a command that prints a secret may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// Every value that is not read from a file when the service starts. One that is prompted for is left out where there is no
/// terminal: what is stored already is kept.
///
/// # Errors
/// When a command fails, or nothing can be read.
pub fn collect(app: &App<'_>, spec: &Spec) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut values = BTreeMap::new();
    for (id, source) in &spec.credentials {
        let value = match source {
            Credential::File(_) => None,
            Credential::Prompt => prompt(&format!("{} of {}: ", id, spec.name))?,
            Credential::Command(command) => Some(print(app, id, command)?),
        };
        if let Some(value) = value {
            values.insert(id.clone(), value);
        }
    }
    Ok(values)
}

fn prompt(question: &str) -> Result<Option<Vec<u8>>> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let value = rpassword::prompt_password(question)
        .map_err(|error| Error::io("cannot read the terminal", &error))?;
    Ok(Some(value.into_bytes()))
}

fn print(app: &App<'_>, id: &str, command: &[String]) -> Result<Vec<u8>> {
    let failed = |message: String| {
        Error::new(ErrorKind::System, format!("the command of credential '{id}' {message}"))
    };
    let (program, args) = command.split_first().ok_or_else(|| failed("is empty".to_owned()))?;
    let output = app
        .system
        .run(&Invocation {
            program: PathBuf::from(program),
            args: args.iter().map(Into::into).collect(),
            env: Vec::new(),
            stdin: None,
            timeout: Some(COMMAND_TIMEOUT),
        })
        .map_err(|error| failed("cannot be run".to_owned()).cause(&error))?;
    match output.code {
        Some(0) => Ok(output.stdout),
        Some(code) => Err(failed(format!("ended with exit code {code}"))),
        None => Err(failed("was killed or took longer than 60s".to_owned())),
    }
}
