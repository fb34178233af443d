// SPDX-License-Identifier: Apache-2.0
#include "driver/tables.h"

#include <sqlite3.h>

#include <filesystem>
#include <functional>

namespace burrow::faults {

namespace {

namespace files = std::filesystem;

class Database
{
public:
    explicit Database(const std::string &path)
    {
        sqlite3_open_v2(path.c_str(), &m_handle, SQLITE_OPEN_READWRITE, nullptr);
        each("PRAGMA synchronous=OFF", [](const std::vector<std::string> &) {});
    }
    ~Database() { sqlite3_close(m_handle); }
    Database(const Database &) = delete;
    Database &operator=(const Database &) = delete;

    /// Every row as texts; the sentence of an error, or nothing.
    std::string each(const std::string &sql, const std::function<void(const std::vector<std::string> &)> &row)
    {
        sqlite3_stmt *statement = nullptr;
        if (sqlite3_prepare_v2(m_handle, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
            return sqlite3_errmsg(m_handle);
        int result = SQLITE_OK;
        while ((result = sqlite3_step(statement)) == SQLITE_ROW) {
            std::vector<std::string> texts;
            for (int at = 0; at < sqlite3_column_count(statement); ++at) {
                const auto *text = static_cast<const char *>(sqlite3_column_blob(statement, at));
                const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement, at));
                texts.emplace_back(text != nullptr ? std::string(text, bytes) : std::string());
            }
            row(texts);
        }
        std::string problem = result == SQLITE_DONE ? std::string() : sqlite3_errmsg(m_handle);
        sqlite3_finalize(statement);
        return problem;
    }

private:
    sqlite3 *m_handle = nullptr;
};

void readInputs(Database &database, Tables &tables)
{
    database.each("SELECT lower(hex(i.id)), s.name, CAST(coalesce(i.key,'') AS TEXT), i.adm, i.starts "
                  "FROM input i LEFT JOIN session s ON s.sid=i.sid ORDER BY i.seq",
                  [&](const std::vector<std::string> &row) {
                      const OpenRow open{row[1], row[2], std::stoull(row[3]), std::stoull(row[4])};
                      if (!tables.open.emplace(row[0], open).second)
                          tables.twice.push_back(row[0]);
                  });
    database.each("SELECT lower(hex(l.id)), s.name, CAST(coalesce(l.key,'') AS TEXT), lower(hex(l.run)), "
                  "l.outcome FROM ledger l LEFT JOIN session s ON s.sid=l.sid ORDER BY l.seq",
                  [&](const std::vector<std::string> &row) {
                      const EndedRow ended{row[1], row[2], row[3], std::stoi(row[4])};
                      if (!tables.ended.emplace(row[0], ended).second)
                          tables.twice.push_back(row[0]);
                  });
}

} // namespace

Tables readTables(const std::string &path)
{
    Tables tables;
    if (!files::exists(path)) {
        tables.integrity = "ok";
        tables.empty = true;
        return tables;
    }
    Database database(path);
    const std::string problem =
        database.each("PRAGMA integrity_check", [&tables](const std::vector<std::string> &row) {
            tables.integrity += tables.integrity.empty() ? row[0] : "; " + row[0];
        });
    if (!problem.empty())
        tables.integrity = problem;
    int known = 0;
    database.each("SELECT 1 FROM sqlite_schema WHERE name IN ('host','session','input','ledger','receipt') "
                  "AND type='table'",
                  [&known](const std::vector<std::string> &) { ++known; });
    tables.empty = known == 0;
    if (known != 0 && known != 5)
        tables.integrity += "; only " + std::to_string(known) + " of the tables are there";
    if (tables.empty)
        return tables;
    database.each("SELECT epoch FROM host",
                  [&](const std::vector<std::string> &row) { tables.epoch = std::stoull(row[0]); });
    database.each("SELECT name, phase FROM session",
                  [&](const std::vector<std::string> &row) { tables.phases[row[0]] = std::stoi(row[1]); });
    readInputs(database, tables);
    database.each("SELECT lower(hex(run)) FROM receipt ORDER BY rno",
                  [&](const std::vector<std::string> &row) { tables.receipts.push_back(row[0]); });
    return tables;
}

std::string copyStore(const std::string &path, const std::string &folder)
{
    std::string copy = folder + "/copy.db";
    for (const char *ending : {"", "-wal", "-journal", "-shm"}) {
        files::remove(copy + ending);
        if (std::string(ending) != "-shm" && files::exists(path + ending))
            files::copy_file(path + ending, copy + ending);
    }
    return copy;
}

std::string dumpOf(const std::string &path)
{
    Database database(path);
    std::string dump;
    for (const char *table : {"session", "cold", "snapshot", "input", "ledger", "receipt", "event"}) {
        dump += table;
        database.each(std::string("SELECT * FROM ") + table + " ORDER BY 1",
                      [&dump](const std::vector<std::string> &row) {
                          for (const std::string &text : row)
                              dump += '|' + text;
                          dump += '\n';
                      });
    }
    return dump;
}

} // namespace burrow::faults
