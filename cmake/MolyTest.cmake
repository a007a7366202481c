# SPDX-License-Identifier: Apache-2.0
# moly_test(room name [LIBRARIES target...] [LABEL label])
#
# One cmocka program, tests/<...>/<name>.c in the calling folder, linked against every room (its inside
# too); its label is unit unless another is given. It finds the reference data by MOLY_SHARED and the command by MOLY_COMMAND.
function(moly_test room name)
    cmake_parse_arguments(ARG "" "LABEL" "LIBRARIES" ${ARGN})
    if(NOT ARG_LABEL)
        set(ARG_LABEL unit)
    endif()
    add_executable(test_${room}_${name} ${name}.c)
    target_link_libraries(test_${room}_${name} PRIVATE moly_rooms ${ARG_LIBRARIES}
                          PkgConfig::CMOCKA)
    target_include_directories(test_${room}_${name} PRIVATE
        ${CMAKE_SOURCE_DIR}/src/${room} ${CMAKE_SOURCE_DIR}/tests)
    add_test(NAME ${room}/${name} COMMAND test_${room}_${name})
    set_tests_properties(${room}/${name} PROPERTIES
        LABELS "${ARG_LABEL}"
        TIMEOUT 300
        ENVIRONMENT "MOLY_SHARED=${MOLY_SHARED_DATA};MOLY_COMMAND=${CMAKE_BINARY_DIR}/moly;MOLY_SOURCE=${CMAKE_SOURCE_DIR};LSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/leaks.supp:print_suppressions=0;TSAN_OPTIONS=suppressions=${CMAKE_SOURCE_DIR}/tests/races.supp:print_suppressions=0"
        SKIP_RETURN_CODE 77)
endfunction()
