// SPDX-License-Identifier: Apache-2.0
#include "base/plain_text.h"

namespace burrow {

QByteArray withoutControls(const QByteArray &text)
{
    QByteArray out;
    out.reserve(text.size());
    for (qsizetype at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text.at(at));
        const auto next = static_cast<unsigned char>(at + 1 < text.size() ? text.at(at + 1) : 0);
        if (byte == 0xc2 && next >= 0x80 && next < 0xa0) { // U+0080 to U+009F: the controls of eight bits.
            out += "\\x" + QByteArray::number(next, 16);
            ++at;
        } else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f) {
            out += "\\x" + QByteArray::number(byte, 16).rightJustified(2, '0');
        } else {
            out += text.at(at);
        }
    }
    return out;
}

} // namespace burrow
