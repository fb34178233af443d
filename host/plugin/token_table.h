// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/log_subject.h"

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

struct burrow_completion;
struct burrow_event;
struct burrow_operation_begin;
struct burrow_operation_update;

/// Tokens: the 64-bit handles by which a plugin names what it was asked to do.
///
/// A token is {plugin: 11 bits, slot: 21 bits, generation: 32 bits}. A slot is leased to one holder; each token
/// that is opened in it has the next generation. Invariants:
///   1. At most one token of a slot is open. It is spent by exactly one compare-and-swap of the slot's word.
///   2. A token that was spent, is forged, or belongs to another plugin changes nothing and reads no holder's
///   memory:
///      slots are never freed, and a holder is reached only through a pin.
///   3. While a slot is pinned, its holder lives and the slot is not leased again.
namespace burrow {

enum class TokenKind : quint8 { Instance, Apply, Stop, Checkpoint, Cleanup, Stage, Operation };

/// An instance and an operation are names, not calls: there is nothing to complete or to cancel.
constexpr bool isCall(TokenKind kind)
{
    return kind != TokenKind::Instance && kind != TokenKind::Operation;
}

/// What tokens stand for. Called on the plugin's threads, while a pin keeps the holder alive; every function
/// only notes and enqueues. The answers are statuses of the ABI.
class TokenHolder
{
public:
    virtual ~TokenHolder() = default;

    /// That token has just been spent by this completion.
    virtual qint32 completed(quint64 token, TokenKind kind, const burrow_completion *completion) = 0;
    /// A completion came for a token of this holder that is not open any more.
    virtual void completedAgain(quint64 token, TokenKind kind) = 0;
    /// The token is open at the time of the call.
    virtual qint32 emitted(quint64 token, const burrow_event &event) = 0;
    virtual qint32 boundaryChanged(quint64 token, qint32 open, quint64 revision) = 0;
    // What follows stands for nothing unless the holder is an instance: STALE.
    /// `token` names the instance.
    virtual qint32 operationBegun(quint64 token, const burrow_operation_begin &request, quint64 &operation);
    /// `operation` was given by operationBegun().
    virtual qint32 operationUpdated(quint64 operation, const burrow_operation_update &update);
    virtual qint32 operationState(quint64 operation) const;
    /// Whom records are about that are logged under this token: the session, and the run where it stands for
    /// one.
    virtual LogSubject logSubject(quint64 token) const = 0;
};

class TokenTable;
struct TokenSlot;

/// One slot, leased to one holder. Give it back, or the table keeps the holder alive for ever.
class TokenLease
{
public:
    TokenLease() = default;
    ~TokenLease() { giveBack(); }
    TokenLease(TokenLease &&other) noexcept
        : m_table(std::exchange(other.m_table, nullptr))
        , m_slot(std::exchange(other.m_slot, nullptr))
    {
    }
    TokenLease &operator=(TokenLease &&other) noexcept
    {
        std::swap(m_table, other.m_table);
        std::swap(m_slot, other.m_slot);
        return *this;
    }

    bool isValid() const { return m_table != nullptr; }
    /// A fresh token, open, at cancel level 0. 0 when the slot's generations are used up: take another lease.
    /// Only while no token of the slot is open.
    quint64 open();
    bool isOpen(quint64 token) const;
    /// Spends the token from the host's side. True when it was open.
    bool close(quint64 token);
    /// Raises the cancel level. False when the token is not open or the level is there already.
    bool raise(quint64 token, qint32 level);
    void giveBack();

private:
    friend class TokenTable;
    TokenLease(TokenTable *table, TokenSlot *slot)
        : m_table(table)
        , m_slot(slot)
    {
    }

    TokenTable *m_table = nullptr;
    TokenSlot *m_slot = nullptr;
};

/// The tokens of one plugin. Thread-safe; without a lock except for leasing. Must outlive its leases and pins.
class TokenTable
{
public:
    /// `plugin` is its number, from 1. `firstGeneration` is for tests of the last generations.
    explicit TokenTable(quint32 plugin, quint32 firstGeneration = 0);
    ~TokenTable();
    Q_DISABLE_COPY_MOVE(TokenTable)

    /// Keeps a slot's holder alive.
    class Pin
    {
    public:
        Pin() = default;
        ~Pin() { release(); }
        Pin(Pin &&other) noexcept
            : m_table(other.m_table)
            , m_slot(std::exchange(other.m_slot, nullptr))
        {
        }
        Pin &operator=(Pin &&) = delete;

        explicit operator bool() const { return m_slot != nullptr; }
        TokenHolder &holder() const;
        TokenKind kind() const;

    private:
        friend class TokenTable;
        Pin(TokenTable *table, TokenSlot *slot)
            : m_table(table)
            , m_slot(slot)
        {
        }
        void release();

        TokenTable *m_table = nullptr;
        TokenSlot *m_slot = nullptr;
    };

    /// An invalid lease when the table is full.
    TokenLease lease(std::shared_ptr<TokenHolder> holder, TokenKind kind);

    /// Spends an open token: the one who gets the pin is the only one. Nothing for a token that is no call.
    Pin spend(quint64 token);
    Pin pinOpen(quint64 token);
    /// Also for a token that is spent, as long as its holder keeps the slot.
    Pin pinHolder(quint64 token);
    /// 0, 1 or 2, or nothing when the token is not open.
    std::optional<qint32> cancelLevel(quint64 token) const;
    /// Whether this table ever gave that token out.
    bool wasGiven(quint64 token) const;

private:
    friend class TokenLease;

    /// The slots of chunk n are 64 * 2^n; so a small plugin costs little and no slot ever moves.
    static constexpr quint32 firstChunkBits = 6;
    static constexpr quint32 chunkCount = 15;

    TokenSlot *slotAt(quint32 index) const;
    TokenSlot *slotOf(quint64 token) const;
    quint64 tokenOf(quint32 index, quint32 generation) const;
    bool grow();
    void unpin(TokenSlot &slot);
    void vacate(TokenSlot &slot);

    const quint32 m_plugin;
    const quint32 m_firstGeneration;
    std::array<std::atomic<TokenSlot *>, chunkCount> m_chunks{};

    std::mutex m_mutex;
    std::array<std::unique_ptr<TokenSlot[]>, chunkCount> m_storage;
    std::vector<quint32> m_free; // guarded by m_mutex
    quint32 m_chunksMade = 0;    // guarded by m_mutex
};

} // namespace burrow
