// SPDX-License-Identifier: Apache-2.0
//
// Everything by which Qt hands data from one thread to another. Under the thread sanitizer none of it may be
// reported; what it says beyond that is only that it works.
#include <QFuture>
#include <QPromise>
#include <QSemaphore>
#include <QtTest>

#include <memory>
#include <vector>

namespace {

class Worker : public QObject
{
    Q_OBJECT

public:
    std::vector<int> received;

Q_SIGNALS:
    void said(const QByteArray &text);

protected:
    void customEvent(QEvent *event) override;
};

/// Carries a value that its sender made.
class Parcel : public QEvent
{
public:
    explicit Parcel(std::vector<int> numbers)
        : QEvent(QEvent::User)
        , content(std::move(numbers))
    {
    }
    std::vector<int> content;
};

void Worker::customEvent(QEvent *event)
{
    received = static_cast<Parcel *>(event)->content;
}

} // namespace

class HandoverTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aQueuedCallHandsOverItsCapture();
    void anEventHandsOverItsContent();
    void aSignalHandsOverItsArguments();
    void aFutureHandsOverItsResult();
    void aContinuationSeesWhatCameBefore();
    void aSemaphoreHandsOverWhatItGuards();

private:
    QThread m_thread;
    std::unique_ptr<Worker> m_worker;
};

void HandoverTest::init()
{
    m_worker = std::make_unique<Worker>();
    m_worker->moveToThread(&m_thread);
    m_thread.start();
}

void HandoverTest::cleanup()
{
    m_thread.quit();
    m_thread.wait();
    m_worker.reset();
}

void HandoverTest::aQueuedCallHandsOverItsCapture()
{
    for (int i = 0; i < 1000; ++i) {
        auto content = std::make_shared<std::vector<int>>(10, i);
        QMetaObject::invokeMethod(
            m_worker.get(), [this, content] { m_worker->received = *content; }, Qt::QueuedConnection);
    }
    QMetaObject::invokeMethod(
        m_worker.get(), [this] { m_thread.quit(); }, Qt::QueuedConnection);
    m_thread.wait();
    QCOMPARE(m_worker->received, std::vector<int>(10, 999));
}

void HandoverTest::anEventHandsOverItsContent()
{
    QCoreApplication::postEvent(m_worker.get(), new Parcel({1, 2, 3}));
    QSemaphore seen;
    QMetaObject::invokeMethod(
        m_worker.get(), [&seen] { seen.release(); }, Qt::QueuedConnection);
    seen.acquire();
    QCOMPARE(m_worker->received, std::vector<int>({1, 2, 3}));
}

void HandoverTest::aSignalHandsOverItsArguments()
{
    QByteArray heard;
    QObject listener;
    connect(m_worker.get(), &Worker::said, &listener, [&heard](const QByteArray &text) { heard = text; });
    QMetaObject::invokeMethod(
        m_worker.get(), [this] { Q_EMIT m_worker->said(QByteArray("hello ") + QByteArray::number(1)); },
        Qt::QueuedConnection);
    QTRY_COMPARE(heard, QByteArray("hello 1"));
}

void HandoverTest::aFutureHandsOverItsResult()
{
    for (int i = 0; i < 1000; ++i) {
        auto promise = std::make_shared<QPromise<std::vector<int>>>();
        promise->start();
        const QFuture<std::vector<int>> future = promise->future();
        QMetaObject::invokeMethod(
            m_worker.get(),
            [promise, i] {
                promise->addResult(std::vector<int>(10, i));
                promise->finish();
            },
            Qt::QueuedConnection);
        promise.reset();
        QCOMPARE(future.result(), std::vector<int>(10, i));
    }
}

void HandoverTest::aContinuationSeesWhatCameBefore()
{
    QObject listener;
    for (int i = 0; i < 200; ++i) {
        auto promise = std::make_shared<QPromise<int>>();
        promise->start();
        QFuture<int> future = promise->future();
        int direct = -1;
        QSemaphore done;
        // Attached before anybody can finish it (decision 0011).
        future.then([this, &direct, &done](int value) {
            direct = value + m_worker->received.front();
            done.release();
        });
        QMetaObject::invokeMethod(
            m_worker.get(),
            [this, promise, i] {
                m_worker->received = {i};
                promise->addResult(i);
                promise->finish();
            },
            Qt::QueuedConnection);
        promise.reset();
        done.acquire();
        QCOMPARE(direct, 2 * i);
        int queued = -1;
        future.then(&listener, [&queued](int value) { queued = value; });
    }
}

void HandoverTest::aSemaphoreHandsOverWhatItGuards()
{
    QSemaphore given;
    int value = 0;
    QMetaObject::invokeMethod(
        m_worker.get(),
        [&given, &value] {
            value = 7;
            given.release();
        },
        Qt::QueuedConnection);
    QVERIFY(given.tryAcquire(1, 10'000));
    QCOMPARE(value, 7);
}

QTEST_GUILESS_MAIN(HandoverTest)
#include "handover_test.moc"
