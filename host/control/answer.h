// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "core/outcome_rules.h"
#include "model/admission_preview.h"
#include "model/operation.h"
#include "model/session_view.h"

#include <QFuture>
#include <QPromise>

#include <atomic>
#include <functional>
#include <memory>

/// Promises that are kept from callbacks. A promise that Qt drops would end as "cancelled", which is a lie:
/// nobody cancelled anything. These tell what is so instead: the host went away before it could answer.
namespace burrow {

/// What a call hears whose answer never came, because the host was gone first.
template <typename T>
struct Unanswered;

inline QString hostGoneSentence()
{
    return QStringLiteral("the host is gone; the call was not answered");
}

template <typename T>
struct Unanswered<Result<T>>
{
    static Result<T> value() { return Error{ErrorKind::NotReady, hostGoneSentence()}; }
};

template <>
struct Unanswered<AcceptReceipt>
{
    static AcceptReceipt value()
    {
        AcceptReceipt receipt;
        receipt.refusal = Refusal::ShuttingDown;
        receipt.message = hostGoneSentence();
        return receipt;
    }
};

template <>
struct Unanswered<AdmissionPreview>
{
    static AdmissionPreview value()
    {
        AdmissionPreview preview;
        preview.receipt = Unanswered<AcceptReceipt>::value();
        preview.certain = false;
        return preview;
    }
};

template <>
struct Unanswered<CommandReceipt>
{
    static CommandReceipt value()
    {
        CommandReceipt receipt;
        receipt.verdict = CommandReceipt::Verdict::Refused;
        receipt.refusal = Refusal::ShuttingDown;
        receipt.message = hostGoneSentence();
        return receipt;
    }
};

template <>
struct Unanswered<OperationReceipt>
{
    static OperationReceipt value()
    {
        OperationReceipt receipt;
        receipt.refusal = OperationRefusal::Unavailable;
        receipt.message = hostGoneSentence();
        return receipt;
    }
};

template <>
struct Unanswered<Outcome>
{
    static Outcome value() { return waitFailed(WaitFailure::ChannelClosed, hostGoneSentence()); }
};

template <typename T>
struct Unanswered<std::vector<T>>
{
    static std::vector<T> value() { return {}; }
};

/// A promise that is finished by calling it, once. Copies are the same promise; when the last one goes and none
/// was called, the promise finishes as unanswered.
template <typename T>
class Answer
{
public:
    Answer()
        : m_state(std::make_shared<State>())
    {
        m_state->promise.start();
    }
    QFuture<T> future() const { return m_state->promise.future(); }
    void operator()(T value) const
    {
        m_state->given = true;
        m_state->finish(std::move(value));
    }

private:
    struct State
    {
        QPromise<T> promise;
        bool given = false;

        State() = default;
        Q_DISABLE_COPY_MOVE(State)
        ~State()
        {
            if (!given)
                finish(Unanswered<T>::value());
        }
        void finish(T value)
        {
            promise.addResult(std::move(value));
            promise.finish();
        }
    };
    std::shared_ptr<State> m_state;
};

/// Calls `done` once: when it was called itself as often as it was told to expect, or when nobody is left who
/// could call it.
class Countdown
{
public:
    Countdown(std::size_t count, std::function<void()> done)
        : m_state(std::make_shared<State>(count, std::move(done)))
    {
    }
    void operator()() const
    {
        if (m_state->left.fetch_sub(1) == 1)
            m_state->done();
    }

private:
    struct State
    {
        State(std::size_t count, std::function<void()> whenDone)
            : left(count)
            , done(std::move(whenDone))
        {
        }
        Q_DISABLE_COPY_MOVE(State)
        ~State()
        {
            if (left > 0)
                done();
        }
        std::atomic<std::size_t> left;
        std::function<void()> done;
    };
    std::shared_ptr<State> m_state;
};

} // namespace burrow
