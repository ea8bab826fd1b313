//! The module's Rust tests, held against the solution.

extern crate account_solution as account;

#[path = "../../../modules/06_account/tests/account.rs"]
mod account_tests;
#[path = "../../../modules/06_account/tests/balance.rs"]
mod balance_tests;
#[path = "../../../modules/06_account/tests/exact_money.rs"]
mod exact_money_tests;
#[path = "../../../modules/06_account/tests/insufficient_funds.rs"]
mod insufficient_funds_tests;
#[path = "../../../modules/06_account/tests/savings_account.rs"]
mod savings_account_tests;
#[path = "../../../modules/06_account/tests/transfer.rs"]
mod transfer_tests;
