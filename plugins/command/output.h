// SPDX-License-Identifier: Apache-2.0
//
// What a program writes, made fit to be shown.

#pragma once

#include <deque>
#include <string>
#include <string_view>

namespace command {

// Turns bytes that arrive in pieces into valid UTF-8: a sequence that a piece cuts in two waits for its rest,
// and what is not UTF-8 becomes U+FFFD.
class Utf8Stream
{
public:
    std::string take(std::string_view bytes);
    std::string finish(); // what was waiting in vain

private:
    std::string m_waiting; // the begin of a sequence, at most 3 bytes
};

// Keeps the last lines of a stream, each up to a limit.
class LineTail
{
public:
    void take(std::string_view text);

    // The lines, oldest first, each ended by a newline except the last.
    std::string text() const;

private:
    void appendToLine(std::string_view piece);

    std::deque<std::string> m_lines; // the last one is still growing
    bool m_isCut = false;            // that one has reached the limit
};

} // namespace command
