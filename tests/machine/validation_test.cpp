// SPDX-License-Identifier: Apache-2.0
#include "admission_support.h"
#include "base/limits.h"

#include <QTest>

/// What validation refuses, and which input takes the place of which.
namespace burrow {
namespace {

using Kind = InputKind;
using enum HandlingMode;

struct Rejected
{
    const char *tag;
    Input input;
    Refusal refusal;
};

Input changed(Input input, void (*change)(Input &))
{
    change(input);
    return input;
}

Input derived(Kind kind, SourceKind source)
{
    Input input = inputOf(kind);
    input.durability = Durability::Derived;
    input.source.kind = source;
    return input;
}

void addTerminalRejections(std::vector<Rejected> &rows)
{
    const Input good = inputOf(Kind::PeerResponseTerminal);
    const auto add = [&](const char *tag, void (*change)(Input &)) {
        rows.push_back({tag, changed(good, change), Refusal::PeerTerminalInvalid});
    };
    add("VA07: a cancelled terminal response",
        [](Input &input) { std::get<PeerBody>(input.body).status = PeerBody::Status::Cancelled; });
    add("DR22: a terminal response without status",
        [](Input &input) { std::get<PeerBody>(input.body).status = PeerBody::Status::None; });
    add("a terminal response without request id",
        [](Input &input) { std::get<PeerBody>(input.body).requestId = ""; });
    add("a terminal response without peer id", [](Input &input) { input.source.id = ""; });
    add("a terminal response without display name", [](Input &input) { input.source.display = ""; });
    add("a terminal response from no peer", [](Input &input) { input.source.kind = SourceKind::External; });
    add("a terminal response with a control character in its route",
        [](Input &input) { input.source.id = "a\nb"; });
    add("a terminal response with blanks around its route", [](Input &input) { input.source.id = " peer"; });
    add("a terminal response with a broken route", [](Input &input) { input.source.id = "\xff\xfe"; });
}

void addKeyRejections(std::vector<Rejected> &rows)
{
    const auto add = [&](const char *tag, Refusal refusal, void (*change)(Input &)) {
        rows.push_back({tag, changed(inputOf(Kind::Prompt), change), refusal});
    };
    add("too much text", Refusal::TooLarge, [](Input &input) {
        input.body = PromptBody{QByteArray(limits::input_bytes_max + 1, 'x'), {}, {}};
    });
    add("a long idempotency key", Refusal::TooLarge,
        [](Input &input) { input.idempotencyKey = QByteArray(limits::key_bytes_max + 1, 'k'); });
    add("a long supersession key", Refusal::TooLarge,
        [](Input &input) { input.supersessionKey = QByteArray(limits::key_bytes_max + 1, 'k'); });
    add("a long correlation id", Refusal::TooLarge,
        [](Input &input) { input.correlationId = QByteArray(limits::key_bytes_max + 1, 'k'); });
    add("a key with a line break", Refusal::Invalid, [](Input &input) { input.idempotencyKey = "a\nb"; });
    add("a key with a delete character", Refusal::Invalid,
        [](Input &input) { input.supersessionKey = "a\x7f"; });
    add("a key with a late control character", Refusal::Invalid,
        [](Input &input) { input.idempotencyKey = "a\xc2\x85"; });
    add("a key that is not UTF-8", Refusal::Invalid, [](Input &input) { input.idempotencyKey = "\xc3\x28"; });
}

std::vector<Rejected> rejections()
{
    std::vector<Rejected> rows;
    rows.push_back({"a prompt without durability",
                    changed(inputOf(Kind::Prompt), [](Input &input) { input.durability = Durability::Absent; }),
                    Refusal::DurabilityViolation});
    rows.push_back(
        {"VA01: a derived prompt", derived(Kind::Prompt, SourceKind::System), Refusal::DurabilityViolation});
    for (const Kind kind : {Kind::PeerMessage, Kind::PeerRequest, Kind::PeerResponseTerminal, Kind::FlowStep})
        rows.push_back({inputKindName(kind), derived(kind, SourceKind::Flow), Refusal::DurabilityViolation});
    for (const SourceKind source : {SourceKind::Operator, SourceKind::Peer, SourceKind::External})
        rows.push_back(
            {sourceKindName(source), derived(Kind::ExternalEvent, source), Refusal::DurabilityViolation});
    rows.push_back({"VA04: progress with a handling mode",
                    changed(inputOf(Kind::PeerResponseProgress), [](Input &input) { input.handling = Steer; }),
                    Refusal::PeerHandlingModeInvalid});
    rows.push_back(
        {"D17: system-generated from a peer",
         changed(inputOf(Kind::SystemGenerated), [](Input &input) { input.source.kind = SourceKind::Peer; }),
         Refusal::Invalid});
    rows.push_back({"a prompt that carries an operation",
                    changed(inputOf(Kind::Prompt), [](Input &input) { input.body = OperationBody{}; }),
                    Refusal::Invalid});
    addTerminalRejections(rows);
    addKeyRejections(rows);
    return rows;
}

void replacementScope()
{
    Input older = inputOf(Kind::ExternalEvent);
    Input newer = older;
    older.supersessionKey = newer.supersessionKey = "temperature";
    QVERIFY(replaces(newer, older));
    newer.supersessionKey = "humidity";
    QVERIFY(!replaces(newer, older));
    newer.supersessionKey.clear();
    older.supersessionKey.clear();
    QVERIFY(!replaces(newer, older));
    Input progress = inputOf(Kind::PeerResponseProgress);
    progress.supersessionKey = older.supersessionKey = "temperature";
    QVERIFY(!replaces(progress, older));
}

void replaceableKinds()
{
    for (const Kind kind : every_kind) {
        const bool expected = kind == Kind::ExternalEvent || kind == Kind::PeerResponseProgress;
        QCOMPARE(replaceable(kind), expected);
        Input older = inputOf(kind);
        older.supersessionKey = "k";
        QCOMPARE(replaces(older, older), expected);
    }
    QCOMPARE(replacementMode(Kind::ExternalEvent), QueueMode::Supersede);
    QCOMPARE(replacementMode(Kind::PeerResponseProgress), QueueMode::Coalesce);
    QCOMPARE(replacementMode(Kind::Prompt), QueueMode::Fifo);
}

void aggregates()
{
    const auto id = idOf<InputId>(1);
    QVERIFY(!aggregate(id, {}, {}).has_value());
    const std::vector<InputId> sources{idOf<InputId>(2), idOf<InputId>(3), idOf<InputId>(4)};
    const auto descriptor = aggregate(id, sources, WallTime{std::chrono::milliseconds(5)});
    QVERIFY(descriptor.has_value());
    QCOMPARE(descriptor->aggregate, id);
    QCOMPARE(descriptor->sources, sources);
    QCOMPARE(descriptor->description, QStringLiteral("3 coalesced inputs"));
    QCOMPARE(descriptor->at.sinceEpoch.count(), 5);
}

void refusalsRoundTrip()
{
    for (std::size_t at = 0; at < refusalName.names.size(); ++at) {
        const auto refusal = static_cast<Refusal>(at);
        QCOMPARE(refusalName.parse(refusalName(refusal)).value(), refusal);
    }
    QVERIFY(!refusalName.parse("no_such_refusal").has_value());
}

void modesAreFreeElsewhere()
{
    for (const Kind kind : every_kind) {
        for (const HandlingMode mode : every_mode) {
            Input input = inputOf(kind);
            input.handling = mode;
            const auto rejection = validate(input);
            QCOMPARE(rejection.has_value(), kind == Kind::PeerResponseProgress && mode != Absent);
        }
    }
}

void derivedFromInside()
{
    for (const SourceKind source : {SourceKind::Flow, SourceKind::System}) {
        for (const Kind kind : {Kind::PeerResponseProgress, Kind::ExternalEvent, Kind::Continuation,
                                Kind::Operation, Kind::Projected})
            QVERIFY(!validate(derived(kind, source)).has_value());
    }
    QVERIFY(!validate(derived(Kind::SystemGenerated, SourceKind::System)).has_value());
    QVERIFY(!validate(detachedWorkContinuation(idOf<InputId>(1), {})).has_value());
}

void limitsThemselvesAreAllowed()
{
    Input input = inputOf(Kind::Prompt);
    input.idempotencyKey = QByteArray(limits::key_bytes_max, 'k');
    input.correlationId = "gr\xc3\xbc\xc3\x9f dich";
    QVERIFY(!validate(input).has_value());
    input.durability = Durability::Ephemeral;
    QVERIFY(!validate(input).has_value());
    const qint64 rest = limits::input_bytes_max - (contentBytes(input) - 5);
    input.body = PromptBody{QByteArray(rest, 'x'), {}, {}};
    QCOMPARE(contentBytes(input), limits::input_bytes_max);
    QVERIFY(!validate(input).has_value());
}

} // namespace

class ValidationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void validationRefuses_data()
    {
        QTest::addColumn<Input>("input");
        QTest::addColumn<Refusal>("refusal");
        for (const Rejected &row : rejections())
            QTest::newRow(row.tag) << row.input << row.refusal;
    }
    void validationRefuses()
    {
        QFETCH(Input, input);
        QFETCH(Refusal, refusal);
        const auto rejection = validate(input);
        QVERIFY(rejection.has_value());
        QCOMPARE(refusalName(rejection->refusal), refusalName(refusal));
        QVERIFY2(rejection->message.contains(QLatin1String(inputKindName(input.kind))),
                 qPrintable(rejection->message));
        QVERIFY2(rejection->message.endsWith(QLatin1Char('.'))
                     && !rejection->message.contains(QLatin1Char('%')),
                 qPrintable(rejection->message));
    }

    void scenarios_data()
    {
        addScenarioColumn();
        addScenario("DU07, DU08: only the same kind and key replace each other", replacementScope);
        addScenario("DU12: only external events and progress are replaceable", replaceableKinds);
        addScenario("DU11: an aggregate names its sources, of nothing there is none", aggregates);
        addScenario("VA03: derived progress, events, continuations and operations from inside",
                    derivedFromInside);
        addScenario("VA05, VA09: a handling mode is refused for progress only", modesAreFreeElsewhere);
        addScenario("VA08: the names of refusals round-trip", refusalsRoundTrip);
        addScenario("what just fits the limits is admitted", limitsThemselvesAreAllowed);
    }
    void scenarios() { runScenario(); }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::ValidationTest)
#include "validation_test.moc"
