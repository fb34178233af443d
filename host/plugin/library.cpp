// SPDX-License-Identifier: Apache-2.0
#include "plugin/library.h"

#include "plugin/abi_text.h"
#include "plugin/call_guard.h"
#include "plugin/elf_check.h"
#include "plugin/plugin_limits.h"

#include <QFile>

#include <dlfcn.h>

namespace burrow {

namespace {

QString linkerSentence()
{
    const char *text = ::dlerror();
    return text ? sanitised(QByteArrayView(text), limits::plugin_message_bytes_max)
                : QStringLiteral("the dynamic linker gives no reason");
}

} // namespace

PluginResult<OpenLibrary> openLibrary(const CheckedLibrary &library)
{
    const QByteArray path = QFile::encodeName(library.path);
    ::dlerror();
    // RTLD_NODELETE: nothing can unload it, not even a dlclose by somebody else.
    const CallResult<void *> opened =
        guardedCall([&] { return ::dlopen(path.constData(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE); });
    if (opened.threw) {
        return PluginFault(PluginFaultCode::ExceptionLeft,
                           QStringLiteral("%1 threw an exception while it was opened").arg(library.path));
    }
    if (!opened.answer) {
        return PluginFault(PluginFaultCode::CannotBeLinked,
                           QStringLiteral("cannot open %1: %2").arg(library.path, linkerSentence()));
    }
    void *symbol = ::dlsym(opened.answer, pluginEntrySymbol);
    if (!symbol) {
        return PluginFault(PluginFaultCode::NoEntry,
                           QStringLiteral("%1 has no entry function: %2").arg(library.path, linkerSentence()));
    }
    return OpenLibrary{reinterpret_cast<OpenLibrary::Entry>(symbol)};
}

} // namespace burrow
