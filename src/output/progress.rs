//! A spinner for what takes long, on a terminal only.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::Printer;
use crate::spec::ServiceName;

/// What takes less is shown without one.
const AFTER: Duration = Duration::from_millis(300);

/// Shows that something is under way, from [`AFTER`] its start until it is dropped.
#[derive(Debug)]
pub struct Progress {
    done: Option<std::sync::mpsc::Sender<()>>,
    shower: Option<std::thread::JoinHandle<()>>,
}

impl Progress {
    /// Begins: `doing` ("starting") these services.
    #[must_use]
    pub fn start(printer: &Printer, doing: &str, names: &[ServiceName]) -> Self {
        let terminal = std::io::IsTerminal::is_terminal(&std::io::stderr());
        if !terminal || printer.quiet || printer.is_json() {
            return Self { done: None, shower: None };
        }
        let message = match names {
            [one] => format!("{doing} {one}"),
            many => format!("{doing} {} services", many.len()),
        };
        let (done, over) = std::sync::mpsc::channel();
        let shower = std::thread::spawn(move || show(&message, &over));
        Self { done: Some(done), shower: Some(shower) }
    }

    /// Ends and wipes it out.
    pub fn end(mut self) {
        self.finish();
    }

    fn finish(&mut self) {
        self.done.take();
        if let Some(shower) = self.shower.take() {
            // It only draws; a panic of it is nobody's problem here.
            let _ = shower.join();
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

fn show(message: &str, over: &std::sync::mpsc::Receiver<()>) {
    use std::sync::mpsc::RecvTimeoutError;
    if over.recv_timeout(AFTER) != Err(RecvTimeoutError::Timeout) {
        return;
    }
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} ({elapsed})") {
        bar.set_style(style);
    }
    bar.set_message(message.to_owned());
    bar.enable_steady_tick(Duration::from_millis(100));
    let _ = over.recv();
    bar.finish_and_clear();
}
