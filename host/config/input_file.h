// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/configuration.h"
#include "config/input_line.h"

namespace burrow {

enum class InputForm : quint8 {
    TextLines, ///< Each line is the text of one prompt.
    JsonLines, ///< Each line is one object; see input_fields_table.cpp.
};

/// JsonLines for a name that ends in ".jsonl", else TextLines.
InputForm inputForm(const QString &path);

struct ReadInput
{
    int line = 0;
    Input input; ///< Its id is null and its time is not set: the host does both.
};

/// Turns bytes as they come (a pipe, a huge file) into inputs. Blank lines and a byte order mark are skipped,
/// lines may end in CRLF, and a bad line is reported while the rest goes on. Holds one line at a time, and what
/// was not taken.
///
///     InputLineReader reader(QStringLiteral("-"), InputForm::TextLines);
///     while (!(bytes = device.read(65536)).isEmpty()) {
///         reader.feed(bytes);
///         submit(reader.takeInputs());
///         printFindings(err, reader.takeFindings());
///     }
///     reader.finish(); // The last line may lack its end.
class InputLineReader
{
public:
    /// `name` is the file's name in findings.
    InputLineReader(QString name, InputForm form);

    void feed(QByteArrayView bytes);
    void finish();

    std::vector<ReadInput> takeInputs();
    Findings takeFindings();
    qint64 badLines() const { return m_badLines; }

private:
    void keep(QByteArrayView part);
    void endLine();
    void readLine(QByteArrayView text);

    // Constant after construction.
    const QString m_name;
    const InputForm m_form;
    const qsizetype m_lineBytesMax;

    QByteArray m_line;       // What has come of the line that is not complete.
    bool m_overlong = false; // The rest of that line is dropped as it comes.
    int m_number = 1;
    qint64 m_badLines = 0;
    std::vector<ReadInput> m_inputs;
    Findings m_findings;
};

struct InputFileContent
{
    std::vector<ReadInput> inputs;
    Findings findings; ///< Arranged.
};

/// A whole file at once.
InputFileContent readInputFile(const QString &path);

/// What a session is given once in its life, as it is written: an input has an idempotency key only if the file
/// gives it one.
InputFileContent startInputs(const SessionSettings &session);

} // namespace burrow
