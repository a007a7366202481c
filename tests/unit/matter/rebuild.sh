#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuild the tables of matter from the evaluated data and compare with the committed ones, byte by byte.
set -eu
cmake=$1 build=$2 source=$3 shared=$4
nuclear=$shared/data/nuclear
if [ ! -f "$nuclear/stopping/nist_star.tsv" ]; then
    echo "skipped: the evaluated data ($nuclear) are not on this machine"
    exit 77
fi
"$cmake" --build "$build" --target matter_tables >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/matter_tables" "$nuclear" "$work"
for file in "$work"/*.csv; do
    cmp "$file" "$source/data/materials/$(basename "$file")"
done
test "$(ls "$work" | wc -l)" = 5
echo "the committed tables are what the builder makes"
