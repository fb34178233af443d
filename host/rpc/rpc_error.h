// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/error.h"

#include <QJsonObject>

#include <array>
#include <span>

/// Why a request got no result. What a session refuses is no error of these: it is a receipt, which says so.
namespace burrow {

enum class RpcErrorCode : quint8 {
    ParseError,
    InvalidRequest,
    MethodNotFound,
    InvalidParams,
    InternalError,
    UnsupportedProtocol,
    NotFound,
    NotReady,
    Conflict,
    Busy,
    Io,
    NotAllowed,
    TimedOut,
};

struct RpcErrorRow
{
    RpcErrorCode code;
    int number;       ///< As JSON-RPC carries it; never changes.
    const char *name; ///< `error.data.name`.
    const char *meaning;
};

/// In the order of RpcErrorCode.
std::span<const RpcErrorRow> rpcErrorTable();

struct RpcError
{
    RpcErrorCode code = RpcErrorCode::InternalError;
    QString message; ///< One sentence for a person: what is wrong, and what to do.
};

RpcError rpcErrorOf(const Error &error);
/// What the error means to whoever asked; an error of an unknown number is Internal.
Error errorOf(const QJsonObject &rpcError);
/// `code`, `message`, `data.name`.
QJsonObject toJson(const RpcError &error);

} // namespace burrow
