// SPDX-License-Identifier: Apache-2.0
//
// usage: embed PLUGIN_FOLDER
//
// A program that carries a session itself: configuration, one input, its outcome, shutdown.
#include <compose/composition.h>
#include <config/load.h>
#include <control/when_finished.h>
#include <port/plugin_catalog.h>

#include <QCoreApplication>

#include <cstdio>

namespace {

constexpr const char yaml[] = R"(
version: 1
store: { kind: memory }
security: { plugin_dirs: [%1] }
executors:
  loud: { plugin: echo, config: { uppercase: true } }
sessions:
  parrot: { executor: loud }
)";

void printAndLeave(burrow::Host &host, const burrow::Outcome &outcome)
{
    std::printf("%s\n", outcome.text.constData());
    burrow::whenFinished(host.shutdown(), qApp, [ok = outcome.succeeded()](const QFuture<void> &) {
        QCoreApplication::exit(ok ? 0 : 1);
    });
}

void askTheParrot(burrow::Host &host)
{
    burrow::Input hello;
    hello.kind = burrow::InputKind::Prompt;
    hello.body = burrow::PromptBody{.text = "hello"};
    burrow::Submission submission =
        host.submit(host.sessionNamed("parrot"), hello, {.wait = burrow::WaitFor::Terminal});
    burrow::whenFinished(submission.outcome, qApp, [&host](const QFuture<burrow::Outcome> &outcome) {
        printAndLeave(host, outcome.result());
    });
}

} // namespace

int main(int count, char **arguments)
{
    QCoreApplication application(count, arguments);
    if (count != 2) {
        std::fputs("usage: embed PLUGIN_FOLDER\n", stderr);
        return 2;
    }

    const QByteArray text = QString::fromUtf8(yaml).arg(QString::fromLocal8Bit(arguments[1])).toUtf8();
    const burrow::LoadedConfiguration loaded = burrow::loadConfigurationText("embed.yaml", text);
    if (!loaded.configuration) {
        std::fputs("the configuration has mistakes\n", stderr);
        return 1;
    }
    auto composition = burrow::compose(*loaded.configuration);
    if (!composition) {
        std::fprintf(stderr, "%s\n", qPrintable(composition.error().message));
        return 1;
    }

    burrow::Host &host = composition.value()->host();
    burrow::whenFinished(composition.value()->openSessions(), qApp,
                         [&host](const auto &) { askTheParrot(host); });
    return QCoreApplication::exec();
}
