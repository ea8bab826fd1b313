"""The grader's Python side: trusted pytest on one side of a socket, the submission on the other.

- `host`: the oracle. It runs the tests and knows the answers; it never loads the submission.
- `stand_ins`: the objects that tests get when they import the module under test.
- `codec`: the form in which values travel, and the checks on everything that arrives.
- `transport`: frames over the socket, and requests in both directions.
- `worker`: the process that loads the submission, in the jail. It knows no answers.
- `probe`: tries, in the jail, the acts that the jail forbids.
"""
