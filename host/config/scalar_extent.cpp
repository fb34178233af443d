// SPDX-License-Identifier: Apache-2.0
#include "config/scalar_extent.h"

namespace burrow {

namespace {

bool isSpace(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// The offset of the value behind `&anchor` and `!tag`, which may stand before it in any order.
qsizetype behindProperties(QByteArrayView bytes, qsizetype at)
{
    while (at < bytes.size() && (bytes[at] == '&' || bytes[at] == '!')) {
        while (at < bytes.size() && !isSpace(bytes[at]))
            ++at;
        while (at < bytes.size() && isSpace(bytes[at]))
            ++at;
    }
    return at;
}

/// The offset behind the closing quote; -1 when there is none.
qsizetype behindQuote(QByteArrayView bytes, qsizetype at)
{
    const char quote = bytes[at];
    for (++at; at < bytes.size(); ++at) {
        if (quote == '"' && bytes[at] == '\\') {
            ++at;
        } else if (bytes[at] == quote) {
            const bool doubled = quote == '\'' && at + 1 < bytes.size() && bytes[at + 1] == '\'';
            if (!doubled)
                return at + 1;
            ++at;
        }
    }
    return -1;
}

} // namespace

ScalarExtent scalarExtent(const Place &start, QByteArrayView text)
{
    const SourceText &source = *start.source;
    const QByteArrayView bytes = source.bytes();
    const qsizetype marked = source.offset(start.line, start.byteColumn);
    const qsizetype first = behindProperties(bytes, marked);
    ScalarExtent extent;
    extent.place = start;
    if (first != marked && first < bytes.size()) {
        extent.place.line = source.lineAt(first);
        extent.place.byteColumn = static_cast<int>(first - source.offset(extent.place.line, 0));
    }
    extent.lastLine = extent.place.line;
    const qsizetype toLineEnd = source.line(extent.place.line).size() - extent.place.byteColumn;
    const char sign = first < bytes.size() ? bytes[first] : '\0';
    qsizetype length = std::min<qsizetype>(text.size(), toLineEnd);
    if (sign == '"' || sign == '\'') {
        extent.style = ScalarStyle::Quoted;
        const qsizetype end = behindQuote(bytes, first);
        extent.closed = end >= 0;
        extent.lastLine = source.lineAt(extent.closed ? end - 1 : bytes.size());
        length = extent.closed ? std::min(end - first, toLineEnd) : 1;
    } else if (sign == '|' || sign == '>') {
        extent.style = ScalarStyle::Block;
        length = 1;
    }
    extent.place.byteLength = static_cast<int>(std::max<qsizetype>(1, length));
    return extent;
}

} // namespace burrow
