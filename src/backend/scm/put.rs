//! Makes a service, changes it in place, removes it, and reads it back.

use std::time::Duration;

use crate::backend::scm::api::{Api, Code, Config, Info, Level, Password};
use crate::backend::scm::service::{FailureActions, Service, SidType, StartType};
use crate::backend::scm::{account, errors};
use crate::error::{Error, ErrorKind, Result};

/// Value that says that svcctl made the service, and which svcctl did.
pub const MARK: &str = "Svcctl";

/// Value with the path of the password's file.
const PASSWORD_FILE: &str = "PasswordFile";

/// Value with the settings that this Windows did not store, as JSON, so that they are not taken for drift.
const NOT_STORED: &str = "NotStored";

/// How long a removed service may be held open by others.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// Pause between two looks at whether it is gone.
const POLL: Duration = Duration::from_millis(50);

/// Makes the service, or changes it in place.
///
/// # Errors
/// What the manager said; the service may then be half made, and [`remove`] takes it back.
pub fn put(api: &dyn Api, name: &str, service: &Service, password: Option<Password>) -> Result<()> {
    let config = config(service, password);
    let failed = |what: &str| {
        let what = what.to_owned();
        move |code| errors::error(code, &format!("cannot {what} the service {name}"))
    };
    match api.query(name) {
        Ok(_) => api.change(name, &config).map_err(failed("change"))?,
        Err(Code::NO_SERVICE) => api.create(name, &config).map_err(failed("create"))?,
        Err(code) => return Err(failed("look at")(code)),
    }
    let mut not_stored = Vec::new();
    for info in infos(service) {
        let what = format!("set {} of", info.level().words());
        if !stored(api, name, &info).map_err(failed(&what))? {
            not_stored.push(info);
        }
    }
    if let Some(descriptor) = &service.security_descriptor {
        api.set_security(name, descriptor).map_err(failed("set the security descriptor of"))?;
    }
    record(api, name, service, &not_stored).map_err(failed("mark"))?;
    let program = service.program();
    api.set_event_source(name, program).map_err(failed("register the source of events of"))
}

/// Sets it; whether it was stored. Wine says that it has stored failure actions, and has not.
fn stored(api: &dyn Api, name: &str, info: &Info) -> Result<bool, Code> {
    match api.change2(name, info) {
        Err(code) if code.is_unsupported() => return Ok(false),
        result => result?,
    }
    match api.query2(name, info.level()) {
        Err(code) if code.is_unsupported() => Ok(false),
        Err(code) => Err(code),
        Ok(_) => Ok(true),
    }
}

fn record(api: &dyn Api, name: &str, service: &Service, not_stored: &[Info]) -> Result<(), Code> {
    api.set_parameter(name, MARK, Some(env!("CARGO_PKG_VERSION")))?;
    api.set_parameter(name, PASSWORD_FILE, service.password_file.as_deref())?;
    let json = serde_json::to_string(not_stored).unwrap_or_default();
    api.set_parameter(name, NOT_STORED, Some(json.as_str()).filter(|_| !not_stored.is_empty()))
}

/// What is asked of every service, in this order.
fn infos(service: &Service) -> [Info; 7] {
    [
        Info::Description(service.description.clone()),
        Info::FailureActions(service.failure_actions.clone()),
        Info::FailureActionsFlag(service.failure_actions_on_non_crash_failures),
        Info::DelayedAutoStart(service.start.is_delayed()),
        Info::SidType(service.sid_type),
        Info::RequiredPrivileges(service.required_privileges.clone()),
        Info::PreshutdownTimeout(service.preshutdown_timeout),
    ]
}

fn config(service: &Service, password: Option<Password>) -> Config {
    let groups = service.depend_on_group.iter().map(|group| format!("+{group}"));
    Config {
        display_name: service.display_name.clone(),
        image_path: service.image_path.clone(),
        start: service.start.number(),
        dependencies: service.depend_on_service.iter().cloned().chain(groups).collect(),
        account: service.account.clone(),
        password: password.or_else(|| none_for_built_in(&service.account)),
    }
}

/// The built-in accounts have an empty password, which replaces that of another account; virtual and managed ones have Windows' own.
fn none_for_built_in(account: &str) -> Option<Password> {
    account::is_built_in(account).then(|| Password(String::new()))
}

/// The features that this Windows did not store and whose lack a user notices, in words.
///
/// # Errors
/// The registry's.
pub fn lacking(api: &dyn Api, name: &str) -> Result<Vec<&'static str>, Code> {
    let not_stored = not_stored(api, name)?;
    let noticed = not_stored.iter().filter(|info| !info.is_default());
    Ok(noticed.map(|info| info.level().words()).collect())
}

