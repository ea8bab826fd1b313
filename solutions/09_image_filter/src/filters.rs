//! The parts of a blur, and the three filters in their simplest form.
//!
//! [`reflect`] and [`weights`] are for exercise 2. The filters are for `process_image`, so that it can be solved on its own:
//! written to be read, each pixel by its definition, rows in parallel. Exercises 2 and 3 give the same bytes and are faster.
//! Once you have solved those, call yours instead.

use crate::picture::{Picture, TooLarge, zeros};
use rayon::prelude::*;
use std::sync::atomic::{AtomicBool, Ordering};

/// The place where the Gaussian is cut off, in units of sigma: as in SciPy.
const TRUNCATE: f64 = 4.0;

/// From this many picture lengths on, every pixel gets the mean of them all, to a hundredth of a grey level.
const FLAT: f64 = 8.0;

/// The place of the item that stands at `index` when `length` items are reflected at both ends, over and over.
///
/// The first item is repeated: `d c b a | a b c d | d c b a`. This is what SciPy calls `reflect`.
pub fn reflect(index: isize, length: usize) -> usize {
    let length = length as isize;
    let place = index.rem_euclid(2 * length);
    (if place < length { place } else { 2 * length - 1 - place }) as usize
}

/// The weights of a Gaussian at the distances 0, 1, 2, …, for a line of `length` items, reflected at both ends.
///
/// The first and twice all others add up to 1. Reflected at both ends, the line repeats itself after twice its length. So
/// the weights of all places at which the same item stands are added up, and no more than `length + 1` are needed.
pub fn weights(sigma: f64, length: usize) -> Vec<f32> {
    let sigma = sigma.min(FLAT * length as f64);
    let radius = (TRUNCATE * sigma + 0.5) as usize;
    let bell = |distance: usize| (-0.5 * (distance as f64 / sigma).powi(2)).exp();
    let mut folded = vec![0.0; radius.min(length) + 1];
    folded[0] = bell(0);
    for distance in 1..=radius {
        let place = distance % (2 * length);
        if place == 0 {
            // Both directions lead to the item in the middle.
            folded[0] += 2.0 * bell(distance);
        } else {
            // Both directions lead to the place `length`, too, and each of them takes half.
            folded[place.min(2 * length - place)] += bell(distance);
        }
    }
    let total = folded[0] + 2.0 * folded[1..].iter().sum::<f64>();
    folded.iter().map(|weight| (weight / total) as f32).collect()
}

/// A weighted sum of bytes without its fraction, as a byte. `weights` is how many weights were used.
///
/// Floats are a little off, and a sum that should be 17 must not become 16. So a little is added first, more than rounding can
/// have taken away. In place of `as u8`, which has to look for NaN as well, this adds 1.5 · 2²³: in a float of that size the last
/// bits are those of an integer, and a compiler makes vector instructions of it.
#[inline(always)]
pub fn to_byte(sum: f32, weights: usize) -> u8 {
    let slack = (weights as f32 / 16384.0).min(0.125);
    ((sum + (slack - 0.5)).min(255.0) + 12_582_912.0).to_bits() as u8
}

/// Asks for the scratch space of a blur, a few floats for each byte of a row and for each thread, and gives it back at once.
///
/// # Errors
///
/// [`TooLarge`] if there is none. `vec!` would end the process then.
pub fn check_scratch(row_bytes: usize) -> Result<(), TooLarge> {
    zeros(&[rayon::current_num_threads(), 3, size_of::<f32>(), row_bytes]).map(drop)
}

/// The grey picture of a picture of one or three channels.
///
/// # Errors
///
/// [`TooLarge`] if there is no memory for the result; the other two likewise.
pub fn gray(source: &Picture) -> Result<Picture, TooLarge> {
    if source.channels == 1 {
        let mut copy = Picture::black(source.height, source.width, 1)?;
        copy.data.copy_from_slice(&source.data);
        return Ok(copy);
    }
    let mut result = Picture::black(source.height, source.width, 1)?;
    result.data.par_iter_mut().zip(source.data.par_chunks_exact(3)).for_each(|(to, pixel)| {
        let [red, green, blue] = [0, 1, 2].map(|channel| u32::from(pixel[channel]));
        *to = ((299 * red + 587 * green + 114 * blue + 500) / 1000) as u8;
    });
    Ok(result)
}

/// The blurred picture. Ends early, with some rows black, once `stop` is set.
///
/// # Errors
///
/// As above.
pub fn blur(source: &Picture, sigma: f64, stop: &AtomicBool) -> Result<Picture, TooLarge> {
    let mut result = Picture::black(source.height, source.width, source.channels)?;
    if result.data.is_empty() {
        return Ok(result);
    }
    check_scratch(source.row_bytes())?;
    let (down, along) = (weights(sigma, source.height), weights(sigma, source.width));
    let channels = source.channels;
    result.data.par_chunks_exact_mut(source.row_bytes()).enumerate().for_each(|(y, out)| {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        // Down the columns: a weighted sum of rows.
        let row = |far: usize, side: isize| source.row(reflect(y as isize + side * far as isize, source.height));
        let mut sums: Vec<f32> = source.row(y).iter().map(|byte| down[0] * f32::from(*byte)).collect();
        for (far, weight) in down.iter().enumerate().skip(1) {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            for ((sum, above), below) in sums.iter_mut().zip(row(far, -1)).zip(row(far, 1)) {
                *sum += weight * f32::from(u16::from(*above) + u16::from(*below));
            }
        }
        // Along the row: a weighted sum of its pixels, each channel for itself.
        for (place, byte) in out.iter_mut().enumerate() {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let (x, channel) = ((place / channels) as isize, place % channels);
            let at = |x: isize| sums[reflect(x, source.width) * channels + channel];
            let mut sum = along[0] * at(x);
            for (far, weight) in along.iter().enumerate().skip(1) {
                sum += weight * (at(x - far as isize) + at(x + far as isize));
            }
            *byte = to_byte(sum, down.len() + along.len());
        }
    });
    Ok(result)
}

/// The edges, by Sobel's operator, of a picture of one or three channels.
///
/// # Errors
///
/// As above.
pub fn edges(source: &Picture) -> Result<Picture, TooLarge> {
    let gray = gray(source)?;
    let mut result = Picture::black(gray.height, gray.width, 1)?;
    if result.data.is_empty() {
        return Ok(result);
    }
    result.data.par_chunks_exact_mut(gray.width).enumerate().for_each(|(y, out)| {
        let rows = [-1, 0, 1].map(|offset| gray.row(reflect(y as isize + offset, gray.height)));
        for (x, byte) in out.iter_mut().enumerate() {
            let columns = [-1, 0, 1].map(|offset| reflect(x as isize + offset, gray.width));
            let at = |row: usize, column: usize| i32::from(rows[row][columns[column]]);
            // A difference of neighbours, averaged across with the weights 1, 2 and 1.
            let along = |row: usize| at(row, 2) - at(row, 0);
            let down = |column: usize| at(2, column) - at(0, column);
            let (dx, dy) = (along(0) + 2 * along(1) + along(2), down(0) + 2 * down(1) + down(2));
            *byte = f64::from(dx * dx + dy * dy).sqrt().round() as u8;
        }
    });
    Ok(result)
}
