//! Reading what the test child was given.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

/// What the test child's `dump` wrote.
pub struct Dump(pub Value);

impl Dump {
    /// The argv, as bytes that are UTF-8 here.
    pub fn argv(&self) -> Vec<String> {
        self.0["argv"].as_array().expect("a dump holds argv").iter().map(text).collect()
    }

    /// The arguments after the word `ignoring`.
    pub fn arguments(&self) -> Vec<String> {
        self.argv().into_iter().skip_while(|word| word != "ignoring").skip(1).collect()
    }

    /// The same as `CommandLineToArgvW` splits the command line.
    #[cfg(windows)]
    pub fn arguments_of_the_shell(&self) -> Vec<String> {
        let words = self.0["shell-argv"].as_array().expect("a dump holds shell-argv");
        words.iter().map(text).skip_while(|word| word != "ignoring").skip(1).collect()
    }

    /// The environment. On Windows a name is the same in whatever case.
    pub fn environment(&self) -> BTreeMap<String, String> {
        let pairs = self.0["environment"].as_array().expect("a dump holds the environment");
        let name = |name: String| if cfg!(windows) { name.to_uppercase() } else { name };
        pairs.iter().map(|pair| (name(text(&pair[0])), text(&pair[1]))).collect()
    }

    /// The working directory.
    pub fn cwd(&self) -> PathBuf {
        text(&self.0["cwd"]).into()
    }

    /// A number.
    pub fn number(&self, key: &str) -> i64 {
        self.0[key].as_i64().unwrap_or_else(|| panic!("a dump holds {key}: {}", self.0[key]))
    }

    /// The numbers of the supplementary groups, in order.
    pub fn groups(&self) -> Vec<i64> {
        let mut groups: Vec<i64> =
            self.0["groups"].as_array().into_iter().flatten().filter_map(Value::as_i64).collect();
        groups.sort_unstable();
        groups
    }

    /// Open descriptors by number.
    pub fn descriptors(&self) -> Vec<String> {
        let list = self.0["descriptors"].as_array().into_iter().flatten();
        let mut numbers: Vec<String> =
            list.map(|entry| entry["fd"].as_str().unwrap_or_default().to_owned()).collect();
        numbers.sort();
        numbers
    }

    /// A line of the process's status, such as `SigIgn`.
    pub fn status(&self, key: &str) -> &str {
        self.0["status"][key].as_str().unwrap_or_default()
    }

    /// The soft limit of that name.
    pub fn limit(&self, name: &str) -> &str {
        self.0["limits"][name][0].as_str().unwrap_or_default()
    }
}

fn text(hex: &Value) -> String {
    let digits = hex.as_str().unwrap_or_else(|| panic!("bytes in hexadecimal: {hex}")).as_bytes();
    let byte = |pair: &[u8]| {
        u8::from_str_radix(std::str::from_utf8(pair).unwrap_or_default(), 16).expect("hexadecimal")
    };
    String::from_utf8(digits.chunks(2).map(byte).collect()).expect("the dumped bytes are UTF-8")
}
