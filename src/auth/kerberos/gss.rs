//! The system's GSS-API, loaded when somebody signs on with Kerberos: it knows every kind of ticket
//! cache, and livysh starts without it. The names and shapes are those of RFC 2744.
#![allow(unsafe_code)]

use libloading::Library;
use std::ffi::{CStr, c_void};
use std::fmt;
use std::ptr::{null, null_mut};
use std::sync::OnceLock;
use std::time::Duration;

/// MIT's, Heimdal's, and that of macOS.
const LIBRARIES: [&str; 4] = [
    "libgssapi_krb5.so.2",
    "libgssapi.so.3",
    "/System/Library/Frameworks/GSS.framework/GSS",
    "libgssapi_krb5.dylib",
];

/// 1.3.6.1.5.5.2: the mechanism that HTTP negotiates.
const SPNEGO: [u8; 6] = *b"\x2b\x06\x01\x05\x05\x02";
/// 1.2.840.113554.1.2.1.4: a name as `service@host`.
const HOST_BASED: [u8; 10] = *b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04";
/// The upper half of a status tells errors.
const ERRORS: u32 = 0xffff_0000;
/// The error that stands for all others.
const FAILURE: u32 = 13 << 16;
const OF_GSS: i32 = 1;
const OF_MECHANISM: i32 = 2;
/// A lifetime without end.
const FOR_EVER: u32 = u32::MAX;
/// A status has so many parts at most: one that never ends is not read on.
const MOST_PARTS: usize = 16;

/// What proves to a service who asks, once.
#[derive(Debug)]
pub(super) struct Token {
    pub(super) bytes: Vec<u8>,
    /// The ticket holds for so long still, where that is known.
    pub(super) left: Option<Duration>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GssError {
    /// None of the libraries is on this machine.
    NoLibrary,
    /// In the words of the library.
    Refused(String),
    /// The same, where not even a ticket could be looked for.
    Unusable(String),
}

impl fmt::Display for GssError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GssError::NoLibrary => write!(f, "no GSS-API is on this machine"),
            GssError::Refused(words) | GssError::Unusable(words) => f.write_str(words),
        }
    }
}

#[repr(C)]
struct Buffer {
    length: usize,
    value: *mut c_void,
}

impl Buffer {
    fn empty() -> Buffer {
        Buffer {
            length: 0,
            value: null_mut(),
        }
    }

    fn of(bytes: &[u8]) -> Buffer {
        Buffer {
            length: bytes.len(),
            value: bytes.as_ptr().cast_mut().cast(),
        }
    }
}

/// Apple packs it on Intel.
#[cfg_attr(all(target_os = "macos", target_arch = "x86_64"), repr(C, packed(2)))]
#[cfg_attr(not(all(target_os = "macos", target_arch = "x86_64")), repr(C))]
struct Oid {
    length: u32,
    elements: *const c_void,
}

impl Oid {
    fn of(bytes: &'static [u8]) -> Oid {
        Oid {
            // Both have fewer than a dozen bytes.
            length: bytes.len() as u32,
            elements: bytes.as_ptr().cast(),
        }
    }
}

type Handle = *mut c_void;
type ImportName = unsafe extern "C" fn(*mut u32, *const Buffer, *const Oid, *mut Handle) -> u32;
type InitSecContext = unsafe extern "C" fn(
    *mut u32,
    Handle,
    *mut Handle,
    Handle,
    *const Oid,
    u32,
    u32,
    *const c_void,
    *const Buffer,
    *mut *const Oid,
    *mut Buffer,
    *mut u32,
    *mut u32,
) -> u32;
type DisplayStatus =
    unsafe extern "C" fn(*mut u32, u32, i32, *const Oid, *mut u32, *mut Buffer) -> u32;
type ReleaseBuffer = unsafe extern "C" fn(*mut u32, *mut Buffer) -> u32;
type ReleaseName = unsafe extern "C" fn(*mut u32, *mut Handle) -> u32;
type InquireCred =
    unsafe extern "C" fn(*mut u32, Handle, *mut Handle, *mut u32, *mut i32, *mut Handle) -> u32;
