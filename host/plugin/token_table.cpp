// SPDX-License-Identifier: Apache-2.0
#include "plugin/token_table.h"

#include "base/assert.h"
#include "plugin/plugin_limits.h"

#include <burrow/status.h>

#include <bit>

namespace burrow {

namespace {

// The word of a slot: {generation: 32, pins: 24, cancel level: 2, state: 2} from the top, four bits unused.
constexpr quint64 stateMask = 0x3;
constexpr quint64 stateVacant = 0;  // nobody's
constexpr quint64 stateShut = 1;    // leased, no token open
constexpr quint64 stateOpen = 2;    // leased, the token of this generation is open
constexpr quint64 stateLeaving = 3; // given back, the last pin vacates it
constexpr int levelShift = 4;
constexpr quint64 levelMask = quint64(3) << levelShift;
constexpr quint64 pinUnit = quint64(1) << 8;
constexpr quint64 pinMask = quint64(0xffffff) << 8;
constexpr int generationShift = 32;

constexpr int pluginShift = 53;
constexpr quint64 slotMask = limits::plugin_tokens_max - 1;
static_assert(limits::plugin_tokens_max == 1U << 21 && limits::plugins_per_process_max < 1U << 11);

quint32 generationOf(quint64 wordOrToken, int shift)
{
    return static_cast<quint32>(wordOrToken >> shift);
}

quint32 generationOfToken(quint64 token)
{
    return static_cast<quint32>(token);
}

quint64 withState(quint64 word, quint64 state)
{
    return (word & ~stateMask) | state;
}

bool isOpenWord(quint64 word, quint64 token)
{
    return (word & stateMask) == stateOpen && generationOf(word, generationShift) == generationOfToken(token);
}

} // namespace

/// One cache line, so that neighbours do not disturb each other.
struct alignas(64) TokenSlot
{
    std::atomic<quint64> word{0};
    std::atomic<quint32> leasedAfter{0}; ///< Generation at the start of the present lease.
    std::atomic<TokenKind> kind{TokenKind::Instance};
    quint32 index = 0;                   ///< Constant.
    std::shared_ptr<TokenHolder> holder; ///< Set while vacant, cleared when vacated: a pin makes it constant.
};

TokenTable::TokenTable(quint32 plugin, quint32 firstGeneration)
    : m_plugin(plugin)
    , m_firstGeneration(firstGeneration)
{
    BURROW_ASSERT(plugin > 0 && plugin <= limits::plugins_per_process_max);
}

TokenTable::~TokenTable() = default;

TokenSlot *TokenTable::slotAt(quint32 index) const
{
    const quint32 shifted = index + (1U << firstChunkBits);
    const int chunk = std::bit_width(shifted) - 1 - int(firstChunkBits);
    if (chunk >= int(chunkCount))
        return nullptr;
    TokenSlot *slots = m_chunks[static_cast<std::size_t>(chunk)].load(std::memory_order_acquire);
    return slots ? slots + (shifted - (1U << (firstChunkBits + quint32(chunk)))) : nullptr;
}

TokenSlot *TokenTable::slotOf(quint64 token) const
{
    if ((token >> pluginShift) != m_plugin)
        return nullptr;
    return slotAt(static_cast<quint32>((token >> generationShift) & slotMask));
}

quint64 TokenTable::tokenOf(quint32 index, quint32 generation) const
{
    return (quint64(m_plugin) << pluginShift) | (quint64(index) << generationShift) | generation;
}

/// Adds the next chunk. The caller holds m_mutex.
bool TokenTable::grow()
{
    const quint32 first = (1U << (firstChunkBits + m_chunksMade)) - (1U << firstChunkBits);
    const quint32 count = 1U << (firstChunkBits + m_chunksMade);
    if (m_chunksMade == chunkCount || first + count > limits::plugin_tokens_max)
        return false;
    auto slots = std::make_unique<TokenSlot[]>(count);
    for (quint32 at = 0; at < count; ++at) {
        slots[at].index = first + at;
        slots[at].word.store(quint64(m_firstGeneration) << generationShift, std::memory_order_relaxed);
    }
    m_chunks[m_chunksMade].store(slots.get(), std::memory_order_release);
    m_storage[m_chunksMade] = std::move(slots);
    ++m_chunksMade;
    m_free.reserve(first + count);
    for (quint32 at = count; at > 0; --at)
        m_free.push_back(first + at - 1);
    return true;
}

TokenLease TokenTable::lease(std::shared_ptr<TokenHolder> holder, TokenKind kind)
{
    quint32 index = 0;
    {
        const std::lock_guard lock(m_mutex);
        if (m_free.empty() && !grow())
            return {};
        index = m_free.back();
        m_free.pop_back();
    }
    TokenSlot &slot = *slotAt(index);
    const quint64 word = slot.word.load(std::memory_order_relaxed);
    BURROW_ASSERT((word & (stateMask | pinMask)) == stateVacant);
    slot.holder = std::move(holder);
    slot.kind.store(kind, std::memory_order_relaxed);
    slot.leasedAfter.store(generationOf(word, generationShift), std::memory_order_relaxed);
    slot.word.store(withState(word, stateShut), std::memory_order_release);
    return {this, &slot};
}

qint32 TokenHolder::operationBegun(quint64, const burrow_operation_begin &, quint64 &)
{
    return BURROW_STALE;
}

qint32 TokenHolder::operationUpdated(quint64, const burrow_operation_update &)
{
    return BURROW_STALE;
}

qint32 TokenHolder::operationState(quint64) const
{
    return BURROW_STALE;
}

TokenTable::Pin TokenTable::spend(quint64 token)
{
    TokenSlot *slot = slotOf(token);
    if (!slot)
        return {};
    quint64 word = slot->word.load(std::memory_order_acquire);
    // The kind belongs to this generation if the exchange below succeeds, since a lease does not end while
    // open.
    while (isOpenWord(word, token) && isCall(slot->kind.load(std::memory_order_relaxed))) {
        if (slot->word.compare_exchange_weak(word, withState(word, stateShut) + pinUnit))
            return {this, slot};
    }
    return {};
}

TokenTable::Pin TokenTable::pinOpen(quint64 token)
{
    TokenSlot *slot = slotOf(token);
    if (!slot)
        return {};
    quint64 word = slot->word.load(std::memory_order_acquire);
    while (isOpenWord(word, token)) {
        if (slot->word.compare_exchange_weak(word, word + pinUnit))
            return {this, slot};
    }
    return {};
}

TokenTable::Pin TokenTable::pinHolder(quint64 token)
{
    TokenSlot *slot = slotOf(token);
    if (!slot)
        return {};
    quint64 word = slot->word.load(std::memory_order_acquire);
    do {
        const quint64 state = word & stateMask;
        if (state != stateShut && state != stateOpen)
            return {};
    } while (!slot->word.compare_exchange_weak(word, word + pinUnit));
    Pin pin(this, slot);
    const quint32 generation = generationOfToken(token);
    if (generation > slot->leasedAfter.load(std::memory_order_relaxed)
        && generation <= generationOf(word, generationShift))
        return pin;
    return {};
}

std::optional<qint32> TokenTable::cancelLevel(quint64 token) const
{
    const TokenSlot *slot = slotOf(token);
    if (!slot)
        return std::nullopt;
    const quint64 word = slot->word.load();
    if (!isOpenWord(word, token) || !isCall(slot->kind.load(std::memory_order_relaxed)))
        return std::nullopt;
    return static_cast<qint32>((word & levelMask) >> levelShift);
}

bool TokenTable::wasGiven(quint64 token) const
{
    const TokenSlot *slot = slotOf(token);
    const quint32 generation = generationOfToken(token);
    return slot && generation > m_firstGeneration
           && generation <= generationOf(slot->word.load(std::memory_order_acquire), generationShift);
}

void TokenTable::unpin(TokenSlot &slot)
{
    const quint64 before = slot.word.fetch_sub(pinUnit);
    if ((before & stateMask) == stateLeaving && (before & pinMask) == pinUnit)
        vacate(slot);
}

/// By the one who saw the slot leaving without pins: nobody else can reach it any more.
void TokenTable::vacate(TokenSlot &slot)
{
    const std::shared_ptr<TokenHolder> holder = std::move(slot.holder);
    slot.holder.reset();
    const quint64 word = slot.word.load(std::memory_order_relaxed);
    const quint32 generation = generationOf(word, generationShift);
    slot.word.store(quint64(generation) << generationShift, std::memory_order_release);
    if (generation == UINT32_MAX)
        return; // Another round would make old tokens valid again: this slot has served.
    const std::lock_guard lock(m_mutex);
    m_free.push_back(slot.index);
}

TokenHolder &TokenTable::Pin::holder() const
{
    return *m_slot->holder;
}

TokenKind TokenTable::Pin::kind() const
{
    return m_slot->kind.load(std::memory_order_relaxed);
}

void TokenTable::Pin::release()
{
    if (m_slot)
        m_table->unpin(*m_slot);
    m_slot = nullptr;
}

quint64 TokenLease::open()
{
    TokenSlot &slot = *m_slot;
    quint64 word = slot.word.load(std::memory_order_relaxed);
    quint64 next = 0;
    do {
        BURROW_ASSERT((word & stateMask) == stateShut);
        if (generationOf(word, generationShift) == UINT32_MAX)
            return 0;
        next = withState((word & ~levelMask) + (quint64(1) << generationShift), stateOpen);
    } while (!slot.word.compare_exchange_weak(word, next));
    return m_table->tokenOf(slot.index, generationOf(next, generationShift));
}

bool TokenLease::isOpen(quint64 token) const
{
    return m_slot && isOpenWord(m_slot->word.load(), token);
}

bool TokenLease::close(quint64 token)
{
    if (!m_table)
        return false;
    TokenSlot &slot = *m_slot;
    quint64 word = slot.word.load(std::memory_order_acquire);
    while (isOpenWord(word, token)) {
        if (slot.word.compare_exchange_weak(word, withState(word, stateShut)))
            return true;
    }
    return false;
}

bool TokenLease::raise(quint64 token, qint32 level)
{
    if (!m_table)
        return false;
    TokenSlot &slot = *m_slot;
    quint64 word = slot.word.load(std::memory_order_acquire);
    const quint64 wanted = quint64(level) << levelShift;
    while (isOpenWord(word, token) && (word & levelMask) < wanted) {
        if (slot.word.compare_exchange_weak(word, (word & ~levelMask) | wanted))
            return true;
    }
    return false;
}

void TokenLease::giveBack()
{
    if (!m_table)
        return;
    TokenTable *table = std::exchange(m_table, nullptr);
    TokenSlot &slot = *std::exchange(m_slot, nullptr);
    quint64 word = slot.word.load(std::memory_order_acquire);
    while (!slot.word.compare_exchange_weak(word, withState(word, stateLeaving))) {
    }
    if ((word & pinMask) == 0)
        table->vacate(slot);
}

} // namespace burrow
