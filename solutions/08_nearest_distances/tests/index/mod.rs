//! The index that the module gives to learners, held against brute force, for awkward points above all.

use nearest_distances_solution::index::Index;
use proptest::prelude::*;

fn distance(one: [f64; 2], other: [f64; 2]) -> f64 {
    (one[0] - other[0]).hypot(one[1] - other[1])
}

/// Every kind of answer, for one query. Distances are compared: among equal ones any point will do.
fn check(points: &[[f64; 2]], queries: &[[f64; 2]], k: usize, radius: f64) {
    let index = Index::new(points.to_vec());
    assert_eq!((index.len(), index.is_empty()), (points.len(), points.is_empty()));
    for &query in queries {
        let mut expected: Vec<f64> = points.iter().map(|&point| distance(query, point)).collect();
        expected.sort_by(f64::total_cmp);
        let same = |(found, number): (f64, usize), expected: f64| {
            assert!((found - expected).abs() <= 1e-13 * expected, "{query:?}: {found} instead of {expected}");
            assert!((distance(query, points[number]) - found).abs() <= 1e-13 * found, "{query:?}: point {number}");
        };
        match index.nearest(&query) {
            Some(found) => same(found, expected[0]),
            None => assert!(points.is_empty()),
        }
        let found = index.nearest_k(&query, k);
        assert_eq!(found.len(), k.min(points.len()));
        found.iter().zip(&expected).for_each(|(&found, &expected)| same(found, expected));
        let mut numbers: Vec<usize> = found.iter().map(|found| found.1).collect();
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len(), found.len(), "a point was found twice");

        // On the boundary the last bit counts: the root of the sum of the squares, where they are floats.
        let measure = |point: &[f64; 2]| {
            let square = (query[0] - point[0]).powi(2) + (query[1] - point[1]).powi(2);
            if (1e-290..1e300).contains(&square) { square.sqrt() } else { distance(query, *point) }
        };
        let near: Vec<usize> = (0..points.len()).filter(|&number| measure(&points[number]) <= radius).collect();
        let mut found = index.within(&query, radius);
        found.sort_unstable();
        assert_eq!(found, near, "within {radius} of {query:?}");
    }
    let mut order = index.visiting_order(queries);
    order.sort_unstable();
    assert_eq!(order, (0..queries.len()).collect::<Vec<_>>());
}

/// Scattered, the same for every run.
fn scattered(count: usize) -> Vec<[f64; 2]> {
    (0..count).map(|i| [(i as f64 * 0.618_033_988_75).fract(), (i as f64 * 0.754_877_666_25).fract()]).collect()
}

fn point(coordinate: impl Strategy<Value = f64> + Clone) -> impl Strategy<Value = [f64; 2]> {
    (coordinate.clone(), coordinate).prop_map(|(x, y)| [x, y])
}

proptest! {
    #[test]
    fn scattered_points(
        points in prop::collection::vec(point(-10.0..10.0), 0..300),
        queries in prop::collection::vec(point(-15.0..15.0), 1..8),
        k in 0..40_usize,
        radius in 0.0..20.0_f64,
    ) {
        check(&points, &queries, k, radius);
    }

    #[test]
    fn points_on_a_grid(
        points in prop::collection::vec(point((-3..4_i8).prop_map(f64::from)), 0..300),
        queries in prop::collection::vec(point((-5..6_i8).prop_map(f64::from)), 1..8),
        k in 0..40_usize,
        square in 0..60_u8,
    ) {
        check(&points, &queries, k, f64::from(square).sqrt());
    }

    #[test]
    // Below, the subnormal numbers have fewer digits than the checks ask for.
    fn of_any_size(exponent in -290..307_i32, count in 0..60_usize) {
        let scale = 10.0_f64.powi(exponent);
        let points: Vec<_> = scattered(count).into_iter().map(|[x, y]| [x * scale, y * scale]).collect();
        check(&points, &[[0.3 * scale, 0.4 * scale], [2.0 * scale, 0.0]], 5, 0.2 * scale);
    }
}

#[test]
fn equal_points_of_any_number() {
    for count in [1, 2, 31, 32, 33, 34, 64, 65, 1_000] {
        check(&vec![[1.0, 2.0]; count], &[[1.0, 2.0], [4.0, 6.0], [1e9, 0.0]], 40, 5.0);
    }
}

#[test]
fn lines_and_clusters() {
    let queries = [[0.5, 0.5], [0.5, 0.0], [-3.0, 7.0], [1e6, -1e6]];
    let line: Vec<_> = (0..5_000).map(|i| [f64::from(i) / 5_000.0, 0.0]).collect();
    check(&line, &queries, 7, 0.1);
    let upright: Vec<_> = line.iter().map(|&[x, y]| [y, x]).collect();
    check(&upright, &queries, 7, 0.1);
    let mut half = scattered(2_000);
    half.extend(vec![[0.5, 0.5]; 2_000]);
    check(&half, &queries, 2_500, 0.01);
}

#[test]
fn queries_whose_squares_are_infinite() {
    let index = Index::new(scattered(1_000));
    let found = index.nearest_k(&[1e300, 0.0], 3);
    assert!(found.iter().all(|&(distance, number)| distance == 1e300 && number < 1_000), "{found:?}");
    assert_eq!(index.within(&[1e300, 0.0], f64::INFINITY).len(), 1_000);
    assert_eq!(index.within(&[0.5, 0.5], 1e300).len(), 1_000);
    assert!(index.within(&[1e300, 0.0], 1e299).is_empty());

    let tiny = Index::new(vec![[1e-200, 0.0], [-1e-200, 1e-200]]);
    assert_eq!(tiny.nearest(&[1e200, 0.0]).map(|found| found.0), Some(1e200));
    assert_eq!(tiny.within(&[1e-200, 0.0], 0.0), [0]);
    check(&[[1e150, 1e150], [-1e150, 2e150]], &[[-1e155, 1e155], [1e151, -1e151]], 2, 1e155);
}

/// Another thread may write to an array while its rows are looked up.
#[test]
fn nan_finds_nothing_and_does_no_harm() {
    for points in [vec![], scattered(100), vec![[0.5, 0.5]; 100]] {
        let index = Index::new(points);
        for query in [[f64::NAN, 0.5], [0.5, f64::NAN]] {
            assert_eq!((index.nearest(&query), index.nearest_k(&query, 3)), (None, vec![]));
            assert!(index.within(&query, 1.0).is_empty());
            assert_eq!(index.visiting_order(&[query]), [0]);
        }
        let _ = index.nearest(&[f64::INFINITY, 0.5]);
    }
}
