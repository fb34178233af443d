// SPDX-License-Identifier: Apache-2.0
#include "config/plugin_section_schema.h"

#include <QJsonArray>

#include <algorithm>
#include <array>

namespace burrow {

namespace {

/// Keywords whose value maps names to schemas, and those whose value is a schema.
constexpr std::array named = {"properties", "patternProperties", "$defs", "definitions"};
constexpr std::array single = {"additionalProperties", "items", "contains", "not", "if", "then", "else"};
constexpr std::array listed = {"allOf", "anyOf", "oneOf"};
/// Keywords that a text with a reference would fail.
constexpr std::array scalar = {"enum", "const", "pattern", "format", "minLength", "maxLength"};

bool boundsScalars(const QJsonObject &schema)
{
    const QJsonValue type = schema.value(QLatin1String("type"));
    const QJsonArray types = type.isArray() ? type.toArray() : QJsonArray{type};
    const bool typed = std::any_of(types.begin(), types.end(), [](const QJsonValue &each) {
        const QString name = each.toString();
        return name == QLatin1String("integer") || name == QLatin1String("number")
               || name == QLatin1String("boolean");
    });
    return typed || std::any_of(scalar.begin(), scalar.end(), [&schema](const char *keyword) {
               return schema.contains(QLatin1String(keyword));
           });
}

class Section
{
public:
    Section(const QString &pointer, const QJsonObject &reference)
        : m_pointer(pointer)
        , m_reference(reference)
    {
    }

    QJsonObject schema(QJsonObject schema) const
    {
        if (const QString target = schema.value(QLatin1String("$ref")).toString(); target.startsWith(u'#'))
            schema.insert(QStringLiteral("$ref"), m_pointer + target.mid(1));
        for (const char *each : named)
            change(schema, each, [this](const QJsonValue &value) { return members(value.toObject()); });
        for (const char *each : single)
            change(schema, each, [this](const QJsonValue &value) { return below(value); });
        for (const char *each : listed)
            change(schema, each, [this](const QJsonValue &value) { return items(value.toArray()); });
        return boundsScalars(schema) ? orReference(schema) : schema;
    }

private:
    template <typename Change>
    static void change(QJsonObject &schema, const char *keyword, const Change &make)
    {
        const QString name = QString::fromLatin1(keyword);
        if (schema.contains(name))
            schema.insert(name, make(schema.value(name)));
    }

    QJsonObject members(QJsonObject schemas) const
    {
        for (auto each = schemas.begin(); each != schemas.end(); ++each)
            each.value() = below(each.value());
        return schemas;
    }

    QJsonArray items(const QJsonArray &schemas) const
    {
        QJsonArray changed;
        for (const QJsonValue &each : schemas)
            changed.append(below(each));
        return changed;
    }

    /// A schema may also be true or false.
    QJsonValue below(const QJsonValue &value) const
    {
        return value.isObject() ? QJsonValue(schema(value.toObject())) : value;
    }

    QJsonObject orReference(QJsonObject schema) const
    {
        QJsonObject either;
        for (const char *each : {"description", "default"}) {
            const QString name = QString::fromLatin1(each);
            if (schema.contains(name))
                either.insert(name, schema.take(name));
        }
        either.insert(QStringLiteral("anyOf"), QJsonArray{schema, m_reference});
        return either;
    }

    const QString &m_pointer;
    const QJsonObject &m_reference;
};

} // namespace

QJsonObject asSection(const QJsonObject &schema, const QString &pointer, const QJsonObject &reference)
{
    return Section(pointer, reference).schema(schema);
}

} // namespace burrow
