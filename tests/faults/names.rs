//! Loaded before a program's own libraries, it takes the name `livy.test` away while a file is there,
//! and gives it this machine's loopback address else.

use std::ffi::{CStr, c_char, c_int, c_void};

type Resolver = unsafe extern "C" fn(
    *const c_char,
    *const c_char,
    *const c_void,
    *mut *mut c_void,
) -> c_int;

unsafe extern "C" {
    fn dlsym(library: *mut c_void, name: *const c_char) -> *mut c_void;
    fn access(path: *const c_char, mode: c_int) -> c_int;
    fn getenv(name: *const c_char) -> *const c_char;
}

/// The library after this one.
const NEXT: *mut c_void = -1isize as *mut c_void;
const NO_SUCH_NAME: c_int = -2;

fn is_gone() -> bool {
    // Safe: the environment is as it was when the program began.
    unsafe {
        let file = getenv(c"NAME_IS_GONE".as_ptr());
        !file.is_null() && access(file, 0) == 0
    }
}

/// # Safety
/// As the system's function of this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getaddrinfo(
    name: *const c_char,
    service: *const c_char,
    hints: *const c_void,
    found: *mut *mut c_void,
) -> c_int {
    unsafe {
        let mut name = name;
        if !name.is_null() && CStr::from_ptr(name) == c"livy.test" {
            if is_gone() {
                return NO_SUCH_NAME;
            }
            name = c"127.0.0.1".as_ptr();
        }
        let system = dlsym(NEXT, c"getaddrinfo".as_ptr());
        std::mem::transmute::<*mut c_void, Resolver>(system)(name, service, hints, found)
    }
}
