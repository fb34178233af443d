// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/enum_names.h"

#include <QString>

#include <optional>
#include <span>

namespace burrow {

/// The stable number of a kind of finding: people search for it and scripts match it, so a number is never used
/// again for something else. 10xx configuration, 12xx warnings about it, 20xx files of inputs;
/// 21xx, about plugins, stand in port/plugin_fault.h.
enum class FindingCode : quint16 {
    FileUnreadable = 1001,
    Syntax = 1002,
    TabIndentation = 1003,
    Encoding = 1004,
    FileTooLarge = 1005,
    TooDeep = 1006,
    DuplicateKey = 1007,
    MergeKey = 1008,
    Alias = 1009,
    WrongType = 1010,
    ExplicitTag = 1011,
    KeyForm = 1012,
    DocumentCount = 1013,
    NotAFlag = 1014,
    MissingUnit = 1015,
    BadDuration = 1016,
    BadSize = 1017,
    BadCount = 1018,
    OutOfBounds = 1019,
    ValueNotAllowed = 1020,
    ValueNotServed = 1021,
    BadName = 1022,
    BadPath = 1023,
    Version = 1024,
    InexactNumber = 1025,
    MissingKey = 1041,
    UnknownKey = 1042,
    KeyNotServed = 1043,
    ReferenceNotServed = 1044,
    ReferenceForm = 1045,
    VariableNotSet = 1046,
    ReferencedFile = 1047,
    ReferencedFileExposed = 1048,
    ReferencedText = 1049,
    IncludedFile = 1050,
    IncludeCycle = 1051,
    IncludeLimit = 1052,
    UnknownExecutor = 1060,
    UnknownPlugin = 1061,
    NotAnExecutor = 1062,
    PluginDisabled = 1063,
    PluginValue = 1070,
    MoreFindings = 1099,
    PluginNotFound = 1202,
    UnknownLogCategory = 1203,

    InputFileUnreadable = 2001,
    InputEncoding = 2002,
    InputTooLong = 2003,
    InputSyntax = 2004,
    InputUnknownField = 2005,
    InputWrongType = 2006,
    InputValueNotAllowed = 2007,
    InputMissingField = 2008,
    InputMisplacedField = 2009,
    InputDuplicateField = 2010,
};

struct FindingExplanation
{
    FindingCode code;
    const char *sentence; ///< What the code means wherever it appears.
};

/// All codes, by number.
std::span<const FindingExplanation> findingExplanations();

const FindingExplanation &explanationOf(FindingCode code);

/// "BUR1042".
QString codeText(FindingCode code);
/// The code that codeText() writes so, in either case.
std::optional<FindingCode> parseCode(const QString &text);

} // namespace burrow
