//! Logs that svcctl keeps in files.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::Value;

use super::{lines_of, numbered, write_and_wait};
use crate::lab::{Lab, Service, tool};
use crate::outcome::{Verdict, unseen};
use crate::poll::{SOON, until};

/// A service that logs to files in the case's folder `logs`.
fn to_files<'a>(lab: &'a Lab<'a>, script: &str) -> Service<'a> {
    let folder = lab.folder("logs");
    lab.service(script)
        .with("logs.to", "file")
        .with("logs.directory", folder.to_str().expect("it is UTF-8"))
}

/// Everything in the folder of logs that is a log, by name.
fn log_files(lab: &Lab) -> Vec<PathBuf> {
    let entries = fs::read_dir(lab.path("logs")).expect("the folder is there").flatten();
    let is_log = |path: &PathBuf| {
        path.file_name().is_some_and(|name| name.to_string_lossy().contains(".log"))
    };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(is_log).collect();
    files.sort();
    files
}

/// The bytes of a log entry's message.
fn bytes(entry: &Value) -> Vec<u8> {
    let encoded = || entry["message_base64"].as_str().expect("a message in one form or the other");
    entry["message"].as_str().map_or_else(
        || BASE64_STANDARD.decode(encoded()).expect("base 64"),
        |text| text.as_bytes().to_vec(),
    )
}

pub fn binary(lab: &Lab) -> Verdict {
    let service = to_files(lab, "binary then text out after-it then sleep");
    service.start()?;
    service.logged("after-it");
    let wanted: Vec<u8> = (0..=u8::MAX).filter(|byte| *byte != b'\n').collect();
    let found: Vec<Vec<u8>> = service.log(&["-n", "all"]).iter().map(bytes).collect();
    assert_eq!(found.iter().filter(|line| **line == wanted).count(), 2, "{found:?}");
    Ok(())
}

pub fn long_line(lab: &Lab) -> Verdict {
    const LENGTH: usize = 1024 * 1024;
    let service = to_files(lab, &format!("long-line {LENGTH} then text out after-it then sleep"));
    service.start()?;
    service.logged("after-it");
    let lengths: Vec<usize> = service.messages(&["-n", "all"]).iter().map(String::len).collect();
    assert!(lengths.contains(&LENGTH), "{lengths:?}");
    Ok(())
}

pub fn rotation(lab: &Lab) -> Verdict {
    const SIZE: u64 = 10 * 1024;
    let service = to_files(lab, "write 1000 out 0 100 then sleep")
        .with("logs.max-size", "10KiB")
        .with("logs.max-files", 100)
        .with("logs.format", "raw")
        .with("logs.compress", false);
    write_and_wait(&service, 1000)?;
    assert_eq!(lines_of(&service, &["-n", "all"]), numbered(1000));
    let files = log_files(lab);
    assert!(files.len() >= 10, "{files:?}");
    for file in files {
        let text = fs::read(&file).expect("a log can be read");
        assert!(text.len() as u64 <= SIZE, "{}: {} bytes", file.display(), text.len());
        assert!(text.is_empty() || text.ends_with(b"\n"), "{} ends within a line", file.display());
    }
    Ok(())
}

pub fn retention(lab: &Lab) -> Verdict {
    let service = to_files(lab, "write 1000 out 0 100 then touch @written then sleep")
        .with("logs.max-size", "10KiB")
        .with("logs.compress", false)
        .with("logs.max-files", 3);
    service.start()?;
    until("the writing", SOON, || lab.path("written").exists().then_some(()));
    // The live file, and three that were rotated.
    until("three rotated files", SOON, || (log_files(lab).len() == 4).then_some(()));

    let total = service.with("logs.max-files", 100).with("logs.max-total", "35KiB");
    fs::remove_file(lab.path("written")).expect("the mark can be removed");
    total.install(&[])?;
    total.verb("restart", &[]).exits(0);
    let bytes = || {
        log_files(lab)
            .iter()
            .filter_map(|file| fs::metadata(file).ok())
            .map(|data| data.len())
            .sum::<u64>()
    };
    until("at most 35 KiB of logs", SOON, || {
        // No more is removed than has to be: two files, which end at a line's end before 10 KiB, have room beside the third.
        let kept = 20_000..=35 * 1024;
        (lab.path("written").exists() && kept.contains(&bytes())).then_some(())
    });
    old_files_go(lab, &total.with("logs.max-total", "1MiB").with("logs.max-age", "1h"))
}

