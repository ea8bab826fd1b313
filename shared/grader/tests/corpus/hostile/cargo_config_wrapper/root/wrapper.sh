#!/bin/sh
echo "a wrapper ran" > /tmp/course-corpus/cargo_config_wrapper
exec "$@"