type DisplayName = unsafe extern "C" fn(*mut u32, Handle, *mut Buffer, *mut *const Oid) -> u32;
type DeleteSecContext = unsafe extern "C" fn(*mut u32, *mut Handle, *mut Buffer) -> u32;

/// The library's functions. It stays loaded: it may have threads and state of its own.
struct Gss {
    import_name: ImportName,
    init_sec_context: InitSecContext,
    display_status: DisplayStatus,
    release_buffer: ReleaseBuffer,
    release_name: ReleaseName,
    delete_sec_context: DeleteSecContext,
    inquire_cred: InquireCred,
    display_name: DisplayName,
}

/// Who has the tickets that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    pub principal: String,
    /// They hold for so long still, where they end.
    pub left: Option<Duration>,
}

/// Who that is, without asking the KDC.
pub(super) fn holder() -> Result<Holder, GssError> {
    let gss = Gss::loaded().ok_or(GssError::NoLibrary)?;
    let (mut minor, mut handle, mut seconds) = (0, null_mut(), 0);
    // SAFETY: all pointers outlive the call; none stands for the tickets that there are.
    let major = unsafe {
        (gss.inquire_cred)(
            &mut minor,
            null_mut(),
            &mut handle,
            &mut seconds,
            null_mut(),
            null_mut(),
        )
    };
    if major & ERRORS != 0 {
        return Err(gss.refused(major, minor));
    }
    let name = Name { gss, handle };
    let mut text = Buffer::empty();
    // SAFETY: all pointers outlive the call, and the name is the library's.
    let major = unsafe { (gss.display_name)(&mut minor, name.handle, &mut text, null_mut()) };
    if major & ERRORS != 0 {
        return Err(gss.refused(major, minor));
    }
    let principal = String::from_utf8_lossy(&gss.taken(&mut text)).into_owned();
    Ok(Holder {
        principal,
        left: (seconds != FOR_EVER).then(|| Duration::from_secs(seconds.into())),
    })
}

/// A token for the service on a host, from the tickets that there are. May ask the KDC, which may take
/// half a minute where that is silent.
pub(super) fn token(service: &str, host: &str) -> Result<Token, GssError> {
    let gss = Gss::loaded().ok_or(GssError::NoLibrary)?;
    let name = gss.name(&format!("{service}@{host}"))?;
    gss.begin(&name)
}

/// A name of the library's, which is given back.
struct Name<'a> {
    gss: &'a Gss,
    handle: Handle,
}

impl Drop for Name<'_> {
    fn drop(&mut self) {
        let mut minor = 0;
        // SAFETY: the handle was made by this library, and is given back once.
        unsafe { (self.gss.release_name)(&mut minor, &mut self.handle) };
    }
}

