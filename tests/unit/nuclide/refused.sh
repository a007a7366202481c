#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# A table with a mistake stops the build, with the file, the line and the reason.
set -u
compile=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

# refused WORDS < rows of hydrogen and helium
refused() {
    cat >"$work/01-H.csv"
    printf 'nuclide,He-3,stable,,,X,3.016029,,0,0,0,x,\n' >"$work/02-He.csv"
    mkdir -p "$work/out"
    message=$("$compile" "$work" test "$work/out" 2>&1)
    code=$?
    case "$1:$code:$message" in
    accepted:0:*) ;;
    accepted:*) echo "not accepted: $message"; failures=1 ;;
    *:65:*"$1"*) ;;
    *) echo "wanted '$1', got $code: $message"; failures=1 ;;
    esac
}

tritium='nuclide,H-3,12.312,0.025,y,X,3.016049,,0,5.68,0,x,'
decay='branch,beta-,He-3,1,,18.6,X'
line='line,beta-,18.6,,100,,5.68,allowed,X'
refused accepted <<EOF
$tritium
$decay
$line
EOF
refused 'the branches sum to 0.99' <<EOF
$tritium
branch,beta-,He-3,0.99,,18.6,X
EOF
refused 'the nuclide is there already' <<EOF
$tritium
$decay
$tritium
$decay
EOF
refused 'He-4 is a daughter, but no file describes it' <<EOF
nuclide,H-4,1,,s,X,4.026,,0,0,0,x,
branch,beta-,He-4,1,,1,X
EOF
refused 'annihilation quanta for 1 positrons' <<EOF
nuclide,H-3,12.312,0.025,y,X,3.016049,,0,5.68,0,x,
$decay
line,beta+,18.6,,100,,5.68,allowed,X
EOF
refused '01-H.csv:3: cell 7: a beta, and nothing else, has a shape' <<EOF
$tritium
$decay
line,beta-,18.6,,100,,20,allowed,X
EOF
refused 'mean electron energy 1 keV, but its lines carry 5.68' <<EOF
nuclide,H-3,12.312,0.025,y,X,3.016049,,0,1,0,x,
$decay
$line
EOF
refused '01-H.csv:1: cell 5: no unit of time' <<EOF
nuclide,H-3,12.312,0.025,w,X,3.016049,,0,5.68,0,x,
EOF
refused '01-H.csv:1: cell 7: the mass is not near' <<EOF
nuclide,H-3,12.312,0.025,y,X,2.016049,,0,5.68,0,x,
EOF
refused 'leads back to itself' <<EOF
nuclide,H-3,12.312,0.025,y,X,3.016049,,0,0,0,x,
branch,IT,H-3,1,,18.6,X
EOF
refused '01-H.csv:1: cell 1: a row begins with nuclide, branch or line' <<EOF
isotope,H-3
EOF
refused 'is stable and yet decays' <<EOF
nuclide,H-3,stable,,,X,3.016049,,0,0,0,x,
$decay
EOF
exit $failures
