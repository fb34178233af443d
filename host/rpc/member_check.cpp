// SPDX-License-Identifier: Apache-2.0
#include "base/assert.h"
#include "rpc/method_table.h"

#include <QJsonArray>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace burrow {

namespace {

bool isCount(const QJsonValue &value)
{
    const double number = value.toDouble(-1);
    return value.isDouble() && number >= 0 && std::floor(number) == number && number <= 9007199254740992.0;
}

template <typename Is>
bool isListOf(const QJsonValue &value, Is is)
{
    const QJsonArray list = value.toArray();
    return value.isArray() && std::all_of(list.begin(), list.end(), is);
}

QString listed(std::span<const char *const> words)
{
    QStringList list;
    for (const char *word : words)
        list += QString::fromLatin1(word);
    return list.join(QLatin1String(", "));
}

QString wanted(const RpcMember &member)
{
    switch (member.form) {
    case RpcForm::Text:
        return QStringLiteral("a string");
    case RpcForm::Flag:
        return QStringLiteral("true or false");
    case RpcForm::Count:
        return QStringLiteral("a whole number that is not negative");
    case RpcForm::Choice:
        return QStringLiteral("one of %1").arg(listed(member.choices));
    case RpcForm::Shape:
    case RpcForm::OpenObject:
        return QStringLiteral("an object");
    case RpcForm::Shapes:
        return QStringLiteral("a list of objects");
    case RpcForm::Texts:
        return QStringLiteral("a list of strings");
    case RpcForm::Counts:
        return QStringLiteral("a list of whole numbers");
    case RpcForm::Any:
        break;
    }
    return QStringLiteral("a value");
}

bool hasForm(const RpcMember &member, const QJsonValue &value)
{
    switch (member.form) {
    case RpcForm::Text:
        return value.isString();
    case RpcForm::Flag:
        return value.isBool();
    case RpcForm::Count:
        return isCount(value);
    case RpcForm::Choice:
        return value.isString()
               && std::any_of(member.choices.begin(), member.choices.end(),
                              [&](const char *choice) { return value.toString() == QLatin1String(choice); });
    case RpcForm::Any:
        return true;
    case RpcForm::Shape:
    case RpcForm::OpenObject:
        return value.isObject();
    case RpcForm::Shapes:
        return isListOf(value, [](const QJsonValue &each) { return each.isObject(); });
    case RpcForm::Texts:
        return isListOf(value, [](const QJsonValue &each) { return each.isString(); });
    case RpcForm::Counts:
        return isListOf(value, isCount);
    }
    return false;
}

Result<void> checkInner(const RpcMember &member, const QJsonValue &value, Unknown unknown)
{
    QJsonArray objects;
    if (member.form == RpcForm::Shape)
        objects.append(value);
    else if (member.form == RpcForm::Shapes)
        objects = value.toArray();
    for (const QJsonValue &object : objects) {
        const Result<void> checked = checkMembers(shapeNamed(member.shape).members, object.toObject(), unknown);
        if (!checked)
            return Error{
                checked.error().kind,
                QStringLiteral("in \"%1\": %2").arg(QLatin1String(member.name), checked.error().message)};
    }
    return {};
}

} // namespace

const RpcMethodRow &rowOf(RpcMethod method)
{
    return rpcMethodTable()[static_cast<std::size_t>(method)];
}

const RpcMethodRow *methodNamed(const QString &name)
{
    for (const RpcMethodRow &row : rpcMethodTable()) {
        if (name == QLatin1String(row.name))
            return &row;
    }
    return nullptr;
}

const RpcShape &shapeNamed(const char *name)
{
    const auto shapes = rpcShapeTable();
    const auto found = std::find_if(shapes.begin(), shapes.end(), [name](const RpcShape &shape) {
        return std::strcmp(shape.name, name) == 0;
    });
    BURROW_ASSERT(found != shapes.end());
    return *found;
}

Result<void> checkMembers(std::span<const RpcMember> members, const QJsonObject &object, Unknown unknown)
{
    const auto refuse = [](const QString &sentence) { return Error{ErrorKind::InvalidArgument, sentence}; };
    QStringList names;
    for (const RpcMember &member : members) {
        const QLatin1String name(member.name);
        names += name;
        const QJsonValue value = object.value(name);
        if (value.isUndefined() && member.needed == Needed::No)
            continue;
        if (value.isUndefined())
            return refuse(QStringLiteral("\"%1\" is missing: %2").arg(name, QLatin1String(member.doc)));
        if (!hasForm(member, value))
            return refuse(QStringLiteral("\"%1\" must be %2").arg(name, wanted(member)));
        if (Result<void> inner = checkInner(member, value, unknown); !inner)
            return inner;
    }
    if (unknown == Unknown::Allowed)
        return {};
    for (const QString &key : object.keys()) {
        if (!names.contains(key))
            return refuse(names.isEmpty()
                              ? QStringLiteral("\"%1\" is unknown: there are no parameters here").arg(key)
                              : QStringLiteral("\"%1\" is unknown; there are %2")
                                    .arg(key, names.join(QLatin1String(", "))));
    }
    return {};
}

} // namespace burrow
