// SPDX-License-Identifier: Apache-2.0
#include "cli/input_stream.h"

#include <QFile>
#include <QSocketNotifier>

#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace burrow {

namespace {

constexpr size_t chunk_bytes = 64 << 10;

Error unreadable(const QString &path, int error)
{
    return {ErrorKind::Io, QStringLiteral("cannot read \"%1\": %2").arg(path, qt_error_string(error))};
}

} // namespace

Result<std::unique_ptr<InputStream>> InputStream::open(const QString &path)
{
    if (path == QLatin1String("-")) {
        return std::unique_ptr<InputStream>(
            new InputStream(STDIN_FILENO, false, QStringLiteral("stdin"), InputForm::TextLines));
    }
    // Opening a named pipe must not wait for its writer.
    const int descriptor = ::open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return unreadable(path, errno);
    struct stat status = {};
    const int error = ::fstat(descriptor, &status) != 0 ? errno : S_ISDIR(status.st_mode) ? EISDIR : 0;
    if (error != 0) {
        ::close(descriptor);
        return unreadable(path, error);
    }
    return std::unique_ptr<InputStream>(
        new InputStream(descriptor, S_ISREG(status.st_mode), path, inputForm(path)));
}

InputStream::InputStream(int descriptor, bool isFile, const QString &name, InputForm form)
    : m_descriptor(descriptor)
    , m_isFile(isFile)
    , m_name(name)
    , m_reader(name, form)
    , m_notifier(std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read))
{
    m_notifier->setEnabled(false);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &InputStream::readSome);
}

InputStream::~InputStream()
{
    m_notifier.reset();
    if (m_descriptor != STDIN_FILENO)
        ::close(m_descriptor);
}

std::optional<StreamedInput> InputStream::next()
{
    if (m_inputs.empty()) {
        m_notifier->setEnabled(!m_ended);
        return std::nullopt;
    }
    ReadInput read = std::move(m_inputs.front());
    m_inputs.pop_front();
    return StreamedInput{QStringLiteral("%1:%2").arg(m_name).arg(read.line), std::move(read.input)};
}

void InputStream::readSome()
{
    std::array<char, chunk_bytes> bytes; // NOLINT(cppcoreguidelines-pro-type-member-init): read() fills it.
    const ssize_t size = ::read(m_descriptor, bytes.data(), bytes.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (size < 0) {
        Finding finding{.file = m_name, .code = FindingCode::InputFileUnreadable};
        finding.message = QStringLiteral("it cannot be read further: %1").arg(qt_error_string(errno));
        Q_EMIT lineRefused({finding});
    }
    if (size > 0)
        m_reader.feed({bytes.data(), size});
    else
        end();
    for (ReadInput &input : m_reader.takeInputs())
        m_inputs.push_back(std::move(input));
    if (const Findings findings = m_reader.takeFindings(); !findings.empty())
        Q_EMIT lineRefused(findings);
    if (!m_inputs.empty() || m_ended) {
        m_notifier->setEnabled(false);
        Q_EMIT ready();
    }
}

void InputStream::end()
{
    m_reader.finish();
    m_ended = true;
}

} // namespace burrow
