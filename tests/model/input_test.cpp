// SPDX-License-Identifier: Apache-2.0
#include "model/input.h"

#include <QHash>
#include <QTest>

namespace burrow {

/// The hash beside an idempotency key decides between a repeat and a conflict: equal content is equal, and any
/// difference in what is worked on is seen.
class InputTest : public QObject
{
    Q_OBJECT

    static Input with(InputKind kind, InputBody body)
    {
        Input input;
        input.kind = kind;
        input.body = std::move(body);
        return input;
    }
    static Input prompt(const QByteArray &text, const QByteArray &blocks = {}, std::vector<Append> appends = {})
    {
        return with(InputKind::Prompt, PromptBody{text, blocks, std::move(appends)});
    }
    static Input peer(InputKind kind, const std::function<void(PeerBody &)> &change = {})
    {
        PeerBody body;
        body.text = "t";
        if (change)
            change(body);
        return with(kind, body);
    }
    static Input event(const QByteArray &type, const QByteArray &text, const QByteArray &payload,
                       const QByteArray &blocks)
    {
        return with(InputKind::ExternalEvent, ExternalEventBody{type, text, payload, blocks});
    }
    static Input continuation(const std::function<void(ContinuationBody &)> &change = {})
    {
        ContinuationBody body;
        body.reason = "r";
        if (change)
            change(body);
        return with(InputKind::Continuation, body);
    }

    /// Inputs that are all different in what is worked on.
    static std::vector<std::pair<const char *, Input>> differentInputs()
    {
        const Append user{AppendRole::User, {}, "x", {}};
        const Append assistant{AppendRole::Assistant, {}, "x", {}};
        const Append keyed{AppendRole::User, "x", {}, {}};
        const Append structured{AppendRole::User, {}, {}, "x"};
        return {
            {"empty prompt", prompt({})},
            {"prompt a", prompt("a")},
            {"prompt b", prompt("b")},
            {"prompt a with a blank", prompt("a ")},
            {"prompt a with a zero byte", prompt(QByteArray("a\0", 2))},
            {"blocks a", prompt({}, "a")},
            {"split ab c", prompt("ab", "c")},
            {"split a bc", prompt("a", "bc")},
            {"append user", prompt("a", {}, {user})},
            {"append assistant", prompt("a", {}, {assistant})},
            {"append keyed", prompt("a", {}, {keyed})},
            {"append structured", prompt("a", {}, {structured})},
            {"two appends", prompt("a", {}, {user, assistant})},
            {"two appends, other order", prompt("a", {}, {assistant, user})},
            {"peer message", peer(InputKind::PeerMessage)},
            {"peer request", peer(InputKind::PeerRequest)},
            {"peer progress", peer(InputKind::PeerResponseProgress)},
            {"peer terminal", peer(InputKind::PeerResponseTerminal)},
            {"peer blocks", peer(InputKind::PeerMessage, [](PeerBody &b) { b.blocksJson = "v"; })},
            {"peer payload", peer(InputKind::PeerMessage, [](PeerBody &b) { b.payloadJson = "v"; })},
            {"peer request id", peer(InputKind::PeerMessage, [](PeerBody &b) { b.requestId = "v"; })},
            {"peer intent", peer(InputKind::PeerMessage, [](PeerBody &b) { b.intent = "v"; })},
            {"peer phase", peer(InputKind::PeerMessage, [](PeerBody &b) { b.phase = "v"; })},
            {"peer context key", peer(InputKind::PeerMessage, [](PeerBody &b) { b.contextKey = "v"; })},
            {"peer status",
             peer(InputKind::PeerMessage, [](PeerBody &b) { b.status = PeerBody::Status::Failed; })},
            {"step 1", with(InputKind::FlowStep, FlowStepBody{"1", "t"})},
            {"step 2", with(InputKind::FlowStep, FlowStepBody{"2", "t"})},
            {"step text", with(InputKind::FlowStep, FlowStepBody{"1", "u"})},
            {"event type", event("v", {}, {}, {})},
            {"event text", event({}, "v", {}, {})},
            {"event payload", event({}, {}, "v", {})},
            {"event blocks", event({}, {}, {}, "v")},
            {"continuation", continuation()},
            {"attention",
             continuation([](ContinuationBody &b) { b.kind = ContinuationBody::Kind::Attention; })},
            {"continuation request", continuation([](ContinuationBody &b) { b.requestId = "v"; })},
            {"continuation context", continuation([&](ContinuationBody &b) { b.contextAppend = user; })},
            {"continuation turn", continuation([&](ContinuationBody &b) { b.turnAppend = user; })},
            {"operation 1", with(InputKind::Operation, OperationBody{{{1, 2}}, "e"})},
            {"operation 2", with(InputKind::Operation, OperationBody{{{1, 3}}, "e"})},
            {"operation event", with(InputKind::Operation, OperationBody{{{1, 2}}, "f"})},
            {"system", with(InputKind::SystemGenerated, SystemGeneratedBody{"t", {}})},
            {"system json", with(InputKind::SystemGenerated, SystemGeneratedBody{{}, "t"})},
            {"projected", with(InputKind::Projected, SystemGeneratedBody{"t", {}})},
        };
    }

private Q_SLOTS:
    void differentContentHasDifferentHashes()
    {
        QHash<quint64, const char *> seen;
        for (const auto &[name, input] : differentInputs()) {
            const quint64 hash = payloadHash(input);
            QVERIFY2(!seen.contains(hash),
                     qPrintable(QStringLiteral("%1 has the hash of %2")
                                    .arg(QLatin1String(name), QLatin1String(seen.value(hash)))));
            seen.insert(hash, name);
        }
    }

