// SPDX-License-Identifier: Apache-2.0
//
// A real race beside a proper queued call: the sanitizer must report it, or the edges of qt_edges.cpp hide too
// much.
#include <QCoreApplication>
#include <QThread>

#include <atomic>

int main(int count, char **arguments)
{
    const QCoreApplication application(count, arguments);
    QThread thread;
    QObject worker;
    worker.moveToThread(&thread);
    thread.start();

    int shared = 0;
    std::atomic<bool> started = false;
    std::atomic<bool> written = false;
    const auto work = [&] {
        started.store(true, std::memory_order_relaxed);
        shared = 1;
        written.store(true, std::memory_order_relaxed);
    };
    QMetaObject::invokeMethod(&worker, work, Qt::QueuedConnection);
    while (!started.load(std::memory_order_relaxed))
        QThread::yieldCurrentThread();
    shared = 2;
    while (!written.load(std::memory_order_relaxed))
        QThread::yieldCurrentThread();
    thread.quit();
    thread.wait();
    return shared == 0 ? 1 : 0;
}
