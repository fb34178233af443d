// SPDX-License-Identifier: Apache-2.0
#include "config/schema.h"

#include "config/key_table.h"
#include "config/plugin_section_schema.h"
#include "config/scalar.h"

#include <QJsonArray>

namespace burrow {

namespace {

QJsonObject definition(const QString &name)
{
    return {{QStringLiteral("$ref"), QLatin1String("#/definitions/") + name}};
}

QJsonObject reference()
{
    return definition(QStringLiteral("reference"));
}

QJsonObject orReference(const QJsonObject &schema)
{
    return {{QStringLiteral("anyOf"), QJsonArray{schema, reference()}}};
}

QJsonObject typed(const char *type)
{
    return {{QStringLiteral("type"), QLatin1String(type)}};
}

QJsonObject matching(const char *pattern)
{
    return {{QStringLiteral("type"), QStringLiteral("string")},
            {QStringLiteral("pattern"), QLatin1String(pattern)}};
}

QJsonObject path()
{
    return {{QStringLiteral("type"), QStringLiteral("string")}, {QStringLiteral("minLength"), 1}};
}

QJsonObject listOf(const QJsonObject &items)
{
    return {{QStringLiteral("type"), QStringLiteral("array")}, {QStringLiteral("items"), items}};
}

/// A form of a key as a pattern; see hasForm().
QString patternOf(KeyForm form)
{
    return form == KeyForm::Name ? QStringLiteral("^[a-z0-9][a-z0-9._-]{0,63}$")
                                 : QStringLiteral("^\\S{1,128}$");
}

QJsonObject name()
{
    // YAML reads a name of digits as a number; the host does not mind.
    return {{QStringLiteral("type"), QJsonArray{QStringLiteral("string"), QStringLiteral("integer")}},
            {QStringLiteral("pattern"), patternOf(KeyForm::Name)},
            {QStringLiteral("minimum"), 0}};
}

QJsonObject count(const KeyRow &row)
{
    if (qstrcmp(row.path, "version") == 0)
        return {{QStringLiteral("const"), 1}};
    QJsonObject schema = typed("integer");
    schema.insert(QStringLiteral("minimum"), row.least ? *readCount(row.least).value : 0);
    if (row.most)
        schema.insert(QStringLiteral("maximum"), *readCount(row.most).value);
    return orReference(schema);
}

QJsonObject choice(const KeyRow &row)
{
    QJsonArray allowed;
    for (const char *each : row.choices) {
        if (!row.notServed.value || qstrcmp(each, row.notServed.value) != 0)
            allowed.append(QLatin1String(each));
    }
    return orReference({{QStringLiteral("enum"), allowed}});
}

QJsonObject onStart()
{
    const QJsonObject text = matching("\\S");
    const QJsonObject file{{QStringLiteral("type"), QStringLiteral("object")},
                           {QStringLiteral("properties"), QJsonObject{{QStringLiteral("file"), path()}}},
                           {QStringLiteral("required"), QJsonArray{QStringLiteral("file")}},
                           {QStringLiteral("additionalProperties"), false}};
    return {{QStringLiteral("anyOf"), QJsonArray{text, listOf(text), file}}};
}

QJsonObject scalarSchema(const KeyRow &row)
{
    switch (row.type) {
    case KeyType::Text:
        return typed("string");
    case KeyType::Name:
        return orReference(name());
    case KeyType::Path:
    case KeyType::DataPath:
        return path();
    case KeyType::PathList:
        return listOf(path());
    case KeyType::Includes: {
        QJsonObject list = listOf(path());
        list.insert(QStringLiteral("type"), QJsonArray{QStringLiteral("array"), QStringLiteral("null")});
        return list;
    }
    case KeyType::Flag:
        return orReference(typed("boolean"));
    case KeyType::Count:
        return count(row);
    case KeyType::Timespan:
        return definition(QStringLiteral("duration"));
    case KeyType::Size:
        return definition(QStringLiteral("size"));
    case KeyType::Choice:
        return choice(row);
    case KeyType::OnStart:
        return onStart();
    case KeyType::AnyMapping:
    case KeyType::Mapping:
    case KeyType::NamedMapping:
    case KeyType::NotServed:
        break;
    }
    return {};
}

/// An empty place counts as a mapping without keys, unless a key must stand there.
QJsonObject mapping(const QJsonArray &required)
{
    QJsonObject schema{{QStringLiteral("type"), QJsonArray{QStringLiteral("object"), QStringLiteral("null")}}};
    if (!required.isEmpty())
        schema = {{QStringLiteral("type"), QStringLiteral("object")}, {QStringLiteral("required"), required}};
    return schema;
}

class SchemaWriter
{
public:
    explicit SchemaWriter(const std::vector<PluginDescription> &plugins)
        : m_plugins(plugins)
    {
    }

