#!/bin/sh
echo "a wrapper ran" > /tmp/course-corpus/cargo_rustc_wrapper
exec "$@"
