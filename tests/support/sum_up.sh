#!/bin/sh
# sum_up.sh LOG EXIT_CODE: names each program skipped or failed in a meson test log, with its failed cases, and ends with
# `N passed, N failed[, N skipped]`, counting test cases. A program that ends without its own summary counts as one case. Fails when a test
# failed or none ran.
awk -v code="$2" '
    function close_program() {
        if (program == "") return
        if (status == 77) { skipped++; print "skipped: " program }
        else if (status != 0) { print "failed: " program; if (program_failed == 0) failed++ }
        else if (status == 0 && !summed) passed++
        program = ""
    }
    /^=+ [0-9]+\/[0-9]+ =+$/ { close_program() }
    /^test: / { program = $NF; case_name = ""; summed = 0; program_failed = 0; status = 0 }
    /^result: / { status = ($0 ~ /exit status 77/) ? 77 : ($0 ~ /exit status 0/) ? 0 : 1 }
    /^TEST CASE:/ { case_name = $0; sub(/^TEST CASE: */, "", case_name) }
    /: (FATAL )?ERROR: / && case_name != "" { print "failed: " program ": " case_name; case_name = "" }
    /^\[doctest\] test cases:/ {
        gsub(/[|]/, " ")
        for (i = 1; i < NF; i++) {
            if ($(i + 1) == "passed") passed += $i
            if ($(i + 1) == "failed") { failed += $i; program_failed += $i }
        }
        summed = 1
    }
    /SKIPPED:/ { print; skipped++ }
    END {
        close_program()
        if (failed == 0 && (code != 0 || passed == 0)) failed = 1
        line = passed + 0 " passed, " failed + 0 " failed"
        if (skipped > 0) line = line ", " skipped " skipped"
        print line
        exit failed != 0
    }' "$1"
