// SPDX-License-Identifier: Apache-2.0
//
// Tells the thread sanitizer what Qt does between threads.
//
// The distribution's Qt is not compiled with the sanitizer. It sees neither Qt's futexes nor the reference
// counts inside the library, and so it takes whatever is handed over by a queued call, a future or a semaphore
// for a race. Each function below stands before the function of the same name in libQt6Core. It says what is
// ordered before what, and then calls the original. Nothing is hidden: two threads that share data without one
// of these calls, a mutex or an atomic between them are still reported, which the test
// sanitizers.race_is_noticed proves.
//
// The edges are keyed by what both sides know: the receiver of an event, the shared state of a future, a
// thread. The sender of a signal does not know who receives it, so all signals share one key.

#include <QCoreApplication>
#include <QFutureInterface>
#include <QSemaphore>
#include <QThread>

#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

namespace {

char signals_key;

void release(const void *key)
{
    __tsan_release(const_cast<void *>(key));
}

void acquire(const void *key)
{
    __tsan_acquire(const_cast<void *>(key));
}

template <typename Function>
Function *original(const char *symbol)
{
    return reinterpret_cast<Function *>(dlsym(RTLD_NEXT, symbol));
}

/// Orders what this thread did before what others do after a later call with the same key, and the reverse.
class BothWays
{
public:
    explicit BothWays(const void *key)
        : m_key(key)
    {
        release(m_key);
        acquire(m_key);
    }
    ~BothWays()
    {
        acquire(m_key);
        release(m_key);
    }
    Q_DISABLE_COPY_MOVE(BothWays)

private:
    const void *m_key;
};

bool eventIsDelivered(void **data)
{
    acquire(data[0]);
    acquire(&signals_key);
    return false;
}

const bool events_are_watched = QInternal::registerCallback(QInternal::EventNotifyCallback, eventIsDelivered);

} // namespace

// What the library does on its own is not watched: half of what would order it is not seen. QProcess forks with
// vfork, whose child shares our memory and with it the sanitizer's mark that threads may not be started any
// more.
extern "C" const char *__tsan_default_options()
{
    return "ignore_noninstrumented_modules=1:second_deadlock_stack=1:die_after_fork=0";
}

// ---- Events and signals ----

void QCoreApplication::postEvent(QObject *receiver, QEvent *event, int priority)
{
    static const auto call =
        original<void(QObject *, QEvent *, int)>("_ZN16QCoreApplication9postEventEP7QObjectP6QEventi");
    release(receiver);
    call(receiver, event, priority);
}

bool QMetaObject::invokeMethodImpl(QObject *object, QtPrivate::QSlotObjectBase *slot, Qt::ConnectionType type,
                                   void *ret)
{
    static const auto call = original<bool(QObject *, QtPrivate::QSlotObjectBase *, Qt::ConnectionType,
                                           void *)>(
        "_ZN11QMetaObject16invokeMethodImplEP7QObjectPN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPv");
    release(object);
    return call(object, slot, type, ret);
}

void QMetaObject::activate(QObject *sender, const QMetaObject *meta, int index, void **arguments)
{
    static const auto call = original<void(QObject *, const QMetaObject *, int, void **)>(
        "_ZN11QMetaObject8activateEP7QObjectPKS_iPPv");
    acquire(&signals_key);
    release(&signals_key);
    call(sender, meta, index, arguments);
}

QMetaObject::Connection QObject::connectImpl(const QObject *sender, void **signal, const QObject *receiver,
                                             void **slotPointer, QtPrivate::QSlotObjectBase *slot,
                                             Qt::ConnectionType type, const int *types, const QMetaObject *meta)
{
    static const auto call = original<QMetaObject::Connection(
        const QObject *, void **, const QObject *, void **, QtPrivate::QSlotObjectBase *, Qt::ConnectionType,
        const int *, const QMetaObject *)>(
        "_ZN7QObject11connectImplEPKS_PPvS1_S3_"
        "PN9QtPrivate15QSlotObjectBaseEN2Qt14ConnectionTypeEPKiPK11QMetaObject");
    release(&signals_key);
    return call(sender, signal, receiver, slotPointer, slot, type, types, meta);
}

void QObject::deleteLater()
{
    static const auto call = original<void(QObject *)>("_ZN7QObject11deleteLaterEv");
    release(this);
    call(this);
}

void QObject::moveToThread(QThread *thread)
{
    static const auto call = original<void(QObject *, QThread *)>("_ZN7QObject12moveToThreadEP7QThread");
    release(this);
    call(this, thread);
}

// ---- Threads and semaphores ----

void QThread::start(Priority priority)
{
    static const auto call = original<void(QThread *, Priority)>("_ZN7QThread5startENS_8PriorityE");
    // Emitted by the thread itself, as the last thing before wait() returns.
    QObject::connect(
        this, &QThread::finished, this, [this] { release(this); }, Qt::DirectConnection);
    call(this, priority);
}

