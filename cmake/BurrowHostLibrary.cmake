# libburrow-host.so: what a program of somebody else links to carry sessions itself. The programs of this
# project link the folders' static libraries instead, so that each holds only what it uses.

# In the order of the layering. A folder that is not built yet is left out.
set(host_folders
    base model machine core operations port session drain event store plugin config control rpc compose)
# Those whose headers a program may include. What the others offer is behind port/, control/ and compose/.
set(public_folders base model machine core port config control rpc compose)

add_library(burrow-host SHARED)
add_library(burrow::host ALIAS burrow-host)

set(folder_targets)
# What control/ hands out of a folder that is private otherwise.
set(public_headers ${PROJECT_SOURCE_DIR}/host/session/direct_run.h)
foreach(folder IN LISTS host_folders)
    if(NOT TARGET burrow_${folder})
        continue()
    endif()
    list(APPEND folder_targets burrow_${folder})
    if(folder IN_LIST public_folders)
        file(GLOB headers CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/host/${folder}/*.h)
        list(APPEND public_headers ${headers})
    endif()
endforeach()

# The objects go in whole, for nothing inside the library refers to what only its users call. The archives come
# behind them for the libraries that they name, and give no object a second time.
foreach(target IN LISTS folder_targets)
    target_sources(burrow-host PRIVATE $<TARGET_OBJECTS:${target}>)
endforeach()
target_link_libraries(burrow-host PUBLIC Qt6::Core PRIVATE ${folder_targets})
target_compile_definitions(burrow-host INTERFACE QT_NO_KEYWORDS)
target_compile_features(burrow-host INTERFACE cxx_std_20)
target_sources(burrow-host PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/host FILES ${public_headers})
set_target_properties(burrow-host PROPERTIES
    LINKER_LANGUAGE CXX
    EXPORT_NAME host
    VERSION ${PROJECT_VERSION}
    SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})

install(TARGETS burrow-host EXPORT burrow-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/burrow-host)
