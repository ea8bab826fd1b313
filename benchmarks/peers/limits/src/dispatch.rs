//! One loop, compiled for each width of vector instructions.

/// Makes `fn name` out of the `#[inline(always)]` function behind `=`: copies of it for AVX-512 and for AVX2 on x86-64,
/// chosen while running. Where there is neither, the function behind `else` is called.
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
                let has_avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
                if has_avx2 && is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512vl") {
                    // SAFETY: the processor has these instructions, as the line above asks.
                    return unsafe { avx512($($argument),*) };
                }
                if has_avx2 {
                    // SAFETY: as above.
                    return unsafe { avx2($($argument),*) };
                }
            }
            $baseline($($argument),*)
        }
    };
}

pub(crate) use widest;
