// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "listener_probe.h"
#include "plugin/plugin_host.h"
#include "puppet/puppet.h"

#include <QJsonObject>
#include <QTemporaryDir>

namespace burrow::test {

/// The host's clock of the tests.
std::shared_ptr<const Clock> steadyClock();

/// A file of the fixtures' folder.
QString fixtureLibrary(const QString &name);

/// The manifest of a plugin with that id as its descriptor would have it; tests change members of it.
QJsonObject plainManifest(const QString &id);
void writeJson(const QString &path, const QJsonObject &object);

/// A fresh copy of the puppet in a folder of its own, with a manifest beside it. Each copy is a library of its
/// own to the process, with its own strings.
class PuppetBox
{
public:
    PuppetBox();

    PuppetStrings &strings() { return *m_strings; }
    QString folder() const { return m_folder.path(); }
    QString libraryPath() const { return folder() + QStringLiteral("/libpuppet.so"); }
    QString manifestPath() const { return folder() + QStringLiteral("/puppet.burrow-plugin.json"); }

    QJsonObject &manifest() { return m_manifest; }
    void writeManifest() const { writeJson(manifestPath(), m_manifest); }

private:
    QTemporaryDir m_folder;
    QJsonObject m_manifest;
    PuppetStrings *m_strings = nullptr;
};

/// A puppet, a host that has loaded it, and a factory: what most tests of the adapter begin with. Set the
/// strings and the manifest's members first, then start().
class PuppetStage
{
public:
    PuppetStage();
    ~PuppetStage();

    PuppetBox box;
    PuppetStrings &strings;
    ExecutorFactoryOptions options;

    /// The error's sentence, or empty.
    QString start();
    /// Why the last start() could not load it.
    std::optional<PluginFaultCode> fault() const { return m_fault; }
    ExecutorFactory &factory() { return *m_factory; }
    PluginHost &host() { return *m_host; }

    /// An instance for a session of its own; fails the test when it is not created.
    std::unique_ptr<Executor> make(ListenerProbe &probe);
    std::unique_ptr<Executor> makeFor(SessionId session, ListenerProbe &probe);

    static SessionId freshSession();
    static RunId freshRun();
    /// A run with one contributor and that text.
    static ApplyCall call(RunId run, const QByteArray &text = "hello");

    // What a plugin does most.
    int32_t complete(burrow_token token, int32_t status);
    int32_t completeRun(burrow_token token, QByteArrayView text = {});

private:
    std::unique_ptr<PluginHost> m_host;
    std::optional<PluginFaultCode> m_fault;
    std::shared_ptr<ExecutorFactory> m_factory;
};

} // namespace burrow::test
