//! Loaded before a program's own libraries, it lets the program's clocks jump once a file is there:
//! by so many seconds, the monotonic one too where `CLOCK_BOTH` is set. A machine's clock is not to be
//! set for a test.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::sync::OnceLock;

#[repr(C)]
pub struct Time {
    seconds: i64,
    nanoseconds: c_long,
}

unsafe extern "C" {
    fn syscall(number: c_long, ...) -> c_long;
    fn access(path: *const c_char, mode: c_int) -> c_int;
    fn getenv(name: *const c_char) -> *const c_char;
}

#[cfg(target_arch = "x86_64")]
const CLOCK_GETTIME: c_long = 228;
#[cfg(target_arch = "aarch64")]
const CLOCK_GETTIME: c_long = 113;
const REALTIME: c_int = 0;

struct Jump {
    file: Vec<u8>,
    seconds: i64,
    both: bool,
}

fn variable(name: &CStr) -> Option<&'static CStr> {
    // Safe: the environment is as it was when the program began.
    unsafe {
        let value = getenv(name.as_ptr());
        (!value.is_null()).then(|| CStr::from_ptr(value))
    }
}

fn jump() -> Option<&'static Jump> {
    static JUMP: OnceLock<Option<Jump>> = OnceLock::new();
    let jump = JUMP.get_or_init(|| {
        Some(Jump {
            file: variable(c"CLOCK_FILE")?.to_bytes_with_nul().to_vec(),
            seconds: variable(c"CLOCK_SECONDS")?.to_str().ok()?.parse().ok()?,
            both: variable(c"CLOCK_BOTH").is_some(),
        })
    });
    jump.as_ref()
}

/// # Safety
/// As the system's function of this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, time: *mut Time) -> c_int {
    unsafe {
        let result = syscall(CLOCK_GETTIME, clock, time) as c_int;
        if let Some(jump) = jump()
            && result == 0
            && (clock == REALTIME || jump.both)
            && access(jump.file.as_ptr().cast(), 0) == 0
        {
            (*time).seconds += jump.seconds;
        }
        result
    }
}

/// By the wall clock, as libraries in C ask for it.
fn now() -> Time {
    let mut time = Time {
        seconds: 0,
        nanoseconds: 0,
    };
    // Safe: it is written to, and to no other.
    unsafe { clock_gettime(REALTIME, &mut time) };
    time
}

/// # Safety
/// As the system's function of this name. What is written is a time in microseconds, of the same shape.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(time: *mut Time, _zone: *mut c_void) -> c_int {
    let now = now();
    unsafe {
        (*time).seconds = now.seconds;
        (*time).nanoseconds = now.nanoseconds / 1_000;
    }
    0
}

/// # Safety
/// As the system's function of this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(time: *mut i64) -> i64 {
    let seconds = now().seconds;
    if !time.is_null() {
        unsafe { *time = seconds };
    }
    seconds
}
