# SPDX-License-Identifier: Apache-2.0
# moly_module(name LAYER n NEEDS room... SOURCES file... [LIBRARIES target...] [NOT_IN_LIBMOLY])
#
# A room of the house. NEEDS are the rooms it uses; configuration stops when one stands on the same
# floor or a higher one, and when a source includes a header of a room that NEEDS does not name.
# NOT_IN_LIBMOLY: part of the moly command only.
set_property(GLOBAL PROPERTY MOLY_LIBRARY_ROOMS "")
set_property(GLOBAL PROPERTY MOLY_ROOMS "")

function(moly_module name)
    cmake_parse_arguments(ARG "NOT_IN_LIBMOLY" "LAYER" "NEEDS;SOURCES;LIBRARIES" ${ARGN})
    if(ARG_UNPARSED_ARGUMENTS OR NOT DEFINED ARG_LAYER OR NOT ARG_SOURCES)
        message(FATAL_ERROR "moly_module(${name}): needs LAYER and SOURCES; "
                            "not understood: ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    foreach(room IN LISTS ARG_NEEDS)
        get_property(floor GLOBAL PROPERTY MOLY_FLOOR_${room})
        if(floor STREQUAL "")
            message(FATAL_ERROR "room ${name} needs ${room}, which is not built before it")
        elseif(NOT floor LESS ARG_LAYER)
            message(FATAL_ERROR "room ${name} (floor ${ARG_LAYER}) must not use ${room} "
                                "(floor ${floor}): data flows upward only")
        endif()
    endforeach()
    foreach(source IN LISTS ARG_SOURCES)
        if(NOT IS_ABSOLUTE ${source})
            moly_check_includes(${name} ${source} "${name};${ARG_NEEDS}")
        endif()
    endforeach()

    add_library(moly_${name} OBJECT ${ARG_SOURCES})
    set_property(GLOBAL PROPERTY MOLY_FLOOR_${name} ${ARG_LAYER})
    set_property(GLOBAL APPEND PROPERTY MOLY_ROOMS ${name})
    if(NOT ARG_NOT_IN_LIBMOLY)
        set_property(GLOBAL APPEND PROPERTY MOLY_LIBRARY_ROOMS ${name})
    endif()
    target_link_libraries(moly_${name} PUBLIC moly_flags ${ARG_LIBRARIES})
endfunction()

# Public headers of a room are moly/<room>/*.h; its inside is reached by "file.h" only.
function(moly_check_includes name source allowed)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
    file(STRINGS ${source} lines REGEX "^#include \"")
    foreach(line IN LISTS lines)
        if(line MATCHES "\"moly/([a-z]+)/")
            if(NOT CMAKE_MATCH_1 IN_LIST allowed)
                message(FATAL_ERROR "${name}/${source} includes a header of room "
                                    "${CMAKE_MATCH_1}, which NEEDS does not name")
            endif()
        elseif(line MATCHES "\\.\\./")
            message(FATAL_ERROR "${name}/${source} reaches into another room: ${line}")
        endif()
    endforeach()
endfunction()
