// SPDX-License-Identifier: Apache-2.0
#include "cli/host_or_store.h"

#include "cli/session_choice.h"

namespace burrow {

namespace {

using HostOrStore = std::variant<HostClient, StoreSource, ExitCode>;

HostOrStore widened(std::variant<StoreSource, ExitCode> source)
{
    return std::visit([](auto one) { return HostOrStore(std::move(one)); }, std::move(source));
}

} // namespace

std::variant<HostClient, StoreSource, ExitCode> hostOrStoreOf(const Invocation &invocation,
                                                              AnswerWriter &answer)
{
    if (invocation.has("socket")) {
        auto reached = reachHost(invocation, answer);
        if (auto *client = std::get_if<HostClient>(&reached))
            return std::move(*client);
        return std::get<ExitCode>(reached);
    }
    if (invocation.has("store"))
        return widened(storeSourceOf(invocation));
    auto configuration = configurationOf(invocation);
    if (const auto *code = std::get_if<ExitCode>(&configuration))
        return *code;
    const auto address = hostAddressIn(std::get<Configuration>(configuration), invocation);
    if (const auto *code = std::get_if<ExitCode>(&address); code != nullptr && *code != ExitCode::Unreachable)
        return *code;
    if (const auto *known = std::get_if<HostAddress>(&address)) {
        Result<HostClient> client = HostClient::reach(*known);
        if (client)
            return *std::move(client);
        noticeSilence(client.error());
    }
    return widened(storeSourceIn(std::get<Configuration>(std::move(configuration)), invocation));
}

Result<QByteArray> storedSessionMeantBy(StoreReader &reader, const StoreSource &store, const QString &given)
{
    const Result<QByteArrayList> names = reader.names();
    if (!names)
        return names.error();
    return sessionMeant(given.toUtf8(), *names, [&store] { return lastSession(store.path); });
}

} // namespace burrow
