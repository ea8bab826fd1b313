#!/bin/sh
echo "a linker ran" > /tmp/course-corpus/cargo_rustflags
exec cc "$@"
