//! The environment of a service on Windows: what every process needs there, then files, then the definition's variables.

use std::collections::BTreeMap;
use std::fs;

use crate::host::Hosted;
use crate::host::environment::parse;
use crate::spec::EnvironmentFile;

/// Variables that the manager gives to every service of an account. Nothing else of the host's own environment is passed on.
const OF_WINDOWS: [&str; 32] = [
    "ALLUSERSPROFILE",
    "APPDATA",
    "COMMONPROGRAMFILES",
    "COMMONPROGRAMFILES(X86)",
    "COMMONPROGRAMW6432",
    "COMPUTERNAME",
    "COMSPEC",
    "DRIVERDATA",
    "HOMEDRIVE",
    "HOMEPATH",
    "LOCALAPPDATA",
    "NUMBER_OF_PROCESSORS",
    "OS",
    "PATH",
    "PATHEXT",
    "PROCESSOR_ARCHITECTURE",
    "PROCESSOR_IDENTIFIER",
    "PROCESSOR_LEVEL",
    "PROCESSOR_REVISION",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "PROGRAMW6432",
    "PSMODULEPATH",
    "PUBLIC",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "TMP",
    "USERDOMAIN",
    "USERNAME",
    "USERPROFILE",
];

/// Variables by their upper-case name, which is how Windows tells them apart and sorts them.
#[derive(Debug, Default)]
pub struct Variables(BTreeMap<String, (String, String)>);

impl Variables {
    /// Sets one; a later one wins.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_uppercase(), (name.to_owned(), value.to_owned()));
    }

    /// The block that `CreateProcessW` takes: `NAME=value` with a zero each, sorted, and one more zero.
    #[must_use]
    pub fn block(&self) -> Vec<u16> {
        let variables = self.0.values().map(|(name, value)| format!("{name}={value}\0"));
        let mut block: Vec<u16> =
            variables.flat_map(|text| text.encode_utf16().collect::<Vec<_>>()).collect();
        block.extend(if self.0.is_empty() { [0, 0].as_slice() } else { [0].as_slice() });
        block
    }
}

/// What every process of the service is given.
///
/// # Errors
/// Which file cannot be read, in words.
pub fn of(hosted: &Hosted) -> Result<Variables, String> {
    let mut all = Variables::default();
    for name in OF_WINDOWS.into_iter().chain(["WINDIR"]) {
        if let Ok(value) = std::env::var(name) {
            all.set(name, &value);
        }
    }
    let process = &hosted.spec.process;
    for file in &process.environment_files {
        environment_file(file)?.iter().for_each(|(name, value)| all.set(name, value));
    }
    process.environment.iter().for_each(|(name, value)| all.set(name, value));
    if !hosted.spec.credentials.is_empty() {
        all.set("CREDENTIALS_DIRECTORY", &hosted.credentials);
    }
    if hosted.spec.security.wants_private_tmp() {
        let folder = private_tmp(hosted)?;
        ["TEMP", "TMP"].iter().for_each(|name| all.set(name, &folder));
    }
    Ok(all)
}

fn environment_file(file: &EnvironmentFile) -> Result<Vec<(String, String)>, String> {
    match fs::read_to_string(&file.path) {
        Ok(text) => {
            parse(&text).map_err(|why| format!("the environment file {}: {why}", file.path))
        }
        Err(error) if file.optional && error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Vec::new())
        }
        Err(error) => Err(format!("the environment file {}: {error}", file.path)),
    }
}

/// A folder in the service's own, which nobody else may look into.
fn private_tmp(hosted: &Hosted) -> Result<String, String> {
    let folder = format!(r"{}\tmp", hosted.runtime);
    fs::create_dir_all(&folder)
        .map_err(|error| format!("security.private-tmp: {folder}: {error}"))?;
    Ok(folder)
}
