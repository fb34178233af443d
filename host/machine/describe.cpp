// SPDX-License-Identifier: Apache-2.0
#include "machine/describe.h"

#include "machine/admission_table.h"
#include "machine/input_table.h"
#include "machine/operation_table.h"
#include "machine/session_table.h"
#include "machine/turn_table.h"

#include <algorithm>

/// Turns the rows into cells of text, and the rows that change a phase into edges of a diagram.
namespace burrow {
namespace {

using Cells = std::vector<QByteArray>;

void append(QByteArray &list, QByteArrayView name)
{
    if (!list.isEmpty())
        list += ", ";
    list += name;
}

template <typename Enum, typename NameOf>
QByteArray join(EnumSet<Enum> set, NameOf nameOf)
{
    QByteArray list;
    for (quint32 left = set.bits; left != 0; left &= left - 1)
        append(list, nameOf(static_cast<Enum>(std::countr_zero(left))));
    return list;
}

/// Like join(), but "any" for the set of all values.
template <typename Enum, std::size_t Count>
QByteArray joinOrAny(EnumSet<Enum> set, const EnumNames<Enum, Count> &names)
{
    return set.bits == (1U << Count) - 1 ? QByteArray("any") : join(set, names);
}

QByteArray phases(EnumSet<Phase> set)
{
    return set == registered_phases ? QByteArray("*") : join(set, phaseName);
}

/// Edges of a state diagram; edges between the same two phases become one with all their labels.
class Diagram
{
public:
    explicit Diagram(const char *start) { m_text = QByteArray("stateDiagram-v2\n    [*] --> ") + start + '\n'; }

    /// Rows that leave the phase as it is stay out of the picture; the table has them.
    void add(const char *from, const char *to, const char *label)
    {
        if (qstrcmp(from, to) == 0)
            return;
        const auto same = [&](const Edge &edge) { return edge.from == from && edge.to == to; };
        const auto found = std::find_if(m_edges.begin(), m_edges.end(), same);
        if (found == m_edges.end())
            m_edges.push_back({from, to, {label}});
        else if (std::find(found->labels.begin(), found->labels.end(), label) == found->labels.end())
            found->labels.push_back(label);
    }
    void addEnd(const char *phase) { m_ends.push_back(phase); }

