# SPDX-License-Identifier: Apache-2.0
# libmoly, shared and static, from the rooms that belong to it.
get_property(library_rooms GLOBAL PROPERTY MOLY_LIBRARY_ROOMS)
foreach(kind IN ITEMS SHARED STATIC)
    string(TOLOWER ${kind} suffix)
    add_library(libmoly_${suffix} ${kind})
    foreach(room IN LISTS library_rooms)
        target_link_libraries(libmoly_${suffix} PRIVATE moly_${room})
    endforeach()
    set_target_properties(libmoly_${suffix} PROPERTIES OUTPUT_NAME moly
        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}
        EXPORT_NAME ${suffix} LINKER_LANGUAGE CXX)
    target_include_directories(libmoly_${suffix} INTERFACE
        $<BUILD_INTERFACE:${CMAKE_SOURCE_DIR}/include>
        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
endforeach()
# Nothing that the parts bring along is exported.
target_link_options(libmoly_shared PRIVATE -Wl,--exclude-libs,ALL
    "-Wl,--version-script=${CMAKE_SOURCE_DIR}/cmake/libmoly.map")
if(NOT MOLY_SANITIZE) # a sanitizer's own symbols come with the program
    target_link_options(libmoly_shared PRIVATE -Wl,--no-undefined)
endif()
