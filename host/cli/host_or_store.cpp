// SPDX-License-Identifier: Apache-2.0
#include "cli/host_or_store.h"

#include "cli/session_choice.h"

namespace burrow {

std::variant<HostClient, StoreSource, ExitCode> hostOrStoreOf(const Invocation &invocation,
                                                              AnswerWriter &answer)
{
    if (invocation.has("socket")) {
        auto reached = reachHost(invocation, answer);
        if (auto *client = std::get_if<HostClient>(&reached))
            return std::move(*client);
        return std::get<ExitCode>(reached);
    }
    if (!invocation.has("store")) {
        const auto address = hostAddressOf(invocation);
        if (const auto *code = std::get_if<ExitCode>(&address);
            code != nullptr && *code != ExitCode::Unreachable)
            return *code;
        if (const auto *known = std::get_if<HostAddress>(&address)) {
            Result<HostClient> client = HostClient::reach(*known);
            if (client)
                return *std::move(client);
        }
    }
    auto source = storeSourceOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&source))
        return *code;
    return std::get<StoreSource>(std::move(source));
}

Result<QByteArray> storedSessionMeantBy(StoreReader &reader, const StoreSource &store, const QString &given)
{
    const Result<QByteArrayList> names = reader.names();
    if (!names)
        return names.error();
    return sessionMeant(given.toUtf8(), *names, [&store] { return lastSession(store.path); });
}

} // namespace burrow
