# wrong: built for the stable ABI, and tagged for one Python
# fails: test_wheel_tag_is_set
# fails: test_builds_with_setuptools_rust
# says: told a third time
# says: cp311-cp311
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
    zip_safe=False,
)
