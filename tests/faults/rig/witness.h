// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <QByteArray>

namespace burrow::faults {

/// Takes down what happens, one line each without its end. Thread-safe.
///
/// What a submitter is told:
///   accepted LABEL INPUT | duplicate LABEL INPUT | refused LABEL WHY | ended LABEL INPUT OUTCOME
///   unanswered LABEL | outcome LABEL STATE OUTCOME | stopped SESSION | started SESSION | fenced
/// What is noted beside it, outside of the database:
///   admitted LABEL INPUT SESSION ADMISSION KEY   before the accept is given to the store; no key is `-`
///   effect LABEL INPUT SESSION RUN ATTEMPT       before an apply does anything else
///   requeued INPUT-SEQUENCE                      before a failed run is given to the store
class Witness
{
public:
    virtual ~Witness() = default;
    virtual void told(const QByteArray &line) = 0;
    virtual void noted(const QByteArray &line) = 0;
};

} // namespace burrow::faults
