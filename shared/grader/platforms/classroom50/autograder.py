"""Grades an assignment of Classroom 50. It runs in the student's checkout and leaves `result.json` there."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

COURSE = "https://github.com/your-org/course.git"
REF = "0123456789abcdef0123456789abcdef01234567"  # a full SHA
IDS = ["01", "02"]


def main() -> int:
    """Sets the course up beside the submission and grades. Not zero: nothing was scored."""
    submission = Path.cwd()
    course = Path(tempfile.mkdtemp(), "course")
    subprocess.run(["git", "clone", "--quiet", COURSE, str(course)], check=True)
    subprocess.run(["git", "-C", str(course), "checkout", "--quiet", REF], check=True)
    # A runner of your own may not allow these; the grader says what is missing.
    for command in (
        ["sudo", "apt-get", "install", "-y", "-q", "bubblewrap"],
        ["sudo", "sysctl", "-w", "kernel.apparmor_restrict_unprivileged_userns=0"],
    ):
        subprocess.run(command, check=False)
    subprocess.run(["cargo", "course", "setup"], cwd=course, stdin=subprocess.DEVNULL, check=True)
    report = [f"classroom50={submission / 'result.json'}", f"markdown={submission / 'release-body.md'}"]
    command = ["cargo", "course", "grade", "--submission", str(submission)]
    command += [word for each in report for word in ("--report", each)]
    # The job's tokens are not the grader's business. The submission gets no environment at all.
    environment = {name: value for name, value in os.environ.items() if "TOKEN" not in name}
    return subprocess.run([*command, *IDS], cwd=course, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