impl Gss {
    fn loaded() -> Option<&'static Gss> {
        static LOADED: OnceLock<Option<Gss>> = OnceLock::new();
        LOADED
            .get_or_init(|| LIBRARIES.iter().find_map(|name| Gss::load(name)))
            .as_ref()
    }

    fn load(name: &str) -> Option<Gss> {
        // SAFETY: loading runs the initialisers of the system's own library.
        let library = unsafe { Library::new(name) }.ok()?;
        // SAFETY: the signatures are those of RFC 2744, which all three libraries have. The library is
        // never unloaded, so that the functions outlive all uses.
        let gss = unsafe {
            Gss {
                import_name: *library.get(c"gss_import_name").ok()?,
                init_sec_context: *library.get(c"gss_init_sec_context").ok()?,
                display_status: *library.get(c"gss_display_status").ok()?,
                release_buffer: *library.get(c"gss_release_buffer").ok()?,
                release_name: *library.get(c"gss_release_name").ok()?,
                delete_sec_context: *library.get(c"gss_delete_sec_context").ok()?,
                inquire_cred: *library.get(c"gss_inquire_cred").ok()?,
                display_name: *library.get(c"gss_display_name").ok()?,
            }
        };
        std::mem::forget(library);
        Some(gss)
    }

    fn name(&self, text: &str) -> Result<Name<'_>, GssError> {
        let (mut minor, mut handle) = (0, null_mut());
        let kind = Oid::of(&HOST_BASED);
        // SAFETY: all pointers outlive the call, which copies what it keeps.
        let major = unsafe {
            (self.import_name)(&mut minor, &Buffer::of(text.as_bytes()), &kind, &mut handle)
        };
        match major & ERRORS {
            0 => Ok(Name { gss: self, handle }),
            _ => Err(self.refused(major, minor)),
        }
    }

    /// The first token of a context, which is all that HTTP needs.
    fn begin(&self, name: &Name<'_>) -> Result<Token, GssError> {
        let (mut minor, mut context, mut seconds) = (0, null_mut(), 0);
        let mechanism = Oid::of(&SPNEGO);
        let (input, mut output) = (Buffer::empty(), Buffer::empty());
        // SAFETY: all pointers outlive the call; the optional ones may be null.
        let major = unsafe {
            (self.init_sec_context)(
                &mut minor,
                null_mut(),
                &mut context,
                name.handle,
                &mechanism,
                0,
                0,
                null(),
                &input,
                null_mut(),
                &mut output,
                null_mut(),
                &mut seconds,
            )
        };
        let error = (major & ERRORS != 0).then(|| self.refused(major, minor));
        let bytes = self.taken(&mut output);
        // SAFETY: the context was made by this call, and is given back once; none comes back in a token.
        unsafe { (self.delete_sec_context)(&mut minor, &mut context, null_mut()) };
        match error {
            Some(error) => Err(error),
            None => Ok(Token {
                bytes,
                left: (seconds != FOR_EVER && seconds != 0)
                    .then(|| Duration::from_secs(seconds.into())),
            }),
        }
    }

    /// What a buffer of the library's holds, which is given back.
    fn taken(&self, buffer: &mut Buffer) -> Vec<u8> {
        if buffer.value.is_null() {
            return Vec::new();
        }
        // SAFETY: the library says that so many bytes stand there, and they are copied before it has
        // them back.
        let bytes = unsafe {
            std::slice::from_raw_parts(buffer.value.cast::<u8>(), buffer.length).to_vec()
        };
        let mut minor = 0;
        // SAFETY: it was made by this library, and is given back once.
        unsafe { (self.release_buffer)(&mut minor, buffer) };
        bytes
    }

    fn refused(&self, major: u32, minor: u32) -> GssError {
        let mut words = self.words(minor, OF_MECHANISM);
        if words.is_empty() || minor == 0 {
            words = self.words(major, OF_GSS);
        }
        let words = words.join(", ");
        // MIT's SPNEGO says no more, whether there is no ticket or no configuration that can be read.
        match major & ERRORS == FAILURE && words.contains("cannot find mechanisms") {
            true => GssError::Unusable(words),
            false => GssError::Refused(words),
        }
    }

    fn words(&self, status: u32, kind: i32) -> Vec<String> {
        let (mut more, mut found) = (0, Vec::new());
        for _ in 0..MOST_PARTS {
            let (mut minor, mut text) = (0, Buffer::empty());
            // SAFETY: all pointers outlive the call.
            let major = unsafe {
                (self.display_status)(&mut minor, status, kind, null(), &mut more, &mut text)
            };
            if major & ERRORS != 0 {
                break;
            }
            let bytes = self.taken(&mut text);
            let text = CStr::from_bytes_until_nul(&bytes).map_or(bytes.as_slice(), CStr::to_bytes);
            found.push(String::from_utf8_lossy(text).trim().to_owned());
            if more == 0 {
                break;
            }
        }
        found.retain(|text| !text.is_empty());
        found
    }
}
