#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Rebuild the neutron tables from the compilations and compare with the committed ones, byte by byte.
set -eu
cmake=$1 build=$2 source=$3 shared=$4
neutron=$shared/data/nuclear/neutron
if [ ! -f "$neutron/u235_independent_fy.csv" ]; then
    echo "skipped: the compilations ($neutron) are not on this machine"
    exit 77
fi
"$cmake" --build "$build" --target neutron_tables >/dev/null
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/neutron_tables" "$neutron" "$source/data/neutron" "$work"
for file in capture fission fission_yields peaks westcott; do
    cmp "$source/data/neutron/$file.csv" "$work/$file.csv"
done
echo "the committed tables are what the builder makes"
