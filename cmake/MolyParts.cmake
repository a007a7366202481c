# SPDX-License-Identifier: Apache-2.0
# The chosen parts (see ARCHITECTURE.md for why each one). Rooms name them in LIBRARIES.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(ZLIB REQUIRED)
pkg_check_modules(JANSSON REQUIRED IMPORTED_TARGET jansson>=2.13)
pkg_check_modules(EXPAT REQUIRED IMPORTED_TARGET expat>=2.4.1)
pkg_check_modules(SODIUM REQUIRED IMPORTED_TARGET libsodium>=1.0.18)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3>=3.37)
pkg_check_modules(PQ REQUIRED IMPORTED_TARGET libpq)
pkg_check_modules(MICROHTTPD REQUIRED IMPORTED_TARGET libmicrohttpd)
pkg_check_modules(GNUTLS REQUIRED IMPORTED_TARGET gnutls) # libmicrohttpd-dev brings it
pkg_check_modules(PANGOCAIRO REQUIRED IMPORTED_TARGET pangocairo)
pkg_check_modules(SERIALPORT REQUIRED IMPORTED_TARGET libserialport>=0.1.1)
pkg_check_modules(MPI IMPORTED_TARGET ompi-c) # optional: several processes, mpirun and Slurm

# Zint comes without a .pc file.
find_path(ZINT_INCLUDE_DIR zint.h REQUIRED)
find_library(ZINT_LIBRARY zint REQUIRED)
add_library(Moly::zint INTERFACE IMPORTED)
target_include_directories(Moly::zint INTERFACE ${ZINT_INCLUDE_DIR})
target_link_libraries(Moly::zint INTERFACE ${ZINT_LIBRARY})

# DCMTK by its libraries: Debian's dcmtk.pc names all of them and packages that it does not depend on.
find_path(DCMTK_INCLUDE_DIR dcmtk/dcmdata/dctk.h REQUIRED)
add_library(Moly::dcmtk INTERFACE IMPORTED)
target_include_directories(Moly::dcmtk INTERFACE ${DCMTK_INCLUDE_DIR})
foreach(part IN ITEMS dcmjpeg dcmjpls dcmdata oflog ofstd)
    find_library(DCMTK_${part} ${part} REQUIRED)
    target_link_libraries(Moly::dcmtk INTERFACE ${DCMTK_${part}})
endforeach()

if(MOLY_TESTS)
    pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
    pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
    pkg_check_modules(MPFR REQUIRED IMPORTED_TARGET mpfr)
endif()
