//! The product of two views, apart from Python.

use matrix_multiply::matrix_multiply::multiply;

#[path = "products/mod.rs"]
mod products;

#[rustfmt::skip]
const _: fn(ndarray::ArrayView2<f64>, ndarray::ArrayView2<f64>) -> ndarray::Array2<f64> = multiply; // An error here? Restore the signature in src/matrix_multiply.rs.

#[test]
fn agrees_with_the_definition() {
    products::agrees_with_the_definition(multiply);
}

#[test]
fn any_strides() {
    products::any_strides(multiply);
}
