// SPDX-License-Identifier: Apache-2.0
#include "config/plugin_schema.h"

#include "config/nearest_name.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <algorithm>
#include <array>
#include <cmath>

namespace burrow {

namespace {

QString typeName(const QJsonValue &value)
{
    switch (value.type()) {
    case QJsonValue::Bool:
        return QStringLiteral("boolean");
    case QJsonValue::Double:
        return std::floor(value.toDouble()) == value.toDouble() ? QStringLiteral("integer")
                                                                : QStringLiteral("number");
    case QJsonValue::String:
        return QStringLiteral("string");
    case QJsonValue::Array:
        return QStringLiteral("array");
    case QJsonValue::Object:
        return QStringLiteral("object");
    case QJsonValue::Null:
    case QJsonValue::Undefined:
        break;
    }
    return QStringLiteral("null");
}

/// The schema's word in the words of a person who writes YAML.
QString typeWords(const QString &type)
{
    static const std::array<std::pair<QLatin1String, QString>, 7> words = {{
        {QLatin1String("boolean"), QStringLiteral("true or false")},
        {QLatin1String("integer"), QStringLiteral("a whole number")},
        {QLatin1String("number"), QStringLiteral("a number")},
        {QLatin1String("string"), QStringLiteral("text")},
        {QLatin1String("array"), QStringLiteral("a list")},
        {QLatin1String("object"), QStringLiteral("a mapping")},
        {QLatin1String("null"), QStringLiteral("null")},
    }};
    for (const auto &[name, word] : words) {
        if (type == name)
            return word;
    }
    return type;
}

QString shown(const QJsonValue &value)
{
    if (value.isString())
        return quoted(value.toString());
    const QByteArray list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact);
    return QString::fromUtf8(list.sliced(1, list.size() - 2));
}

/// "a, b, c", or with `last` in front of the last one.
QString joined(const QStringList &words, const QString &last)
{
    if (words.size() < 2)
        return words.join(QString());
    return words.first(words.size() - 1).join(QStringLiteral(", ")) + last + words.last();
}

/// A keyword that bounds a count or number, and what of a value it bounds.
struct Bound
{
    const char *keyword;
    bool isLeast;
    QJsonValue::Type type;
    const char *noun; ///< "" where the value itself is bounded.
};

constexpr std::array bounds = {
    Bound{"minimum", true, QJsonValue::Double, ""},
    Bound{"maximum", false, QJsonValue::Double, ""},
    Bound{"minItems", true, QJsonValue::Array, "items"},
    Bound{"maxItems", false, QJsonValue::Array, "items"},
    Bound{"minLength", true, QJsonValue::String, "characters"},
    Bound{"maxLength", false, QJsonValue::String, "characters"},
};

double measured(const QJsonValue &value)
{
    if (value.isArray())
        return static_cast<double>(value.toArray().size());
    if (value.isString())
        return static_cast<double>(value.toString().toUcs4().size());
    return value.toDouble();
}

/// One value and where it was written.
struct Subject
{
    const QJsonValue &value;
    const Node *node = nullptr; ///< Null where nothing was written.
    Place keyPlace;

    bool isSecret() const { return node && node->secret; }
    QString described() const;
    Place place() const { return node && !node->isNull() ? node->place : keyPlace; }
};

/// A simple value itself; of a list or mapping only that it is one, of a secret not even that.
QString Subject::described() const
{
    if (isSecret())
        return QStringLiteral("\"***\"");
    return value.isArray() || value.isObject() ? typeWords(typeName(value)) : shown(value);
}

class SchemaCheck
{
public:
    SchemaCheck(const SchemaSubject &subject, Findings &findings)
        : m_plugin(subject.plugin)
        , m_steps{subject.path}
        , m_findings(findings)
    {
    }

    void check(const Subject &subject, const QJsonObject &schema)
    {
        if (subject.node && subject.node->unresolved)
            return;
        if (!hasAllowedType(subject, schema) || !isInEnum(subject, schema))
            return;
        checkBounds(subject, schema);
        if (subject.value.isObject())
            checkObject(subject, schema);
        if (subject.value.isArray())
            checkItems(subject, schema);
    }

private:
    /// Put together only for a finding: a walk over a large section would spend its time on paths.
    QString path() const { return m_steps.join(QString()); }

