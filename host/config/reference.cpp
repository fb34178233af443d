// SPDX-License-Identifier: Apache-2.0
#include "config/reference.h"

#include "config/referenced_file.h"

#include <QDir>

#include <algorithm>

namespace burrow {

namespace {

/// A reference is looked for in its file so far behind the beginning of its scalar, besides the scalar's
/// length.
constexpr qsizetype search_slack_bytes = 256;

QString kinds()
{
    return QStringLiteral("there are ${env:NAME}, ${env:NAME:-default} and ${file:path}; for the signs "
                          "themselves write $${");
}

bool isVariableName(QByteArrayView text)
{
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    return !text.isEmpty() && isLetter(text[0]) && std::all_of(text.begin(), text.end(), [&](char c) {
        return isLetter(c) || (c >= '0' && c <= '9');
    });
}

} // namespace

/// One scalar, from the left to the right.
class ReferenceExpander::ScalarExpansion
{
public:
    ScalarExpansion(ReferenceExpander &expander, const Node &node, Findings &findings)
        : m_expander(expander)
        , m_node(node)
        , m_findings(findings)
        , m_searchFrom(node.place.source ? node.place.source->offset(node.place.line, node.place.byteColumn)
                                         : 0)
    {
    }

    NodePointer run()
    {
        auto result = std::make_shared<Node>(m_node);
        result->text.clear();
        QByteArrayView rest = m_node.text;
        while (!rest.isEmpty()) {
            const qsizetype dollar = rest.indexOf('$');
            result->text += dollar < 0 ? rest : rest.first(dollar);
            rest = dollar < 0 ? QByteArrayView() : rest.sliced(dollar);
            if (rest.startsWith("${"))
                rest = rest.sliced(reference(rest, *result));
            else if (!rest.isEmpty()) {
                result->text += '$';
                rest = rest.sliced(rest.startsWith("$$") ? 2 : 1);
            }
        }
        result->unresolved = m_refused;
        return result;
    }

private:
    /// Expands what `text` begins with; its length.
    qsizetype reference(QByteArrayView text, Node &result)
    {
        const qsizetype end = text.indexOf('}');
        m_whole = end < 0 ? text : text.first(end + 1);
        if (end < 0) {
            refuse(FindingCode::ReferenceForm,
                   QStringLiteral("the reference %1 is not closed").arg(quoted(m_whole)),
                   QStringLiteral("close it with \"}\"; for the signs themselves write $${"));
            return m_whole.size();
        }
        const QByteArrayView body = m_whole.sliced(2, end - 2);
        const qsizetype colon = body.indexOf(':');
        const QByteArrayView kind = colon < 0 ? QByteArrayView() : body.first(colon);
        if (body.indexOf("${") >= 0)
            refuse(FindingCode::ReferenceForm, QStringLiteral("a reference stands inside of another one"),
                   QStringLiteral("what stands in a reference is plain text"));
        else if (kind == "env")
            variable(body.sliced(colon + 1), result);
        else if (kind == "file")
            file(body.sliced(colon + 1), result);
        else
            unknownKind(kind, body);
        return m_whole.size();
    }

    void unknownKind(QByteArrayView kind, QByteArrayView body)
    {
        if (kind == "cred" || kind == "cmd")
            refuse(FindingCode::ReferenceNotServed,
                   QStringLiteral("references of the kind %1 are not part of this version").arg(quoted(kind)),
                   kinds());
        else if (isVariableName(body))
            refuse(FindingCode::ReferenceForm, QStringLiteral("%1 is not a reference").arg(quoted(m_whole)),
                   QStringLiteral("write ${env:%1} for the variable, or $${%1} to hand the text on")
                       .arg(QString::fromUtf8(body)));
        else
            refuse(FindingCode::ReferenceForm, QStringLiteral("%1 is not a reference").arg(quoted(m_whole)),
                   kinds());
    }

    void variable(QByteArrayView body, Node &result)
    {
        const qsizetype mark = body.indexOf(":-");
        const QByteArray name = (mark < 0 ? body : body.first(mark)).toByteArray();
        if (!isVariableName(name)) {
            refuse(FindingCode::ReferenceForm,
                   QStringLiteral("%1 cannot be the name of a variable").arg(quoted(name)),
                   QStringLiteral("a name has letters, digits and \"_\"; a default follows after \":-\""));
            return;
        }
        const std::optional<QByteArray> value =
            m_expander.m_variable ? m_expander.m_variable(name) : std::nullopt;
        if (mark >= 0 && (!value || value->isEmpty())) {
            result.text += body.sliced(mark + 2).toByteArray().replace("$$", "$");
            result.expanded = true;
        } else if (!value) {
            refuse(
                FindingCode::VariableNotSet, QStringLiteral("the variable %1 is not set").arg(quoted(name)),
                QStringLiteral("set it, or give a default: ${env:%1:-default}").arg(QString::fromUtf8(name)));
        } else if (firstInvalidUtf8(*value) >= 0) {
            refuse(FindingCode::ReferencedText,
                   QStringLiteral("the variable %1 does not hold text in UTF-8").arg(quoted(name)), {});
        } else {
            give(*value, result);
        }
    }

