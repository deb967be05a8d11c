//! What a SIGKILL of a supervisor or of its logger costs a service that writes: `cargo bench --bench kill`. Prints a table; judges nothing.
//!
//! The service writes numbered lines of 100 bytes, as fast as it can and then 50,000 a second, and goes on when nobody reads them. After
//! a second a process of its supervisor is killed; six seconds later the instances are counted, and all of them are ended. A line counts
//! as lost if the service wrote it, or could not write it, and it is in no log; as torn if it is in the log in part.
//!
//! A supervisor that nothing starts again is started again by the benchmark, as an init system would. What is not in `PATH` is left out.

// A benchmark that cannot prepare what it measures has nothing to say.
#![allow(clippy::expect_used)]

#[cfg(target_os = "linux")]
mod logs;
#[cfg(target_os = "linux")]
mod peers;
#[cfg(target_os = "linux")]
mod processes;
#[cfg(target_os = "linux")]
mod writer;

#[cfg(target_os = "linux")]
fn main() {
    use std::path::Path;
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, word, folder, pace] = arguments.as_slice()
        && word == "write"
    {
        return writer::run(Path::new(folder), pace.parse().expect("lines a second"));
    }
    println!(
        "| supervisor | killed | lines a second | instances | written | lost | torn | doubled |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for peer in peers::PEERS.iter().filter(|peer| peer.is_present()) {
        for victim in peer.victims {
            for pace in [0, 50_000] {
                let outcome = peers::kill_one(peer, victim, pace);
                let speed = if pace == 0 { "all it can".to_owned() } else { pace.to_string() };
                println!("| {} | {victim} | {speed} | {outcome} |", peer.name);
            }
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn main() {
    println!("not measured: instances are counted in Linux's /proc");
}
