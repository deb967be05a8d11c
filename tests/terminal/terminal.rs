//! A program in a pseudo-terminal of a known size, and what that terminal shows.

use std::io::{Read, Write};
use std::num::NonZero;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::Parser;

/// Longest wait for anything; the machine may be busy.
const SOON: Duration = Duration::from_secs(20);

const ROWS: u16 = 24;

/// What came out of the program so far.
struct Shown {
    parser: Parser,
    raw: Vec<u8>,
}

/// A terminal with a program in it, which is killed when it is dropped.
pub struct Terminal {
    shown: Arc<Mutex<Shown>>,
    keyboard: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    _master: Box<dyn MasterPty + Send>,
}

impl Terminal {
    /// Starts a program in a terminal of 24 rows and so many columns.
    pub fn open(command: CommandBuilder, columns: u16) -> Self {
        let size = PtySize { rows: ROWS, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).expect("a pseudo-terminal can be opened");
        let child = pair.slave.spawn_command(command).expect("the program can be started");
        let reader = pair.master.try_clone_reader().expect("the terminal can be read");
        let parser = Parser::new(cells(ROWS), cells(columns), 100);
        let shown = Arc::new(Mutex::new(Shown { parser, raw: Vec::new() }));
        let keyboard = pair.master.take_writer().expect("the terminal can be written");
        watch(reader, Arc::clone(&shown));
        Self { shown, keyboard, child, _master: pair.master }
    }

    /// Types, key by key as far as the program can tell.
    pub fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).expect("the terminal takes keys");
        self.keyboard.flush().expect("the terminal takes keys");
    }

    /// The rows that are shown now, without trailing blanks.
    pub fn screen(&self) -> String {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let text = shown.parser.screen().contents();
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
    }

    /// Every byte that the program wrote.
    pub fn raw(&self) -> String {
        let shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&shown.raw).into_owned()
    }

    /// Waits until the screen is so.
    pub fn shows(&self, what: &str, is_so: impl Fn(&str) -> bool) -> String {
        let deadline = Instant::now() + SOON;
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return screen;
            }
            assert!(Instant::now() < deadline, "waited in vain for {what}:\n{screen}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits for the program's end; its exit code and all that it wrote.
    pub fn ends(mut self) -> (u32, String) {
        let deadline = Instant::now() + SOON;
        loop {
            if let Some(status) = self.child.try_wait().expect("the program can be waited for") {
                return (status.exit_code(), self.rest());
            }
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.screen());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The output of a program that has ended, once the reader has seen all of it.
    fn rest(&self) -> String {
        let deadline = Instant::now() + SOON;
        while Arc::strong_count(&self.shown) > 1 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(5));
        }
        self.raw()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(count: u16) -> NonZero<u16> {
    NonZero::new(count).expect("a terminal has rows and columns")
}

/// Reads until the last program has left the terminal.
fn watch(mut reader: Box<dyn Read + Send>, shown: Arc<Mutex<Shown>>) {
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = reader.read(&mut bytes) {
            let mut shown = shown.lock().unwrap_or_else(PoisonError::into_inner);
            shown.parser.process(&bytes[..count]);
            shown.raw.extend_from_slice(&bytes[..count]);
        }
    });
}
