// SPDX-License-Identifier: Apache-2.0
#include "config/secret_texts.h"

#include <algorithm>

namespace burrow {

namespace {

constexpr qsizetype looked_for_bytes_min = 4;

} // namespace

void SecretTexts::add(const QByteArray &text)
{
    addOne(text);
    const QByteArrayList lines = text.split('\n');
    if (lines.size() > 1)
        std::for_each(lines.begin(), lines.end(), [this](const QByteArray &line) { addOne(line); });
}

void SecretTexts::addOne(const QByteArray &text)
{
    const QString wanted = QString::fromUtf8(text.trimmed());
    if (text.trimmed().size() < looked_for_bytes_min || m_texts.contains(wanted))
        return;
    const auto longerFirst = [](const QString &a, const QString &b) { return a.size() > b.size(); };
    m_texts.insert(std::upper_bound(m_texts.begin(), m_texts.end(), wanted, longerFirst), wanted);
}

QString SecretTexts::masked(const QString &sentence) const
{
    QString result = sentence;
    for (const QString &each : m_texts)
        result.replace(each, QLatin1String("***"));
    return result;
}

} // namespace burrow
