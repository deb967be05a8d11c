//! From old receipt, wanted receipt and observed machine to a plan.

use std::collections::BTreeSet;

use crate::artifact::{Artifact, FileArtifact};
use crate::backend::Backend;
use crate::error::{Error, Result};
use crate::operations::installed::receipt_path;
use crate::plan::folders::Folders;
use crate::plan::foreign::{judge, standing};
use crate::plan::machine::{Machine, Thing};
use crate::plan::{ManagerStep, Plan, Planned, Secret, Step, Verdict};
use crate::receipt::Receipt;
use crate::spec::ServiceName;
use crate::target::Target;

/// What is to become of one service.
#[derive(Clone, Debug)]
pub struct ServiceChange {
    /// The service.
    pub name: ServiceName,
    /// What is installed.
    pub old: Option<Receipt>,
    /// What is wanted; none when it is to be removed.
    pub new: Option<Receipt>,
    /// Credentials to be stored.
    pub secrets: Vec<Secret>,
    /// Stored credentials to be removed.
    pub stale_secrets: Vec<String>,
    /// Why the change of the definition needs a restart.
    pub restart: Vec<String>,
    /// What is known already that the user should know.
    pub warnings: Vec<String>,
}

/// What is to become of several services at once.
#[derive(Clone, Copy)]
pub struct Change<'a> {
    /// The services, each once.
    pub services: &'a [ServiceChange],
    /// What the scope as a whole needs of the manager, before anything else.
    pub scope_steps: &'a [ManagerStep],
    /// Whether what is not ours may be overwritten.
    pub adopt: bool,
    /// Where.
    pub target: &'a Target,
    /// The manager.
    pub backend: &'a dyn Backend,
}

impl ServiceChange {
    /// Every path that the plan may touch.
    pub fn paths(&self, target: &Target) -> BTreeSet<String> {
        let receipts = self.old.iter().chain(&self.new);
        let artifacts = receipts.flat_map(|receipt| &receipt.artifacts);
        let files = artifacts.filter(|artifact| !matches!(artifact, Artifact::Object { .. }));
        let mut paths: BTreeSet<String> = files.map(|file| file.id().to_owned()).collect();
        paths.extend(self.secrets.iter().map(|secret| secret.path.clone()));
        paths.extend(self.stale_secrets.iter().cloned());
        paths.insert(own_receipt(target, &self.name));
        paths
    }

    /// Every object of the manager that the plan may touch: kind and id.
    pub fn objects(&self) -> impl Iterator<Item = (&str, &str)> {
        let receipts = self.old.iter().chain(&self.new);
        receipts.flat_map(|receipt| &receipt.artifacts).filter_map(|artifact| match artifact {
            Artifact::Object { object, id, .. } => Some((object.as_str(), id.as_str())),
            Artifact::File(_) | Artifact::Link { .. } => None,
        })
    }

    /// Artifacts that are installed and no longer wanted.
    fn stale(&self) -> impl DoubleEndedIterator<Item = &Artifact> {
        let kept = |artifact: &Artifact| self.wanted().iter().any(|one| one.id() == artifact.id());
        self.old.iter().flat_map(|old| &old.artifacts).filter(move |artifact| !kept(artifact))
    }

    fn wanted(&self) -> &[Artifact] {
        self.new.as_ref().map_or(&[], |new| &new.artifacts)
    }
}

fn own_receipt(target: &Target, name: &ServiceName) -> String {
    receipt_path(&target.dirs, name).to_string_lossy().into_owned()
}

