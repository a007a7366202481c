# SPDX-License-Identifier: Apache-2.0
# What `cmake --install` and CPack deliver: the command, libmoly in both forms, headers, man pages,
# completion, the web front end, the data's sources.
include(CMakePackageConfigHelpers)

install(TARGETS moly RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS libmoly_shared libmoly_static
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/moly DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY web/dist/ DESTINATION ${CMAKE_INSTALL_DATADIR}/moly/web OPTIONAL)

set(MOLY_PC_REQUIRES "jansson libsodium sqlite3 libpq libserialport zlib")
# The installed tree may be moved: moly.pc finds its prefix from where it stands.
file(RELATIVE_PATH MOLY_PC_PREFIX /p/${CMAKE_INSTALL_LIBDIR}/pkgconfig /p)
configure_file(cmake/moly.pc.in ${CMAKE_BINARY_DIR}/moly.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/moly.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
configure_package_config_file(cmake/molyConfig.cmake.in ${CMAKE_BINARY_DIR}/molyConfig.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/moly
    PATH_VARS CMAKE_INSTALL_INCLUDEDIR CMAKE_INSTALL_LIBDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/molyConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/molyConfig.cmake ${CMAKE_BINARY_DIR}/molyConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/moly)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME moly)
set(CPACK_PACKAGE_CONTACT "Moly developers <developers@moly.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION science)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "fonts-noto-core")
set(CPACK_STRIP_FILES ON)
include(CPack)
