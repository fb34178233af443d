// SPDX-License-Identifier: Apache-2.0
#include "rpc/message.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace burrow {

namespace {

const QString json_rpc_version = QStringLiteral("2.0");

QByteArray lineOf(QJsonObject object)
{
    object.insert(QStringLiteral("jsonrpc"), json_rpc_version);
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

RefusedLine invalid(const QJsonValue &id, const QString &message)
{
    return {id, {RpcErrorCode::InvalidRequest, message}};
}

bool isId(const QJsonValue &value)
{
    return value.isUndefined() || value.isNull() || value.isString() || value.isDouble();
}

} // namespace

std::variant<RpcRequest, RefusedLine> readRequest(const QByteArray &line)
{
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(line, &problem);
    if (problem.error != QJsonParseError::NoError)
        return RefusedLine{QJsonValue::Null,
                           {RpcErrorCode::ParseError, QStringLiteral("the line is not JSON: %1, at byte %2")
                                                          .arg(problem.errorString())
                                                          .arg(problem.offset)}};
    if (document.isArray())
        return invalid(QJsonValue::Null,
                       QStringLiteral("batches are not served; send each request as a line of its own, "
                                      "without waiting for the answers before it"));
    const QJsonObject object = document.object();
    const QJsonValue id = object.value(QLatin1String("id"));
    if (!isId(id))
        return invalid(QJsonValue::Null, QStringLiteral("\"id\" must be a string, a number or null"));
    const QJsonValue answerTo = id.isUndefined() ? QJsonValue(QJsonValue::Null) : id;
    if (object.value(QLatin1String("jsonrpc")) != json_rpc_version)
        return invalid(answerTo, QStringLiteral("\"jsonrpc\" must be \"2.0\""));
    const QJsonValue method = object.value(QLatin1String("method"));
    if (!method.isString())
        return invalid(answerTo, QStringLiteral("\"method\" must be the name of a method"));
    const QJsonValue params = object.value(QLatin1String("params"));
    if (!params.isUndefined() && !params.isObject())
        return RefusedLine{answerTo,
                           {RpcErrorCode::InvalidParams,
                            QStringLiteral("\"params\" must be an object: parameters are given by name")}};
    return RpcRequest{id, method.toString(), params.toObject()};
}

QByteArray requestLine(const RpcRequest &request)
{
    QJsonObject object{{QStringLiteral("method"), request.method}, {QStringLiteral("params"), request.params}};
    if (!request.isNotification())
        object.insert(QStringLiteral("id"), request.id);
    return lineOf(object);
}

QByteArray resultLine(const QJsonValue &id, const QJsonObject &result)
{
    return lineOf({{QStringLiteral("id"), id}, {QStringLiteral("result"), result}});
}

QByteArray errorLine(const QJsonValue &id, const RpcError &error)
{
    return lineOf({{QStringLiteral("id"), id}, {QStringLiteral("error"), toJson(error)}});
}

QByteArray notificationLine(const char *method, const QJsonObject &params)
{
    return lineOf({{QStringLiteral("method"), QLatin1String(method)}, {QStringLiteral("params"), params}});
}

} // namespace burrow
