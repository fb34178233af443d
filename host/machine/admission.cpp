// SPDX-License-Identifier: Apache-2.0
#include "machine/admission.h"

#include "base/limits.h"
#include "machine/admission_table.h"

namespace burrow {
namespace {

const KindRule &ruleOf(InputKind kind)
{
    return kind_rules[static_cast<std::size_t>(kind)];
}

QString sentence(const char *text, InputKind kind)
{
    return QString::fromLatin1(text).replace(QLatin1String("%kind"), QLatin1String(inputKindName(kind)));
}

AdmissionRejection reject(Refusal refusal, const char *text, InputKind kind)
{
    return {refusal, sentence(text, kind)};
}

/// A key is shown in logs and typed on command lines, so it is readable text: UTF-8 without control characters.
bool isReadableKey(const QByteArray &key)
{
    if (!key.isValidUtf8())
        return false;
    for (qsizetype at = 0; at < key.size(); ++at) {
        const auto byte = static_cast<quint8>(key[at]);
        if (byte < 0x20 || byte == 0x7f)
            return false;
        // U+0080 to U+009F, the second block of control characters, are C2 80 to C2 9F.
        if (byte == 0xc2 && static_cast<quint8>(key[at + 1]) < 0xa0)
            return false;
    }
    return true;
}

using Check = std::optional<AdmissionRejection> (*)(const Input &input, const KindRule &rule);

std::optional<AdmissionRejection> checkBody(const Input &input, const KindRule &rule)
{
    if (input.body.index() == static_cast<std::size_t>(rule.body))
        return std::nullopt;
    return reject(Refusal::Invalid, "An input of kind %kind carries the content of another kind.", rule.kind);
}

std::optional<AdmissionRejection> checkSource(const Input &input, const KindRule &rule)
{
    if (rule.submitter == Submitter::Anyone || input.source.kind == SourceKind::System)
        return std::nullopt;
    return reject(Refusal::Invalid,
                  "An input of kind %kind is made by the host itself and cannot be submitted.", rule.kind);
}

std::optional<AdmissionRejection> checkDurability(const Input &input, const KindRule &rule)
{
    if (input.durability == Durability::Absent)
        return reject(Refusal::DurabilityViolation,
                      "The %kind does not say its durability: give durable or ephemeral.", rule.kind);
    if (input.durability != Durability::Derived)
        return std::nullopt;
    const SourceKind source = input.source.kind;
    if (source != SourceKind::Flow && source != SourceKind::System)
        return reject(Refusal::DurabilityViolation,
                      "The %kind comes from outside and cannot be derived: give durable or ephemeral.",
                      rule.kind);
    if (rule.derivable == Derivable::No)
        return reject(
            Refusal::DurabilityViolation,
            "The %kind cannot be derived, because nothing could make it again: give durable or ephemeral.",
            rule.kind);
    return std::nullopt;
}

std::optional<AdmissionRejection> checkHandling(const Input &input, const KindRule &rule)
{
    if (rule.mode == ModeRule::Free || input.handling == HandlingMode::Absent)
        return std::nullopt;
    return reject(Refusal::PeerHandlingModeInvalid, "The %kind takes no handling mode: leave it out.",
                  rule.kind);
}

/// The end of a request is matched with the request by id and shown under its sender's name, so both must be
/// there.
std::optional<AdmissionRejection> checkTerminal(const Input &input, const KindRule &rule)
{
    if (input.kind != InputKind::PeerResponseTerminal)
        return std::nullopt;
    const auto invalid = [&rule](const char *text) {
        return reject(Refusal::PeerTerminalInvalid, text, rule.kind);
    };
    const auto &peer = std::get<PeerBody>(input.body);
    if (peer.requestId.isEmpty())
        return invalid("The %kind does not name the request that it answers.");
    if (input.source.kind != SourceKind::Peer || input.source.id.isEmpty() || input.source.display.isEmpty())
        return invalid("The %kind does not say which peer sends it: give the peer's id and its display name.");
    if (!isReadableKey(input.source.id) || input.source.id.size() > limits::key_bytes_max
        || input.source.id != input.source.id.trimmed())
        return invalid(
            "The %kind names a peer id that is no route: it must be short text without blanks around it "
            "or control characters.");
    if (peer.status == PeerBody::Status::None)
        return invalid("The %kind does not say how the request ended: give completed or failed.");
    if (peer.status == PeerBody::Status::Cancelled)
        return invalid(
            "The %kind says that the request was cancelled, which no peer can decide: give completed or "
            "failed.");
    return std::nullopt;
}

std::optional<AdmissionRejection> checkSizes(const Input &input, const KindRule &rule)
{
    if (contentBytes(input) > limits::input_bytes_max)
        return AdmissionRejection{
            Refusal::TooLarge, sentence("The %kind is larger than %limit bytes.", rule.kind)
                                   .replace(QLatin1String("%limit"), QString::number(limits::input_bytes_max))};
    for (const QByteArray *key : {&input.idempotencyKey, &input.supersessionKey, &input.correlationId}) {
        if (key->size() > limits::key_bytes_max)
            return AdmissionRejection{
                Refusal::TooLarge,
                sentence("The %kind has a key of more than %limit bytes.", rule.kind)
                    .replace(QLatin1String("%limit"), QString::number(limits::key_bytes_max))};
        if (!isReadableKey(*key))
            return reject(Refusal::Invalid,
                          "The %kind has a key that is not UTF-8 text without control characters.", rule.kind);
    }
    return std::nullopt;
}

/// In this order; the first that objects is the answer.
constexpr Check checks[] = {checkBody, checkSource, checkDurability, checkHandling, checkTerminal, checkSizes};

} // namespace

AdmissionPlan resolvePlan(const AdmissionQuery &query)
{
    const AdmissionRow &row = admissionRow(query);
    const PlanShape &shape = *row.shape;
    AdmissionPlan plan;
    plan.apply = shape.apply;
    plan.queue = shape.queue;
    plan.consume = shape.consume;
    plan.drain = shape.drain;
    plan.lane = shape.lane;
    plan.boundary = shape.boundary;
    plan.execution = shape.execution;
    plan.intent = shape.intent;
    plan.transcript = shape.transcript == Transcript::Yes;
    plan.executionHandling = row.execution;
    // Submitted without wake, an input keeps its place and gives up everything that would stir the loop.
    if (query.withoutWake)
        return plan;
    plan.wake = row.wake;
    plan.immediateProcessing = row.facts.contains(AdmissionFact::ImmediateProcessing);
    plan.interruptYielding = row.facts.contains(AdmissionFact::InterruptYielding);
    plan.wakeIfIdle = row.facts.contains(AdmissionFact::WakeIfIdle);
    plan.liveInterruptRequired = shape.live == LiveInterrupt::Yes;
    return plan;
}

bool requiresActivePreAdmission(const AdmissionQuery &query)
{
    // A steer counts on capacity even when it is submitted without wake.
    const AdmissionRow &row = admissionRow(query);
    return row.facts.contains(AdmissionFact::ImmediateProcessing)
           || (row.wake != WakeMode::None && !query.withoutWake);
}

bool maySignal(const AdmissionQuery &query)
{
    return !query.withoutWake && !admissionRow(query).facts.contains(AdmissionFact::NeverSignals);
}

std::optional<AdmissionRejection> validate(const Input &input)
{
    const KindRule &rule = ruleOf(input.kind);
    for (const Check check : checks) {
        if (std::optional<AdmissionRejection> rejection = check(input, rule))
            return rejection;
    }
    return std::nullopt;
}

bool replaceable(InputKind kind)
{
    return replacementMode(kind) != QueueMode::Fifo;
}

QueueMode replacementMode(InputKind kind)
{
    return ruleOf(kind).replacement;
}

bool replaces(const Input &newer, const Input &older)
{
    return newer.kind == older.kind && replaceable(newer.kind) && !newer.supersessionKey.isEmpty()
           && newer.supersessionKey == older.supersessionKey;
}

std::optional<AggregateDescriptor> aggregate(InputId id, std::vector<InputId> sources, WallTime at)
{
    if (sources.empty())
        return std::nullopt;
    const auto count = static_cast<qulonglong>(sources.size());
    const QString description =
        count == 1 ? QStringLiteral("1 coalesced input") : QStringLiteral("%1 coalesced inputs").arg(count);
    return AggregateDescriptor{id, std::move(sources), description, at};
}

} // namespace burrow
