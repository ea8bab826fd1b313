//! The kernel of `mulliken_any_layout`, apart from Python.

use mulliken::mulliken_any_layout::populations;
use ndarray::{Array2, ArrayView2, s};
use proptest::prelude::*;
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
