//! A small picture of a large one, from bytes that nobody vouches for.

use crate::container;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ImageBuffer, ImageDecoder, ImageError, ImageFormat, Pixel, Primitive};
use pyo3::buffer::PyUntypedBuffer;
use pyo3::exceptions::{PyMemoryError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rayon::prelude::*;

/// The most memory that decoded pixels may take.
pub const LIMIT: u64 = 512 << 20;

/// Of a JPEG, from 1 to 100.
const QUALITY: u8 = 85;

/// The size of a thumbnail: the same shape, no side longer than `max_side`, none shorter than 1, and never enlarged.
///
/// The shorter side is rounded half up.
pub fn fit(width: u32, height: u32, max_side: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height));
    let side = longest.min(u64::from(max_side));
    let scaled = |length: u32| ((u64::from(length) * side + longest / 2) / longest).max(1) as u32;
    (scaled(width), scaled(height))
}

/// Why there is no thumbnail.
#[derive(Debug)]
pub enum Refusal {
    /// It is no picture, or a damaged one.
    Image(ImageError),
    /// It would take more than [`LIMIT`].
    TooLarge {
        /// In pixels, as the header has it.
        size: (u32, u32),
        /// The memory that the pixels would take.
        bytes: u64,
    },
    /// The machine has less memory than that.
    NoMemory(u64),
}

impl From<ImageError> for Refusal {
    fn from(error: ImageError) -> Self {
        Self::Image(error)
    }
}

impl From<Refusal> for PyErr {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Image(error) => PyValueError::new_err(format!("cannot read the picture: {error}")),
            Refusal::TooLarge { size: (width, height), bytes } => PyValueError::new_err(format!(
                "the picture is too large: {width} × {height} pixels would take {bytes} bytes, more than {LIMIT}"
            )),
            Refusal::NoMemory(bytes) => {
                PyMemoryError::new_err(format!("there is no memory for {bytes} bytes of pixels"))
            }
        }
    }
}

/// The thumbnail, in the format of `data`.
///
/// # Errors
///
/// A [`Refusal`] if there is none.
pub fn shrink(data: &[u8], max_side: u32) -> Result<Vec<u8>, Refusal> {
    let (format, mut decoder) = container::open(data)?;
    // Before any pixel has a place: the header alone says what they will take.
    let (size, bytes) = (decoder.dimensions(), decoder.total_bytes());
    if bytes > LIMIT {
        return Err(Refusal::TooLarge { size, bytes });
    }
    let orientation = decoder.orientation()?;
    let mut picture = decode(decoder)?;
    let (width, height) = fit(size.0, size.1, max_side);
    if (width, height) != size {
        picture = scaled_down(&picture, width, height);
    }
    // The small picture is turned, not the large one.
    picture.apply_orientation(orientation);
    let mut encoded = Vec::new();
    match format {
        ImageFormat::Jpeg => picture.write_with_encoder(JpegEncoder::new_with_quality(&mut encoded, QUALITY))?,
        _ => picture.write_with_encoder(PngEncoder::new(&mut encoded))?,
    }
    Ok(encoded)
}

/// All pixels of a picture.
fn decode(decoder: Box<dyn ImageDecoder + '_>) -> Result<DynamicImage, Refusal> {
    // `from_decoder` would end the process where there is no memory. What is asked for here is given back at once.
    let bytes = decoder.total_bytes();
    Vec::<u8>::new().try_reserve_exact(bytes as usize).map_err(|_| Refusal::NoMemory(bytes))?;
    Ok(DynamicImage::from_decoder(decoder)?)
}

/// The picture with each pixel the mean of those that it stands for.
///
/// image's `resize` is sharper where a picture shrinks a little. But what it keeps on the way takes 16 bytes a pixel, beyond
/// any limit on the decoded size; and both it and `thumbnail` let the colour of transparent pixels shine through.
fn scaled_down(picture: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    match picture {
        DynamicImage::ImageLuma8(pixels) => averaged(pixels, width, height).into(),
        DynamicImage::ImageLumaA8(pixels) => averaged(pixels, width, height).into(),
        DynamicImage::ImageRgb8(pixels) => averaged(pixels, width, height).into(),
        DynamicImage::ImageRgba8(pixels) => averaged(pixels, width, height).into(),
        DynamicImage::ImageLuma16(pixels) => averaged(pixels, width, height).into(),
        DynamicImage::ImageLumaA16(pixels) => averaged(pixels, width, height).into(),
        DynamicImage::ImageRgb16(pixels) => averaged(pixels, width, height).into(),
        DynamicImage::ImageRgba16(pixels) => averaged(pixels, width, height).into(),
        other => other.thumbnail_exact(width, height),
    }
}

/// A channel of a pixel.
trait Channel: Primitive + Into<f32> + Send + Sync {
    /// The nearest one.
    fn nearest(value: f32) -> Self;
}

