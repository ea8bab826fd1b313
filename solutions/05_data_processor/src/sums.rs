//! A sum that is fast and always the same.

/// The sum of `term(value)` over `values`, with the same bits on every machine.
///
/// Eight running sums, so that the CPU can do several additions at once. With one running sum, which `.sum()` has, each
/// addition waits for the one before.
pub fn sum_of(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        for (sum, &value) in sums.iter_mut().zip(eight) {
            *sum += term(value);
        }
    }
    let rest = rest.iter().fold(0.0, |sum, &value| sum + term(value));
    sums.into_iter().fold(rest, |total, sum| total + sum)
}
