// SPDX-License-Identifier: Apache-2.0
// The host dies and another opens what the store holds; and a session that is read again while its host lives.
#include "world.h"

namespace burrow::test {

namespace {

constexpr SessionId session_id{{0x51, 0x51}};

} // namespace

void World::crash(std::size_t durable)
{
    for (std::size_t at = 0; at < durable; ++at)
        commit(*m_writes[at].set);
    m_writes.clear();
    auto store = std::make_shared<StoreModel>(*m_store);
    store->crash();
    m_store = std::move(store);
    m_instance = Instance::None;
    m_apply.reset();
    m_staging = {};
    m_commandsOpen = 0;
    m_checkpointOpen = m_stopOpen = m_boundaryOpen = m_keysOpen = m_imageOpen = false;
    m_storeFailed = m_untrusted = m_shutdown = m_shutdownFinished = m_released = false;
    m_asksOpen = 0;
    m_minting = false;
    m_isReload = true;
    m_lastTicket = 0;
    m_keyRound = 0;
    m_contributors = 0;
    for (Known &input : m_known)
        input.asked = input.owed = false;
    recount(false);
    open();
    check();
}

void World::open()
{
    CoreActions actions;
    m_core = std::make_unique<SessionCore>(session_id, m_scenario->settings);
    m_core->open(m_store->image(session_id), m_now, actions);
    for (const CoreAction &action : actions)
        std::visit([this](const auto &one) { carry(one); }, action);
    m_actions = std::move(actions);
    require(m_core->heldReason().isEmpty(), "what a host leaves behind can be trusted");
}

/// What is open in the store lives, and what is not has ended there, whoever was told.
void World::recount(bool keepEphemeral)
{
    for (std::size_t at = 0; at < m_scenario->scripts.size(); ++at) {
        Known &input = m_known[at];
        if (input.life == Life::Unsent || (input.life == Life::Asked && input.asked))
            continue;
        const bool open = m_store->hasOpen(input.sequence);
        const bool over = m_store->ended(input.sequence) != nullptr;
        if (input.life == Life::Open && isStored(at))
            require(open || over, "what was acknowledged is open or has ended, whatever the host did");
        if (open) {
            input.life = Life::Open;
            input.tries = static_cast<quint8>(m_store->open().at(input.sequence).tries);
        } else if (over) {
            input.life = Life::Ended;
        } else if (input.life == Life::Asked
                   || (input.life == Life::Open && !(keepEphemeral && !isStored(at)))) {
            input.life = Life::Gone;
        }
    }
}

void World::giveImage(bool works)
{
    m_imageOpen = false;
    m_isReload = works;
    if (!works) {
        feed(Reloaded{Error{ErrorKind::Io, QStringLiteral("the disk does not answer")}});
        return;
    }
    if (!m_shutdown) {
        m_untrusted = m_storeFailed = false;
        const Phase phase = m_store->row().phase;
        recount(phase != Phase::Stopped && phase != Phase::Destroyed);
    }
    feed(Reloaded{std::make_shared<const StoredSession>(m_store->image(session_id))});
}

} // namespace burrow::test
