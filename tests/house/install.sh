#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# What is installed works for others: pkg-config, CMake, the command, its man page, the .deb.
set -euo pipefail
[ -z "${MOLY_SANITIZE:-}" ] || exit 77 # a sanitized library needs its runtime first
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
DESTDIR="$work/root" cmake --install "$MOLY_BUILD" --prefix /usr >/dev/null
usr=$work/root/usr
cat >"$work/user.c" <<'T'
#include <moly/base/quantity.h>
#include <moly/nuclide/nuclide.h>
#include <stdio.h>
int main(void)
{
    moly_error err = {0};
    size_t index;
    if (moly_nuclide_find(moly_nuclide_set_builtin(), "99mTc", &index, &err) != MOLY_OK) {
        return 1;
    }
    char text[MOLY_QUANTITY_TEXT_SIZE];
    puts(moly_quantity_format(moly_nuclide_at(moly_nuclide_set_builtin(), index)->half_life_s,
                              MOLY_DIM_TIME, 4, text));
    return 0;
}
T
PKG_CONFIG_PATH=$(dirname "$(find "$usr" -name moly.pc)")
export PKG_CONFIG_PATH
lib=$(dirname "$(find "$usr" -name libmoly.so)")
"$CC" -o "$work/user" "$work/user.c" $(pkg-config --cflags --libs moly)
LD_LIBRARY_PATH=$lib "$work/user" | grep '^6\.00[0-9]* h$'
cat >"$work/CMakeLists.txt" <<'T'
cmake_minimum_required(VERSION 3.25)
project(user C)
find_package(moly 0.1 REQUIRED)
add_executable(user user.c)
target_link_libraries(user moly::moly)
T
cmake -S "$work" -B "$work/b" -DCMAKE_PREFIX_PATH="$usr" >/dev/null
cmake --build "$work/b" >/dev/null
LD_LIBRARY_PATH=$lib "$work/b/user" >/dev/null
"$usr/bin/moly" --version
[ -s "$usr/share/man/man1/moly.1" ] || [ -s "$usr/share/man/man1/moly.1.gz" ]
(cd "$work" && cpack --config "$MOLY_BUILD/CPackConfig.cmake" -B "$work/deb" >/dev/null)
dpkg-deb --info "$work"/deb/moly_*.deb | grep 'Depends:' >/dev/null
echo "installed: pkg-config, CMake package, command, man page, .deb"
