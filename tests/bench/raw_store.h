// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// What SQLite itself gives on this disk with the plainest tables and the same promise (WAL, FULL, one thread
/// that commits whatever waits): the raw counterparts of the figures about durable inputs.
namespace burrow::bench {

/// Accepts per second: `callers` logical callers on one thread, each of which waits for its answer.
double rawAccepts(const std::string &folder, int callers, double windowSeconds);
/// Inputs per second that are accepted in one commit and finished in a later one.
double rawCycles(const std::string &folder, int callers, double windowSeconds);

/// Milliseconds to read `sessions` session rows and as many inputs from a database that exists.
double rawScan(const std::string &file);

} // namespace burrow::bench
