// SPDX-License-Identifier: Apache-2.0
// A bit of the file turns: the store is refused with a sentence, or what is damaged is named and held, or
// nothing is different. Never does it go on with something else than what was written.
#include "store/record_codec.h"
#include "store/record_crc.h"
#include "store_rig.h"

#include <QRandomGenerator>

namespace burrow::test {

namespace {

constexpr quint32 seed = 20'261'122;
constexpr int flips_default = 250;

/// Everything that the store says of a session and of inputs that have ended.
struct Picture
{
    QByteArrayList sessions; ///< One line each; a session that is held says "held".
    QByteArrayList outcomes;
};

/// Where SQLite keeps on each page which rows there are: no checksum of a row can tell that a row is missing,
/// and looking for it would mean to check the whole file at each start. `storage check` does.
bool isStructure(const QByteArray &file, qsizetype at)
{
    constexpr qsizetype page = 4096;
    const qsizetype header = at / page == 0 ? 100 : 0;
    const qsizetype begin = at / page * page + header;
    const auto type = quint8(file.at(begin));
    const bool isTree = type == 2 || type == 5 || type == 10 || type == 13;
    const int cells = (quint8(file.at(begin + 3)) << 8) | quint8(file.at(begin + 4));
    const qsizetype end = begin + (type < 8 ? 12 : 8) + 2 * cells;
    return isTree && at >= begin && at < end;
}

QByteArray lineOf(const StoredSession &session)
{
    if (!session.corruption.isEmpty())
        return "held";
    QByteArray line = session.name + ' ' + session.id.toText() + ' '
                      + QByteArray::number(int(session.row.phase)) + ' '
                      + QByteArray::number(session.row.revision) + ' ' + session.row.lastRun.toText() + ' '
                      + session.snapshot.value_or("none").toHex();
    for (const InputRow &row : session.openInputs)
        line += ' ' + QByteArray::number(checksum(encodeInput(row, 0)));
    return line;
}

} // namespace

class FlipsTest : public QObject
{
    Q_OBJECT

private:
    StoreRig m_rig;
    QByteArray m_sound;
    std::vector<std::pair<SessionId, InputId>> m_ended;
    const QByteArrayList m_names{"alpha", "beta", "gamma"};

    Picture picture()
    {
        Picture seen;
        for (const QByteArray &name : m_names)
            seen.sessions.append(lineOf(m_rig.session(name)));
        for (const auto &[session, input] : m_ended) {
            Tally answered;
            QByteArray line;
            m_rig.store->findOutcome(session, input, [&](Result<std::optional<StoredOutcome>> found) {
                line = !found    ? "error"
                       : !*found ? "nothing"
                                 : (*found)->input.idempotencyKey + ' ' + (*found)->input.outcome.text;
                answered.add();
            });
            if (!answered.waitFor(1))
                line = "no answer";
            seen.outcomes.append(line);
        }
        return seen;
    }

    void write(const QByteArray &bytes)
    {
        QFile::remove(m_rig.options.path + QStringLiteral("-wal"));
        QFile::remove(m_rig.options.path + QStringLiteral("-shm"));
        QFile file(m_rig.options.path);
        // Written over, not replaced: another inode would be a copy of the file.
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.resize(bytes.size()));
        QCOMPARE(file.write(bytes), bytes.size());
    }

private Q_SLOTS:
    void initTestCase()
    {
        QCOMPARE(m_rig.open(), QString());
        for (const QByteArray &name : m_names) {
            const StoredSession session = m_rig.session(name);
            SetBuilder sets(session.id);
            for (int open = 0; open < 3; ++open)
                QCOMPARE(m_rig.answerTo(sets.accept(m_rig.input("open-" + QByteArray::number(open)))).verdict,
                         Verdict::Committed);
            const InputPointer ended = m_rig.input("ended");
            QCOMPARE(m_rig.answerTo(sets.accept(ended)).verdict, Verdict::Committed);
            QCOMPARE(m_rig.answerTo(sets.finishRun(runIdOf(1), {ended}, QByteArray("what it knows"))).verdict,
                     Verdict::Committed);
            m_ended.emplace_back(session.id, ended->id);
        }
        m_rig.store.reset();
        QFile file(m_rig.options.path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_sound = file.readAll();
    }

    void aTurnedBitIsNoticedOrChangesNothing()
    {
        write(m_sound);
        QCOMPARE(m_rig.open(), QString());
        const Picture sound = picture();
        m_rig.store.reset();
        QVERIFY(!sound.sessions.contains("held") && !sound.outcomes.contains("nothing"));

        QRandomGenerator random(seed);
        const int wanted = qEnvironmentVariableIntValue("BURROW_TEST_FLIPS");
        const int flips = wanted > 0 ? wanted : flips_default;
        int refused = 0;
        int named = 0;
        int same = 0;
        for (int flip = 0; flip < flips; ++flip) {
            QByteArray bytes = m_sound;
            // What was never used holds zeros and says nothing.
            qsizetype at = 0;
            do
                at = random.bounded(quint32(bytes.size()));
            while (bytes.at(at) == 0 || isStructure(bytes, at));
            const int bit = random.bounded(8);
            bytes[at] = static_cast<char>(bytes.at(at) ^ (1 << bit));
            write(bytes);
            const QByteArray place = "byte " + QByteArray::number(at) + " bit " + QByteArray::number(bit);
            if (const QString error = m_rig.open(); !error.isEmpty()) {
                ++refused;
                continue;
            }
            const Picture seen = picture();
            m_rig.store.reset();
            bool different = false;
            for (qsizetype session = 0; session < m_names.size(); ++session) {
                const QByteArray &line = seen.sessions.at(session);
                different |= line != sound.sessions.at(session);
                QVERIFY2(line == sound.sessions.at(session) || line == "held",
                         place + " makes of " + sound.sessions.at(session) + "\n this: " + line);
            }
            for (qsizetype outcome = 0; outcome < seen.outcomes.size(); ++outcome) {
                const QByteArray &line = seen.outcomes.at(outcome);
                different |= line != sound.outcomes.at(outcome);
                QVERIFY2(line == sound.outcomes.at(outcome) || line == "error" || line == "nothing",
                         place + " makes of " + sound.outcomes.at(outcome) + "\n this: " + line);
            }
            ++(different ? named : same);
        }
        qInfo("%d bits turned (seed %u): %d files refused, %d sessions or outcomes held or not found, %d "
              "harmless",
              flips, seed, refused, named, same);
        QVERIFY(named > 0 && same > 0);
    }
};

} // namespace burrow::test

QTEST_GUILESS_MAIN(burrow::test::FlipsTest)
#include "flips_test.moc"
