//! Values that threads share, apart from Python, and so without an interpreter that lets one thread run at a time.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use account::transfer::Shared;

const THREADS: usize = 8;

/// Runs the work in a thread. One that waits for ever becomes a failure that says so.
fn within_ten_seconds<T: Send + 'static>(because: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(work()));
    match receiver.recv_timeout(Duration::from_secs(10)) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it waits for ever: {because}"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("a thread panicked"),
    }
}

fn add(shared: &Shared<i64>, amount: i64) {
    let Ok(()) = shared.update(|value| Ok::<_, Infallible>(value + amount));
}

#[test]
fn an_update_counts_once() {
    let shared = Shared::new(5);
    assert_eq!(shared.get(), 5);
    add(&shared, 3);
    assert_eq!(shared.get(), 8);
}

#[test]
fn a_refused_update_changes_nothing() {
    let shared = Shared::new(5);
    assert_eq!(shared.update(|_| Err("no")), Err("no"));
    assert_eq!(shared.get(), 5);
}

#[test]
fn no_update_is_lost() {
    let (source, target) = (Shared::new(1), Shared::new(0));
    assert_eq!(Shared::update_pair(&source, &target, take(1), give(1)), Ok(()));
    let total = within_ten_seconds("is a lock held while another is awaited?", || {
        let (shared, start) = (Shared::new(0), Barrier::new(THREADS));
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    start.wait();
                    for _ in 0..20_000 {
                        add(&shared, 1);
                    }
                });
            }
        });
        shared.get()
    });
    assert_eq!(total, 160_000, "updates were lost: the lock was let go between reading and writing");
}

#[test]
fn nobody_comes_between_reading_and_writing() {
    let (shared, inside) = (Arc::new(Shared::new(0)), Arc::new(AtomicBool::new(false)));
    assert_eq!(Shared::update_pair(&Shared::new(1), &Shared::new(0), take(1), give(1)), Ok(()));
    let other = {
        let (shared, inside) = (Arc::clone(&shared), Arc::clone(&inside));
        thread::spawn(move || {
            while !inside.load(Ordering::Acquire) {
                thread::yield_now();
            }
            add(&shared, 100);
        })
    };
    let Ok(()) = shared.update(|value| {
        inside.store(true, Ordering::Release);
        thread::sleep(Duration::from_millis(20)); // Time for the other one to come in between, if it can.
        Ok::<_, Infallible>(value + 1)
    });
    other.join().expect("the other thread");
    assert_eq!(shared.get(), 101, "an update was lost: the lock was let go between reading and writing");
}

#[test]
fn a_panic_leaves_the_value_as_it_was() {
    let shared = Shared::new(5);
    thread::scope(|scope| {
        let panics = scope.spawn(|| shared.update(|_| -> Result<i64, ()> { panic!("on purpose") }));
        assert!(panics.join().is_err());
    });
    add(&shared, 1);
    assert_eq!(shared.get(), 6, "a panic in one thread must not lock out the others");
}

fn take(amount: i64) -> impl FnOnce(i64) -> Result<i64, &'static str> {
    move |value| if value < amount { Err("too little") } else { Ok(value - amount) }
}

fn give(amount: i64) -> impl FnOnce(i64) -> Result<i64, &'static str> {
    move |value: i64| if value + amount > 1_000_000 { Err("too much") } else { Ok(value + amount) }
}

#[test]
fn a_pair_changes_together() {
    let (a, b) = (Shared::new(10), Shared::new(1));
    assert_eq!(Shared::update_pair(&a, &b, take(4), give(4)), Ok(()));
    assert_eq!((a.get(), b.get()), (6, 5));
    assert_eq!(Shared::update_pair(&b, &a, take(5), give(5)), Ok(()));
    assert_eq!((a.get(), b.get()), (11, 0));
}

#[test]
fn a_refused_pair_changes_nothing() {
    let (a, b) = (Shared::new(10), Shared::new(1_000_000));
    assert_eq!(Shared::update_pair(&a, &b, take(11), give(0)), Err("too little"));
    assert_eq!(Shared::update_pair(&a, &b, take(1), give(1)), Err("too much"));
    assert_eq!(Shared::update_pair(&b, &a, take(1_000_000), give(1_000_000)), Err("too much"));
    assert_eq!((a.get(), b.get()), (10, 1_000_000), "one of the two changed before the other refused");
}

