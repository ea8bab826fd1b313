//! The trace of a product, apart from Python.

use mulliken::atomic_charges::trace_of_product;
use ndarray::{Array2, s};
use proptest::prelude::*;

proptest! {
    #[test]
    fn is_the_trace_of_the_product(n in 0..8_usize, one in 1..9_usize, other in 1..9_usize, reversed in any::<bool>()) {
        let matrix = |factor| Array2::from_shape_fn((n, n), |(i, j)| ((i * factor + j * 5) % 7) as f64 - 3.0);
        let (p, s) = (matrix(one), matrix(other));
        let s = if reversed { s.slice(s![..;-1, ..]) } else { s.t() };
        prop_assert_eq!(trace_of_product(p.view(), s), p.dot(&s).diag().iter().fold(0.0, |sum, x| sum + x));
    }
}
