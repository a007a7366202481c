#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuild the reaction tables from the evaluations and compare with the committed ones, byte by byte.
set -eu
cmake=$1 build=$2 source=$3 shared=$4
nuclear=$shared/data/nuclear
if [ ! -f "$nuclear/charged/exfor_recommended.tsv" ]; then
    echo "skipped: the evaluations ($nuclear/charged) are not on this machine"
    exit 77
fi
"$cmake" --build "$build" --target reaction_tables >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/charged" "$work/out"
cp "$nuclear"/charged/*.tsv "$work/charged"
for file in "$nuclear"/charged/*.xz; do
    xz -dc "$file" >"$work/charged/$(basename "$file" .xz)"
done
"$build/reaction_tables" "$work/charged" "$nuclear/masses/mass_1.mas20.txt" \
    "$nuclear/abundance/abundances.tsv" "$work/out"
for file in "$source"/data/reactions/*.csv; do
    cmp "$file" "$work/out/$(basename "$file")"
done
test "$(ls "$work/out" | wc -l)" = "$(ls "$source"/data/reactions/*.csv | wc -l)"
echo "the committed tables are what the builder makes"
