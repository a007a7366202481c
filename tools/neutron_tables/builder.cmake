# SPDX-License-Identifier: Apache-2.0
# Included by src/production. neutron_tables rebuilds data/neutron from the compilations; run by hand (data/neutron/SOURCE.md)
# and by a test that compares.
set(neutron_builder ${CMAKE_SOURCE_DIR}/tools/neutron_tables)
set(neutron_csv ${CMAKE_SOURCE_DIR}/tools/nuclide_compile)
set(neutron_inside ${CMAKE_SOURCE_DIR}/src/nuclide)
add_executable(neutron_tables EXCLUDE_FROM_ALL
    ${neutron_builder}/captures.c
    ${neutron_builder}/compilation.c
    ${neutron_builder}/fission.c
    ${neutron_builder}/main.c
    ${neutron_builder}/westcott.c
    ${neutron_csv}/csv.c
    ${neutron_inside}/element.c)
target_include_directories(neutron_tables PRIVATE ${neutron_builder} ${neutron_csv} ${neutron_inside})
target_link_libraries(neutron_tables PRIVATE moly_base m)
set_target_properties(neutron_tables PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
