"""Which special methods may cross the boundary."""

FROM_THE_SUBMISSION = frozenset(
    f"__{name}__"
    for name in (
        "abs add aenter aexit aiter and anext await bool bytes call ceil complex contains delitem "
        "divmod enter eq exit float floor floordiv format fspath ge getitem gt hash iadd iand ifloordiv ilshift "
        "imatmul imod imul index int invert ior ipow irshift isub iter itruediv ixor le len length_hint lshift lt "
        "matmul missing mod mul ne neg next or pos pow radd rand rdivmod repr reversed rfloordiv rlshift rmatmul rmod "
        "rmul ror round rpow rrshift rshift rsub rtruediv rxor setitem str sub truediv trunc xor"
    ).split()
)
"""What a test may do with an object of a class that the course's own type stub declares."""

OF_UNKNOWN_CLASSES = frozenset(
    f"__{name}__"
    for name in "aiter anext await call contains enter exit getitem iter len next reversed".split()
)
"""What a test may do with an object of any other class of the submission: look through it, but never take its
word for being equal to something."""

OF_A_TEST = frozenset(
    f"__{name}__"
    for name in (
        "bool call complex contains enter eq exit float fspath getitem hash index int iter len length_hint next repr "
        "reversed str lt le gt ge add radd sub rsub mul rmul truediv rtruediv aiter anext await"
    ).split()
)
"""What the submission may do with an object that a test hands to it: exactly what Python code would do with it.
Attributes stay at home: from a function one could walk to the test's frame and the answer."""
