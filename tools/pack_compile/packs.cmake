# SPDX-License-Identifier: Apache-2.0
# data/countries becomes C tables in the build tree: MOLY_PACK_TABLES.
add_executable(pack_compile ${CMAKE_CURRENT_LIST_DIR}/main.c
    ${CMAKE_SOURCE_DIR}/tools/nuclide_compile/csv.c ${CMAKE_SOURCE_DIR}/src/centre/site_pack.c)
target_include_directories(pack_compile PRIVATE ${CMAKE_SOURCE_DIR}/tools/nuclide_compile
    ${CMAKE_SOURCE_DIR}/src/centre)
target_link_libraries(pack_compile PRIVATE moly_base PkgConfig::JANSSON PkgConfig::SODIUM)

set(packs ${CMAKE_SOURCE_DIR}/data/countries)
set(pack_files ${packs}/packs.csv ${packs}/members.csv)
foreach(pack common EAEU EU US EG RS KG RU)
    list(APPEND pack_files ${packs}/${pack}.csv)
endforeach()
set(MOLY_PACK_TABLES ${CMAKE_BINARY_DIR}/tables/site_packs.c)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/tables)
add_custom_command(OUTPUT ${MOLY_PACK_TABLES}
    COMMAND pack_compile ${MOLY_PACK_TABLES} ${packs}
    DEPENDS pack_compile ${pack_files}
    COMMENT "Compiling the packs of the countries" VERBATIM)
