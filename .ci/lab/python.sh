#!/usr/bin/env bash
# The README's commands with another CPython, in a copy of the course: set-up and the first exercise, `doctor`, and `check`
# of solved modules.
#
#   python.sh FOLDER PYTHON [MODULE]…      python.sh /var/lab python3.14 01 02; FOLDER as chroot.sh made it
#   VERIFY=1 python.sh …                   and `cargo course verify` of these modules, which takes longer
#   VERIFY=all python.sh …                 and `cargo course verify` of all modules
#
# `watch` runs in a pseudo-terminal until it is told to quit. `grade` gets the solutions and must give all points; a jail in
# a chroot has no namespaces, which the grader says.
# Prints a row for each command: passed or failed, and how long it took.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
folder=$1 python=$2
shift 2
course=$folder.$python
[ -d "$course" ] || git clone --quiet --depth 1 "file://$(realpath "${LAB_COURSE:-$here/../..}")" "$course" || exit 2
failed=0

inside() {
    LAB_ENV="COURSE_PYTHON=$python COURSE_NO_UV=1 CARGO_TERM_PROGRESS_WHEN=never" "$here/enter.sh" "$folder" "$course" \
        bash -c 'cd /course && "$@"' inside "$@" < /dev/null
}

row() { # EXPECTED-EXIT-CODE WORDS…
    local expected=$1 code=0 begun=$SECONDS
    shift
    inside "$@" > "$course/.git/lab.log" 2>&1 || code=$?
    if [ "$code" = "$expected" ]; then
        echo "passed  $python  $* ($((SECONDS - begun)) s)"
    else
        failed=1
        echo "FAILED  $python  $* (exit code $code, expected $expected)"
        tail -n 30 "$course/.git/lab.log"
    fi
}

row 0 cargo course
row 0 cargo course doctor
if [ $# -gt 0 ]; then
    row 0 env PYTHONPATH=shared/grader/tests "$python" -c \
        'import pathlib, reference; reference.hand_in(pathlib.Path(".git/lab-submission"))'
    for module in "$@"; do
        cp -r "$course/.git/lab-submission/modules/$module"* "$course/modules/"
        row 0 cargo course check "$module"
    done
    row 0 bash -c "(sleep 10; printf q) | script --quiet --return --command 'cargo course watch $1' /dev/null"
    row 0 cargo course grade --submission .git/lab-submission --report json=.git/lab-grade.json "$@"
    row 0 "$python" -c 'import json; grade = json.load(open(".git/lab-grade.json")); assert grade["score"] == grade["max_score"], grade'
fi
case ${VERIFY:-} in
    '') ;;
    all) row 0 cargo course verify ;;
    *) row 0 cargo course verify "$@" ;;
esac
exit $failed
