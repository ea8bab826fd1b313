//! A job object of Windows: the one place of this crate that calls the system directly.

#![allow(unsafe_code)]

use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::process::Child;
use std::ptr;

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
};

/// A job that ends all its processes when it is dropped. A process that one of them starts is in it, too.
#[derive(Debug)]
pub(super) struct Job(
    /// Its only handle: closing it ends the job.
    #[expect(dead_code, reason = "it is held, not read")]
    OwnedHandle,
);

impl Job {
    /// A job that holds this child; none, if the system refuses.
    pub(super) fn holding(child: &Child) -> Option<Self> {
        // SAFETY: both pointers may be null, which means default security and no name.
        let handle = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
        if handle.is_null() {
            return None;
        }
        // SAFETY: the handle was made above, is valid, and nobody else has it.
        let job = unsafe { OwnedHandle::from_raw_handle(handle) };
        let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        let size = u32::try_from(size_of_val(&limits)).ok()?;
        // SAFETY: `job` is a job's handle, `limits` lives until the call returns and has the type for this class of
        // information, and `size` is its size.
        let limited = unsafe {
            SetInformationJobObject(
                job.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size,
            )
        };
        // SAFETY: both handles are valid, as `job` and `child` live until the call returns.
        let assigned =
            limited != 0 && unsafe { AssignProcessToJobObject(job.as_raw_handle(), child.as_raw_handle()) } != 0;
        assigned.then_some(Self(job))
    }
}
