// SPDX-License-Identifier: Apache-2.0
#include "rpc/method_table.h"

#include "model/control.h"
#include "model/event.h"
#include "model/input_registers.h"
#include "model/session_view.h"

namespace burrow {

namespace {

constexpr const char *wait_names[] = {"none", "attempt", "terminal"};
constexpr const char *fate_names[] = {"not_found", "open", "ended"};
constexpr const char *shutdown_names[] = {"boundary", "hard"};

// clang-format off
constexpr RpcMember helloParams[] = {
    {"protocols", RpcForm::Counts, "the versions of the protocol that the client speaks"},
    {"client",    RpcForm::Text,   "what the client calls itself, for the log", Needed::No},
};
constexpr RpcMember helloResult[] = {
    {"protocol", RpcForm::Count, "the version that is spoken from now on: the newest that both speak"},
    {"host",     RpcForm::Text,  "the host's name"},
    {"version",  RpcForm::Text,  "the version of the host's program"},
    {"pid",      RpcForm::Count, "the host's process"},
    {"limits",   RpcForm::Shape, "the bounds of this connection", Needed::Yes, {}, "limits"},
};
constexpr RpcMember limitsMembers[] = {
    {"line_bytes",         RpcForm::Count, "the longest request"},
    {"requests_in_flight", RpcForm::Count, "how many requests may be unanswered at once"},
    {"connections",        RpcForm::Count, "how many connections the host serves at once"},
};
constexpr RpcMember hostInfoMembers[] = {
    {"name",          RpcForm::Text,  "the host's name"},
    {"version",       RpcForm::Text,  "the version of its program"},
    {"pid",           RpcForm::Count, "its process"},
    {"started_at",    RpcForm::Text,  "when it began to serve, in UTC"},
    {"configuration", RpcForm::Text,  "the file that it was started with; empty without one"},
    {"store",         RpcForm::Text,  "the store's file; empty when sessions are kept in memory"},
    {"sessions",      RpcForm::Count, "how many sessions are open"},
    {"connections",   RpcForm::Count, "how many clients are connected, this one included"},
};
constexpr RpcMember shutdownParams[] = {
    {"mode", RpcForm::Choice, "boundary (default) lets runs come to their next boundary; hard ends them", Needed::No, shutdown_names},
};
constexpr RpcMember acknowledgedMembers[] = {
    {"acknowledged", RpcForm::Flag, "true: it has begun"},
};
constexpr RpcMember listParams[] = {
    {"after", RpcForm::Text,  "only sessions whose names come behind this one", Needed::No},
    {"limit", RpcForm::Count, "at most so many, and at most 10000", Needed::No},
};
constexpr RpcMember listMembers[] = {
    {"as_of",    RpcForm::Text,   "when the host was asked, in UTC"},
    {"sessions", RpcForm::Shapes, "by name", Needed::Yes, {}, "session"},
    {"more",     RpcForm::Flag,   "there are others behind these: ask again with `after`"},
};
constexpr RpcMember sessionParam[] = {
    {"session", RpcForm::Text, "the session's name"},
};
constexpr RpcMember sessionMembers[] = {
    {"name",        RpcForm::Text,   "its name"},
    {"known",       RpcForm::Flag,   "false: it did not answer in time; the rest is as of `as_of`, or missing when it never answered"},
    {"as_of",       RpcForm::Text,   "when it said so, in UTC; missing when it never did", Needed::No},
    {"id",          RpcForm::Text,   "its id", Needed::No},
    {"executor",    RpcForm::Text,   "the executor's name; empty when it has none", Needed::No},
    {"state",       RpcForm::Choice, "its visible phase", Needed::No, phaseName.names},
    {"run",         RpcForm::Text,   "the run that is open", Needed::No},
    {"attached",    RpcForm::Flag,   "an executor is attached", Needed::No},
    {"queued",      RpcForm::Count,  "inputs in the queue lane", Needed::No},
    {"steering",    RpcForm::Count,  "inputs in the steer lane", Needed::No},
    {"open",        RpcForm::Count,  "inputs that have not ended", Needed::No},
    {"waiters",     RpcForm::Count,  "callers that wait for an outcome", Needed::No},
    {"idle",        RpcForm::Flag,   "nothing is left that would move by itself", Needed::No},
    {"wait_reason", RpcForm::Choice, "why it is not moving, or that it is", Needed::No, waitReasonName.names},
    {"since",       RpcForm::Text,   "since when it waits for that, in UTC", Needed::No},
    {"until",       RpcForm::Text,   "until when, where it waits for a time", Needed::No},
    {"started_at",  RpcForm::Text,   "when the run that is open was handed to the executor", Needed::No},
    {"begun_at",    RpcForm::Text,   "when the executor said something of it first; missing: it was not heard yet", Needed::No},
    {"heard_at",    RpcForm::Text,   "and last", Needed::No},
    {"note",        RpcForm::Text,   "why it is held, or its executor was given up or is made again", Needed::No},
    {"restarts",    RpcForm::Count,  "how often its executor was made again", Needed::No},
    {"recovered",   RpcForm::Count,  "open inputs that were found in the store when it was opened", Needed::No},
    {"consumed",    RpcForm::Count,  "inputs consumed since it was opened", Needed::No},
    {"replaced",    RpcForm::Count,  "inputs replaced since then", Needed::No},
    {"abandoned",   RpcForm::Count,  "inputs abandoned since then", Needed::No},
    {"runs_failed", RpcForm::Count,  "runs that failed since then", Needed::No},
    {"operations",  RpcForm::Shape,  "its asynchronous operations; missing when it has had none", Needed::No, {}, "operations"},
};
constexpr RpcMember operationsMembers[] = {
    {"active",    RpcForm::Count, "those that have not ended"},
    {"ended",     RpcForm::Count, "those that have, and are remembered"},
    {"watermark", RpcForm::Count, "the number of the last end that the session is told of; 0 while there was none"},
    {"cursors",   RpcForm::Shape, "who has read their ends how far; missing when the session is held, for then nobody knows", Needed::No, {}, "feed_cursors"},
};
constexpr RpcMember feedCursorsMembers[] = {
    {"agent_applied",    RpcForm::Count, "what the agent was told of"},
    {"runtime_observed", RpcForm::Count, "what the session has looked at"},
    {"runtime_injected", RpcForm::Count, "what a continuation was submitted for"},
};
constexpr RpcMember submitParams[] = {
    {"session",         RpcForm::Text,       "the session's name"},
    {"text",            RpcForm::Text,       "a prompt; instead of `input`", Needed::No},
    {"idempotency_key", RpcForm::Text,       "with `text`: a repeat of the key is the same input", Needed::No},
    {"input",           RpcForm::OpenObject, "an input, with the fields of a line of a .jsonl file; instead of `text`", Needed::No},
    {"wait",            RpcForm::Choice,     "none (default) answers with the receipt; attempt and terminal also with what became of the input, at the end of its next attempt or when it will never run again", Needed::No, wait_names},
    {"within_ms",       RpcForm::Count,      "how long is waited; the input goes on after that", Needed::No},
    {"without_wake",    RpcForm::Flag,       "the session is not woken for it; the next wake takes it along", Needed::No},
};
constexpr RpcMember submitResult[] = {
    {"receipt",   RpcForm::Shape, "what became of the submission", Needed::Yes, {}, "accept_receipt"},
    {"outcome",   RpcForm::Shape, "what became of the input, where that was waited for and came", Needed::No, {}, "outcome"},
    {"timed_out", RpcForm::Flag,  "true: `within_ms` passed before there was an outcome", Needed::No},
};
constexpr RpcMember acceptReceiptMembers[] = {
    {"verdict",       RpcForm::Choice, "what was decided", Needed::Yes, acceptVerdictName.names},
    {"input",         RpcForm::Text,   "the id of the input"},
    {"existing",      RpcForm::Text,   "deduplicated, key_conflict: the input that has the key", Needed::No},
    {"work",          RpcForm::Choice, "deduplicated: what became of that work", Needed::No, workName.names},
    {"ended_as",      RpcForm::Choice, "deduplicated, and that work has ended: how", Needed::No, outcomeClassName.names},
    {"consumed",      RpcForm::Flag,   "accepted: it was only to be recorded, and has ended", Needed::No},
    {"refusal",       RpcForm::Choice, "rejected: why", Needed::No, refusalName.names},
    {"state",         RpcForm::Choice, "not_ready: the session's phase that refuses", Needed::No, phaseName.names},
    {"limit",         RpcForm::Count,  "queue_full: how many inputs may wait", Needed::No},
    {"open",          RpcForm::Count,  "queue_full: how many do", Needed::No},
    {"retryable",     RpcForm::Flag,   "rejected: whether a later try may work", Needed::No},
    {"message",       RpcForm::Text,   "rejected, unknown: one sentence", Needed::No},
};
constexpr RpcMember outcomeMembers[] = {
    {"outcome",      RpcForm::Choice, "how it ended; missing with a wait failure", Needed::No, outcomeClassName.names},
    {"wait_failure", RpcForm::Choice, "why there is no outcome to tell", Needed::No, waitFailureName.names},
    {"text",         RpcForm::Text,   "what the executor answered", Needed::No},
    {"json",         RpcForm::Any,    "the same as data", Needed::No},
    {"reason",       RpcForm::Text,   "one sentence, where it did not succeed", Needed::No},
    {"run",          RpcForm::Text,   "the run in which it ended", Needed::No},
};
constexpr RpcMember whyMembers[] = {
    {"session",  RpcForm::Text, "its name"},
    {"code",     RpcForm::Text, "stable: the wait reason, and where that says too little a detail behind a dot"},
    {"sentence", RpcForm::Text, "what it does or waits for, and for how long"},
    {"unblock",  RpcForm::Text, "what would move it; empty when nothing has to be done"},
    {"known",    RpcForm::Flag, "it has answered in time; otherwise this is as of the last time"},
    {"since",    RpcForm::Text, "since when, in UTC", Needed::No},
    {"as_of",    RpcForm::Text, "when it was seen, in UTC", Needed::No},
};
constexpr RpcMember outcomeParams[] = {
    {"session",         RpcForm::Text, "the session's name"},
    {"input",           RpcForm::Text, "the input's id", Needed::No},
    {"idempotency_key", RpcForm::Text, "the key it was submitted with; instead of `input`", Needed::No},
};
constexpr RpcMember outcomeResult[] = {
    {"fate",    RpcForm::Choice, "whether it is open, has ended, or is not known (any more)", Needed::Yes, fate_names},
    {"input",   RpcForm::Text,   "its id", Needed::No},
    {"state",   RpcForm::Choice, "open: where it is", Needed::No, inputPhaseName.names},
    {"attempt", RpcForm::Count,  "open: the last attempt that was granted", Needed::No},
    {"outcome", RpcForm::Shape,  "ended: how", Needed::No, {}, "outcome"},
};
constexpr RpcMember cancelParams[] = {
    {"session", RpcForm::Text, "the session's name"},
    {"run",     RpcForm::Text, "the run that is meant: if another one is current, nothing is done", Needed::No},
    {"reason",  RpcForm::Text, "what the executor and the log are told", Needed::No},
};
constexpr RpcMember reasonParams[] = {
    {"session", RpcForm::Text, "the session's name"},
    {"reason",  RpcForm::Text, "what the executor and the log are told", Needed::No},
};
constexpr RpcMember commandReceiptMembers[] = {
    {"verdict", RpcForm::Choice, "done, under way (deferred), nothing to do (no_op) or refused", Needed::Yes, commandVerdictName.names},
    {"refusal", RpcForm::Choice, "refused: why", Needed::No, refusalName.names},
    {"state",   RpcForm::Choice, "the session's phase after the command, or the one that refuses", Needed::Yes, phaseName.names},
    {"run",     RpcForm::Text,   "the run that it touched, or for not_current the one that is", Needed::No},
    {"inputs",  RpcForm::Count,  "inputs abandoned, transferred or left to drain, as the command says"},
    {"abandoned",   RpcForm::Count, "of them, those that have ended without having run to the end", Needed::No},
    {"draining",    RpcForm::Count, "retire: those that still run before the session is empty", Needed::No},
    {"transferred", RpcForm::Count, "recycle: those that are kept", Needed::No},
    {"recovered",   RpcForm::Count, "recover: those that are open in the store and now here", Needed::No},
    {"requeued",    RpcForm::Count, "recover: of those, the ones that a host had begun", Needed::No},
    {"message", RpcForm::Text,   "one sentence", Needed::No},
};
constexpr RpcMember subscribeParams[] = {
    {"session",  RpcForm::Text, "only this session; without it, all", Needed::No},
    {"progress", RpcForm::Flag, "also what executors say while they work (default true)", Needed::No},
    {"since",    RpcForm::Text, "the cursor of the last event that is known, or oldest: first what the store's event log holds behind it, then what executors have said so far in the runs that are under way, then what happens, without gap or repeat and as fast as it is read", Needed::No},
};
constexpr RpcMember eventMembers[] = {
    {"event",   RpcForm::Text,   "the dotted code, or progress. and the kind of progress"},
    {"session", RpcForm::Text,   "whose it is"},
    {"from",    RpcForm::Text,   "runtime.state_changed: the phase before; executor.changed: the executor", Needed::No},
    {"to",      RpcForm::Text,   "the one after", Needed::No},
    {"from_plugin", RpcForm::Text, "executor.changed: the plugin before", Needed::No},
    {"to_plugin",   RpcForm::Text, "executor.changed: the plugin after", Needed::No},
    {"input",   RpcForm::Text,   "the input that is meant", Needed::No},
    {"other",   RpcForm::Text,   "the input that it was merged with or replaced by", Needed::No},
    {"run",     RpcForm::Text,   "the run that is meant", Needed::No},
    {"inputs",  RpcForm::Texts,  "progress: the inputs that its run is for", Needed::No},
    {"detail",  RpcForm::Text,   "one sentence", Needed::No},
    {"correlation", RpcForm::Text, "what the input that is meant was submitted with as its correlation id; of a run, if all its inputs have the same", Needed::No},
    {"id",          RpcForm::Text, "with since: the event's own, the same whenever it is read again", Needed::No},
    {"time",        RpcForm::Text, "with since: when it was, in UTC", Needed::No},
    {"runtime",     RpcForm::Text, "with since: the logical runtime", Needed::No},
    {"category",    RpcForm::Text, "with since: what it is about", Needed::No},
    {"causation",   RpcForm::Text, "with since: the run or input that brought it about", Needed::No},
    {"cursor",      RpcForm::Text, "with since: a reader that goes on from here misses nothing and sees nothing again", Needed::No},
    {"raw_type",    RpcForm::Any,  "progress.vendor: the number that the plugin gave", Needed::No},
    {"name",    RpcForm::Text,   "progress: what it is about", Needed::No},
    {"text",    RpcForm::Text,   "progress: as text", Needed::No},
    {"data",    RpcForm::Any,    "progress: as data", Needed::No},
};
constexpr RpcMember gapMembers[] = {
    {"count",  RpcForm::Count, "how many events or rows are missing here; 0 when nobody knows"},
    {"cause",  RpcForm::Text,  "with since: forgotten, other_log, ahead, damaged, lost or progress_forgotten", Needed::No},
    {"detail", RpcForm::Text,  "with since: one sentence", Needed::No},
};
constexpr RpcMember liveMembers[] = {
    {"cursor", RpcForm::Text, "how far the log was read"},
};
constexpr RpcMember failedMembers[] = {
    {"message", RpcForm::Text, "one sentence"},
};

constexpr RpcShape shape_rows[] = {
    {"hello",           "Who answers, and which version of the protocol is spoken.", helloResult},
    {"limits",          "The bounds of a connection.", limitsMembers},
    {"host",            "A host that is running.", hostInfoMembers},
    {"acknowledged",    "Nothing else is to be said.", acknowledgedMembers},
    {"session_list",    "Open sessions.", listMembers},
    {"session",         "What a session is doing.", sessionMembers},
    {"operations",      "How it stands with the asynchronous operations of a session.", operationsMembers},
    {"feed_cursors",    "Cursors into the list of ends; they only rise.", feedCursorsMembers},
    {"submission",      "The answer to a submit.", submitResult},
    {"accept_receipt",  "What became of a submission; an accepted input is on the disk unless its kind says otherwise.", acceptReceiptMembers},
    {"outcome",         "What became of an input for somebody who waits.", outcomeMembers},
    {"fate",            "What is known of an input.", outcomeResult},
    {"command_receipt", "What became of a command.", commandReceiptMembers},
    {"event",           "One thing that a session said.", eventMembers},
    {"gap",             "Events that this reader was too slow for, or that are no longer kept.", gapMembers},
    {"live",            "What the log held has been told, and what executors had said so far.", liveMembers},
    {"failure",         "What went wrong.", failedMembers},
    {"why",             "Why a session is not moving, or that it is.", whyMembers},
};

constexpr RpcMethodRow method_rows[] = {
    {RpcMethod::Hello, "hello", "Agrees on the version of the protocol. A client that says nothing of it speaks version 1.", helloParams, "hello"},
    {RpcMethod::HostInfo, "host.info", "Says which host answers.", {}, "host"},
    {RpcMethod::HostShutdown, "host.shutdown", "The host goes down in order, as after Ctrl-C: admission closes, runs end at their boundary, what is open waits for the next start. A second call ends runs at once.", shutdownParams, "acknowledged"},
    {RpcMethod::SessionList, "session.list", "Says what every open session is doing. It answers within a bound for each: one that says nothing is shown as it was seen last.", listParams, "session_list"},
    {RpcMethod::SessionShow, "session.show", "Says what one session is doing, within the same bound.", sessionParam, "session"},
    {RpcMethod::Why, "why", "Says in one sentence why a session is not moving, since when, and what would move it, within the same bound.", sessionParam, "why"},
    {RpcMethod::Submit, "submit", "Gives a session an input.", submitParams, "submission"},
    {RpcMethod::Outcome, "outcome", "Says what became of an input, also of one that ended in an earlier host.", outcomeParams, "fate"},
    {RpcMethod::Cancel, "cancel", "Asks the current run to end at its next boundary.", cancelParams, "command_receipt"},
    {RpcMethod::Interrupt, "interrupt", "Ends the current run at once.", cancelParams, "command_receipt"},
    {RpcMethod::Stop, "stop", "Stops the session: its run is cancelled, what is open is abandoned, its executor is released.", reasonParams, "command_receipt"},
    {RpcMethod::Start, "start", "Starts a stopped session again, or makes an executor that was given up once more.", sessionParam, "command_receipt"},
    {RpcMethod::Retire, "retire", "Takes no new input from now on; what is open drains where an executor is attached, and otherwise ends.", reasonParams, "command_receipt"},
    {RpcMethod::Reset, "reset", "Ends everything that is open; not while a run is.", reasonParams, "command_receipt"},
    {RpcMethod::Recycle, "recycle", "Lets go of the runtime binding and keeps the work; not while a run is open.", reasonParams, "command_receipt"},
    {RpcMethod::Recover, "recover", "Takes the session from the store again: the remedy for one that is held.", reasonParams, "command_receipt"},
    {RpcMethod::Destroy, "destroy", "Ends the session for good: what is stored of it is kept and never opened again.", reasonParams, "command_receipt"},
    {RpcMethod::Unregister, "unregister", "This host lets go of the session; the store keeps it with its open inputs.", reasonParams, "command_receipt"},
    {RpcMethod::EventsSubscribe, "events.subscribe", "From now on what sessions say comes as notifications. A connection has one subscription; another call replaces it.", subscribeParams, "acknowledged"},
    {RpcMethod::EventsUnsubscribe, "events.unsubscribe", "No more events.", {}, "acknowledged"},
};

constexpr RpcNotificationRow notification_rows[] = {
    {"event", "Something happened in a session.", "event"},
    {"events.gap", "Events are missing here, because they came faster than they were read.", "gap"},
    {"events.live", "Subscribed with since: from here on everything comes when it happens.", "live"},
    {"events.failed", "Subscribed with since: the event log cannot be read; no more events come.", "failure"},
};
// clang-format on

} // namespace

std::span<const RpcMethodRow> rpcMethodTable()
{
    return method_rows;
}

std::span<const RpcNotificationRow> rpcNotificationTable()
{
    return notification_rows;
}

std::span<const RpcShape> rpcShapeTable()
{
    return shape_rows;
}

} // namespace burrow
