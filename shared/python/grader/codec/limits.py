"""Limits to the size of a value. No test of the course comes near these; each keeps some operation short."""

DEEPEST = 60
"""Containers within containers. A value that refers to itself is no plain data."""

MOST_BITS = 1_000_000
"""Of an integer."""

MOST_FRACTION_BITS = 20_000
"""Of a fraction's numerator and denominator: Python reduces fractions in quadratic time."""

MOST_DECIMAL_DIGITS = 10_000
"""Of a decimal: in its text, and in its exponent. `int(Decimal("1e999999999"))` would fill the memory."""

MOST_RANGE = 1 << 64
"""Of the numbers that make a range."""

LONGEST_RANGE = 1 << 20
"""Numbers in a range of the submission's. A test may make a list of what it gets."""

MOST_EQUAL_HASHES = 64
"""Keys of a dict or set with one hash. More of them make each look-up a search."""

LONGEST_NAME = 200
"""Characters of an attribute's, a class's or a field's name."""

LONGEST_ERROR_TEXT = 100_000
"""Characters of an exception's text."""

LARGEST_POSITION = 1 << 30
"""Of lines, columns and error numbers in exceptions. `traceback` writes as many spaces as the column says."""

MOST_PARTS = 200
"""Fields of a dtype, notes of an exception, base classes, and exceptions in a group."""

MOST_DIMENSIONS = 32
"""Of an array."""

MOST_REPEATS = 64
"""The times that an array of the submission's may show a byte: with strides of 0, few bytes seem endless."""

MOST_REPEATED = 1 << 20
"""Bytes that such an array may seem to have anyway."""
