//! What verbs ask, in the order that the services' dependencies want, and the answers on their way back.
//!
//! A restart is a stop and a start: the host ends in between, and the one that follows reads the definition anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;

use super::Supervisor;
use super::order::{Needs, Planned, plan};
use crate::host::unix::link::{Answer, Program, ToHost, ToVerb, Wish};
use crate::host::unix::run::this_program;
use crate::spec::{ServiceName, Start};

/// How far one wish is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Progress {
    Waiting,
    Sent(u64),
    /// The stop of a restart is done, and the host is about to end.
    Between,
    Done(bool),
}

/// One wish of a batch.
#[derive(Debug)]
struct Item {
    planned: Planned,
    progress: Progress,
    /// Whether its host has it, so that a verb that does not wait may go.
    taken: bool,
    /// What is to be told together with the answer.
    warnings: Vec<String>,
}

/// The wishes of one verb.
#[derive(Debug)]
pub(super) struct Batch {
    peer: Option<u64>,
    /// Whether the verb waits for the results, or only for its wishes to have been taken.
    wait: bool,
    items: BTreeMap<ServiceName, Item>,
}

impl Batch {
    fn is_over(&self) -> bool {
        self.items.values().all(|item| matches!(item.progress, Progress::Done(_)))
    }

    fn is_done(&self, name: &ServiceName) -> bool {
        self.items.get(name).is_none_or(|item| matches!(item.progress, Progress::Done(_)))
    }

    /// The next wish that need not wait, and the requirement that failed, if one has. `held` are those that cannot be sent now.
    fn next(&self, held: &BTreeSet<ServiceName>) -> Option<(Planned, Option<ServiceName>)> {
        let waiting = self.items.values().filter(|item| item.progress == Progress::Waiting);
        let free = waiting.map(|item| &item.planned).find(|one| {
            !held.contains(&one.name) && one.after.iter().all(|name| self.is_done(name))
        })?;
        let failed = |name: &&ServiceName| {
            self.items.get(*name).is_some_and(|item| item.progress == Progress::Done(false))
        };
        Some((free.clone(), free.requires.iter().find(failed).cloned()))
    }
}

/// As much of a hosted file as the order needs.
#[derive(Deserialize)]
struct Brief {
    spec: BriefSpec,
}

#[derive(Deserialize)]
struct BriefSpec {
    start: Start,
}

impl Supervisor {
    pub(super) fn verb(
        &mut self,
        peer: u64,
        wish: Wish,
        names: &[ServiceName],
        wait: bool,
        program: &Program,
    ) {
        let replaced = program.path == self.program.path && program.file != self.program.file;
        if replaced && this_program().path == program.path {
            self.say(peer, &ToVerb::Again);
            self.upgrading = true;
            return;
        }
        if self.ending && matches!(wish, Wish::Start | Wish::Restart) {
            for name in names {
                self.say(
                    peer,
                    &ToVerb::Done(name.clone(), Answer::failed("the supervisor is ending")),
                );
            }
            self.say(peer, &ToVerb::End);
            return;
        }
        self.begin(Some(peer), wish, names, wait);
    }

    pub(super) fn start_all(&mut self, names: &[ServiceName]) {
        if !names.is_empty() {
            self.begin(None, Wish::Start, names, true);
        }
    }

    /// Stops everything, in the reverse order, and then itself.
    pub(super) fn end(&mut self) {
        self.ending = true;
        let names: Vec<ServiceName> = self.hosts.keys().cloned().collect();
        if !names.is_empty() {
            self.begin(None, Wish::Stop, &names, true);
        }
    }

    fn begin(&mut self, peer: Option<u64>, wish: Wish, names: &[ServiceName], wait: bool) {
        let installed = self.needs();
        let running: BTreeSet<ServiceName> = self.hosts.keys().cloned().collect();
        let items = plan(wish, names, &installed, &running).into_iter().map(|planned| {
            let item =
                Item { planned, progress: Progress::Waiting, taken: false, warnings: Vec::new() };
            (item.planned.name.clone(), item)
        });
        self.next += 1;
        self.batches.insert(self.next, Batch { peer, wait, items: items.collect() });
    }

    fn needs(&self) -> BTreeMap<ServiceName, Needs> {
        let read = |name: ServiceName| {
            let bytes = fs::read(self.folders.hosted(&name)).ok()?;
            let brief: Brief = serde_json::from_slice(&bytes).ok()?;
            Some((name, Needs::from(&brief.spec.start)))
        };
        self.folders.installed().into_iter().filter_map(read).collect()
    }

    /// Sends every wish that need not wait any more.
    pub(super) fn advance(&mut self) {
        let batches: Vec<u64> = self.batches.keys().copied().collect();
        for id in batches {
            let mut held = BTreeSet::new();
            while let Some((planned, failed)) =
                self.batches.get(&id).and_then(|batch| batch.next(&held))
            {
                held.insert(planned.name.clone());
                self.dispatch(id, &planned, failed);
            }
            self.finish(id);
        }
    }

    fn dispatch(&mut self, batch: u64, planned: &Planned, failed: Option<ServiceName>) {
        let name = &planned.name;
        let refusal = match (&planned.missing, failed) {
            (Some(missing), _) => Some(format!("it requires {missing}, which is not installed")),
            (None, Some(failed)) => Some(format!("it requires {failed}, which did not start")),
            (None, None) => None,
        };
        if let Some(why) = refusal {
            return self.done(batch, name, Answer::failed(why));
        }
        let there = self.hosts.contains_key(name);
        match planned.wish {
            Wish::Start | Wish::Restart if !there => match self.make_host(name) {
                Ok(()) => self.send(batch, name, Wish::Start),
                Err(error) => {
                    self.done(batch, name, Answer::failed(format!("no host can be made: {error}")));
                }
            },
            Wish::Restart => self.send(batch, name, Wish::Stop),
            Wish::Stop if !there => self.done(batch, name, Answer::default()),
            Wish::Reload if !there => {
                self.done(
                    batch,
                    name,
                    Answer::failed("it does not run, so that there is nothing to reload"),
                );
            }
            wish @ (Wish::Start | Wish::Stop | Wish::Reload) => self.send(batch, name, wish),
        }
    }

