// SPDX-License-Identifier: Apache-2.0
#include "config/json_value.h"

#include "config/scalar.h"

#include <QJsonArray>

#include <algorithm>

namespace burrow {

namespace {

/// Up to here every integer is a double of its own, which is all that many JSON readers keep.
constexpr qint64 exact_integer_max = 1LL << 53;

class Converter
{
public:
    Converter(const QString &path, Findings &findings)
        : m_path(path)
        , m_findings(findings)
    {
    }

    QJsonObject object(const Node &node)
    {
        // An object keeps its keys sorted; inserting them so is what keeps a large one from taking minutes.
        std::vector<std::pair<QString, const Node *>> sorted;
        sorted.reserve(node.entries.size());
        for (const Node::Entry &each : node.entries)
            sorted.emplace_back(QString::fromUtf8(each.key), each.value.get());
        std::sort(sorted.begin(), sorted.end());
        QJsonObject result;
        for (const auto &[key, each] : sorted)
            result.insert(key, value(*each));
        return result;
    }

private:
    QJsonArray array(const Node &node)
    {
        QJsonArray result;
        for (const NodePointer &each : node.items)
            result.append(value(*each));
        return result;
    }

    QJsonValue value(const Node &node)
    {
        switch (node.kind) {
        case Node::Kind::Null:
            return QJsonValue::Null;
        case Node::Kind::Sequence:
            return array(node);
        case Node::Kind::Mapping:
            return object(node);
        case Node::Kind::Scalar:
            break;
        }
        return node.plain ? plain(node) : QJsonValue(QString::fromUtf8(node.text));
    }

    QJsonValue plain(const Node &node)
    {
        switch (plainScalarKind(node.text)) {
        case ScalarKind::Null:
            return QJsonValue::Null;
        case ScalarKind::Boolean:
            return node.text.toLower() == "true";
        case ScalarKind::Integer:
            return integer(node);
        case ScalarKind::Real:
            return real(node);
        case ScalarKind::Text:
            break;
        }
        return QString::fromUtf8(node.text);
    }

    QJsonValue integer(const Node &node)
    {
        const std::optional<qint64> value = coreInteger(node.text);
        if (value && *value <= exact_integer_max && *value >= -exact_integer_max)
            return *value;
        return inexact(node, QStringLiteral("is beyond 2^53 and would reach the plugin changed"));
    }

    QJsonValue real(const Node &node)
    {
        if (const std::optional<double> value = coreReal(node.text))
            return *value;
        return inexact(node, QStringLiteral("is no number that JSON can carry"));
    }

    QJsonValue inexact(const Node &node, const QString &problem)
    {
        report(m_findings, node.place, FindingCode::InexactNumber,
               QStringLiteral("the number %1 in %2 %3").arg(shown(node), m_path, problem),
               QStringLiteral("put it in quotes to hand it on as text"));
        return QJsonValue::Null;
    }

    const QString &m_path;
    Findings &m_findings;
};

} // namespace

QJsonObject jsonFromNode(const Node &node, const QString &path, Findings &findings)
{
    return Converter(path, findings).object(node);
}

} // namespace burrow
