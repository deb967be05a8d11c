//! `uninstall`: stops, removes, waits until gone. Logs, data and credentials stay unless purged.

use crate::error::{Error, Result};
use crate::operations::Site;
use crate::operations::report::ChangeReport;
use crate::spec::ServiceName;

/// How it is to be uninstalled.
#[derive(Clone, Copy, Debug, Default)]
pub struct UninstallOptions {
    /// `--purge`: logs and stored credentials too.
    pub purge: bool,
    /// `--dry-run`.
    pub dry_run: bool,
}

/// Uninstalls all of them, or none.
///
/// # Errors
/// `NoService` if one is not installed, `Foreign` if one is not ours, `Timeout` if one does not stop, and as [`install`](super::install).
pub fn uninstall(
    names: &[ServiceName],
    options: &UninstallOptions,
    site: &Site<'_>,
) -> Result<ChangeReport> {
    site.check_privilege("uninstall")?;
    let _ = (names, options);
    Err(Error::system("cannot uninstall: nothing applies a plan yet"))
}
