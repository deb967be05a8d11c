//! Whether an account with fewer rights than the service could change what the service executes.

use std::path::{Path, PathBuf};

use super::path::resolve;
use crate::definition::diagnostic::Problem;
use crate::spec::Spec;
use crate::system::{Entry, System};

/// Folders with this bit let nobody replace what belongs to somebody else, as /tmp.
const STICKY: u32 = 0o1000;

/// One problem for each program that somebody else can change, itself or by a folder above it.
pub fn problems(
    spec: &Spec,
    programs: &[(&'static str, &str)],
    insecure: &[String],
    system: &dyn System,
) -> Vec<Problem> {
    let account = spec.process.user.as_deref().and_then(|name| system.account(name).ok()?);
    let trusted = [0, account.map_or(0, |account| account.uid)];
    programs
        .iter()
        .filter_map(|(key, program)| {
            let (end, entry) = resolve(Path::new(program), system).ok()?;
            if !matches!(entry, Entry::File { .. }) {
                return None;
            }
            let weak = weak_point(&end, &trusted, system)?;
            let accepted = insecure.iter().any(|path| weak.starts_with(path) || path == program);
            (!accepted).then(|| problem(key, program, &weak))
        })
        .collect()
}

fn problem(key: &'static str, program: &str, weak: &Path) -> Problem {
    let weak = weak.display();
    let message = format!(
        "`{key}`: {program} can be replaced by accounts other than the service's: {weak} is writable by them"
    );
    Problem::error("insecure-path", message)
        .key(key)
        .hint(format!("chown root {weak}; chmod go-w {weak}; or --allow-insecure-path {weak}"))
}

/// The file or the first folder above it that an account that is not trusted can change.
fn weak_point(end: &Path, trusted: &[u32], system: &dyn System) -> Option<PathBuf> {
    end.ancestors().find(|path| is_weak(path, trusted, system)).map(Path::to_owned)
}

fn is_weak(path: &Path, trusted: &[u32], system: &dyn System) -> bool {
    let (mode, uid, gid) = match system.entry(path) {
        Ok(Entry::File { mode, uid, gid, .. } | Entry::Dir { mode, uid, gid }) => (mode, uid, gid),
        Ok(Entry::Missing | Entry::Link(_) | Entry::Other) | Err(_) => return false,
    };
    let by_group = mode & 0o020 != 0 && gid != 0;
    let by_all = mode & 0o002 != 0;
    !trusted.contains(&uid) || ((by_group || by_all) && mode & STICKY == 0)
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::FakeSystem;

    #[test]
    fn a_sticky_folder_protects_what_belongs_to_root() {
        let world = FakeSystem::new();
        let weak = |mode| {
            world.put("/f", mode, b"");
            is_weak(Path::new("/f"), &[0], &world)
        };
        assert!(!weak(0o755));
        assert!(weak(0o757));
        assert!(!weak(0o1777));
    }
}