fn not_stored(api: &dyn Api, name: &str) -> Result<Vec<Info>, Code> {
    let json = api.parameter(name, NOT_STORED)?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()).unwrap_or_default())
}

/// Whether svcctl made the service of that name; none if there is none.
///
/// # Errors
/// The manager's.
pub fn is_ours(api: &dyn Api, name: &str) -> Result<Option<bool>, Code> {
    match api.status(name) {
        Err(Code::NO_SERVICE) => Ok(None),
        Err(code) => Err(code),
        Ok(_) => Ok(Some(api.parameter(name, MARK)?.is_some())),
    }
}

/// The service as the manager has it now; none if there is none.
///
/// # Errors
/// The manager's.
pub fn observe(api: &dyn Api, name: &str) -> Result<Option<Service>, Code> {
    let config = match api.query(name) {
        Err(Code::NO_SERVICE) => return Ok(None),
        result => result?,
    };
    let mut service = plain(config);
    let kept = not_stored(api, name)?;
    for level in Level::ALL {
        let info = match api.query2(name, level) {
            Err(code) if code.is_unsupported() => {
                kept.iter().find(|info| info.level() == level).cloned()
            }
            result => Some(result?),
        };
        info.into_iter().for_each(|info| take(&mut service, info));
    }
    service.password_file = api.parameter(name, PASSWORD_FILE)?;
    Ok(Some(service))
}

fn plain(config: Config) -> Service {
    let Config { display_name, image_path, start, dependencies, account, password: _ } = config;
    let (groups, services): (Vec<_>, Vec<_>) =
        dependencies.into_iter().partition(|name| name.starts_with('+'));
    Service {
        display_name,
        description: String::new(),
        image_path,
        start: StartType::from_number(start, false),
        depend_on_service: services,
        depend_on_group: groups.into_iter().map(|group| group.replacen('+', "", 1)).collect(),
        account,
        password_file: None,
        sid_type: SidType::None,
        required_privileges: Vec::new(),
        failure_actions: FailureActions::default(),
        failure_actions_on_non_crash_failures: false,
        preshutdown_timeout: 0,
        security_descriptor: None,
    }
}

fn take(service: &mut Service, info: Info) {
    match info {
        Info::Description(text) => service.description = text,
        Info::FailureActions(actions) => service.failure_actions = actions,
        Info::DelayedAutoStart(delayed) => {
            service.start = StartType::from_number(service.start.number(), delayed);
        }
        Info::FailureActionsFlag(flag) => service.failure_actions_on_non_crash_failures = flag,
        Info::SidType(sid_type) => service.sid_type = sid_type,
        Info::RequiredPrivileges(names) => service.required_privileges = names,
        Info::PreshutdownTimeout(time) => service.preshutdown_timeout = time,
    }
}

/// Removes the service and waits until it is gone; one that is not there is no error.
///
/// # Errors
/// What the manager said, or that others hold the service open.
pub fn remove(api: &dyn Api, name: &str, sleep: &dyn Fn(Duration)) -> Result<()> {
    match api.delete(name) {
        Ok(()) | Err(Code::MARKED_FOR_DELETE) => {}
        Err(Code::NO_SERVICE) => return Ok(()),
        Err(code) => return Err(errors::error(code, &format!("cannot remove the service {name}"))),
    }
    // Whether the event log still knows its name is no reason to fail.
    let _ = api.remove_event_source(name);
    let polls = GONE_WITHIN.as_millis() / POLL.as_millis();
    for _ in 0..polls {
        if api.status(name) == Err(Code::NO_SERVICE) {
            return Ok(());
        }
        sleep(POLL);
    }
    Err(held_open(name))
}

