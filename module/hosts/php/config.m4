dnl For phpize builds against an installed libafterword:
dnl   phpize && ./configure --with-afterword=/usr/local && make
PHP_ARG_WITH([afterword], [for Afterword],
  [AS_HELP_STRING([--with-afterword[=DIR]], [Include Afterword; DIR is where it is installed])])

if test "$PHP_AFTERWORD" != "no"; then
  for dir in "$PHP_AFTERWORD" /usr/local /usr; do
    if test -r "$dir/include/afterword/afterword.h"; then
      AFTERWORD_DIR=$dir
      break
    fi
  done
  if test -z "$AFTERWORD_DIR"; then
    AC_MSG_ERROR([afterword/afterword.h not found; install Afterword first, or say --with-afterword=DIR])
  fi
  PHP_ADD_INCLUDE($AFTERWORD_DIR/include)
  PHP_ADD_LIBRARY_WITH_PATH(afterword, $AFTERWORD_DIR/lib, AFTERWORD_SHARED_LIBADD)
  PHP_SUBST(AFTERWORD_SHARED_LIBADD)
  PHP_NEW_EXTENSION(afterword, afterword.c event.c exception.c handle.c json.c, $ext_shared,,
    -std=gnu11 -D_GNU_SOURCE)
fi
