// SPDX-License-Identifier: Apache-2.0
#include "config/source_text.h"

#include "base/limits.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace burrow {

namespace {

/// A longer line is no help to look at, and would be copied for each finding.
constexpr qsizetype excerpt_bytes_max = 64 << 10;
constexpr QByteArrayView byte_order_mark("\xEF\xBB\xBF", 3);

/// How many bytes the character that starts at `at` takes; 0 when it is not UTF-8. Overlong forms, surrogates
/// and everything above U+10FFFF are refused, as RFC 3629 demands.
int utf8LengthAt(QByteArrayView bytes, qsizetype at)
{
    const auto byte = [bytes](qsizetype index) {
        return index < bytes.size() ? static_cast<unsigned char>(bytes[index]) : 0U;
    };
    const unsigned first = byte(at);
    if (first < 0x80)
        return 1;
    unsigned low = 0x80;
    unsigned high = 0xBF;
    int length = 0;
    if (first >= 0xC2 && first <= 0xDF) {
        length = 2;
    } else if (first >= 0xE0 && first <= 0xEF) {
        length = 3;
        low = first == 0xE0 ? 0xA0 : low;
        high = first == 0xED ? 0x9F : high;
    } else if (first >= 0xF0 && first <= 0xF4) {
        length = 4;
        low = first == 0xF0 ? 0x90 : low;
        high = first == 0xF4 ? 0x8F : high;
    } else {
        return 0;
    }
    if (byte(at + 1) < low || byte(at + 1) > high)
        return 0;
    for (int index = 2; index < length; ++index) {
        if ((byte(at + index) & 0xC0) != 0x80)
            return 0;
    }
    return length;
}

bool isForbiddenControl(char byte)
{
    const auto value = static_cast<unsigned char>(byte);
    return (value < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || value == 0x7F;
}

QString hexadecimal(char byte, int digits)
{
    return QStringLiteral("%1").arg(static_cast<unsigned char>(byte), digits, 16, QLatin1Char('0')).toUpper();
}

Place placeAt(const SourcePointer &source, qsizetype offset)
{
    Place place{source, source->lineAt(offset), 0, 1};
    place.byteColumn = static_cast<int>(offset - source->offset(place.line, 0));
    return place;
}

Finding aboutFile(const QString &name, FindingCode code, const QString &message, const QString &help = {})
{
    Finding finding;
    finding.file = name;
    finding.code = code;
    finding.message = message;
    finding.help = help;
    return finding;
}

} // namespace

SourceText::SourceText(QString name, QByteArray bytes)
    : m_name(std::move(name))
    , m_folder(QFileInfo(m_name).absolutePath())
    , m_bytes(std::move(bytes))
    , m_lineStarts{0}
{
    for (qsizetype at = m_bytes.indexOf('\n'); at >= 0; at = m_bytes.indexOf('\n', at + 1))
        m_lineStarts.push_back(at + 1);
}

SourceText::SourceText(const std::shared_ptr<const SourceText> &written, QByteArray bytes, Indentations changed)
    : SourceText(written->name(), std::move(bytes))
{
    m_written = written;
    m_changed = std::move(changed);
}

SourceText::WrittenPlace SourceText::asWritten(int number, int byteColumn) const
{
    const QByteArrayView text = m_written ? m_written->line(number) : line(number);
    qsizetype column = byteColumn;
    if (const auto changed = m_changed.constFind(number); changed != m_changed.constEnd()) {
        column = byteColumn < changed->read ? std::min(byteColumn, changed->written)
                                            : byteColumn - changed->read + changed->written;
    }
    return {text, std::min(column, text.size())};
}

QByteArrayView SourceText::line(int number) const
{
    if (number < 1 || number > lineCount())
        return {};
    const qsizetype first = m_lineStarts[static_cast<std::size_t>(number - 1)];
    const qsizetype next =
        number < lineCount() ? m_lineStarts[static_cast<std::size_t>(number)] - 1 : m_bytes.size();
    QByteArrayView text = QByteArrayView(m_bytes).sliced(first, next - first);
    if (text.endsWith('\r'))
        text.chop(1);
    return text;
}

qsizetype SourceText::offset(int number, int byteColumn) const
{
    if (number < 1 || number > lineCount())
        return m_bytes.size();
    return std::min<qsizetype>(m_bytes.size(), m_lineStarts[static_cast<std::size_t>(number - 1)] + byteColumn);
}

int SourceText::lineAt(qsizetype offset) const
{
    const auto after = std::upper_bound(m_lineStarts.begin(), m_lineStarts.end(), offset);
    return static_cast<int>(after - m_lineStarts.begin());
}

int charactersIn(QByteArrayView utf8)
{
    return static_cast<int>(
        std::count_if(utf8.begin(), utf8.end(), [](char byte) { return (byte & 0xC0) != 0x80; }));
}

qsizetype firstInvalidUtf8(QByteArrayView bytes)
{
    for (qsizetype at = 0; at < bytes.size();) {
        const int length = utf8LengthAt(bytes, at);
        if (length == 0)
            return at;
        at += length;
    }
    return -1;
}

QString shown(const Placed<QByteArray> &value)
{
    return value.secret ? QStringLiteral("\"***\"") : quoted(value.value);
}

QString Place::toText() const
{
    if (!isGiven())
        return {};
    const Finding finding = findingAt(*this, FindingCode::Syntax, {});
    return QStringLiteral("%1:%2:%3").arg(finding.file).arg(finding.line).arg(finding.column);
}

Finding findingAt(const Place &place, FindingCode code, const QString &message, const QString &help)
{
    Finding finding;
    finding.code = code;
    finding.message = message;
    finding.help = help;
    if (!place.isGiven())
        return finding;
    const auto [line, start] = place.source->asWritten(place.line, place.byteColumn);
    const qsizetype length = std::min<qsizetype>(place.byteLength, line.size() - start);
    finding.file = place.source->name();
    finding.line = place.line;
    finding.column = charactersIn(line.first(start)) + 1;
    finding.length = std::max(1, charactersIn(line.sliced(start, length)));
    if (line.size() <= excerpt_bytes_max)
        finding.excerpt = QString::fromUtf8(line);
    return finding;
}

void report(Findings &findings, const Place &place, FindingCode code, const QString &message,
            const QString &help)
{
    if (!isFull(findings))
        addFinding(findings, findingAt(place, code, message, help));
}

void reportWarning(Findings &findings, const Place &place, FindingCode code, const QString &message,
                   const QString &help)
{
    if (isFull(findings))
        return;
    Finding finding = findingAt(place, code, message, help);
    finding.severity = Severity::Warning;
    addFinding(findings, std::move(finding));
}

SourcePointer readSource(const QString &path, Findings &findings)
{
    if (QFileInfo(path).isDir()) {
        addFinding(findings, aboutFile(path, FindingCode::FileUnreadable, QStringLiteral("this is a directory"),
                                       QStringLiteral("name a file in it")));
        return nullptr;
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        addFinding(findings,
                   aboutFile(path, FindingCode::FileUnreadable,
                             QStringLiteral("the file cannot be opened: %1").arg(file.errorString())));
        return nullptr;
    }
    // One byte more than is allowed tells a file that fits from one that does not, also where it has no size.
    QByteArray bytes = file.read(limits::configuration_bytes_max + 1);
    if (file.error() != QFileDevice::NoError) {
        addFinding(findings, aboutFile(path, FindingCode::FileUnreadable,
                                       QStringLiteral("the file cannot be read: %1").arg(file.errorString())));
        return nullptr;
    }
    return checkedSource(path, std::move(bytes), findings);
}

SourcePointer checkedSource(const QString &name, QByteArray bytes, Findings &findings)
{
    if (bytes.size() > limits::configuration_bytes_max) {
        addFinding(findings, aboutFile(name, FindingCode::FileTooLarge,
                                       QStringLiteral("the file is larger than %1 MiB, the most that is read")
                                           .arg(limits::configuration_bytes_max >> 20)));
        return nullptr;
    }
    if (bytes.startsWith(byte_order_mark))
        bytes.remove(0, byte_order_mark.size());
    auto source = std::make_shared<const SourceText>(name, std::move(bytes));
    const QByteArrayView text = source->bytes();
    if (const qsizetype at = firstInvalidUtf8(text); at >= 0) {
        report(findings, placeAt(source, at), FindingCode::Encoding,
               QStringLiteral("the byte 0x%1 is not UTF-8").arg(hexadecimal(text[at], 2)),
               QStringLiteral("save the file as UTF-8"));
        return nullptr;
    }
    const auto control = std::find_if(text.begin(), text.end(), isForbiddenControl);
    if (control != text.end()) {
        report(findings, placeAt(source, control - text.begin()), FindingCode::Encoding,
               QStringLiteral("the control character U+%1 is not allowed").arg(hexadecimal(*control, 4)),
               QStringLiteral("remove it, or write it as an escape in double quotes"));
        return nullptr;
    }
    return source;
}

} // namespace burrow
