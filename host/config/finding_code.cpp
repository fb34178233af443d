// SPDX-License-Identifier: Apache-2.0
#include "config/finding_code.h"

#include "base/assert.h"

#include <algorithm>
#include <array>

namespace burrow {

namespace {

// clang-format off
constexpr std::array explanations = {
    FindingExplanation{FindingCode::FileUnreadable,     "The file cannot be opened or read."},
    FindingExplanation{FindingCode::Syntax,             "The text is not YAML; what follows the place was not read."},
    FindingExplanation{FindingCode::TabIndentation,     "A line is indented by a tab; YAML allows only spaces."},
    FindingExplanation{FindingCode::Encoding,           "The file is not UTF-8, or holds a control character."},
    FindingExplanation{FindingCode::FileTooLarge,       "The file, or what its aliases expand to, is larger than the host reads."},
    FindingExplanation{FindingCode::TooDeep,            "Mappings and lists are nested deeper than the host reads."},
    FindingExplanation{FindingCode::DuplicateKey,       "A mapping has the same key twice; only one could count."},
    FindingExplanation{FindingCode::MergeKey,           "\"<<\" merges mappings in some YAML versions; here it is refused."},
    FindingExplanation{FindingCode::Alias,              "An alias names no anchor above it, or the very mapping it stands in."},
    FindingExplanation{FindingCode::WrongType,          "A key has a value of another type than it takes."},
    FindingExplanation{FindingCode::ExplicitTag,        "A value has a tag such as !!str; quote the value instead."},
    FindingExplanation{FindingCode::KeyForm,            "A key is not a plain or quoted word."},
    FindingExplanation{FindingCode::DocumentCount,      "The file holds no document, or more than one."},
    FindingExplanation{FindingCode::NotAFlag,           "Only true and false are flags; yes, no, on and off are text."},
    FindingExplanation{FindingCode::MissingUnit,        "A duration or size is a bare number; write its unit."},
    FindingExplanation{FindingCode::BadDuration,        "A duration is one whole number and one of ms, s, m, h, d."},
    FindingExplanation{FindingCode::BadSize,            "A size is one whole number and one of KiB, MiB, GiB."},
    FindingExplanation{FindingCode::BadCount,           "A count is a whole number in decimal digits."},
    FindingExplanation{FindingCode::OutOfBounds,        "A value is smaller or larger than the key allows."},
    FindingExplanation{FindingCode::ValueNotAllowed,    "A value is not among those that the key allows."},
    FindingExplanation{FindingCode::ValueNotServed,     "The value is planned, but this version does not serve it."},
    FindingExplanation{FindingCode::BadName,            "The name of an instance has a form that is not allowed."},
    FindingExplanation{FindingCode::BadPath,            "A path is empty or cannot be expanded."},
    FindingExplanation{FindingCode::Version,            "The file has a version that this program does not read."},
    FindingExplanation{FindingCode::InexactNumber,      "A number cannot be handed to a plugin without changing it."},
    FindingExplanation{FindingCode::MissingKey,         "A key that must be given is missing."},
    FindingExplanation{FindingCode::UnknownKey,         "No such key exists at this place."},
    FindingExplanation{FindingCode::KeyNotServed,       "The key is planned, but this version does not serve it."},
    FindingExplanation{FindingCode::ReferenceNotServed, "The kind of reference is planned, but this version does not serve it."},
    FindingExplanation{FindingCode::ReferenceForm,      "What stands between \"${\" and \"}\" is not a reference."},
    FindingExplanation{FindingCode::VariableNotSet,     "A reference names a variable that the environment does not have."},
    FindingExplanation{FindingCode::ReferencedFile,     "A reference names a file that cannot be read."},
    FindingExplanation{FindingCode::ReferencedFileExposed, "A reference names a file that others than its owner can read."},
    FindingExplanation{FindingCode::ReferencedText,     "What a reference brings is not text, or too long."},
    FindingExplanation{FindingCode::IncludedFile,       "A file that is included does not exist or cannot be found."},
    FindingExplanation{FindingCode::IncludeCycle,       "A file includes itself, directly or through others."},
    FindingExplanation{FindingCode::IncludeLimit,       "More is included than the host reads: in depth, in files or in bytes."},
    FindingExplanation{FindingCode::UnknownExecutor,    "A session names an executor that the file does not define."},
    FindingExplanation{FindingCode::UnknownPlugin,      "An executor names a plugin that was not found."},
    FindingExplanation{FindingCode::NotAnExecutor,      "An executor names a plugin that offers no executor."},
    FindingExplanation{FindingCode::PluginDisabled,     "An executor names a plugin that the file disables."},
    FindingExplanation{FindingCode::PluginValue,        "A value does not fit what the plugin's manifest says of its configuration."},
    FindingExplanation{FindingCode::MoreFindings,       "There are more findings than are shown."},
    FindingExplanation{FindingCode::PluginNotFound,     "The file configures a plugin that was not found; nothing uses it."},
    FindingExplanation{FindingCode::UnknownLogCategory, "A level is set for a category that the host does not log in."},
    FindingExplanation{FindingCode::InputFileUnreadable,  "The file of inputs cannot be opened or read."},
    FindingExplanation{FindingCode::InputEncoding,        "A line of inputs is not UTF-8."},
    FindingExplanation{FindingCode::InputTooLong,         "An input, or one of its keys, is larger than the host accepts."},
    FindingExplanation{FindingCode::InputSyntax,          "A line of a .jsonl file is not one JSON object."},
    FindingExplanation{FindingCode::InputUnknownField,    "An input has a field that does not exist."},
    FindingExplanation{FindingCode::InputWrongType,       "A field of an input has a value of another type than it takes."},
    FindingExplanation{FindingCode::InputValueNotAllowed, "A field of an input has a value that is not among those it allows."},
    FindingExplanation{FindingCode::InputMissingField,    "An input lacks a field that its kind needs."},
    FindingExplanation{FindingCode::InputMisplacedField,  "An input has a field that its kind does not take."},
    FindingExplanation{FindingCode::InputDuplicateField,  "An input has the same field twice; only one could count."},
};
// clang-format on

} // namespace

std::span<const FindingExplanation> findingExplanations()
{
    return explanations;
}

const FindingExplanation &explanationOf(FindingCode code)
{
    const auto found = std::find_if(explanations.begin(), explanations.end(),
                                    [code](const FindingExplanation &each) { return each.code == code; });
    BURROW_ASSERT(found != explanations.end());
    return *found;
}

QString codeText(FindingCode code)
{
    return QStringLiteral("BUR%1").arg(static_cast<int>(code));
}

std::optional<FindingCode> parseCode(const QString &text)
{
    for (const FindingExplanation &each : explanations) {
        if (text.compare(codeText(each.code), Qt::CaseInsensitive) == 0)
            return each.code;
    }
    return std::nullopt;
}

} // namespace burrow
