//! Where a path leads: its links followed, through the seam.

use std::io;
use std::path::{Component, Path, PathBuf};

use crate::system::{Entry, System};

/// More links than this are a loop, as for the kernel.
const MOST_LINKS: usize = 40;

/// What is at the end of `path`, and its own path without any link. The last entry is `Missing` where the path leads nowhere.
///
/// # Errors
/// When a folder may not be searched, or the links are a loop.
pub fn resolve(path: &Path, system: &dyn System) -> io::Result<(PathBuf, Entry)> {
    let mut links = 0;
    let mut rest: Vec<PathBuf> = parts(path);
    let mut here = root(path);
    let mut entry = system.entry(&here)?;
    while let Some(part) = rest.pop() {
        if part == Path::new("..") {
            here.pop();
            entry = system.entry(&here)?;
            continue;
        }
        let next = here.join(&part);
        entry = system.entry(&next)?;
        match &entry {
            Entry::Link(target) => {
                links += 1;
                if links > MOST_LINKS {
                    return Err(io::Error::other("too many links"));
                }
                if target.is_absolute() {
                    here = root(target);
                }
                rest.extend(parts(target));
            }
            Entry::Missing => return Ok((next, Entry::Missing)),
            Entry::File { .. } | Entry::Dir { .. } | Entry::Other => here = next,
        }
    }
    Ok((here, entry))
}

/// Where a path begins: on Windows with its drive.
fn root(path: &Path) -> PathBuf {
    let drive = path.components().next().filter(|first| matches!(first, Component::Prefix(_)));
    let mut root = drive.map_or_else(PathBuf::new, |drive| PathBuf::from(drive.as_os_str()));
    root.push("/");
    root
}

/// The names in a path, last first.
fn parts(path: &Path) -> Vec<PathBuf> {
    let named = path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(PathBuf::from(name)),
        Component::ParentDir => Some(PathBuf::from("..")),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    let mut parts: Vec<PathBuf> = named.collect();
    parts.reverse();
    parts
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::*;
    use crate::system::fake::FakeSystem;

    #[test]
    fn links_are_followed_wherever_they_are_in_the_path() {
        let world = FakeSystem::new();
        for folder in ["/opt", "/opt/v2"] {
            world.put_dir(folder);
        }
        world.put("/opt/v2/web", 0o755, b"");
        world.put_link("/opt/current", "v2");
        world.put_link("/web", "/opt/current/../current/web");
        let (path, entry) = resolve(Path::new("/web"), &world).unwrap();
        assert_eq!(path, Path::new("/opt/v2/web"));
        assert!(matches!(entry, Entry::File { .. }));
        assert_eq!(resolve(Path::new("/opt/v3/web"), &world).unwrap().1, Entry::Missing);
    }

    #[test]
    fn a_loop_of_links_is_an_error() {
        let world = FakeSystem::new();
        world.put_link("/a", "/b");
        world.put_link("/b", "/a");
        assert!(resolve(Path::new("/a"), &world).is_err());
    }
}
