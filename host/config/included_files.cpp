// SPDX-License-Identifier: Apache-2.0
#include "config/included_files.h"

#include "config/include_pattern.h"
#include "config/reference.h"
#include "config/scalar.h"
#include "config/tree_merger.h"
#include "config/value_reader.h"

#include <QFileInfo>

namespace burrow {

namespace {

constexpr qint64 version_read = 1;
constexpr qsizetype depth_max = 8;
constexpr qsizetype files_max = 1000;
constexpr qsizetype bytes_max = 16 << 20; // Of all files together.

/// A file from the future has keys that mean nothing here; saying so once beats a page of unknown keys.
bool isFromTheFuture(const Node &root, Findings &findings)
{
    const Node *version = root.find("version");
    if (!version || version->kind != Node::Kind::Scalar || !version->plain)
        return false;
    const std::optional<qint64> number = readCount(version->text).value;
    if (!number || *number <= version_read)
        return false;
    report(findings, version->place, FindingCode::Version,
           QStringLiteral("the file has version %1, but this program reads version %2")
               .arg(*number)
               .arg(version_read),
           QStringLiteral("install a newer burrow, or write the file for version %1").arg(version_read));
    return true;
}

class FileReader
{
public:
    FileReader(ReferenceExpander &references, Findings &findings)
        : m_references(references)
        , m_findings(findings)
    {
    }

    ReadFiles run(const SourcePointer &main)
    {
        read(main, Empty::Refused);
        return std::move(m_read);
    }

private:
    void read(const SourcePointer &source, Empty empty)
    {
        m_bytes += source->bytes().size();
        m_read.files.append(source->name());
        NodePointer tree = readDocument(source, m_findings, empty);
        if (!tree || isFromTheFuture(*tree, m_findings)) {
            m_read.complete = false;
            return;
        }
        tree = m_references.expand(tree, m_findings);
        const bool isMapping = tree->kind == Node::Kind::Mapping;
        if (!isMapping && !m_read.trees.empty()) {
            m_read.complete = false;
            report(m_findings, tree->place, FindingCode::WrongType,
                   QStringLiteral("the file must be a mapping, but is %1").arg(describe(*tree)),
                   mappingHelp(*tree));
            return;
        }
        const Node *include = tree->find("include");
        m_read.trees.push_back(include ? without(*tree, "include") : tree);
        if (!include)
            return;
        m_open.append(QFileInfo(source->name()).canonicalFilePath());
        readItems(*include, source);
        m_open.removeLast();
    }

    void readItems(const Node &include, const SourcePointer &source)
    {
        if (include.isNull())
            return;
        if (include.kind != Node::Kind::Sequence) {
            refuse(include.place, FindingCode::WrongType,
                   QStringLiteral("include must be a list of paths, but is %1").arg(describe(include)),
                   include.kind == Node::Kind::Scalar && !include.secret
                       ? QStringLiteral("write [ %1 ]").arg(QString::fromUtf8(include.text))
                       : QString());
            return;
        }
        for (const NodePointer &each : include.items) {
            if (each->unresolved)
                m_read.complete = false;
            else if (each->kind != Node::Kind::Scalar || each->isNull() || each->text.isEmpty())
                refuse(each->place, FindingCode::WrongType,
                       QStringLiteral("an item of include must be a path, but is %1").arg(describe(*each)));
            else
                readItem(*each, source);
        }
    }

    void readItem(const Node &item, const SourcePointer &source)
    {
        const IncludeMatch match =
            matchInclude(QString::fromUtf8(item.text), source->name(), m_references.home());
        if (!match.problem.isEmpty())
            refuse(item.place, FindingCode::IncludedFile,
                   QStringLiteral("include names %1, which %2").arg(shown(item), match.problem),
                   item.secret ? QString() : match.help);
        for (const QString &each : match.files) {
            if (!isWithinLimits(item))
                return;
            if (isOpen(each, item))
                continue;
            if (const SourcePointer included = readSource(each, m_findings))
                read(included, Empty::Allowed);
            else
                m_read.complete = false;
        }
    }

    bool isWithinLimits(const Node &item)
    {
        QString message;
        if (m_open.size() > depth_max)
            message = QStringLiteral("files include each other more than %1 deep").arg(depth_max);
        else if (m_read.files.size() >= files_max)
            message = QStringLiteral("the configuration has more than %1 files").arg(files_max);
        else if (m_bytes > bytes_max)
            message = QStringLiteral("the files together are larger than %1 MiB, the most that is read")
                          .arg(bytes_max >> 20);
        if (!message.isEmpty() && !m_isOverLimit)
            refuse(item.place, FindingCode::IncludeLimit, message);
        m_isOverLimit = m_isOverLimit || !message.isEmpty();
        return message.isEmpty();
    }

    /// The file is one of those that lead here.
    bool isOpen(const QString &file, const Node &item)
    {
        const QString canonical = QFileInfo(file).canonicalFilePath();
        // A configuration that came as text need not be a file.
        if (canonical.isEmpty() || !m_open.contains(canonical))
            return false;
        refuse(item.place, FindingCode::IncludeCycle,
               QStringLiteral("%1 includes itself, directly or through others").arg(file),
               isPattern(QString::fromUtf8(item.text))
                   ? QStringLiteral("keep what a pattern matches in a folder of its own")
                   : QStringLiteral("remove one of the includes between them"));
        return true;
    }

    void refuse(const Place &place, FindingCode code, const QString &message, const QString &help = {})
    {
        m_read.complete = false;
        report(m_findings, place, code, message, help);
    }

    ReferenceExpander &m_references;
    Findings &m_findings;
    ReadFiles m_read;
    QStringList m_open; // The files between the first and the one at hand.
    qsizetype m_bytes = 0;
    bool m_isOverLimit = false;
};

} // namespace

ReadFiles readWithIncludes(const SourcePointer &main, ReferenceExpander &references, Findings &findings)
{
    return FileReader(references, findings).run(main);
}

} // namespace burrow
