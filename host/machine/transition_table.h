// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/assert.h"

#include <QtGlobal>

#include <array>
#include <bit>
#include <cstddef>
#include <span>

/// What the transition tables of all machines share: sets of enum values, an index from (verb, phase) to rows
/// that is made by the compiler, and the walk over the rows of one pair.
///
/// Invariant, checked while compiling: every pair of verb and phase has at least one row or exactly one
/// refusal, and never both.
namespace burrow {

/// A set of values of an enum with at most 32 of them.
template <typename Enum>
struct EnumSet
{
    quint32 bits = 0;

    constexpr EnumSet() = default;
    constexpr EnumSet(Enum value) // NOLINT(google-explicit-constructor): one value is a set of one.
        : bits(1U << static_cast<quint32>(value))
    {
    }
    constexpr bool contains(Enum value) const { return (bits >> static_cast<quint32>(value) & 1U) != 0; }
    constexpr bool isEmpty() const { return bits == 0; }

    friend constexpr bool operator==(EnumSet, EnumSet) = default;
    friend constexpr EnumSet operator|(EnumSet a, EnumSet b)
    {
        a.bits |= b.bits;
        return a;
    }
};

/// Specialised to true for the enums whose values are joined by `|` in a table.
template <typename Enum>
inline constexpr bool is_row_flag = false;

template <typename Enum>
requires is_row_flag<Enum>
constexpr EnumSet<Enum> operator|(Enum a, Enum b)
{
    return EnumSet<Enum>(a) | EnumSet<Enum>(b);
}

/// The rows of one machine and the index over them. `Transition` has members id, verb, from and guards;
/// `RefusalRow` has id, from and covers(verb).
template <typename Transition, typename RefusalRow, std::size_t Verbs, std::size_t Phases>
struct TransitionTable
{
    static constexpr quint8 no_row = 0xff;
    static constexpr std::size_t candidates_max = 3;
    static constexpr std::size_t verb_count = Verbs;
    static constexpr std::size_t phase_count = Phases;

    struct Cell
    {
        std::array<quint8, candidates_max> transitions{no_row, no_row, no_row}; ///< In document order.
        quint8 refusal = no_row;
    };

    std::span<const Transition> transitions;
    std::span<const RefusalRow> refusals;
    std::array<std::array<Cell, Phases>, Verbs> cells{};
};

/// Fills one cell of the index. A defect in the table is an error of the compiler: the thrown text names it.
template <typename Table, typename Verb, typename Phase>
constexpr typename Table::Cell indexCell(const Table &table, Verb verb, Phase phase)
{
    typename Table::Cell cell;
    std::size_t candidates = 0;
    for (std::size_t at = 0; at < table.transitions.size(); ++at) {
        if (table.transitions[at].verb != verb || !table.transitions[at].from.contains(phase))
            continue;
        if (candidates == Table::candidates_max)
            throw "a pair of verb and phase has too many rows";
        cell.transitions[candidates++] = static_cast<quint8>(at);
    }
    for (std::size_t at = 0; at < table.refusals.size(); ++at) {
        if (!table.refusals[at].covers(verb) || !table.refusals[at].from.contains(phase))
            continue;
        if (cell.refusal != Table::no_row)
            throw "a pair of verb and phase is refused twice";
        cell.refusal = static_cast<quint8>(at);
    }
    if ((candidates == 0) == (cell.refusal == Table::no_row))
        throw "a pair of verb and phase has neither row nor refusal, or both";
    return cell;
}

template <typename Table, typename Verb, typename Phase, typename Transition, std::size_t Rows,
          typename RefusalRow, std::size_t Refusals>
consteval Table makeTable(const Transition (&transitions)[Rows], const RefusalRow (&refusals)[Refusals])
{
    static_assert(Rows < Table::no_row && Refusals < Table::no_row);
    Table table{transitions, refusals, {}};
    for (std::size_t verb = 0; verb < Table::verb_count; ++verb) {
        for (std::size_t phase = 0; phase < Table::phase_count; ++phase)
            table.cells[verb][phase] = indexCell(table, static_cast<Verb>(verb), static_cast<Phase>(phase));
    }
    return table;
}

/// What a table says of one input. With `transition` set it is accepted. Otherwise either `refusal` is the row
/// that refuses this phase, or `guard` of the last row that was tried did not hold.
template <typename Transition, typename RefusalRow, typename Guard>
struct Decision
{
    const Transition *transition = nullptr;
    const RefusalRow *refusal = nullptr;
    Guard guard{};
    const char *row = nullptr;
};

/// Takes the first row of this pair whose guards all hold. Guards are asked in the order of their enum, so the
/// reason for a refusal does not depend on how a row is spelled.
template <typename Guard, typename Transition, typename RefusalRow, std::size_t Verbs, std::size_t Phases,
          typename Verb, typename Phase, typename Holds>
Decision<Transition, RefusalRow, Guard>
decide(const TransitionTable<Transition, RefusalRow, Verbs, Phases> &table, Verb verb, Phase phase, Holds holds)
{
    BURROW_ASSERT(static_cast<std::size_t>(verb) < Verbs && static_cast<std::size_t>(phase) < Phases);
    const auto &cell = table.cells[static_cast<std::size_t>(verb)][static_cast<std::size_t>(phase)];
    Decision<Transition, RefusalRow, Guard> decision;
    if (cell.refusal != table.no_row) {
        decision.refusal = &table.refusals[cell.refusal];
        decision.row = decision.refusal->id;
        return decision;
    }
    for (const quint8 at : cell.transitions) {
        if (at == table.no_row)
            break;
        const Transition &transition = table.transitions[at];
        decision.row = transition.id;
        quint32 open = transition.guards.bits;
        while (open != 0) {
            decision.guard = static_cast<Guard>(std::countr_zero(open));
            if (!holds(decision.guard))
                break;
            open &= open - 1;
        }
        if (open == 0) {
            decision.transition = &transition;
            return decision;
        }
    }
    return decision;
}

} // namespace burrow
