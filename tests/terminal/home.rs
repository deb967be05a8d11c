//! A home folder with services of its own, on the embedded manager of the user scope.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use portable_pty::CommandBuilder;
use tempfile::TempDir;

const SVCCTL: &str = env!("CARGO_BIN_EXE_svcctl");

/// The home folder of one test.
pub struct Home {
    folder: TempDir,
    names: Vec<String>,
}

impl Drop for Home {
    /// What a test has started ends with it.
    fn drop(&mut self) {
        let names = self.names.iter().map(String::as_str);
        let words: Vec<_> = ["uninstall", "--user", "--purge"].into_iter().chain(names).collect();
        if words.len() > 3 {
            self.svcctl(&words);
        }
    }
}

impl Home {
    /// One with these services.
    pub fn with(names: &[&str]) -> Self {
        let folder = TempDir::new().expect("a folder can be made");
        let home = Self { folder, names: names.iter().map(ToString::to_string).collect() };
        for name in names {
            home.install(name);
        }
        home
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    fn install(&self, name: &str) {
        let file = self.path().join(format!("{name}.toml"));
        let text = format!(
            "name = {name:?}\ndescription = \"A service with a description that is longer than any terminal of eighty columns is wide\"\n\
             [process]\ncommand = [\"/bin/sleep\", \"infinity\"]\n\
             [start]\nready = {{ after = \"3s\" }}\n\
             [profile.production.process]\nenvironment = {{ MODE = \"production\" }}\n"
        );
        fs::write(&file, text).expect("a definition can be written");
        let output = self.svcctl(&["install", "--user", file.to_str().expect("it is UTF-8")]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// Runs `svcctl` without a terminal.
    pub fn svcctl(&self, words: &[&str]) -> Output {
        let mut command = Command::new(SVCCTL);
        command.env_clear().envs(self.variables()).args(words).stdin(Stdio::null());
        command.output().expect("svcctl can be run")
    }

    /// `svcctl` for a terminal.
    pub fn command(&self, words: &[&str]) -> CommandBuilder {
        let mut command = self.program(SVCCTL);
        command.args(words);
        command
    }

    /// Any program, in this home folder and with `svcctl` on its path.
    pub fn program(&self, program: &str) -> CommandBuilder {
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        for (name, value) in self.variables() {
            command.env(name, value);
        }
        command.cwd(self.path());
        command
    }

    fn variables(&self) -> [(&'static str, String); 6] {
        let folder = Path::new(SVCCTL).parent().expect("a program is in a folder");
        let path = std::env::var("PATH").unwrap_or_default();
        [
            ("HOME", self.path().display().to_string()),
            ("PATH", format!("{}:{path}", folder.display())),
            ("SVCCTL_MANAGER", "embedded".to_owned()),
            ("TERM", "xterm-256color".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("PS1", "ready> ".to_owned()),
        ]
    }
}
