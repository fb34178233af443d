// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "store/record_columns.h"
#include "store/sqlite_database.h"

/// Rows in and out of statements, in the order of the table's columns.
namespace burrow {

/// The columns of each table in the order in which these functions bind and read them.
// clang-format off
inline constexpr const char *host_select =
    "SELECT epoch,incarnation,owner,dev,ino,keys_floor,orderly,crc FROM host WHERE k=1";
inline constexpr const char *host_insert =
    "INSERT INTO host(k,epoch,incarnation,owner,dev,ino,keys_floor,orderly,crc) VALUES(1,?,?,?,?,?,?,?,?)";
inline constexpr const char *host_update =
    "UPDATE host SET epoch=?,incarnation=?,owner=?,dev=?,ino=?,keys_floor=?,orderly=?,crc=? WHERE k=1";
inline constexpr const char *session_select =
    "SELECT sid,uuid,name,phase,rev,next_adm,prio_adm,last_run,grant,crc FROM session";
inline constexpr const char *session_insert =
    "INSERT INTO session(sid,uuid,name,phase,rev,next_adm,prio_adm,last_run,grant,crc) "
    "VALUES(?,?,?,?,?,?,?,?,?,?)";
inline constexpr const char *cold_select = "SELECT sid,binding,intents,ops,executor,owed,crc FROM cold";
inline constexpr const char *snapshot_select = "SELECT sid,run,bytes,plugin,crc FROM snapshot";
inline constexpr const char *input_select =
    "SELECT seq,sid,adm,st,tries,starts,crashes,kind,at,id,key,phash,sem,payload,crc FROM input";
inline constexpr const char *input_insert =
    "INSERT INTO input(seq,sid,adm,st,tries,starts,crashes,kind,at,id,key,phash,sem,payload,crc) "
    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)";
inline constexpr const char *ledger_select =
    "SELECT seq,sid,outcome,attempt,bseq,run,id,key,phash,at,detail,reply,crc FROM ledger";
inline constexpr const char *ledger_insert =
    "INSERT INTO ledger(seq,sid,outcome,attempt,bseq,run,id,key,phash,at,detail,reply,crc) "
    "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)";
inline constexpr const char *receipt_select = "SELECT rno,sid,run,bseq,at,draft,crc FROM receipt";
inline constexpr const char *receipt_insert =
    "INSERT INTO receipt(rno,sid,run,bseq,at,draft,crc) VALUES(?,?,?,?,?,?,?)";
inline constexpr const char *event_select = "SELECT eno,sid,code,at,body,crc FROM event";
inline constexpr const char *event_insert = "INSERT INTO event(eno,sid,code,at,body,crc) VALUES(?,?,?,?,?,?)";
// clang-format on

/// Bind a row to its insert; the row must live until the statement is reset.
void bindRow(SqliteStatement &statement, const HostColumns &row); ///< Also to host_update.
void bindRow(SqliteStatement &statement, const SessionColumns &row);
void bindRow(SqliteStatement &statement, const InputColumns &row);
void bindRow(SqliteStatement &statement, const LedgerColumns &row);
void bindRow(SqliteStatement &statement, const ReceiptColumns &row);
void bindRow(SqliteStatement &statement, const EventColumns &row);

/// Read the present row of a select. False: a column has a type or a value that no host wrote, or the checksum
/// does not fit; what could be read is there all the same, for a message. A view is good until the next step.
bool readRow(const SqliteStatement &statement, HostColumns &row);
bool readRow(const SqliteStatement &statement, SessionColumnsView &row);
bool readRow(const SqliteStatement &statement, ColdColumns &row);
bool readRow(const SqliteStatement &statement, SnapshotColumns &row);
bool readRow(const SqliteStatement &statement, InputColumnsView &row);
bool readRow(const SqliteStatement &statement, InputColumns &row);
bool readRow(const SqliteStatement &statement, LedgerColumns &row);
bool readRow(const SqliteStatement &statement, ReceiptColumns &row);
bool readRow(const SqliteStatement &statement, EventColumns &row);
/// The same of a row of SqliteDatabase::fold().
bool readRow(const SqliteArguments &arguments, SessionColumnsView &row);
bool readRow(const SqliteArguments &arguments, InputColumnsView &row);

} // namespace burrow
