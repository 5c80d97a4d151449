# What `cmake --install` puts down for the engine: the library, its headers, and what find_package(grainscope) reads.
# Workloads, studies and backends stay inside the programs. Component: engine.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/grainscope)

install(TARGETS grainscope EXPORT grainscopeTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT engine)
install(EXPORT grainscopeTargets NAMESPACE grainscope:: DESTINATION ${package_dir} COMPONENT engine)

foreach(room platform runtime iter sort channel collections metrics trace io)
  if(IS_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/grainscope/${room})
    install(DIRECTORY grainscope/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/grainscope COMPONENT engine
            FILES_MATCHING PATTERN "*.h" PATTERN asio EXCLUDE)
  endif()
endforeach()
install(FILES grainscope/grainscope.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/grainscope COMPONENT engine)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT engine)

configure_package_config_file(cmake/grainscopeConfig.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/grainscopeConfig.cmake
  INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may change the interface.
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/grainscopeConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/grainscopeConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/grainscopeConfigVersion.cmake
        DESTINATION ${package_dir} COMPONENT engine)
