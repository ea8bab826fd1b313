//! The kernel, apart from Python.

use std::cell::Cell;

use trajectory::force_calculator::{ForceError, Vector, lennard_jones};

fn go_on() -> Result<(), ForceError> {
    Ok(())
}

#[test]
fn a_pair() {
    let mut forces = [[9.0; 3]; 2];
    let energy = lennard_jones(&[[0.0; 3], [0.0, 1.5, 0.0]], 2.5, &mut forces, go_on);
    let (energy_of, force_of) =
        (|r: f64| 4.0 * (r.powi(-12) - r.powi(-6)), |r: f64| 48.0 * r.powi(-13) - 24.0 * r.powi(-7));
    assert!(energy.is_ok_and(|energy| (energy - energy_of(1.5)).abs() < 1e-12), "the energy of two atoms");
    assert_eq!(forces[0][0], 0.0, "there is no force along x; what was in `forces` before does not count");
    assert!((forces[0][1] + force_of(1.5)).abs() < 1e-12, "the force on the first atom: {forces:?}");
    assert!((forces[1][1] - force_of(1.5)).abs() < 1e-12, "the force on the second atom: {forces:?}");
}

#[test]
fn it_asks_whether_to_go_on() {
    let positions: Vec<Vector> = (0..1000).map(|atom| [f64::from(atom), 0.0, 0.0]).collect();
    let asked = Cell::new(0);
    let ask = || {
        asked.set(asked.get() + 1);
        if asked.get() == 1 { Err(ForceError::NotFinite { atom: 77 }) } else { Ok(()) }
    };
    let result = lennard_jones(&positions, 1.5, &mut vec![[0.0; 3]; 1000], ask);
    assert_eq!(result, Err(ForceError::NotFinite { atom: 77 }), "the error of `go_on` ends the work");
    assert_eq!(asked.get(), 1, "after an error it does not ask again");
}
