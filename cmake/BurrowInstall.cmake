# What an installation holds besides what each folder installs itself, and how other projects find it.

include(CMakePackageConfigHelpers)
include(${CMAKE_CURRENT_LIST_DIR}/BurrowHostLibrary.cmake)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/burrow)

install(EXPORT burrow-targets NAMESPACE burrow:: DESTINATION ${package_folder})
configure_package_config_file(
    ${CMAKE_CURRENT_LIST_DIR}/burrow-config.cmake.in
    ${PROJECT_BINARY_DIR}/burrow-config.cmake
    INSTALL_DESTINATION ${package_folder}
    PATH_VARS CMAKE_INSTALL_DATADIR CMAKE_INSTALL_LIBDIR)
# Before 1.0 a minor release may change what the host library offers; the C ABI has a version of its own.
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/burrow-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(
    FILES ${PROJECT_BINARY_DIR}/burrow-config.cmake ${PROJECT_BINARY_DIR}/burrow-config-version.cmake
    DESTINATION ${package_folder})

# Editors read it; a configuration names it in its first line.
install(FILES ${PROJECT_SOURCE_DIR}/config/schema/burrow-1.json
    DESTINATION ${CMAKE_INSTALL_DATADIR}/burrow/schema)

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