    /// Sends a wish; one that finds no link waits until its host is back.
    fn send(&mut self, batch: u64, name: &ServiceName, wish: Wish) {
        self.next += 1;
        let id = self.next;
        let Some(link) = self.hosts.get_mut(name).and_then(|host| host.link.as_mut()) else {
            return;
        };
        let _ = link.send(&ToHost::Wish(id, wish));
        // Without a host there was nothing to stop: what is left of a restart is the start.
        if let Some(item) = self.item(batch, name) {
            if item.planned.wish == Wish::Restart && wish == Wish::Start {
                item.planned.wish = Wish::Start;
            }
            item.progress = Progress::Sent(id);
        }
    }

    fn item(&mut self, batch: u64, name: &ServiceName) -> Option<&mut Item> {
        self.batches.get_mut(&batch).and_then(|batch| batch.items.get_mut(name))
    }

    fn done(&mut self, batch: u64, name: &ServiceName, mut answer: Answer) {
        let Some(item) = self.item(batch, name) else { return };
        item.progress = Progress::Done(answer.error.is_none());
        let asked = item.planned.asked;
        answer.warnings.splice(0..0, item.warnings.drain(..));
        let told = item.taken;
        let Some(batch) = self.batches.get(&batch).filter(|batch| batch.wait || !told) else {
            return;
        };
        if let Some(peer) = batch.peer.filter(|_| asked) {
            self.say(peer, &ToVerb::Done(name.clone(), answer));
        }
    }

    fn finish(&mut self, id: u64) {
        let Some(batch) = self.batches.get(&id) else { return };
        // A verb that does not wait may go when every wish was taken; the rest is done without it.
        if !batch.wait
            && batch
                .items
                .values()
                .all(|item| item.taken || matches!(item.progress, Progress::Done(_)))
        {
            self.release(id);
        }
        if self.batches.get(&id).is_some_and(Batch::is_over) {
            self.release(id);
            self.batches.remove(&id);
        }
    }

    /// Lets the verb of a batch go.
    fn release(&mut self, id: u64) {
        if let Some(peer) = self.batches.get_mut(&id).and_then(|batch| batch.peer.take()) {
            self.say(peer, &ToVerb::End);
        }
    }

    fn sent(&self, wanted: impl Fn(&ServiceName, u64) -> bool) -> Vec<(u64, ServiceName)> {
        let all = self
            .batches
            .iter()
            .flat_map(|(batch, one)| one.items.iter().map(move |item| (*batch, item)));
        all.filter(
            |(_, (name, item))| matches!(item.progress, Progress::Sent(id) if wanted(name, id)),
        )
        .map(|(batch, (name, _))| (batch, name.clone()))
        .collect()
    }

    pub(super) fn answered(&mut self, id: u64, answer: Answer) {
        let Some((batch, name)) = self.sent(|_, sent| sent == id).pop() else { return };
        let Some(item) = self.item(batch, &name) else { return };
        if item.planned.wish == Wish::Restart && answer.error.is_none() {
            item.progress = Progress::Between;
            item.warnings = answer.warnings;
            item.planned.wish = Wish::Start;
        } else {
            self.done(batch, &name, answer);
        }
    }

    /// A wish has been taken up: a verb that does not wait need not hear more.
    pub(super) fn taken(&mut self, id: u64) {
        let Some((batch, name)) = self.sent(|_, sent| sent == id).pop() else { return };
        let Some(one) = self.batches.get_mut(&batch).filter(|batch| !batch.wait) else { return };
        let first = one.items.get_mut(&name).filter(|item| !item.taken && item.planned.asked);
        let told = first.map(|item| item.taken = true).and(one.peer);
        if let Some(item) = one.items.get_mut(&name) {
            item.taken = true;
        }
        if let Some(peer) = told {
            self.say(peer, &ToVerb::Done(name, Answer { changed: true, ..Answer::default() }));
        }
    }

    /// A new host of this service does not know what the old one was asked.
    pub(super) fn send_again(&mut self, name: &ServiceName) {
        for batch in self.batches.values_mut() {
            if let Some(item) =
                batch.items.get_mut(name).filter(|item| !matches!(item.progress, Progress::Done(_)))
            {
                item.progress = Progress::Waiting;
            }
        }
    }

    /// A host has ended for good. What it had not answered is asked of another, unless it could not even begin.
    pub(super) fn host_is_gone(&mut self, name: &ServiceName, failed: bool) {
        if !failed {
            return self.send_again(name);
        }
        for (batch, name) in self.sent(|sent, _| sent == name) {
            self.done(batch, &name, Answer::failed("its host could not begin"));
        }
    }

    pub(super) fn say(&mut self, peer: u64, message: &ToVerb) {
        if let Some(link) = self.peers.get_mut(&peer) {
            let _ = link.send(message);
        }
    }

    /// A verb that went away is not answered; what it asked for goes on.
    pub(super) fn forget_peer(&mut self, id: u64) {
        self.peers.remove(&id);
        for batch in self.batches.values_mut().filter(|batch| batch.peer == Some(id)) {
            batch.peer = None;
        }
    }
}
