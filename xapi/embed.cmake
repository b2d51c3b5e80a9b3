# embed.cmake - writes a file as a C array: cmake -DIN=... -DOUT=... -DNAME=... -DHEADER=... -P embed.cmake
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
# Lines of sixteen: compilers and people dislike one line of half a megabyte.
set(sixteen "0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,")
string(REGEX REPLACE "(${sixteen})" "\\1\n" bytes "${bytes}")
file(WRITE ${OUT}.new "/* Made of ${NAME} by embed.cmake. */\n#include \"${HEADER}\"\n"
  "const unsigned char ${NAME}[] = {\n${bytes}0};\n"
  "const size_t ${NAME}_len = sizeof ${NAME} - 1;\n")
file(RENAME ${OUT}.new ${OUT})
