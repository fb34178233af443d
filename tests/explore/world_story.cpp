// SPDX-License-Identifier: Apache-2.0
// What a step made the core do, in words.
#include "world.h"

namespace burrow::test {

namespace {

constexpr const char *write_texts[] = {"an accept",
                                       "the end of a run",
                                       "the failure of a run or of a staging",
                                       "a lifecycle change",
                                       "a start grant",
                                       "an event of somebody outside",
                                       "the ends of operations"};

struct Teller
{
    const Scenario &scenario;
    const StateProbe::ScriptOf &scriptOf;

    QString input(InputId id) const
    {
        if (id.isNull() || sequenceOf(id) >= scriptOf.size())
            return QStringLiteral("?");
        return QStringLiteral("\"%1\"").arg(QLatin1String(scenario.scripts[scriptOf[sequenceOf(id)]].name));
    }

    QString operator()(const SubmitWrite &action) const
    {
        return QStringLiteral("writes %1").arg(QLatin1String(write_texts[action.set.operation.index()]));
    }
    QString operator()(const CreateExecutor &) const { return QStringLiteral("has an executor made"); }
    QString operator()(const StartApply &action) const
    {
        QStringList names;
        for (const Contributor &contributor : action.primitive->contributors)
            names << input(contributor.input);
        return QStringLiteral("starts run %1 with %2, attempt %3")
            .arg(action.run.uuid.low & 0xffffU)
            .arg(names.join(QStringLiteral(", ")))
            .arg(action.attempt);
    }
    QString operator()(const CancelRun &action) const
    {
        return QStringLiteral("cancels run %1 (%2)")
            .arg(action.run.uuid.low & 0xffffU)
            .arg(QLatin1String(cancelModeName(action.mode)));
    }
    QString operator()(const StartDirectRun &) const { return QStringLiteral("hands a run to its submitter"); }
    QString operator()(const ForgetDirectRun &) const
    {
        return QStringLiteral("begins no run of its submitter");
    }
    QString operator()(const InterruptPrepared &) const
    {
        return QStringLiteral("interrupts who runs its turns");
    }
    QString operator()(const StageContext &action) const
    {
        return QStringLiteral("stages the context of %1").arg(input(action.input));
    }
    QString operator()(const DiscardContext &) const { return QStringLiteral("takes staged context back"); }
    QString operator()(const AbandonRun &) const { return QStringLiteral("gives the run up"); }
    QString operator()(const CommitCheckpoint &) const { return QStringLiteral("calls the checkpoint hook"); }
    QString operator()(const StopExecutor &) const { return QStringLiteral("stops the executor"); }
    QString operator()(const DestroyExecutor &) const { return QStringLiteral("destroys the executor"); }
    QString operator()(const CleanupExecutor &) const { return QStringLiteral("cleans up"); }
    QString operator()(const ReplyAccept &action) const
    {
        return QStringLiteral("answers the accept of %1: %2 %3")
            .arg(input(action.receipt.input), QLatin1String(acceptVerdictName(action.receipt.verdict)),
                 QLatin1String(refusalName(action.receipt.refusal)));
    }
    QString operator()(const ReplyCommand &action) const
    {
        return QStringLiteral("answers a command: %1 %2")
            .arg(QLatin1String(commandVerdictName(action.receipt.verdict)), action.receipt.message);
    }
    QString operator()(const ResolveWaiter &action) const
    {
        return QStringLiteral("tells who waits for %1: %2 %3")
            .arg(input(action.input), QLatin1String(outcomeClassName(action.outcome.outcome)),
                 action.outcome.reason);
    }
    QString operator()(const Emit &action) const
    {
        const LifecycleEvent &event = action.event;
        QString text = QLatin1String(eventCodeName(event.code));
        if (event.code == EventCode::RuntimeStateChanged)
            text += QStringLiteral(" %1 to %2")
                        .arg(QLatin1String(phaseName(event.from)), QLatin1String(phaseName(event.to)));
        if (!event.input.isNull())
            text += QLatin1Char(' ') + input(event.input);
        return event.detail.isEmpty() ? text : text + QStringLiteral(": ") + event.detail;
    }
    QString operator()(const ReportFenced &) const { return QStringLiteral("reports that it is fenced"); }
    QString operator()(const SessionReleased &) const { return QStringLiteral("is let go of"); }
    QString operator()(const ShutdownFinished &) const { return QStringLiteral("has shut down"); }
    QString operator()(const LoadKeys &) const { return QStringLiteral("asks for the keys of ended inputs"); }
    QString operator()(const ReloadSession &) const { return QStringLiteral("asks to be read again"); }
    QString operator()(const ReplyOperation &action) const
    {
        return QStringLiteral("answers a step of an operation, which is %1: %2 %3")
            .arg(QLatin1String(operationStatusName(action.receipt.status)),
                 QLatin1String(operationRefusalName(action.receipt.refusal)), action.receipt.message);
    }
    QString operator()(const ResolveOperations &action) const
    {
        return action.answer.ok()
                   ? QStringLiteral("tells who waits how operations ended")
                   : QStringLiteral("tells who waits for operations: %1").arg(action.answer.error().message);
    }
    QString operator()(const MintContinuation &) const
    {
        return QStringLiteral("asks for a continuation's id");
    }
};

} // namespace

std::vector<QString> World::story() const
{
    std::vector<QString> lines;
    const Teller teller{*m_scenario, m_scriptOf};
    for (const CoreAction &action : m_actions)
        lines.push_back(std::visit(teller, action));
    return lines;
}

} // namespace burrow::test
