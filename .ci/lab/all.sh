#!/usr/bin/env bash
# CI's work in the laboratory: type checks for Windows and macOS, the runner under Wine.
#
#   all.sh [FOLDER]       FOLDER (LAB_FOLDER, or /var/tmp/course-lab) is made if it is not there
#   all.sh --if-there     only with a folder that is there
#
# Says "not run" and succeeds where the folder cannot be made: without root, without Debian's mirror, without room.
set -uo pipefail
here=$(dirname "$(realpath "$0")")
if_there=false
if [ "${1:-}" = --if-there ]; then
    if_there=true
    shift
fi
folder=${1:-${LAB_FOLDER:-/var/tmp/course-lab}}
course=$(realpath "$here/../..")

not_run() {
    echo "not run: type checks for Windows and macOS, the runner under Wine: $1"
    exit 0
}

if $if_there && [ ! -e "$folder/usr/bin/wine" ]; then
    not_run "there is no laboratory in $folder; \`cargo xtask ci lab\` makes one and runs them"
fi
[ "$(id -u)" = 0 ] || not_run "this needs root"
[ -e /etc/apt/sources.list.d/debian.sources ] || not_run "this needs Debian"
if [ ! -e "$folder/usr/bin/wine" ]; then
    free=$(df --output=avail -BG "$(dirname "$folder")" | tail -n 1 | tr -dc 0-9)
    [ "${free:-0}" -ge 8 ] || not_run "this needs 8 GB in $(dirname "$folder")"
    timeout "${LAB_PATIENCE:-900}" "$here/chroot.sh" "$folder" cross || not_run "the folder could not be made in time"
fi

failed=0
# Windows has two ABIs; for type checks they are the same sources, but for what crates ask `cfg(target_env)`.
for target in x86_64-pc-windows-gnu x86_64-pc-windows-msvc aarch64-apple-darwin; do
    echo "== type check: $target"
    "$here/cross.sh" "$folder" "$course" check "$target" course-core course course-grader xtask || failed=1
done
echo "== the runner under Wine"
"$here/cross.sh" "$folder" "$course" wine || failed=1
exit $failed
