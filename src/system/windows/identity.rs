//! Who is calling.

use std::ffi::c_void;
use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::{CloseHandle, HANDLE};
use windows_sys::Win32::Security::{
    GetTokenInformation, LookupAccountNameW, SID_NAME_USE, TOKEN_ELEVATION, TOKEN_QUERY,
    TokenElevation,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::system::Identity;
use crate::target::Account;

/// The calling account; privileged if its token is elevated.
pub(super) fn identity() -> Identity {
    let name = std::env::var("USERNAME").unwrap_or_default();
    let home = std::env::var("USERPROFILE").unwrap_or_default();
    let account = Account { name, uid: 0, gid: 0, home };
    Identity { account, privileged: is_elevated().unwrap_or(false), sudo: None }
}

fn is_elevated() -> io::Result<bool> {
    let mut token: HANDLE = ptr::null_mut();
    // SAFETY: the pseudo handle of this process needs no closing; `token` is where the new handle goes.
    if unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) } == 0 {
        return Err(io::Error::last_os_error());
    }
    let mut elevation = TOKEN_ELEVATION { TokenIsElevated: 0 };
    let mut length = 0;
    // SAFETY: the buffer is a TOKEN_ELEVATION, and its size is what is told.
    let known = unsafe {
        GetTokenInformation(
            token,
            TokenElevation,
            (&raw mut elevation).cast::<c_void>(),
            u32::try_from(size_of::<TOKEN_ELEVATION>()).unwrap_or_default(),
            &raw mut length,
        )
    };
    // SAFETY: the handle is this function's own and used no more.
    unsafe { CloseHandle(token) };
    if known == 0 { Err(io::Error::last_os_error()) } else { Ok(elevation.TokenIsElevated != 0) }
}

/// Whether there is an account of that name, on this machine or in its domain.
pub(super) fn by_name(name: &str) -> io::Result<Option<Account>> {
    let wide: Vec<u16> = name.encode_utf16().chain([0]).collect();
    let (mut sid_size, mut domain_size, mut kind): (u32, u32, SID_NAME_USE) = (0, 0, 0);
    // SAFETY: no buffers are given, only the sizes that they would need are asked for.
    unsafe {
        LookupAccountNameW(
            ptr::null(),
            wide.as_ptr(),
            ptr::null_mut(),
            &raw mut sid_size,
            ptr::null_mut(),
            &raw mut domain_size,
            &raw mut kind,
        )
    };
    let account = Account { name: name.to_owned(), ..Account::default() };
    Ok((sid_size > 0).then_some(account))
}
