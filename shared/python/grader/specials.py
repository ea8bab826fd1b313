"""The special methods and attributes that may cross the boundary."""


def _specials(names: str) -> frozenset[str]:
    return frozenset(f"__{name}__" for name in names.split())


FROM_THE_SUBMISSION = _specials(
    """
    abs add aenter aexit aiter and anext await bool bytes call ceil complex contains delitem divmod
    enter eq exit float floor floordiv format fspath ge getitem gt hash iadd iand ifloordiv ilshift
    imatmul imod imul index int invert ior ipow irshift isub iter itruediv ixor le len length_hint
    lshift lt matmul missing mod mul ne neg next or pos pow radd rand rdivmod repr reversed
    rfloordiv rlshift rmatmul rmod rmul ror round rpow rrshift rshift rsub rtruediv rxor setitem str
    sub truediv trunc xor
    """
)
"""The methods that a test may use of an object of a class that the course's own type stub declares, as far as
the stub names the method for that class."""

OF_EVERY_DECLARED_CLASS = _specials("eq ne lt le gt ge hash repr str format bool")
"""Of these, the ones that stubs need not name. Arithmetic is not among them: with a `__sub__` of its own an
object could pass for an array that is near the expected one, and would be handed that."""

OF_UNKNOWN_CLASSES = _specials("aiter anext await call contains enter exit getitem iter len next reversed")
"""The methods that a test may use of an object of any other class of the submission: it may look through the
object, but never take its word for being equal to something."""

FOR_COPIES = _specials("copy deepcopy reduce_ex setstate")
"""For `copy` and `pickle`. The oracle itself asks an object for them, see `stand_ins.copying`."""

OF_A_TEST = _specials(
    """
    add aiter anext await bool call complex contains enter eq exit float fspath ge getitem gt hash
    index int iter le len length_hint lt mul next radd repr reversed rmul rsub rtruediv str sub
    truediv
    """
)
"""The methods that the submission may use of an object that a test hands to it: those that Python code would
use. Attributes stay at home: from a function one could walk to the test's frame and the answer."""

TEXTS = _specials("repr str hash")
"""Of these, only those that a test's own class defines: Python's own would show what is inside."""

READABLE = _specials("doc func module name qualname self text_signature")
"""Attributes with such names that a test may read of an object. With others, `__array_ufunc__` for one,
the submission would have a say in what NumPy makes of a comparison."""


OF_THE_MODULE = _specials("all author doc name version")
"""Attributes with such names that a test may read of the module. Others belong to Python's import system: it
would look for parts of the module in the folders of a `__path__`, and load what it finds there."""


ASKED_BY_PYTEST = frozenset({"_mock_name"})
"""Attributes for which pytest looks in everything that a test file has, the module under test included."""


def is_special(name: str) -> bool:
    """Whether Python gives a name of this form a meaning."""
    return name.startswith("__") and name.endswith("__")


def has_special(value: object, name: str) -> bool:
    """Whether the object's class has a special method of that name, other than the one that all have."""
    own = getattr(type(value), name, None)
    return own is not None and own is not getattr(object, name, None)