    void complain(const Place &place, FindingCode code, const QString &message, const QString &help)
    {
        report(m_findings, place, code, QStringLiteral("%1 (plugin %2)").arg(message, m_plugin), help);
    }

    void checkBelow(const QString &step, const Subject &subject, const QJsonObject &schema)
    {
        m_steps.append(step);
        check(subject, schema);
        m_steps.removeLast();
    }

    bool hasAllowedType(const Subject &subject, const QJsonObject &schema)
    {
        const QJsonValue wanted = schema.value(QLatin1String("type"));
        const QJsonArray types = wanted.isString() ? QJsonArray{wanted} : wanted.toArray();
        const QString actual = typeName(subject.value);
        const bool isNumber = actual == QLatin1String("integer") && types.contains(QLatin1String("number"));
        if (types.isEmpty() || types.contains(actual) || isNumber)
            return true;
        QStringList words;
        for (const QJsonValue &each : types)
            words.append(typeWords(each.toString()));
        complain(subject.place(), FindingCode::PluginValue,
                 QStringLiteral("%1 must be %2, but is %3")
                     .arg(path(), joined(words, QStringLiteral(" or ")), subject.described()),
                 subject.node && subject.node->expanded ? referenceHelp(subject.value, types)
                                                        : typeHelp(subject.value, types));
        return false;
    }

    /// Quotes decide whether what a reference brings is text or may be something else.
    static QString referenceHelp(const QJsonValue &value, const QJsonArray &wanted)
    {
        if (!value.isString() && wanted.contains(QLatin1String("string")))
            return QStringLiteral("put the reference in quotes to hand it on as text");
        if (value.isString())
            return QStringLiteral("a reference in quotes is text; without them its text is read as YAML would");
        return {};
    }

    static QString typeHelp(const QJsonValue &value, const QJsonArray &wanted)
    {
        const QString text = value.toString().toLower();
        if (wanted.contains(QLatin1String("boolean"))) {
            if (text == QLatin1String("yes") || text == QLatin1String("on") || text == QLatin1String("true"))
                return QStringLiteral("write true");
            if (text == QLatin1String("no") || text == QLatin1String("off") || text == QLatin1String("false"))
                return QStringLiteral("write false");
        }
        const bool simple = value.isDouble() || value.isBool();
        if (simple && wanted.contains(QLatin1String("string")))
            return QStringLiteral("put it in quotes");
        if (value.isString() && wanted.contains(QLatin1String("array")))
            return QStringLiteral("write [%1]").arg(shown(value));
        return {};
    }

    bool isInEnum(const Subject &subject, const QJsonObject &schema)
    {
        const QJsonArray allowed = schema.value(QLatin1String("enum")).toArray();
        if (allowed.isEmpty() || allowed.contains(subject.value))
            return true;
        QStringList words;
        QByteArrayList names;
        for (const QJsonValue &each : allowed) {
            words.append(each.isString() ? each.toString() : shown(each));
            if (each.isString())
                names.append(each.toString().toUtf8());
        }
        const QByteArray nearest =
            subject.isSecret() ? QByteArray() : nearestName(subject.value.toString().toUtf8(), names);
        complain(subject.place(), FindingCode::PluginValue,
                 QStringLiteral("%1 is %2; it takes %3")
                     .arg(path(), subject.described(), joined(words, QStringLiteral(", "))),
                 nearest.isEmpty() ? QString() : QStringLiteral("did you mean %1?").arg(quoted(nearest)));
        return false;
    }

