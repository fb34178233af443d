// SPDX-License-Identifier: Apache-2.0
#include "terminal.h"

#include <QFile>

#include <cerrno>
#include <csignal>
#include <vector>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// How long a step may take on a machine that does much else; no test waits for it to pass.
constexpr int patience_ms = 30'000;

} // namespace

Terminal::~Terminal()
{
    if (m_process > 0) {
        ::kill(m_process, SIGKILL);
        ::waitpid(m_process, nullptr, 0);
    }
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

void Terminal::start(const QString &command, const QStringList &arguments)
{
    // Nothing may be allocated between fork and exec.
    std::vector<QByteArray> words{QFile::encodeName(command)};
    for (const QString &argument : arguments)
        words.push_back(argument.toUtf8());
    std::vector<char *> list;
    for (QByteArray &word : words)
        list.push_back(word.data());
    list.push_back(nullptr);
    const QByteArray directory = QFile::encodeName(m_directory);
    std::vector<std::pair<QByteArray, QByteArray>> variables;
    for (auto each = m_environment.begin(); each != m_environment.end(); ++each)
        variables.emplace_back(each.key().toUtf8(), each.value().toUtf8());
    const winsize size{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
    m_process = ::forkpty(&m_descriptor, nullptr, nullptr, &size);
    if (m_process != 0)
        return;
    for (const auto &[name, value] : variables)
        ::setenv(name.constData(), value.constData(), 1);
    if (directory.isEmpty() || ::chdir(directory.constData()) == 0)
        ::execvp(list.front(), list.data());
    ::_exit(127);
}

void Terminal::type(const QByteArray &keys)
{
    [[maybe_unused]] const ssize_t typed = ::write(m_descriptor, keys.constData(), size_t(keys.size()));
}

bool Terminal::readSome()
{
    pollfd entry{.fd = m_descriptor, .events = POLLIN, .revents = 0};
    if (::poll(&entry, 1, patience_ms) != 1)
        return false;
    QByteArray bytes(4096, '\0');
    const ssize_t size = ::read(m_descriptor, bytes.data(), size_t(bytes.size()));
    if (size <= 0)
        return false; // With EIO: the other end is closed.
    m_shown += bytes.left(size);
    return true;
}

bool Terminal::waitFor(const QByteArray &text)
{
    qsizetype at = m_shown.indexOf(text, m_found);
    while (at < 0) {
        if (!readSome()) {
            qWarning("no \"%s\" was shown: %s", text.constData(),
                     m_shown.toPercentEncoding(" \n/:[]│").constData());
            return false;
        }
        at = m_shown.indexOf(text, m_found);
    }
    m_found = at + text.size();
    return true;
}

int Terminal::finish()
{
    while (readSome()) {
    }
    int status = 0;
    const pid_t ended = ::waitpid(std::exchange(m_process, -1), &status, 0);
    return ended > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
