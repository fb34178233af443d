// SPDX-License-Identifier: Apache-2.0
#include "rpc/protocol_schema.h"

#include "rpc/method_table.h"
#include "rpc/rpc_error.h"

#include <QJsonArray>

namespace burrow {

namespace {

QJsonObject reference(const char *shape)
{
    return {{QStringLiteral("$ref"), QLatin1String("#/definitions/") + QLatin1String(shape)}};
}

QJsonObject ofType(const char *type)
{
    return {{QStringLiteral("type"), QLatin1String(type)}};
}

QJsonObject countSchema()
{
    QJsonObject schema = ofType("integer");
    schema.insert(QStringLiteral("minimum"), 0);
    return schema;
}

QJsonObject listSchema(const QJsonObject &items)
{
    QJsonObject schema = ofType("array");
    schema.insert(QStringLiteral("items"), items);
    return schema;
}

QJsonObject valueSchema(const RpcMember &member)
{
    switch (member.form) {
    case RpcForm::Text:
        return ofType("string");
    case RpcForm::Flag:
        return ofType("boolean");
    case RpcForm::Count:
        return countSchema();
    case RpcForm::Choice: {
        QJsonArray words;
        for (const char *word : member.choices)
            words.append(QLatin1String(word));
        return {{QStringLiteral("enum"), words}};
    }
    case RpcForm::Shape:
        return reference(member.shape);
    case RpcForm::Shapes:
        return listSchema(reference(member.shape));
    case RpcForm::Texts:
        return listSchema(ofType("string"));
    case RpcForm::Counts:
        return listSchema(countSchema());
    case RpcForm::OpenObject:
        return ofType("object");
    case RpcForm::Any:
        break;
    }
    return {};
}

/// Results may grow members that an old client does not know; parameters that the host does not know are
/// refused.
QJsonObject objectSchema(std::span<const RpcMember> members, Unknown unknown)
{
    QJsonObject properties;
    QJsonArray required;
    for (const RpcMember &member : members) {
        QJsonObject value = valueSchema(member);
        // Beside a reference nothing else counts.
        if (!value.contains(QLatin1String("$ref")))
            value.insert(QStringLiteral("description"), QLatin1String(member.doc));
        properties.insert(QLatin1String(member.name), value);
        if (member.needed == Needed::Yes)
            required.append(QLatin1String(member.name));
    }
    QJsonObject schema = ofType("object");
    schema.insert(QStringLiteral("properties"), properties);
    if (!required.isEmpty())
        schema.insert(QStringLiteral("required"), required);
    if (unknown == Unknown::Refused)
        schema.insert(QStringLiteral("additionalProperties"), false);
    return schema;
}

QJsonObject errorCodes()
{
    QJsonObject codes;
    for (const RpcErrorRow &row : rpcErrorTable())
        codes.insert(QLatin1String(row.name), row.number);
    return codes;
}

} // namespace

QJsonObject protocolSchema()
{
    QJsonObject definitions;
    for (const RpcShape &shape : rpcShapeTable()) {
        QJsonObject schema = objectSchema(shape.members, Unknown::Allowed);
        schema.insert(QStringLiteral("description"), QLatin1String(shape.doc));
        definitions.insert(QLatin1String(shape.name), schema);
    }
    QJsonObject methods;
    for (const RpcMethodRow &row : rpcMethodTable())
        methods.insert(QLatin1String(row.name),
                       QJsonObject{{QStringLiteral("description"), QLatin1String(row.doc)},
                                   {QStringLiteral("params"), objectSchema(row.params, Unknown::Refused)},
                                   {QStringLiteral("result"), reference(row.result)}});
    QJsonObject notifications;
    for (const RpcNotificationRow &row : rpcNotificationTable())
        notifications.insert(QLatin1String(row.name),
                             QJsonObject{{QStringLiteral("description"), QLatin1String(row.doc)},
                                         {QStringLiteral("params"), reference(row.params)}});
    return {{QStringLiteral("$schema"), QStringLiteral("http://json-schema.org/draft-07/schema#")},
            {QStringLiteral("title"),
             QStringLiteral("The control socket of burrow, protocol %1").arg(rpc_protocol_newest)},
            {QStringLiteral("definitions"), definitions},
            {QStringLiteral("methods"), methods},
            {QStringLiteral("notifications"), notifications},
            {QStringLiteral("errors"), errorCodes()}};
}

} // namespace burrow
