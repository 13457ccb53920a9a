#!/bin/sh
# run.sh PROGRAM NAME [SECONDS [FOLDER]]: runs one fuzz target on a copy of its corpus. With FOLDER, the copy is made there once,
# and what is found stays there.
set -eu
program=$(realpath "$1")
name=$2
seconds=${3:-20}
here=$(cd "$(dirname "$0")" && pwd)

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT INT TERM
folder=${4:-$work}
mkdir -p "$folder/corpus" "$work/tmp"
cp "$here/corpus/$name"/* "$folder/corpus"
dictionary="$here/dictionaries/$name.txt"
[ -f "$dictionary" ] || dictionary=""

export TMPDIR="$work/tmp"
export ASAN_OPTIONS="detect_stack_use_after_return=1:${ASAN_OPTIONS:-}"
export UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:${UBSAN_OPTIONS:-}"
cd "$folder"
"$program" "-max_total_time=$seconds" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
    "-artifact_prefix=$folder/" ${dictionary:+"-dict=$dictionary"} corpus
