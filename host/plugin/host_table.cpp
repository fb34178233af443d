// SPDX-License-Identifier: Apache-2.0
#include "plugin/host_table.h"

#include "plugin/abi_text.h"
#include "plugin/plugin_context.h"

#include <burrow/ext/boundary.h>
#include <burrow/ext/operations.h>

namespace burrow {

namespace {

/// A plugin that passes another pointer than its `ctx` corrupts memory, as any C caller can; null is the likely
/// slip.
PluginContext *contextOf(void *ctx)
{
    return static_cast<PluginContext *>(ctx);
}

int32_t complete(void *ctx, burrow_token token, const burrow_completion *completion) noexcept
{
    PluginContext *context = contextOf(ctx);
    if (!context)
        return BURROW_INVALID;
    if (context->isClosed())
        return BURROW_CLOSED;
    if (const TokenTable::Pin pin = context->tokens().spend(token))
        return pin.holder().completed(token, pin.kind(), completion);
    context->staleCompletion(token);
    return BURROW_STALE;
}

int32_t emit(void *ctx, burrow_token token, const burrow_event *event) noexcept
{
    PluginContext *context = contextOf(ctx);
    if (!context || !event)
        return BURROW_INVALID;
    if (context->isClosed())
        return BURROW_CLOSED;
    const TokenTable::Pin pin = context->tokens().pinOpen(token);
    if (!pin)
        return context->tokens().wasGiven(token) ? BURROW_CLOSED : BURROW_STALE;
    if (pin.kind() != TokenKind::Apply)
        return BURROW_INVALID;
    if (context->tokens().cancelLevel(token) == BURROW_CANCEL_HARD)
        return BURROW_CANCELLED;
    return pin.holder().emitted(token, *event);
}

int32_t cancelled(void *ctx, burrow_token token) noexcept
{
    PluginContext *context = contextOf(ctx);
    if (!context)
        return BURROW_INVALID;
    if (context->isClosed())
        return BURROW_CLOSED;
    return context->tokens().cancelLevel(token).value_or(BURROW_STALE);
}

/// This revision runs no drains, so nobody owns an inbox.
int32_t submit(void *ctx, burrow_inbox, const burrow_message *message) noexcept
{
    PluginContext *context = contextOf(ctx);
    if (!context || !message)
        return BURROW_INVALID;
    return context->isClosed() ? BURROW_CLOSED : BURROW_STALE;
}

QtMsgType logType(int32_t level)
{
    if (level <= BURROW_LOG_DEBUG)
        return QtDebugMsg;
    if (level == BURROW_LOG_INFO)
        return QtInfoMsg;
    return level == BURROW_LOG_WARNING ? QtWarningMsg : QtCriticalMsg;
}

QString logText(const burrow_text &message, const burrow_array *fields)
{
    QString text = sanitised(message, limits::plugin_message_bytes_max);
    if (!fields || arrayFault(*fields, BURROW_LOG_FIELD_BASE, limits::plugin_log_fields_max))
        return text;
    for (quint64 at = 0; at < fields->count; ++at) {
        const burrow_log_field &field = *BURROW_AT(burrow_log_field, *fields, at);
        text += QLatin1Char(' ') + sanitised(field.key, limits::key_bytes_max) + QLatin1Char('=')
                + sanitised(field.value, limits::key_bytes_max);
    }
    return text;
}

int32_t log(void *ctx, uint64_t scope, int32_t level, const burrow_text *message,
            const burrow_array *fields) noexcept
{
    PluginContext *context = contextOf(ctx);
    if (!context || !message || (message->size > 0 && !message->data))
        return BURROW_INVALID;
    if (context->isClosed())
        return BURROW_CLOSED;
    LogSubject subject;
    if (const TokenTable::Pin pin = context->tokens().pinHolder(scope))
        subject = pin.holder().logSubject(scope);
    return context->log(logType(level), std::move(subject), logText(*message, fields)) ? BURROW_OK
                                                                                       : BURROW_WOULD_BLOCK;
}

int64_t now(void *ctx) noexcept
{
    const PluginContext *context = contextOf(ctx);
    return context ? context->now() : 1;
}

int32_t boundary(void *ctx, burrow_token token, int32_t open, uint64_t revision) noexcept
{
    PluginContext *context = contextOf(ctx);
    if (!context)
        return BURROW_INVALID;
    if (context->isClosed())
        return BURROW_CLOSED;
    const TokenTable::Pin pin = context->tokens().pinOpen(token);
    if (!pin || pin.kind() != TokenKind::Apply)
        return BURROW_STALE;
    return pin.holder().boundaryChanged(token, open, revision);
}

const burrow_boundary_host boundaryTable = {sizeof(burrow_boundary_host), 0, &boundary};

int32_t beginOperation(void *ctx, burrow_instance instance, const burrow_operation_begin *request,
                       burrow_operation *operation) noexcept
{
    PluginContext *context = contextOf(ctx);
    if (!context || !request || !operation)
        return BURROW_INVALID;
    if (context->isClosed())
        return BURROW_CLOSED;
    const TokenTable::Pin pin = context->tokens().pinOpen(instance);
    if (!pin || pin.kind() != TokenKind::Instance)
        return BURROW_STALE;
    quint64 name = 0;
    const int32_t answer = pin.holder().operationBegun(instance, *request, name);
    if (answer == BURROW_OK)
        *operation = name;
    return answer;
}

int32_t updateOperation(void *ctx, burrow_operation operation, const burrow_operation_update *update) noexcept
{
    PluginContext *context = contextOf(ctx);
    if (!context || !update)
        return BURROW_INVALID;
    if (context->isClosed())
        return BURROW_CLOSED;
    const TokenTable::Pin pin = context->tokens().pinOpen(operation);
    return pin && pin.kind() == TokenKind::Operation ? pin.holder().operationUpdated(operation, *update)
                                                     : BURROW_STALE;
}

int32_t operationState(void *ctx, burrow_operation operation) noexcept
{
    PluginContext *context = contextOf(ctx);
    if (!context)
        return BURROW_INVALID;
    if (context->isClosed())
        return BURROW_CLOSED;
    const TokenTable::Pin pin = context->tokens().pinOpen(operation);
    return pin && pin.kind() == TokenKind::Operation ? pin.holder().operationState(operation) : BURROW_STALE;
}

const burrow_operations_host operationsTable = {sizeof(burrow_operations_host), 0, &beginOperation,
                                                &updateOperation, &operationState};

const void *getExtension(void *ctx, uint64_t, const burrow_text *id) noexcept
{
    const PluginContext *context = contextOf(ctx);
    if (!context || context->isClosed() || !id || plainTextFault(*id, limits::key_bytes_max))
        return nullptr;
    const QByteArrayView name = viewOf(*id);
    if (name == QByteArrayView(BURROW_EXT_BOUNDARY))
        return &boundaryTable;
    return name == QByteArrayView(BURROW_EXT_OPERATIONS) ? &operationsTable : nullptr;
}

} // namespace

burrow_host makeHostTable(PluginContext &context)
{
    burrow_host table = {};
    table.struct_size = sizeof table;
    table.ctx = &context;
    table.complete = &complete;
    table.emit = &emit;
    table.cancelled = &cancelled;
    table.submit = &submit;
    table.log = &log;
    table.now = &now;
    table.get_extension = &getExtension;
    return table;
}

} // namespace burrow
