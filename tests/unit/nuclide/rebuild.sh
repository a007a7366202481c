#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuild the nuclide tables from the evaluations and compare with the committed ones, byte by byte.
set -eu
cmake=$1 build=$2 source=$3 shared=$4
nuclear=$shared/data/nuclear
if [ ! -f "$nuclear/decay_jeff311.tar.xz" ]; then
    echo "skipped: the evaluations ($nuclear) are not on this machine"
    exit 77
fi
"$cmake" --build "$build" --target nuclide_tables >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/jeff" "$work/ddep" "$work/out"
tar -xJf "$nuclear/decay_jeff311.tar.xz" -C "$work/jeff"
tar -xJf "$nuclear/decay_ddep_ensdf.tar.xz" -C "$work/ddep"
jeff=$(dirname "$(find "$work/jeff" -name z001)")
ddep=$(dirname "$(find "$work/ddep" -name Tc-99m.txt)")
"$build/nuclide_tables" "$jeff" "$ddep" "$nuclear/masses" "$source/data/nuclides" "$work/out"
for file in "$source"/data/nuclides/[0-9]*.csv; do
    cmp "$file" "$work/out/$(basename "$file")"
done
test "$(ls "$work/out" | wc -l)" = "$(ls "$source"/data/nuclides/[0-9]*.csv | wc -l)"
echo "the committed tables are what the builder makes"
