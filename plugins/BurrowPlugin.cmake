# burrow_add_plugin(ID SOURCES … LINKS …): the library lib<id>.so and, beside it, its manifest.
#
# The manifest <id>.burrow-plugin.json in the plugin's folder is the one place for id, version and configuration
# schema: the header "manifest.h" is made from it, so that the descriptor cannot say anything else.

set(BURROW_PLUGIN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins)
set(BURROW_PLUGIN_INSTALL_DIRECTORY ${CMAKE_INSTALL_LIBDIR}/burrow/plugins)

function(burrow_add_plugin id)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LINKS")
    set(manifest ${CMAKE_CURRENT_SOURCE_DIR}/${id}.burrow-plugin.json)
    burrow_write_manifest_header(${manifest} ${CMAKE_CURRENT_BINARY_DIR}/generated/manifest.h)
    configure_file(${manifest} ${BURROW_PLUGIN_OUTPUT_DIRECTORY}/${id}.burrow-plugin.json COPYONLY)

    set(target plugin_${id})
    add_library(${target} MODULE ${arg_SOURCES})
    target_include_directories(${target} PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/generated)
    target_link_libraries(${target} PRIVATE burrow::abi ${arg_LINKS})
    if(TARGET burrow_warnings)
        target_link_libraries(${target} PRIVATE burrow_warnings)
    endif()

    get_target_property(version_script burrow_abi BURROW_VERSION_SCRIPT)
    target_link_options(${target} PRIVATE -Wl,--version-script=${version_script})
    if(NOT BURROW_SANITIZER) # whose symbols the program brings
        target_link_options(${target} PRIVATE -Wl,--no-undefined)
    endif()
    set_target_properties(${target} PROPERTIES
        OUTPUT_NAME ${id}
        PREFIX lib
        C_VISIBILITY_PRESET hidden
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON
        LINK_DEPENDS ${version_script}
        LIBRARY_OUTPUT_DIRECTORY ${BURROW_PLUGIN_OUTPUT_DIRECTORY})

    install(TARGETS ${target} LIBRARY DESTINATION ${BURROW_PLUGIN_INSTALL_DIRECTORY})
    install(FILES ${manifest} DESTINATION ${BURROW_PLUGIN_INSTALL_DIRECTORY})
endfunction()

function(burrow_write_manifest_header manifest header)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${manifest})
    file(READ ${manifest} text)
    string(JSON id GET "${text}" id)
    string(JSON version GET "${text}" version)
    string(JSON schema GET "${text}" config_schema)
    string(REPLACE "\\" "\\\\" schema "${schema}")
    string(REPLACE "\"" "\\\"" schema "${schema}")
    string(REPLACE "\n" "\\n\"\n    \"" schema "${schema}")
    set(content "// Made from ${id}.burrow-plugin.json.\n\n"
        "#define MANIFEST_ID \"${id}\"\n#define MANIFEST_VERSION \"${version}\"\n"
        "#define MANIFEST_CONFIG_SCHEMA")
    string(REPLACE "\n" " \\\n" schema_lines "\n    \"${schema}\"")
    string(JOIN "" content ${content} "${schema_lines}" "\n")
    file(CONFIGURE OUTPUT ${header} CONTENT "${content}" @ONLY)
endfunction()
