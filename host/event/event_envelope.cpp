// SPDX-License-Identifier: Apache-2.0
#include "event/event_envelope.h"

#include "base/moment_text.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTimeZone>

namespace burrow {

namespace {

constexpr QLatin1String progress_prefix("progress.");
/// Live events and those of the log are numbered by different counters; this bit keeps their ids apart.
constexpr quint64 live_bit = 1ULL << 61;

QByteArray runtimeOf(SessionId session)
{
    return "rt:session:" + session.toText();
}

/// What brought an event about: the run that it happened in, or the input that took another one's place.
std::optional<Uuid> causeOf(const LifecycleEvent &event)
{
    if (event.run && event.input)
        return event.run.uuid;
    if (event.other)
        return event.other.uuid;
    return std::nullopt;
}

/// A row has a number and an event its place in it, so an event that is read again has the id it had.
Uuid idOf(const LoggedEvents &row, std::size_t place)
{
    constexpr int number_bits = 48;
    constexpr std::size_t tail_values = 1U << 12;
    return Uuid::version7(row.at.sinceEpoch.count(), static_cast<quint16>(place % tail_values),
                          (static_cast<quint64>(place / tail_values) << number_bits) | row.number);
}

void put(QJsonObject &object, const char *member, const QString &value)
{
    if (!value.isEmpty())
        object.insert(QLatin1String(member), value);
}

void putId(QJsonObject &object, const char *member, const Uuid &id)
{
    if (id)
        object.insert(QLatin1String(member), QString::fromLatin1(id.toText()));
}

void putEvent(QJsonObject &object, const LifecycleEvent &event)
{
    if (event.code == EventCode::RuntimeStateChanged) {
        object.insert(QStringLiteral("from"), QLatin1String(phaseName(event.from)));
        object.insert(QStringLiteral("to"), QLatin1String(phaseName(event.to)));
    }
    if (event.executors) {
        put(object, "from", QString::fromUtf8(event.executors->from.name));
        put(object, "from_plugin", QString::fromUtf8(event.executors->from.plugin));
        put(object, "to", QString::fromUtf8(event.executors->to.name));
        put(object, "to_plugin", QString::fromUtf8(event.executors->to.plugin));
    }
    putId(object, "input", event.input.uuid);
    putId(object, "other", event.other.uuid);
    putId(object, "run", event.run.uuid);
    put(object, "detail", event.detail);
}

/// The plugin's JSON is a value of any kind; what is not JSON is kept as text.
void putEvent(QJsonObject &object, const ProgressEvent &event)
{
    putId(object, "run", event.run.uuid);
    if (event.subject && !event.subject->inputs.empty()) {
        QJsonArray inputs;
        for (const InputId &input : event.subject->inputs)
            inputs.append(QString::fromLatin1(input.toText()));
        object.insert(QStringLiteral("inputs"), inputs);
    }
    put(object, "name", QString::fromUtf8(event.name));
    put(object, "text", QString::fromUtf8(event.text));
    if (event.type == ProgressType::Vendor)
        object.insert(QStringLiteral("raw_type"), event.rawType);
    if (event.json.isEmpty())
        return;
    const QJsonArray parsed = QJsonDocument::fromJson('[' + event.json + ']').array();
    object.insert(QStringLiteral("data"),
                  parsed.size() == 1 ? parsed.at(0) : QJsonValue(QString::fromUtf8(event.json)));
}

/// Takes members out of an object and remembers the first that is wrong.
class Members
{
public:
    explicit Members(const QJsonObject &object)
        : m_object(object)
    {
    }

