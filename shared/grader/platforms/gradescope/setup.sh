#!/usr/bin/env bash
# Runs once, when Gradescope builds the image. The ZIP holds this file, run_autograder, course/ and, if you have them, hidden/.
set -euo pipefail
apt-get update -q
apt-get install -y -q --no-install-recommends build-essential ca-certificates curl python3 python3-venv bubblewrap
curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal
export PATH="$HOME/.cargo/bin:$PATH"
cd /autograder/source/course
cargo course setup < /dev/null
# Builds the dependencies and runs the reference once, so that no student waits for it.
hidden=()
[ ! -d ../hidden ] || hidden=(--hidden ../hidden)
cargo course grade --submission solutions "${hidden[@]}" --report csv
