"""The oracle: the process that runs the tests, knows the answers and judges."""
