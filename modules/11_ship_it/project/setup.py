# TODO: as tutorials show it. What stands elsewhere already, and what has been taken out of setuptools since?
from setuptools import find_packages, setup
from setuptools_rust import RustExtension

setup_requires = ["setuptools-rust>=0.10.2"]
install_requires = ["numpy"]
test_requires = install_requires + ["pytest"]

setup(
    name="tally-of-things",
    version="0.1.0",
    description="Sums and means",
    rust_extensions=[RustExtension("tally.tally", "./Cargo.toml", debug=False)],
    install_requires=install_requires,
    setup_requires=setup_requires,
    test_requires=test_requires,
    packages=find_packages(),
    zip_safe=False,
)
