#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The compiler of the reaction tables refuses what is wrong with them, with file and line.
set -eu
compile=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
good='curve,18,F-18,,recommended,direct,0.1,30,a source
2.5,0
3,100
30,10'
bad=0

check() { # what, wanted piece, file name, rows
    printf '%s\n' "$4" >"$work/$3"
    if "$compile" test "$work" "$work/$3" 2>"$work/said"; then
        echo "$1: accepted"
        bad=1
    elif ! grep -q "$2" "$work/said"; then
        echo "$1: wanted '$2', said: $(cat "$work/said")"
        bad=1
    fi
    rm "$work/$3"
}

printf '%s\n' "$good" >"$work/p-O.csv"
"$compile" test "$work" "$work/p-O.csv"
check 'a file of no beam' 'beam-element' x-O.csv "$good"
check 'a file of no element' 'beam-element' p-Xx.csv "$good"
check 'two curves for one product' 'two curves' p-O.csv "$good
$good"
check 'a curve that does not begin with zero' 'zero' p-O.csv "$(echo "$good" | sed 's/^2.5,0/2.5,7/')"
check 'energies that do not ascend' ':4:' p-O.csv "$(echo "$good" | sed 's/^30,10/3,10/')"
check 'a negative cross section' ':3:' p-O.csv "$(echo "$good" | sed 's/^3,100/3,-1/')"
check 'no number' ':3:' p-O.csv "$(echo "$good" | sed 's/^3,100/3,many/')"
check 'no such rank' ':1:' p-O.csv "$(echo "$good" | sed 's/recommended/good/')"
check 'no nuclide' ':1:' p-O.csv "$(echo "$good" | sed 's/F-18/Foo/')"
check 'an uncertainty above 1' ':1:' p-O.csv "$(echo "$good" | sed 's/0.1,30/2,30/')"
check 'a point before the first curve' 'before the first' p-O.csv '1,2'
check 'a curve of one point' 'two points' p-O.csv 'curve,18,F-18,,recommended,direct,0.1,30,a source
2.5,0'
exit "$bad"
