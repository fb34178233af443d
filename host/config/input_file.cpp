// SPDX-License-Identifier: Apache-2.0
#include "config/input_file.h"

#include "base/limits.h"

#include <QFile>
#include <QFileInfo>

#include <algorithm>

namespace burrow {

namespace {

constexpr qint64 chunk_bytes = 64 << 10;
constexpr QByteArrayView byte_order_mark("\xEF\xBB\xBF", 3);

/// JSON may escape what it carries; a line that is longer than this carries more than an input may.
qsizetype lineBytesMax(InputForm form)
{
    return form == InputForm::JsonLines ? 2 * limits::input_bytes_max : limits::input_bytes_max;
}

Finding unreadable(const QString &path, const QString &problem)
{
    Finding finding;
    finding.file = path;
    finding.code = FindingCode::InputFileUnreadable;
    finding.message = QStringLiteral("the file of inputs cannot be read: %1").arg(problem);
    return finding;
}

} // namespace

InputForm inputForm(const QString &path)
{
    return path.endsWith(QLatin1String(".jsonl"), Qt::CaseInsensitive) ? InputForm::JsonLines
                                                                       : InputForm::TextLines;
}

InputLineReader::InputLineReader(QString name, InputForm form)
    : m_name(std::move(name))
    , m_form(form)
    , m_lineBytesMax(lineBytesMax(form))
{
}

void InputLineReader::feed(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf('\n');
        keep(end < 0 ? bytes : bytes.first(end));
        if (end < 0)
            return;
        endLine();
        bytes = bytes.sliced(end + 1);
    }
}

void InputLineReader::finish()
{
    if (!m_line.isEmpty() || m_overlong)
        endLine();
}

void InputLineReader::keep(QByteArrayView part)
{
    if (m_overlong)
        return;
    // One byte more may still be the carriage return of a line that fits.
    m_overlong = m_line.size() + part.size() > m_lineBytesMax + 1;
    if (m_overlong)
        m_line.clear();
    else
        m_line.append(part);
}

void InputLineReader::endLine()
{
    QByteArrayView text = m_line;
    if (m_number == 1 && text.startsWith(byte_order_mark))
        text = text.sliced(byte_order_mark.size());
    if (text.endsWith('\r'))
        text.chop(1);
    if (m_overlong || text.size() > m_lineBytesMax) {
        ++m_badLines;
        InputLine{m_name, m_number, {}, m_findings}.report(
            0, 1, FindingCode::InputTooLong,
            QStringLiteral("the line is longer than %1 MiB").arg(m_lineBytesMax >> 20));
    } else if (!text.trimmed().isEmpty()) {
        readLine(text);
    }
    m_line.clear();
    m_overlong = false;
    ++m_number;
}

void InputLineReader::readLine(QByteArrayView text)
{
    const InputLine line{m_name, m_number, text, m_findings};
    std::optional<Input> input = m_form == InputForm::JsonLines ? inputFromJson(line) : inputFromText(line);
    if (input)
        m_inputs.push_back({m_number, std::move(*input)});
    else
        ++m_badLines;
}

std::vector<ReadInput> InputLineReader::takeInputs()
{
    return std::exchange(m_inputs, {});
}

Findings InputLineReader::takeFindings()
{
    return std::exchange(m_findings, {});
}

InputFileContent readInputFile(const QString &path)
{
    InputFileContent content;
    if (QFileInfo(path).isDir()) {
        content.findings.push_back(unreadable(path, QStringLiteral("it is a directory")));
        return content;
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        content.findings.push_back(unreadable(path, file.errorString()));
        return content;
    }
    InputLineReader reader(path, inputForm(path));
    for (QByteArray bytes = file.read(chunk_bytes); !bytes.isEmpty(); bytes = file.read(chunk_bytes))
        reader.feed(bytes);
    reader.finish();
    content.inputs = reader.takeInputs();
    content.findings = reader.takeFindings();
    if (file.error() != QFileDevice::NoError)
        content.findings.push_back(unreadable(path, file.errorString()));
    content.findings = arrangeFindings(std::move(content.findings));
    return content;
}

InputFileContent startInputs(const SessionSettings &session)
{
    InputFileContent content;
    if (!session.onStart.file.value.isEmpty())
        content = readInputFile(session.onStart.file.value);
    for (const Placed<QByteArray> &text : session.onStart.texts) {
        Input input;
        input.body = PromptBody{text.value, {}, {}};
        content.inputs.push_back({text.place.line, std::move(input)});
    }
    // The path stands in the configuration, so that is where it is put right.
    for (Finding &each : content.findings) {
        if (each.code == FindingCode::InputFileUnreadable && session.onStart.file.place.isGiven())
            each =
                findingAt(session.onStart.file.place, each.code,
                          QStringLiteral("%1: %2").arg(session.onStart.file.secret ? QStringLiteral("\"***\"")
                                                                                   : session.onStart.file.value,
                                                       each.message));
    }
    return content;
}

} // namespace burrow
