//! What is written down about a main process before it executes.

use std::io::Write as _;
use std::os::fd::BorrowedFd;

use crate::host::state::Process;

/// Length of a record: two numbers of 20 digits, a blank between them and a line's end.
const LENGTH: usize = 42;

/// Writes down who this is, in one piece and without an allocation.
///
/// # Errors
/// As `pwrite(2)`.
pub fn write(file: BorrowedFd<'_>, process: Process) -> rustix::io::Result<()> {
    let mut line = [0; LENGTH];
    let _ = writeln!(line.as_mut_slice(), "{:020} {:020}", process.pid, process.started);
    rustix::io::pwrite(file, &line, 0).map(drop)
}

/// Reads who it is; none when nothing whole was written.
#[must_use]
pub fn read(contents: &str) -> Option<Process> {
    let (pid, started) = contents.get(..LENGTH)?.trim_end().split_once(' ')?;
    Some(Process { pid: pid.parse().ok()?, started: started.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn a_record_is_read_as_it_was_written_and_half_of_one_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("main");
        let process = Process { pid: 7, started: u64::MAX };
        write(std::fs::File::create(&path).unwrap().as_fd(), process).unwrap();
        let contents = std::fs::read_to_string(path).unwrap();
        assert_eq!(contents.len(), LENGTH);
        assert_eq!(read(&contents), Some(process));
        assert_eq!(read(&contents[..30]), None);
        assert_eq!(read(""), None);
    }
}
