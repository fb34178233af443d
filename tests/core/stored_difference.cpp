// SPDX-License-Identifier: Apache-2.0
#include "stored_difference.h"

#include <algorithm>

namespace burrow::test {

namespace {

QString shown(quint64 value)
{
    return QString::number(value);
}

QString shown(const QByteArray &value)
{
    return QStringLiteral("\"%1\"").arg(QString::fromUtf8(value));
}

QString shown(const QString &value)
{
    return QStringLiteral("\"%1\"").arg(value);
}

QString shown(Uuid value)
{
    return QStringLiteral("%1-%2").arg(value.high, 0, 16).arg(value.low, 0, 16);
}

QString shown(const std::optional<QByteArray> &value)
{
    return value ? shown(*value) : QStringLiteral("none");
}

QString shown(const StartGrant &value)
{
    QString line = QStringLiteral("attempt %1 of").arg(value.attempt);
    for (const quint64 sequence : value.inputs)
        line += QStringLiteral(" %1").arg(sequence);
    return line;
}

/// Keeps the first difference.
class Comparison
{
public:
    explicit Comparison(QString about)
        : m_about(std::move(about))
    {
    }

    template <typename Value>
    Comparison &same(const char *what, const Value &expected, const Value &found)
    {
        if (!(expected == found))
            holds(false, what, shown(expected), shown(found));
        return *this;
    }
    Comparison &holds(bool holds, const char *what, const QString &expected, const QString &found)
    {
        if (!holds && m_difference.isEmpty())
            m_difference = QStringLiteral("%1 of %2 is %3 in the model and %4 in the store")
                               .arg(QLatin1String(what), m_about, expected, found);
        return *this;
    }
    const QString &difference() const { return m_difference; }

private:
    QString m_about;
    QString m_difference;
};

bool sameOperations(const std::shared_ptr<const StoredOperations> &expected,
                    const std::shared_ptr<const StoredOperations> &found)
{
    if (!expected || !found)
        return expected == found;
    const auto same = [](const EndedOperation &a, const EndedOperation &b) {
        return a.spec.id == b.spec.id && a.spec.kind == b.spec.kind && a.spec.name == b.spec.name
               && a.spec.source == b.spec.source && a.outcome == b.outcome && a.sequence == b.sequence
               && a.progress == b.progress;
    };
    return expected->epoch == found->epoch && expected->sequence == found->sequence
           && expected->cursors == found->cursors && expected->feed == found->feed
           && expected->newestWake == found->newestWake
           && std::equal(expected->ended.begin(), expected->ended.end(), found->ended.begin(),
                         found->ended.end(), same);
}

std::vector<InputRow> sorted(std::vector<InputRow> rows)
{
    std::sort(rows.begin(), rows.end(),
              [](const InputRow &left, const InputRow &right) { return left.sequence < right.sequence; });
    return rows;
}

QString inputDifference(const InputRow &expected, const InputRow &found)
{
    const Input &input = *expected.input;
    const Input &read = *found.input;
    Comparison comparison(QStringLiteral("input %1").arg(expected.sequence));
    comparison.same("the sequence", expected.sequence, found.sequence)
        .same("the id", input.id.uuid, read.id.uuid)
        .same("the starts", quint64(expected.starts), quint64(found.starts))
        .same("the crashes", quint64(expected.crashes), quint64(found.crashes))
        .same("the tries", quint64(expected.registers.tries), quint64(found.registers.tries))
        .same("the admission", expected.registers.admission, found.registers.admission)
        .same("the phase", quint64(expected.registers.phase), quint64(found.registers.phase))
        .same("the lane", quint64(expected.registers.lane), quint64(found.registers.lane))
        .holds(expected.plan == found.plan, "the plan", QStringLiteral("one"), QStringLiteral("another"))
        .same("the payload's stored hash", expected.payloadHash, found.payloadHash)
        .same("the payload's hash", payloadHash(input), payloadHash(read))
        .same("the key", input.idempotencyKey, read.idempotencyKey)
        .same("the supersession key", input.supersessionKey, read.supersessionKey)
        .same("the durability", quint64(input.durability), quint64(read.durability))
        .same("the handling", quint64(input.handling), quint64(read.handling))
        .same("the metadata", quint64(input.metadata != nullptr), quint64(read.metadata != nullptr));
    return comparison.difference();
}

bool sameOwed(const std::shared_ptr<const OwedCleanup> &a, const std::shared_ptr<const OwedCleanup> &b)
{
    return a == b || (a && b && a->cause == b->cause && a->attempts == b->attempts && a->reason == b->reason);
}

bool sameBinding(const std::shared_ptr<const RuntimeBinding> &one,
                 const std::shared_ptr<const RuntimeBinding> &other)
{
    return one == nullptr || other == nullptr ? one == other : *one == *other;
}

} // namespace

QString sessionDifference(const StoredSession &expected, const StoredSession &found)
{
    if (!found.corruption.isEmpty())
        return QStringLiteral("the store holds the session: %1").arg(found.corruption);
    const SessionRow &row = expected.row;
    Comparison comparison(QStringLiteral("the session"));
    comparison.same("the id", expected.id.uuid, found.id.uuid)
        .same("the phase", quint64(row.phase), quint64(found.row.phase))
        .same("the revision", row.revision, found.row.revision)
        .same("the last run", row.lastRun.uuid, found.row.lastRun.uuid)
        .same("the grant", row.grant, found.row.grant)
        .same("the snapshot", expected.snapshot, found.snapshot)
        .holds(sameOwed(expected.owed, found.owed), "what is owed of a clean-up", QStringLiteral("one"),
               QStringLiteral("another"))
        .holds(sameBinding(expected.binding, found.binding), "the binding", QStringLiteral("one"),
               QStringLiteral("another"))
        .holds(sameOperations(expected.operations, found.operations), "the operations", QStringLiteral("one"),
               QStringLiteral("another"))
        // An opening raises the counters over the inputs that are open then: an accept does not write the row.
        .holds(found.row.nextAdmission >= row.nextAdmission, "the next admission", shown(row.nextAdmission),
               shown(found.row.nextAdmission))
        .holds(found.row.nextPriority <= row.nextPriority, "the next priority", shown(row.nextPriority),
               shown(found.row.nextPriority))
        .same("the number of open inputs", quint64(expected.openInputs.size()),
              quint64(found.openInputs.size()));
    if (!comparison.difference().isEmpty())
        return comparison.difference();
    const std::vector<InputRow> ours = sorted(expected.openInputs);
    const std::vector<InputRow> theirs = sorted(found.openInputs);
    for (std::size_t at = 0; at < ours.size(); ++at) {
        if (QString difference = inputDifference(ours[at], theirs[at]); !difference.isEmpty())
            return difference;
        const quint64 admission = theirs[at].registers.admission;
        if (admission >= found.row.nextAdmission)
            return QStringLiteral("input %1 has the admission %2 and the store gives %3 out next")
                .arg(theirs[at].sequence)
                .arg(admission)
                .arg(found.row.nextAdmission);
    }
    return {};
}

QString keysDifference(std::vector<RetainedKey> expected, std::vector<RetainedKey> found)
{
    const auto bySequence = [](const RetainedKey &left, const RetainedKey &right) {
        return sequenceOf(left.input) < sequenceOf(right.input);
    };
    std::sort(expected.begin(), expected.end(), bySequence);
    std::sort(found.begin(), found.end(), bySequence);
    for (std::size_t at = 0; at < std::min(expected.size(), found.size()); ++at) {
        const RetainedKey &ours = expected[at];
        const RetainedKey &theirs = found[at];
        Comparison comparison(QStringLiteral("key \"%1\" of ended input %2")
                                  .arg(QString::fromUtf8(ours.key))
                                  .arg(sequenceOf(ours.input)));
        comparison.same("the input", ours.input.uuid, theirs.input.uuid)
            .same("the key", ours.key, theirs.key)
            .same("the payload's hash", ours.payloadHash, theirs.payloadHash)
            .same("the outcome", quint64(ours.endedAs), quint64(theirs.endedAs))
            .same("the end", quint64(ours.endedAt.sinceEpoch.count()),
                  quint64(theirs.endedAt.sinceEpoch.count()));
        if (!comparison.difference().isEmpty())
            return comparison.difference();
    }
    Comparison counted(QStringLiteral("the session"));
    counted.same("the number of keys of ended inputs", quint64(expected.size()), quint64(found.size()));
    return counted.difference();
}

QString outcomeDifference(const FinishedInput &expected, const std::optional<StoredOutcome> &found)
{
    if (!found)
        return QStringLiteral("input %1 has ended in the model and the store does not know it")
            .arg(expected.sequence);
    const FinishedInput &read = found->input;
    Comparison comparison(QStringLiteral("ended input %1").arg(expected.sequence));
    comparison.same("the id", expected.id.uuid, read.id.uuid)
        .same("the kind of end", quint64(expected.kind), quint64(read.kind))
        .same("the reason", quint64(expected.reason), quint64(read.reason))
        .same("the attempt", quint64(expected.attempt), quint64(read.attempt))
        .same("the run", expected.run.uuid, read.run.uuid)
        .same("the boundary", expected.boundarySequence, read.boundarySequence)
        .same("the replacement", expected.replacedBy.uuid, read.replacedBy.uuid)
        .same("the outcome", quint64(expected.outcome.outcome), quint64(read.outcome.outcome))
        .same("the cause", quint64(expected.outcome.cause), quint64(read.outcome.cause))
        .same("the text", QByteArray(expected.outcome.text), QByteArray(read.outcome.text))
        .same("the outcome's reason", QString(expected.outcome.reason), QString(read.outcome.reason));
    return comparison.difference();
}

} // namespace burrow::test