/// The plan; empty if everything is as it is wanted.
///
/// # Errors
/// `Foreign` when something stands in the way that is not ours.
pub fn plan(change: &Change<'_>, machine: &Machine) -> Result<Plan> {
    let mut drafts = Vec::new();
    for service in change.services {
        drafts.push(Draft::new(service, change, machine)?);
    }
    let mut steps: Vec<Planned> = change.scope_steps.iter().map(scope_step).collect();
    let mut folders = Folders::new(change.target, machine);
    for draft in &drafts {
        steps.extend(folders.needed(&draft.name, draft.steps.iter().chain(&draft.receipt)));
    }
    let touched: Vec<ServiceName> = drafts
        .iter()
        .filter(|draft| draft.reaches_manager)
        .map(|draft| draft.name.clone())
        .collect();
    let verdicts = drafts.iter().map(Draft::verdict).collect();
    let (main, receipts): (Vec<_>, Vec<_>) =
        drafts.into_iter().map(|draft| (draft.steps, draft.receipt)).unzip();
    steps.extend(main.into_iter().flatten());
    steps.extend(receipts.into_iter().flatten());
    let emptied = folders.emptied(&steps);
    steps.extend(emptied);
    let settle = match touched.is_empty() {
        true => Vec::new(),
        false => change.backend.settle(&touched, change.target),
    };
    Ok(Plan { steps, settle, verdicts })
}

fn scope_step(step: &ManagerStep) -> Planned {
    Planned { service: None, step: Step::Manager(step.clone()), before: Thing::Missing }
}

/// The plan of one service while it is made.
struct Draft<'a> {
    name: ServiceName,
    steps: Vec<Planned>,
    receipt: Option<Planned>,
    warnings: Vec<String>,
    restart: Vec<String>,
    /// Whether anything changes that the manager has to be told of.
    reaches_manager: bool,
    machine: &'a Machine,
    owner: u32,
}

impl<'a> Draft<'a> {
    fn new(service: &ServiceChange, change: &Change<'a>, machine: &'a Machine) -> Result<Self> {
        let mut draft = Self {
            name: service.name.clone(),
            steps: Vec::new(),
            receipt: None,
            warnings: service.warnings.clone(),
            restart: service.restart.clone(),
            reaches_manager: false,
            machine,
            owner: change.target.owner.uid,
        };
        draft.secrets(service);
        for artifact in service.wanted() {
            draft.wanted(artifact, service, change)?;
        }
        for artifact in service.stale().rev() {
            draft.stale(artifact);
        }
        draft.receipt = draft.own_receipt(service, change.target)?;
        Ok(draft)
    }

    fn verdict(&self) -> Verdict {
        let changed = !self.steps.is_empty() || self.receipt.is_some();
        Verdict {
            name: self.name.clone(),
            changed,
            warnings: self.warnings.clone(),
            restart: if changed { self.restart.clone() } else { Vec::new() },
        }
    }

    fn planned(&self, step: Step) -> Planned {
        let before = step.path().map(|path| self.machine.at(path).clone()).unwrap_or_default();
        Planned { service: Some(self.name.clone()), step, before }
    }

    fn push(&mut self, step: Step) {
        let planned = self.planned(step);
        self.steps.push(planned);
    }

    fn secrets(&mut self, service: &ServiceChange) {
        for secret in &service.secrets {
            if !self.is_file(&secret.path, Secret::MODE, &secret.contents) {
                self.push(Step::WriteSecret(secret.clone()));
                let id = secret.path.rsplit(['/', '\\']).next().unwrap_or_default();
                self.restart.push(format!("credentials.{id}"));
            }
        }
        for path in &service.stale_secrets {
            if *self.machine.at(path) != Thing::Missing {
                self.push(Step::Remove { path: path.clone() });
            }
        }
    }

    fn is_file(&self, path: &str, mode: u32, contents: &[u8]) -> bool {
        match self.machine.at(path) {
            Thing::File { mode: now, uid, contents: there, .. } => {
                *now == self.machine.mode(mode) && *uid == self.owner && there == contents
            }
            _ => false,
        }
    }