    QByteArray text(const char *member)
    {
        const QJsonValue value = m_object.value(QLatin1String(member));
        if (!value.isUndefined() && !value.isString())
            complain(member);
        return value.toString().toUtf8();
    }
    Uuid id(const char *member)
    {
        const QByteArray written = text(member);
        if (written.isEmpty())
            return {};
        const std::optional<Uuid> parsed = Uuid::fromText(written);
        if (!parsed)
            complain(member);
        return parsed.value_or(Uuid{});
    }
    std::vector<InputId> inputs(const char *member)
    {
        std::vector<InputId> found;
        for (const QJsonValue &value : m_object.value(QLatin1String(member)).toArray()) {
            const std::optional<InputId> id = InputId::fromText(value.toString().toUtf8());
            if (!id)
                complain(member);
            found.push_back(id.value_or(InputId{}));
        }
        const QJsonValue list = m_object.value(QLatin1String(member));
        if (!list.isUndefined() && !list.isArray())
            complain(member);
        return found;
    }
    std::optional<Uuid> optionalId(const char *member)
    {
        const Uuid found = id(member);
        return found ? std::optional(found) : std::nullopt;
    }
    template <typename Enum, std::size_t Count>
    Enum named(const char *member, const EnumNames<Enum, Count> &names, QByteArrayView written)
    {
        const std::optional<Enum> parsed = names.parse(written);
        if (!parsed)
            complain(member);
        return parsed.value_or(Enum{});
    }
    QJsonValue value(const char *member) const { return m_object.value(QLatin1String(member)); }
    void complain(const char *member)
    {
        if (m_wrong.isEmpty())
            m_wrong = QLatin1String(member);
    }
    const QString &wrong() const { return m_wrong; }

private:
    const QJsonObject &m_object;
    QString m_wrong;
};

LifecycleEvent takeLifecycle(Members &members, const QByteArray &code)
{
    LifecycleEvent event;
    event.code = members.named("event", eventCodeName, code);
    if (event.code == EventCode::RuntimeStateChanged) {
        event.from = members.named("from", phaseName, members.text("from"));
        event.to = members.named("to", phaseName, members.text("to"));
    }
    if (event.code == EventCode::ExecutorChanged) {
        ExecutorChange change;
        change.from = {members.text("from"), members.text("from_plugin")};
        change.to = {members.text("to"), members.text("to_plugin")};
        event.executors = std::make_shared<const ExecutorChange>(std::move(change));
    }
    event.input.uuid = members.id("input");
    event.other.uuid = members.id("other");
    event.run.uuid = members.id("run");
    event.detail = QString::fromUtf8(members.text("detail"));
    event.correlation = members.text("correlation");
    return event;
}

ProgressEvent takeProgress(Members &members, const QByteArray &type)
{
    ProgressEvent event;
    event.type = members.named("event", progressTypeName, type);
    event.rawType = members.value("raw_type").toInt();
    event.run.uuid = members.id("run");
    RunSubject subject{members.inputs("inputs"), members.text("correlation")};
    if (!subject.inputs.empty() || !subject.correlation.isEmpty())
        event.subject = std::make_shared<const RunSubject>(std::move(subject));
    event.name = members.text("name");
    event.text = members.text("text");
    const QJsonValue data = members.value("data");
    if (!data.isUndefined()) {
        const QByteArray list = QJsonDocument(QJsonArray{data}).toJson(QJsonDocument::Compact);
        event.json = list.sliced(1, list.size() - 2);
    }
    return event;
}

} // namespace

EventCategory categoryOf(EventCode code)
{
    const QByteArrayView name(eventCodeName(code));
    if (name.startsWith("input."))
        return EventCategory::InputLifecycle;
    if (name.startsWith("run."))
        return EventCategory::RunLifecycle;
    if (name.startsWith("executor."))
        return EventCategory::Executor;
    return name.startsWith("boundary.") ? EventCategory::Boundary : EventCategory::RuntimeState;
}

QByteArray EventEnvelope::code() const
{
    if (const auto *said = std::get_if<LifecycleEvent>(&event))
        return eventCodeName(said->code);
    return QByteArray(progress_prefix.data(), progress_prefix.size())
           + progressTypeName(std::get<ProgressEvent>(event).type);
}

EventCategory EventEnvelope::category() const
{
    const auto *said = std::get_if<LifecycleEvent>(&event);
    return said != nullptr ? categoryOf(said->code) : EventCategory::Progress;
}

QByteArray EventEnvelope::correlation() const
{
    if (const auto *said = std::get_if<LifecycleEvent>(&event))
        return said->correlation;
    const auto &subject = std::get<ProgressEvent>(event).subject;
    return subject ? subject->correlation : QByteArray();
}

std::vector<EventEnvelope> envelopesOf(const LoggedEvents &row, const Uuid &log)
{
    std::vector<EventEnvelope> envelopes;
    envelopes.reserve(row.events.size());
    for (const LifecycleEvent &event : row.events) {
        EventEnvelope envelope;
        envelope.id = idOf(row, envelopes.size());
        envelope.at = row.at;
        envelope.runtime = runtimeOf(row.session);
        envelope.session = row.name;
        envelope.event = event;
        envelope.causation = causeOf(event);
        envelopes.push_back(std::move(envelope));
    }
    if (!envelopes.empty())
        envelopes.back().cursor = EventCursor{log, row.number};
    return envelopes;
}

EventEnvelope envelopeOf(const SessionEvent &event, WallTime at, quint64 number)
{
    EventEnvelope envelope;
    envelope.id = Uuid::version7(at.sinceEpoch.count(), 0, number | live_bit);
    envelope.at = at;
    envelope.runtime = runtimeOf(event.session);
    envelope.session = event.name;
    envelope.event = event.event;
    if (const auto *said = std::get_if<LifecycleEvent>(&event.event))
        envelope.causation = causeOf(*said);
    else if (const auto *progress = std::get_if<ProgressEvent>(&event.event); progress->run)
        envelope.causation = progress->run.uuid;
    return envelope;
}

QJsonObject toJson(const EventEnvelope &envelope)
{
    QJsonObject object;
    putId(object, "id", envelope.id);
    object.insert(QStringLiteral("time"), momentText(envelope.at));
    put(object, "runtime", QString::fromUtf8(envelope.runtime));
    put(object, "session", QString::fromUtf8(envelope.session));
    object.insert(QStringLiteral("category"), QLatin1String(eventCategoryName(envelope.category())));
    object.insert(QStringLiteral("event"), QString::fromUtf8(envelope.code()));
    if (envelope.causation)
        putId(object, "causation", *envelope.causation);
    put(object, "correlation", QString::fromUtf8(envelope.correlation()));
    if (envelope.cursor)
        put(object, "cursor", QString::fromLatin1(envelope.cursor->toText()));
    std::visit([&object](const auto &event) { putEvent(object, event); }, envelope.event);
    return object;
}

Result<EventEnvelope> envelopeFromJson(const QJsonObject &object)
{
    Members members(object);
    EventEnvelope envelope;
    envelope.id = members.id("id");
    const QDateTime at = QDateTime::fromString(QString::fromUtf8(members.text("time")), Qt::ISODateWithMs);
    envelope.at.sinceEpoch = std::chrono::milliseconds(at.toMSecsSinceEpoch());
    if (!at.isValid())
        members.complain("time");
    envelope.runtime = members.text("runtime");
    envelope.session = members.text("session");
    const QByteArray code = members.text("event");
    if (code.startsWith(progress_prefix))
        envelope.event = takeProgress(members, code.sliced(progress_prefix.size()));
    else
        envelope.event = takeLifecycle(members, code);
    envelope.causation = members.optionalId("causation");
    if (const QByteArray cursor = members.text("cursor"); !cursor.isEmpty()) {
        envelope.cursor = EventCursor::fromText(cursor);
        if (!envelope.cursor)
            members.complain("cursor");
    }
    if (members.text("category") != eventCategoryName(envelope.category()))
        members.complain("category");
    if (!members.wrong().isEmpty())
        return Error{ErrorKind::InvalidArgument,
                     QStringLiteral("the member \"%1\" of the event is wrong").arg(members.wrong())};
    return envelope;
}

QJsonObject toJson(const EventGap &gap)
{
    QJsonObject object{{QStringLiteral("event"), QStringLiteral("events.gap")},
                       {QStringLiteral("cause"), QLatin1String(eventGapCauseName(gap.cause))},
                       {QStringLiteral("detail"), sentenceOf(gap)}};
    if (gap.count > 0)
        object.insert(QStringLiteral("count"), static_cast<qint64>(gap.count));
    return object;
}

} // namespace burrow
