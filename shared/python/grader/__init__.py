"""The grader's Python side: trusted pytest on one side of a socket, the submission on the other.

`oracle` runs the tests and knows the answers; it never loads the submission. `servant` runs in the jail,
loads it and knows nothing. `proxy` is what tests get when they import the module; `wire` is what travels.
"""