    QJsonObject write() const
    {
        QJsonObject schema = keysOf(keyTree());
        schema.insert(QStringLiteral("$schema"), QStringLiteral("http://json-schema.org/draft-07/schema#"));
        schema.insert(QStringLiteral("title"), QStringLiteral("A configuration of Burrow, version 1"));
        schema.insert(QStringLiteral("definitions"), definitions());
        return schema;
    }

private:
    QJsonObject keysOf(const KeyNode &node) const
    {
        QJsonObject properties;
        QJsonArray required;
        for (const KeyNode &each : node.below) {
            if (each.row->type == KeyType::NotServed)
                continue;
            const QString key = QString::fromUtf8(each.step);
            properties.insert(key, described(*each.row, schemaOf(each)));
            if (each.row->required)
                required.append(key);
        }
        QJsonObject schema = mapping(required);
        schema.insert(QStringLiteral("properties"), properties);
        schema.insert(QStringLiteral("additionalProperties"), false);
        return schema;
    }

    QJsonObject schemaOf(const KeyNode &node) const
    {
        switch (node.row->type) {
        case KeyType::Mapping: {
            QJsonObject schema = keysOf(node);
            if (qstrcmp(node.row->path, "executors.*") == 0 && !sections().isEmpty())
                schema.insert(QStringLiteral("allOf"), sections());
            if (node.row->shortFor) {
                const QJsonObject brief = scalarSchema(*node.find(node.row->shortFor)->row);
                return {{QStringLiteral("anyOf"), QJsonArray{brief, schema}}};
            }
            return schema;
        }
        case KeyType::NamedMapping: {
            QJsonObject schema = mapping({});
            schema.insert(QStringLiteral("propertyNames"),
                          QJsonObject{{QStringLiteral("pattern"), patternOf(node.row->keyForm)}});
            schema.insert(QStringLiteral("additionalProperties"),
                          described(*node.any()->row, schemaOf(*node.any())));
            return schema;
        }
        case KeyType::AnyMapping:
            return mapping({});
        default:
            return scalarSchema(*node.row);
        }
    }

    static QJsonObject described(const KeyRow &row, QJsonObject schema)
    {
        // Next to a "$ref" a reader of draft 7 sees nothing else.
        if (schema.contains(QLatin1String("$ref")))
            schema = {{QStringLiteral("allOf"), QJsonArray{schema}}};
        QString text = QString::fromUtf8(row.doc);
        const bool bounded = row.type == KeyType::Timespan || row.type == KeyType::Size;
        if (bounded && row.least)
            text += QStringLiteral(" At least %1.").arg(QLatin1String(row.least));
        if (bounded && row.most)
            text += QStringLiteral(" At most %1.").arg(QLatin1String(row.most));
        schema.insert(QStringLiteral("description"), text);
        if (row.byDefault)
            schema.insert(QStringLiteral("default"), byDefault(row));
        return schema;
    }

    static QJsonValue byDefault(const KeyRow &row)
    {
        if (row.type == KeyType::Flag)
            return *readFlag(row.byDefault).value;
        if (row.type == KeyType::Count)
            return *readCount(row.byDefault).value;
        return QLatin1String(row.byDefault);
    }

    QJsonObject definitions() const
    {
        QJsonObject all{
            {QStringLiteral("reference"),
             QJsonObject{
                 {QStringLiteral("description"),
                  QStringLiteral("Brings a text in: ${env:NAME}, ${env:NAME:-default} or ${file:path}.")},
                 {QStringLiteral("type"), QStringLiteral("string")},
                 {QStringLiteral("pattern"), QStringLiteral("\\$\\{(env|file):[^}]+\\}")}}},
            {QStringLiteral("duration"), orReference(matching("^[0-9]+(ms|s|m|h|d)$"))},
            {QStringLiteral("size"), orReference(matching("^[0-9]+(KiB|MiB|GiB)$"))},
        };
        for (const PluginDescription &each : m_plugins) {
            if (isExecutor(each))
                all.insert(
                    nameOf(each),
                    asSection(each.configSchema, QLatin1String("#/definitions/") + nameOf(each), reference()));
        }
        return all;
    }

    static bool isExecutor(const PluginDescription &plugin) { return plugin.kinds.contains("executor"); }
    static QString nameOf(const PluginDescription &plugin)
    {
        return QLatin1String("plugin-") + QString::fromUtf8(plugin.id);
    }

    /// What `config` may hold follows from the plugin's id.
    QJsonArray sections() const
    {
        QJsonArray all;
        for (const PluginDescription &each : m_plugins) {
            if (!isExecutor(each))
                continue;
            const QJsonObject isPlugin{
                {QStringLiteral("properties"),
                 QJsonObject{{QStringLiteral("plugin"),
                              QJsonObject{{QStringLiteral("const"), QString::fromUtf8(each.id)}}}}},
                {QStringLiteral("required"), QJsonArray{QStringLiteral("plugin")}}};
            QJsonObject section = definition(nameOf(each));
            QJsonArray required;
            if (each.configSchema.value(QLatin1String("required")).toArray().isEmpty())
                section = {{QStringLiteral("anyOf"), QJsonArray{typed("null"), section}}};
            else
                required.append(QStringLiteral("config"));
            all.append(QJsonObject{
                {QStringLiteral("if"), isPlugin},
                {QStringLiteral("then"),
                 QJsonObject{{QStringLiteral("properties"), QJsonObject{{QStringLiteral("config"), section}}},
                             {QStringLiteral("required"), required}}}});
        }
        return all;
    }

    const std::vector<PluginDescription> &m_plugins;
};

} // namespace

QJsonObject configurationSchema(const std::vector<PluginDescription> &plugins)
{
    return SchemaWriter(plugins).write();
}

} // namespace burrow
