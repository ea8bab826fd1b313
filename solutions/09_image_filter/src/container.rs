//! Encoded pictures from strangers, read with suspicion: given, for exercise 5.
//!
//! A file says how large it is, how many pixels it holds and where its parts end, and any of that may be a lie. [`open`]
//! believes nothing that it can check without decoding:
//!
//! - A file that ends before its end marker has been truncated.
//! - A file that is too short for the pixels that it promises is a lie: no encoder packs so well.
//! - Profiles, texts, animations and previews are left out before the decoder sees the file, so nothing unpacks them.

use image::error::{DecodingError, UnsupportedError, UnsupportedErrorKind};
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageError, ImageFormat, ImageResult};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The most bytes that one byte of a deflated stream can become.
const DEFLATE_RATIO: u64 = 1032;

/// The most decoded bytes that one byte of a JPEG can stand for: at least one bit for each block of 64 pixels of 3 bytes.
const JPEG_RATIO: u64 = 8 * 64 * 3;

/// The longest EXIF chunk that is looked at: what fits into the segment of a JPEG.
const LONGEST_EXIF: usize = 1 << 16;

/// The memory that the PNG decoder may take beside the pixels: a few rows, a palette.
const PNG_OVERHEAD: u64 = 64 << 20;

/// The file's format, and a decoder that has read the header and no pixels yet.
///
/// # Errors
///
/// An [`ImageError`] for what is no PNG or JPEG, and for a file that is truncated or lies about its size.
pub fn open(data: &[u8]) -> ImageResult<(ImageFormat, Box<dyn ImageDecoder + '_>)> {
    match image::guess_format(data) {
        Ok(ImageFormat::Png) => Ok((ImageFormat::Png, Box::new(open_png(data)?))),
        Ok(ImageFormat::Jpeg) => Ok((ImageFormat::Jpeg, Box::new(StrictJpeg::open(data)?))),
        _ => Err(ImageError::Unsupported(UnsupportedError::from_format_and_kind(
            image::error::ImageFormatHint::Unknown,
            UnsupportedErrorKind::GenericFeature("neither a PNG nor a JPEG".to_owned()),
        ))),
    }
}

fn refused(format: ImageFormat, reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ImageError {
    ImageError::Decoding(DecodingError::new(format.into(), reason))
}

fn open_png(data: &[u8]) -> ImageResult<impl ImageDecoder + use<>> {
    let needed = needed_chunks(data).map_err(|reason| refused(ImageFormat::Png, reason))?;
    let mut limits = image::Limits::no_limits();
    limits.max_alloc = Some(PNG_OVERHEAD);
    image::codecs::png::PngDecoder::with_limits(Cursor::new(needed), limits)
}

/// The chunks of a PNG that its pixels and their orientation need.
fn needed_chunks(data: &[u8]) -> Result<Vec<u8>, &'static str> {
    const TRUNCATED: &str = "the file is truncated: it ends before its IEND chunk";
    let (signature, mut rest) = data.split_at_checked(8).ok_or(TRUNCATED)?;
    let mut needed = signature.to_vec();
    let (mut packed, mut pixels) = (0, None);
    loop {
        let length = rest.first_chunk::<4>().ok_or(TRUNCATED)?;
        let length = u32::from_be_bytes(*length) as usize;
        // Length, kind, content, checksum.
        let (chunk, after) = length.checked_add(12).and_then(|all| rest.split_at_checked(all)).ok_or(TRUNCATED)?;
        rest = after;
        match &chunk[4..8] {
            b"IHDR" if pixels.is_none() => pixels = Some(raw_bytes(&chunk[8..chunk.len() - 4])?),
            b"IHDR" => return Err("the file has two headers"),
            b"IDAT" => packed += length as u64,
            b"PLTE" | b"tRNS" | b"IEND" => {}
            b"eXIf" if length <= LONGEST_EXIF => {}
            _ => continue,
        }
        needed.extend_from_slice(chunk);
        if &chunk[4..8] == b"IEND" {
            break;
        }
    }
    match pixels {
        Some(pixels) if pixels > packed.saturating_mul(DEFLATE_RATIO) => {
            Err("the file is too short for the size that its header claims")
        }
        Some(_) => Ok(needed),
        None => Err("the file has no header"),
    }
}