impl Channel for u8 {
    fn nearest(value: f32) -> Self {
        (value + 0.5) as Self
    }
}

impl Channel for u16 {
    fn nearest(value: f32) -> Self {
        (value + 0.5) as Self
    }
}

/// The part of a line that an item of a shorter line stands for: its first item, and the share of each.
struct Span {
    first: usize,
    shares: Vec<f32>,
}

/// A line of `long` items cut into `short` equal parts.
fn spans(long: u32, short: u32) -> Vec<Span> {
    let (long, short) = (u64::from(long), u64::from(short));
    // In units of which an item of the long line has `short`, and one of the short line has `long`.
    let span = |number: u64| {
        let (start, end) = (number * long, (number + 1) * long);
        let (first, last) = (start / short, (end - 1) / short);
        let overlap = |item: u64| end.min((item + 1) * short) - start.max(item * short);
        Span { first: first as usize, shares: (first..=last).map(|item| overlap(item) as f32 / long as f32).collect() }
    };
    (0..short).map(span).collect()
}

/// Means over the area of each new pixel, rows in parallel. Colours count by their opacity.
fn averaged<P>(pixels: &ImageBuffer<P, Vec<P::Subpixel>>, width: u32, height: u32) -> ImageBuffer<P, Vec<P::Subpixel>>
where
    P: Pixel + Sync,
    P::Subpixel: Channel,
{
    let channels = usize::from(P::CHANNEL_COUNT);
    let has_alpha = channels.is_multiple_of(2);
    let row_length = pixels.width() as usize * channels;
    let (down, along) = (spans(pixels.height(), height), spans(pixels.width(), width));
    let mut result = ImageBuffer::new(width, height);
    let rows = result.par_chunks_exact_mut(width as usize * channels).zip(&down);
    rows.for_each_init(
        || vec![0.0_f32; row_length],
        |sums, (out, span)| {
            sums.fill(0.0);
            for (row, share) in pixels.chunks_exact(row_length).skip(span.first).zip(&span.shares) {
                if has_alpha {
                    for (sum, pixel) in sums.chunks_exact_mut(channels).zip(row.chunks_exact(channels)) {
                        let opacity: f32 = share * pixel[channels - 1].into();
                        for channel in 0..channels - 1 {
                            sum[channel] += opacity * pixel[channel].into();
                        }
                        sum[channels - 1] += opacity;
                    }
                } else {
                    sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += share * (*value).into());
                }
            }
            for (out, span) in out.chunks_exact_mut(channels).zip(&along) {
                let mut means = [0.0_f32; 4];
                for (pixel, share) in sums.chunks_exact(channels).skip(span.first).zip(&span.shares) {
                    means.iter_mut().zip(pixel).for_each(|(mean, value)| *mean += share * value);
                }
                // A pixel that is transparent all over has no colour, and any will do.
                let opacity = if has_alpha && means[channels - 1] > 0.0 { means[channels - 1] } else { 1.0 };
                for (channel, value) in out.iter_mut().enumerate() {
                    let is_color = has_alpha && channel < channels - 1;
                    *value = P::Subpixel::nearest(if is_color { means[channel] / opacity } else { means[channel] });
                }
            }
        },
    );
    result
}

/// A copy of the bytes of a bytes-like object, in the order of its items, whatever its strides.
fn bytes_of(data: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
    let Ok(buffer) = PyUntypedBuffer::get(data) else {
        return Err(PyTypeError::new_err(format!(
            "a bytes-like object is required, not '{}'",
            data.get_type().fully_qualified_name()?
        )));
    };
    let format = buffer.format().to_string_lossy().into_owned();
    let Ok(buffer) = buffer.into_typed::<u8>() else {
        return Err(PyTypeError::new_err(format!(
            "a buffer of bytes is required, not one of items of format '{format}'"
        )));
    };
    buffer.to_vec(data.py())
}

/// An encoded PNG or JPEG as a thumbnail in the same format: upright, no side longer than `max_side`, never enlarged.
///
/// `data` is bytes, a bytearray, a memoryview or any other buffer of bytes. It is copied first, so other threads may change
/// it meanwhile. The pixels are turned as the EXIF orientation says, and no metadata is kept.
///
/// Raises `TypeError` for what is no buffer of bytes, and `ValueError` for what is no PNG or JPEG, for a truncated or damaged
/// file, for a picture that would take more than 512 MiB, and for a `max_side` below 1.
#[pyfunction]
pub fn thumbnail<'py>(py: Python<'py>, data: &Bound<'py, PyAny>, max_side: i64) -> PyResult<Bound<'py, PyBytes>> {
    if max_side < 1 {
        return Err(PyValueError::new_err(format!("max_side must be at least 1, not {max_side}")));
    }
    let max_side = u32::try_from(max_side).unwrap_or(u32::MAX);
    let data = bytes_of(data)?;
    let encoded = py.detach(|| shrink(&data, max_side))?;
    Ok(PyBytes::new(py, &encoded))
}
