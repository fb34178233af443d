// SPDX-License-Identifier: Apache-2.0
// Area VA: what an input must say of itself to be admitted.
#include "scenarios.h"

using namespace burrow;
using namespace burrow::test;

namespace {

Input derived(Input input)
{
    input.durability = Durability::Derived;
    return input;
}

Input fromTheHost(Input input)
{
    input.source = {};
    input.source.kind = SourceKind::System;
    return input;
}

Input handled(Input input, HandlingMode mode)
{
    input.handling = mode;
    return input;
}

void refusedNamingItsKind(const Input &input, Refusal refusal)
{
    CoreHarness h;
    const Submitted submitted = h.submit(input, WaitMode::Terminal);
    QCOMPARE(h.receipt(submitted)->verdict, AcceptReceipt::Verdict::Rejected);
    QCOMPARE(h.receipt(submitted)->refusal, refusal);
    QVERIFY2(h.receipt(submitted)->message.contains(QLatin1String(inputKindName(input.kind))),
             qPrintable(h.receipt(submitted)->message));
    QVERIFY(!h.receipt(submitted)->willResolve);
    QVERIFY(h.writes.empty());
    QVERIFY(!h.isOpen(submitted));
    QCOMPARE(h.core.takeSignal(), AdmissionSignal::None);
}

void accepted(const Input &input)
{
    CoreHarness h;
    const Submitted submitted = h.submit(input);
    QVERIFY2(h.receipt(submitted)->accepted(), qPrintable(h.receipt(submitted)->message));
}

void derivedContentIsRefused()
{
    for (const Input &input : {prompt(), peerMessage(), peerRequest(), terminalResponse(), flowStep()}) {
        refusedNamingItsKind(derived(input), Refusal::DurabilityViolation);
        // Not even the host may derive what nothing could make again.
        refusedNamingItsKind(derived(fromTheHost(input)), Refusal::DurabilityViolation);
    }
}

void derivedFactsOfTheHostAreAccepted()
{
    for (const Input &input : {progress(), operation(), externalEvent()})
        accepted(derived(fromTheHost(input)));
}

void progressTakesNoMode()
{
    for (const HandlingMode mode : {HandlingMode::Queue, HandlingMode::Steer})
        refusedNamingItsKind(handled(progress(), mode), Refusal::PeerHandlingModeInvalid);
}

void terminalResponsesTakeAMode()
{
    for (const HandlingMode mode : {HandlingMode::Queue, HandlingMode::Steer})
        accepted(handled(terminalResponse(), mode));
}

void cancelledTerminalIsRefused()
{
    Input cancelled = terminalResponse();
    std::get<PeerBody>(cancelled.body).status = PeerBody::Status::Cancelled;
    refusedNamingItsKind(cancelled, Refusal::PeerTerminalInvalid);
    Input failed = terminalResponse();
    std::get<PeerBody>(failed.body).status = PeerBody::Status::Failed;
    accepted(failed);
}

void refusalsRoundTrip()
{
    std::set<QByteArray> names;
    for (std::size_t at = 0; at < refusalName.names.size(); ++at) {
        const auto refusal = static_cast<Refusal>(at);
        const QByteArray name = refusalName(refusal);
        QVERIFY(names.insert(name).second);
        QCOMPARE(refusalName.parse(name), std::optional(refusal));
    }
    QVERIFY(!refusalName.parse("no such reason").has_value());
}

void othersTakeEveryMode()
{
    for (const Input &input : {prompt(), flowStep(), externalEvent(), continuation(), attention(), operation(),
                               systemGenerated(), projected()}) {
        for (const HandlingMode mode : {HandlingMode::Absent, HandlingMode::Queue, HandlingMode::Steer})
            accepted(handled(input, mode));
    }
}

const Scenario scenarios[] = {
    {"VA01: a derived prompt is refused by kind", derivedContentIsRefused},
    {"VA03: derived progress, operation or event of the host is accepted", derivedFactsOfTheHostAreAccepted},
    {"VA04: progress with a handling mode is refused", progressTakesNoMode},
    {"VA05: a terminal response with a handling mode is accepted", terminalResponsesTakeAMode},
    {"VA07: a cancelled terminal response is refused", cancelledTerminalIsRefused},
    {"VA08: the reasons of refusals round-trip", refusalsRoundTrip},
    {"VA09: inputs that are not of peers take every mode", othersTakeEveryMode},
};

} // namespace

class AreaVaTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void row_data() { listScenarios(scenarios); }
    void row() { playScenario(scenarios); }
};

QTEST_APPLESS_MAIN(AreaVaTest)
#include "area_va_test.moc"
