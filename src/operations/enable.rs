//! `enable` and `disable`: whether a service comes up at boot or login, apart from whether it runs now.

use crate::error::{Error, Result};
use crate::operations::Site;
use crate::operations::report::ChangeReport;
use crate::spec::ServiceName;

/// How it is to be enabled or disabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnableOptions {
    /// `--now`: start what is enabled, stop what is disabled.
    pub now: bool,
    /// `--dry-run`.
    pub dry_run: bool,
}

/// Enables or disables all of them, or none.
///
/// # Errors
/// `NoService`, `Foreign`, and as [`install`](super::install).
pub fn set_enabled(
    names: &[ServiceName],
    enabled: bool,
    options: &EnableOptions,
    site: &Site<'_>,
) -> Result<ChangeReport> {
    site.check_privilege(if enabled { "enable" } else { "disable" })?;
    let _ = (names, options);
    Err(Error::system("cannot enable or disable: nothing applies a plan yet"))
}
