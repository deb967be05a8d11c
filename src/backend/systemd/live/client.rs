//! systemd's manager object: its methods as functions, its refusals as errors with a way out.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use zbus::{OwnedObjectPath, OwnedVariant, Type};

use super::bus::{Bus, Fault, PATIENCE, Refusal};
use super::endpoint::{self, Endpoint};
use super::wire::{Call, Message};
use crate::backend::Context;
use crate::error::{Error, ErrorKind, Result};

/// A connection to the manager of a scope.
pub struct Client {
    bus: Bus,
}

/// Bus name of the manager.
const NAME: &str = "org.freedesktop.systemd1";
const PATH: &str = "/org/freedesktop/systemd1";
const MANAGER: &str = "org.freedesktop.systemd1.Manager";
/// How long a message bus has to let in, where there is another way.
const QUICK: Duration = Duration::from_secs(1);
/// Interface of every unit.
pub const UNIT: &str = "org.freedesktop.systemd1.Unit";
/// Interface of services.
pub const SERVICE: &str = "org.freedesktop.systemd1.Service";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// A property: its object, its interface and its name.
pub type Wanted<'a> = (&'a str, &'static str, &'static str);

/// One unit of a list.
#[derive(Debug)]
pub struct Listed {
    /// Name with suffix.
    pub name: String,
    /// `Description=`.
    pub description: String,
    /// `loaded`, `not-found`, `bad-setting`, `error`, `masked`.
    pub load: String,
    /// `active`, `inactive`, `failed`, …
    pub active: String,
    /// `running`, `dead`, …
    pub sub: String,
    /// Its object.
    pub path: OwnedObjectPath,
    /// What its pending job does; empty without one.
    pub job: String,
}

/// As systemd lists a unit: after the five words the unit that it follows, its object, and its job by number, kind and object.
type Row =
    (String, String, String, String, String, String, OwnedObjectPath, u32, String, OwnedObjectPath);

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        let (name, description, load, active, sub, _, path, _, job, _) = row;
        Self { name, description, load, active, sub, path, job }
    }
}

/// The end of a job.
#[derive(Debug)]
pub struct JobRemoved {
    /// Its object.
    pub path: OwnedObjectPath,
    /// `done`, `failed`, `dependency`, …
    pub result: String,
}

impl Client {
    /// Connects to the manager of the context's scope.
    ///
    /// # Errors
    /// When there is none, or it does not let the caller in.
    pub fn connect(context: &Context<'_>) -> Result<Self> {
        Self::connect_to(&endpoint::of(context), context)
    }

    /// The same for a short look, by the message bus if it is quick: on its private socket systemd builds all its objects anew for
    /// every connection, which takes longer than to answer.
    ///
    /// # Errors
    /// When there is none, or it does not let the caller in.
    pub fn glance(context: &Context<'_>) -> Result<Self> {
        let mut endpoints = endpoint::of(context);
        endpoints.sort_by_key(|endpoint| !endpoint.bus);
        Self::connect_to(&endpoints, context)
    }

    fn connect_to(endpoints: &[Endpoint], context: &Context<'_>) -> Result<Self> {
        let mut tried = Vec::new();
        for (index, endpoint) in endpoints.iter().enumerate() {
            let is_last = index + 1 == endpoints.len();
            let patience = if endpoint.bus && !is_last { QUICK } else { PATIENCE };
            match Bus::connect(&endpoint.path, endpoint.bus, patience) {
                Ok(bus) => return Ok(Self { bus }),
                Err(error) => tried.push((endpoint.clone(), error)),
            }
        }
        endpoint::unavailable(context, &tried)
    }

    /// The same through the system's message bus, where other services are: logind.
    pub fn system_bus(context: &Context<'_>) -> Result<Self> {
        let endpoint = endpoint::system_bus(context);
        let subject = endpoint.path.display().to_string();
        let Endpoint { path, bus } = endpoint;
        Bus::connect(&path, bus, PATIENCE).map(|bus| Self { bus }).map_err(|error| {
            Error::new(ErrorKind::ManagerUnavailable, "the system's message bus does not answer")
                .cause(&error)
                .context(subject)
        })
    }

