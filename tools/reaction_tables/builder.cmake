# SPDX-License-Identifier: Apache-2.0
# Included by src/production. reaction_tables rebuilds data/reactions from the evaluations; run by hand
# (data/reactions/SOURCE.md) and by a test that compares.
set(reaction_builder ${CMAKE_SOURCE_DIR}/tools/reaction_tables)
add_executable(reaction_tables EXCLUDE_FROM_ALL
    ${reaction_builder}/decide.c
    ${reaction_builder}/fit.c
    ${reaction_builder}/main.c
    ${reaction_builder}/masses.c
    ${reaction_builder}/read.c
    ${reaction_builder}/write.c)
target_include_directories(reaction_tables PRIVATE ${reaction_builder} ${CMAKE_SOURCE_DIR}/src/nuclide)
target_link_libraries(reaction_tables PRIVATE moly_nuclide moly_base m)
set_target_properties(reaction_tables PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
