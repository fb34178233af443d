// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>
#include <QMap>
#include <QStringList>

#include <sys/types.h>

/// A program on a terminal of its own, as a person has it in front of them: stdin, stdout and stderr are one.
class Terminal
{
public:
    Terminal() = default;
    ~Terminal();
    Q_DISABLE_COPY_MOVE(Terminal)

    void setDirectory(const QString &directory) { m_directory = directory; }
    void setEnvironment(const QString &name, const QString &value) { m_environment.insert(name, value); }

    /// `command` is a path, or is looked for where programs are.
    void start(const QString &command, const QStringList &arguments);
    void type(const QByteArray &keys);
    /// Everything that was shown so far, with what commands the terminal.
    const QByteArray &shown() const { return m_shown; }
    /// Waits until the text has been shown, counted from what an earlier wait has found. False when the program
    /// ended, or was silent, before.
    bool waitFor(const QByteArray &text);
    /// Waits for the end. The exit code; -1 when it was ended by a signal or does not end.
    int finish();

private:
    bool readSome();

    QString m_directory;
    QMap<QString, QString> m_environment;
    pid_t m_process = -1;
    int m_descriptor = -1;
    QByteArray m_shown;
    qsizetype m_found = 0;
};
