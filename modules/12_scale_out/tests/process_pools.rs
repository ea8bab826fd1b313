//! The owner of the threads, apart from Python and from real forks.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};

use scale_out::process_pools::{PoolError, check_owner, choose_threads, in_pool};

fn chosen(variables: &[(&str, &str)]) -> usize {
    let environ: HashMap<_, _> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    choose_threads(environ, 8)
}

#[test]
fn a_share_for_each_worker() {
    assert_eq!(chosen(&[]), 8);
    assert_eq!(chosen(&[("OMP_NUM_THREADS", "1")]), 1, "What Dask sets for each worker.");
    assert_eq!(chosen(&[("OMP_NUM_THREADS", "1"), ("RAYON_NUM_THREADS", "3")]), 3);
}

#[test]
fn the_first_process_owns_the_threads() {
    let owner = AtomicU32::new(0);
    assert_eq!(check_owner(&owner, 7), Ok(()));
    assert_eq!(owner.load(Ordering::SeqCst), 7);
    assert_eq!(check_owner(&owner, 7), Ok(()), "The same process again.");
    assert_eq!(check_owner(&owner, 8), Err(PoolError::Forked { owner: 7, here: 8 }));
    assert_eq!(owner.load(Ordering::SeqCst), 7, "The child must not claim what it does not have.");
}

#[test]
fn the_work_is_done_by_so_many_threads() {
    for threads in [3, 2, 2] {
        assert_eq!(in_pool(threads, rayon::current_num_threads), Ok(threads));
    }
}

#[test]
fn one_thread_is_the_callers() {
    let here = std::thread::current().id();
    assert_eq!(in_pool(1, || std::thread::current().id()), Ok(here));
}
