// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <string>
#include <vector>

namespace burrow::faults {

/// A table of numbers in a database of its own, over SQLite alone: what the models of this folder do to it says
/// whether they bite.
class PlainTable
{
public:
    /// An empty `vfs` is the default one. `pragmas` are run before anything else.
    explicit PlainTable(const std::string &path, const std::string &vfs, const std::string &pragmas)
    {
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
        m_result = sqlite3_open_v2(path.c_str(), &m_database, flags, vfs.empty() ? nullptr : vfs.c_str());
        if (m_result == SQLITE_OK)
            run(pragmas + ";CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, filler BLOB)");
    }
    ~PlainTable() { sqlite3_close(m_database); }
    PlainTable(const PlainTable &) = delete;
    PlainTable &operator=(const PlainTable &) = delete;

    /// The result of the last call; extended.
    int result() const { return m_result; }
    bool run(const std::string &sql)
    {
        sqlite3_exec(m_database, sql.c_str(), nullptr, nullptr, nullptr);
        m_result = sqlite3_extended_errcode(m_database);
        return m_result == SQLITE_OK;
    }
    bool insert(int n) { return run("INSERT INTO t VALUES(" + std::to_string(n) + ", zeroblob(300))"); }
    /// What a statement gives in its first column.
    std::vector<std::string> column(const std::string &sql)
    {
        std::vector<std::string> values;
        const auto add = [](void *out, int, char **texts, char **) {
            static_cast<std::vector<std::string> *>(out)->emplace_back(texts[0] != nullptr ? texts[0] : "");
            return 0;
        };
        sqlite3_exec(m_database, sql.c_str(), add, &values, nullptr);
        m_result = sqlite3_extended_errcode(m_database);
        return values;
    }
    std::vector<std::string> rows() { return column("SELECT n FROM t ORDER BY n"); }
    bool isSound() { return column("PRAGMA integrity_check") == std::vector<std::string>{"ok"}; }

private:
    sqlite3 *m_database = nullptr;
    int m_result = SQLITE_OK;
};

} // namespace burrow::faults
