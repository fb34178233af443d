// SPDX-License-Identifier: Apache-2.0
//
// The host that gets killed. It reads what to submit from stdin, one command a line, and tells on stdout what a
// submitter is told; the files of --side take what is noted beside the database, and its gauges.
//
//   submit SESSION LABEL KEY FLAVOUR | stop SESSION | start SESSION | outcome SESSION LABEL INPUT | settle |
//   quit
#include "disk/fault_vfs.h"
#include "rig/rig.h"

#include <QCommandLineParser>
#include <QCoreApplication>
#include <QLoggingCategory>

#include <iostream>

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

using namespace burrow;
using namespace burrow::faults;

namespace {

constexpr std::chrono::seconds longest_rest{20};

[[noreturn]] void dieHere()
{
    ::raise(SIGKILL); // A signal that cannot be blocked is delivered before raise() returns.
    std::abort();
}

/// Each line is one write: a line that a kill finds is whole or is not there.
class PipeWitness : public Witness
{
public:
    explicit PipeWitness(const std::string &notes)
        : m_notes(::open(notes.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600))
    {
    }
    ~PipeWitness() override { ::close(m_notes); }
    Q_DISABLE_COPY_MOVE(PipeWitness)

    void told(const QByteArray &line) override { put(STDOUT_FILENO, line); }
    void noted(const QByteArray &line) override { put(m_notes, line); }

private:
    static void put(int file, QByteArray line)
    {
        line += '\n';
        if (::write(file, line.constData(), static_cast<std::size_t>(line.size())) != line.size())
            std::abort();
    }
    const int m_notes;
};

class Victim : public QObject
{
public:
    Victim(Rig &rig, Witness &witness)
        : m_rig(rig)
        , m_witness(witness)
    {
    }

    /// Reads to the end of stdin, on a thread of its own.
    void listen()
    {
        for (std::string line; std::getline(std::cin, line);) {
            if (!obey(QByteArray::fromStdString(line).split(' ')))
                break;
        }
        QMetaObject::invokeMethod(QCoreApplication::instance(), &QCoreApplication::quit);
    }

private:
    bool obey(const QByteArrayList &words)
    {
        const QByteArray verb = words.value(0);
        const QByteArray session = words.value(1);
        if (verb == "submit")
            m_rig.submit(session, words.value(2), words.value(3) == "-" ? QByteArray() : words.value(3),
                         words.value(4));
        else if (verb == "stop")
            m_rig.stop(session);
        else if (verb == "start")
            m_rig.start(session);
        else if (verb == "outcome")
            m_rig.askOutcome(session, words.value(2), InputId::fromText(words.value(3)).value_or(InputId()));
        else if (verb == "settle")
            settle();
        return verb != "quit";
    }

    /// Told only when every answer that was asked for before has been told.
    void settle()
    {
        const bool settled = m_rig.settles(longest_rest) && m_rig.waitForAnswers(0, longest_rest);
        m_witness.told(settled ? "settled" : "unsettled");
    }

    Rig &m_rig;
    Witness &m_witness;
};

struct Orders
{
    RigOptions rig;
    std::string side;
    std::uint64_t dieAt = 0;
    std::optional<Window> window;
    std::uint64_t windowCount = 0;
};

Orders parse(const QCoreApplication &application)
{
    QCommandLineParser parser;
    const auto option = [&parser](const char *name, const char *value, const char *initial = "") {
        parser.addOption(
            {QString::fromLatin1(name), {}, QString::fromLatin1(value), QString::fromLatin1(initial)});
    };
    option("store", "path");
    option("side", "folder");
    option("sessions", "count", "8");
    option("longest-run", "microseconds", "1000");
    option("die-at", "boundary", "0");
    option("die-in", "window:count");
    parser.process(application);
    Orders orders;
    orders.rig.store.path = parser.value(QStringLiteral("store"));
    orders.rig.store.vfs = "faults";
    orders.rig.sessions = parser.value(QStringLiteral("sessions")).toUInt();
    orders.rig.longestRun = std::chrono::microseconds(parser.value(QStringLiteral("longest-run")).toLongLong());
    orders.side = parser.value(QStringLiteral("side")).toStdString();
    orders.dieAt = parser.value(QStringLiteral("die-at")).toULongLong();
    const QStringList window = parser.value(QStringLiteral("die-in")).split(QLatin1Char(':'));
    for (std::size_t at = 0; at < windows; ++at) {
        if (window.value(0).toStdString() == windowName[at])
            orders.window = static_cast<Window>(at);
    }
    orders.windowCount = window.value(1).toULongLong();
    return orders;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QLoggingCategory::setFilterRules(QStringLiteral("burrow.*=false")); // The driver tells what matters.
    const Orders orders = parse(application);
    FaultVfs vfs("faults");
    Moments moments(orders.side + "/gauges");
    PipeWitness witness(orders.side + "/notes");
    vfs.watchCalls(&moments.gauges().call);
    vfs.setRuler([&](const DiskCall &call) {
        moments.gauges().boundaries = vfs.boundaries();
        moments.gauges().syncs = vfs.count(CallKind::Sync);
        if (call.number != 0 && call.number == orders.dieAt)
            dieHere();
        return Ruling::proceed();
    });
    if (orders.window)
        moments.callAt(*orders.window, orders.windowCount, dieHere);
    Result<std::unique_ptr<Rig>> rig = Rig::open(orders.rig, witness, moments);
    if (!rig) {
        witness.told("failed " + rig.error().message.toUtf8());
        return 1;
    }
    witness.told("ready");
    Victim victim(**rig, witness);
    std::thread reader([&victim] { victim.listen(); });
    QCoreApplication::exec();
    reader.join();
    rig->reset();
    witness.told("bye");
    return 0;
}
