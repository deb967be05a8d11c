//! Times, sizes and durations as people read them.

use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// "42s", "5m 3s", "2h 5m", "3d 4h": the two largest units.
#[must_use]
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let units = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let Some(first) = units.iter().position(|(size, _)| seconds >= *size) else {
        return format!("{}ms", time.as_millis());
    };
    let mut rest = seconds;
    let parts: Vec<String> = units[first..]
        .iter()
        .take(2)
        .filter_map(|(size, unit)| {
            let count = rest / size;
            rest %= size;
            (count > 0).then(|| format!("{count}{unit}"))
        })
        .collect();
    parts.join(" ")
}

/// Bytes in binary units, with one decimal: "23.4 MiB".
#[must_use]
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if count < 1024 {
        return format!("{count} B");
    }
    // For display: 52 bits of precision are more than one decimal needs.
    #[allow(clippy::cast_precision_loss)]
    let mut value = count as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1023.95 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// An RFC 3339 time in the machine's own zone: "2026-11-20 23:31:02".
#[must_use]
pub fn local(rfc3339: &str) -> String {
    rfc3339.parse::<Timestamp>().map_or_else(
        |_| rfc3339.to_owned(),
        |time| time.to_zoned(TimeZone::system()).strftime("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// How long ago an RFC 3339 time was; nothing for what is not one.
#[must_use]
pub fn ago(rfc3339: &str, now: SystemTime) -> Option<Duration> {
    let then: SystemTime = rfc3339.parse::<Timestamp>().ok()?.into();
    now.duration_since(then).ok()
}

/// A moment as RFC 3339 in UTC with microseconds: the form of every time in JSON.
#[must_use]
pub fn rfc3339(time: SystemTime) -> String {
    Timestamp::try_from(time).map_or_else(|_| String::new(), |time| format!("{time:.6}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_keep_their_two_largest_units() {
        let shown = |seconds| duration(Duration::from_secs(seconds));
        assert_eq!(shown(42), "42s");
        assert_eq!(shown(303), "5m 3s");
        assert_eq!(shown(7_500), "2h 5m");
        assert_eq!(shown(86_400), "1d");
        assert_eq!(duration(Duration::from_millis(12)), "12ms");
    }

    #[test]
    fn bytes_are_binary_with_one_decimal() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(1024 * 1024), "1.0 MiB");
        assert_eq!(bytes(u64::MAX), "16384.0 PiB");
    }

    #[test]
    fn times_in_json_are_utc_with_microseconds() {
        let time = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_500_000_000_123_456_789);
        assert_eq!(rfc3339(time), "2017-07-14T02:40:00.123456Z");
        assert_eq!(ago("2017-07-14T02:40:00Z", time), Some(Duration::from_nanos(123_456_789)));
    }
}