/// The bytes of all rows as a PNG packs them, from the content of its IHDR chunk.
fn raw_bytes(header: &[u8]) -> Result<u64, &'static str> {
    let &[w0, w1, w2, w3, h0, h1, h2, h3, depth, color, ..] = header else {
        return Err("the header is too short");
    };
    let (width, height) = (u32::from_be_bytes([w0, w1, w2, w3]), u32::from_be_bytes([h0, h1, h2, h3]));
    let channels = match color {
        2 => 3,
        4 => 2,
        6 => 4,
        _ => 1,
    };
    let row = (u64::from(width) * channels).saturating_mul(u64::from(depth)).div_ceil(8);
    Ok(row.saturating_mul(u64::from(height)))
}

/// A JPEG decoder that refuses what is damaged.
///
/// image's own decoder of the same crate paints missing pixels grey, as browsers do, and reports nothing.
struct StrictJpeg {
    inner: JpegDecoder<ZCursor<Vec<u8>>>,
    size: (u32, u32),
    color: ColorType,
}

impl StrictJpeg {
    fn open(data: &[u8]) -> ImageResult<Self> {
        let refuse = |reason: &str| refused(ImageFormat::Jpeg, reason.to_owned());
        let (end, progressive) = find_end(data).map_err(refuse)?;
        let length = data.len() as u64;
        // At the end marker the decoder would paint grey what is missing. Without it, what is missing is an error. It reads
        // up to eight bytes ahead, so there must be as many. Between the scans of a progressive file it needs the marker.
        let data = if progressive { data.to_vec() } else { [&data[..end], &[0; 8]].concat() };
        let options =
            DecoderOptions::default().set_strict_mode(true).set_max_width(usize::MAX).set_max_height(usize::MAX);
        let mut inner = JpegDecoder::new_with_options(ZCursor::new(data), options);
        inner.decode_headers().map_err(|error| refused(ImageFormat::Jpeg, error))?;
        let (color, space) = match inner.input_colorspace() {
            Some(ColorSpace::Luma) => (ColorType::L8, ColorSpace::Luma),
            Some(ColorSpace::RGB | ColorSpace::YCbCr | ColorSpace::CMYK | ColorSpace::YCCK) => {
                (ColorType::Rgb8, ColorSpace::RGB)
            }
            other => return Err(refuse(&format!("the colour space {other:?} is not supported"))),
        };
        inner.set_options(options.jpeg_set_out_colorspace(space));
        let (width, height) = inner.dimensions().ok_or_else(|| refuse("the file has no header"))?;
        let opened = Self { inner, size: (width as u32, height as u32), color };
        if opened.total_bytes() > length.saturating_mul(JPEG_RATIO) {
            return Err(refuse("the file is too short for the size that its header claims"));
        }
        Ok(opened)
    }
}

impl ImageDecoder for StrictJpeg {
    fn dimensions(&self) -> (u32, u32) {
        self.size
    }

    fn color_type(&self) -> ColorType {
        self.color
    }

    fn exif_metadata(&mut self) -> ImageResult<Option<Vec<u8>>> {
        Ok(self.inner.exif().cloned())
    }

    fn orientation(&mut self) -> ImageResult<Orientation> {
        let found = self.inner.exif().and_then(|exif| Orientation::from_exif_chunk(exif));
        Ok(found.unwrap_or(Orientation::NoTransforms))
    }

    fn read_image(mut self, buf: &mut [u8]) -> ImageResult<()> {
        self.inner.decode_into(buf).map_err(|error| refused(ImageFormat::Jpeg, error))
    }

    fn read_image_boxed(self: Box<Self>, buf: &mut [u8]) -> ImageResult<()> {
        (*self).read_image(buf)
    }
}

/// Goes from marker to marker to the end of a JPEG: only there does it show that nothing is missing. Gives where the end
/// marker stands, and whether the file is progressive.
fn find_end(data: &[u8]) -> Result<(usize, bool), &'static str> {
    const TRUNCATED: &str = "the file is truncated: it ends before its end marker";
    let (mut at, mut progressive) = (0, false);
    loop {
        // Between two markers are compressed data. In them, 0xFF is followed by 0, or by a restart marker.
        at += data[at..].iter().position(|byte| *byte == 0xFF).ok_or(TRUNCATED)?;
        match *data.get(at + 1).ok_or(TRUNCATED)? {
            0xFF => at += 1,
            0xD9 => return Ok((at, progressive)),
            0x00 | 0x01 | 0xD0..=0xD8 => at += 2,
            kind => {
                progressive |= kind == 0xC2;
                let length = data.get(at + 2..at + 4).ok_or(TRUNCATED)?;
                at += 2 + usize::from(u16::from_be_bytes([length[0], length[1]]));
                if at >= data.len() {
                    return Err(TRUNCATED);
                }
            }
        }
    }
}
