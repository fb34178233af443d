// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArrayList>
#include <QString>

namespace burrow {

/// What references brought into a configuration from the environment and from files. Whoever writes for people
/// puts `***` in its place. Values are masked where they are shown; this is for sentences of others, such as a
/// plugin's, that may repeat one.
class SecretTexts
{
public:
    /// Texts of fewer than 4 bytes are too common to be looked for; each line of a longer text counts by
    /// itself.
    void add(const QByteArray &text);
    bool isEmpty() const { return m_texts.isEmpty(); }

    QString masked(const QString &sentence) const;

private:
    void addOne(const QByteArray &text);

    QStringList m_texts; // Longest first, so that one that holds another goes as a whole.
};

} // namespace burrow
