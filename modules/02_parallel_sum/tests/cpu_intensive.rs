//! The sum of sines, apart from Python.

use ndarray::{Array1, ArrayView1, s};
use parallel_sum::cpu_intensive::sum_of_sines;
use rayon::ThreadPoolBuilder;

#[rustfmt::skip]
const _: fn(ArrayView1<f64>) -> f64 = sum_of_sines; // An error here? Restore the signature in src/cpu_intensive.rs.

fn samples() -> Array1<f64> {
    (0..200_003).map(|i| f64::from(i) * 0.37).collect()
}

#[test]
fn near_the_sequential_sum() {
    let samples = samples();
    let sequential: f64 = samples.iter().map(|x| x.sin()).sum();
    assert!((sum_of_sines(samples.view()) - sequential).abs() < 1e-8);
}

#[test]
fn nothing_adds_up_to_plus_zero() {
    let sum = sum_of_sines(ArrayView1::from(&[]));
    assert_eq!(sum.to_bits(), 0.0_f64.to_bits(), "got {sum:?}, expected 0.0");
}

#[test]
fn same_bits_whatever_the_number_of_threads() {
    let samples = samples();
    let bits: Vec<u64> = (1..=8)
        .map(|threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
            pool.install(|| sum_of_sines(samples.view())).to_bits()
        })
        .collect();
    assert!(bits.iter().all(|&other| other == bits[0]), "the bits depend on the number of threads (1 to 8): {bits:x?}");
}

#[test]
fn any_stride() {
    let samples = samples();
    let backwards = samples.slice(s![..;-3]);
    let sequential: f64 = backwards.iter().map(|x| x.sin()).sum();
    assert!((sum_of_sines(backwards) - sequential).abs() < 1e-8);
}
