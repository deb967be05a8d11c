//! Values of the command line: managers, times, numbers of lines.

use std::time::{Duration, SystemTime};

use crate::target::ManagerId;

/// One manager or all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum For {
    /// Every manager.
    All,
    /// This one.
    One(ManagerId),
}

/// A number of lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// Every one.
    All,
    /// The last so many.
    Last(usize),
}

pub fn manager_parser() -> clap::builder::ValueParser {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    PossibleValuesParser::new(ManagerId::ALL.map(ManagerId::name))
        .try_map(|name| name.parse::<ManagerId>())
        .into()
}

pub fn for_parser() -> clap::builder::ValueParser {
    use clap::builder::{PossibleValuesParser, TypedValueParser as _};
    let words = std::iter::once("all").chain(ManagerId::ALL.map(ManagerId::name));
    PossibleValuesParser::new(words)
        .try_map(|name| match name.as_str() {
            "all" => Ok(For::All),
            _ => name.parse().map(For::One),
        })
        .into()
}

pub fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .map_err(|_| format!("'{text}' is no time; write it as 30s, 5m or 1h"))
}

pub fn lines(text: &str) -> Result<Lines, String> {
    match text {
        "all" => Ok(Lines::All),
        _ => text
            .parse()
            .map(Lines::Last)
            .map_err(|_| format!("'{text}' is neither a number nor 'all'")),
    }
}

/// A moment: "10m" ago, RFC 3339, "YYYY-MM-DD HH:MM:SS" or "YYYY-MM-DD" in UTC, `@EPOCH`, "now".
pub fn moment(text: &str) -> Result<SystemTime, String> {
    let now = SystemTime::now();
    let ago = |time| now.checked_sub(time);
    let epoch = |seconds| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs_f64(seconds));
    let parsed = match text {
        "now" => Some(now),
        _ => match text.strip_prefix('@') {
            Some(seconds) => {
                seconds.parse().ok().filter(|s| (0.0..1e12).contains(s)).and_then(epoch)
            }
            None => humantime::parse_duration(text).ok().and_then(ago).or_else(|| date(text)),
        },
    };
    parsed.ok_or_else(|| {
        format!(
            "'{text}' is no time; write it as 10m, '2026-11-20 14:00' (UTC), RFC 3339 or @SECONDS"
        )
    })
}

fn date(text: &str) -> Option<SystemTime> {
    let text = text.trim().to_owned();
    let full = match text.len() {
        10 => format!("{text} 00:00:00"),
        16 => format!("{text}:00"),
        _ => text,
    };
    humantime::parse_rfc3339_weak(&full).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_every_documented_form() {
        for good in [
            "now",
            "10m",
            "@1700000000.5",
            "2026-11-20",
            "2026-11-20 14:00",
            "2026-11-20T14:00:00Z",
        ] {
            assert!(moment(good).is_ok(), "{good}");
        }
        for bad in ["", "yesterday", "@x", "@-1", "2026-13-01", "@1e300"] {
            assert!(moment(bad).is_err(), "{bad}");
        }
    }
}
