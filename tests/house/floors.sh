#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# CMake refuses a room that uses a neighbour or a floor above, in NEEDS or by an #include.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/low" "$work/high"
cat >"$work/CMakeLists.txt" <<'T'
cmake_minimum_required(VERSION 3.25)
project(floors C)
add_library(moly_flags INTERFACE)
include(${MODULE})
add_subdirectory(low)
add_subdirectory(high)
T
echo 'int low(void);' >"$work/low/a.c"
room() { echo "moly_module($1 LAYER $2 NEEDS $3 SOURCES a.c)" >"$work/$1/CMakeLists.txt"; }
configure() { cmake -S "$work" -B "$work/b" -DMODULE="$MOLY_SOURCE/cmake/MolyModule.cmake" 2>&1; }
refused() { # words of the message
    if out=$(configure); then echo "not refused: $*"; exit 1; fi
    tr -s ' \n' ' ' <<<"$out" | grep "$*" >/dev/null || { echo "$out"; exit 1; }
}
echo 'int high(void);' >"$work/high/a.c"
room low 0 ""
room high 1 low
configure >/dev/null
room high 0 low
refused "must not use low"
room high 1 ""
echo '#include "moly/low/x.h"' >"$work/high/a.c"
refused "which NEEDS does not name"
echo '#include "../low/x.h"' >"$work/high/a.c"
refused "reaches into another room"
echo "upward, level and hidden edges are refused"
