#!/bin/sh
# tidy.sh BUILD_FOLDER FILES: runs clang-tidy over the sources whose paths match FILES, and prints its findings alone. Fails when there is one.
status=0
output=$(run-clang-tidy-14 -quiet -p "$1" "$2" 2>&1) || status=$?
printf '%s\n' "$output" | grep -v -e ' generated\.$' -e '^clang-tidy-14 ' || true
exit "$status"
