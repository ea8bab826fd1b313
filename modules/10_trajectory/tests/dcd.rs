//! The DCD format apart from Python, with an eye on the memory that a file makes it take.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::Cursor;

use proptest::prelude::*;
use trajectory::dcd::{ByteOrder, Header, encode_frame, encode_header};
use trajectory::formats::{FormatError, Source};

/// Counts the bytes that this thread has, and the most that it ever had.
struct Counting;

thread_local! {
    static NOW: Cell<usize> = const { Cell::new(0) };
    static MOST: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: all is left to the system's allocator; what is counted beside it is never used for memory.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.get() + layout.size();
        NOW.set(now);
        MOST.set(MOST.get().max(now));
        // SAFETY: the caller keeps the promises that `alloc` asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let now = NOW.get() + layout.size();
        NOW.set(now);
        MOST.set(MOST.get().max(now));
        // SAFETY: the caller keeps the promises that `alloc_zeroed` asks for.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.set(NOW.get().saturating_sub(layout.size()));
        // SAFETY: the caller keeps the promises that `dealloc` asks for.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The result of `work`, and the bytes that it had at most, beyond those of before.
fn most_memory<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = NOW.get();
    MOST.set(before);
    let result = work();
    (result, MOST.get() - before)
}

fn file(order: ByteOrder, atoms: usize, frames: usize) -> Vec<u8> {
    let mut bytes = encode_header(order, frames as i32, 0, 1, 0.5, atoms as i32);
    for frame in 0..frames {
        let positions: Vec<[f32; 3]> = (0..atoms).map(|atom| [atom as f32, frame as f32, -0.5]).collect();
        bytes.extend(encode_frame(order, &positions));
    }
    bytes
}

/// The positions in all frames.
fn read(bytes: &[u8]) -> Result<Vec<Vec<[f32; 3]>>, FormatError> {
    let mut source = Source::new(Cursor::new(bytes))?;
    let header = Header::read(&mut source)?;
    let mut frames: Vec<Vec<[f32; 3]>> = Vec::new();
    for frame in 0..header.count_frames(bytes.len() as u64)? {
        let start = header.frame_start(frame) as usize;
        let positions = &bytes[start..start + header.frame_size(frame) as usize];
        frames.push(header.decode(frame, positions, frames.first().map(Vec::as_slice))?);
    }
    Ok(frames)
}

fn order() -> impl Strategy<Value = ByteOrder> {
    prop_oneof![Just(ByteOrder::Little), Just(ByteOrder::Big)]
}

#[test]
fn what_is_written_is_read() {
    for order in [ByteOrder::Little, ByteOrder::Big] {
        let frames = read(&file(order, 5, 3)).expect("a good file");
        assert_eq!(frames.len(), 3);
        assert_eq!(frames[2][4], [4.0, 2.0, -0.5], "{order:?}");
    }
}

#[test]
fn a_lie_takes_no_memory() {
    // Byte 188 is the number of atoms, after its length. A record of the titles may lie too.
    for (place, what) in [(188, "atoms"), (92, "bytes of titles"), (184, "bytes of a number"), (40, "fixed atoms")] {
        for number in [i32::MAX, 1 << 30, 1 << 20] {
            let mut bytes = file(ByteOrder::Little, 5, 3);
            bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
            let (result, most) = most_memory(|| read(&bytes).map(|frames| frames.len()));
            assert!(result.is_err(), "{number} {what}: {result:?}");
            assert!(most < 4096, "{number} {what} in a file of {} bytes: it took {most} bytes", bytes.len());
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_changed(
        order in order(),
        atoms in 0_usize..8,
        frames in 0_usize..4,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = file(order, atoms, frames);
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.truncate(cut.index(2 * bytes.len())); // Every other file is whole.
        let (result, most) = most_memory(|| read(&bytes));
        prop_assert!(most <= 8 * bytes.len() + 4096, "a file of {} bytes took {most}", bytes.len());
        if let Err(FormatError::Malformed { offset, .. }) = result {
            prop_assert!(offset <= bytes.len() as u64, "an error at byte {offset} of {}", bytes.len());
        }
    }
}
