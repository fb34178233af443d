// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "set_builder.h"
#include "verdict_log.h"

#include <QObject>
#include <QTest>

/// What every store promises, as tests. A test of one store inherits this class, says how to open the store,
/// and runs as any Qt test: the slots of this class are its own.
namespace burrow::test {

class StoreContract : public QObject
{
    Q_OBJECT

protected:
    /// Opens an empty store.
    virtual std::unique_ptr<Store> openEmpty() = 0;
    /// Closes the store and opens it again on the same data. A store that lasts only as long as its object is
    /// given back as it is.
    virtual std::unique_ptr<Store> reopenStore(std::unique_ptr<Store> store) = 0;

    Store &store() { return *m_store; }
    /// Opens the session, or fails the test.
    StoredSession openSession(const QByteArray &name, SessionId idIfNew = {},
                              const ExecutorIdentity &executor = {});
    /// What a new host would find of the session: the store is opened again first.
    StoredSession afterReopening(const QByteArray &name, const ExecutorIdentity &executor = {});
    Verdict verdictOf(WriteSet set);
    std::optional<StoredOutcome> outcomeOf(SessionId session, InputId input);
    std::optional<StoredOutcome> outcomeByKey(SessionId session, const QByteArray &key);
    std::vector<RetainedKey> keysOf(SessionId session);
    EventPage eventsSince(const EventCursor &since, SessionId session = {},
                          quint32 rowsMax = limits::event_rows_per_page_max);
    /// Writes the set, which must be committed; gives the number of the row in the event log.
    quint64 eventNumberOf(WriteSet set);
    /// A durable prompt under the store's next sequence.
    InputPointer freshInput(const QByteArray &text = "work", const QByteArray &key = {});
    static GrantedInputs sequencesOf(const StoredSession &stored);
    static GrantedInputs sequencesOf(const std::vector<InputPointer> &inputs);

private Q_SLOTS:
    void init();
    void cleanup();

    // Sessions and sequences (store_contract.cpp).
    void aNewNameGetsTheIdThatWasOffered();
    void aKnownNameGivesTheSameIdAgain();
    void twoNamesAreTwoSessions();
    void aNewSessionIsIdleAndEmpty();
    void sequencesRiseAndAreNeverZero();
    void aSequenceIsNotUsedAgainByAReopenedStore();
    void anUnknownSessionIsRefused();
    void anInputThatIsOpenHasNoOutcome();
    void theOutcomeBelongsToItsSessionAndItsFullId();

    void theOutcomeOfAKeyIsThatOfItsLastInput();
    void theKeysOfEndedInputsAreLoaded();

    // What each operation writes (store_contract_writes.cpp).
    void anAcceptedInputIsOpenWithEverythingItCameWith();
    void anAcceptIsRefusedForASequenceThatIsStored();
    void anAcceptCanReplaceAnOpenInput();
    void anAcceptThatReplacesAnUnknownInputWritesNothing();
    void anInputConsumedOnAcceptIsNotOpen();
    void aFinishedRunEndsItsInputsAndKeepsTheSnapshot();
    void aSnapshotThatIsNotGivenStaysAndAnEmptyOneIsEmpty();
    void aRefusedFinishWritesNothing();
    void anInputEndsOnce();
    void anInputIsNamedOnceInOneSet_data();
    void anInputIsNamedOnceInOneSet();
    void aFailedRunRaisesTriesAndMovesBehind();
    void aFailedRunCanEndAnInput();
    void aLifecycleWriteEndsInputsAndKeepsPhaseAndBinding();
    void whatIsOwedIsKeptUntilALifecycleWriteSaysOtherwise();
    void operationsAreKeptBesideTheBinding();
    void operationsRideInAnyWriteAndFallWithIt();
    void aGrantIsKeptWithItsAttempt();
    void anAttemptNumberIsNeverHandedOutTwice();
    void aGrantForAnUnknownInputIsRefused_data();
    void aGrantForAnUnknownInputIsRefused();
    void afterARefusalEverythingOfThatSessionIsRefusedUntilItIsReopened();

    // Who runs a session (store_contract_executors.cpp).
    void aSessionRemembersWhoRunsIt();
    void anOpeningWithoutAnExecutorForgetsNobody();
    void otherWritesLeaveTheExecutorAsItIs();
    void anotherExecutorLeavesTheRestOfASessionAsItWas();
    void anotherExecutorIsToldInTheLog();
    void aSnapshotIsStampedWithThePluginThatMadeIt();
    void aSnapshotOfNobodyBelongsToTheFirstWhoIsKnown();

    // The event log (store_contract_events.cpp).
    void theLogKeepsWhatTheWritesTold();
    void theLogIsReadInPages();
    void theLogOfASessionIsItsOwn();
    void theLogGoesOnAfterReopening();
    void aRefusedWriteTellsTheLogNothing();
    void aCursorThatDoesNotFitIsTold();

    // Order, exactness and threads (store_contract_threads.cpp).
    void verdictsOfASessionComeInTicketOrder();
    void everySetGetsExactlyOneVerdict();
    void aBatchIsSubmittedInItsOrderAndUsedAgain();
    void sequencesNeverRepeatOverThreads();
    void manyThreadsSubmitAtOnce();
    void manyThreadsOpenOneNameAndGetOneSession();
    void aClientHearsOnlyItsOwnVerdicts();

private:
    std::unique_ptr<Store> m_store;
    VerdictLog m_log;
    std::size_t m_asked = 0;
};

} // namespace burrow::test
