// SPDX-License-Identifier: Apache-2.0
#include "plugin/listener_gate.h"

#include <burrow/event.h>

#include <QAbstractEventDispatcher>
#include <QCoreApplication>
#include <QEvent>

namespace burrow {

namespace {

constexpr std::size_t queueMax = limits::emitted_events_per_session_max;

qint64 sizeOf(const ProgressEvent &event)
{
    return event.name.size() + event.text.size() + event.json.size();
}

} // namespace

/// Lives on the session's thread and turns one posted event into the delivery of everything that waits.
class ListenerGate::Receiver : public QObject
{
public:
    explicit Receiver(ListenerGate &gate)
        : m_gate(gate)
    {
    }

    void post() { QCoreApplication::postEvent(this, new QEvent(QEvent::User)); }

protected:
    bool event(QEvent *event) override
    {
        if (event->type() != QEvent::User)
            return QObject::event(event);
        m_gate.deliver();
        return true;
    }

private:
    ListenerGate &m_gate;
};

ListenerGate::ListenerGate(ExecutorListener &listener)
    : m_listener(&listener)
    , m_receiver(QAbstractEventDispatcher::instance() ? std::make_unique<Receiver>(*this) : nullptr)
{
}

ListenerGate::~ListenerGate() = default;

void ListenerGate::silence()
{
    std::unique_ptr<Receiver> receiver; // Goes on its own thread, after the lock.
    const std::lock_guard lock(m_mutex);
    m_listener = nullptr;
    m_queue.clear();
    receiver = std::move(m_receiver);
}

void ListenerGate::beginRun(quint64 token, RunId run)
{
    m_run = run;
    m_token.store(token, std::memory_order_release);
}

void ListenerGate::finishRun(RunId run, RunEnd &&end)
{
    const std::lock_guard lock(m_mutex);
    m_token.store(0, std::memory_order_relaxed);
    m_outputBytes = 0;
    m_blocked = 0;
    m_boundarySeen = false;
    if (!m_listener)
        return;
    deliverQueued();
    m_listener->applyFinished(run, std::move(end));
}

/// Joins the event to the last one that waits, if they continue each other.
bool ListenerGate::coalesce(const ProgressEvent &event)
{
    if (m_queue.empty() || !event.json.isEmpty())
        return false;
    ProgressEvent &last = m_queue.back();
    if (last.rawType != event.rawType || last.name != event.name || !last.json.isEmpty())
        return false;
    if (last.text.size() + event.text.size() > limits::output_per_turn_bytes_default)
        return false;
    last.text += event.text;
    return true;
}

ListenerGate::Taken ListenerGate::take(quint64 token, ProgressEvent event, Room room, qint64 outputBytesMax)
{
    const std::lock_guard lock(m_mutex);
    if (m_token.load(std::memory_order_acquire) != token)
        return Taken::Over;
    if (!m_listener)
        return Taken::Yes; // Nobody listens any more; the run is being cancelled.
    const qint64 bytes = sizeOf(event);
    if (m_outputBytes + bytes > outputBytesMax)
        return Taken::TooLarge;
    event.run = m_run;
    if (m_queue.size() >= queueMax) {
        if (room == Room::Droppable) {
            ++m_dropped;
            return Taken::Dropped;
        }
        if (room != Room::Coalescing || !coalesce(event)) {
            m_blocked = token;
            return Taken::Full;
        }
        m_outputBytes += bytes;
        return Taken::Yes;
    }
    m_outputBytes += bytes;
    if (!m_receiver) {
        m_listener->progress(std::move(event));
        return Taken::Yes;
    }
    m_queue.push_back(std::move(event));
    if (!m_posted) {
        m_posted = true;
        m_receiver->post();
    }
    return Taken::Yes;
}

/// The session's thread, from its event loop.
void ListenerGate::deliver()
{
    quint64 resumed = 0;
    {
        const std::lock_guard lock(m_mutex);
        m_posted = false;
        if (!m_listener)
            return;
        deliverQueued();
        resumed = std::exchange(m_blocked, 0);
    }
    if (resumed != 0 && m_resume)
        m_resume(resumed);
}

/// The caller holds m_mutex.
void ListenerGate::deliverQueued()
{
    while (!m_queue.empty()) {
        m_listener->progress(std::move(m_queue.front()));
        m_queue.pop_front();
    }
    if (m_dropped == 0)
        return;
    ProgressEvent gap;
    gap.type = ProgressType::Notice;
    gap.rawType = BURROW_EVENT_NOTICE;
    gap.run = m_run;
    gap.name = "burrow.gap";
    gap.text = QByteArray::number(m_dropped) + " events were dropped because the session was behind";
    m_dropped = 0;
    m_listener->progress(std::move(gap));
}

bool ListenerGate::boundaryChanged(quint64 token, bool open, quint64 revision)
{
    const std::lock_guard lock(m_mutex);
    if (m_token.load(std::memory_order_acquire) != token)
        return false;
    if (m_boundarySeen && revision <= m_boundaryRevision)
        return true; // It lost a race against a later one.
    m_boundarySeen = true;
    m_boundaryRevision = revision;
    if (m_listener)
        m_listener->boundaryChanged(m_run, open, revision);
    return true;
}

void ListenerGate::operationAsked(OperationRequest request, std::function<void(OperationReceipt)> reply)
{
    {
        const std::lock_guard lock(m_mutex);
        if (m_listener) {
            m_listener->operationAsked(std::move(request), std::move(reply));
            return;
        }
    }
    OperationReceipt gone;
    gone.refusal = OperationRefusal::Unavailable;
    gone.message = QStringLiteral("the session has let go of this instance");
    if (reply)
        reply(std::move(gone));
}

void ListenerGate::created(Result<void> result)
{
    const std::lock_guard lock(m_mutex);
    if (m_listener)
        m_listener->created(std::move(result));
}

void ListenerGate::stopFinished(Result<void> result)
{
    const std::lock_guard lock(m_mutex);
    if (m_listener)
        m_listener->stopFinished(std::move(result));
}

void ListenerGate::checkpointFinished(RunId run, Result<void> result)
{
    const std::lock_guard lock(m_mutex);
    if (m_listener)
        m_listener->checkpointFinished(run, std::move(result));
}

void ListenerGate::boundaryFailed(const QString &message)
{
    const std::lock_guard lock(m_mutex);
    if (m_listener)
        m_listener->boundaryFailed(message);
}

void ListenerGate::contextStaged(RunId run, InputId input, Result<StagedContext> result)
{
    const std::lock_guard lock(m_mutex);
    if (m_listener)
        m_listener->contextStaged(run, input, std::move(result));
}

void ListenerGate::misbehaved(const QString &sentence)
{
    const std::lock_guard lock(m_mutex);
    if (m_listener)
        m_listener->misbehaved(sentence);
}

void ListenerGate::blocked(const QString &sentence)
{
    const std::lock_guard lock(m_mutex);
    if (m_listener)
        m_listener->blocked(sentence);
}

void ListenerGate::died(const QString &reason, ExecutorEnding ending)
{
    const std::lock_guard lock(m_mutex);
    if (m_listener)
        m_listener->died(reason, ending);
}

} // namespace burrow
