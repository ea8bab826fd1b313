# wrong: the version by hand
# fails: test_version_stated_once
# says: goes stale
import tomllib
from pathlib import Path

from setuptools import setup
from setuptools_rust import Binding, RustExtension

setup(
    # Everything else that a wheel says of itself stands in pyproject.toml, and the version in Cargo.toml.
    version="0.3.0",
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
    zip_safe=False,
)