    void checkBounds(const Subject &subject, const QJsonObject &schema)
    {
        for (const Bound &each : bounds) {
            const QJsonValue bound = schema.value(QLatin1String(each.keyword));
            if (!bound.isDouble() || subject.value.type() != each.type)
                continue;
            const double actual = measured(subject.value);
            if (each.isLeast ? actual >= bound.toDouble() : actual <= bound.toDouble())
                continue;
            const QString noun = *each.noun ? u' ' + QLatin1String(each.noun) : QString();
            complain(subject.place(), FindingCode::PluginValue,
                     QStringLiteral("%1 %2 %3%4, but the %5 is %6")
                         .arg(path(), QLatin1String(*each.noun ? "has" : "is"),
                              subject.isSecret() ? QStringLiteral("\"***\"") : shown(QJsonValue(actual)), noun,
                              QLatin1String(each.isLeast ? "least" : "most"), shown(bound)),
                     {});
        }
    }

    void checkObject(const Subject &subject, const QJsonObject &schema)
    {
        const QJsonObject object = subject.value.toObject();
        const QJsonObject properties = schema.value(QLatin1String("properties")).toObject();
        for (const QJsonValue &each : schema.value(QLatin1String("required")).toArray()) {
            if (!object.contains(each.toString()) && !isMistyped(each.toString(), object, properties))
                missing(each.toString(), properties, subject.keyPlace);
        }
        if (!subject.node)
            return;
        const QJsonValue others = schema.value(QLatin1String("additionalProperties"));
        for (const Node::Entry &each : subject.node->entries) {
            const QString key = QString::fromUtf8(each.key);
            const QJsonValue value = object.value(key);
            const Subject member{value, each.value.get(), each.keyPlace};
            if (properties.contains(key))
                checkBelow(u'.' + key, member, properties.value(key).toObject());
            else if (others.isObject())
                checkBelow(u'.' + key, member, others.toObject());
            else if (others.isBool() && !others.toBool())
                unknown(each, properties);
        }
    }

    /// An unknown key that is near to this one gets its own finding; both together would only confuse.
    static bool isMistyped(const QString &key, const QJsonObject &object, const QJsonObject &properties)
    {
        const QByteArrayList names = namesOf(properties);
        const QStringList given = object.keys();
        return std::any_of(given.begin(), given.end(), [&](const QString &each) {
            return !properties.contains(each) && nearestName(each.toUtf8(), names) == key.toUtf8();
        });
    }

    static QByteArrayList namesOf(const QJsonObject &properties)
    {
        QByteArrayList names;
        for (const QString &each : properties.keys())
            names.append(each.toUtf8());
        return names;
    }

    void missing(const QString &key, const QJsonObject &properties, const Place &place)
    {
        const QString about = properties.value(key).toObject().value(QLatin1String("description")).toString();
        complain(place, FindingCode::MissingKey, QStringLiteral("%1 has no key %2").arg(path(), quoted(key)),
                 about.isEmpty() ? QStringLiteral("add it") : QStringLiteral("add it: %1").arg(about));
    }

    void unknown(const Node::Entry &entry, const QJsonObject &properties)
    {
        complain(entry.keyPlace, FindingCode::UnknownKey,
                 QStringLiteral("unknown key %1 in %2").arg(quoted(entry.key), path()),
                 suggestionFor(entry.key, namesOf(properties), QStringLiteral("keys here")));
    }

    void checkItems(const Subject &subject, const QJsonObject &schema)
    {
        const QJsonValue items = schema.value(QLatin1String("items"));
        const QJsonArray array = subject.value.toArray();
        if (!items.isObject() || !subject.node)
            return;
        for (qsizetype at = 0; at < array.size(); ++at) {
            const QJsonValue value = array.at(at);
            const Node *node = subject.node->items[static_cast<std::size_t>(at)].get();
            checkBelow(QStringLiteral("[%1]").arg(at), {value, node, subject.keyPlace}, items.toObject());
        }
    }

    const QString &m_plugin;
    QStringList m_steps; // The path of the value at hand.
    Findings &m_findings;
};

} // namespace

void checkAgainstSchema(const PlacedJson &section, const QJsonObject &schema, const SchemaSubject &subject,
                        Findings &findings)
{
    const QJsonValue value(section.value);
    SchemaCheck(subject, findings).check({value, section.node.get(), section.place}, schema);
}

} // namespace burrow
