//! Keys and text values of the registry.

use std::io;
use std::ptr;

use windows_sys::Win32::Foundation::ERROR_FILE_NOT_FOUND;
use windows_sys::Win32::System::Registry::{
    HKEY, HKEY_LOCAL_MACHINE, KEY_READ, KEY_SET_VALUE, REG_DWORD, REG_EXPAND_SZ, REG_MULTI_SZ,
    REG_OPTION_NON_VOLATILE, REG_SZ, RRF_RT_REG_MULTI_SZ, RRF_RT_REG_SZ, RegCloseKey,
    RegCreateKeyExW, RegDeleteKeyW, RegDeleteValueW, RegGetValueW, RegOpenKeyExW, RegSetValueExW,
};

use crate::windows::text::{narrow_list, up_to_zero, wide};

/// An open key below `HKEY_LOCAL_MACHINE`.
#[derive(Debug)]
pub struct Key(HKEY);

impl Key {
    /// Opens one to read; none if there is none.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn open(path: &str) -> io::Result<Option<Self>> {
        Self::open_with(path, KEY_READ)
    }

    fn open_with(path: &str, access: u32) -> io::Result<Option<Self>> {
        let mut key: HKEY = ptr::null_mut();
        // SAFETY: the path ends with a zero, and `key` is where the handle goes.
        let code = unsafe {
            RegOpenKeyExW(HKEY_LOCAL_MACHINE, wide(path).as_ptr(), 0, access, &raw mut key)
        };
        found(code).map(|found| found.map(|()| Self(key)))
    }

    /// Opens one to write, and makes it if it is missing.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn create(path: &str) -> io::Result<Self> {
        let mut key: HKEY = ptr::null_mut();
        // SAFETY: the path ends with a zero, and `key` is where the handle goes.
        let code = unsafe {
            RegCreateKeyExW(
                HKEY_LOCAL_MACHINE,
                wide(path).as_ptr(),
                0,
                ptr::null(),
                REG_OPTION_NON_VOLATILE,
                KEY_SET_VALUE,
                ptr::null(),
                &raw mut key,
                ptr::null_mut(),
            )
        };
        done(code).map(|()| Self(key))
    }

    /// Removes a key without keys below it; one that is not there is no error.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn remove(path: &str) -> io::Result<()> {
        // SAFETY: the path ends with a zero.
        found(unsafe { RegDeleteKeyW(HKEY_LOCAL_MACHINE, wide(path).as_ptr()) }).map(drop)
    }

    /// A text; none if there is no such value.
    ///
    /// # Errors
    /// When it is of another type.
    pub fn text(&self, name: &str) -> io::Result<Option<String>> {
        Ok(self.get(name, RRF_RT_REG_SZ)?.map(|units| up_to_zero(&units)))
    }

    /// A list of texts; empty if there is no such value.
    ///
    /// # Errors
    /// When it is of another type.
    pub fn list(&self, name: &str) -> io::Result<Vec<String>> {
        let Some(mut units) = self.get(name, RRF_RT_REG_MULTI_SZ)? else {
            return Ok(Vec::new());
        };
        units.extend([0, 0]);
        // SAFETY: the units end with two zeros, and so with an empty text.
        Ok(unsafe { narrow_list(units.as_ptr()) })
    }

    fn get(&self, name: &str, kinds: u32) -> io::Result<Option<Vec<u16>>> {
        let name = wide(name);
        let mut units = vec![0_u16; 256];
        loop {
            let mut bytes = u32::try_from(units.len() * 2).unwrap_or(u32::MAX);
            // SAFETY: the name ends with a zero, and the buffer has as many bytes as is told.
            let code = unsafe {
                RegGetValueW(
                    self.0,
                    ptr::null(),
                    name.as_ptr(),
                    kinds,
                    ptr::null_mut(),
                    units.as_mut_ptr().cast(),
                    &raw mut bytes,
                )
            };
            let length = bytes as usize / 2;
            // ERROR_MORE_DATA
            if code == 234 {
                units = vec![0; length.max(units.len() * 2)];
                continue;
            }
            units.truncate(length);
            return found(code).map(|found| found.map(|()| units));
        }
    }

    /// Sets a text.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn set_text(&self, name: &str, text: &str) -> io::Result<()> {
        self.set(name, REG_SZ, &bytes(&wide(text)))
    }

    /// Sets a text whose `%NAME%` whoever reads it expands.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn set_expandable(&self, name: &str, text: &str) -> io::Result<()> {
        self.set(name, REG_EXPAND_SZ, &bytes(&wide(text)))
    }

    /// Sets a list of texts.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn set_list(&self, name: &str, list: &[String]) -> io::Result<()> {
        self.set(name, REG_MULTI_SZ, &bytes(&crate::windows::text::wide_list(list)))
    }

    /// Sets a number.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn set_number(&self, name: &str, number: u32) -> io::Result<()> {
        self.set(name, REG_DWORD, &number.to_le_bytes())
    }

    fn set(&self, name: &str, kind: u32, value: &[u8]) -> io::Result<()> {
        let length = u32::try_from(value.len()).unwrap_or(u32::MAX);
        // SAFETY: the name ends with a zero, and the value has as many bytes as is told.
        done(unsafe {
            RegSetValueExW(self.0, wide(name).as_ptr(), 0, kind, value.as_ptr(), length)
        })
    }

    /// Removes a value; one that is not there is no error.
    ///
    /// # Errors
    /// When the caller may not.
    pub fn remove_value(&self, name: &str) -> io::Result<()> {
        // SAFETY: the name ends with a zero.
        found(unsafe { RegDeleteValueW(self.0, wide(name).as_ptr()) }).map(drop)
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        // SAFETY: the key is open and ours, and used no more.
        unsafe { RegCloseKey(self.0) };
    }
}

fn bytes(units: &[u16]) -> Vec<u8> {
    units.iter().copied().flat_map(u16::to_le_bytes).collect()
}

fn done(code: u32) -> io::Result<()> {
    match code {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(code.cast_signed())),
    }
}

fn found(code: u32) -> io::Result<Option<()>> {
    match code {
        ERROR_FILE_NOT_FOUND => Ok(None),
        code => done(code).map(Some),
    }
}