fn old_files_go(lab: &Lab, service: &Service<'_>) -> Verdict {
    // The last of the retention may take one away while it is looked at.
    let (old, before) = until("an old file", SOON, || {
        let old = log_files(lab).into_iter().find(|file| !is_live(lab, file))?;
        let before = fs::read(&old).ok()?;
        make_old(&old).ok().map(|()| (old, before))
    });
    service.install(&[])?;
    service.verb("restart", &[]).exits(0);
    until("the old file to go", SOON, || {
        (fs::read(&old).ok().as_ref() != Some(&before)).then_some(())
    });
    Ok(())
}

fn make_old(file: &Path) -> io::Result<()> {
    let yesterday = SystemTime::now() - Duration::from_hours(24);
    File::options().append(true).open(file)?.set_modified(yesterday)
}

/// The file that is being written to: the one that changed last.
fn is_live(lab: &Lab, file: &Path) -> bool {
    let changed = |file: &Path| fs::metadata(file).and_then(|data| data.modified()).ok();
    log_files(lab).iter().all(|other| changed(other) <= changed(file))
}

pub fn compression(lab: &Lab) -> Verdict {
    let service = to_files(lab, "write 1000 out 0 100 then sleep")
        .with("logs.max-size", "10KiB")
        .with("logs.max-files", 100)
        .with("logs.compress", true);
    write_and_wait(&service, 1000)?;
    let compressed = || {
        log_files(lab)
            .into_iter()
            .filter(|file| file.extension().is_some_and(|end| end == "gz"))
            .collect::<Vec<_>>()
    };
    until("compressed files", SOON, || (compressed().len() >= 9).then_some(()));
    let files = compressed();
    for file in &files {
        assert!(fs::metadata(file).expect("it is there").len() < 5 * 1024, "{}", file.display());
    }
    if cfg!(unix) {
        assert!(tool("gzip", &["-dc", files[0].to_str().expect("it is UTF-8")]).contains("line "));
    }
    assert_eq!(lines_of(&service, &["-n", "all"]), numbered(1000), "`logs` reads them too");
    Ok(())
}

pub fn kept_and_purged(lab: &Lab) -> Verdict {
    let service = lab.service("write 3 out then sleep").with("logs.to", "file");
    write_and_wait(&service, 3)?;
    service.verb("uninstall", &[]).exits(0);
    assert_eq!(lines_of(&service, &["-n", "all"]), numbered(3));
    write_and_wait(&service, 6)?;
    service.verb("uninstall", &["--purge"]).exits(0);
    let left = service.verb("logs", &["-n", "all"]);
    // A manager with a log of its own still knows when it ran; of what the service wrote nothing is left.
    let by_manager = |line: &str| line.contains(r#""stream":"manager""#);
    assert!(left.stdout.lines().all(by_manager), "{left}");
    let code = if left.stdout.is_empty() { 4 } else { 0 };
    left.exits(code);
    Ok(())
}

pub fn full_disk(lab: &Lab) -> Verdict {
    let Some(disk) = &lab.lane.small_disk else {
        return unseen("nobody has mounted a small disk to fill");
    };
    let disk = Disk::nearly_full(disk);
    let script = "write 3000 out 0 200 then touch @written then await @room then text out room-again then sleep";
    let service = lab
        .service(script)
        .with("logs.to", "file")
        .with("logs.directory", disk.logs.to_str().expect("it is UTF-8"))
        .with("logs.max-size", "100MiB");
    service.start()?;
    until("the service to have written all", SOON, || lab.path("written").exists().then_some(()));
    service.status().is("running", 0);
    // It goes on writing once there is room.
    fs::remove_file(&disk.ballast).expect("the ballast can be taken away");
    until("the loss to be told", SOON, || {
        service.messages(&["-n", "all"]).iter().any(|line| line.contains("lost")).then_some(())
    });
    fs::write(lab.path("room"), "").expect("a file can be made");
    service.logged("room-again");
    service.verb("uninstall", &["--purge"]).exits(0);
    Ok(())
}

/// A small disk on which little room is left, until the case ends.
struct Disk {
    logs: PathBuf,
    ballast: PathBuf,
}

impl Disk {
    /// Bytes that it has, as whoever mounts it is told.
    const SIZE: u64 = 1 << 20;
    /// Bytes that are left.
    const ROOM: u64 = 256 << 10;

    fn nearly_full(at: &Path) -> Self {
        let disk = Self { logs: at.join("logs"), ballast: at.join("ballast") };
        fs::create_dir_all(&disk.logs).expect("a folder can be made on the small disk");
        let filler = io::repeat(0).take(Self::SIZE - Self::ROOM);
        let mut ballast = File::create(&disk.ballast).expect("a file can be made on it");
        io::copy(&mut { filler }, &mut ballast).expect("it has room for the ballast");
        disk
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.logs);
        let _ = fs::remove_file(&self.ballast);
    }
}
