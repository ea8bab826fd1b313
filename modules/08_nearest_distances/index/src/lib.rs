//! Given: a spatial index over two crates, because neither is right for all points.
//!
//! kiddo is several times faster where the points are scattered. But it cannot cut points apart that share a coordinate,
//! so many equal points, or points on a line along an axis, end in one long leaf that every query scans. And it does not
//! know how far away all points together are, so a query from far off looks at each of them. rstar keeps a box around
//! every group of points, and both cases cost it nothing. So kiddo answers where it is good, and rstar the rest.
//!
//! This is a crate of its own because both are generic: rustc compiles generic code in the crate that calls it, so a
//! module with these trees in it takes several seconds to build after each save. Here they are compiled once, for two and
//! for three dimensions. They are behind a trait object, so nothing but the calls is left for the caller to compile.

use std::num::NonZeroUsize;
use std::sync::OnceLock;

use kiddo::leaf_strategy::FlatVec;
use kiddo::{Eytzinger, SquaredEuclidean};
use rstar::RTree;
use rstar::primitives::GeomWithData;

/// Points in one leaf of kiddo's tree. Of 8, 16 and 32, this made building and asking together fastest.
const LEAF: usize = 16;

/// A query may be outside of the box around all points, by this part of its sides, before rstar is asked.
const MARGIN: f64 = 1.0 / 32.0;

type Kiddo<const K: usize> = kiddo::KdTree<f64, u32, Eytzinger, FlatVec<f64, u32, K, LEAF>, K, LEAF>;
type Rstar<const K: usize> = RTree<GeomWithData<[f64; K], usize>>;

/// Finds those of its points that are near to others, in K dimensions: two or three. All coordinates must be finite.
pub struct Index<const K: usize>(Box<dyn Search<K>>);

impl<const K: usize> Index<K> {
    /// Builds an index, in parallel if there are many points.
    pub fn new(points: Vec<[f64; K]>) -> Self
    where
        Self: sealed::Build<K>,
    {
        sealed::Build::build(points)
    }

    /// The number of points.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The numbers of the queries in an order in which neighbours follow one another (Morton's): what one query has loaded
    /// into the cache, the next one finds there.
    pub fn visiting_order(&self, queries: &[[f64; K]]) -> Vec<usize> {
        self.0.visiting_order(queries)
    }

    /// The distance and the number of the point that is nearest to `query`, or `None` if the index is empty.
    pub fn nearest(&self, query: &[f64; K]) -> Option<(f64, usize)> {
        self.0.nearest(query)
    }

    /// Distances and numbers of the `k` points nearest to `query`, the nearest first; of all points if they are fewer.
    pub fn nearest_k(&self, query: &[f64; K], k: usize) -> Vec<(f64, usize)> {
        self.0.nearest_k(query, k)
    }

    /// The numbers of all points whose distance from `query` is at most `radius`, in no order.
    pub fn within(&self, query: &[f64; K], radius: f64) -> Vec<usize> {
        self.0.within(query, radius)
    }
}

/// The methods behind `Index`, which describes them. A `dyn Search` hides which two crates do the work.
trait Search<const K: usize>: Send + Sync {
    fn len(&self) -> usize;
    fn visiting_order(&self, queries: &[[f64; K]]) -> Vec<usize>;
    fn nearest(&self, query: &[f64; K]) -> Option<(f64, usize)>;
    fn nearest_k(&self, query: &[f64; K], k: usize) -> Vec<(f64, usize)>;
    fn within(&self, query: &[f64; K], radius: f64) -> Vec<usize>;
}

mod sealed {
    /// Implemented here alone, for each number of dimensions that the trees are compiled for.
    #[diagnostic::on_unimplemented(message = "an `Index` has two or three dimensions, not {K}")]
    pub trait Build<const K: usize> {
        /// Builds the trees.
        fn build(points: Vec<[f64; K]>) -> Self;
    }
}

impl sealed::Build<2> for Index<2> {
    fn build(points: Vec<[f64; 2]>) -> Self {
        Self(Box::new(Trees::new(points)))
    }
}

impl sealed::Build<3> for Index<3> {
    fn build(points: Vec<[f64; 3]>) -> Self {
        Self(Box::new(Trees::new(points)))
    }
}

/// The points, and the trees over them.
struct Trees<const K: usize> {
    /// Multiplied by `scale`, as both trees are.
    points: Vec<[f64; K]>,
    /// Keeps squares of coordinates from being infinite or zero. A power of two: exact.
    scale: f64,
    low: [f64; K],
    high: [f64; K],
    /// `None` for points that kiddo is slow with.
    kiddo: Option<Kiddo<K>>,
    /// Built when it is first needed.
    rstar: OnceLock<Rstar<K>>,
}

impl<const K: usize> Trees<K> {
    fn new(mut points: Vec<[f64; K]>) -> Self {
        let largest = points.iter().flatten().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        let scale = safe_scale(largest);
        if scale != 1.0 {
            points.iter_mut().flatten().for_each(|x| *x *= scale);
        }
        let (mut low, mut high) = ([f64::INFINITY; K], [f64::NEG_INFINITY; K]);
        for point in &points {
            low = std::array::from_fn(|axis| low[axis].min(point[axis]));
            high = std::array::from_fn(|axis| high[axis].max(point[axis]));
        }
        // An `Err` would mean more points than a u32 can number.
        let kiddo = Kiddo::builder().build_from_slice(&points).ok();
        let kiddo = kiddo.filter(|tree| tree.max_leaf_len() <= 2 * LEAF);
        Self { points, scale, low, high, kiddo, rstar: OnceLock::new() }
    }

