// SPDX-License-Identifier: Apache-2.0
// What a command exits with, by what the host says of the input.
#include "answering.h"
#include "cli/answer_writer.h"
#include "cli/command_line.h"
#include "cli/command_send.h"
#include "cli/receipt_words.h"

#include <QtTest>

namespace burrow::test {

class SendTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyRefusalHasItsExitCode_data()
    {
        QTest::addColumn<QString>("refusal");
        QTest::addColumn<int>("code");
        QTest::newRow("held") << "held" << int(ExitCode::Conflict);
        QTest::newRow("state") << "invalid_state" << int(ExitCode::Conflict);
        QTest::newRow("policy") << "peer_terminal_invalid" << int(ExitCode::Refused);
        QTest::newRow("not written") << "not_written" << int(ExitCode::Failed);
        QTest::newRow("newer than this program") << "unheard_of" << int(ExitCode::Failed);
    }

    void everyRefusalHasItsExitCode()
    {
        QFETCH(const QString, refusal);
        QTEST(int(exitCodeOfReceipt({{"verdict", "refused"}, {"refusal", refusal}})), "code");
    }

    void whoWaitsIsToldHowItEnded_data()
    {
        QTest::addColumn<QJsonObject>("told");
        QTest::addColumn<int>("waiting");
        QTest::addColumn<int>("notWaiting");
        const auto row = [](const char *name, const QJsonObject &told, ExitCode waiting, ExitCode notWaiting) {
            QTest::newRow(name) << told << int(waiting) << int(notWaiting);
        };
        const QJsonObject accepted{{"verdict", "accepted"}, {"input", "7"}};
        const QJsonObject consumed{{"verdict", "accepted"}, {"input", "7"}, {"consumed", true}};
        const QJsonObject repeated{
            {"verdict", "deduplicated"}, {"work", "ended"}, {"ended_as", "abandoned_with_error"}};
        const QJsonObject unknown{{"verdict", "unknown"}, {"input", "7"}, {"message", "the disk is slow"}};
        const auto ended = [&accepted](const char *outcome) {
            return QJsonObject{{"receipt", accepted}, {"outcome", QJsonObject{{"outcome", outcome}}}};
        };
        row("completed", ended("completed"), ExitCode::Ok, ExitCode::Ok);
        row("failed", ended("abandoned_with_error"), ExitCode::TurnFailed, ExitCode::Ok);
        row("cancelled", ended("cancelled"), ExitCode::Cancelled, ExitCode::Ok);
        row("late", {{"receipt", accepted}, {"timed_out", true}}, ExitCode::TimedOut, ExitCode::Ok);
        row("recorded only", {{"receipt", consumed}}, ExitCode::Ok, ExitCode::Ok);
        row("ended long ago", {{"receipt", repeated}}, ExitCode::TurnFailed, ExitCode::Ok);
        row("nothing is told", {{"receipt", accepted}}, ExitCode::Failed, ExitCode::Ok);
        row("unknown", {{"receipt", unknown}}, ExitCode::Failed, ExitCode::Failed);
    }

    void whoWaitsIsToldHowItEnded()
    {
        QFETCH(const QJsonObject, told);
        Answering host(told);
        for (const char *wait : {"terminal", "none"}) {
            const Result<Invocation> invocation =
                parseCommandLine({"send", "beta", "hello", "--wait", wait, "--socket", host.path()});
            QVERIFY2(invocation.ok(), invocation.ok() ? "" : qPrintable(invocation.error().message));
            const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
            AnswerWriter answer(nowhere);
            const ExitCode code = runSendCommand(*invocation, answer);
            ::close(nowhere);
            QTEST(int(code), wait == QLatin1String("terminal") ? "waiting" : "notWaiting");
        }
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::SendTest)
#include "send_test.moc"
