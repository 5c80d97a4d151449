# cmake -D engine= -D consumer= -D work= -D generator= -D compiler= -D native= -P install_and_consume.cmake
# Everything happens in `work`, emptied first: a header or target that only the source tree has must not be found.
file(REMOVE_RECURSE ${work})
set(prefix ${work}/prefix)

function(step)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

step(${CMAKE_COMMAND} -S ${engine} -B ${work}/engine -G ${generator} -DCMAKE_CXX_COMPILER=${compiler}
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX=${prefix} -DGRAINSCOPE_NATIVE=${native}
  -DGRAINSCOPE_STUDIES=OFF -DBUILD_TESTING=OFF)
step(${CMAKE_COMMAND} --build ${work}/engine)
step(${CMAKE_COMMAND} --install ${work}/engine)

# What belongs to the programs is not installed, and no installed header asks for a library that the engine hides.
file(GLOB_RECURSE headers RELATIVE ${prefix}/include ${prefix}/include/*.h)
if(NOT headers)
  message(FATAL_ERROR "no header was installed")
endif()
foreach(header ${headers})
  if(header MATCHES "^grainscope/(workloads|study|backends)/")
    message(FATAL_ERROR "${header} was installed, but is no part of the library")
  endif()
  file(STRINGS ${prefix}/include/${header} foreign REGEX "#include <(boost|openssl|sqlite3|nlohmann|fmt|Q[A-Z]|tbb|omp)")
  if(foreign)
    message(FATAL_ERROR "${header} includes what the library hides: ${foreign}")
  endif()
  file(STRINGS ${prefix}/include/${header} own REGEX "#include <grainscope/")
  foreach(line ${own})
    string(REGEX REPLACE ".*<(grainscope/[^>]+)>.*" "\\1" included "${line}")
    if(NOT EXISTS ${prefix}/include/${included})
      message(FATAL_ERROR "${header} includes ${included}, which was not installed")
    endif()
  endforeach()
endforeach()

step(${CMAKE_COMMAND} -S ${consumer} -B ${work}/consumer -G ${generator} -DCMAKE_CXX_COMPILER=${compiler}
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH=${prefix})
step(${CMAKE_COMMAND} --build ${work}/consumer)
step(${work}/consumer/consumer)
