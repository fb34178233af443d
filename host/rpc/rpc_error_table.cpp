// SPDX-License-Identifier: Apache-2.0
#include "rpc/rpc_error.h"

#include <algorithm>

namespace burrow {

namespace {

using C = RpcErrorCode;

// clang-format off
constexpr RpcErrorRow error_rows[] = {
    {C::ParseError,          -32700, "parse_error",          "The line is not JSON, not UTF-8, too long or was not finished in time."},
    {C::InvalidRequest,      -32600, "invalid_request",      "The line is JSON, but no request; a batch is none here."},
    {C::MethodNotFound,      -32601, "method_not_found",     "There is no such method."},
    {C::InvalidParams,       -32602, "invalid_params",       "A parameter is missing, unknown or of the wrong kind."},
    {C::InternalError,       -32603, "internal_error",       "A defect of the host, or of a plugin."},
    {C::UnsupportedProtocol, -32000, "unsupported_protocol", "The host speaks none of the client's versions of the protocol."},
    {C::NotFound,            -32001, "not_found",            "What was named is not there."},
    {C::NotReady,            -32002, "not_ready",            "It is there, but its present state refuses; a later try may work."},
    {C::Conflict,            -32003, "conflict",             "Somebody else has it, or it is taken already."},
    {C::Busy,                -32004, "busy",                 "A bound is reached: requests in flight, or connections."},
    {C::Io,                  -32005, "io",                   "The operating system refused."},
    {C::NotAllowed,          -32006, "not_allowed",          "The socket serves only the user who runs the host."},
    {C::TimedOut,            -32007, "timed_out",            "The answer did not come in time."},
};
// clang-format on

RpcErrorCode codeOf(ErrorKind kind)
{
    switch (kind) {
    case ErrorKind::InvalidArgument:
        return C::InvalidParams;
    case ErrorKind::NotFound:
        return C::NotFound;
    case ErrorKind::NotReady:
        return C::NotReady;
    case ErrorKind::Conflict:
        return C::Conflict;
    case ErrorKind::Busy:
        return C::Busy;
    case ErrorKind::Io:
        return C::Io;
    case ErrorKind::Configuration:
    case ErrorKind::Plugin:
    case ErrorKind::Internal:
        break;
    }
    return C::InternalError;
}

ErrorKind kindOf(RpcErrorCode code)
{
    switch (code) {
    case C::ParseError:
    case C::InvalidRequest:
    case C::MethodNotFound:
    case C::InvalidParams:
        return ErrorKind::InvalidArgument;
    case C::UnsupportedProtocol:
    case C::Conflict:
        return ErrorKind::Conflict;
    case C::NotFound:
        return ErrorKind::NotFound;
    case C::NotReady:
    case C::TimedOut:
    case C::NotAllowed:
        return ErrorKind::NotReady;
    case C::Busy:
        return ErrorKind::Busy;
    case C::Io:
        return ErrorKind::Io;
    case C::InternalError:
        break;
    }
    return ErrorKind::Internal;
}

} // namespace

std::span<const RpcErrorRow> rpcErrorTable()
{
    return error_rows;
}

RpcError rpcErrorOf(const Error &error)
{
    return {codeOf(error.kind), error.message};
}

Error errorOf(const QJsonObject &rpcError)
{
    const int number = rpcError.value(QLatin1String("code")).toInt();
    const auto *const row = std::find_if(std::begin(error_rows), std::end(error_rows),
                                         [number](const RpcErrorRow &each) { return each.number == number; });
    return {row != std::end(error_rows) ? kindOf(row->code) : ErrorKind::Internal,
            rpcError.value(QLatin1String("message")).toString()};
}

QJsonObject toJson(const RpcError &error)
{
    const RpcErrorRow &row = error_rows[static_cast<std::size_t>(error.code)];
    return {{QStringLiteral("code"), row.number},
            {QStringLiteral("message"), error.message},
            {QStringLiteral("data"), QJsonObject{{QStringLiteral("name"), QLatin1String(row.name)}}}};
}

} // namespace burrow
