//! What is rendered for OpenRC is a script like any other: the crate `service-manager` installs it as contents of the caller's own.

use std::fs;

use service_manager::{
    OpenRcServiceManager, RestartPolicy, ServiceInstallCtx, ServiceLabel, ServiceManager,
    ServiceStartCtx, ServiceStatus, ServiceStatusCtx, ServiceStopCtx, ServiceUninstallCtx,
};

use super::script;
use crate::lab::Lab;
use crate::outcome::Verdict;
use crate::poll::{SOON, until};

pub fn installed_by_crate(lab: &Lab) -> Verdict {
    let service = lab.service("count @starts then sleep");
    let rendered = lab.folder("rendered");
    let file = service.write();
    let words =
        ["render".as_ref(), file.as_os_str(), "--output-dir".as_ref(), rendered.as_os_str()];
    lab.json(words).exits(0);
    let hosted = format!("var/lib/svcctl/hosted/{}.json", service.name);
    fs::create_dir_all("/var/lib/svcctl/hosted").expect("the folder can be made");
    fs::copy(rendered.join(&hosted), format!("/{hosted}")).expect("the hosted file can be copied");
    let contents = fs::read_to_string(rendered.join(format!("etc/init.d/{}", service.name)));
    install_and_run(&service.name, contents.expect("the script was rendered"));
    service.marks("starts", 1);
    fs::remove_file(format!("/{hosted}")).expect("the hosted file can be removed");
    lab.forget();
    Ok(())
}

fn install_and_run(name: &str, contents: String) {
    let manager = OpenRcServiceManager::system();
    let label: ServiceLabel = name.parse().expect("the name is a label");
    let done = manager.install(ServiceInstallCtx {
        label: label.clone(),
        program: "/unused".into(),
        args: Vec::new(),
        contents: Some(contents),
        username: None,
        working_directory: None,
        environment: None,
        autostart: true,
        restart_policy: RestartPolicy::Never,
    });
    done.expect("the script is installed and added to the runlevel");
    manager.start(ServiceStartCtx { label: label.clone() }).expect("it starts");
    let status = || manager.status(ServiceStatusCtx { label: label.clone() }).expect("it is asked");
    until("it runs", SOON, || (status() == ServiceStatus::Running).then_some(()));
    manager.stop(ServiceStopCtx { label: label.clone() }).expect("it stops");
    assert_eq!(status(), ServiceStatus::Stopped(None));
    manager.uninstall(ServiceUninstallCtx { label: label.clone() }).expect("it is uninstalled");
    assert!(!script(name).exists());
}
