# SPDX-License-Identifier: Apache-2.0
# moly_table(out_variable HEADER file TYPE struct NAME array COLUMNS letters CSV file [WORDS array])
#
# A committed table becomes a C array at every build whose data changed; the C file is appended to
# `out_variable`, for the SOURCES of the room. See tools/table_compile.
if(NOT TARGET table_compile)
    add_executable(table_compile ${CMAKE_SOURCE_DIR}/tools/table_compile/main.c
        ${CMAKE_SOURCE_DIR}/tools/nuclide_compile/csv.c)
    target_include_directories(table_compile PRIVATE ${CMAKE_SOURCE_DIR}/tools/nuclide_compile)
    target_link_libraries(table_compile PRIVATE moly_base)
endif()

function(moly_table out_variable)
    cmake_parse_arguments(ARG "" "HEADER;TYPE;NAME;COLUMNS;CSV;WORDS" "" ${ARGN})
    set(made ${CMAKE_BINARY_DIR}/tables/${ARG_NAME}.c)
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/tables)
    add_custom_command(OUTPUT ${made}
        COMMAND table_compile ${made} ${ARG_HEADER} ${ARG_TYPE} ${ARG_NAME} ${ARG_COLUMNS}
            ${ARG_CSV} ${ARG_WORDS}
        DEPENDS table_compile ${ARG_CSV}
        COMMENT "Compiling ${ARG_NAME}" VERBATIM)
    set(${out_variable} ${${out_variable}} ${made} PARENT_SCOPE)
endfunction()
