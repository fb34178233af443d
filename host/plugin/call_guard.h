// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace burrow {

/// What a call into a plugin came to: its answer, or that an exception left it.
template <typename Answer>
struct CallResult
{
    Answer answer{};
    bool threw = false;
    std::string what; ///< Of the exception, if it had a text.
};

/// Calls into a plugin. No exception passes: the ABI forbids them, and catching one here is best effort, since
/// a library with its own C++ runtime ends the process before we see it.
template <typename Function>
auto guardedCall(Function &&function) noexcept
{
    using Answer = std::invoke_result_t<Function>;
    if constexpr (std::is_void_v<Answer>) {
        CallResult<int> result;
        try {
            std::forward<Function>(function)();
        } catch (const std::exception &exception) {
            result.threw = true;
            result.what = exception.what();
        } catch (...) {
            result.threw = true;
        }
        return result;
    } else {
        CallResult<Answer> result;
        try {
            result.answer = std::forward<Function>(function)();
        } catch (const std::exception &exception) {
            result.threw = true;
            result.what = exception.what();
        } catch (...) {
            result.threw = true;
        }
        return result;
    }
}

} // namespace burrow
