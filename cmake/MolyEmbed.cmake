# SPDX-License-Identifier: Apache-2.0
# cmake -DOUT=file.c -DHEADER=file.h -DTYPE=t -DNAME=array -DFILES=a;b -P MolyEmbed.cmake
# Texts become one table of {name, text}: a file's name without its ending, and what it holds.
set(rows "")
foreach(file IN LISTS FILES)
    get_filename_component(name ${file} NAME_WLE)
    file(READ ${file} text HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" text "${text}")
    string(REGEX REPLACE "(\\\\x0a)" "\\1\"\n     \"" text "${text}")
    string(APPEND rows "    {\"${name}\",\n     \"${text}\"},\n")
endforeach()
file(WRITE ${OUT} "#include \"${HEADER}\"\n\nconst ${TYPE} ${NAME}[] = {\n${rows}    {0}};\n")
