# SPDX-License-Identifier: Apache-2.0
# The web front end: `cmake --build build --target web` makes web/dist from web/, with the packages of
# web/package-lock.json. ./dev build does the same by itself when a source is newer.
find_program(MOLY_NPM npm)
if(MOLY_NPM)
    add_custom_target(web
        COMMAND ${MOLY_NPM} ci --no-audit --no-fund --loglevel=error
        COMMAND ${MOLY_NPM} run --silent build
        WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}/web
        COMMENT "Building the web front end" VERBATIM USES_TERMINAL)
endif()
