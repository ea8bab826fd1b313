#!/usr/bin/env bash
# The README's two commands with another CPython, in a copy of the course.
#
#   python.sh FOLDER PYTHON [MODULE]…      python.sh /var/lab python3.14 02 03; FOLDER as chroot.sh made it
set -euo pipefail
here=$(dirname "$(realpath "$0")")
folder=$1 python=$2
shift 2
course=$folder.$python
[ -d "$course" ] || git clone --quiet "${LAB_COURSE:-$here/../..}" "$course"
LAB_ENV="COURSE_PYTHON=$python COURSE_NO_UV=1 CARGO_TERM_PROGRESS_WHEN=never" "$here/enter.sh" "$folder" "$course" \
    bash -c 'cd /course && cargo course < /dev/null && cargo course doctor && cargo course verify "$@"' verify "$@"
