// SPDX-License-Identifier: Apache-2.0
#include "plugin/completion_decode.h"

#include "plugin/abi_text.h"
#include "plugin/plugin_limits.h"
#include "plugin/status_words.h"

namespace burrow {

namespace {

// Every field that is read below lies inside these bases, so no field needs a check of its own.
static_assert(sizeof(burrow_completion) == BURROW_COMPLETION_BASE);
static_assert(sizeof(burrow_apply_result) == BURROW_APPLY_RESULT_BASE);
static_assert(sizeof(burrow_receipt) == BURROW_RECEIPT_BASE);
static_assert(sizeof(burrow_error) == BURROW_ERROR_BASE);

/// Why a completion cannot be accepted; plain, since every good completion passes a dozen of these.
struct Fault
{
    const char *what = nullptr;
    const char *why = nullptr;

    explicit operator bool() const { return why != nullptr; }
};

/// What holds for every kind of token.
Fault frameFault(const burrow_completion *completion)
{
    if (!completion)
        return {"the completion", "is null"};
    if (const char *why = sizeFault(completion->struct_size, BURROW_COMPLETION_BASE))
        return {"the completion's struct_size", why};
    if (completion->drain)
        return {"it", "carries a drain's result"};
    if (completion->status == BURROW_OK && completion->error)
        return {"it", "says OK and carries an error"};
    if (completion->error)
        return {"the error's struct_size", sizeFault(completion->error->struct_size, BURROW_ERROR_BASE)};
    return {};
}

Boundary boundaryOf(qint32 boundary)
{
    switch (boundary) {
    case BURROW_BOUNDARY_RUN_START:
        return Boundary::RunStart;
    case BURROW_BOUNDARY_RUN_CHECKPOINT:
        return Boundary::RunCheckpoint;
    default:
        return Boundary::Immediate;
    }
}

std::optional<RunTerminal> terminalOf(qint32 terminal)
{
    switch (terminal) {
    case BURROW_TERMINAL_NONE:
        return RunTerminal::None;
    case BURROW_TERMINAL_RESULT:
        return RunTerminal::Result;
    case BURROW_TERMINAL_CALLBACK:
        return RunTerminal::CallbackPending;
    case BURROW_TERMINAL_NO_PENDING_BOUNDARY:
        return RunTerminal::NoPendingBoundary;
    default:
        return std::nullopt;
    }
}

Fault receiptFault(const burrow_receipt &receipt)
{
    if (const char *why = sizeFault(receipt.struct_size, BURROW_RECEIPT_BASE))
        return {"the receipt's struct_size", why};
    if (const char *why = textFault(receipt.run_id, limits::key_bytes_max))
        return {"the receipt's run_id", why};
    if (const char *why = textFault(receipt.conversation_digest, limits::key_bytes_max))
        return {"the receipt's conversation_digest", why};
    if (receipt.boundary < BURROW_BOUNDARY_IMMEDIATE || receipt.boundary > BURROW_BOUNDARY_RUN_CHECKPOINT)
        return {"the receipt's boundary", "is unknown"};
    if (const char *why =
            arrayFault(receipt.contributors, sizeof(burrow_text), limits::plugin_receipt_contributors_max))
        return {"the receipt's list of contributors", why};
    for (quint64 at = 0; at < receipt.contributors.count; ++at) {
        if (const char *why =
                textFault(*BURROW_AT(burrow_text, receipt.contributors, at), limits::key_bytes_max))
            return {"a contributor of the receipt", why};
    }
    return {};
}

/// As the plugin wrote it: whether it names the right run and inputs is for the core to compare. What is no id
/// at all becomes a null one, which equals none.
ReceiptDraft copyReceipt(const burrow_receipt &receipt)
{
    ReceiptDraft draft;
    draft.run = RunId::fromText(viewOf(receipt.run_id)).value_or(RunId());
    draft.boundary = boundaryOf(receipt.boundary);
    draft.contributors.reserve(receipt.contributors.count);
    for (quint64 at = 0; at < receipt.contributors.count; ++at) {
        const burrow_text &id = *BURROW_AT(burrow_text, receipt.contributors, at);
        draft.contributors.push_back(InputId::fromText(viewOf(id)).value_or(InputId()));
    }
    draft.conversationDigest = copyOf(receipt.conversation_digest);
    draft.messageCount = receipt.message_count;
    return draft;
}

Fault resultFault(const burrow_apply_result *result, const CompletionRules &rules)
{
    if (!result)
        return {"it", "says OK and carries no result"};
    if (const char *why = sizeFault(result->struct_size, BURROW_APPLY_RESULT_BASE))
        return {"the result's struct_size", why};
    if (!terminalOf(result->terminal))
        return {"the result's terminal", "is unknown"};
    if (const char *why = textFault(result->text, rules.outputBytesMax))
        return {"the result's text", why};
    if (const char *why = textFault(result->result_json, rules.outputBytesMax))
        return {"the result's result_json", why};
    if (result->snapshot) {
        if (const char *why = bytesFault(*result->snapshot, limits::plugin_snapshot_bytes_max))
            return {"the snapshot", why};
    }
    return result->receipt ? receiptFault(*result->receipt) : Fault();
}

void copyOutput(const burrow_apply_result &result, RunContext &context, RunOutput &output)
{
    output.terminal = *terminalOf(result.terminal);
    output.text = copyOf(result.text);
    output.json = copyOf(result.result_json);
    if (result.snapshot) {
        output.snapshot.emplace(static_cast<const char *>(result.snapshot->data),
                                static_cast<qsizetype>(result.snapshot->size));
    }
    if (result.receipt) {
        output.receipt = copyReceipt(*result.receipt);
    } else {
        output.receipt.run = context.run;
        output.receipt.boundary = context.boundary;
        output.receipt.contributors = std::move(context.contributors);
    }
}

/// The plugin's own sentence, or one from the status.
QString messageOf(qint32 status, const burrow_error *error, const CompletionRules &rules)
{
    QString message;
    if (error)
        message = sanitised(error->message, limits::plugin_message_bytes_max);
    if (message.isEmpty())
        message = QStringLiteral("the plugin %1 gives no reason").arg(rules.plugin);
    if (status < BURROW_STATUS_VENDOR || status > 0)
        message += QStringLiteral(" (%1)").arg(statusWord(status));
    else if (!error)
        message += QStringLiteral(" beyond %1").arg(statusWord(status));
    return message;
}

RunError copyError(qint32 status, const burrow_error *error, const CompletionRules &rules)
{
    RunError run;
    run.message = messageOf(status, error, rules);
    if (!error) {
        run.cause = causeOfStatus(status);
        return run;
    }
    run.cause = causeOf(error->cause, error->code != BURROW_OK ? error->code : status);
    run.retryable = error->flags & BURROW_ERROR_RETRYABLE;
    if (error->flags & BURROW_ERROR_FINAL) {
        const bool knownOutcome =
            error->outcome >= BURROW_OUTCOME_FAILED && error->outcome <= BURROW_OUTCOME_STRUCTURED_OUTPUT;
        const bool knownCause =
            error->cause >= BURROW_CAUSE_PRIMITIVE_REJECTED && error->cause <= BURROW_CAUSE_EXECUTOR_INTERNAL;
        run.machineTerminal = knownOutcome && knownCause;
        if (!run.machineTerminal)
            run.cause = FailureCause::ExecutorInternal; // The host never invents a terminal failure.
    }
    if (!textFault(error->details_json, limits::plugin_details_bytes_max))
        run.detailsJson = copyOf(error->details_json);
    return run;
}

QString malformed(const CompletionRules &rules, const char *call, const Fault &fault)
{
    return QStringLiteral("the plugin %1 ended %2 with a malformed completion: %3 %4")
        .arg(rules.plugin, QLatin1String(call), QLatin1String(fault.what), QLatin1String(fault.why));
}

} // namespace

qint32 decodeRunCompletion(const burrow_completion *completion, RunContext &context,
                           const CompletionRules &rules, RunEnd &end)
{
    Fault fault = frameFault(completion);
    if (!fault && completion->status == BURROW_OK)
        fault = resultFault(completion->apply, rules);
    else if (!fault && completion->apply)
        fault = {"it", "carries a result and does not say OK"};
    if (fault) {
        auto &error = end.emplace<RunError>();
        error.cause = FailureCause::ExecutorInternal;
        error.message = malformed(rules, "a run", fault);
        return BURROW_INVALID;
    }
    if (completion->status == BURROW_OK) {
        auto *output = std::get_if<RunOutput>(&end);
        copyOutput(*completion->apply, context, output ? *output : end.emplace<RunOutput>());
    } else if (completion->status == BURROW_CANCELLED) {
        auto &cancelled = end.emplace<RunCancelled>();
        if (completion->error)
            cancelled.reason = sanitised(completion->error->message, limits::plugin_message_bytes_max);
    } else {
        end = copyError(completion->status, completion->error, rules);
    }
    return BURROW_OK;
}

DecodedCall decodeCallCompletion(const burrow_completion *completion, const char *call,
                                 const CompletionRules &rules)
{
    Fault fault = frameFault(completion);
    if (!fault && completion->apply)
        fault = {"it", "carries a run's result"};
    if (fault)
        return {BURROW_INVALID, Error{ErrorKind::Plugin, malformed(rules, call, fault)}};
    if (completion->status == BURROW_OK)
        return {};
    return {BURROW_OK,
            Error{ErrorKind::Plugin, QStringLiteral("%1 of the plugin %2 failed: %3")
                                         .arg(QLatin1String(call), rules.plugin,
                                              messageOf(completion->status, completion->error, rules))}};
}

DecodedStaging decodeStaging(const burrow_completion *completion, const CompletionRules &rules)
{
    Fault fault = frameFault(completion);
    // An OK without a result has nothing to be stored.
    const burrow_apply_result *result = fault ? nullptr : completion->apply;
    if (result)
        fault = completion->status == BURROW_OK ? resultFault(result, rules)
                                                : Fault{"it", "carries a result and does not say OK"};
    if (!fault && result && result->terminal != BURROW_TERMINAL_NONE)
        fault = {"the result's terminal", "is not none, although no run ends"};
    if (fault)
        return {BURROW_INVALID, Error{ErrorKind::Plugin, malformed(rules, "stage", fault)}};
    if (completion->status != BURROW_OK) {
        return {BURROW_OK,
                Error{ErrorKind::Plugin,
                      QStringLiteral("the plugin %1 did not take it: %2")
                          .arg(rules.plugin, messageOf(completion->status, completion->error, rules))}};
    }
    StagedContext staged;
    if (result && result->snapshot) {
        staged.snapshot.emplace(static_cast<const char *>(result->snapshot->data),
                                static_cast<qsizetype>(result->snapshot->size));
    }
    return {BURROW_OK, std::move(staged)};
}

RunError thrownRun(const CompletionRules &rules)
{
    RunError error;
    error.cause = FailureCause::ExecutorInternal;
    error.message =
        QStringLiteral("the plugin %1 did not start the run: an exception left apply").arg(rules.plugin);
    return error;
}

RunError refusedRun(qint32 status, const CompletionRules &rules)
{
    RunError error;
    error.cause = causeOfStatus(status);
    error.message =
        QStringLiteral("the plugin %1 refused to start the run: %2").arg(rules.plugin, statusWord(status));
    return error;
}

} // namespace burrow
