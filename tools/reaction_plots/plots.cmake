# SPDX-License-Identifier: Apache-2.0
# Included by src/production. reaction_plots draws the figures of docs/validation/production.md; run by hand.
set(reaction_plots ${CMAKE_SOURCE_DIR}/tools/reaction_plots)
add_executable(reaction_plots EXCLUDE_FROM_ALL
    ${reaction_plots}/main.c
    ${reaction_plots}/plot.c
    ${CMAKE_SOURCE_DIR}/tools/reaction_tables/read.c)
target_include_directories(reaction_plots PRIVATE ${CMAKE_SOURCE_DIR}/tools/reaction_tables
                           ${CMAKE_SOURCE_DIR}/src/nuclide)
target_link_libraries(reaction_plots PRIVATE moly_production moly_matter moly_nuclide moly_base
                      PkgConfig::SODIUM m)
set_target_properties(reaction_plots PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