/// Error 1072 in words.
#[must_use]
pub fn held_open(name: &str) -> Error {
    let message = format!(
        "the service {name} is marked for deletion (error 1072): a program holds it open, and it is gone when that ends"
    );
    Error::new(ErrorKind::Timeout, message)
        .hint("close the Services console, Task Manager, the Event Viewer and what else watches services, then try again")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::scm::fake::{Fake, Script};
    use crate::backend::scm::service::{ActionKind, FailureAction};

    fn service() -> Service {
        Service {
            display_name: "Web front end".into(),
            description: "Serves the shop".into(),
            image_path: r#""C:\svcctl.exe" host --scm --definition "C:\d\web.json""#.into(),
            start: StartType::AutomaticDelayed,
            depend_on_service: vec!["Tcpip".into()],
            depend_on_group: vec!["TDI".into()],
            account: r"NT SERVICE\web".into(),
            password_file: None,
            sid_type: SidType::Restricted,
            required_privileges: vec!["SeChangeNotifyPrivilege".into()],
            failure_actions: FailureActions {
                reset_period: 600,
                actions: vec![FailureAction { kind: ActionKind::Restart, delay: 1000 }],
                command: String::new(),
            },
            failure_actions_on_non_crash_failures: true,
            preshutdown_timeout: 35000,
            security_descriptor: Some("D:(A;;GA;;;BA)".into()),
        }
    }

    #[test]
    fn every_setting_is_sent_at_its_level_with_its_payload() {
        let fake = Fake::default();
        put(&fake, "web", &service(), Some(Password("secret".into()))).unwrap();
        assert_eq!(
            fake.calls(),
            [
                "create web start=2 account=NT SERVICE\\web depends=Tcpip,+TDI password",
                "change2 web 1 Description(\"Serves the shop\")",
                "change2 web 2 FailureActions(FailureActions { reset_period: 600, actions: [FailureAction { kind: Restart, delay: 1000 }], command: \"\" })",
                "change2 web 4 FailureActionsFlag(true)",
                "change2 web 3 DelayedAutoStart(true)",
                "change2 web 5 SidType(Restricted)",
                "change2 web 6 RequiredPrivileges([\"SeChangeNotifyPrivilege\"])",
                "change2 web 7 PreshutdownTimeout(35000)",
                "security web D:(A;;GA;;;BA)",
                r"event source web C:\svcctl.exe",
            ]
        );
    }

    #[test]
    fn an_update_is_in_place_and_sends_the_whole_list_of_dependencies() {
        let fake = Fake::with("web", Script::new([]));
        let service =
            Service { depend_on_service: Vec::new(), depend_on_group: Vec::new(), ..service() };
        put(&fake, "web", &service, None).unwrap();
        assert_eq!(fake.calls()[0], "change web start=2 account=NT SERVICE\\web depends=");
    }

    #[test]
    fn only_a_named_account_is_given_a_password() {
        let password = |account: &str| {
            let fake = Fake::default();
            let service = Service { account: account.into(), ..service() };
            put(&fake, "web", &service, None).unwrap();
            fake.password("web")
        };
        // Windows has the passwords of virtual and managed accounts itself.
        for own in [r"NT SERVICE\web", r"CORP\web$"] {
            assert_eq!(password(own), None, "{own}");
        }
        for built_in in
            ["LocalSystem", r"NT AUTHORITY\LocalService", r"NT AUTHORITY\NetworkService"]
        {
            assert_eq!(password(built_in), Some(String::new()), "{built_in}");
        }
        let fake = Fake::default();
        let service = Service { account: r"CORP\web".into(), ..service() };
        put(&fake, "web", &service, Some(Password("secret".into()))).unwrap();
        assert_eq!(fake.password("web"), Some("secret".into()));
    }

    #[test]
    fn what_was_put_is_what_is_observed() {
        let fake = Fake::default();
        let service = Service { security_descriptor: None, ..service() };
        put(&fake, "web", &service, None).unwrap();
        assert_eq!(observe(&fake, "web").unwrap(), Some(service));
        assert_eq!(is_ours(&fake, "web"), Ok(Some(true)));
        assert_eq!(lacking(&fake, "web"), Ok(Vec::new()));
    }

    #[test]
    fn what_wine_does_not_store_is_named_and_is_no_drift() {
        let fake = Fake::wine();
        let service = Service { security_descriptor: None, ..service() };
        put(&fake, "web", &service, None).unwrap();
        let lacking = lacking(&fake, "web").unwrap().join("; ");
        for feature in ["failure actions", "delayed start", "SID", "required privileges"] {
            assert!(lacking.contains(feature), "{feature}: {lacking}");
        }
        assert!(!lacking.contains("description") && !lacking.contains("shutdown"), "{lacking}");
        assert_eq!(observe(&fake, "web").unwrap(), Some(service));
    }

    #[test]
    fn what_somebody_changed_is_observed() {
        let fake = Fake::default();
        put(&fake, "web", &service(), None).unwrap();
        fake.change2("web", &Info::Description("mine".into())).unwrap();
        assert_eq!(observe(&fake, "web").unwrap().unwrap().description, "mine");
    }

    #[test]
    fn a_removal_waits_until_the_service_is_gone() {
        let fake = Fake::with("web", Script::new([]).gone_after(3));
        remove(&fake, "web", &|_| ()).unwrap();
        assert_eq!(fake.status("web"), Err(Code::NO_SERVICE));
        remove(&fake, "web", &|_| ()).unwrap();
    }

    #[test]
    fn a_service_that_others_hold_open_is_explained() {
        let fake = Fake::with("web", Script::new([]).gone_after(usize::MAX));
        let error = remove(&fake, "web", &|_| ()).unwrap_err();
        assert!(error.message.contains("1072") && error.hint.unwrap().contains("Services console"));
    }
}