#[test]
fn from_a_value_to_itself() {
    let because = "source and target are the same: the second lock waits for the first";
    let results = within_ten_seconds(because, || {
        let a = Shared::new(10);
        let fits = Shared::update_pair(&a, &a, take(10), give(10));
        let refused = Shared::update_pair(&a, &a, take(11), give(11));
        (fits, refused, a.get())
    });
    assert_eq!(results, (Ok(()), Err("too little"), 10), "to itself: `take` must still say whether there is enough");
}

#[test]
fn both_ways_at_once() {
    let because = "two threads each hold one lock and wait for the other's. Always take the same one first";
    let total = within_ten_seconds(because, || {
        let (a, b, start) = (Shared::new(100_000), Shared::new(100_000), Barrier::new(THREADS));
        thread::scope(|scope| {
            for number in 0..THREADS {
                let (a, b, start) = (&a, &b, &start);
                scope.spawn(move || {
                    let (from, to) = if number % 2 == 0 { (a, b) } else { (b, a) };
                    start.wait();
                    for _ in 0..20_000 {
                        let _ = Shared::update_pair(from, to, take(1), give(1));
                    }
                });
            }
        });
        a.get() + b.get()
    });
    assert_eq!(total, 200_000, "money was made or lost on the way");
}

/// The thread that is in the middle of the one change has both values locked.
#[test]
fn both_are_locked_meanwhile() {
    let because = "is a lock held while another is awaited?";
    let values = within_ten_seconds(because, || {
        let (a, b, inside) = (Shared::new(10), Shared::new(10), Barrier::new(3));
        thread::scope(|scope| {
            for shared in [&a, &b] {
                let inside = &inside;
                scope.spawn(move || {
                    inside.wait();
                    add(shared, 100);
                });
            }
            let slow = |value: i64| {
                inside.wait();
                thread::sleep(Duration::from_millis(20));
                take(1)(value)
            };
            assert_eq!(Shared::update_pair(&a, &b, slow, give(1)), Ok(()));
        });
        (a.get(), b.get())
    });
    assert_eq!(values, (109, 111), "a deposit was lost during the transfer");
}

/// Whether a transfer from `source` to `target`, numbers in `pair`, has the lock of number 0 while it waits for that of
/// number 1.
fn takes_number_0_first(pair: &'static [Shared<i64>; 2], source: usize, target: usize) -> bool {
    let (holds, held) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let holder = thread::spawn(move || {
        let Ok(()) = pair[1].update(|value| {
            let _ = holds.send(());
            let _ = released.recv();
            Ok::<_, Infallible>(value)
        });
    });
    held.recv().expect("number 1 is locked");
    let transfer = thread::spawn(move || Shared::update_pair(&pair[source], &pair[target], take(1), give(1)));
    // On a busy machine, the transfer and each probe may begin late.
    let long_enough = Instant::now() + Duration::from_millis(500);
    let mut probes = Vec::new();
    let is_locked = loop {
        let (sees, seen) = mpsc::channel();
        probes.push(thread::spawn(move || sees.send(pair[0].get())));
        match seen.recv_timeout(Duration::from_millis(200)) {
            Err(_) => break true,
            Ok(_) if Instant::now() > long_enough => break false,
            Ok(_) => thread::sleep(Duration::from_millis(5)),
        }
    };
    drop(release);
    holder.join().expect("the holder");
    assert_eq!(transfer.join().expect("the transfer"), Ok(()));
    for probe in probes {
        let _ = probe.join().expect("the probe");
    }
    is_locked
}

#[test]
fn the_same_lock_first_in_both_directions() {
    assert_eq!(Shared::update_pair(&Shared::new(1), &Shared::new(0), take(1), give(1)), Ok(()));
    let because = "a lock is never let go";
    let (there, back) = within_ten_seconds(because, || {
        let pair: &'static [Shared<i64>; 2] = Box::leak(Box::new([Shared::new(10), Shared::new(10)]));
        (takes_number_0_first(pair, 0, 1), takes_number_0_first(pair, 1, 0))
    });
    assert_eq!(
        there, back,
        "one direction takes this account's lock first, the other that account's: two threads can each hold one lock \
         and wait for the other's"
    );
}
