// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "config/input_file.h"

#include <QObject>

#include <deque>
#include <memory>
#include <optional>

QT_BEGIN_NAMESPACE
class QSocketNotifier;
QT_END_NAMESPACE

namespace burrow {

/// An input and where it stands, as people look it up: `notes.txt:3`.
struct StreamedInput
{
    QString place;
    Input input;
    /// True: an input of `on_start`, whose key is made so that it is known again at the next start.
    bool repeatExpected = false;
};

/// The inputs of a file, a pipe or stdin, read no further than somebody asks: what is not read yet stays with
/// the writer of a pipe and takes no memory here.
class InputStream : public QObject
{
    Q_OBJECT

public:
    /// `-` is stdin. The error names the path.
    static Result<std::unique_ptr<InputStream>> open(const QString &path);
    ~InputStream() override;

    /// The next input. When none has been read yet and the end is not reached, ready() follows.
    std::optional<StreamedInput> next();
    /// Everything was read and taken.
    bool atEnd() const { return m_ended && m_inputs.empty(); }
    /// There is more for certain; whether more comes down a pipe, only its writer knows.
    bool hasMore() const { return !m_inputs.empty() || (m_isFile && !m_ended); }

Q_SIGNALS:
    /// Ask next() and atEnd() again.
    void ready();
    /// A line was left out.
    void lineRefused(const burrow::Findings &findings);

private:
    InputStream(int descriptor, bool isFile, const QString &name, InputForm form);
    void readSome();
    void end();

    const int m_descriptor;
    const bool m_isFile;
    const QString m_name;
    InputLineReader m_reader;
    std::deque<ReadInput> m_inputs;
    bool m_ended = false;
    std::unique_ptr<QSocketNotifier> m_notifier;
};

} // namespace burrow
