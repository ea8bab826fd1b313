//! One loop, compiled for each width of vector instructions.

/// The vector registers of the copies that are called here, in bits.
pub(crate) fn width() -> usize {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") {
        let has_avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl");
        return if has_avx512 { 512 } else { 256 };
    }
    128
}

/// Makes `fn name` out of the `#[inline(always)]` function behind `=`: copies of it for AVX-512 and for AVX2 on x86-64,
/// chosen while running. If there is neither, the function behind `else` is called.
macro_rules! widest {
    (fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty = $body:path, else $baseline:path) => {
        fn $name($($argument: $type),*) -> $result {
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx2,fma")]
                fn avx512($($argument: $type),*) -> $result {
                    $body($($argument),*)
                }
                #[target_feature(enable = "avx2,fma")]
                fn avx2($($argument: $type),*) -> $result {
                    $body($($argument),*)
                }
                match $crate::dispatch::width() {
                    // SAFETY: the processor has these instructions, as `width` has asked.
                    512 => return unsafe { avx512($($argument),*) },
                    // SAFETY: as above.
                    256 => return unsafe { avx2($($argument),*) },
                    _ => {}
                }
            }
            $baseline($($argument),*)
        }
    };
}

pub(crate) use widest;
