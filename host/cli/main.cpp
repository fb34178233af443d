// SPDX-License-Identifier: Apache-2.0
#include "cli/answer_writer.h"
#include "cli/command_line.h"
#include "cli/notices.h"
#include "compose/log_output.h"

#include <QCoreApplication>

#include <clocale>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <langinfo.h>
#include <unistd.h>

namespace {

/// Qt wants a UTF-8 locale; where there is none it takes C.UTF-8 by itself but complains, and a machine without
/// a locale is nobody's mistake. So the program is told beforehand, and the programs that it starts are not.
class Utf8Locale
{
public:
    Utf8Locale()
        : m_previous(qgetenv("LC_ALL"))
    {
        std::setlocale(LC_ALL, "");
        m_changed = std::strcmp(::nl_langinfo(CODESET), "UTF-8") != 0;
        if (m_changed)
            qputenv("LC_ALL", "C.UTF-8");
    }
    Utf8Locale(const Utf8Locale &) = delete;
    Utf8Locale &operator=(const Utf8Locale &) = delete;
    ~Utf8Locale()
    {
        if (m_changed && m_previous.isNull())
            qunsetenv("LC_ALL");
        else if (m_changed)
            qputenv("LC_ALL", m_previous);
    }

private:
    const QByteArray m_previous;
    bool m_changed = false;
};

/// Where the answer goes. What was stdout goes to stderr from now on: whatever a plugin prints there, or a
/// library that it brings along, must not get into the answer.
int takeStdout()
{
    const int answer = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (answer < 0)
        return STDOUT_FILENO;
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    return answer;
}

/// A descriptor that is closed would be given to the first file that is opened, and that file would get the
/// answer.
void openStandardDescriptors()
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) == -1)
            ::open("/dev/null", O_RDWR);
    }
}

burrow::ExitCode runProgram(const QStringList &arguments, burrow::AnswerWriter &answer)
{
    const burrow::Result<burrow::Invocation> invocation = burrow::parseCommandLine(arguments);
    if (!invocation) {
        burrow::notice(invocation.error().message);
        burrow::notice(
            QStringLiteral("\"burrow help\" lists the commands, \"burrow help COMMAND\" explains one."));
        return burrow::ExitCode::Usage;
    }
    return invocation->command->run(*invocation, answer);
}

} // namespace

int main(int argc, char **argv)
{
    openStandardDescriptors();
    // Of Qt's two event loops on this system the other one is several times slower.
    qputenv("QT_NO_GLIB", "1");
    burrow::startLogging();
    std::optional<Utf8Locale> locale(std::in_place);
    const QCoreApplication application(argc, argv);
    locale.reset();
    QCoreApplication::setApplicationName(QStringLiteral("burrow"));
    QCoreApplication::setApplicationVersion(QStringLiteral(BURROW_VERSION));

    burrow::AnswerWriter answer(takeStdout());
    const burrow::ExitCode code = runProgram(QCoreApplication::arguments().mid(1), answer);
    answer.flush();
    if (!answer.problem().isEmpty())
        burrow::notice(QStringLiteral("stdout: %1").arg(answer.problem()));
    const bool written = answer.problem().isEmpty() || code != burrow::ExitCode::Ok;
    return static_cast<int>(written ? code : burrow::ExitCode::Failed);
}
