# SPDX-License-Identifier: Apache-2.0
# Included by src/production. reaction_compile runs at every build whose data changed; the C files that it
# writes are MOLY_REACTION_TABLES.
set(reaction_compile ${CMAKE_SOURCE_DIR}/tools/reaction_compile)
add_executable(reaction_compile
    ${reaction_compile}/main.c
    ${CMAKE_SOURCE_DIR}/tools/nuclide_compile/csv.c
    ${CMAKE_SOURCE_DIR}/src/nuclide/element.c)
target_include_directories(reaction_compile PRIVATE
    ${CMAKE_SOURCE_DIR}/tools/nuclide_compile ${CMAKE_SOURCE_DIR}/src/nuclide)
target_link_libraries(reaction_compile PRIVATE moly_base PkgConfig::SODIUM)

set(reaction_files
    a-Bi a-Ca a-Cd a-Eu a-Ge a-Os a-Sb d-Ca d-Fe d-N d-Ne d-Ni d-Y d-Yb d-Zn g-Mo g-Ra g-Ti
    g-Zn h-Eu p-Al p-Bi p-Ca p-Cd p-Co p-Cr p-Cu p-Fe p-Ga p-Gd p-I p-Kr p-Mo p-N p-Ni p-O
    p-Pt p-Ra p-Rb p-Sc p-Se p-Sr p-Te p-Th p-Ti p-Tl p-W p-Xe p-Y p-Zn)
list(TRANSFORM reaction_files PREPEND ${CMAKE_SOURCE_DIR}/data/reactions/)
list(TRANSFORM reaction_files APPEND .csv)
set(reaction_out ${CMAKE_BINARY_DIR}/reaction)
set(MOLY_REACTION_TABLES ${reaction_out}/reaction_set.c)
foreach(part RANGE 3)
    list(APPEND MOLY_REACTION_TABLES ${reaction_out}/reaction_points_${part}.c)
endforeach()
file(MAKE_DIRECTORY ${reaction_out})
add_custom_command(OUTPUT ${MOLY_REACTION_TABLES}
    COMMAND reaction_compile moly-reactions-2026.1 ${reaction_out} ${reaction_files}
    DEPENDS reaction_compile ${reaction_files}
    COMMENT "Compiling the reaction tables")
