// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_table.h"
#include "config/configuration.h"
#include "rpc/client.h"

#include <chrono>
#include <optional>
#include <variant>

/// What the commands have in common that talk to a host which runs.
namespace burrow {

class AnswerWriter;

/// The options by which such a command is told which host is meant.
inline constexpr CommandOption hostConfigOption{"config", "FILE", "the configuration of the host that is meant",
                                                Repeats::No, ValueKind::File};
inline constexpr CommandOption socketOption{
    "socket", "PATH", "the host's control socket; needs no configuration", Repeats::No, ValueKind::File};

/// Where a host is reached, and what is known of it beforehand.
struct HostAddress
{
    QString socket;
    std::optional<QString> store = {}; ///< The one that it must serve, empty for none; unset: any.
    QString configuration = {};        ///< The file that it must have been given, where it must have no store.
};

/// In this time a host answers what it need not work for; one that does not, hangs.
inline constexpr std::chrono::milliseconds hostAnswerBound{5000};

/// The host that is meant: at --socket, or the one of --config, or else the one of a configuration that says
/// nothing of it. What is wrong has been said when the answer is an exit code.
std::variant<HostAddress, ExitCode> hostAddressOf(const Invocation &invocation);
/// The same, of what configurationOf() gave for a line that has no --socket.
std::variant<HostAddress, ExitCode> hostAddressIn(const Configuration &configuration,
                                                  const Invocation &invocation);

/// A host that answers. Whatever waits for an answer lets the event loop go on.
class HostClient
{
public:
    /// Errors: NotFound (nobody answers there), Conflict (it is another host than the one that is meant, or
    /// speaks another protocol), NotReady (it has not answered within `bound`), and those of
    /// RpcClient::connectTo().
    static Result<HostClient> reach(const HostAddress &address,
                                    std::chrono::milliseconds bound = hostAnswerBound);

    /// Has the host do something, for as long as that takes.
    Result<QJsonObject> ask(const char *method, const QJsonObject &params = {});
    /// Asks what it knows already. NotReady: it has not answered within the bound.
    Result<QJsonObject> query(const char *method, const QJsonObject &params = {});
    /// The shape "host".
    const QJsonObject &host() const { return m_host; }
    /// All open sessions, as the shape "session_list" with every page of it.
    Result<QJsonObject> sessions();
    /// The session that a person means; see cli/session_choice.h.
    Result<QByteArray> sessionMeantBy(const QString &given);
    RpcClient &client() { return *m_client; }

private:
    HostClient(std::unique_ptr<RpcClient> client, QString socket, std::chrono::milliseconds bound)
        : m_client(std::move(client))
        , m_socket(std::move(socket))
        , m_bound(bound)
    {
    }
    /// Unset: no answer came within `bound`.
    std::optional<Result<QJsonObject>> answerWithin(std::optional<std::chrono::milliseconds> bound,
                                                    const char *method, const QJsonObject &params);

    std::unique_ptr<RpcClient> m_client;
    QString m_socket;
    std::chrono::milliseconds m_bound;
    QJsonObject m_host;
};

/// The host that is meant, reached. When the answer is an exit code, what is wrong has been said, on stdout too
/// where that is for programs.
std::variant<HostClient, ExitCode> reachHost(const Invocation &invocation, AnswerWriter &answer);

/// Says of a host that is there and has given no answer that it did not: for commands that go on without it.
void noticeSilence(const Error &error);

/// Says that a command failed: a notice for people, and with --json `error` with `message` and `exit_code` as
/// the one value.
ExitCode fail(const Error &error, ExitCode code, const Invocation &invocation, AnswerWriter &answer);
ExitCode fail(const Error &error, const Invocation &invocation, AnswerWriter &answer);

} // namespace burrow
