#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# libmoly exports moly_ symbols and nothing else.
set -euo pipefail
exported=$(nm -D --defined-only "$MOLY_BUILD/libmoly.so" | awk '{ print $3 }')
n=$(grep -c '^moly_' <<<"$exported")
others=$(grep -v '^moly_' <<<"$exported" || true)
if [ -n "$others" ]; then
    echo "exported without the prefix moly_:" $others
    exit 1
fi
echo "$n symbols, all moly_"
[ "$n" -gt 50 ]
