// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

/// What a program left behind.
struct Finished
{
    int exitCode = -1; ///< -1: it crashed, or did not end in time.
    QByteArray out;
    QByteArray err;

    QByteArrayList outLines() const;
    /// The one JSON value that stdout consists of; empty when it is anything else.
    QJsonObject json() const;
};

/// The built program in a process of its own, with the built plugins, in a directory of its own.
class Program
{
public:
    Program();
    ~Program();

    /// Writes a file into the program's directory and returns its name.
    QString write(const QString &name, const QByteArray &content) const;
    QString path(const QString &name) const { return m_directory.filePath(name); }
    void setEnvironment(const QString &name, const QString &value) { m_environment.insert(name, value); }

    void start(const QStringList &arguments);
    /// Starts a shell in which "$@" is the program with the arguments.
    void startInShell(const QString &script, const QStringList &arguments);
    /// Without `close` the program's stdin stays open.
    enum class Stdin : quint8 { KeepOpen, Close };
    void feed(const QByteArray &bytes, Stdin then = Stdin::KeepOpen);
    void signal(int number);
    /// Stops its process as job control does; returns once it stands still. SIGCONT lets it go on.
    void suspend();
    bool isRunning() const { return m_process.state() == QProcess::Running; }

    /// Waits until the stream contains the text. False when the program ended, or was silent, before.
    bool waitForOut(const QByteArray &text);
    bool waitForErr(const QByteArray &text);
    Finished finish();

    /// Ready to start another time, in the same directory; what the last one wrote is forgotten.
    Program &again();

    /// All of it at once, with `input` as stdin.
    Finished run(const QStringList &arguments, const QByteArray &input = {});

private:
    bool waitFor(const QByteArray &stream, const QByteArray &text);
    void read();

    QTemporaryDir m_directory;
    QProcessEnvironment m_environment;
    QProcess m_process;
    QByteArray m_out;
    QByteArray m_err;
};

/// The names of all commands, as "help" tells them.
QStringList commandNames();

/// A named pipe by which a program that an executor runs tells that it lives. See holder().
class LifeLine
{
public:
    explicit LifeLine(const QString &path);
    ~LifeLine();

    /// A shell command that opens the pipe, says "alive" and then holds it open until the process is gone.
    QString holder() const;
    /// Waits for the first holder. False when none came.
    bool waitUntilAlive();
    /// Waits until every process that holds the pipe is gone. False when one lives on.
    bool waitUntilGone();

private:
    bool waitForEvent();

    QString m_path;
    int m_descriptor = -1;
};
