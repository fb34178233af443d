// SPDX-License-Identifier: Apache-2.0
#include "cli/command_run.h"

#include "base/log_categories.h"
#include "cli/answer_writer.h"
#include "cli/command_check.h"
#include "cli/exit_guard.h"
#include "cli/notices.h"
#include "cli/run_flow.h"
#include "cli/session_choice.h"
#include "cli/status_line.h"
#include "cli/store_source.h"
#include "cli/words.h"
#include "compose/composition.h"
#include "compose/control_socket.h"
#include "compose/log_output.h"

#include <QCoreApplication>

#include <unistd.h>

namespace burrow {

namespace {

Error usageError(const QString &message)
{
    return {ErrorKind::InvalidArgument, message};
}

QByteArrayList sessionNames(const Configuration &configuration)
{
    QByteArrayList names;
    for (const auto &[name, session] : configuration.sessions)
        names += name;
    return names;
}

/// The configured session that was active last.
Result<QByteArray> lastOf(const Configuration &configuration)
{
    if (configuration.store.kind == StoreKind::Memory)
        return usageError(
            QStringLiteral("no session is the last one: the configuration keeps them in memory only"));
    Result<QByteArray> name = lastSession(configuration.store.path);
    if (name && !configuration.sessions.contains(*name)) {
        return usageError(QStringLiteral("the last session, \"%1\", is not in the configuration")
                              .arg(QString::fromUtf8(*name)));
    }
    return name;
}

/// `SESSION=FILE`, opened. Wrong usage is InvalidArgument; a file that cannot be read is Io.
Result<void> addInput(const QString &value, const Configuration &configuration, RunPlan &plan)
{
    const qsizetype equals = value.indexOf(u'=');
    if (equals <= 0 || equals == value.size() - 1)
        return usageError(QStringLiteral("--input takes SESSION=FILE, not \"%1\".").arg(value));
    const Result<QByteArray> session =
        sessionMeant(value.left(equals).toUtf8(), plan.sessions, [&] { return lastOf(configuration); });
    if (!session)
        return usageError(QStringLiteral("--input %1: %2").arg(value, session.error().message));
    Result<std::unique_ptr<InputStream>> stream = InputStream::open(value.mid(equals + 1));
    if (!stream)
        return stream.error();
    plan.inputs[*session].push_back(*std::move(stream));
    return {};
}

Result<RunPlan> planFor(const Invocation &invocation, const Configuration &configuration)
{
    RunPlan plan{.until = invocation.has("until-idle") ? Until::Idle : Until::ToldToLeave,
                 .hostName = configuration.host.name,
                 .sessions = sessionNames(configuration),
                 .queueLimit = static_cast<quint32>(configuration.limits.queuePerSession)};
    const QStringList inputs = invocation.values("input");
    const auto isStdin = [](const QString &value) { return value.endsWith(QLatin1String("=-")); };
    if (std::count_if(inputs.begin(), inputs.end(), isStdin) > 1)
        return usageError(QStringLiteral("stdin can be read only once; give \"-\" to one --input."));
    for (const QString &value : inputs) {
        if (const Result<void> added = addInput(value, configuration, plan); !added)
            return added.error();
    }
    return plan;
}

RunReport::Form formOf(const Invocation &invocation)
{
    if (invocation.has("jsonl"))
        return RunReport::Form::JsonLines;
    return invocation.has("json") ? RunReport::Form::Json : RunReport::Form::Text;
}

/// The run did not start; with --json stdout says so too.
ExitCode refuse(const Error &error, ExitCode code, RunReport &report, const QByteArray &host)
{
    notice(error.message);
    report.raise(code);
    report.closeUnstarted(host);
    return code;
}

/// The configuration's, with what the command line says instead.
LoggingSettings loggingOf(const Invocation &invocation, LoggingSettings settings)
{
    if (const auto level = logLevelName.parse(invocation.values("log-level").value(0).toLatin1()))
        settings.level = *level;
    if (const auto format = logFormatName.parse(invocation.values("log-format").value(0).toLatin1()))
        settings.format = *format;
    return settings;
}

/// Lets clients in. Without a word about it in the configuration, the work goes on also where that is not
/// possible, most likely because another host of the same name runs; null then, and where none are wanted.
Result<std::unique_ptr<RpcServer>> letClientsIn(const Result<QString> &socket,
                                                const Configuration &configuration, Composition &composition,
                                                RunFlow &flow)
{
    Result<std::unique_ptr<RpcServer>> server = serveControl(
        socket, configuration, composition, [&flow](CancelMode mode) { flow.leaveWhenAsked(mode); });
    if (server || !isControlOptional(configuration))
        return server;
    notice(
        QStringLiteral("no client can reach this host: %1. Give it a host.name or a control.socket of its own, "
                       "or say control.socket: off")
            .arg(server.error().message));
    return std::unique_ptr<RpcServer>();
}

ExitCode serve(const Result<QString> &socket, const Configuration &configuration, Composition &composition,
               RunPlan plan, RunReport &report, AnswerWriter &answer, SignalWatch &signalWatch)
{
    RunFlow flow(composition, std::move(plan), report, answer, signalWatch);
    const Result<std::unique_ptr<RpcServer>> server = letClientsIn(socket, configuration, composition, flow);
    if (!server)
        return refuse(server.error(), exitCodeFor(server.error().kind), report, configuration.host.name);
    std::optional<StatusLine> status;
    if (StatusLine::isWanted())
        status.emplace(composition.host(), answer);
    QObject::connect(&flow, &RunFlow::finished, QCoreApplication::instance(), &QCoreApplication::quit);
    QMetaObject::invokeMethod(&flow, &RunFlow::start, Qt::QueuedConnection);
    QCoreApplication::exec();
    return report.exitCode();
}

} // namespace

ExitCode runRunCommand(const Invocation &invocation, AnswerWriter &answer)
{
    if (invocation.has("json") && invocation.has("jsonl")) {
        notice(QStringLiteral(
            "--json is one value at the end and --jsonl a line for each event; give one of them."));
        return ExitCode::Usage;
    }
    const CheckedFile checked = checkFile(invocation.argument);
    const LoadedConfiguration &loaded = checked.loaded;
    hideInLog(loaded.secrets);
    const Configuration *readable = loaded.forChecks();
    const LoggingSettings logging = loggingOf(invocation, readable ? readable->logging : LoggingSettings());
    if (logging.file.value.isEmpty())
        setLogFormat(logging.format);
    for (const QString &complaint : checked.complaints)
        notice(complaint);
    printFindings(loaded.findings);
    RunReport report(formOf(invocation), answer, readable ? sessionNames(*readable) : QByteArrayList());
    report.addFindings(loaded.findings);
    if (!loaded.configuration) {
        report.raise(ExitCode::Configuration);
        report.closeUnstarted(readable ? readable->host.name : QByteArray());
        return ExitCode::Configuration;
    }
    const Configuration &configuration = *loaded.configuration;
    if (const Result<void> applied = applyLogging(logging); !applied)
        return refuse(applied.error(), ExitCode::Configuration, report, configuration.host.name);
    qCInfo(configLog).noquote() << QStringLiteral("%1: %2, %3")
                                       .arg(configuration.file,
                                            counted(configuration.sessions.size(), "session"),
                                            counted(configuration.executors.size(), "executor"));

    Result<RunPlan> plan = planFor(invocation, configuration);
    if (!plan) {
        const bool usage = plan.error().kind == ErrorKind::InvalidArgument;
        return refuse(plan.error(), usage ? ExitCode::Usage : ExitCode::Failed, report,
                      configuration.host.name);
    }
    // Before any plugin is opened: a runtime that one brings along passes on what was there before it.
    SignalWatch signalWatch;
    const Result<QString> socket = controlSocketOf(configuration);
    const PluginsUsed plugins = invocation.has("safe-mode") ? PluginsUsed::BundledOnly : PluginsUsed::All;
    Result<std::unique_ptr<Composition>> composition =
        compose(configuration, {.plugins = plugins, .notice = [&report](const QString &sentence) {
                                    report.addPluginNotice(sentence);
                                }});
    if (!composition) {
        const Error &error = composition.error();
        return refuse(error, exitCodeFor(error.kind), report, configuration.host.name);
    }
    if (const std::optional<TakenOver> taken = (*composition)->takenOver())
        report.addTakenOver(*taken);
    const ExitGuard exitGuard;
    const ExitCode code =
        serve(socket, configuration, **composition, *std::move(plan), report, answer, signalWatch);
    if (!(*composition)->close()) {
        // Threads may still run in libraries whose static objects an ordinary exit would destroy.
        answer.flush();
        ::_exit(static_cast<int>(code));
    }
    return code;
}

} // namespace burrow
