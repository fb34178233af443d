// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

#include <optional>

namespace burrow {

/// Cuts what comes in pieces into lines. It looks at each byte once, however small the pieces are.
class LineBuffer
{
public:
    void add(const QByteArray &piece) { m_bytes += piece; }
    /// The next whole line without its end; nothing while there is none.
    std::optional<QByteArray> take()
    {
        const qsizetype end = m_bytes.indexOf('\n', m_looked);
        if (end < 0) {
            // Moved to the front only here, so that a buffer of many lines is not moved for each of them.
            m_bytes.remove(0, m_begin);
            m_begin = 0;
            m_looked = m_bytes.size();
            return std::nullopt;
        }
        QByteArray line = m_bytes.mid(m_begin, end - m_begin);
        m_begin = m_looked = end + 1;
        return line;
    }
    /// Bytes of the line that has begun, once take() has given nothing.
    qsizetype begun() const { return m_bytes.size() - m_begin; }
    void clear() { *this = {}; }

private:
    QByteArray m_bytes;
    qsizetype m_begin = 0;  ///< Of the line that is next.
    qsizetype m_looked = 0; ///< Before this there is no end of it.
};

} // namespace burrow
