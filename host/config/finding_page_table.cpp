// SPDX-License-Identifier: Apache-2.0
#include "config/finding_page.h"

#include "base/assert.h"

#include <algorithm>
#include <array>

namespace burrow {

namespace {

using enum SampleKind;

// clang-format off
constexpr std::array pages = {
    FindingPage{FindingCode::FileUnreadable, Situation, "burrow check burow.yaml", "burrow check burrow.yaml"},
    FindingPage{FindingCode::Syntax, Configuration, "limits: { sessions: 5", "limits: { sessions: 5 }"},
    FindingPage{FindingCode::TabIndentation, Configuration, "limits:\n\tsessions: 5", "limits:\n  sessions: 5"},
    FindingPage{FindingCode::Encoding, Situation, "a file that was saved as Latin-1", "iconv -f latin1 -t utf8 old.yaml > burrow.yaml"},
    FindingPage{FindingCode::FileTooLarge, Situation, "one file of more than 4 MiB", "several files: include: [ \"conf.d/*.yaml\" ]"},
    FindingPage{FindingCode::TooDeep, Situation, "a plugin's section with more than 64 mappings and lists in each other", "the path of a file that the plugin reads itself"},
    FindingPage{FindingCode::DuplicateKey, Configuration, "limits: { sessions: 5 }\nlimits: { turn_timeout: 1m }", "limits: { sessions: 5, turn_timeout: 1m }"},
    FindingPage{FindingCode::MergeKey, Configuration, "executors:\n  one: &base { plugin: echo }\n  two: { <<: *base }", "executors:\n  one: &base { plugin: echo }\n  two: *base"},
    FindingPage{FindingCode::Alias, Configuration, "host: { name: *desk }", "host: { name: desk }"},
    FindingPage{FindingCode::WrongType, Configuration, "limits: [ 5 ]", "limits: { sessions: 5 }"},
    FindingPage{FindingCode::ExplicitTag, Configuration, "host: { name: !!str desk }", "host: { name: desk }"},
    FindingPage{FindingCode::KeyForm, Configuration, "host: { [ name ]: desk }", "host: { name: desk }"},
    FindingPage{FindingCode::DocumentCount, Configuration, "host: { name: desk }\n---\nlimits: { sessions: 5 }", "host: { name: desk }\nlimits: { sessions: 5 }"},
    FindingPage{FindingCode::NotAFlag, Configuration, "plugins: { echo: { enabled: yes } }", "plugins: { echo: { enabled: true } }"},
    FindingPage{FindingCode::MissingUnit, Configuration, "limits: { turn_timeout: 30 }", "limits: { turn_timeout: 30s }"},
    FindingPage{FindingCode::BadDuration, Configuration, "limits: { turn_timeout: 1h30m }", "limits: { turn_timeout: 90m }"},
    FindingPage{FindingCode::BadSize, Configuration, "limits: { output_per_turn: 8MB }", "limits: { output_per_turn: 8MiB }"},
    FindingPage{FindingCode::BadCount, Configuration, "limits: { sessions: many }", "limits: { sessions: 64 }"},
    FindingPage{FindingCode::OutOfBounds, Configuration, "limits: { sessions: 0 }", "limits: { sessions: 1 }"},
    FindingPage{FindingCode::ValueNotAllowed, Configuration, "store: { kind: sqlit }", "store: { kind: sqlite }"},
    FindingPage{FindingCode::ValueNotServed, Configuration, "plugins: { echo: { isolation: process } }", "plugins: { echo: { isolation: in_process } }"},
    FindingPage{FindingCode::BadName, Configuration, "host: { name: My Desk }", "host: { name: my-desk }"},
    FindingPage{FindingCode::BadPath, Configuration, "host: { data_dir: ~someone/burrow }", "host: { data_dir: ~/burrow }"},
    FindingPage{FindingCode::Version, Configuration, "version: 2", "version: 1"},
    FindingPage{FindingCode::InexactNumber, Configuration, "executors: { e: { plugin: echo, config: { prefix: 123456789012345678901 } } }", "executors: { e: { plugin: echo, config: { prefix: \"123456789012345678901\" } } }"},
    FindingPage{FindingCode::MissingKey, Configuration, "executors: { greeting: { config: { prefix: \"Hello, \" } } }", "executors: { greeting: { plugin: echo, config: { prefix: \"Hello, \" } } }"},
    FindingPage{FindingCode::UnknownKey, Configuration, "limit: { sessions: 5 }", "limits: { sessions: 5 }"},
    FindingPage{FindingCode::KeyNotServed, Configuration, "profiles: { laptop: { limits: { sessions: 8 } } }", "include: [ \"laptop/*.yaml\" ]"},
    FindingPage{FindingCode::ReferenceNotServed, Configuration, "host: { name: \"${cred:name}\" }", "host: { name: \"${env:BURROW_NAME:-desk}\" }"},
    FindingPage{FindingCode::ReferenceForm, Configuration, "host: { data_dir: \"${HOME}/burrow\" }", "host: { data_dir: \"${env:HOME}/burrow\" }"},
    FindingPage{FindingCode::VariableNotSet, Configuration, "host: { name: \"${env:BURROW_NAME}\" }", "host: { name: \"${env:BURROW_NAME:-desk}\" }"},
    FindingPage{FindingCode::ReferencedFile, Situation, "api_key: \"${file:api.kye}\"", "api_key: \"${file:api.key}\""},
    FindingPage{FindingCode::ReferencedFileExposed, Situation, "chmod 644 api.key", "chmod 600 api.key"},
    FindingPage{FindingCode::ReferencedText, Situation, "api_key: \"${file:photo.jpg}\"", "a file, or a variable, that holds text in UTF-8, of at most 1 MiB"},
    FindingPage{FindingCode::IncludedFile, Configuration, "include: [ absent.yaml ]", "include: [ \"absent*.yaml\" ]"},
    FindingPage{FindingCode::IncludeCycle, Situation, "include: [ \"*.yaml\" ]            in conf.d/all.yaml", "include: [ \"all/*.yaml\" ]        in conf.d/all.yaml"},
    FindingPage{FindingCode::IncludeLimit, Situation, "files that include each other more than 8 deep, more than 1000 files, or 16 MiB of them", "fewer levels: one file that includes conf.d/*.yaml"},
    FindingPage{FindingCode::UnknownExecutor, Configuration, "executors: { greeting: { plugin: echo } }\nsessions: { one: { executor: greting } }", "executors: { greeting: { plugin: echo } }\nsessions: { one: { executor: greeting } }"},
    FindingPage{FindingCode::UnknownPlugin, Configuration, "executors: { greeting: { plugin: ecko } }", "executors: { greeting: { plugin: echo } }"},
    FindingPage{FindingCode::NotAnExecutor, Configuration, "executors: { greeting: { plugin: timer } }", "executors: { greeting: { plugin: echo } }"},
    FindingPage{FindingCode::PluginDisabled, Configuration, "plugins: { echo: { enabled: false } }\nexecutors: { greeting: { plugin: echo } }", "plugins: { echo: { enabled: true } }\nexecutors: { greeting: { plugin: echo } }"},
    FindingPage{FindingCode::PluginValue, Configuration, "executors: { greeting: { plugin: echo, config: { uppercase: yes } } }", "executors: { greeting: { plugin: echo, config: { uppercase: true } } }"},
    FindingPage{FindingCode::MoreFindings, Situation, "a configuration with more than 50 mistakes", "correct the first ones, then check again"},
    FindingPage{FindingCode::PluginNotFound, Configuration, "plugins: { acme-exec: { enabled: true } }", "plugins: { acme-exec: { enabled: false } }"},
    FindingPage{FindingCode::UnknownLogCategory, Configuration, "logging: { categories: { burrow.plugn: debug } }", "logging: { categories: { burrow.plugin: debug } }"},
    FindingPage{FindingCode::InputFileUnreadable, Situation, "on_start: { file: inputs.jsnl }", "on_start: { file: inputs.jsonl }"},
    FindingPage{FindingCode::InputEncoding, Situation, "a line that was saved as Latin-1", "iconv -f latin1 -t utf8 old.txt > inputs.txt"},
    FindingPage{FindingCode::InputTooLong, Situation, "a line of more than 16 MiB, or a key of more than 512 bytes", "a text that names a file, which the executor reads itself"},
    FindingPage{FindingCode::InputSyntax, Inputs, R"({"text": "hello)", R"({"text": "hello"})"},
    FindingPage{FindingCode::InputUnknownField, Inputs, R"({"text": "hello", "colour": "red"})", R"({"text": "hello"})"},
    FindingPage{FindingCode::InputWrongType, Inputs, R"({"text": 5})", R"({"text": "5"})"},
    FindingPage{FindingCode::InputValueNotAllowed, Inputs, R"({"text": "hello", "durability": "forever"})", R"({"text": "hello", "durability": "durable"})"},
    FindingPage{FindingCode::InputMissingField, Inputs, R"({"kind": "prompt"})", R"({"kind": "prompt", "text": "hello"})"},
    FindingPage{FindingCode::InputMisplacedField, Inputs, R"({"text": "hello", "step_id": "one"})", R"({"text": "hello"})"},
    FindingPage{FindingCode::InputDuplicateField, Inputs, R"({"text": "hello", "text": "goodbye"})", R"({"text": "hello"})"},
};
// clang-format on

} // namespace

std::span<const FindingPage> findingPages()
{
    return pages;
}

const FindingPage &pageOf(FindingCode code)
{
    const auto found =
        std::find_if(pages.begin(), pages.end(), [code](const FindingPage &each) { return each.code == code; });
    BURROW_ASSERT(found != pages.end());
    return *found;
}

} // namespace burrow
