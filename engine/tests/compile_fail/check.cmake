# Compiles a snippet that must not compile: the first error that the compiler reports must be the one it expects.
# cmake -DCOMPILER=c++ -DINCLUDE=dir -DSNIPPET=file.cpp -P check.cmake
file(READ ${SNIPPET} source LIMIT 400)
string(REGEX MATCH "EXPECT: ([^\n]*)" line "${source}")
set(expected "${CMAKE_MATCH_1}")
execute_process(COMMAND ${COMPILER} -std=c++23 -fsyntax-only -fdiagnostics-color=never -I${INCLUDE} ${SNIPPET}
  RESULT_VARIABLE failed ERROR_VARIABLE output OUTPUT_QUIET)
if(NOT failed)
  message(FATAL_ERROR "this compiles")
endif()
string(REGEX MATCH "error: [^\n]*" first_error "${output}")
string(FIND "${first_error}" "${expected}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "expected: ${expected}\nfirst error: ${first_error}")
endif()
