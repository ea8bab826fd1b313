#!/usr/bin/env bash
# Runs once, when Gradescope builds the image.
# The ZIP holds this file, run_autograder, the folder course and, if you have tests of your own, the folder hidden.
set -euo pipefail
apt-get update -q
apt-get install -y -q --no-install-recommends build-essential ca-certificates curl python3 python3-venv
# Ubuntu 22.04 has Python 3.10 as its python3, and 3.11, the oldest that the course takes, beside it.
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
    apt-get install -y -q --no-install-recommends python3.11 python3.11-venv
curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
export PATH="$HOME/.cargo/bin:$PATH"
cd /autograder/source/course
cargo course setup < /dev/null
# Builds the dependencies and runs the reference once, so that no student waits for it.
hidden=()
[ ! -d ../hidden ] || hidden=(--hidden ../hidden)
cargo course grade --submission solutions "${hidden[@]}" --report csv