    fn wanted(
        &mut self,
        artifact: &Artifact,
        service: &ServiceChange,
        change: &Change<'_>,
    ) -> Result<()> {
        let found =
            standing(artifact, &self.name, service.old.as_ref(), self.machine, change.backend);
        if let Some(note) = judge(found, artifact, &self.name, change.adopt)? {
            if matches!(artifact, Artifact::File(_)) {
                self.restart.push(format!("{} was not as installed", artifact.id()));
            }
            self.warnings.push(note);
        }
        if let Some(step) = self.step_to(artifact) {
            self.push(step);
            self.reaches_manager = true;
        }
        Ok(())
    }

    /// The step that makes it as it is wanted; none if it is so.
    fn step_to(&self, artifact: &Artifact) -> Option<Step> {
        match artifact {
            Artifact::File(file) => {
                let done = self.is_file(&file.path, file.mode, file.contents.as_bytes());
                (!done).then(|| Step::WriteFile(file.clone()))
            }
            Artifact::Link { path, target } => {
                let wanted = Thing::Link { target: target.clone() };
                let step = Step::Link { path: path.clone(), target: target.clone() };
                (*self.machine.at(path) != wanted).then_some(step)
            }
            Artifact::Object { object, id, value } => {
                let now = self.machine.object(object, id);
                (now != Some(value)).then(|| {
                    let undo = now.map_or_else(|| remove(object, id), |now| put(object, id, now));
                    Step::Manager(ManagerStep {
                        undo: Some(Box::new(undo)),
                        ..put(object, id, value)
                    })
                })
            }
        }
    }

    fn stale(&mut self, artifact: &Artifact) {
        let step = match artifact {
            Artifact::Object { object, id, .. } => self.machine.object(object, id).map(|now| {
                let undo = Some(Box::new(put(object, id, now)));
                Step::Manager(ManagerStep { undo, ..remove(object, id) })
            }),
            Artifact::File(_) | Artifact::Link { .. } => self.removal(artifact),
        };
        if let Some(step) = step {
            self.push(step);
        }
        // Even if it is gone already: the manager may still know it.
        self.reaches_manager = true;
    }

    /// A file goes even if it was edited; what took its place is not ours to remove.
    fn removal(&mut self, artifact: &Artifact) -> Option<Step> {
        let path = artifact.id().to_owned();
        match (artifact, self.machine.at(&path)) {
            (_, Thing::Missing) => None,
            (Artifact::File(file), Thing::File { contents, .. }) => {
                if file.contents.as_bytes() != contents {
                    self.warnings.push(format!("{path} had been changed since it was installed"));
                }
                Some(Step::Remove { path })
            }
            (Artifact::Link { target, .. }, Thing::Link { target: now }) if target == now => {
                Some(Step::Remove { path })
            }
            (_, thing) => {
                self.warnings.push(format!("{path} is {} now; it was left alone", thing.words()));
                None
            }
        }
    }

    fn own_receipt(&self, service: &ServiceChange, target: &Target) -> Result<Option<Planned>> {
        let path = own_receipt(target, &self.name);
        let step = match (&service.old, &service.new) {
            (_, None) if *self.machine.at(&path) == Thing::Missing => None,
            (_, None) => Some(Step::Remove { path }),
            (Some(old), Some(new)) if old.says_the_same_as(new) => None,
            (_, Some(new)) => Some(Step::WriteFile(receipt_file(path, new)?)),
        };
        Ok(step.map(|step| self.planned(step)))
    }
}

fn receipt_file(path: String, receipt: &Receipt) -> Result<FileArtifact> {
    let contents = receipt.to_file().map_err(|error| {
        Error::system(format!("cannot write the receipt of {}", receipt.name)).cause(&error)
    })?;
    Ok(FileArtifact { path, mode: 0o600, contents })
}

fn put(object: &str, id: &str, value: &serde_json::Value) -> ManagerStep {
    ManagerStep {
        action: format!("put-{object}"),
        target: id.to_owned(),
        value: value.clone(),
        undo: None,
    }
}

fn remove(object: &str, id: &str) -> ManagerStep {
    let value = serde_json::Value::Null;
    ManagerStep { action: format!("remove-{object}"), target: id.to_owned(), value, undo: None }
}
