// SPDX-License-Identifier: Apache-2.0
//
// Just enough of a test framework for programs without Qt: named cases, checks that throw.

#pragma once

#include <cstdio>
#include <initializer_list>
#include <sstream>
#include <stdexcept>
#include <string>

namespace test {

struct Case
{
    const char *name; // a sentence
    void (*run)();
};

template <typename Value>
std::string shown(const Value &value)
{
    std::ostringstream stream;
    stream << std::boolalpha << value;
    return stream.str();
}

[[noreturn]] inline void fail(const char *file, int line, const std::string &what)
{
    throw std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + what);
}

// Runs every case and answers the exit status.
inline int runCases(std::initializer_list<Case> cases)
{
    int failed = 0;
    for (const Case &test : cases) {
        try {
            test.run();
            std::printf("pass  %s\n", test.name);
        } catch (const std::exception &error) {
            ++failed;
            std::printf("FAIL  %s\n      %s\n", test.name, error.what());
        }
        std::fflush(stdout);
    }
    std::printf("%zu cases, %d failed\n", cases.size(), failed);
    return failed == 0 ? 0 : 1;
}

} // namespace test

#define CHECK(condition)                                                                                       \
    do {                                                                                                       \
        if (!(condition))                                                                                      \
            test::fail(__FILE__, __LINE__, #condition);                                                        \
    } while (false)

#define CHECK_EQUAL(actual, expected)                                                                          \
    do {                                                                                                       \
        const auto &actualValue = (actual);                                                                    \
        const auto &expectedValue = (expected);                                                                \
        if (!(actualValue == expectedValue))                                                                   \
            test::fail(__FILE__, __LINE__,                                                                     \
                       #actual " is " + test::shown(actualValue) + ", not " + test::shown(expectedValue));     \
    } while (false)