    fn manager<'a, B: Serialize + Type>(&self, member: &'a str, arguments: &B) -> Result<Call<'a>> {
        self.call_to(PATH, MANAGER, member, arguments)
    }

    fn call_to<'a, B: Serialize + Type>(
        &self,
        path: &'a str,
        interface: &'a str,
        member: &'a str,
        arguments: &B,
    ) -> Result<Call<'a>> {
        let call = Call::new(path, interface, member, arguments)
            .map_err(|error| fault_error(member, Fault::Wire(error)))?;
        Ok(if self.bus.is_bus { call.to(NAME) } else { call })
    }

    /// Units by name, loaded if they were not; one whose name is none is left out.
    pub fn units(&mut self, names: &[String]) -> Result<Vec<Listed>> {
        Ok(self.units_and_properties(names, &[])?.0)
    }

    /// The same, and properties in the same round trip.
    pub fn units_and_properties(
        &mut self,
        names: &[String],
        wanted: &[Wanted<'_>],
    ) -> Result<(Vec<Listed>, Vec<Option<OwnedVariant>>)> {
        const LIST: &str = "ListUnitsByNames";
        let mut calls = vec![self.manager(LIST, &(names,))?];
        calls.extend(self.gets(wanted)?);
        let mut answers = self.bus.call_all(&calls).into_iter();
        let rows = answers.next().map(|answer| Ok(answer?.body::<Vec<Row>>()?)).transpose();
        let rows = rows.map_err(|fault| fault_error(LIST, fault))?.unwrap_or_default();
        let values = answers.map(property).collect::<Result<_>>()?;
        Ok((rows.into_iter().map(Listed::from).collect(), values))
    }

    /// All loaded services.
    pub fn services(&mut self) -> Result<Vec<Listed>> {
        let patterns = (Vec::<String>::new(), vec!["*.service".to_owned()]);
        let call = self.manager("ListUnitsByPatterns", &patterns)?;
        self.list("ListUnitsByPatterns", &call)
    }

    /// Files of all installed services, and their state; slow with many units.
    pub fn unit_files(&mut self) -> Result<Vec<(String, String)>> {
        let patterns = (Vec::<String>::new(), vec!["*.service".to_owned()]);
        let call = self.manager("ListUnitFilesByPatterns", &patterns)?;
        self.ask("ListUnitFilesByPatterns", &call)
    }

    /// Properties of objects, all in flight at once; one that is not there is none.
    pub fn properties(&mut self, wanted: &[Wanted<'_>]) -> Result<Vec<Option<OwnedVariant>>> {
        let calls = self.gets(wanted)?;
        self.bus.call_all(&calls).into_iter().map(property).collect()
    }

    fn gets<'a>(&self, wanted: &[Wanted<'a>]) -> Result<Vec<Call<'a>>> {
        let get = |&(path, interface, name): &Wanted<'a>| {
            self.call_to(path, PROPERTIES, "Get", &(interface, name))
        };
        wanted.iter().map(get).collect()
    }

    /// Has all units read anew.
    pub fn reload(&mut self) -> Result<()> {
        // With thousands of units it takes seconds, and it must not be taken for a failure.
        let call = self.manager("Reload", &())?;
        let answer = self.bus.call_within(&call, Duration::from_secs(120));
        answer.map(drop).map_err(|fault| fault_error("daemon-reload", fault))
    }

    /// From here on [`Client::job_removed`] sees the end of every job.
    pub fn watch_jobs(&mut self) -> Result<()> {
        if self.bus.is_bus {
            let rule = format!(
                "type='signal',sender='{NAME}',path='{PATH}',interface='{MANAGER}',member='JobRemoved'"
            );
            let bus = "org.freedesktop.DBus";
            let call = Call::new("/org/freedesktop/DBus", bus, "AddMatch", &(rule,))
                .map_err(|error| fault_error("AddMatch", Fault::Wire(error)))?
                .to(bus);
            self.bus.call(&call).map_err(|fault| fault_error("AddMatch", fault))?;
        }
        let call = self.manager("Subscribe", &())?;
        match self.bus.call(&call) {
            // The manager subscribes a private connection by itself.
            Err(Fault::Refused(_)) | Ok(_) => Ok(()),
            Err(fault) => Err(fault_error("Subscribe", fault)),
        }
    }

    /// The end of the next job; none when the deadline has passed.
    pub fn job_removed(
        &mut self,
        deadline: Option<std::time::Instant>,
    ) -> Result<Option<JobRemoved>> {
        loop {
            let signal = self
                .bus
                .signal(deadline)
                .map_err(|fault| fault_error("the end of a job", fault))?;
            match signal {
                None => return Ok(None),
                Some(signal) if signal.member == "JobRemoved" => {
                    // Its number, its object, the unit and the result.
                    if let Ok((_, path, _, result)) =
                        signal.body::<(u32, OwnedObjectPath, String, String)>()
                    {
                        return Ok(Some(JobRemoved { path, result }));
                    }
                }
                Some(_) => {}
            }
        }
    }

    /// Asks for a job for each of these units, `(method, unit)`; the answers are the jobs' paths.
    pub fn start_jobs(
        &mut self,
        wanted: &[(&'static str, String)],
    ) -> Result<Vec<Result<OwnedObjectPath, Fault>>> {
        let mut calls = Vec::with_capacity(wanted.len());
        for (method, unit) in wanted {
            calls.push(self.manager(method, &(unit.as_str(), "replace"))?);
        }
        let answers = self.bus.call_all(&calls).into_iter();
        Ok(answers.map(|answer| Ok(answer?.body::<OwnedObjectPath>()?)).collect())
    }

    /// Forgets that these units failed and how often they were started; units that are not loaded have nothing to forget.
    pub fn reset_failed(&mut self, units: &[String]) -> Result<()> {
        let mut calls = Vec::with_capacity(units.len());
        for unit in units {
            calls.push(self.manager("ResetFailedUnit", &(unit.as_str(),))?);
        }
        for answer in self.bus.call_all(&calls) {
            match answer {
                Ok(_) => {}
                Err(Fault::Refused(refusal)) if !is_denied(&refusal) => {}
                Err(fault) => return Err(fault_error("ResetFailedUnit", fault)),
            }
        }
        Ok(())
    }

    /// logind's switch for a user's manager without a session.
    pub fn set_linger(&mut self, uid: u32, on: bool) -> Result<()> {
        let call = Call::new(
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager",
            "SetUserLinger",
            &(uid, on, false),
        )
        .map_err(|error| fault_error("SetUserLinger", Fault::Wire(error)))?;
        let answer = self.bus.call(&call.to("org.freedesktop.login1"));
        answer.map(drop).map_err(|fault| fault_error("cannot change lingering", fault))
    }

    fn list(&mut self, what: &str, call: &Call<'_>) -> Result<Vec<Listed>> {
        Ok(self.ask::<Vec<Row>>(what, call)?.into_iter().map(Listed::from).collect())
    }

    fn ask<T: for<'d> Deserialize<'d> + Type>(&mut self, what: &str, call: &Call<'_>) -> Result<T> {
        let answer = self.bus.call(call).and_then(|message| Ok(message.body()?));
        answer.map_err(|fault| fault_error(what, fault))
    }
}

/// A property that is not there, or of an object that is gone, is none; a broken connection is an error.
fn property(answer: Result<Message, Fault>) -> Result<Option<OwnedVariant>> {
    match answer.and_then(|message| Ok(message.body::<OwnedVariant>()?)) {
        Ok(value) => Ok(Some(value)),
        Err(Fault::Refused(_)) => Ok(None),
        Err(fault) => Err(fault_error("a property", fault)),
    }
}

fn is_denied(refusal: &Refusal) -> bool {
    const DENIED: [&str; 3] = [
        "org.freedesktop.DBus.Error.AccessDenied",
        "org.freedesktop.DBus.Error.AuthFailed",
        "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
    ];
    DENIED.contains(&refusal.name.as_str())
}

/// The error that a fault is; `what` was asked for.
pub fn fault_error(what: &str, fault: Fault) -> Error {
    match fault {
        Fault::Refused(refusal) => refusal_error(what, &refusal),
        Fault::Io(error) => {
            let message = format!("systemd did not answer ({what})");
            Error::new(ErrorKind::ManagerUnavailable, message).cause(&error)
        }
        Fault::Wire(error) => {
            Error::system(format!("systemd's answer is not understood ({what})")).cause(&error)
        }
    }
}

fn refusal_error(what: &str, refusal: &Refusal) -> Error {
    let Refusal { name, text } = refusal;
    if is_denied(refusal) {
        return Error::new(ErrorKind::Privilege, format!("systemd does not allow it: {text}"))
            .hint("run it with sudo");
    }
    let short = name.rsplit('.').next().unwrap_or(name);
    match short {
        "NoSuchUnit" | "FileNotFound" => Error::new(ErrorKind::NoService, text.clone()),
        "UnitMasked" => Error::system(format!("it is masked: {text}"))
            .hint("`systemctl unmask` lets it be started again"),
        "BadUnitSetting" | "InconsistentMessage" => {
            Error::system(format!("systemd cannot read its unit: {text}"))
                .hint("`svcctl diff` shows what was changed; `svcctl install` mends it")
        }
        "OnlyByDependency" => Error::system(format!("it cannot be started by hand: {text}")),
        "NoReply" | "Disconnected" | "ServiceUnknown" => Error::new(
            ErrorKind::ManagerUnavailable,
            format!("systemd did not answer ({what}): {text}"),
        ),
        _ => Error::system(format!("systemd refused ({what}): {text} [{short}]")),
    }
}
