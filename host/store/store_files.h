// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

/// What surrounds the database in its folder: the folder itself, and who the file is.
namespace burrow {

/// Makes the folder of the file with its parents, for the owner only, and syncs every folder that got a new
/// entry: SQLite syncs only the file and its log. Errors: Io.
Result<void> makeStoreFolder(const QString &storePath);

/// Makes the file, for the owner only, if it is missing, and syncs its folder. True: it was made. Errors: Io.
Result<bool> makeStoreFile(const QString &storePath);

/// Which file of the file system this is.
struct StoreFileIdentity
{
    qint64 device = 0;
    qint64 inode = 0;
};
/// Errors: Io.
Result<StoreFileIdentity> identityOf(const QString &storePath);

/// Takes a person's word that a copied file is to be used: true when `<path>.adopt` existed; it is removed.
bool takeAdoption(const QString &storePath);

/// Space that is given back to the file system when it is full, so that runs in progress can still be written:
/// `<path>.reserve`.
class SpaceReserve
{
public:
    SpaceReserve(const QString &storePath, qint64 bytes);

    /// Allocates it unless it is there. False: there is no space for it.
    bool restore();
    /// Gives the space back. False: there was none to give.
    bool release();
    bool isThere() const { return m_there; }

private:
    QByteArray m_path;
    qint64 m_bytes = 0;
    bool m_there = false;
};

} // namespace burrow
