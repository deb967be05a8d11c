//! What verbs ask, in the order that the services' dependencies want, and the answers on their way back.

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
    Done(bool),
}

/// The wishes of one verb.
#[derive(Debug)]
pub(super) struct Batch {
    peer: Option<u64>,
    wishes: BTreeMap<ServiceName, (Planned, Progress)>,
}

impl Batch {
    fn is_over(&self) -> bool {
        self.wishes.values().all(|(_, progress)| matches!(progress, Progress::Done(_)))
    }

    fn is_done(&self, name: &ServiceName) -> bool {
        self.wishes.get(name).is_none_or(|(_, progress)| matches!(progress, Progress::Done(_)))
    }

    /// The next wish that need not wait, and the requirement that failed, if one has.
    fn next(&self) -> Option<(Planned, Option<ServiceName>)> {
        let waiting = self.wishes.values().filter(|(_, progress)| *progress == Progress::Waiting);
        let free = waiting
            .map(|(planned, _)| planned)
            .find(|one| one.after.iter().all(|name| self.is_done(name)))?;
        let failed = |name: &&ServiceName| {
            self.wishes.get(*name).is_some_and(|(_, progress)| *progress == Progress::Done(false))
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
        if program.path == self.program.path
            && program.file != self.program.file
            && this_program().path == program.path
        {
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
        if wait {
            self.begin(Some(peer), wish, names);
            return;
        }
        let asked = Answer { changed: true, ..Answer::default() };
        for name in names {
            self.say(peer, &ToVerb::Done(name.clone(), asked.clone()));
        }
        self.say(peer, &ToVerb::End);
        self.begin(None, wish, names);
    }

    pub(super) fn start_all(&mut self, names: &[ServiceName]) {
        if !names.is_empty() {
            self.begin(None, Wish::Start, names);
        }
    }

    /// Stops everything, in the reverse order, and then itself.
    pub(super) fn end(&mut self) {
        self.ending = true;
        let names: Vec<ServiceName> = self.hosts.keys().cloned().collect();
        if !names.is_empty() {
            self.begin(None, Wish::Stop, &names);
        }
    }

    fn begin(&mut self, peer: Option<u64>, wish: Wish, names: &[ServiceName]) {
        let installed = self.needs();
        let running: BTreeSet<ServiceName> = self.hosts.keys().cloned().collect();
        let wishes = plan(wish, names, &installed, &running);
        let wishes =
            wishes.into_iter().map(|planned| (planned.name.clone(), (planned, Progress::Waiting)));
        self.next += 1;
        self.batches.insert(self.next, Batch { peer, wishes: wishes.collect() });
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
            while let Some((planned, failed)) = self.batches.get(&id).and_then(Batch::next) {
                if !held.insert(planned.name.clone()) {
                    break;
                }
                self.dispatch(id, &planned, failed);
            }
            self.finish(id);
        }
    }

    fn dispatch(&mut self, batch: u64, planned: &Planned, failed: Option<ServiceName>) {
        let name = &planned.name;
        if let Some(missing) = &planned.missing {
            let why = format!("it requires {missing}, which is not installed");
            return self.done(batch, name, Answer::failed(why));
        }
        if let Some(failed) = failed {
            return self.done(
                batch,
                name,
                Answer::failed(format!("it requires {failed}, which did not start")),
            );
        }
        if !self.hosts.contains_key(name) {
            match planned.wish {
                Wish::Start | Wish::Restart => {
                    if let Err(error) = self.make_host(name) {
                        return self.done(
                            batch,
                            name,
                            Answer::failed(format!("no host can be made: {error}")),
                        );
                    }
                }
                Wish::Stop => return self.done(batch, name, Answer::default()),
                Wish::Reload => {
                    return self.done(
                        batch,
                        name,
                        Answer::failed("it does not run, so that there is nothing to reload"),
                    );
                }
            }
        }
        self.next += 1;
        let id = self.next;
        let Some(link) = self.hosts.get_mut(name).and_then(|host| host.link.as_mut()) else {
            return;
        };
        let _ = link.send(&ToHost::Wish(id, planned.wish));
        self.set(batch, name, Progress::Sent(id));
    }

    fn set(&mut self, batch: u64, name: &ServiceName, progress: Progress) {
        if let Some((_, now)) =
            self.batches.get_mut(&batch).and_then(|batch| batch.wishes.get_mut(name))
        {
            *now = progress;
        }
    }

    fn done(&mut self, batch: u64, name: &ServiceName, answer: Answer) {
        self.set(batch, name, Progress::Done(answer.error.is_none()));
        let asked = self.batches.get(&batch).and_then(|batch| {
            let asked = batch.wishes.get(name).is_some_and(|(planned, _)| planned.asked);
            batch.peer.filter(|_| asked)
        });
        if let Some(peer) = asked {
            self.say(peer, &ToVerb::Done(name.clone(), answer));
        }
    }

    fn finish(&mut self, id: u64) {
        if !self.batches.get(&id).is_some_and(Batch::is_over) {
            return;
        }
        if let Some(peer) = self.batches.remove(&id).and_then(|batch| batch.peer) {
            self.say(peer, &ToVerb::End);
        }
    }

    fn sent(&self, wanted: impl Fn(&ServiceName, u64) -> bool) -> Vec<(u64, ServiceName)> {
        let all = self.batches.iter().flat_map(|(batch, one)| {
            one.wishes.iter().map(move |(name, (_, progress))| (*batch, name, progress))
        });
        all.filter(
            |(_, name, progress)| matches!(progress, Progress::Sent(id) if wanted(name, *id)),
        )
        .map(|(batch, name, _)| (batch, name.clone()))
        .collect()
    }

    pub(super) fn answered(&mut self, id: u64, answer: Answer) {
        if let Some((batch, name)) = self.sent(|_, sent| sent == id).pop() {
            self.done(batch, &name, answer);
        }
    }

    /// A new host of this service does not know what the old one was asked.
    pub(super) fn send_again(&mut self, name: &ServiceName) {
        for (batch, name) in self.sent(|sent, _| sent == name) {
            self.set(batch, &name, Progress::Waiting);
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
