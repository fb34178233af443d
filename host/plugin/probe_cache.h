// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugin/checked_library.h"
#include "plugin/probe_verdict.h"

#include <mutex>

namespace burrow {

/// What a verdict is about: it holds for as long as all of this is the same.
struct ProbeSubject
{
    CheckedLibrary library;
    QByteArray manifestDigest; ///< Empty without a manifest.
};

/// The verdicts on libraries, kept in one small file. A file that is damaged, of another form or of another
/// host version counts as empty and is written anew; what cannot be written is tried again another time. Hosts
/// that share a file may lose each other's newest entry, which costs one more try. Thread-safe.
class ProbeCache
{
public:
    /// Without a path nothing is remembered beyond this object.
    ProbeCache(QString path, QByteArray hostVersion);

    std::optional<ProbeVerdict> find(const ProbeSubject &subject);
    void remember(const ProbeSubject &subject, const ProbeVerdict &verdict);

private:
    struct Entry
    {
        ProbeSubject subject;
        ProbeVerdict verdict;
    };

    QByteArray host() const;
    void read();
    void write() const;

    const QString m_path;
    const QByteArray m_hostVersion;

    std::mutex m_mutex;
    // guarded by m_mutex
    bool m_wasRead = false;
    std::vector<Entry> m_entries; // the newest last, one for each path
};

} // namespace burrow
