// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "config/finding.h"

#include <QByteArray>
#include <QHash>

#include <memory>

namespace burrow {

/// The bytes of one file and where its lines begin. Shared by every place that points into it, so that a
/// finding made late still shows its line.
class SourceText
{
public:
    SourceText(QString name, QByteArray bytes);

    /// How far a line is indented, in bytes.
    struct Indentation
    {
        int written = 0;
        int read = 0;
    };
    using Indentations = QHash<int, Indentation>;
    /// The file as it is read in the place of `written`: some lines are indented otherwise, the rest is the
    /// same.
    SourceText(const std::shared_ptr<const SourceText> &written, QByteArray bytes, Indentations changed);

    const QString &name() const { return m_name; }
    /// Where the file is, and relative paths in it start; absolute.
    const QString &folder() const { return m_folder; }
    QByteArrayView bytes() const { return m_bytes; }
    int lineCount() const { return static_cast<int>(m_lineStarts.size()); }
    /// Line `number`, from 1, without its end; empty beyond the last.
    QByteArrayView line(int number) const;
    /// The line as its author sees it, and where in it a byte of the line that is read stands.
    struct WrittenPlace
    {
        QByteArrayView line;
        qsizetype byteColumn = 0;
    };
    WrittenPlace asWritten(int number, int byteColumn) const;
    /// The offset of a byte of a line; at most the size.
    qsizetype offset(int number, int byteColumn) const;
    /// The line that holds the byte at `offset`.
    int lineAt(qsizetype offset) const;

private:
    QString m_name;
    QString m_folder;
    QByteArray m_bytes;
    std::vector<qsizetype> m_lineStarts;
    std::shared_ptr<const SourceText> m_written; // Null where the file is read as it is written.
    Indentations m_changed;
};

using SourcePointer = std::shared_ptr<const SourceText>;

/// A place in a file. It counts bytes, because the column in characters is wanted only for findings and costs a
/// walk over the line.
struct Place
{
    SourcePointer source;
    int line = 0;       ///< From 1; 0 for a value that no file gave.
    int byteColumn = 0; ///< From 0.
    int byteLength = 1;

    bool isGiven() const { return source && line > 0; }
    /// "file:line:column".
    QString toText() const;
};

/// A value and where it was written.
template <typename T>
struct Placed
{
    T value{};
    Place place;
    bool secret = false; ///< It came from outside of the files; no output shows it.
};

/// The value between double quotes for a message; `"***"` for a secret one.
QString shown(const Placed<QByteArray> &value);

/// A finding at a place, with the excerpt filled in.
Finding findingAt(const Place &place, FindingCode code, const QString &message, const QString &help = {});
void report(Findings &findings, const Place &place, FindingCode code, const QString &message,
            const QString &help = {});
void reportWarning(Findings &findings, const Place &place, FindingCode code, const QString &message,
                   const QString &help = {});

/// The number of characters in UTF-8 text.
int charactersIn(QByteArrayView utf8);
/// The offset of the first byte that is not UTF-8; -1 when all is well.
qsizetype firstInvalidUtf8(QByteArrayView bytes);

/// Reads a file that a person wrote. Null, with a finding, when it cannot be read, is too large, is not UTF-8
/// or holds control characters. A byte order mark is dropped.
SourcePointer readSource(const QString &path, Findings &findings);
/// The same checks on bytes that are already here.
SourcePointer checkedSource(const QString &name, QByteArray bytes, Findings &findings);

} // namespace burrow
