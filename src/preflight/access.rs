//! Whether an account that is no administrator could change what a Windows service executes, the definition that is being installed,
//! or the folder in which svcctl keeps its own files.

use std::path::{Path, PathBuf};

use super::path::resolve;
use super::sddl;
use crate::backend::scm::account;
use crate::definition::diagnostic::Problem;
use crate::spec::Spec;
use crate::system::{Entry, System};

/// One problem for each file that somebody else can change, itself or by a folder above it; without a key where
/// the definition does not name it.
pub fn problems(
    spec: &Spec,
    files: &[(&'static str, &str)],
    insecure: &[String],
    system: &dyn System,
) -> Vec<Problem> {
    let trusted = trusted(spec, system);
    let accepted = |weak: &Path, file: &str| {
        insecure.iter().any(|path| weak.starts_with(path) || path.as_str() == file)
    };
    files
        .iter()
        .filter_map(|(key, file)| {
            let (end, entry) = resolve(Path::new(file), system).ok()?;
            let own = match entry {
                Entry::File { .. } => sddl::OF_FILE,
                Entry::Dir { .. } => sddl::OF_FOLDER,
                Entry::Missing | Entry::Link(_) | Entry::Other => return None,
            };
            let (weak, who) = weak_point(&end, own, &trusted, system)?;
            (!accepted(&weak, file)).then(|| problem(key, file, &weak, &who))
        })
        .collect()
}

/// The caller, who is an administrator, and the service itself.
fn trusted(spec: &Spec, system: &dyn System) -> Vec<String> {
    let mut trusted = vec![account::service_sid(&spec.name)];
    trusted.extend(system.sid());
    match account::object_name(spec.process.user.as_deref(), &spec.name).as_str() {
        r"NT AUTHORITY\LocalService" => trusted.push("LS".to_owned()),
        r"NT AUTHORITY\NetworkService" => trusted.push("NS".to_owned()),
        _ => {}
    }
    trusted
}

/// The file or the first folder above it that somebody else can change, and who.
fn weak_point(
    end: &Path,
    own: u32,
    trusted: &[String],
    system: &dyn System,
) -> Option<(PathBuf, String)> {
    end.ancestors().enumerate().find_map(|(height, path)| {
        let rights = match height {
            0 => own,
            1 if own == sddl::OF_FILE => sddl::OF_FOLDER,
            _ => sddl::OF_ABOVE,
        };
        // What may not be looked at is left to Windows.
        let descriptor = system.security(path).ok()??;
        let who = sddl::outsider(&descriptor, rights, trusted)?;
        Some((path.to_owned(), sddl::name(who).to_owned()))
    })
}

fn problem(key: &'static str, file: &str, weak: &Path, who: &str) -> Problem {
    let weak = weak.display();
    let what = if key.is_empty() { String::new() } else { format!("`{key}`: ") };
    let message = format!("{what}{file} can be changed by {who}: {weak} is writable by them");
    let hint = format!(
        "icacls \"{weak}\" /inheritance:r /grant:r *S-1-5-18:F *S-1-5-32-544:F *S-1-5-32-545:RX takes that right; \
         or --allow-insecure-path \"{weak}\""
    );
    let problem = Problem::error("insecure-path", message).hint(hint);
    if key.is_empty() { problem } else { problem.key(key) }
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::definition::fixture;
    use crate::system::fake::FakeSystem;
    use crate::target::{ManagerId, Os};

    const OURS: &str = "O:BAG:SYD:(A;;FA;;;SY)(A;;FA;;;BA)(A;;0x1200a9;;;BU)";

    fn world() -> FakeSystem {
        let world = FakeSystem::new();
        for folder in ["/opt", "/state"] {
            world.put_dir(folder);
        }
        world.put("/opt/web", 0o755, b"");
        for path in ["/", "/opt", "/opt/web", "/state"] {
            world.put_security(path, OURS);
        }
        world
    }

    fn found(world: &FakeSystem, insecure: &[&str]) -> Vec<String> {
        let target = fixture::target(ManagerId::Scm, Os::Windows);
        let text = "name = \"web\"\nprocess.command = ['C:\\web.exe']\n";
        let spec = fixture::resolve_for(text, &target, None, &[]).unwrap().spec;
        let insecure: Vec<String> = insecure.iter().map(ToString::to_string).collect();
        let files = [("process.command", "/opt/web"), ("", "/state")];
        let found = problems(&spec, &files, &insecure, world);
        found.into_iter().map(|problem| problem.message).collect()
    }

    #[test]
    fn what_only_administrators_can_change_is_trusted() {
        assert_eq!(found(&world(), &[]), [""; 0]);
    }

    #[test]
    fn a_program_or_its_folder_that_others_can_change_is_named_with_them() {
        let world = world();
        world.put_security("/opt", "O:BAG:SYD:(A;;FA;;;BA)(A;CI;DCLCRPCR;;;BU)");
        let expected =
            "`process.command`: /opt/web can be changed by Users: /opt is writable by them";
        assert_eq!(found(&world, &[]), [expected]);
        assert_eq!(found(&world, &["/opt"]), [""; 0]);
    }

    #[test]
    fn folders_above_may_be_added_to_but_not_replaced() {
        let world = world();
        world.put_security("/", "O:BAG:SYD:(A;;FA;;;BA)(A;CI;DCLC;;;BU)");
        assert_eq!(found(&world, &[]), [""; 0]);
        world.put_security("/", "O:BAG:SYD:(A;;FA;;;BA)(A;CI;DT;;;BU)");
        assert_eq!(found(&world, &[]).len(), 2);
    }

    #[test]
    fn a_state_folder_that_somebody_made_before_us_is_refused() {
        let world = world();
        world.put_security("/state", "O:S-1-5-21-1-2-3-1001G:BAD:(A;;FA;;;BA)");
        assert!(found(&world, &[])[0].starts_with("/state can be changed by S-1-5-21-1-2-3-1001"));
    }
}
