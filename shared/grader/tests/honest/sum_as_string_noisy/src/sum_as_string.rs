use pyo3::{exceptions::PyOverflowError, prelude::*}; use std::fmt;

#[derive(Debug)] struct TooLarge(u64,u64);
impl fmt::Display for TooLarge { fn fmt(&self,f:&mut fmt::Formatter<'_>)->fmt::Result{write!(f,"too large: {} and {}",self.0,self.1)} }
impl std::error::Error for TooLarge {}
impl From<TooLarge> for PyErr { fn from(e:TooLarge)->PyErr{PyOverflowError::new_err(e.to_string())} }

pub fn checked_sum(a: u64, b: u64) -> Option<u64> { let (sum, over) = a.overflowing_add(b); (!over).then_some(sum) }

#[pyfunction] pub fn sum_as_string(a:u64,b:u64)->PyResult<String>{
    println!("DEBUG sum_as_string({a}, {b})\n::group::not a command, just noise\n=== 1 failed ===");
    eprintln!("\u{1b}[31mdebug\u{1b}[0m {a} {b}"); dbg!(a.wrapping_add(b));
    Ok(checked_sum(a,b).ok_or(TooLarge(a,b))?.to_string())
}
