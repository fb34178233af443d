# What every target of the project shares, and the three functions by which targets are made.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()

add_library(burrow_warnings INTERFACE)
target_compile_options(burrow_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow
    $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
    # Designated initializers name what differs; the rest keeps its default on purpose.
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>
    $<$<BOOL:${BURROW_WARNINGS_AS_ERRORS}>:-Werror>)

if(BURROW_SANITIZER)
    # What the sanitizers add keeps the compiler from seeing that a variant holds something else.
    add_compile_options(-fsanitize=${BURROW_SANITIZER} -fno-omit-frame-pointer -Wno-maybe-uninitialized)
    add_link_options(-fsanitize=${BURROW_SANITIZER})
endif()

# burrow_add_folder(NAME SOURCES … LINKS …): the static library of one folder of host/. LINKS repeats the layer
# table: a folder that is not listed cannot be linked, and tests/tidy checks the includes.
function(burrow_add_folder name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS;PRIVATE_LINKS")
    add_library(burrow_${name} STATIC ${arg_SOURCES})
    add_library(burrow::${name} ALIAS burrow_${name})
    target_include_directories(burrow_${name} PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/host>)
    target_link_libraries(burrow_${name} PUBLIC Qt6::Core ${arg_LINKS}
        PRIVATE $<BUILD_INTERFACE:burrow_warnings> ${arg_PRIVATE_LINKS})
    target_compile_definitions(burrow_${name} PUBLIC QT_NO_KEYWORDS)
    set_target_properties(burrow_${name} PROPERTIES AUTOMOC ON CXX_VISIBILITY_PRESET default)
    burrow_precompile(burrow_${name})
endfunction()

# One precompiled header for all; the first target builds it, the others reuse it.
function(burrow_precompile target)
    if(NOT BURROW_PRECOMPILED_HEADERS)
        return()
    endif()
    if(target STREQUAL "burrow_base")
        target_precompile_headers(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.h)
    else()
        target_precompile_headers(${target} REUSE_FROM burrow_base)
    endif()
endfunction()

# burrow_add_test(NAME SOURCES … LINKS …): one Qt Test executable per subject, run by CTest under its name.
function(burrow_add_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "SOURCES;LINKS;LABELS")
    string(REPLACE "." "_" target test_${name})
    add_executable(${target} ${arg_SOURCES})
    target_link_libraries(${target} PRIVATE Qt6::Test ${arg_LINKS} burrow_warnings)
    if(BURROW_SANITIZER STREQUAL "thread")
        # With it come the edges of tests/sanitizers. Qt Test has a thread of its own, so each test needs them.
        target_link_libraries(${target} PRIVATE burrow::base)
    endif()
    target_compile_definitions(${target} PRIVATE QT_NO_KEYWORDS)
    set_target_properties(${target} PROPERTIES
        AUTOMOC ON
        RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests/bin)
    burrow_precompile(${target})
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    add_test(NAME ${name} COMMAND ${target})
    set(environment
        QT_NO_GLIB=1
        LC_ALL=C.UTF-8
        BURROW_TEST_BUILD_DIR=${PROJECT_BINARY_DIR}
        BURROW_TEST_SOURCE_DIR=${PROJECT_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES
        TIMEOUT ${arg_TIMEOUT}
        LABELS "${arg_LABELS}"
        ENVIRONMENT "${environment}")
endfunction()