    QByteArray toText() const
    {
        QByteArray text = m_text;
        for (const Edge &edge : m_edges) {
            QByteArray labels;
            for (const QByteArray &label : edge.labels)
                append(labels, label);
            text += "    " + edge.from + " --> " + edge.to + ": " + labels + '\n';
        }
        for (const QByteArray &end : m_ends)
            text += "    " + end + " --> [*]\n";
        return text;
    }

private:
    struct Edge
    {
        QByteArray from;
        QByteArray to;
        Cells labels;
    };
    QByteArray m_text;
    std::vector<Edge> m_edges;
    Cells m_ends;
};

template <typename Enum, typename Use>
void forEach(EnumSet<Enum> set, Use use)
{
    for (quint32 left = set.bits; left != 0; left &= left - 1)
        use(static_cast<Enum>(std::countr_zero(left)));
}

/// Every phase that a row can lead to from `from`.
EnumSet<Phase> reachable(SessionTarget target, Phase from)
{
    switch (target) {
    case SessionTarget::Self:
        return from;
    case SessionTarget::PreRun:
        return Phase::Idle | Phase::Attached | Phase::Retired;
    case SessionTarget::Observed:
        return Phase::Initializing | Phase::Idle | Phase::Retired | Phase::Stopped | Phase::Destroyed;
    default:
        return static_cast<Phase>(target);
    }
}

QByteArray sessionEffects(quint32 effects)
{
    QByteArray list;
    for (std::size_t bit = 0; bit < session_effect_names.size(); ++bit) {
        if ((effects >> bit & 1U) != 0)
            append(list, session_effect_names[bit]);
    }
    if ((effects & runtime_retired_if_bound) != 0)
        append(list, "runtime_retired if bound");
    return list;
}

QByteArray sessionGuards(EnumSet<SessionGuard> guards)
{
    return join(guards,
                [](SessionGuard guard) { return session_guard_facts[static_cast<std::size_t>(guard)].name; });
}

MachineDescription describeSession()
{
    MachineDescription machine{
        "session",
        "The lifecycle of a session; * stands for idle, attached, running, retired, stopped.",
        {"id", "input", "from", "guards", "to", "updates", "effects"},
        {},
        {}};
    Diagram diagram(phaseName(Phase::Initializing));
    for (const SessionTransition &row : session_table.transitions) {
        machine.rows.push_back({row.id, sessionVerbName(row.verb), phases(row.from), sessionGuards(row.guards),
                                sessionTargetName(row.target), join(row.updates, sessionUpdateName),
                                sessionEffects(row.effects)});
        forEach(row.from, [&](Phase from) {
            forEach(reachable(row.target, from),
                    [&](Phase to) { diagram.add(phaseName(from), phaseName(to), sessionVerbName(row.verb)); });
        });
    }
    for (const SessionRefusalRow &row : session_table.refusals) {
        const QByteArray verb = row.verb == any_session_verb ? "any" : sessionVerbName(row.verb);
        machine.rows.push_back({row.id,
                                verb,
                                phases(row.from),
                                {},
                                QByteArray("refused: ") + sessionRefusalName(row.refusal),
                                {},
                                {}});
    }
    diagram.addEnd(phaseName(Phase::Destroyed));
    machine.mermaid = diagram.toText();
    return machine;
}

QByteArray inputGuards(EnumSet<InputGuard> guards)
{
    return join(guards,
                [](InputGuard guard) { return input_guard_facts[static_cast<std::size_t>(guard)].name; });
}

MachineDescription describeInput()
{
    MachineDescription machine{
        "input", "The life of one input.", {"id", "input", "from", "guards", "to", "updates"}, {}, {}};
    Diagram diagram(inputPhaseName(InputPhase::Untracked));
    for (const InputTransition &row : input_table.transitions) {
        machine.rows.push_back({row.id, inputVerbName(row.verb), join(row.from, inputPhaseName),
                                inputGuards(row.guards), inputPhaseName(row.target),
                                join(row.updates, inputUpdateName)});
        forEach(row.from, [&](InputPhase from) {
            diagram.add(inputPhaseName(from), inputPhaseName(row.target), inputVerbName(row.verb));
        });
    }
    for (const InputRefusalRow &row : input_table.refusals) {
        const QByteArray verb = row.verb == any_input_verb ? "any" : inputVerbName(row.verb);
        machine.rows.push_back({row.id,
                                verb,
                                join(row.from, inputPhaseName),
                                {},
                                QByteArray("refused: ") + inputRefusalName(row.refusal),
                                {}});
    }
    for (std::size_t phase = 0; phase < inputPhaseName.names.size(); ++phase) {
        if (isTerminal(static_cast<InputPhase>(phase)))
            diagram.addEnd(inputPhaseName.names[phase]);
    }
    machine.mermaid = diagram.toText();
    return machine;
}

MachineDescription describeTurn()
{
    MachineDescription machine{
        "turn", "The turn inside a run.", {"id", "input", "from", "guards", "to", "updates"}, {}, {}};
    Diagram diagram(turnPhaseName(TurnPhase::Ready));
    for (const TurnTransition &row : turn_table.transitions) {
        machine.rows.push_back({row.id, turnVerbName(row.verb), join(row.from, turnPhaseName),
                                join(row.guards, turnGuardName), turnTargetName(row.target),
                                join(row.updates, turnUpdateName)});
        if (row.target == TurnTarget::Self)
            continue;
        forEach(row.from, [&](TurnPhase from) {
            diagram.add(turnPhaseName(from), turnTargetName(row.target), turnVerbName(row.verb));
        });
    }
    for (const TurnRefusalRow &row : turn_table.refusals)
        machine.rows.push_back(
            {row.id, turnVerbName(row.verb), join(row.from, turnPhaseName), {}, "refused", {}});
    for (const TurnPhase end : {TurnPhase::Completed, TurnPhase::Failed, TurnPhase::Cancelled})
        diagram.addEnd(turnPhaseName(end));
    machine.mermaid = diagram.toText();
    return machine;
}

MachineDescription describeOperation()
{
    MachineDescription machine{"operation",
                               "The life of one asynchronous operation.",
                               {"id", "input", "from", "guards", "to", "updates"},
                               {},
                               {}};
    Diagram diagram(operationStatusName(OperationStatus::Absent));
    for (const OperationTransition &row : operation_table.transitions) {
        machine.rows.push_back({row.id, operationVerbName(row.verb), join(row.from, operationStatusName),
                                join(row.guards,
                                     [](OperationGuard guard) {
                                         return operation_guard_facts[static_cast<std::size_t>(guard)].name;
                                     }),
                                operationTargetName(row.target), join(row.updates, operationUpdateName)});
        // An operation that is evicted is gone from the picture as it is from the registry.
        if (row.target == OperationTarget::Self || row.target == OperationTarget::Absent)
            continue;
        forEach(row.from, [&](OperationStatus from) {
            diagram.add(operationStatusName(from), operationTargetName(row.target),
                        operationVerbName(row.verb));
        });
    }
    for (const OperationRefusalRow &row : operation_table.refusals) {
        const bool any = row.verb == any_later_operation_verb;
        machine.rows.push_back({row.id,
                                any ? "any but register" : operationVerbName(row.verb),
                                join(row.from, operationStatusName),
                                {},
                                "refused",
                                operationRefusalName(row.refusal)});
    }
    for (std::size_t status = 0; status < operationStatusName.names.size(); ++status) {
        if (isTerminal(static_cast<OperationStatus>(status)))
            diagram.addEnd(operationStatusName.names[status]);
    }
    machine.mermaid = diagram.toText();
    return machine;
}

MachineDescription describeAdmission()
{
    MachineDescription machine{
        "admission",
        "What an input means for its session; `shape` names a row of plan_shape.",
        {"id", "kind", "requested", "manner", "session", "wake", "facts", "mode", "shape"},
        {},
        {}};
    for (const AdmissionRow &row : admission_rows) {
        machine.rows.push_back(
            {row.id, join(row.kinds, inputKindName), joinOrAny(row.requested, handlingModeName),
             join(row.manners, mannerName), joinOrAny(row.activities, activityName), wakeModeName(row.wake),
             join(row.facts, admissionFactName), handlingModeName(row.execution), row.shape->id});
    }
    return machine;
}

const char *yesOrNo(bool yes)
{
    return yes ? "yes" : "no";
}

MachineDescription describeShapes()
{
    MachineDescription machine{"plan_shape",
                               "The part of a plan that does not depend on how busy the session is.",
                               {"shape", "apply", "queue", "consume", "drain", "lane", "boundary", "execution",
                                "intent", "transcript", "live"},
                               {},
                               {}};
    for (const PlanShape &shape : plan_shapes) {
        machine.rows.push_back(
            {shape.id, applyModeName(shape.apply), queueModeName(shape.queue), consumePointName(shape.consume),
             drainPolicyName(shape.drain), laneName(shape.lane), boundaryName(shape.boundary),
             executionKindName(shape.execution), applyIntentName(shape.intent),
             yesOrNo(shape.transcript == Transcript::Yes), yesOrNo(shape.live == LiveInterrupt::Yes)});
    }
    return machine;
}

MachineDescription describeSignals()
{
    MachineDescription machine{
        "admission_signal",
        "What the loop is told of an accepted input.",
        {"id", "phase", "without wake", "immediate", "yielding", "wake if idle", "signal"},
        {},
        {}};
    for (const SignalRow &row : signal_rows) {
        machine.rows.push_back({row.id, join(row.phases, phaseName), flagName(row.withoutWake),
                                flagName(row.immediateProcessing), flagName(row.interruptYielding),
                                flagName(row.wakeIfIdle), admissionSignalName(row.signal)});
    }
    return machine;
}

MachineDescription describeKinds()
{
    MachineDescription machine{
        "input_kind",
        "What validation and replacement ask of each kind of input.",
        {"id", "kind", "content", "may be derived", "submitter", "handling mode", "same supersession key"},
        {},
        {}};
    for (const KindRule &rule : kind_rules) {
        machine.rows.push_back(
            {rule.id, inputKindName(rule.kind), bodyShapeName(rule.body),
             yesOrNo(rule.derivable == Derivable::Yes),
             rule.submitter == Submitter::SystemOnly ? "system only" : "anyone",
             rule.mode == ModeRule::Refused ? "refused" : "free",
             replaceable(rule.kind) ? queueModeName(rule.replacement) : "stand side by side"});
    }
    return machine;
}

MachineDescription describeOperationKinds()
{
    MachineDescription machine{
        "operation_kind",
        "What is fixed for each kind of operation.",
        {"id", "kind", "expects a peer", "in the feed", "wakes an idle session", "stored"},
        {},
        {}};
    for (const OperationKindFact &fact : operation_kind_facts) {
        machine.rows.push_back({fact.id, operationKindName(fact.kind), yesOrNo(fact.expectsPeer),
                                yesOrNo(fact.inFeed), yesOrNo(fact.wakes), yesOrNo(fact.stored)});
    }
    return machine;
}

} // namespace

std::vector<MachineDescription> describeMachines()
{
    return {describeSession(), describeInput(),   describeTurn(),  describeOperation(),     describeAdmission(),
            describeShapes(),  describeSignals(), describeKinds(), describeOperationKinds()};
}

} // namespace burrow
