// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <optional>
#include <span>

/// Why a plugin is not in use, as a value: a number for programs, the cause and the remedy for people.
namespace burrow {

/// The stable number of a reason: people search for it and scripts match it, so a number is never used again
/// for something else. What each means stands in plugin_fault.cpp.
enum class PluginFaultCode : quint16 {
    FileMissing = 2101,
    NotAFile = 2102,
    AbiTooNew = 2103,
    AbiTooOld = 2104,
    AbiRange = 2105,
    NotAnElfLibrary = 2106,
    WrongMachine = 2107,
    Truncated = 2108,
    CannotBeLinked = 2109,
    NoEntry = 2110,
    EntryIsData = 2111,
    EntryRefused = 2112,
    EntryGarbage = 2113,
    BadStructSize = 2114,
    MissingSlot = 2115,
    BadDescriptor = 2116,
    ManifestDiffers = 2117,
    BadManifest = 2118,
    DuplicateId = 2119,
    DigestDiffers = 2120,
    CrashedInProbe = 2121,
    HungInProbe = 2122,
    ExitedInProbe = 2123,
    GarbageInProbe = 2124,
    ExceptionLeft = 2125,
    InitFailed = 2126,
    FileUnreadable = 2127,
    IdDiffers = 2128,
    NotFound = 2129,
    Quarantined = 2130,
    Disabled = 2131,
    SafeMode = 2132,
    NeedsProcess = 2133,
    InUse = 2134,
    BadPath = 2135,
};

struct PluginFaultExplanation
{
    PluginFaultCode code;
    const char *word;     ///< Stable too, for programs that print no numbers.
    const char *sentence; ///< What the code means wherever it appears.
    const char *remedy;   ///< What to do about it, as a phrase without a full stop.
};

/// All codes, by number.
std::span<const PluginFaultExplanation> pluginFaultExplanations();
const PluginFaultExplanation &explanationOf(PluginFaultCode code);

/// "BUR2103".
QString codeText(PluginFaultCode code);
/// The code that codeText() writes so, in either case.
std::optional<PluginFaultCode> parsePluginFaultCode(const QString &text);

/// An Error that says which of the reasons it is. Its message is the cause, a semicolon and the remedy.
struct PluginFault : Error
{
    PluginFault() = default;
    /// With the remedy of the table.
    PluginFault(PluginFaultCode faultCode, QString whatIsWrong, ErrorKind errorKind = ErrorKind::Plugin);

    /// The same reason with more in front of the cause: "the plugin x (/path) " and "has no …".
    PluginFault after(const QString &beginning) const;
    /// With a remedy that fits better than the table's.
    PluginFault withRemedy(const QString &better) const;

    /// The error with the code behind its sentence, so that the reader can look it up.
    Error withCodeInMessage() const;

    PluginFaultCode code = PluginFaultCode::NotFound;
    QString cause;
    QString remedy;
};

/// A value or a PluginFault. Becomes a Result for those who do not ask for the code.
template <typename T>
class [[nodiscard]] PluginResult
{
public:
    PluginResult(T value) // NOLINT(google-explicit-constructor): as Result.
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    PluginResult(PluginFault fault) // NOLINT(google-explicit-constructor): as Result.
        : m_state(std::in_place_index<1>, std::move(fault))
    {
    }

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }
    operator Result<T>() const & // NOLINT(google-explicit-constructor): see above.
    {
        return ok() ? Result<T>(value()) : Result<T>(static_cast<const Error &>(error()));
    }
    operator Result<T>() && // NOLINT(google-explicit-constructor): see above.
    {
        if (!ok())
            return Result<T>(static_cast<const Error &>(error()));
        return Result<T>(std::move(*this).value());
    }

    /// The value; asserts ok().
    const T &value() const &
    {
        BURROW_ASSERT(ok());
        return std::get<0>(m_state);
    }
    T &&value() &&
    {
        BURROW_ASSERT(ok());
        return std::get<0>(std::move(m_state));
    }
    T &value() &
    {
        BURROW_ASSERT(ok());
        return std::get<0>(m_state);
    }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }
    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    T &&operator*() && { return std::move(*this).value(); }

    /// The fault; asserts !ok().
    const PluginFault &error() const
    {
        BURROW_ASSERT(!ok());
        return std::get<1>(m_state);
    }

private:
    std::variant<T, PluginFault> m_state;
};

/// Success without a value, or a PluginFault.
template <>
class [[nodiscard]] PluginResult<void>
{
public:
    PluginResult() = default;
    PluginResult(PluginFault fault) // NOLINT(google-explicit-constructor): as Result.
        : m_fault(std::move(fault))
    {
    }

    bool ok() const { return !m_fault.has_value(); }
    explicit operator bool() const { return ok(); }
    operator Result<void>() const // NOLINT(google-explicit-constructor): see above.
    {
        return ok() ? Result<void>() : Result<void>(static_cast<const Error &>(error()));
    }
    /// The fault; asserts !ok().
    const PluginFault &error() const
    {
        BURROW_ASSERT(m_fault.has_value());
        return *m_fault;
    }

private:
    std::optional<PluginFault> m_fault;
};

} // namespace burrow
