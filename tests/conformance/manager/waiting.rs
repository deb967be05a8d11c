//! A service whose host waits for another one.

use serde_json::json;

use crate::lab::{Lab, Service};
use crate::outcome::{Stop, Verdict};
use crate::poll::{SOON, until};

/// One that is ready late, and one that waits for it.
pub struct Pair<'a> {
    lab: &'a Lab<'a>,
    slow: Service<'a>,
    pub waits: Service<'a>,
}

impl<'a> Pair<'a> {
    /// Both are started, and the second says what it waits for.
    pub fn begin(lab: &'a Lab<'a>) -> Result<Self, Stop> {
        let slow = lab
            .named("slow", "sleep 4000 then touch @ready then sleep")
            .with("start.ready", json!({ "file": lab.file("ready") }));
        let waits = lab
            .named("waits", "append @order begun then sleep")
            .with("start.after", json!([slow.name]));
        slow.install(&["--no-enable"])?;
        waits.install(&["--no-enable"])?;
        slow.verb("start", &["--no-wait"]).exits(0);
        waits.verb("start", &["--no-wait"]).exits(0);
        waits.becomes("starting").is("starting", 6);
        let words = format!("waits for {}, which is starting", slow.name);
        let said = || waits.verb("status", &[]).output()["services"][0].to_string();
        until("it says what it waits for", SOON, || said().contains(&words).then_some(()));
        Ok(Self { lab, slow, waits })
    }

    /// In the end both run, and nothing was started twice.
    pub fn ends_well(&self) {
        self.waits.becomes("running").is("running", 0);
        self.slow.status().is("running", 0);
        assert_eq!(self.lab.lines("order"), ["begun"]);
    }
}

pub fn can_be_stopped(lab: &Lab) -> Verdict {
    let pair = Pair::begin(lab)?;
    pair.waits.verb("stop", &[]).exits(0);
    pair.waits.status().is("stopped", 3);
    assert_eq!(pair.lab.lines("order"), Vec::<String>::new());
    // Somebody waits for it to the end.
    pair.waits.verb("start", &[]).exits(0);
    pair.waits.status().is("running", 0);
    pair.ends_well();
    Ok(())
}
