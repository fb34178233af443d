// SPDX-License-Identifier: Apache-2.0
#include "plugin/library_probe.h"

#include "plugin/abi_text.h"
#include "plugin/child_run.h"
#include "plugin/plugin_loader.h"

#include <unistd.h>

namespace burrow {

namespace {

QString whileIn(ForeignStage stage)
{
    switch (stage) {
    case ForeignStage::Open:
        return QStringLiteral("while it was opened (in its constructors)");
    case ForeignStage::Entry:
        return QStringLiteral("in its entry function");
    default:
        return QStringLiteral("before any of its code ran");
    }
}

/// "; its last line on stderr is: …"
QString lastWords(const QStringList &lines)
{
    return lines.isEmpty() ? QString()
                           : QStringLiteral(" (its last line on stderr: %1)").arg(lines.constLast());
}

PluginFault faultOf(const ChildEnd &end, ForeignStage stage, const QStringList &lastErrors)
{
    const QString where = whileIn(stage);
    const QString words = lastWords(lastErrors);
    switch (end.how) {
    case ChildEnd::How::Signalled:
        return {PluginFaultCode::CrashedInProbe,
                QStringLiteral("crashed with %1 %2, tried in a process of its own%3")
                    .arg(signalName(end.number), where, words)};
    case ChildEnd::How::TimedOut:
        return {PluginFaultCode::HungInProbe,
                QStringLiteral("did not come back within %1 ms %2, tried in a process of its own%3")
                    .arg(std::chrono::duration_cast<std::chrono::milliseconds>(end.took).count())
                    .arg(where, words)};
    case ChildEnd::How::Exited:
        break;
    }
    return {PluginFaultCode::ExitedInProbe,
            QStringLiteral("ended the process in which it was tried (exit status %1) %2%3")
                .arg(end.number)
                .arg(where, words)};
}

/// What went wrong in the child is remembered although its cause may lie outside of the files, so the reader is
/// told how to have it tried anew. A library without a manifest is asked for by the id of the configuration.
PluginFault withWayBack(const PluginFault &fault, const std::optional<Manifest> &manifest)
{
    const QString id = manifest ? QString::fromUtf8(manifest->identity.id) : QStringLiteral("ID");
    return fault.withRemedy(
        QStringLiteral("tell the plugin's author, or install another version of it; once the cause is gone, "
                       "\"burrow plugin why %1 --again\" tries it anew")
            .arg(id));
}

/// What may have another answer next time although no file has changed: other libraries, the environment.
bool mayChangeByItself(const ProbeVerdict &verdict)
{
    if (!verdict.fault)
        return false;
    return verdict.fault->code == PluginFaultCode::CannotBeLinked
           || verdict.fault->code == PluginFaultCode::EntryRefused;
}

} // namespace

LibraryProbe::LibraryProbe(ProbeOptions options, QByteArray hostVersion, std::shared_ptr<const Clock> clock)
    : m_options(std::move(options))
    , m_hostVersion(std::move(hostVersion))
    , m_clock(std::move(clock))
    , m_cache(m_options.cachePath, m_hostVersion)
{
}

std::optional<ProbeVerdict> LibraryProbe::ask(const CheckedLibrary &library,
                                              const std::optional<Manifest> &manifest, ProbeMemory memory)
{
    const ProbeSubject subject{library, manifest ? manifest->digest : QByteArray()};
    if (memory == ProbeMemory::Use) {
        std::optional<ProbeVerdict> known = m_cache.find(subject);
        if (known && !mayChangeByItself(*known))
            return known;
    }
    std::optional<ProbeVerdict> verdict = tryNow(library, manifest);
    if (verdict)
        m_cache.remember(subject, *verdict);
    return verdict;
}

std::optional<ProbeVerdict> LibraryProbe::tryNow(const CheckedLibrary &library,
                                                 const std::optional<Manifest> &manifest)
{
    ChildOrder order;
    order.program = m_options.program;
    order.timeMax = m_options.timeMax;
    order.arguments = {QStringLiteral("--probe"),        library.path,
                       QStringLiteral("--host-version"), QString::fromUtf8(m_hostVersion),
                       QStringLiteral("--parent"),       QString::number(::getpid())};
    if (manifest)
        order.arguments += {QStringLiteral("--manifest"), manifest->manifestPath};
    const Result<ChildEnd> run =
        m_options.program.isEmpty()
            ? Error{ErrorKind::NotFound, QStringLiteral("burrow-plugin-host is missing")}
            : runChild(order);
    if (!run) {
        qCWarning(pluginLog).noquote()
            << QStringLiteral("%1 is opened without a trial in a process of its own: %2")
                   .arg(library.path, run.error().message);
        return std::nullopt;
    }
    QStringList lastErrors;
    for (const QString &line : run->lastErrors)
        lastErrors.append(sanitised(line.toUtf8(), limits::plugin_message_bytes_max));
    ProbeLines lines = readProbeLines(run->output);
    const bool ended = run->how == ChildEnd::How::Exited && run->number == 0;
    ProbeVerdict verdict;
    if (ended && lines.verdict && !lines.garbage) {
        verdict = *std::move(lines.verdict);
    } else if (ended && lines.garbage) {
        const PluginFault garbage(
            PluginFaultCode::GarbageInProbe,
            QStringLiteral("left an answer that cannot be read, tried in a process of its own%1")
                .arg(lastWords(lastErrors)));
        verdict.fault = withWayBack(garbage.after(pluginSubject(manifest, library.path)), manifest);
    } else {
        const PluginFault fault = faultOf(*run, lines.lastStage, lastErrors);
        verdict.fault = withWayBack(fault.after(pluginSubject(manifest, library.path)), manifest);
    }
    if (verdict.fault)
        verdict.lastErrors = lastErrors;
    verdict.at = m_clock->wallNow();
    verdict.took = run->took;
    return verdict;
}

} // namespace burrow
