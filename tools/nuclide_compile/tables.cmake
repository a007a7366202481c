# SPDX-License-Identifier: Apache-2.0
# Included by src/nuclide. nuclide_compile runs at every build whose data changed; the C files that it
# writes are MOLY_NUCLIDE_TABLES.
set(nuclide_inside ${CMAKE_SOURCE_DIR}/src/nuclide)
set(nuclide_compile ${CMAKE_SOURCE_DIR}/tools/nuclide_compile)
add_executable(nuclide_compile
    ${nuclide_compile}/csv.c
    ${nuclide_compile}/main.c
    ${nuclide_compile}/rows.c
    ${nuclide_compile}/write.c
    ${nuclide_inside}/draft.c
    ${nuclide_inside}/element.c
    ${nuclide_inside}/words.c)
target_include_directories(nuclide_compile PRIVATE ${nuclide_compile} ${nuclide_inside})
target_link_libraries(nuclide_compile PRIVATE moly_base PkgConfig::SODIUM)

set(nuclide_data ${CMAKE_SOURCE_DIR}/data/nuclides)
set(nuclide_files
    01-H 02-He 03-Li 04-Be 05-B 06-C 07-N 08-O 09-F 10-Ne 100-Fm 11-Na 12-Mg 13-Al 14-Si 15-P
    16-S 17-Cl 18-Ar 19-K 20-Ca 21-Sc 22-Ti 23-V 24-Cr 25-Mn 26-Fe 27-Co 28-Ni 29-Cu 30-Zn 31-Ga
    32-Ge 33-As 34-Se 35-Br 36-Kr 37-Rb 38-Sr 39-Y 40-Zr 41-Nb 42-Mo 43-Tc 44-Ru 45-Rh 46-Pd
    47-Ag 48-Cd 49-In 50-Sn 51-Sb 52-Te 53-I 54-Xe 55-Cs 56-Ba 57-La 58-Ce 59-Pr 60-Nd 61-Pm
    62-Sm 63-Eu 64-Gd 65-Tb 66-Dy 67-Ho 68-Er 69-Tm 70-Yb 71-Lu 72-Hf 73-Ta 74-W 75-Re 76-Os
    77-Ir 78-Pt 79-Au 80-Hg 81-Tl 82-Pb 83-Bi 84-Po 85-At 86-Rn 87-Fr 88-Ra 89-Ac 90-Th 91-Pa
    92-U 93-Np 94-Pu 95-Am 96-Cm 97-Bk 98-Cf 99-Es)
list(TRANSFORM nuclide_files PREPEND ${nuclide_data}/)
list(TRANSFORM nuclide_files APPEND .csv)
set(nuclide_out ${CMAKE_BINARY_DIR}/nuclide)
set(MOLY_NUCLIDE_TABLES ${nuclide_out}/nuclide_set.c)
foreach(part RANGE 3)
    list(APPEND MOLY_NUCLIDE_TABLES ${nuclide_out}/nuclide_lines_${part}.c)
endforeach()
file(MAKE_DIRECTORY ${nuclide_out})
add_custom_command(OUTPUT ${MOLY_NUCLIDE_TABLES}
    COMMAND nuclide_compile ${nuclide_data} moly-2026.1 ${nuclide_out}
    DEPENDS nuclide_compile ${nuclide_files}
    COMMENT "Compiling the nuclide tables")