bool QThread::wait(QDeadlineTimer deadline)
{
    static const auto call = original<bool(QThread *, QDeadlineTimer)>("_ZN7QThread4waitE14QDeadlineTimer");
    const bool ended = call(this, deadline);
    acquire(this);
    return ended;
}

void QSemaphore::acquire(int n)
{
    static const auto call = original<void(QSemaphore *, int)>("_ZN10QSemaphore7acquireEi");
    call(this, n);
    ::acquire(this);
}

bool QSemaphore::tryAcquire(int n)
{
    static const auto call = original<bool(QSemaphore *, int)>("_ZN10QSemaphore10tryAcquireEi");
    const bool taken = call(this, n);
    ::acquire(this);
    return taken;
}

bool QSemaphore::tryAcquire(int n, int timeout)
{
    static const auto call = original<bool(QSemaphore *, int, int)>("_ZN10QSemaphore10tryAcquireEii");
    const bool taken = call(this, n, timeout);
    ::acquire(this);
    return taken;
}

void QSemaphore::release(int n)
{
    static const auto call = original<void(QSemaphore *, int)>("_ZN10QSemaphore7releaseEi");
    ::release(this);
    call(this, n);
}

// ---- Futures: every call that reads or changes the shared state orders both sides ----

void QFutureInterfaceBase::reportStarted()
{
    static const auto call =
        original<void(QFutureInterfaceBase *)>("_ZN20QFutureInterfaceBase13reportStartedEv");
    const BothWays edge(d);
    call(this);
}

void QFutureInterfaceBase::reportFinished()
{
    static const auto call =
        original<void(QFutureInterfaceBase *)>("_ZN20QFutureInterfaceBase14reportFinishedEv");
    const BothWays edge(d);
    call(this);
}

void QFutureInterfaceBase::reportResultsReady(int begin, int end)
{
    static const auto call =
        original<void(QFutureInterfaceBase *, int, int)>("_ZN20QFutureInterfaceBase18reportResultsReadyEii");
    const BothWays edge(d);
    call(this, begin, end);
}

void QFutureInterfaceBase::cancel(CancelMode mode)
{
    static const auto call =
        original<void(QFutureInterfaceBase *, CancelMode)>("_ZN20QFutureInterfaceBase6cancelENS_10CancelModeE");
    const BothWays edge(d);
    call(this, mode);
}

void QFutureInterfaceBase::waitForFinished()
{
    static const auto call =
        original<void(QFutureInterfaceBase *)>("_ZN20QFutureInterfaceBase15waitForFinishedEv");
    const BothWays edge(d);
    call(this);
}

void QFutureInterfaceBase::waitForResult(int index)
{
    static const auto call =
        original<void(QFutureInterfaceBase *, int)>("_ZN20QFutureInterfaceBase13waitForResultEi");
    const BothWays edge(d);
    call(this, index);
}

bool QFutureInterfaceBase::queryState(State state) const
{
    static const auto call = original<bool(const QFutureInterfaceBase *, State)>(
        "_ZNK20QFutureInterfaceBase10queryStateENS_5StateE");
    const BothWays edge(d);
    return call(this, state);
}

bool QFutureInterfaceBase::isFinished() const
{
    return queryState(Finished);
}

bool QFutureInterfaceBase::isResultReadyAt(int index) const
{
    static const auto call =
        original<bool(const QFutureInterfaceBase *, int)>("_ZNK20QFutureInterfaceBase15isResultReadyAtEi");
    const BothWays edge(d);
    return call(this, index);
}

void QFutureInterfaceBase::cleanContinuation()
{
    static const auto call =
        original<void(QFutureInterfaceBase *)>("_ZN20QFutureInterfaceBase17cleanContinuationEv");
    const BothWays edge(d);
    call(this);
}

bool QFutureInterfaceBase::derefT() const noexcept
{
    static const auto call =
        original<bool(const QFutureInterfaceBase *)>("_ZNK20QFutureInterfaceBase6derefTEv");
    const BothWays edge(d);
    return call(this);
}

using Continuation = std::function<void(const QFutureInterfaceBase &)>;

/// A continuation runs inside reportFinished() on another thread, or at once. It may have been set after that
/// thread gave its own edge, so it brings one along.
struct OrderedContinuation
{
    const void *key;
    Continuation continuation;

    // The key itself is read before anything is ordered.
    __attribute__((no_sanitize("thread"))) void operator()(const QFutureInterfaceBase &future) const
    {
        acquire(key);
        continuation(future);
    }
};

void QFutureInterfaceBase::setContinuation(Continuation continuation, QFutureInterfaceBasePrivate *next)
{
    static const auto call =
        original<void(QFutureInterfaceBase *, Continuation, QFutureInterfaceBasePrivate *)>(
            "_ZN20QFutureInterfaceBase15setContinuationESt8functionIFvRKS_EEP27QFutureInterfaceBasePrivate");
    Continuation ordered = OrderedContinuation{d, std::move(continuation)};
    const BothWays edge(d);
    call(this, std::move(ordered), next);
}

void QFutureInterfaceBase::setContinuation(Continuation continuation)
{
    setContinuation(std::move(continuation), nullptr);
}
