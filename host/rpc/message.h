// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rpc/rpc_error.h"

#include <QByteArray>
#include <QJsonObject>

#include <variant>

/// JSON-RPC 2.0 as the control socket speaks it: one object a line, in UTF-8, ended by a newline.
namespace burrow {

struct RpcRequest
{
    QJsonValue id = QJsonValue::Undefined; ///< Undefined: a notification, which is never answered.
    QString method;
    QJsonObject params;

    bool isNotification() const { return id.isUndefined(); }
};

/// A line that is no request. The id is the line's, where that much could be read, else null.
struct RefusedLine
{
    QJsonValue id = QJsonValue::Null;
    RpcError error;
};

std::variant<RpcRequest, RefusedLine> readRequest(const QByteArray &line);

// Each is one whole line.
QByteArray requestLine(const RpcRequest &request);
QByteArray resultLine(const QJsonValue &id, const QJsonObject &result);
QByteArray errorLine(const QJsonValue &id, const RpcError &error);
QByteArray notificationLine(const char *method, const QJsonObject &params);

} // namespace burrow
