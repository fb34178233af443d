// SPDX-License-Identifier: Apache-2.0
// Rows EV: the codes of events, and the envelope that they leave the host in.
#include "event/event_envelope.h"
#include "scenarios.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QRegularExpression>

using namespace burrow;
using namespace burrow::test;

namespace {

/// The codes as programs know them. A code may be added; none of these may change or go.
constexpr const char *published_codes[] = {"input.accepted",
                                           "input.deduplicated",
                                           "input.superseded",
                                           "input.coalesced",
                                           "input.queued",
                                           "input.staged",
                                           "input.applied",
                                           "input.consumed",
                                           "input.abandoned",
                                           "input.deferred",
                                           "run.started",
                                           "run.completed",
                                           "run.failed",
                                           "run.cancelled",
                                           "runtime.state_changed",
                                           "runtime.held",
                                           "runtime.misbehaviour",
                                           "executor.failed",
                                           "boundary.error",
                                           "runtime.recovered",
                                           "executor.restarting",
                                           "executor.restarted",
                                           "executor.changed",
                                           "runtime.notice",
                                           "runtime.projection_emitted"};

void eachEventHasAStableDottedCode()
{
    const QRegularExpression dotted(QStringLiteral("^[a-z]+\\.[a-z_]+$"));
    std::set<QByteArray> seen;
    for (const char *name : eventCodeName.names) {
        QVERIFY2(dotted.match(QLatin1String(name)).hasMatch(), name);
        QVERIFY2(seen.insert(name).second, name);
        const std::optional<EventCode> code = eventCodeName.parse(name);
        QVERIFY2(code, name);
        EventEnvelope envelope;
        envelope.event = LifecycleEvent{.code = *code};
        QCOMPARE(envelope.code(), QByteArray(name));
        QCOMPARE(envelope.category(), categoryOf(*code));
    }
    // They are stored by their numbers, too.
    for (std::size_t at = 0; at < std::size(published_codes); ++at)
        QCOMPARE(eventCodeName.names[at], published_codes[at]);
    for (const char *type : progressTypeName.names) {
        EventEnvelope envelope;
        envelope.event = ProgressEvent{.type = *progressTypeName.parse(type)};
        QCOMPARE(envelope.code(), QByteArray("progress.") + type);
        QCOMPARE(envelope.category(), EventCategory::Progress);
    }
}

/// Through text, as it goes over a socket.
Result<EventEnvelope> thereAndBack(const EventEnvelope &envelope)
{
    const QByteArray text = QJsonDocument(toJson(envelope)).toJson(QJsonDocument::Compact);
    return envelopeFromJson(QJsonDocument::fromJson(text).object());
}

void sameEnvelope(const EventEnvelope &back, const EventEnvelope &envelope)
{
    QCOMPARE(back.id, envelope.id);
    QCOMPARE(back.at.sinceEpoch.count(), envelope.at.sinceEpoch.count());
    QCOMPARE(back.runtime, envelope.runtime);
    QCOMPARE(back.session, envelope.session);
    QCOMPARE(back.code(), envelope.code());
    QCOMPARE(back.category(), envelope.category());
    QVERIFY(back.causation == envelope.causation);
    QCOMPARE(back.correlation(), envelope.correlation());
    QVERIFY(back.cursor == envelope.cursor);
}

void anEnvelopeSurvivesItsWay()
{
    LoggedEvents row;
    row.number = 7;
    row.session = session_id;
    row.name = "night-audit";
    row.at = {std::chrono::milliseconds(1'700'000'000'123)};
    const InputId input{Uuid::version7(1, 0, 1)};
    const RunId run{Uuid::version7(2, 0, 2)};
    for (std::size_t at = 0; at < eventCodeName.names.size(); ++at) {
        row.events.push_back({.code = static_cast<EventCode>(at),
                              .input = input,
                              .other = {Uuid::version7(3, 0, 3)},
                              .run = run,
                              .detail = QStringLiteral("so – it is"),
                              .correlation = "ticket 7 – grün"});
        if (row.events.back().code == EventCode::RuntimeStateChanged)
            row.events.back().to = Phase::Stopped;
        if (row.events.back().code == EventCode::ExecutorChanged)
            row.events.back().executors =
                std::make_shared<const ExecutorChange>(ExecutorChange{{"old", "one"}, {"new", "other"}});
    }
    const Uuid log{4, 5};
    const std::vector<EventEnvelope> envelopes = envelopesOf(row, log);
    QCOMPARE(envelopes.size(), eventCodeName.names.size());
    QCOMPARE(envelopes.back().cursor->number, quint64(7));
    std::set<Uuid> ids;
    for (const EventEnvelope &envelope : envelopes) {
        QVERIFY(ids.insert(envelope.id).second);
        QCOMPARE(envelope.runtime, "rt:session:" + session_id.toText());
        QVERIFY(envelope.causation == run.uuid);
        QCOMPARE(envelope.correlation(), QByteArray("ticket 7 – grün"));
        const Result<EventEnvelope> back = thereAndBack(envelope);
        QVERIFY2(back, back ? "" : qPrintable(back.error().message));
        sameEnvelope(*back, envelope);
        QVERIFY(std::get<LifecycleEvent>(back->event) == std::get<LifecycleEvent>(envelope.event));
    }
    // Read again, they are the same.
    QCOMPARE(envelopesOf(row, log).front().id, envelopes.front().id);
}

void whatAnExecutorSaidSurvivesItsWay()
{
    for (const QByteArray &json : {QByteArray(), QByteArray(R"({"a":[1,2]})"), QByteArray(R"("text")")}) {
        const SessionEvent said{session_id, "night-audit",
                                ProgressEvent{.type = ProgressType::Vendor,
                                              .rawType = 4711,
                                              .run = {Uuid::version7(2, 0, 2)},
                                              .name = "tool",
                                              .text = "cargo test",
                                              .json = json}};
        const EventEnvelope envelope = envelopeOf(said, {std::chrono::milliseconds(5)}, 3);
        const Result<EventEnvelope> back = thereAndBack(envelope);
        QVERIFY2(back, back ? "" : qPrintable(back.error().message));
        sameEnvelope(*back, envelope);
        const auto &progress = std::get<ProgressEvent>(back->event);
        QCOMPARE(progress.rawType, 4711);
        QCOMPARE(progress.text, QByteArray("cargo test"));
        QCOMPARE(progress.json, json);
        QVERIFY(!back->cursor);
    }
}

void whatARunIsForSurvivesItsWay()
{
    const auto subject = std::make_shared<const RunSubject>(
        RunSubject{{{Uuid::version7(1, 0, 1)}, {Uuid::version7(1, 0, 2)}}, "ticket 7"});
    for (const std::shared_ptr<const RunSubject> &told : {subject, std::shared_ptr<const RunSubject>()}) {
        const SessionEvent said{
            session_id, "night-audit",
            ProgressEvent{.type = ProgressType::TextDelta, .run = {Uuid::version7(2, 0, 2)}, .subject = told}};
        const EventEnvelope envelope = envelopeOf(said, {std::chrono::milliseconds(5)}, 3);
        const QJsonObject object = toJson(envelope);
        QCOMPARE(object.value(QLatin1String("inputs")).toArray().size(), told ? 2 : 0);
        QCOMPARE(object.contains(QLatin1String("inputs")), told != nullptr);
        QCOMPARE(object.contains(QLatin1String("correlation")), told != nullptr);
        const Result<EventEnvelope> back = thereAndBack(envelope);
        QVERIFY2(back, back ? "" : qPrintable(back.error().message));
        sameEnvelope(*back, envelope);
        const auto &progress = std::get<ProgressEvent>(back->event);
        QCOMPARE(progress.subject != nullptr, told != nullptr);
        if (told)
            QVERIFY(progress.subject->inputs == told->inputs);
        // A list that is no list of ids is refused.
        for (const QJsonValue &wrong :
             {QJsonValue(QStringLiteral("one")), QJsonValue(QJsonArray{QStringLiteral("x")})}) {
            QJsonObject bad = object;
            bad.insert(QStringLiteral("inputs"), wrong);
            QVERIFY(!envelopeFromJson(bad));
        }
    }
}

void anEnvelopeThatWasTamperedWithIsRefused()
{
    LoggedEvents row;
    row.number = 1;
    row.session = session_id;
    row.events = {{.code = EventCode::RunStarted, .run = {Uuid{1, 2}}}};
    const QJsonObject good = toJson(envelopesOf(row, Uuid{4, 5}).front());
    QVERIFY(envelopeFromJson(good));
    for (const char *member : {"id", "time", "event", "category", "run", "cursor"}) {
        QJsonObject bad = good;
        bad.insert(QLatin1String(member), QStringLiteral("nonsense"));
        const Result<EventEnvelope> back = envelopeFromJson(bad);
        QVERIFY2(!back, member);
        QVERIFY2(back.error().message.contains(QLatin1String(member)), member);
    }
}

const LifecycleEvent notice{.code = EventCode::RuntimeNotice, .detail = QStringLiteral("the index is new")};

void whatIsPublishedIsDurableAndTold()
{
    CoreHarness h({.store = Answers::Held});
    const Phase before = h.phase();
    const CommandId command = h.publish(notice);
    QVERIFY(!h.answered(command));
    QVERIFY(h.eventsOf(EventCode::RuntimeNotice).empty());
    h.commit();
    QVERIFY(h.reply(command)->ok());
    QCOMPARE(h.eventsOf(EventCode::RuntimeNotice).size(), std::size_t(1));
    QVERIFY(h.writes.back().events == std::vector<LifecycleEvent>{notice});
    QCOMPARE(h.phase(), before);
}

void aPublishThatFailsLeavesTheSessionAsItWas()
{
    CoreHarness h({.store = Answers::Held});
    h.attach();
    const Submitted work = h.submit(prompt("work"), WaitMode::Terminal);
    h.commitAll();
    const SessionRegisters registers = h.core.registers();
    const std::size_t told = h.events.size();
    const CommandId command = h.publish(notice);
    h.answer(Verdict::NotWritten);
    QCOMPARE(h.reply(command)->verdict, CommandReceipt::Verdict::Refused);
    QCOMPARE(h.reply(command)->refusal, Refusal::NotWritten);
    QCOMPARE(h.core.registers().phase, registers.phase);
    QCOMPARE(h.core.registers().run, registers.run);
    QCOMPARE(h.events.size(), told);
    QCOMPARE(h.phaseOf(work), InputPhase::Staged);
    // And it goes on: the run ends, the next event is published.
    h.succeed();
    h.commitAll();
    QCOMPARE(h.outcome(work)->outcome, OutcomeClass::Completed);
    const CommandId again = h.publish(notice);
    h.commitAll();
    QVERIFY(h.reply(again)->ok());
}

void whatTheHostTellsItselfIsNotPublished()
{
    CoreHarness h;
    for (std::size_t at = 0; at < eventCodeName.names.size(); ++at) {
        const auto code = static_cast<EventCode>(at);
        if (code == EventCode::RuntimeNotice || code == EventCode::ProjectionEmitted)
            continue;
        const CommandId command = h.publish({.code = code, .detail = QStringLiteral("so")});
        QCOMPARE(h.reply(command)->refusal, Refusal::Invalid);
    }
    const CommandId empty = h.publish({.code = EventCode::RuntimeNotice});
    QCOMPARE(h.reply(empty)->refusal, Refusal::Invalid);
    QVERIFY(h.writes.empty());
}

constexpr Scenario scenarios[] = {
    {"EV02 each event has a stable dotted code", eachEventHasAStableDottedCode},
    {"EV03 an envelope of each code, through JSON and back", anEnvelopeSurvivesItsWay},
    {"EV03 what an executor said, through JSON and back", whatAnExecutorSaidSurvivesItsWay},
    {"EV03 what a run is for, through JSON and back", whatARunIsForSurvivesItsWay},
    {"EV03 an envelope that was tampered with", anEnvelopeThatWasTamperedWithIsRefused},
    {"EV04 a published event is told once it is durable", whatIsPublishedIsDurableAndTold},
    {"EV04 a publish fails while a run is open: staged state restored",
     aPublishThatFailsLeavesTheSessionAsItWas},
    {"EV04 an event of the host's own is refused", whatTheHostTellsItselfIsNotPublished},
};

} // namespace

class AreaEvTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void scenario_data() { listScenarios(scenarios); }
    void scenario() { playScenario(scenarios); }
};

QTEST_GUILESS_MAIN(AreaEvTest)
#include "area_ev_test.moc"
