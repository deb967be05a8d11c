//! How long TAB takes among 200 services: `cargo bench --bench completion`. Prints medians; the bound is 20 ms.

// A benchmark that cannot prepare what it measures has nothing to say.
#![allow(clippy::expect_used)]

mod support;

use std::fs;
use std::process::Command;

use support::{median, time};

const RUNS: usize = 101;

fn main() {
    let home = std::env::temp_dir().join(format!("svcctl-bench-{}", std::process::id()));
    let services = home.join(".local/state/svcctl/services");
    fs::create_dir_all(&services).expect("a folder to work in");
    for number in 0..200 {
        let receipt = services.join(format!("service-{number}.json"));
        fs::write(receipt, "{}").expect("a file can be written");
    }
    println!("| TAB after | median, ms | fastest, ms |\n|---|---|---|");
    for words in [["status", ""], ["status", "service-17"], ["", ""]] {
        let mut answer = Command::new(env!("CARGO_BIN_EXE_svcctl"));
        answer.env_clear().env("HOME", &home).env("COMPLETE", "bash").env("_CLAP_IFS", "\n");
        answer.env("_CLAP_COMPLETE_INDEX", if words[0].is_empty() { "1" } else { "2" });
        answer.args(["--", "svcctl"]).args(words);
        let times: Vec<_> = (0..RUNS).map(|_| time(&mut answer)).collect();
        let ms = |time: std::time::Duration| time.as_secs_f64() * 1e3;
        let fastest = times.iter().min().copied().unwrap_or_default();
        println!("| svcctl {} | {:.1} | {:.1} |", words.join(" "), ms(median(&times)), ms(fastest));
    }
    fs::remove_dir_all(&home).expect("the folder can be removed");
}