    /// The query as the trees want it. `None` if there is nothing to find: no points, or NaN, which another thread may
    /// have written into the caller's array after it was checked.
    fn scaled(&self, query: &[f64; K]) -> Option<[f64; K]> {
        // Beyond the limit all points are equally far away, to the last bit.
        let limit = 2.0_f64.powi(500);
        let scaled = query.map(|x| (x * self.scale).clamp(-limit, limit));
        (!self.points.is_empty() && !query.iter().any(|x| x.is_nan())).then_some(scaled)
    }

    /// kiddo's tree, unless it is slow with these points or with this query.
    fn kiddo_for(&self, query: &[f64; K]) -> Option<&Kiddo<K>> {
        let is_near = (0..K).all(|axis| {
            let margin = MARGIN * (self.high[axis] - self.low[axis]);
            (self.low[axis] - margin..=self.high[axis] + margin).contains(&query[axis])
        });
        self.kiddo.as_ref().filter(|_| is_near)
    }

    fn rstar(&self) -> &Rstar<K> {
        self.rstar.get_or_init(|| {
            let numbered = self.points.iter().enumerate().map(|(number, &point)| GeomWithData::new(point, number));
            RTree::bulk_load(numbered.collect())
        })
    }

    fn distance(&self, query: &[f64; K], number: usize) -> f64 {
        let point = &self.points[number];
        let difference: [f64; K] = std::array::from_fn(|axis| query[axis] - point[axis] / self.scale);
        let square: f64 = difference.iter().map(|x| x * x).sum();
        if (1e-290..f64::INFINITY).contains(&square) {
            return square.sqrt();
        }
        let largest = difference.iter().fold(0.0_f64, |largest, x| largest.max(x.abs()));
        if largest == 0.0 {
            return 0.0;
        }
        largest * difference.iter().map(|x| (x / largest).powi(2)).sum::<f64>().sqrt()
    }
}

impl<const K: usize> Search<K> for Trees<K> {
    fn len(&self) -> usize {
        self.points.len()
    }

    fn visiting_order(&self, queries: &[[f64; K]]) -> Vec<usize> {
        let bits = 32 / K as u32;
        let cells = f64::from(1_u32 << bits);
        let place = |query: &[f64; K]| {
            // `as` turns what lies outside of the box into the first or last cell, and NaN into the first.
            let cell: [u32; K] = std::array::from_fn(|axis| {
                let part = (query[axis] * self.scale - self.low[axis]) / (self.high[axis] - self.low[axis]);
                (part * cells).clamp(0.0, cells - 1.0) as u32
            });
            (0..bits).rev().fold(0_u32, |place, bit| cell.iter().fold(place, |place, x| place << 1 | x >> bit & 1))
        };
        let mut order: Vec<(u32, usize)> =
            queries.iter().enumerate().map(|(number, query)| (place(query), number)).collect();
        order.sort_unstable();
        order.into_iter().map(|(_, number)| number).collect()
    }

    fn nearest(&self, query: &[f64; K]) -> Option<(f64, usize)> {
        let scaled = self.scaled(query)?;
        let number = match self.kiddo_for(&scaled) {
            Some(tree) => {
                let found = tree.query(&scaled).nearest_one::<SquaredEuclidean<f64>>().execute();
                return Some((found.distance.sqrt() / self.scale, found.item as usize));
            }
            None => self.rstar().nearest_neighbor(scaled)?.data,
        };
        Some((self.distance(query, number), number))
    }

    fn nearest_k(&self, query: &[f64; K], k: usize) -> Vec<(f64, usize)> {
        let (Some(scaled), Some(k)) = (self.scaled(query), NonZeroUsize::new(k.min(self.len()))) else {
            return Vec::new();
        };
        match self.kiddo_for(&scaled) {
            Some(tree) => {
                let found = tree.query(&scaled).nearest_n::<SquaredEuclidean<f64>>(k).execute();
                found.into_iter().map(|found| (found.distance.sqrt() / self.scale, found.item as usize)).collect()
            }
            None => {
                let found = self.rstar().nearest_neighbor_iter(scaled).take(k.get());
                found.map(|point| (self.distance(query, point.data), point.data)).collect()
            }
        }
    }

    fn within(&self, query: &[f64; K], radius: f64) -> Vec<usize> {
        let Some(scaled) = self.scaled(query) else {
            return Vec::new();
        };
        let is_near = |number: &usize| self.distance(query, *number) <= radius;
        // A little more than the square, so that rounding loses no point on the boundary. `is_near` decides.
        let square = ((radius * self.scale).powi(2) * (1.0 + 8.0 * f64::EPSILON)).max(f64::MIN_POSITIVE);
        if square == f64::INFINITY {
            return (0..self.len()).filter(is_near).collect();
        }
        match &self.kiddo {
            Some(tree) => {
                let found = tree.query(&scaled).within::<SquaredEuclidean<f64>>(square).unsorted().execute();
                found.into_iter().map(|found| found.item as usize).filter(is_near).collect()
            }
            None => {
                let found = self.rstar().locate_within_distance(scaled, square);
                found.map(|point| point.data).filter(is_near).collect()
            }
        }
    }
}

/// A power of two for numbers up to `largest`: multiplied with it, their squares are neither infinite nor zero.
pub fn safe_scale(largest: f64) -> f64 {
    if largest > 2.0_f64.powi(400) {
        2.0_f64.powi(-600)
    } else if largest < 2.0_f64.powi(-400) && largest > 0.0 {
        2.0_f64.powi(600)
    } else {
        1.0
    }
}
