# SPDX-License-Identifier: Apache-2.0
# Included by src/nuclide. nuclide_tables rebuilds data/nuclides from the evaluations; run by hand (data/nuclides/SOURCE.md) and
# by a test that compares.
set(nuclide_inside ${CMAKE_SOURCE_DIR}/src/nuclide)
set(nuclide_builder ${CMAKE_SOURCE_DIR}/tools/nuclide_tables)
add_executable(nuclide_tables EXCLUDE_FROM_ALL
    ${nuclide_builder}/atomic.c
    ${nuclide_builder}/ddep.c
    ${nuclide_builder}/finish.c
    ${nuclide_builder}/isomers.c
    ${nuclide_builder}/jeff.c
    ${nuclide_builder}/main.c
    ${nuclide_builder}/masses.c
    ${nuclide_builder}/shells.c
    ${nuclide_builder}/tables.c
    ${nuclide_builder}/vacancies.c
    ${nuclide_builder}/write.c
    ${nuclide_compile}/csv.c
    ${nuclide_inside}/beta.c
    ${nuclide_inside}/element.c
    ${nuclide_inside}/endf_tape.c
    ${nuclide_inside}/words.c)
target_include_directories(nuclide_tables PRIVATE ${nuclide_builder} ${nuclide_compile}
                           ${nuclide_inside})
target_link_libraries(nuclide_tables PRIVATE moly_base m)
set_target_properties(nuclide_tables PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
