//! The rules of a matrix product, apart from Python: the cases of both products.

use ndarray::{Array2, ArrayView2, s};

/// The product of two views.
type Multiply = fn(ArrayView2<'_, f64>, ArrayView2<'_, f64>) -> Array2<f64>;

/// Small whole numbers, so that sums are exact in any order.
fn counted(rows: usize, columns: usize) -> Array2<f64> {
    Array2::from_shape_fn((rows, columns), |(i, j)| ((i * 7 + j * 3) % 11) as f64 - 5.0)
}

/// By the definition.
fn expected(a: &Array2<f64>, b: &Array2<f64>) -> Array2<f64> {
    Array2::from_shape_fn((a.nrows(), b.ncols()), |(i, j)| (0..a.ncols()).map(|k| a[(i, k)] * b[(k, j)]).sum())
}

pub(crate) fn agrees_with_the_definition(multiply: Multiply) {
    for (m, k, n) in [(1, 1, 1), (3, 4, 5), (70, 20, 30), (5, 60, 200), (129, 65, 33), (4, 0, 3), (0, 2, 3)] {
        let (a, b) = (counted(m, k), counted(k, n));
        assert_eq!(multiply(a.view(), b.view()), expected(&a, &b), "{m} × {k} times {k} × {n}");
    }
}

pub(crate) fn any_strides(multiply: Multiply) {
    let (a, b) = (counted(40, 60), counted(40, 90));
    let (a, b) = (a.t(), b.slice(s![..;-1, ..;3]));
    assert_eq!(multiply(a, b), expected(&a.to_owned(), &b.to_owned()));
}
