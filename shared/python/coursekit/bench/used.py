"""The set-up of each peer, asked from the peer itself and held against the processor's abilities.

A figure means nothing if the library behind it was told to leave half of the processor alone.
`own_environment` keeps such settings out. This module asks, because a configuration file or an old build can
do the same.
"""

from __future__ import annotations

import contextlib
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

from .machine import usable_cores
from .model import Used

V2, V3, V4 = 128, 256, 512
"""Widths of vector registers in bits. Most kernels are named after these."""

FEATURES = {
    V4: ("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"),
    V3: ("avx2", "fma"),
}
"""The features that an x86-64 processor must have for a kernel of this width, as Linux names them."""

BLAS_WIDTHS = {
    # OpenBLAS
    **dict.fromkeys(("skylakex", "cooperlake", "sapphirerapids"), V4),
    **dict.fromkeys(("haswell", "zen"), V3),
    # BLIS
    **dict.fromkeys(("skx", "knl", "zen4", "zen5"), V4),
    **dict.fromkeys(("zen2", "zen3"), V3),
}
"""The width of a BLAS's kernels, by the architecture that it names. Any other of x86-64 is older."""

NOT_PORTABLE = (
    "our Rust was compiled for newer processors only (target-cpu in RUSTFLAGS or a config.toml?), no wheel is"
)

Ask = Callable[[ModuleType], Iterator[Used]]


def processor_width(features: Iterable[str] | None = None) -> int | None:
    """The widest vectors that this processor has, in bits. None: no x86-64, or the system does not tell.

    `features` are those that `machine_limits` asked the processor for; without them, the system is asked.
    """
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return None
    found = set(features) if features is not None else _features_of_the_system()
    if not found:
        return None
    return next((width for width, needed in FEATURES.items() if found.issuperset(needed)), V2)


def _features_of_the_system() -> set[str]:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "flags":
                return set(value.split())
    return set()


def used(limits: ModuleType | None = None) -> list[Used]:
    """The set-up of every loaded library. `limits` is the extension of benchmarks/peers/limits."""
    features = limits.vector_features() if limits is not None else None
    width = processor_width(features)
    threads = usable_cores()
    found = [_judged(each, width, threads) for each in _asked()]
    if limits is not None:
        ours = Used(
            peer="ours",
            what="our Rust",
            kernel=f"{limits.vector_width()} bits",
            threads=limits.threads(),
            width=limits.vector_width(),
            below=[] if limits.is_portable() else [NOT_PORTABLE],
        )
        found.append(_judged(ours, width, threads))
    return found


def _judged(each: Used, width: int | None, threads: int) -> Used:
    """With the reasons why its figures are not its best."""
    below = list(each.below)
    if width is not None and each.width is not None and each.width < width:
        below.append(
            f"{each.what} uses {each.width}-bit kernels ({each.kernel}); this processor has {width} bits"
        )
    if each.threads is not None and each.threads != threads:
        below.append(f"{each.what} has {each.threads} threads, where {threads} cores may be used")
    return Used(each.peer, each.what, each.version, each.kernel, each.threads, each.file, each.width, below)


def _asked() -> Iterator[Used]:
    """Each library that is loaded. If one cannot be asked, the figures are kept, and its line says so."""
    yield from _thread_pools()
    for name, ask in ASKED.items():
        module = sys.modules.get(name)
        if module is None:
            continue
        try:
            yield from ask(module)
        except Exception as error:
            version = str(getattr(module, "__version__", ""))
            yield Used(
                name,
                name,
                version,
                below=[f"{name} did not say what it uses ({type(error).__name__}: {error})"],
            )


def _thread_pools() -> Iterator[Used]:
    """The BLAS and OpenMP libraries of this process, whoever brought them."""
    try:
        threadpoolctl = import_module("threadpoolctl")
    except ImportError:
        if "numpy" in sys.modules:
            yield Used(
                "numpy", "BLAS", below=["threadpoolctl is not installed, so no BLAS was asked what it uses"]
            )
        return
    for pool in threadpoolctl.threadpool_info():
        file, kernel = Path(pool["filepath"]), pool.get("architecture") or ""
        width = None
        if kernel and platform.machine().lower() in ("x86_64", "amd64"):
            width = BLAS_WIDTHS.get(kernel.lower(), V2)
        yield Used(
            peer=_owner(file),
            what={"openblas": "OpenBLAS", "mkl": "MKL", "blis": "BLIS"}.get(pool["internal_api"], "OpenMP"),
            version=pool.get("version") or "",
            kernel=kernel,
            threads=pool["num_threads"],
            file=file.name,
            width=width,
        )


