//! A service whose host waits for another one.

use std::fs;

use serde_json::json;

use crate::lab::{Lab, Service};
use crate::outcome::{Stop, Verdict};
use crate::poll::{SOON, until};

/// One that gets ready when it is told to, and one that waits for it.
pub struct Pair<'a> {
    lab: &'a Lab<'a>,
    slow: Service<'a>,
    pub waits: Service<'a>,
}

impl<'a> Pair<'a> {
    /// Both are started, and the second says what it waits for.
    pub fn begin(lab: &'a Lab<'a>) -> Result<Self, Stop> {
        let slow =
            lab.named("slow", "sleep").with("start.ready", json!({ "file": lab.file("ready") }));
        let waits = lab
            .named("waits", "append @order begun then sleep")
            .with("start.after", json!([slow.name]));
        slow.install(&["--no-enable"])?;
        waits.install(&["--no-enable"])?;
        slow.verb("start", &["--no-wait"]).exits(0);
        waits.verb("start", &["--no-wait"]).exits(0);
        let pair = Self { lab, slow, waits };
        pair.is_waiting();
        Ok(pair)
    }

    pub fn is_waiting(&self) {
        let words = format!("waits for {}, which is starting", self.slow.name);
        let said = || self.waits.status().entry["native"]["status"] == words;
        until("it says what it waits for", SOON, || said().then_some(()));
        self.waits.status().is("starting", 6);
        assert_eq!(self.lab.lines("order"), Vec::<String>::new());
    }

    fn let_it_get_ready(&self) {
        fs::write(self.lab.path("ready"), "").expect("the file can be written");
    }

    /// In the end both run, and nothing was started twice.
    pub fn ends_well(&self) {
        self.let_it_get_ready();
        self.waits.becomes("running").is("running", 0);
        self.slow.status().is("running", 0);
        assert_eq!(self.waits.marks("order", 1), ["begun"]);
    }
}

pub fn can_be_stopped(lab: &Lab) -> Verdict {
    let pair = Pair::begin(lab)?;
    pair.waits.verb("stop", &[]).exits(0);
    pair.waits.status().is("stopped", 3);
    // Whoever starts it waits to the end.
    let start = || pair.waits.verb("start", &[]).exits(0);
    let watch = || {
        pair.is_waiting();
        pair.let_it_get_ready();
    };
    Service::meanwhile(start, watch);
    pair.waits.status().is("running", 0);
    pair.ends_well();
    Ok(())
}
