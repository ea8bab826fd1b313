//! Module 06: a bank account whose rules hold, whoever calls it and from however many threads.
//!
//! One file per exercise, and `money_transfer`, which is given. This file is the table of contents. No module imports one
//! that imports it: money and locks know nothing of accounts, and `Account` knows nothing of those that extend it.

pub mod account;
pub mod balance;
pub mod bank;
pub mod exact_money;
pub mod fee;
pub mod insufficient_funds;
pub mod money_transfer;
pub mod savings_account;
pub mod transfer;

/// Accounts, savings accounts and banks: invariants, exceptions, threads.
#[pyo3::pymodule(name = "account")]
mod python {
    use pyo3::prelude::*;

    #[pymodule_export]
    use super::account::Account;
    #[pymodule_export]
    use super::bank::Bank;
    #[pymodule_export]
    use super::insufficient_funds::InsufficientFunds;
    #[pymodule_export]
    use super::money_transfer::transfer;
    #[pymodule_export]
    use super::savings_account::SavingsAccount;

    /// The methods that a class inherits from `collections.abc.MutableMapping`: they build on the basic ones.
    const MIXINS: [&str; 10] =
        ["get", "keys", "items", "values", "pop", "popitem", "clear", "update", "setdefault", "__eq__"];

    /// Makes `Bank` a `MutableMapping`. A Rust class cannot inherit from a Python class, so it borrows the methods.
    #[pymodule_init]
    fn complete_bank(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let bank = module.getattr("Bank")?;
        let mapping = module.py().import("collections.abc")?.getattr("MutableMapping")?;
        for name in MIXINS {
            bank.setattr(name, mapping.getattr(name)?)?;
        }
        // As a class does that defines `__eq__` and no `__hash__`.
        bank.setattr("__hash__", module.py().None())?;
        mapping.call_method1("register", (bank,))?;
        Ok(())
    }
}
