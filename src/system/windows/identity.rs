//! Who is calling.

use std::ffi::c_void;
use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Security::Authorization::ConvertSidToStringSidW;
use windows_sys::Win32::Security::{
    GetTokenInformation, LookupAccountNameW, SID_NAME_USE, TOKEN_ELEVATION, TOKEN_QUERY,
    TOKEN_USER, TokenElevation, TokenUser,
};
use windows_sys::Win32::System::Threading::{GetCurrentProcess, OpenProcessToken};

use crate::system::Identity;
use crate::target::Account;
use crate::windows::handle::{Handle, check};
use crate::windows::security;

/// The calling account; privileged if its token is elevated.
pub(super) fn identity() -> Identity {
    let name = std::env::var("USERNAME").unwrap_or_default();
    let home = std::env::var("USERPROFILE").unwrap_or_default();
    let account = Account { name, uid: 0, gid: 0, home };
    Identity { account, privileged: is_elevated().unwrap_or(false), sudo: None }
}

/// This process's own token.
fn token() -> io::Result<Handle> {
    let mut token: HANDLE = ptr::null_mut();
    // SAFETY: the pseudo handle of this process needs no closing; `token` is where the new handle goes.
    check(unsafe { OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &raw mut token) })?;
    Handle::new(token)
}

/// The caller's SID as text.
pub(super) fn sid() -> io::Result<String> {
    let token = token()?;
    let (mut user, mut length) = ([0_u64; 32], 0);
    // SAFETY: the token is open, and the buffer has as many bytes as is told: more than any SID takes.
    check(unsafe {
        GetTokenInformation(token.raw(), TokenUser, user.as_mut_ptr().cast(), 256, &raw mut length)
    })?;
    let mut text = ptr::null_mut();
    // SAFETY: the call has filled the buffer with this structure, whose SID is in the buffer; `text` is ours.
    unsafe {
        let user = user.as_ptr().cast::<TOKEN_USER>().read();
        check(ConvertSidToStringSidW(user.User.Sid, &raw mut text))?;
        Ok(security::take(text))
    }
}

fn is_elevated() -> io::Result<bool> {
    let token = token()?;
    let mut elevation = TOKEN_ELEVATION { TokenIsElevated: 0 };
    let mut length = 0;
    // SAFETY: the buffer is a TOKEN_ELEVATION, and its size is what is told.
    let known = unsafe {
        GetTokenInformation(
            token.raw(),
            TokenElevation,
            (&raw mut elevation).cast::<c_void>(),
            u32::try_from(size_of::<TOKEN_ELEVATION>()).unwrap_or_default(),
            &raw mut length,
        )
    };
    check(known).map(|()| elevation.TokenIsElevated != 0)
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
