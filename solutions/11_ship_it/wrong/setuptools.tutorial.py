# wrong: requirements of the build, where setuptools no longer looks
# fails: test_is_gone
# says: What the build needs stands in [build-system]
import tomllib
from pathlib import Path

from setuptools import setup
from setuptools_rust import Binding, RustExtension

setup(
    # Everything else that a wheel says of itself stands in pyproject.toml, and the version in Cargo.toml.
    version=tomllib.loads(Path("Cargo.toml").read_text(encoding="utf-8"))["package"]["version"],
    package_dir={"": "python"},
    packages=["tally"],
    package_data={"tally": ["py.typed", "_tally/*.pyi"]},
    rust_extensions=[
        RustExtension(
            "tally._tally",
            path="Cargo.toml",
            binding=Binding.PyO3,
            features=["pyo3/abi3-py311"],
            py_limited_api=True,
        )
    ],
    options={"bdist_wheel": {"py_limited_api": "cp311"}},
    setup_requires=["setuptools-rust>=0.10.2"],
    zip_safe=False,
)
