#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is written about the house is true: every room has a README and stands in ARCHITECTURE.md on its
# floor, every path that a document names is there, every command that one shows exists and says what it does.
set -euo pipefail
cd "$MOLY_SOURCE"
bad=0
lacks() { echo "$*"; bad=1; }

# rooms: CMake's and ARCHITECTURE.md's are the same, floor by floor
built=$(sed -nE 's/^moly_module\(([a-z]+) LAYER ([0-9]+).*/\2 \1/p' src/*/CMakeLists.txt | sort)
told=$(sed -nE 's/^\| ([0-9]+) \| `([a-z]+)` \| .+/\1 \2/p' ARCHITECTURE.md | sort)
difference=$(diff <(echo "$built") <(echo "$told") || true)
[ -z "$difference" ] || lacks "ARCHITECTURE.md's floors (>) are not those of src/*/CMakeLists.txt (<):
$difference"
for folder in src/*/ web/; do
    [ -s "$folder/README.md" ] || lacks "$folder has no README.md"
done

# paths: `src/room/file.c` and [text](path), from the root or from the document's folder. Names with
# placeholders, and what is only made by a build, are left out.
documents=$(find . -name '*.md' -not -path '*/node_modules/*' -not -path './build*' -not -path './.git/*' | sort)
for document in $documents; do
    while read -r path; do
        [ -e "$path" ] || [ -e "$(dirname "$document")/$path" ] || lacks "$document names $path, which is not there"
    done < <(grep -oE '`[^` ]+`|\]\([^)# ]+' "$document" | tr -d '`' | sed 's/^](//' |
        grep -E '^\.?\.?/?(src|include|tests|docs|cmake|tools|web|po|data|bench)/|\.md$' |
        grep -vE '[*{<>…]|[A-Z]{4,}|^web/dist|^\.\./shared|^https?:' | sort -u || true)
done

# rules: each that the sources enforce is known, and the matrix is what rules, acts and tests make
rules=docs/rules.tsv
while read -r rule; do
    grep -qP "^$rule\t." "$rules" || lacks "$rules lacks $rule, which src/ enforces"
done < <(grep -rhoE '"R-[0-9]+( R-[0-9]+)*"' src --include='*.c' | grep -oE 'R-[0-9]+' | sort -u)
if command -v node >/dev/null; then
    node tools/requirements/matrix.mjs "$MOLY_BUILD/moly" --check || bad=1
fi

# commands
moly=$MOLY_BUILD/moly
commands=$("$moly" help | sed -nE 's/^  ([a-z]+( [a-z]+)?)( .*)?$/\1/p')
[ "$(wc -l <<<"$commands")" -gt 10 ] || lacks "moly help lists: $commands"
silent=$("$moly" help | grep -E '^  [a-z]+( [a-z]+)?( *|  +[^A-Z ].*)$' || true)
[ -z "$silent" ] || lacks "moly help does not tell, in a sentence, what these do:$silent"
while read -r shown; do
    first=${shown%% *}
    grep -qxE "$shown|$first" <<<"$commands" || [ "$first" = act ] ||
        lacks "a document shows 'moly $shown', which is no command"
done < <(grep -hoE '(`|build/|^ *)moly [a-z]+( [a-z]+)?\b' $documents | sed -E 's/.*moly //' | sort -u)
[ "$bad" = 0 ] && echo "documents and house agree"
exit "$bad"
