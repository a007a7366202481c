# SPDX-License-Identifier: Apache-2.0
# Included by src/production. neutron_compile runs at every build whose data changed; it writes MOLY_NEUTRON_TABLES.
set(neutron_compile ${CMAKE_SOURCE_DIR}/tools/neutron_compile)
add_executable(neutron_compile
    ${neutron_compile}/main.c
    ${CMAKE_SOURCE_DIR}/tools/nuclide_compile/csv.c
    ${CMAKE_SOURCE_DIR}/src/nuclide/element.c)
target_include_directories(neutron_compile PRIVATE ${CMAKE_SOURCE_DIR}/tools/nuclide_compile
                           ${CMAKE_SOURCE_DIR}/src/nuclide ${CMAKE_SOURCE_DIR}/src/production)
target_link_libraries(neutron_compile PRIVATE moly_base m)

set(neutron_data ${CMAKE_SOURCE_DIR}/data/neutron)
set(MOLY_NEUTRON_TABLES ${CMAKE_BINARY_DIR}/neutron/neutron_rows.c)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/neutron)
add_custom_command(OUTPUT ${MOLY_NEUTRON_TABLES}
    COMMAND neutron_compile ${neutron_data} ${MOLY_NEUTRON_TABLES}
    DEPENDS neutron_compile ${neutron_data}/capture.csv ${neutron_data}/fission.csv
            ${neutron_data}/fission_yields.csv ${neutron_data}/peaks.csv ${neutron_data}/westcott.csv
    COMMENT "Compiling the neutron tables")
