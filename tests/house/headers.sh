#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Every public header compiles alone, as C17 and as C++17, with every warning.
set -euo pipefail
cd "$MOLY_SOURCE/include"
n=0
for header in $(find moly -name '*.h' | sort); do
    echo "#include \"$header\"" | "$CC" -std=c17 -Wall -Wextra -Wpedantic -Wconversion -Werror -I. -fsyntax-only -x c -
    echo "#include \"$header\"" | "$CXX" -std=c++17 -Wall -Wextra -Wpedantic -Werror -I. -fsyntax-only -x c++ -
    n=$((n + 1))
done
echo "$n headers compile alone in C17 and C++17"
[ "$n" -gt 10 ]
