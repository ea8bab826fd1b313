//! The kernel of `mulliken`, apart from Python.

use mulliken::mulliken::populations;
use ndarray::{Array2, ArrayView2, s};
use proptest::prelude::*;
use rayon::ThreadPoolBuilder;
use std::ops::Range;

/// Small whole numbers, so that sums are exact in any order. Not symmetric.
fn counted(n: usize, factor: usize) -> Array2<f64> {
    Array2::from_shape_fn((n, n), |(mu, nu)| ((mu * factor + nu * 3) % 11) as f64 - 5.0)
}

/// By the definition.
fn expected(
    p: ArrayView2<'_, f64>,
    p0: ArrayView2<'_, f64>,
    s: ArrayView2<'_, f64>,
    atoms: &[Range<usize>],
) -> (Vec<f64>, Vec<f64>) {
    let (q, dq) = (&p * &s, (&p - &p0) * s);
    let sum = |of: &Array2<f64>, rows: &Range<usize>| of.slice(s![rows.clone(), ..]).iter().fold(0.0, |sum, x| sum + x);
    atoms.iter().map(|rows| (sum(&q, rows), sum(&dq, rows))).unzip()
}

/// The rows of atoms with these numbers of orbitals.
fn rows_of(counts: &[usize]) -> Vec<Range<usize>> {
    counts
        .iter()
        .scan(0, |end, count| {
            let start = *end;
            *end += count;
            Some(start..*end)
        })
        .collect()
}

proptest! {
    #[test]
    fn agrees_with_the_definition(
        counts in prop::collection::vec(0..9_usize, 0..6),
        transposed in any::<[bool; 3]>(),
        reversed in any::<[bool; 3]>(),
    ) {
        let n = counts.iter().sum();
        let matrices = [counted(n, 7), counted(n, 2), counted(n, 5)];
        let mut views = matrices.each_ref().map(|matrix| matrix.view());
        for (view, (transposed, reversed)) in views.iter_mut().zip(transposed.into_iter().zip(reversed)) {
            if transposed {
                *view = view.reversed_axes();
            }
            if reversed {
                view.invert_axis(ndarray::Axis(1));
            }
        }
        let [p, p0, s] = views;
        let atoms = rows_of(&counts);
        prop_assert_eq!(populations(p, p0, s, &atoms), expected(p, p0, s, &atoms));
    }
}

#[test]
fn larger() {
    for n in [127, 129, 200, 517, 1030] {
        let (p, p0, s) = (counted(n, 7), counted(n, 2), counted(n, 5));
        let atoms = rows_of(&[n / 2, 1, 0, n - n / 2 - 1]);
        for (p, p0, s) in [(p.view(), p0.view(), s.view()), (p.t(), p0.t(), s.t()), (p.t(), p0.view(), s.t())] {
            assert_eq!(populations(p, p0, s, &atoms), expected(p, p0, s, &atoms), "{n} orbitals");
        }
    }
}

#[test]
fn same_bits_whatever_the_number_of_threads() {
    let n = 400;
    let matrix = |factor| counted(n, factor).mapv(|x| (x * 1.7).sin() / 3.0);
    let (p, p0, s) = (matrix(7), matrix(2), matrix(5));
    for counts in [vec![4; 100], vec![n], vec![1, 300, 99]] {
        let atoms = rows_of(&counts);
        for (p, p0, s) in [(p.view(), p0.view(), s.view()), (p.t(), p0.t(), s.t())] {
            let on = |threads| {
                let pool = ThreadPoolBuilder::new().num_threads(threads).build().expect("a thread pool");
                let (q, dq) = pool.install(|| populations(p, p0, s, &atoms));
                q.into_iter().chain(dq).map(f64::to_bits).collect::<Vec<u64>>()
            };
            let one = on(1);
            for threads in (2..=8).chain([8; 8]) {
                assert!(on(threads) == one, "the bits depend on the number of threads: {threads} or 1");
            }
        }
    }
}
