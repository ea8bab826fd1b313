"""The one way in for the runner: finds the test kit by this file's place, so that Python can run isolated.

    python -I -X utf8 shared/python/run.py worker             a job on standard input, see coursekit/worker.py
    python -I -X utf8 shared/python/run.py fork-server        many jobs, see coursekit/fork_server.py
    python -I -X utf8 shared/python/run.py lesson             a job on standard input, see coursekit/lesson.py
    python -I -X utf8 shared/python/run.py bench FILE [ARG]…  a module's bench.py, in a clean environment
    python -I -X utf8 shared/python/run.py evidence FILE…    what tests look at, see coursekit/evidence.py
    python -I -X utf8 shared/python/run.py oracle FOLDER     jobs on standard input, see grader/host/oracle.py
    python -I -X utf8 shared/python/run.py grading-worker ARG… in the grader's jail, see grader/worker.py

`-I` keeps out the working folder, PYTHON* variables and packages of the user; `-X utf8` makes Windows like
the others.
"""

import gc
import os
import signal
import sys
from typing import NoReturn

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))


def main() -> NoReturn:
    """Does what the first argument says."""
    # A stub panics in every test. The place of the panic is said anyway; the ninety frames of the interpreter
    # below it would cost time and hide it.
    os.environ["RUST_BACKTRACE"] = "0"
    # Tests send themselves Ctrl-C. A shell that starts us in the background has it ignored, and Python would
    # leave it so.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.argv[1:2] not in (["bench"], ["bench-restarted"]):
        # After a product of matrices NumPy's other threads wait for the next one, busily, and take the
        # processor from the exercise.
        os.environ["OPENBLAS_NUM_THREADS"] = "1"
    match sys.argv[1:]:
        case ["worker"]:
            gc.disable()  # Until everything is imported: nothing there is garbage. The worker enables it.
            from coursekit import worker

            worker.main()
        case ["fork-server"]:
            gc.disable()
            from coursekit import fork_server

            fork_server.main()
        case ["lesson"]:
            from coursekit import lesson

            lesson.main()
        case ["bench", *_]:
            from coursekit import own_environment

            own_environment.restart(["-I", "-X", "utf8", __file__, "bench-restarted", *sys.argv[2:]])
        case ["bench-restarted", script, *arguments]:
            import runpy

            sys.argv[:] = [script, *arguments]
            runpy.run_path(script, run_name="__main__")
            sys.exit(0)
        case ["evidence", *files]:
            from coursekit import evidence

            sys.exit(evidence.main(files))
        case ["oracle", folder]:
            gc.disable()  # As above.
            from grader.host import oracle

            oracle.main(folder)
        case ["grading-worker", fd, sockets, module, folder]:
            gc.disable()
            from grader import worker as grading_worker

            grading_worker.main(fd, sockets, module, folder)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
