//! Threads that lose no time in being woken.

/// Does `work` for each of the parts at the same time: the first on this thread, the others on rayon's.
///
/// A parallel iterator would leave all of it to rayon's threads, and this one would sleep meanwhile. To wake them takes a
/// while; they may even be put on one and the same core for some milliseconds. A limit must not have that in it.
pub(crate) fn in_team<T: Send>(parts: impl Iterator<Item = T>, work: impl Fn(T) + Sync) {
    let work = &work;
    rayon::in_place_scope(|scope| {
        let mut parts = parts;
        let own = parts.next();
        for part in parts {
            scope.spawn(move |_| work(part));
        }
        own.map(work);
    });
}
