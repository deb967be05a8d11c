//! The values of credentials that are asked for or printed by a command, at install.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Read};
use std::path::PathBuf;
use std::time::Duration;

use super::App;
use crate::error::{Error, ErrorKind, Result};
use crate::spec::{Credential, Spec};
use crate::system::Invocation;

/// How long a command that prints a secret may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(60);

/// A value that the caller hands over.
pub struct Given {
    id: String,
    value: Vec<u8>,
}

impl Given {
    /// Takes the value of credential `id` from `input`, without the end of its line.
    ///
    /// # Errors
    /// Of kind `Usage` when no service asks for that credential; when the input cannot be read, or there is none.
    pub fn read(id: &str, specs: &[&Spec], input: &mut impl Read) -> Result<Self> {
        let asked = |spec: &&Spec| spec.credentials.get(id) == Some(&Credential::Prompt);
        if !specs.iter().any(asked) {
            let message = format!("no definition here has a credential '{id}' that is asked for");
            return Err(Error::new(ErrorKind::Usage, message)
                .hint(format!("credentials.{id} = {{ prompt = true }} makes it one")));
        }
        let mut value = Vec::new();
        input
            .read_to_end(&mut value)
            .map_err(|error| Error::io("cannot read standard input", &error))?;
        for end in [b'\n', b'\r'] {
            value.pop_if(|last| *last == end);
        }
        if value.is_empty() {
            return Err(Error::new(ErrorKind::Usage, "standard input is empty"));
        }
        Ok(Self { id: id.to_owned(), value })
    }
}

/// Every value that is not read from a file when the service starts. One that is prompted for is left out where there is no
/// terminal: what is stored already is kept.
///
/// # Errors
/// When a command fails, or nothing can be read.
pub fn collect(
    app: &App<'_>,
    spec: &Spec,
    given: Option<&Given>,
) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut values = BTreeMap::new();
    for (id, source) in &spec.credentials {
        let value = match source {
            Credential::File(_) => None,
            Credential::Prompt if given.is_some_and(|given| given.id == *id) => {
                given.map(|given| given.value.clone())
            }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::fixture;
    use crate::target::{ManagerId, Os};

    fn given(id: &str, mut input: &[u8]) -> Result<Vec<u8>> {
        let target = fixture::target(ManagerId::Scm, Os::Windows);
        let text = "name = \"web\"\n[process]\ncommand = ['C:\\web.exe']\n\
                    [credentials]\nkey = { prompt = true }\nfile = { file = 'C:\\key' }\n";
        let spec = fixture::resolve_for(text, &target, None, &[])?.spec;
        Given::read(id, &[&spec], &mut input).map(|given| given.value)
    }

    #[test]
    fn a_value_from_standard_input_is_taken_as_it_is_but_for_the_end_of_its_line() {
        assert_eq!(given("key", b" pass word\t\r\n").unwrap(), b" pass word\t");
        assert_eq!(given("key", b"two\n\n").unwrap(), b"two\n");
        assert_eq!(given("key", b"bare").unwrap(), b"bare");
    }

    #[test]
    fn a_credential_that_nobody_asks_for_and_no_value_at_all_are_errors() {
        for (id, input) in [("other", "x"), ("file", "x"), ("key", "\n"), ("key", "")] {
            assert_eq!(given(id, input.as_bytes()).unwrap_err().kind, ErrorKind::Usage, "{id}");
        }
    }
}
