// SPDX-License-Identifier: Apache-2.0
#include "plugin/bound_tables.h"

#include "plugin/abi_text.h"
#include "plugin/readable_memory.h"

#include <QStringList>

#include <cstring>

namespace burrow {

namespace {

static_assert(sizeof(burrow_plugin) >= BURROW_PLUGIN_BASE);
static_assert(sizeof(burrow_descriptor) >= BURROW_DESCRIPTOR_BASE);
static_assert(sizeof(burrow_executor_vtable) >= BURROW_EXECUTOR_VTABLE_BASE);
static_assert(sizeof(burrow_drain_vtable) >= BURROW_DRAIN_VTABLE_BASE);
static_assert(sizeof(burrow_boundary_executor) >= BURROW_BOUNDARY_EXECUTOR_BASE);
static_assert(sizeof(burrow_checkpoint_executor) >= BURROW_CHECKPOINT_EXECUTOR_BASE);
static_assert(sizeof(burrow_operations_client) >= BURROW_OPERATIONS_CLIENT_BASE);

using Code = PluginFaultCode;

PluginFault fault(Code code, const QString &sentence)
{
    return {code, sentence};
}

/// What both sides know of a struct that begins with its size; the rest of the copy is zero.
template <typename Struct>
PluginResult<Struct> copyBounded(const Struct *source, quint32 base, const char *what)
{
    const QLatin1String name(what);
    if (!source)
        return fault(Code::EntryGarbage, QStringLiteral("gives no %1 (null)").arg(name));
    quint32 size = 0;
    if (reinterpret_cast<quintptr>(source) % alignof(Struct) != 0 || !isReadable(source, sizeof size))
        return fault(Code::EntryGarbage, QStringLiteral("gives an address that holds no %1").arg(name));
    std::memcpy(&size, source, sizeof size);
    if (const char *why = sizeFault(size, base)) {
        return fault(
            Code::BadStructSize,
            QStringLiteral("gives a %1 whose struct_size %2 %3").arg(name).arg(size).arg(QLatin1String(why)));
    }
    const std::size_t known = std::min<std::size_t>(size, sizeof(Struct));
    if (!isReadable(source, known))
        return fault(Code::EntryGarbage, QStringLiteral("gives an address that holds no %1").arg(name));
    Struct copy = {};
    std::memcpy(static_cast<void *>(&copy), source, known);
    return copy;
}

/// Collects the required slots that are empty.
class SlotCheck
{
public:
    explicit SlotCheck(const char *table)
        : m_table(table)
    {
    }
    template <typename Function>
    void require(Function *slot, const char *name)
    {
        if (!slot)
            m_missing.append(QLatin1String(name));
    }
    std::optional<PluginFault> refusal() const
    {
        if (m_missing.isEmpty())
            return std::nullopt;
        return fault(Code::MissingSlot,
                     QStringLiteral("has %1 table without the required %2")
                         .arg(QLatin1String(m_table), m_missing.join(QStringLiteral(" and "))));
    }

private:
    const char *m_table;
    QStringList m_missing;
};

/// Puts the stub into an empty slot; true when the plugin has a function of its own.
template <typename Function>
bool bindOptional(Function *&slot, Function *stub)
{
    const bool present = slot != nullptr;
    if (!present)
        slot = stub;
    return present;
}

template <typename... Arguments>
int32_t unimplemented(Arguments...)
{
    return BURROW_UNIMPLEMENTED;
}

const void *noExtension(void *, const burrow_text *)
{
    return nullptr;
}

const void *noPluginExtension(const burrow_text *)
{
    return nullptr;
}

void nothing() {}

} // namespace

PluginResult<burrow_plugin> bindPlugin(const burrow_plugin *plugin)
{
    PluginResult<burrow_plugin> copy = copyBounded(plugin, BURROW_PLUGIN_BASE, "plugin table");
    if (!copy)
        return copy;
    if (!copy->init)
        return fault(Code::MissingSlot, QStringLiteral("has a plugin table without the required init"));
    if (!copy->executor && !copy->drain)
        return fault(Code::MissingSlot, QStringLiteral("offers neither an executor nor a drain"));
    bindOptional(copy->deinit, &nothing);
    bindOptional(copy->get_extension, &noPluginExtension);
    return copy;
}

PluginResult<BoundExecutor> bindExecutor(const burrow_executor_vtable *table)
{
    const PluginResult<burrow_executor_vtable> copy =
        copyBounded(table, BURROW_EXECUTOR_VTABLE_BASE, "executor table");
    if (!copy)
        return copy.error();
    BoundExecutor bound{*copy, {}};
    SlotCheck check("an executor");
    check.require(bound.table.create, "create");
    check.require(bound.table.apply, "apply");
    check.require(bound.table.destroy, "destroy");
    if (const std::optional<PluginFault> refusal = check.refusal())
        return *refusal;
    bound.has.cancel = bindOptional(bound.table.cancel, &unimplemented<void *, const burrow_cancel_request *>);
    bound.has.stop =
        bindOptional(bound.table.stop, &unimplemented<void *, const burrow_stop_request *, burrow_token>);
    bound.has.cleanup =
        bindOptional(bound.table.cleanup, &unimplemented<const burrow_cleanup_request *, burrow_token>);
    bound.has.getExtension = bindOptional(bound.table.get_extension, &noExtension);
    bound.has.resume = bindOptional(bound.table.resume, &unimplemented<void *, burrow_token>);
    return bound;
}

PluginResult<burrow_drain_vtable> bindDrain(const burrow_drain_vtable *table)
{
    PluginResult<burrow_drain_vtable> copy = copyBounded(table, BURROW_DRAIN_VTABLE_BASE, "drain table");
    if (!copy)
        return copy;
    SlotCheck check("a drain");
    check.require(copy->create, "create");
    check.require(copy->run, "run");
    check.require(copy->ready, "ready");
    check.require(copy->settled, "settled");
    check.require(copy->destroy, "destroy");
    if (const std::optional<PluginFault> refusal = check.refusal())
        return *refusal;
    bindOptional(copy->cancel, &unimplemented<void *, const burrow_cancel_request *>);
    bindOptional(copy->stop, &unimplemented<void *, const burrow_stop_request *, burrow_token>);
    bindOptional(copy->cleanup, &unimplemented<const burrow_cleanup_request *, burrow_token>);
    bindOptional(copy->get_extension, &noExtension);
    return copy;
}

PluginResult<burrow_checkpoint_executor> bindCheckpoint(const void *table)
{
    PluginResult<burrow_checkpoint_executor> copy =
        copyBounded(static_cast<const burrow_checkpoint_executor *>(table), BURROW_CHECKPOINT_EXECUTOR_BASE,
                    "burrow.checkpoint/1 table");
    if (copy && !copy->committed)
        return fault(Code::MissingSlot,
                     QStringLiteral("has a burrow.checkpoint/1 table without the required committed"));
    return copy;
}

PluginResult<burrow_boundary_executor> bindBoundary(const void *table)
{
    PluginResult<burrow_boundary_executor> copy =
        copyBounded(static_cast<const burrow_boundary_executor *>(table), BURROW_BOUNDARY_EXECUTOR_BASE,
                    "burrow.boundary/1 table");
    if (!copy)
        return copy;
    SlotCheck check("a burrow.boundary/1");
    check.require(copy->stage, "stage");
    check.require(copy->discard, "discard");
    if (const std::optional<PluginFault> refusal = check.refusal())
        return *refusal;
    return copy;
}

PluginResult<burrow_operations_client> bindOperationsClient(const void *table)
{
    PluginResult<burrow_operations_client> copy =
        copyBounded(static_cast<const burrow_operations_client *>(table), BURROW_OPERATIONS_CLIENT_BASE,
                    "burrow.operations-client/1 table");
    if (copy && !copy->cancel)
        return fault(Code::MissingSlot,
                     QStringLiteral("has a burrow.operations-client/1 table without the required cancel"));
    return copy;
}

PluginResult<burrow_descriptor> bindDescriptor(const burrow_descriptor *descriptor)
{
    return copyBounded(descriptor, BURROW_DESCRIPTOR_BASE, "descriptor");
}

} // namespace burrow
