// SPDX-License-Identifier: Apache-2.0
#include "config/effective_values.h"

#include "config/scalar.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>

namespace burrow {

namespace {

QString hidden()
{
    return QStringLiteral("***");
}

NodePointer withoutSecrets(const NodePointer &node)
{
    if (node->kind == Node::Kind::Null || (node->kind == Node::Kind::Scalar && !node->secret))
        return node;
    auto copy = std::make_shared<Node>(*node);
    if (node->kind == Node::Kind::Scalar) {
        copy->text = hidden().toUtf8();
        copy->plain = false;
    }
    for (Node::Entry &each : copy->entries)
        each.value = withoutSecrets(each.value);
    for (NodePointer &each : copy->items)
        each = withoutSecrets(each);
    return copy;
}

/// The places of a section's values are those of its tree; lists count as one value.
void addSection(EffectiveValues &values, const QByteArrayList &path, const Node &node,
                const QJsonObject &section)
{
    for (const Node::Entry &each : node.entries) {
        const QByteArrayList below = path + QByteArrayList{each.key};
        const QJsonValue value = section.value(QString::fromUtf8(each.key));
        if (each.value->kind == Node::Kind::Mapping && !each.value->entries.empty())
            addSection(values, below, *each.value, value.toObject());
        else
            values.push_back({below, value, each.value->place});
    }
}

template <typename T, typename Shown>
QJsonArray listOf(const std::vector<Placed<T>> &items, const Shown &shownItem)
{
    QJsonArray list;
    for (const Placed<T> &each : items)
        list.append(each.secret ? hidden() : shownItem(each.value));
    return list;
}

QJsonValue onStartOf(const OnStart &onStart, const Node &node)
{
    if (node.kind == Node::Kind::Mapping)
        return QJsonObject{{QStringLiteral("file"), onStart.file.secret ? hidden() : onStart.file.value}};
    const QJsonArray texts =
        listOf(onStart.texts, [](const QByteArray &text) { return QString::fromUtf8(text); });
    return node.kind == Node::Kind::Sequence ? QJsonValue(texts) : texts.first();
}

QJsonValue valueOf(const KeyRow &row, const CheckedValue &value, const Node &node)
{
    if (row.type == KeyType::PathList)
        return listOf(value.paths, [](const QString &path) { return path; });
    if (row.type == KeyType::OnStart)
        return onStartOf(value.onStart, node);
    if (value.secret)
        return hidden();
    switch (row.type) {
    case KeyType::Flag:
        return value.flag;
    case KeyType::Count:
        return value.number;
    case KeyType::Path:
    case KeyType::DataPath:
        return value.path;
    default:
        return QString::fromUtf8(node.text);
    }
}

/// A dollar that would begin a reference, or stand for two of them, is doubled.
QString withoutReferences(const QString &text)
{
    QString safe;
    for (qsizetype at = 0; at < text.size(); ++at) {
        const QChar next = at + 1 < text.size() ? text.at(at + 1) : QChar();
        safe += text.at(at);
        if (text.at(at) == u'$' && (next == u'$' || next == u'{'))
            safe += u'$';
    }
    return safe;
}

/// The text as a key of YAML: bare where that means the same, else in quotes.
QByteArray keyText(const QString &text)
{
    QByteArray utf8 = text.toUtf8();
    const auto isPlain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
               || c == '/' || c == '.' || c == '-';
    };
    const bool bare = !utf8.isEmpty() && !utf8.startsWith('-') && !utf8.startsWith('.')
                      && std::all_of(utf8.begin(), utf8.end(), isPlain);
    if (bare && plainScalarKind(utf8) == ScalarKind::Text)
        return utf8;
    const QByteArray list = QJsonDocument(QJsonArray{text}).toJson(QJsonDocument::Compact);
    return list.sliced(1, list.size() - 2);
}

/// The same for a value, where a dollar may mean something.
QByteArray scalarText(const QString &text)
{
    return keyText(withoutReferences(text));
}

/// Flow style, which JSON is, but for the dollars.
QByteArray yamlText(const QJsonValue &value)
{
    if (value.isString())
        return scalarText(value.toString());
    QByteArrayList parts;
    if (value.isArray()) {
        for (const QJsonValue &each : value.toArray())
            parts.append(yamlText(each));
        return parts.isEmpty() ? QByteArray("[]") : "[ " + parts.join(", ") + " ]";
    }
    if (value.isObject()) {
        const QJsonObject object = value.toObject();
        for (auto each = object.begin(); each != object.end(); ++each)
            parts.append(keyText(each.key()) + ": " + yamlText(each.value()));
        return parts.isEmpty() ? QByteArray("{}") : "{ " + parts.join(", ") + " }";
    }
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return list.sliced(1, list.size() - 2);
}

void insert(QJsonObject &object, const QByteArrayList &path, qsizetype depth, const QJsonValue &value)
{
    const QString key = QString::fromUtf8(path[depth]);
    if (depth + 1 == path.size()) {
        object.insert(key, value);
        return;
    }
    QJsonObject below = object.value(key).toObject();
    insert(below, path, depth + 1, value);
    object.insert(key, below);
}

} // namespace

void addEffective(EffectiveValues &values, const QByteArrayList &path, const KeyRow &row,
                  const CheckedValue &value, const Node &node)
{
    if (row.type != KeyType::AnyMapping) {
        values.push_back({path, valueOf(row, value, node), node.place});
        return;
    }
    const NodePointer section = withoutSecrets(std::make_shared<Node>(node));
    Findings reported; // When the section was read.
    addSection(values, path, *section, jsonFromNode(*section, {}, reported));
}

QString originOf(const EffectiveValue &value)
{
    return value.place.isGiven() ? value.place.toText() : QStringLiteral("default");
}

QByteArray toYaml(const EffectiveValues &values, Origins origins)
{
    struct Line
    {
        QByteArray text;
        QByteArray origin;
    };
    std::vector<Line> lines;
    qsizetype width = 0;
    QByteArrayList open;
    for (const EffectiveValue &each : values) {
        const QByteArrayList parents = each.path.first(each.path.size() - 1);
        qsizetype shared = 0;
        while (shared < std::min(open.size(), parents.size()) && open[shared] == parents[shared])
            ++shared;
        for (qsizetype depth = shared; depth < parents.size(); ++depth)
            lines.push_back(
                {QByteArray(2 * depth, ' ') + keyText(QString::fromUtf8(parents[depth])) + ':', {}});
        open = parents;
        lines.push_back({QByteArray(2 * parents.size(), ' ') + keyText(QString::fromUtf8(each.path.last()))
                             + ": " + yamlText(each.value),
                         originOf(each).toUtf8()});
        width = std::max(width, std::min<qsizetype>(lines.back().text.size(), 60));
    }
    QByteArray yaml;
    for (const Line &each : lines) {
        const bool commented = origins == Origins::Shown && !each.origin.isEmpty();
        yaml += commented ? each.text.leftJustified(width) + "  # " + each.origin : each.text;
        yaml += '\n';
    }
    return yaml;
}

QJsonObject toJson(const EffectiveValues &values)
{
    QJsonObject object;
    for (const EffectiveValue &each : values)
        insert(object, each.path, 0, each.value);
    return object;
}

} // namespace burrow
