"""The grader's Python side: trusted pytest on one side of a socket, the submission on the other.

- `host`: the oracle. It runs the tests and knows the answers; it never loads the submission.
- `stand_ins`: what tests get when they import the module under test.
- `codec`: how values travel, and the checks on everything that arrives.
- `transport`: frames over the socket, and requests in both directions.
- `worker`: the process that loads the submission, in the jail. It knows no answers.
- `probe`: tries in the jail what the jail forbids.
"""
