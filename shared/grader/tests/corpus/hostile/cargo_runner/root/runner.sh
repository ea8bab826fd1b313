#!/bin/sh
echo "a runner ran" > /tmp/course-corpus/cargo_runner
echo "============================== 36 passed in 0.12s =============================="
exit 0
