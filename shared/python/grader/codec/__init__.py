"""Values as they travel: exact types, floats by their bits, arrays as dtype, shape and bytes.

Plain data travels by value. For everything else each side of the connection has a `Side`: it names its own
objects, and makes something of the other side's names. The forms, in JSON:

    null true false "text" 5      themselves (integers up to 2^53)
    {"i": "-1f…"}                 a larger int, hexadecimal
    {"f": "7ff8…"}                a float by its bits
    {"s": 0} {"u": 0}             a text in byte string 0: UTF-32 where it has lone surrogates, or UTF-8
    {"l": […]} {"t": […]} …       list, tuple, set, frozenset, dict, slice, range
    {"L": ["q", 0]}               a list of ints or floats of 64 bits, in byte string 0
    {"a": {…}}                    a NumPy array, see `arrays`
    {"x": {…}}                    an exception, see `exceptions`
    {"o": …}                      an object of the side that sends
    {"y": …}                      an object of the side that receives

The decoder takes every form for hostile. A form that is not exactly right is a `BadFrame`.
"""
