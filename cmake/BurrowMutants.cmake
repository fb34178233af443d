# Bugs that are kept as patches, each of one file of host/, and planted into a test: the test is to find them.

# burrow_mutated_file(OUTPUT_VARIABLE PATCH): a copy of the file that the patch names, with the patch applied. A
# patch that no longer applies fails the build of whatever uses the copy. It lies in a folder of the patch's
# name, under the path that the original has under host/: so a header that is changed can be put in front of the
# one that ships.
function(burrow_mutated_file output patch)
    cmake_path(GET patch STEM name)
    file(STRINGS ${patch} target_line REGEX "^\\+\\+\\+ b/host/" LIMIT_COUNT 1)
    string(REPLACE "+++ b/host/" "" original "${target_line}")
    set(mutated ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}/${original})
    cmake_path(GET mutated PARENT_PATH folder)
    add_custom_command(OUTPUT ${mutated}
        COMMAND ${CMAKE_COMMAND} -E make_directory ${folder}
        COMMAND patch --quiet --batch --output=${mutated} ${PROJECT_SOURCE_DIR}/host/${original} ${patch}
        DEPENDS ${PROJECT_SOURCE_DIR}/host/${original} ${patch}
        VERBATIM)
    set(${output} ${mutated} PARENT_SCOPE)
endfunction()
