#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Every test that docs/security.md names is there.
set -u
cd "$MOLY_SOURCE" || exit 1
failed=0
while IFS= read -r named; do
    file=${named%%:*} name=${named#*: }
    if [[ $file == test_*.c ]]; then
        mapfile -t paths < <(find tests/unit -name "$file")
    else
        paths=("$file")
    fi
    if [[ ${#paths[@]} -eq 0 || ! -e ${paths[0]} ]]; then
        echo "docs/security.md: there is no $file"
        failed=1
    elif [[ $name != "$named" ]] && ! grep -q "cmocka_unit_test($name)\|(\s*$name)\|^\s*$name)," "${paths[@]}"; then
        echo "docs/security.md: $file has no test $name"
        failed=1
    fi
done < <(grep -o '`[a-z_/]*\(test_[a-z_]*\.c\|tests/fuzz\|README\.md\)\(: [a-z0-9_]*\)\?`' docs/security.md | tr -d '`' | sort -u)
exit $failed