def _owner(library: Path) -> str:
    """The package whose wheel brought the library: `numpy` for …/numpy.libs/libscipy_openblas64_….so."""
    for folder in reversed(library.parts[:-1]):
        for ending in (".libs", ".dylibs"):
            if folder.endswith(ending):
                return folder.removesuffix(ending).removeprefix(".") or library.name
    parts = library.parts
    if "site-packages" in parts:
        return parts[parts.index("site-packages") + 1]
    return library.name


def _numpy(numpy: ModuleType) -> Iterator[Used]:
    """The loops that NumPy has compiled for newer processors and has switched on."""
    inside = sys.modules["numpy._core._multiarray_umath"]
    known: dict[str, bool] = inside.__cpu_features__
    compiled = [*inside.__cpu_baseline__, *inside.__cpu_dispatch__]
    on = [name for name in compiled if known.get(name)]
    by_width = {V4: ("X86_V4", "AVX512_SKX"), V3: ("X86_V3", "AVX2")}
    width = None
    if platform.machine().lower() in ("x86_64", "amd64"):
        width = next((width for width, names in by_width.items() if set(names) & set(on)), V2)
    yield Used("numpy", "NumPy's loops", numpy.__version__, kernel=on[-1] if on else "baseline", width=width)


def _numba(numba: ModuleType) -> Iterator[Used]:
    """The processor that numba compiles for, which need not be the one that it runs on."""
    binding = import_module("llvmlite.binding")
    config = import_module("numba.core.config")
    cpu_target = import_module("numba.core.registry").cpu_target

    _, name, features = cpu_target.target_context.codegen().magic_tuple()
    host = {feature for feature, there in binding.get_host_cpu_features().items() if there}
    on = {feature.removeprefix("+") for feature in features.split(",") if feature.startswith("+")}
    below = []
    if name != binding.get_host_cpu_name():
        below.append(f"numba compiles for {name}; this processor is {binding.get_host_cpu_name()}")
    missing = sorted(host - on)
    if missing:
        below.append(
            f"numba leaves out what this processor has: {', '.join(missing[:4])}"
            + (" …" if missing[4:] else "")
        )
    for setting, best in (("DISABLE_JIT", 0), ("OPT", 3), ("LOOP_VECTORIZE", 1)):
        value = getattr(config, setting, best)
        if int(value) != best:
            below.append(f"numba's setting {setting} is {int(value)}, not {best}")
    width = next((width for width, needed in FEATURES.items() if on.issuperset(needed)), V2)
    yield Used(
        "numba",
        "numba",
        numba.__version__,
        kernel=name,
        threads=numba.get_num_threads(),
        width=width if _on_x86() else None,
        below=below,
    )


def _on_x86() -> bool:
    """Whether the widths of vector instructions are those that this file knows."""
    return platform.machine().lower() in ("x86_64", "amd64")


def _polars(polars: ModuleType) -> Iterator[Used]:
    yield Used("polars", "Polars", polars.__version__, threads=polars.thread_pool_size())


def _opencv(cv2: ModuleType) -> Iterator[Used]:
    """OpenCV lists the instruction sets that it has code for, with a `?` behind those that it may not use."""
    line = cv2.getCPUFeaturesLine()
    words = [word for word in line.split() if not word.endswith("?")]
    widest = next(
        (name for name in ("AVX512-SKX", "AVX2") if any(word.strip("*") == name for word in words)), ""
    )
    below = [] if cv2.useOptimized() else ["OpenCV was told not to use its optimised code"]
    width: int | None = {"AVX512-SKX": V4, "AVX2": V3}.get(widest, V2)
    if widest and "AVX512-SKX" not in line:  # This build has no such code: AVX2 is its best.
        width = None
    yield Used(
        "cv2",
        "OpenCV",
        cv2.__version__,
        kernel=widest,
        threads=cv2.getNumThreads(),
        width=width if _on_x86() else None,
        below=below,
    )


ASKED: dict[str, Ask] = {"numpy": _numpy, "numba": _numba, "polars": _polars, "cv2": _opencv}


def below(found: Iterable[Used], package: str) -> list[str]:
    """The reasons that the figures of peers that need `package` are not its best."""
    return [reason for each in found if each.peer == package for reason in each.below]


def line(each: Used) -> str:
    """As in `OpenBLAS 0.3.30 (SkylakeX), 2 threads`."""
    text = " ".join(part for part in (each.what, each.version) if part)
    text += f" ({each.kernel})" if each.kernel else ""
    if each.threads is not None:
        text += f", {each.threads} thread{'' if each.threads == 1 else 's'}"
    return text


def lines(found: Iterable[Used]) -> list[str]:
    """One for each library, with its owner where two brought the same."""
    return [f"{line(each)}, from {each.peer}" if each.file else line(each) for each in found]
