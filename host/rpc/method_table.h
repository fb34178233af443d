// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"

#include <QJsonObject>

#include <span>

/// The protocol of the control socket as data: methods with their parameters and results, notifications, and
/// the shapes that these are made of. Checking, the published schema and the page of the protocol are made from
/// these rows.
namespace burrow {

/// Versions of the protocol. A change that an old client cannot overlook gets a new one; members of results and
/// optional parameters may be added to any.
inline constexpr int rpc_protocol_newest = 1;
inline constexpr int rpc_protocol_oldest = 1;

enum class RpcForm : quint8 {
    Text,
    Flag,
    Count, ///< A whole number, not negative.
    Choice,
    Any,    ///< Any JSON value.
    Shape,  ///< An object of the shape that is named.
    Shapes, ///< A list of them.
    Texts,
    Counts,
    OpenObject, ///< An object that is read by somebody else.
};

enum class Needed : quint8 { Yes, No };

/// One member of an object.
struct RpcMember
{
    const char *name;
    RpcForm form;
    const char *doc; ///< A phrase.
    Needed needed = Needed::Yes;
    std::span<const char *const> choices = {};
    const char *shape = nullptr;
};

struct RpcShape
{
    const char *name;
    const char *doc; ///< One sentence.
    std::span<const RpcMember> members;
};

enum class RpcMethod : quint8 {
    Hello,
    HostInfo,
    HostShutdown,
    SessionList,
    SessionShow,
    Why,
    Submit,
    Outcome,
    Cancel,
    Interrupt,
    Stop,
    Start,
    Retire,
    Reset,
    Recycle,
    Recover,
    Destroy,
    Unregister,
    EventsSubscribe,
    EventsUnsubscribe,
};

struct RpcMethodRow
{
    RpcMethod method;
    const char *name;
    const char *doc; ///< One sentence or two.
    std::span<const RpcMember> params;
    const char *result; ///< A shape.
};

struct RpcNotificationRow
{
    const char *name;
    const char *doc;
    const char *params; ///< A shape.
};

/// In the order of RpcMethod.
std::span<const RpcMethodRow> rpcMethodTable();
std::span<const RpcNotificationRow> rpcNotificationTable();
std::span<const RpcShape> rpcShapeTable();

const RpcMethodRow &rowOf(RpcMethod method);
/// Null when there is none.
const RpcMethodRow *methodNamed(const QString &name);
/// Asserts that there is one.
const RpcShape &shapeNamed(const char *name);

/// Whether an object has the members that it must have, and each of them in its form. The error is a sentence
/// that names the member. `Unknown::Refused` also refuses members that are not in the rows.
enum class Unknown : quint8 { Refused, Allowed };
Result<void> checkMembers(std::span<const RpcMember> members, const QJsonObject &object, Unknown unknown);

} // namespace burrow
