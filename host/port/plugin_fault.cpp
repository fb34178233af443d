// SPDX-License-Identifier: Apache-2.0
#include "port/plugin_fault.h"

#include <algorithm>
#include <array>

namespace burrow {

namespace {

using Code = PluginFaultCode;

// clang-format off
constexpr std::array explanations = {
    PluginFaultExplanation{Code::FileMissing,     "file_missing",      "The plugin's library does not exist.",                                                         "install the plugin again, or correct the path that names it"},
    PluginFaultExplanation{Code::NotAFile,        "not_a_file",        "What the plugin's path names is a directory, a FIFO, a socket or a device.",                   "name a shared library"},
    PluginFaultExplanation{Code::AbiTooNew,       "abi_too_new",       "The plugin needs a newer plugin interface than this host has.",                                "update Burrow, or install an older version of the plugin"},
    PluginFaultExplanation{Code::AbiTooOld,       "abi_too_old",       "The plugin is built for a plugin interface that this host no longer serves.",                  "install a newer version of the plugin"},
    PluginFaultExplanation{Code::AbiRange,        "abi_range",         "The plugin states a range of plugin interfaces that is empty or reversed.",                    "tell the plugin's author; install another version of it"},
    PluginFaultExplanation{Code::NotAnElfLibrary, "not_a_library",     "The file is not a shared library in ELF format.",                                              "install the plugin again; its author links it with -shared"},
    PluginFaultExplanation{Code::WrongMachine,    "wrong_machine",     "The library is built for another kind of machine.",                                            "install the build for this one"},
    PluginFaultExplanation{Code::Truncated,       "truncated",         "The library is cut off or damaged: its headers point outside of the file.",                    "install it again"},
    PluginFaultExplanation{Code::CannotBeLinked,  "cannot_be_linked",  "The dynamic linker cannot open the library: a symbol or another library is missing.",          "install what it needs, or build it for this system"},
    PluginFaultExplanation{Code::NoEntry,         "no_entry",          "The library does not export the entry function, so it is no plugin, or one for another major interface.", "name the right file, or install a version of the plugin for this host"},
    PluginFaultExplanation{Code::EntryIsData,     "entry_is_data",     "The symbol of the entry function is data.",                                                    "tell the plugin's author"},
    PluginFaultExplanation{Code::EntryRefused,    "entry_refused",     "The plugin's entry function refuses this host.",                                               "do what its sentence says; else install another version of the plugin"},
    PluginFaultExplanation{Code::EntryGarbage,    "entry_garbage",     "The plugin gives an address that holds no table of functions.",                                "tell the plugin's author"},
    PluginFaultExplanation{Code::BadStructSize,   "bad_struct_size",   "A table of the plugin states a size that no such table has.",                                  "tell the plugin's author"},
    PluginFaultExplanation{Code::MissingSlot,     "missing_slot",      "A table of the plugin lacks a function that is required.",                                     "tell the plugin's author"},
    PluginFaultExplanation{Code::BadDescriptor,   "bad_descriptor",    "What the library says of itself has a wrong form.",                                            "tell the plugin's author"},
    PluginFaultExplanation{Code::ManifestDiffers, "manifest_differs",  "The library and its manifest contradict each other.",                                          "install the two files of one build"},
    PluginFaultExplanation{Code::BadManifest,     "bad_manifest",      "The plugin's manifest cannot be used.",                                                        "correct it, or install the plugin again"},
    PluginFaultExplanation{Code::DuplicateId,     "duplicate_id",      "A plugin of the same id was found earlier in the search path, and the first one counts.",      "remove one of the two, or name the one that is meant by plugins.ID.path"},
    PluginFaultExplanation{Code::DigestDiffers,   "digest_differs",    "The library is not the one that its manifest describes: the SHA-256 differs.",                 "install the plugin again"},
    PluginFaultExplanation{Code::CrashedInProbe,  "crashed_in_probe",  "The library crashed in the child process in which it was tried.",                              "tell the plugin's author; install another version of it"},
    PluginFaultExplanation{Code::HungInProbe,     "hung_in_probe",     "The library did not come back in the child process in which it was tried.",                    "tell the plugin's author; install another version of it"},
    PluginFaultExplanation{Code::ExitedInProbe,   "exited_in_probe",   "The library ended the child process in which it was tried.",                                   "tell the plugin's author; install another version of it"},
    PluginFaultExplanation{Code::GarbageInProbe,  "garbage_in_probe",  "The child process in which the library was tried gave no answer that can be read.",            "tell the plugin's author; install another version of it"},
    PluginFaultExplanation{Code::ExceptionLeft,   "exception_left",    "An exception left the library while it was loaded.",                                           "tell the plugin's author"},
    PluginFaultExplanation{Code::InitFailed,      "init_failed",       "The plugin could not be initialised.",                                                         "see its log for the reason"},
    PluginFaultExplanation{Code::FileUnreadable,  "file_unreadable",   "The system does not let the host read the plugin's file.",                                     "give the user that runs the host the right to read it"},
    PluginFaultExplanation{Code::IdDiffers,       "id_differs",        "The library that the configuration names holds another plugin.",                               "correct plugins.ID.path, or the id"},
    PluginFaultExplanation{Code::NotFound,        "not_found",         "No plugin of that id is in the search path.",                                                  "install it, or name its folder in security.plugin_dirs"},
    PluginFaultExplanation{Code::Quarantined,     "quarantined",       "The plugin crashed the host too often and is put away.",                                       "\"burrow plugin quarantine try ID\" uses it once more, \"... clear ID\" forgets its crashes"},
    PluginFaultExplanation{Code::Disabled,        "disabled",          "The plugin is switched off.",                                                                  "\"burrow plugin enable ID\" switches it on; so does plugins.ID.enabled"},
    PluginFaultExplanation{Code::SafeMode,        "safe_mode",         "The host runs in safe mode, in which only bundled plugins are used.",                          "start it without --safe-mode"},
    PluginFaultExplanation{Code::NeedsProcess,    "needs_process",     "The plugin wants a process of its own, which this version does not offer.",                    "set \"isolation: in_process\" to run it inside the host nevertheless"},
    PluginFaultExplanation{Code::InUse,           "in_use",            "The library is in use in this process in a way that does not fit.",                            "see the sentence; starting the host again helps"},
    PluginFaultExplanation{Code::BadPath,         "bad_path",          "The library is named by a path that is not absolute.",                                         "write the whole path"},
};
// clang-format on

} // namespace

std::span<const PluginFaultExplanation> pluginFaultExplanations()
{
    return explanations;
}

const PluginFaultExplanation &explanationOf(PluginFaultCode code)
{
    const auto found = std::find_if(explanations.begin(), explanations.end(),
                                    [code](const PluginFaultExplanation &each) { return each.code == code; });
    BURROW_ASSERT(found != explanations.end());
    return *found;
}

QString codeText(PluginFaultCode code)
{
    return QStringLiteral("BUR%1").arg(static_cast<int>(code));
}

std::optional<PluginFaultCode> parsePluginFaultCode(const QString &text)
{
    for (const PluginFaultExplanation &each : explanations) {
        if (text.compare(codeText(each.code), Qt::CaseInsensitive) == 0)
            return each.code;
    }
    return std::nullopt;
}

PluginFault::PluginFault(PluginFaultCode faultCode, QString whatIsWrong, ErrorKind errorKind)
    : Error{errorKind, whatIsWrong + QLatin1String("; ") + QLatin1String(explanationOf(faultCode).remedy)}
    , code(faultCode)
    , cause(std::move(whatIsWrong))
    , remedy(QLatin1String(explanationOf(faultCode).remedy))
{
}

PluginFault PluginFault::after(const QString &beginning) const
{
    PluginFault fault = *this;
    fault.cause.prepend(beginning);
    fault.message.prepend(beginning);
    return fault;
}

Error PluginFault::withCodeInMessage() const
{
    return {kind, QStringLiteral("%1 (%2)").arg(message, codeText(code))};
}

PluginFault PluginFault::withRemedy(const QString &better) const
{
    PluginFault fault = *this;
    fault.remedy = better;
    fault.message = cause + QLatin1String("; ") + better;
    return fault;
}

} // namespace burrow
