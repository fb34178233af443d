// SPDX-License-Identifier: Apache-2.0
#include "compose/log_output.h"

#include "base/log_categories.h"
#include "compose/log_record.h"
#include "compose/log_sink.h"
#include "config/secret_texts.h"
#include "session/system_clock.h"
#include "store/store_files.h"

#include <atomic>

#include <sys/stat.h>
#include <unistd.h>

namespace burrow {

namespace {

enum class Form : quint8 { Text, Journal, Json };

/// Kept to the end of the process, since threads of plugins may log until then.
struct LogOutput
{
    LogSink stderrSink{STDERR_FILENO};
    std::atomic<LogSink *> fileSink = nullptr; ///< Null: stderr. One that was replaced is kept, too.
    std::atomic<Form> form = Form::Text;
    SecretTexts hidden; ///< Constant once there is a second thread.

    LogSink &sink()
    {
        LogSink *file = fileSink.load();
        return file != nullptr ? *file : stderrSink;
    }
    QString masked(const QString &text) const { return hidden.isEmpty() ? text : hidden.masked(text); }
};

LogOutput &output()
{
    static LogOutput *const instance = new LogOutput;
    return *instance;
}

QByteArray linesOf(const LogRecord &record, Form form)
{
    switch (form) {
    case Form::Text:
        return textLines(record);
    case Form::Journal:
        return journalLines(record);
    case Form::Json:
        break;
    }
    return jsonLine(record);
}

LogRecord recordOfItself(const QString &message)
{
    return {.at = SystemClock().wallNow(),
            .level = LogLevel::Warning,
            .category = "burrow.log",
            .subject = {},
            .message = message};
}

void write(const LogRecord &record)
{
    LogSink &sink = output().sink();
    const Form form = output().form;
    const LogSink::Written written = sink.write(linesOf(record, form));
    if (written == LogSink::Written::YesAgain) {
        const quint64 lost = sink.takeLost();
        sink.write(linesOf(
            recordOfItself(
                QStringLiteral("%1 records before this one were lost: %2").arg(lost).arg(sink.problem())),
            form));
    }
    if (written == LogSink::Written::NoMore && &sink != &output().stderrSink) {
        const QString what =
            QStringLiteral("the log file cannot be written (%1); records are lost until it can")
                .arg(sink.problem());
        tellPeople("burrow: warning: " + what.toUtf8() + '\n', LogLevel::Warning, "burrow.log", what);
    }
}

LogLevel levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg:
        return LogLevel::Debug;
    case QtInfoMsg:
        return LogLevel::Info;
    case QtWarningMsg:
        return LogLevel::Warning;
    case QtCriticalMsg:
    case QtFatalMsg:
        break;
    }
    return LogLevel::Error;
}

void takeMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    write({.at = SystemClock().wallNow(),
           .level = levelOf(type),
           .category = context.category != nullptr ? QByteArray(context.category) : QByteArray("default"),
           .subject = LogScope::current(),
           .message = output().masked(message)});
}

QString rulesFor(const QByteArray &category, LogLevel least)
{
    constexpr std::array severities{"debug", "info", "warning", "critical"};
    QByteArray rules;
    for (size_t at = 0; at < severities.size(); ++at)
        rules += category + '.' + severities.at(at) + (at < size_t(least) ? "=false\n" : "=true\n");
    return QString::fromUtf8(rules);
}

/// Systemd says which file the journal reads; a stderr that was redirected since then is another.
bool stderrIsJournal()
{
    struct stat status = {};
    const QByteArray named = qgetenv("JOURNAL_STREAM");
    return !named.isEmpty() && ::fstat(STDERR_FILENO, &status) == 0
           && named
                  == QByteArray::number(quint64(status.st_dev)) + ':'
                         + QByteArray::number(quint64(status.st_ino));
}

Form formFor(LogFormat format, bool toFile)
{
    if (format == LogFormat::Json)
        return Form::Json;
    return format == LogFormat::Auto && !toFile && stderrIsJournal() ? Form::Journal : Form::Text;
}

QString rulesOf(const LoggingSettings &settings, Form form, bool toFile)
{
    // What Qt itself has to say is for its developers.
    QString rules = rulesFor("*", LogLevel::Warning);
    if (settings.level || toFile || form != Form::Text) {
        rules += rulesFor("burrow.*", settings.level.value_or(LogLevel::Info));
    } else {
        // Beside them people are told of these as they watch; once is enough.
        for (const char *told : {"burrow.host", "burrow.session", "burrow.config"})
            rules += rulesFor(told, LogLevel::Error);
    }
    for (const auto &[category, level] : settings.categories)
        rules += rulesFor(category, level.value);
    return rules;
}

Result<std::unique_ptr<LogSink>> openFile(const LoggingSettings &settings)
{
    const QString &path = settings.file.value;
    std::unique_ptr<LogSink> sink;
    QString problem;
    if (const Result<void> folder = makeStoreFolder(path); folder)
        sink = LogSink::open(path, problem);
    else
        problem = folder.error().message;
    if (!sink) {
        const QString place = settings.file.place.toText();
        const QString key =
            place.isEmpty() ? QStringLiteral("logging.file") : QStringLiteral("logging.file, %1").arg(place);
        return Error{ErrorKind::Configuration,
                     QStringLiteral("the log file %1 (%2) cannot be opened: %3; name another one, or leave the "
                                    "key out to log to stderr")
                         .arg(path, key, problem)};
    }
    return sink;
}

} // namespace

void startLogging()
{
    qInstallMessageHandler(takeMessage);
    QLoggingCategory::setFilterRules(rulesFor("*", LogLevel::Warning));
}

void hideInLog(const SecretTexts &secrets)
{
    output().hidden = secrets;
}

Result<void> applyLogging(const LoggingSettings &settings)
{
    const bool toFile = !settings.file.value.isEmpty();
    if (toFile) {
        Result<std::unique_ptr<LogSink>> sink = openFile(settings);
        if (!sink)
            return sink.error();
        output().fileSink = sink->release();
    }
    const Form form = formFor(settings.format, toFile);
    output().form = form;
    QLoggingCategory::setFilterRules(rulesOf(settings, form, toFile));
    return {};
}

void setLogFormat(LogFormat format)
{
    output().form = formFor(format, false);
}

bool stderrIsJson()
{
    return output().form.load() == Form::Json && output().fileSink.load() == nullptr;
}

void tellPeople(const QByteArray &lines, LogLevel level, const QByteArray &category, const QString &message)
{
    if (stderrIsJson()) {
        write({.at = SystemClock().wallNow(),
               .level = level,
               .category = category,
               .subject = LogScope::current(),
               .message = output().masked(message)});
        return;
    }
    const QByteArray shown =
        output().hidden.isEmpty() ? lines : output().hidden.masked(QString::fromUtf8(lines)).toUtf8();
    output().stderrSink.write(shown, LogSink::Patience::Endless);
}

void setStatusLine(const QByteArray &status)
{
    output().stderrSink.setStatus(status);
}

} // namespace burrow