    void equalContentHasEqualHashes()
    {
        const auto once = differentInputs();
        const auto again = differentInputs();
        for (std::size_t at = 0; at < once.size(); ++at)
            QVERIFY2(payloadHash(once[at].second) == payloadHash(again[at].second), once[at].first);
    }

    void whoSubmitsWhenAndUnderWhatKeysIsNoContent()
    {
        const Input plain = prompt("a");
        Input other = plain;
        other.id = {{1, 2}};
        other.submittedAt = {std::chrono::milliseconds(5)};
        other.idempotencyKey = "key";
        other.correlationId = "correlation";
        other.source.display = "somebody";
        QCOMPARE(payloadHash(other), payloadHash(plain));
    }

    void contentBytesCountEveryByteOnce()
    {
        QCOMPARE(contentBytes(prompt({})), 0);
        QCOMPARE(contentBytes(prompt("abc", "de")), 5);
        Input keyed = prompt("abc");
        keyed.idempotencyKey = "12";
        keyed.supersessionKey = "345";
        keyed.correlationId = "6789";
        QCOMPARE(contentBytes(keyed), 12);
        const Append append{AppendRole::User, "k", "tt", "jjj"};
        // The role is written by name.
        QCOMPARE(contentBytes(prompt({}, {}, {append})),
                 6 + static_cast<qint64>(qstrlen(appendRoleName(append.role))));
        QCOMPARE(contentBytes(event("a", "bb", "ccc", "dddd")), 10);
    }

    void contentBytesGrowWithEveryPart()
    {
        const QByteArray large(100'000, 'x');
        const std::vector<Input> inputs{
            prompt(large),
            prompt({}, large),
            prompt({}, {}, {Append{AppendRole::User, {}, {}, large}}),
            peer(InputKind::PeerMessage, [&](PeerBody &b) { b.payloadJson = large; }),
            peer(InputKind::PeerMessage, [&](PeerBody &b) { b.contextKey = large; }),
            with(InputKind::FlowStep, FlowStepBody{large, {}}),
            event({}, {}, large, {}),
            continuation([&](ContinuationBody &b) {
                b.turnAppend = Append{AppendRole::User, {}, large, {}};
            }),
            with(InputKind::Operation, OperationBody{{}, large}),
            with(InputKind::SystemGenerated, SystemGeneratedBody{{}, large}),
        };
        for (const Input &input : inputs)
            QVERIFY2(contentBytes(input) >= large.size(), inputKindName(input.kind));
    }

    void theContinuationOfDetachedWorkIsTheHostsOwn()
    {
        const Input input = detachedWorkContinuation({{1, 2}}, {std::chrono::milliseconds(9)});
        QCOMPARE(input.kind, InputKind::Continuation);
        QCOMPARE(input.durability, Durability::Derived);
        QCOMPARE(input.source.kind, SourceKind::System);
        QVERIFY(!input.visibility.transcript);
        QVERIFY(!input.visibility.operatorView);
        QCOMPARE(input.submittedAt.sinceEpoch.count(), 9);
        QVERIFY(std::holds_alternative<ContinuationBody>(input.body));
    }
};

} // namespace burrow

QTEST_GUILESS_MAIN(burrow::InputTest)
#include "input_test.moc"
