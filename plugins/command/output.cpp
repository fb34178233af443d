// SPDX-License-Identifier: Apache-2.0

#include "output.h"

namespace command {

namespace {

constexpr std::string_view replacement = "\xef\xbf\xbd"; // U+FFFD
constexpr size_t tailLinesMax = 20;
constexpr size_t tailLineBytesMax = 500;

struct Sequence
{
    size_t size = 0;      // how many bytes to take
    bool valid = false;   // they are one whole sequence
    bool waiting = false; // they may be the begin of one
};

bool isContinuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

// The second byte of a sequence excludes overlong forms, surrogates and what lies beyond U+10FFFF.
bool secondFits(unsigned char lead, unsigned char second)
{
    switch (lead) {
    case 0xe0:
        return second >= 0xa0;
    case 0xed:
        return second < 0xa0;
    case 0xf0:
        return second >= 0x90;
    case 0xf4:
        return second < 0x90;
    default:
        return true;
    }
}

size_t expectedSize(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    if (lead >= 0xf0 && lead <= 0xf4)
        return 4;
    return 0;
}

// Looks at what `bytes`, which is not empty, begins with.
Sequence sequenceAt(std::string_view bytes)
{
    const auto lead = static_cast<unsigned char>(bytes[0]);
    const size_t expected = expectedSize(lead);
    if (expected == 0)
        return {1, false, false};
    size_t size = 1;
    for (; size < expected && size < bytes.size(); ++size) {
        const auto byte = static_cast<unsigned char>(bytes[size]);
        if (!isContinuation(byte) || (size == 1 && !secondFits(lead, byte)))
            return {size, false, false};
    }
    return {size, size == expected, size < expected};
}

} // namespace

std::string Utf8Stream::take(std::string_view bytes)
{
    const std::string joined = m_waiting + std::string(bytes);
    std::string_view rest = joined;
    std::string text;
    text.reserve(joined.size());
    m_waiting.clear();
    while (!rest.empty()) {
        const Sequence sequence = sequenceAt(rest);
        if (sequence.waiting) {
            m_waiting = rest;
            break;
        }
        text += sequence.valid ? rest.substr(0, sequence.size) : replacement;
        rest.remove_prefix(sequence.size);
    }
    return text;
}

std::string Utf8Stream::finish()
{
    const bool inVain = !m_waiting.empty();
    m_waiting.clear();
    return inVain ? std::string(replacement) : std::string();
}

void LineTail::take(std::string_view text)
{
    while (!text.empty()) {
        if (m_lines.empty() || m_lines.back().ends_with('\n')) {
            m_lines.emplace_back();
            m_isCut = false;
        }
        const size_t end = text.find('\n');
        const std::string_view piece = text.substr(0, end); // npos takes the rest
        appendToLine(piece);
        if (end != std::string_view::npos)
            m_lines.back() += '\n';
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (m_lines.size() > tailLinesMax)
            m_lines.pop_front();
    }
}

void LineTail::appendToLine(std::string_view piece)
{
    std::string &line = m_lines.back();
    if (m_isCut)
        return;
    size_t room = tailLineBytesMax - line.size();
    if (piece.size() <= room) {
        line += piece;
        return;
    }
    while (room > 0 && isContinuation(static_cast<unsigned char>(piece[room])))
        --room; // not inside a character
    line += piece.substr(0, room);
    line += "…";
    m_isCut = true;
}

std::string LineTail::text() const
{
    std::string text;
    for (const std::string &line : m_lines)
        text += line;
    if (text.ends_with('\n'))
        text.pop_back();
    return text;
}

} // namespace command