    void file(QByteArrayView written, Node &result)
    {
        const QString path = QString::fromUtf8(written.toByteArray().replace("$$", "$"));
        if (path.isEmpty()) {
            refuse(FindingCode::ReferenceForm, QStringLiteral("%1 names no file").arg(quoted(m_whole)),
                   kinds());
            return;
        }
        const bool atHome = path.startsWith(QLatin1String("~/"));
        if (atHome && m_expander.m_home.isEmpty()) {
            refuse(FindingCode::BadPath,
                   QStringLiteral("%1 starts with ~, but HOME is not set").arg(quoted(path)),
                   QStringLiteral("set HOME, or write the whole path"));
            return;
        }
        const QString folder = m_node.place.source ? m_node.place.source->folder() : QString();
        const QString whole =
            atHome ? m_expander.m_home + path.mid(1) : QDir::cleanPath(QDir(folder).absoluteFilePath(path));
        const ReferencedFile read = readReferencedFile(whole);
        if (read.text) {
            give(*read.text, result);
            return;
        }
        const bool relative = !atHome && QDir::isRelativePath(path);
        const QString where = QStringLiteral("the path starts where this file is");
        refuse(read.code, QStringLiteral("the file %1 %2").arg(quoted(path), read.problem),
               read.help.isEmpty() && relative ? where : read.help);
    }

    void give(const QByteArray &text, Node &result)
    {
        result.text += text;
        result.expanded = true;
        result.secret = true;
        m_expander.m_secrets.add(text);
    }

    void refuse(FindingCode code, const QString &message, const QString &help)
    {
        m_refused = true;
        // Looking for the place takes a walk over the scalar.
        if (!isFull(m_findings))
            report(m_findings, place(), code, message, help);
    }

    /// The reference itself where the file spells it as it is; else the whole value.
    Place place() const
    {
        Place place = m_node.place;
        if (!place.isGiven())
            return place;
        const SourceText &source = *place.source;
        const QByteArrayView bytes = source.bytes().sliced(m_searchFrom);
        const qsizetype far = std::min(bytes.size(), 2 * m_node.text.size() + search_slack_bytes);
        const qsizetype at = bytes.first(far).indexOf(m_whole);
        if (at < 0)
            return place;
        place.line = source.lineAt(m_searchFrom + at);
        place.byteColumn = static_cast<int>(m_searchFrom + at - source.offset(place.line, 0));
        place.byteLength = static_cast<int>(m_whole.size());
        return place;
    }

    ReferenceExpander &m_expander;
    const Node &m_node;
    Findings &m_findings;
    const qsizetype m_searchFrom;
    QByteArrayView m_whole; // The reference at hand.
    bool m_refused = false;
};

ReferenceExpander::ReferenceExpander(QString home, VariableLookup variable)
    : m_home(std::move(home))
    , m_variable(std::move(variable))
{
}

NodePointer ReferenceExpander::expand(const NodePointer &root, Findings &findings)
{
    m_done.clear();
    return expandNode(root, findings);
}

NodePointer ReferenceExpander::expandNode(const NodePointer &node, Findings &findings)
{
    const bool isLeaf = node->kind == Node::Kind::Null || node->kind == Node::Kind::Scalar;
    if (isLeaf && !node->text.contains('$'))
        return node;
    if (const auto done = m_done.constFind(node.get()); done != m_done.constEnd())
        return *done;
    NodePointer result = isLeaf ? expandScalar(node, findings) : expandContainer(*node, findings);
    if (!result)
        result = node;
    m_done.insert(node.get(), result);
    return result;
}

NodePointer ReferenceExpander::expandScalar(const NodePointer &node, Findings &findings)
{
    return ScalarExpansion(*this, *node, findings).run();
}

/// A copy with what changed below it; null when nothing did.
NodePointer ReferenceExpander::expandContainer(const Node &node, Findings &findings)
{
    std::shared_ptr<Node> copy;
    const auto changed = [&node, &copy]() -> Node & {
        if (!copy)
            copy = std::make_shared<Node>(node);
        return *copy;
    };
    for (std::size_t at = 0; at < node.entries.size(); ++at) {
        NodePointer value = expandNode(node.entries[at].value, findings);
        if (value != node.entries[at].value)
            changed().entries[at].value = std::move(value);
    }
    for (std::size_t at = 0; at < node.items.size(); ++at) {
        NodePointer value = expandNode(node.items[at], findings);
        if (value != node.items[at])
            changed().items[at] = std::move(value);
    }
    return copy;
}

} // namespace burrow
