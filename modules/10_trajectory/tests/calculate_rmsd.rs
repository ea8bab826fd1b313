//! The kernel, apart from Python.

use proptest::prelude::*;
use trajectory::calculate_rmsd::rmsd;

/// The definition, in the order in which it is written.
fn reference(one: &[f32], other: &[f32], masses: &[f64]) -> f64 {
    let squared = |atom: usize| {
        (0..3)
            .map(|axis| f64::from(one[3 * atom + axis]) - f64::from(other[3 * atom + axis]))
            .map(|d| d * d)
            .sum::<f64>()
    };
    let total: f64 = masses.iter().sum();
    ((0..masses.len()).map(|atom| masses[atom] * squared(atom)).sum::<f64>() / total).sqrt()
}

fn close(got: f64, wanted: f64) -> bool {
    (got - wanted).abs() <= 1e-12 * wanted
}

/// Two places of an atom, and its mass.
type Atom = ([i16; 3], [i16; 3], f64);

proptest! {
    #[test]
    fn agrees_with_the_definition(atoms in prop::collection::vec((any::<[i16; 3]>(), any::<[i16; 3]>(), 0.1..9.0), 1..200)) {
        let flat = |pick: fn(&Atom) -> [i16; 3]| -> Vec<f32> {
            atoms.iter().flat_map(|atom| pick(atom).map(|x| f32::from(x) / 7.0)).collect()
        };
        let (one, other) = (flat(|atom| atom.0), flat(|atom| atom.1));
        let masses: Vec<f64> = atoms.iter().map(|atom| atom.2).collect();
        prop_assert!(close(rmsd(&one, &other, None), reference(&one, &other, &vec![1.0; masses.len()])));
        prop_assert!(close(rmsd(&one, &other, Some(&masses)), reference(&one, &other, &masses)));
    }
}
