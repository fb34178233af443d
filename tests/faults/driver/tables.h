// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

/// A store's tables as plain SQLite gives them: the checker must not see with the eyes of what it checks.
namespace burrow::faults {

struct OpenRow
{
    std::string session;
    std::string key;
    std::uint64_t admission = 0;
    std::uint64_t starts = 0;
};

struct EndedRow
{
    std::string session;
    std::string key;
    std::string run;
    int kind = 0; ///< TerminalKind.
};

struct Tables
{
    std::string integrity;                 ///< "ok", or what SQLite complains about.
    std::map<std::string, OpenRow> open;   ///< By id, as 32 hex digits.
    std::map<std::string, EndedRow> ended; ///< By id.
    std::vector<std::string> twice;        ///< Ids that one table holds twice.
    std::vector<std::string> receipts;     ///< Runs, in the order in which they were committed.
    std::map<std::string, int> phases;     ///< Of each session by name; Phase.
    std::uint64_t epoch = 0;
    bool empty = false; ///< There is no database, or one without tables: a kill before the first commit.
};

/// Reads the database at that path, which becomes a changed file by that: give it a copy.
Tables readTables(const std::string &path);

/// Copies database and log, never the shared memory, into that folder; gives the path of the copy.
std::string copyStore(const std::string &path, const std::string &folder);

/// The content of every table but `host`, to be compared.
std::string dumpOf(const std::string &path);

} // namespace burrow::faults
