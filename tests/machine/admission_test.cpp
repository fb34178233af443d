// SPDX-License-Identifier: Apache-2.0
#include "admission_support.h"
#include "machine/admission_table.h"

#include <QTest>

/// What admission decides of each kind of input.
namespace burrow {
namespace {

using Kind = InputKind;
using enum HandlingMode;

enum class Session : quint8 { Quiet, BoundaryOpen, Running };
enum class Trait : quint8 { None, Attention, Silent, WithoutWake };

AdmissionQuery queryOf(Kind kind, HandlingMode mode, Session session, Trait trait = Trait::None)
{
    AdmissionQuery query;
    query.kind = kind;
    query.handling = mode;
    query.running = session == Session::Running;
    query.boundaryActive = session == Session::BoundaryOpen;
    query.attention = trait == Trait::Attention;
    query.silent = trait == Trait::Silent;
    query.withoutWake = trait == Trait::WithoutWake;
    return query;
}

/// The whole plan as one line, in the order of the struct; absent flags are left out.
QByteArray planText(const AdmissionPlan &plan)
{
    QByteArray text = QByteArray(applyModeName(plan.apply)) + ' ' + wakeModeName(plan.wake) + ' '
                      + queueModeName(plan.queue) + ' ' + consumePointName(plan.consume) + ' '
                      + drainPolicyName(plan.drain) + ' ' + laneName(plan.lane) + ' '
                      + boundaryName(plan.boundary) + ' ' + executionKindName(plan.execution) + ' '
                      + applyIntentName(plan.intent) + ' ' + handlingModeName(plan.executionHandling);
    text += plan.transcript ? " transcript" : "";
    text += plan.immediateProcessing ? " IP" : "";
    text += plan.interruptYielding ? " IY" : "";
    text += plan.wakeIfIdle ? " WI" : "";
    text += plan.liveInterruptRequired ? " live" : "";
    return text;
}

constexpr Session every_session[] = {Session::Quiet, Session::BoundaryOpen, Session::Running};

struct PlanExpectation
{
    const char *tag;
    std::vector<AdmissionQuery> queries;
    const char *plan;
};

/// Every query of these kinds, modes and sessions.
std::vector<AdmissionQuery> all(std::initializer_list<Kind> kinds, std::initializer_list<HandlingMode> modes,
                                std::initializer_list<Session> sessions, Trait trait = Trait::None)
{
    std::vector<AdmissionQuery> queries;
    for (const Kind kind : kinds) {
        for (const HandlingMode mode : modes) {
            for (const Session session : sessions)
                queries.push_back(queryOf(kind, mode, session, trait));
        }
    }
    return queries;
}

constexpr std::initializer_list<Session> quiet{Session::Quiet};
constexpr std::initializer_list<Session> boundary{Session::BoundaryOpen};
constexpr std::initializer_list<Session> running{Session::Running};
constexpr std::initializer_list<Session> not_running{Session::Quiet, Session::BoundaryOpen};
constexpr std::initializer_list<Session> busy{Session::BoundaryOpen, Session::Running};
constexpr std::initializer_list<Session> always{Session::Quiet, Session::BoundaryOpen, Session::Running};
constexpr std::initializer_list<Kind> turns{Kind::Prompt, Kind::FlowStep, Kind::ExternalEvent};
constexpr std::initializer_list<Kind> peers{Kind::PeerMessage, Kind::PeerRequest};
constexpr std::initializer_list<HandlingMode> absent{Absent};
constexpr std::initializer_list<HandlingMode> queue{Queue};
constexpr std::initializer_list<HandlingMode> steer{Steer};
constexpr std::initializer_list<HandlingMode> not_steer{Absent, Queue};
constexpr std::initializer_list<HandlingMode> any_mode{Absent, Queue, Steer};

// clang-format off
std::vector<PlanExpectation> planExpectations()
{
    return {
        {"AD01: a turn for a quiet session waits in the queue and wakes it", all(turns, not_steer, quiet),
         "stage_run_start wake_if_idle fifo on_run_complete queue_next_turn queue run_start content_turn none queue transcript WI"},
        {"AD02: a turn for a busy session waits", all(turns, not_steer, busy),
         "stage_run_start none fifo on_run_complete queue_next_turn queue run_start content_turn none queue transcript"},
        {"AD14: a steered turn goes to the next boundary", all(turns, steer, quiet),
         "stage_run_boundary wake_if_idle fifo on_run_complete steer_batch steer run_checkpoint content_turn none steer transcript IP live"},
        {"a steered turn yields a busy session", all(turns, steer, busy),
         "stage_run_boundary interrupt_yielding fifo on_run_complete steer_batch steer run_checkpoint content_turn none steer transcript IP live"},
        {"AD03: a peer wakes a quiet session", all(peers, not_steer, quiet),
         "stage_run_start wake_if_idle fifo on_run_complete queue_next_turn queue run_start content_turn none queue transcript WI"},
        {"AD04, AD29, CP22: a peer without mode yields a busy session", all(peers, absent, busy),
         "stage_run_start interrupt_yielding fifo on_run_complete queue_next_turn queue run_start content_turn none queue transcript IY"},
        {"a peer that asks for the queue waits while the session is busy", all(peers, queue, busy),
         "stage_run_start none fifo on_run_complete queue_next_turn queue run_start content_turn none queue transcript"},
        {"LO38: a steering peer runs through the ordinary loop while quiet", all(peers, steer, quiet),
         "stage_run_boundary wake_if_idle fifo on_run_complete steer_batch steer run_checkpoint content_turn none queue transcript IP live"},
        {"a steering peer is normalised while no run is bound", all(peers, steer, boundary),
         "stage_run_boundary interrupt_yielding fifo on_run_complete steer_batch steer run_checkpoint content_turn none queue transcript IP live"},
        {"AD06: a steering peer is processed at once while running", all(peers, steer, running),
         "stage_run_boundary interrupt_yielding fifo on_run_complete steer_batch steer run_checkpoint content_turn none steer transcript IP live"},
        {"AD24: a silent request never wakes", all({Kind::PeerRequest}, not_steer, always, Trait::Silent),
         "stage_run_start none fifo on_run_complete queue_next_turn queue run_start content_turn none queue transcript"},
        {"a silent steering request stages at the start of a run", all({Kind::PeerRequest}, steer, not_running, Trait::Silent),
         "stage_run_start none fifo on_run_complete steer_batch steer run_start content_turn none queue transcript"},
        {"a silent steering request while running", all({Kind::PeerRequest}, steer, running, Trait::Silent),
         "stage_run_start none fifo on_run_complete steer_batch steer run_start content_turn none steer transcript"},
        {"AD10, AD15: progress coalesces in the steer lane whatever its mode", all({Kind::PeerResponseProgress}, any_mode, always),
         "stage_run_boundary none coalesce on_run_complete steer_batch steer run_checkpoint content_turn none steer transcript"},
        {"AD07, AD16: the end of a request wakes, now or at the next idle", all({Kind::PeerResponseTerminal}, not_steer, always),
         "stage_run_start wake_if_idle fifo on_run_complete queue_next_turn queue run_start content_turn append_context_and_run queue transcript WI"},
        {"AD16: a steered end of a request, quiet", all({Kind::PeerResponseTerminal}, steer, quiet),
         "stage_run_start wake_if_idle fifo on_run_complete steer_batch steer run_start content_turn append_context_and_run queue transcript IP"},
        {"AD16: a steered end of a request, boundary open", all({Kind::PeerResponseTerminal}, steer, boundary),
         "stage_run_start interrupt_yielding fifo on_run_complete steer_batch steer run_start content_turn append_context_and_run queue transcript IP"},
        {"AD16: a steered end of a request, running", all({Kind::PeerResponseTerminal}, steer, running),
         "stage_run_start interrupt_yielding fifo on_run_complete steer_batch steer run_start content_turn append_context_and_run steer transcript IP"},
        {"AD12: a continuation wakes a quiet session", all({Kind::Continuation}, absent, quiet),
         "stage_run_boundary wake_if_idle fifo on_run_complete steer_batch steer run_checkpoint resume_pending none steer WI"},
        {"a continuation yields a busy session", all({Kind::Continuation}, absent, busy),
         "stage_run_boundary interrupt_yielding fifo on_run_complete steer_batch steer run_checkpoint resume_pending none steer IY"},
        {"a continuation that asks for the queue resumes in its turn", all({Kind::Continuation}, queue, quiet),
         "stage_run_start wake_if_idle fifo on_run_complete queue_next_turn queue run_start resume_pending none queue WI"},
        {"a queued continuation waits while the session is busy", all({Kind::Continuation}, queue, busy),
         "stage_run_start none fifo on_run_complete queue_next_turn queue run_start resume_pending none queue"},
        {"AD12: a steered continuation is processed at once", all({Kind::Continuation}, steer, quiet),
         "stage_run_boundary wake_if_idle fifo on_run_complete steer_batch steer run_checkpoint resume_pending none steer IP live"},
        {"a steered continuation yields a busy session", all({Kind::Continuation}, steer, busy),
         "stage_run_boundary interrupt_yielding fifo on_run_complete steer_batch steer run_checkpoint resume_pending none steer IP live"},
        {"a continuation for attention is a turn of its own", all({Kind::Continuation}, any_mode, quiet, Trait::Attention),
         "stage_run_start wake_if_idle fifo on_run_complete queue_next_turn queue run_start content_turn none queue WI"},
        {"a continuation for attention waits while the session is busy", all({Kind::Continuation}, any_mode, busy, Trait::Attention),
         "stage_run_start none fifo on_run_complete queue_next_turn queue run_start content_turn none queue"},
        {"AD13: operations and projections are recorded and done", all({Kind::Operation, Kind::Projected}, any_mode, always),
         "ignore none priority on_accept drop none run_start content_turn none queue"},
        {"PR08: context made by the host is injected and never wakes", all({Kind::SystemGenerated}, any_mode, always),
         "inject_now none fifo on_run_complete steer_batch steer immediate content_turn none steer"},
    };
}
// clang-format on

void withoutWake()
{
    for (const Kind kind : every_kind) {
        for (const HandlingMode mode : every_mode) {
            for (const Session session : every_session) {
                const AdmissionPlan waking = resolvePlan(queryOf(kind, mode, session));
                const AdmissionQuery query = queryOf(kind, mode, session, Trait::WithoutWake);
                const AdmissionPlan plan = resolvePlan(query);
                QCOMPARE(plan.wake, WakeMode::None);
                QVERIFY(!plan.immediateProcessing && !plan.interruptYielding && !plan.wakeIfIdle);
                QVERIFY(!plan.liveInterruptRequired);
                QCOMPARE(plan.lane, waking.lane);
                QCOMPARE(plan.boundary, waking.boundary);
                QVERIFY(!maySignal(query));
            }
        }
    }
}

void signallingKinds()
{
    for (const Kind kind : every_kind) {
        const bool never = kind == Kind::Operation || kind == Kind::Projected || kind == Kind::SystemGenerated;
        for (const HandlingMode mode : every_mode) {
            for (const Session session : every_session) {
                QCOMPARE(maySignal(queryOf(kind, mode, session)), !never);
                QCOMPARE(maySignal(queryOf(kind, mode, session, Trait::Silent)),
                         !never && kind != Kind::PeerRequest);
                QCOMPARE(maySignal(queryOf(kind, mode, session, Trait::Attention)), !never);
            }
        }
    }
}

void preAdmission()
{
    QVERIFY(requiresActivePreAdmission(queryOf(Kind::Prompt, Absent, Session::Quiet)));
    QVERIFY(!requiresActivePreAdmission(queryOf(Kind::Prompt, Absent, Session::Running)));
    QVERIFY(requiresActivePreAdmission(queryOf(Kind::Prompt, Steer, Session::Running)));
    QVERIFY(requiresActivePreAdmission(queryOf(Kind::PeerMessage, Absent, Session::Running)));
    QVERIFY(!requiresActivePreAdmission(queryOf(Kind::PeerResponseProgress, Steer, Session::Quiet)));
    QVERIFY(!requiresActivePreAdmission(queryOf(Kind::Operation, Absent, Session::Quiet)));
    QVERIFY(!requiresActivePreAdmission(queryOf(Kind::Prompt, Absent, Session::Quiet, Trait::WithoutWake)));
    QVERIFY(requiresActivePreAdmission(queryOf(Kind::Prompt, Steer, Session::Quiet, Trait::WithoutWake)));
    QVERIFY(!requiresActivePreAdmission(queryOf(Kind::PeerRequest, Absent, Session::Quiet, Trait::Silent)));
    QVERIFY(
        !requiresActivePreAdmission(queryOf(Kind::Continuation, Steer, Session::Running, Trait::Attention)));
}

void immediateMeansSteerLane()
{
    for (const Kind kind : every_kind) {
        for (const HandlingMode mode : every_mode) {
            for (const Session session : every_session) {
                const AdmissionPlan plan = resolvePlan(queryOf(kind, mode, session));
                if (plan.boundary == Boundary::Immediate)
                    QCOMPARE(plan.lane, Lane::Steer);
                QCOMPARE(plan.intent == ApplyIntent::AppendContextAndRun, kind == Kind::PeerResponseTerminal);
                QCOMPARE(plan.execution == ExecutionKind::ResumePending, kind == Kind::Continuation);
                QCOMPARE(plan.consume == ConsumePoint::OnAccept, plan.lane == Lane::None);
            }
        }
    }
}

} // namespace

class AdmissionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void thePlanIs_data()
    {
        QTest::addColumn<std::vector<AdmissionQuery>>("queries");
        QTest::addColumn<QByteArray>("plan");
        for (const PlanExpectation &row : planExpectations())
            QTest::newRow(row.tag) << row.queries << QByteArray(row.plan);
    }
    void thePlanIs()
    {
        QFETCH(std::vector<AdmissionQuery>, queries);
        QFETCH(QByteArray, plan);
        for (const AdmissionQuery &query : queries)
            QCOMPARE(planText(resolvePlan(query)), plan);
    }

    void everyQueryIsExpectedOnce()
    {
        std::set<QByteArray> seen;
        std::size_t queries = 0;
        for (const PlanExpectation &row : planExpectations()) {
            for (const AdmissionQuery &query : row.queries) {
                seen.insert(QByteArray(inputKindName(query.kind)) + handlingModeName(query.handling)
                            + (query.running ? 'r' : 'i') + (query.boundaryActive ? 'b' : 'c')
                            + (query.attention ? 'a' : 'o') + (query.silent ? 's' : 'h'));
                ++queries;
            }
        }
        // Eleven kinds, three modes, three states of the session; continuations and requests have a second
        // manner.
        QCOMPARE(queries, std::size_t{(11 + 2) * 3 * 3});
        QCOMPARE(seen.size(), queries);
        qInfo("admission: %zu rows, %zu shapes, %zu queries", admission_rows.size(), plan_shapes.size(),
              queries);
    }

    void scenarios_data()
    {
        addScenarioColumn();
        addScenario("without wake, nothing stirs the loop and the place is kept", withoutWake);
        addScenario("kinds that never signal say so", signallingKinds);
        addScenario("capacity is counted on for steers and for what wakes", preAdmission);
        addScenario("RE11: what is stamped agrees with the lane", immediateMeansSteerLane);
    }
    void scenarios() { runScenario(); }
};

} // namespace burrow

QTEST_APPLESS_MAIN(burrow::AdmissionTest)
#include "admission_test.moc"
