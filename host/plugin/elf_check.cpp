// SPDX-License-Identifier: Apache-2.0
#include "plugin/elf_check.h"

#include "plugin/plugin_limits.h"

#include <cstring>
#include <elf.h>
#include <vector>

namespace burrow {

namespace {

#if defined(__x86_64__)
constexpr quint16 hostMachine = EM_X86_64;
#elif defined(__aarch64__)
constexpr quint16 hostMachine = EM_AARCH64;
#elif defined(__riscv)
constexpr quint16 hostMachine = EM_RISCV;
#elif defined(__powerpc64__)
constexpr quint16 hostMachine = EM_PPC64;
#else
#error "Name this machine's ELF number."
#endif

/// One plain struct at an offset of the file, or nothing.
template <typename Plain>
std::optional<Plain> readPlain(const RegularFile &file, quint64 offset)
{
    const std::optional<QByteArray> bytes = file.read(offset, sizeof(Plain));
    if (!bytes)
        return std::nullopt;
    Plain plain;
    std::memcpy(&plain, bytes->constData(), sizeof plain);
    return plain;
}

/// Where the loader would find the symbols, as file offsets.
struct DynamicTables
{
    quint64 symbols = 0;
    quint64 strings = 0;
    quint64 stringBytes = 0;
    std::optional<quint64> gnuHash;
    std::optional<quint64> systemVHash;
};

class ElfImage
{
public:
    ElfImage(const RegularFile &file, const QString &path)
        : m_file(file)
        , m_path(path)
    {
    }

    PluginResult<void> check();

private:
    PluginFault refusal(PluginFaultCode code, const QString &why) const
    {
        return {code, QStringLiteral("%1 %2").arg(m_path, why)};
    }
    PluginFault truncated() const
    {
        return refusal(PluginFaultCode::Truncated,
                       QStringLiteral("is truncated or damaged: it points outside of itself"));
    }
    PluginFault noEntry() const
    {
        return refusal(PluginFaultCode::NoEntry,
                       QStringLiteral("is no Burrow plugin: it does not export the function %1")
                           .arg(QLatin1String(pluginEntrySymbol)));
    }

    PluginResult<void> checkHeader(const Elf64_Ehdr &header) const;
    PluginResult<void> readSegments(const Elf64_Ehdr &header);
    std::optional<quint64> fileOffset(quint64 address) const;
    std::optional<DynamicTables> dynamicTables() const;
    bool isEntry(const DynamicTables &tables, quint32 index, std::optional<Elf64_Sym> &found) const;
    std::optional<Elf64_Sym> findByGnuHash(const DynamicTables &tables) const;
    std::optional<Elf64_Sym> findBySystemVHash(const DynamicTables &tables) const;

    const RegularFile &m_file;
    const QString &m_path;
    std::vector<Elf64_Phdr> m_segments;
};

PluginResult<void> ElfImage::check()
{
    const std::optional<Elf64_Ehdr> header = readPlain<Elf64_Ehdr>(m_file, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return refusal(PluginFaultCode::NotAnElfLibrary, QStringLiteral("is not a shared library"));
    if (PluginResult<void> checked = checkHeader(*header); !checked)
        return checked;
    if (PluginResult<void> read = readSegments(*header); !read)
        return read;
    const std::optional<DynamicTables> tables = dynamicTables();
    if (!tables)
        return truncated();
    const std::optional<Elf64_Sym> entry =
        tables->gnuHash ? findByGnuHash(*tables) : findBySystemVHash(*tables);
    if (!entry || entry->st_shndx == SHN_UNDEF)
        return noEntry();
    const auto type = ELF64_ST_TYPE(entry->st_info);
    if (type != STT_FUNC && type != STT_GNU_IFUNC) {
        return refusal(PluginFaultCode::EntryIsData,
                       QStringLiteral("is no Burrow plugin: its symbol %1 is data, not a function")
                           .arg(QLatin1String(pluginEntrySymbol)));
    }
    return {};
}

PluginResult<void> ElfImage::checkHeader(const Elf64_Ehdr &header) const
{
    if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
        return refusal(
            PluginFaultCode::WrongMachine,
            QStringLiteral("is not a 64-bit little-endian library, and this host can load no other"));
    if (header.e_machine != hostMachine) {
        return refusal(PluginFaultCode::WrongMachine,
                       QStringLiteral("is built for another machine (ELF machine %1, this host is %2)")
                           .arg(header.e_machine)
                           .arg(hostMachine));
    }
    if (header.e_type != ET_DYN) {
        return refusal(PluginFaultCode::NotAnElfLibrary,
                       QStringLiteral("is not a shared library (ELF type %1)").arg(header.e_type));
    }
    return {};
}

PluginResult<void> ElfImage::readSegments(const Elf64_Ehdr &header)
{
    if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum == 0
        || header.e_phnum > limits::elf_program_headers_max)
        return truncated();
    const std::optional<QByteArray> bytes =
        m_file.read(header.e_phoff, quint64(header.e_phnum) * sizeof(Elf64_Phdr));
    if (!bytes)
        return truncated();
    m_segments.resize(header.e_phnum);
    std::memcpy(m_segments.data(), bytes->constData(), static_cast<size_t>(bytes->size()));
    const auto size = static_cast<quint64>(m_file.size());
    for (const Elf64_Phdr &segment : m_segments) {
        if (segment.p_offset > size || segment.p_filesz > size - segment.p_offset)
            return truncated();
        if (segment.p_type == PT_LOAD && segment.p_memsz < segment.p_filesz)
            return truncated();
    }
    return {};
}

std::optional<quint64> ElfImage::fileOffset(quint64 address) const
{
    for (const Elf64_Phdr &segment : m_segments) {
        if (segment.p_type == PT_LOAD && address >= segment.p_vaddr
            && address - segment.p_vaddr < segment.p_filesz)
            return segment.p_offset + (address - segment.p_vaddr);
    }
    return std::nullopt;
}

std::optional<DynamicTables> ElfImage::dynamicTables() const
{
    const Elf64_Phdr *dynamic = nullptr;
    for (const Elf64_Phdr &segment : m_segments) {
        if (segment.p_type == PT_DYNAMIC)
            dynamic = &segment;
    }
    if (!dynamic || dynamic->p_filesz > quint64(limits::elf_dynamic_bytes_max))
        return std::nullopt;
    const std::optional<QByteArray> bytes = m_file.read(dynamic->p_offset, dynamic->p_filesz);
    if (!bytes)
        return std::nullopt;
    std::optional<quint64> symbols;
    std::optional<quint64> strings;
    DynamicTables tables;
    for (qsizetype at = 0; at + qsizetype(sizeof(Elf64_Dyn)) <= bytes->size(); at += sizeof(Elf64_Dyn)) {
        Elf64_Dyn entry;
        std::memcpy(&entry, bytes->constData() + at, sizeof entry);
        if (entry.d_tag == DT_NULL)
            break;
        if (entry.d_tag == DT_SYMTAB)
            symbols = fileOffset(entry.d_un.d_ptr);
        else if (entry.d_tag == DT_STRTAB)
            strings = fileOffset(entry.d_un.d_ptr);
        else if (entry.d_tag == DT_STRSZ)
            tables.stringBytes = entry.d_un.d_val;
        else if (entry.d_tag == DT_GNU_HASH)
            tables.gnuHash = fileOffset(entry.d_un.d_ptr);
        else if (entry.d_tag == DT_HASH)
            tables.systemVHash = fileOffset(entry.d_un.d_ptr);
    }
    if (!symbols || !strings || (!tables.gnuHash && !tables.systemVHash))
        return std::nullopt;
    tables.symbols = *symbols;
    tables.strings = *strings;
    return tables;
}

/// Whether the symbol of that index has the entry's name; it is left in `found` then.
bool ElfImage::isEntry(const DynamicTables &tables, quint32 index, std::optional<Elf64_Sym> &found) const
{
    const std::optional<Elf64_Sym> symbol =
        readPlain<Elf64_Sym>(m_file, tables.symbols + quint64(index) * sizeof(Elf64_Sym));
    constexpr quint64 nameBytes = sizeof pluginEntrySymbol; // With its NUL, so that no longer name matches.
    if (!symbol || symbol->st_name > tables.stringBytes || nameBytes > tables.stringBytes - symbol->st_name)
        return false;
    const std::optional<QByteArray> name = m_file.read(tables.strings + symbol->st_name, nameBytes);
    if (!name || std::memcmp(name->constData(), pluginEntrySymbol, nameBytes) != 0)
        return false;
    found = symbol;
    return true;
}

/// As the loader looks it up: from the name's bucket along the chain, whose last entry has its lowest bit set.
std::optional<Elf64_Sym> ElfImage::findByGnuHash(const DynamicTables &tables) const
{
    struct Header
    {
        quint32 buckets;
        quint32 firstSymbol;
        quint32 bloomWords;
        quint32 bloomShift;
    };
    const std::optional<Header> header = readPlain<Header>(m_file, *tables.gnuHash);
    if (!header || header->buckets == 0)
        return std::nullopt;
    quint32 hash = 5381;
    for (const char *c = pluginEntrySymbol; *c; ++c)
        hash = hash * 33 + static_cast<quint8>(*c);
    const quint64 buckets = *tables.gnuHash + sizeof(Header) + quint64(header->bloomWords) * sizeof(quint64);
    const quint64 chains = buckets + quint64(header->buckets) * sizeof(quint32);
    const std::optional<quint32> first =
        readPlain<quint32>(m_file, buckets + quint64(hash % header->buckets) * sizeof(quint32));
    if (!first || *first < header->firstSymbol)
        return std::nullopt;
    std::optional<Elf64_Sym> found;
    for (quint32 step = 0; step < limits::elf_chain_steps_max; ++step) {
        const quint64 index = quint64(*first) + step;
        const std::optional<quint32> link =
            readPlain<quint32>(m_file, chains + (index - header->firstSymbol) * sizeof(quint32));
        if (!link)
            break;
        if ((*link | 1U) == (hash | 1U) && isEntry(tables, static_cast<quint32>(index), found))
            break;
        if (*link & 1U)
            break;
    }
    return found;
}

std::optional<Elf64_Sym> ElfImage::findBySystemVHash(const DynamicTables &tables) const
{
    struct Header
    {
        quint32 buckets;
        quint32 chains;
    };
    const std::optional<Header> header = readPlain<Header>(m_file, *tables.systemVHash);
    if (!header || header->buckets == 0)
        return std::nullopt;
    quint32 hash = 0;
    for (const char *c = pluginEntrySymbol; *c; ++c) {
        hash = (hash << 4) + static_cast<quint8>(*c);
        const quint32 high = hash & 0xf0000000U;
        hash = (hash ^ (high >> 24)) & ~high;
    }
    const quint64 buckets = *tables.systemVHash + sizeof(Header);
    const quint64 chains = buckets + quint64(header->buckets) * sizeof(quint32);
    std::optional<quint32> index =
        readPlain<quint32>(m_file, buckets + quint64(hash % header->buckets) * sizeof(quint32));
    std::optional<Elf64_Sym> found;
    for (quint32 step = 0; index && *index != STN_UNDEF && step < limits::elf_chain_steps_max; ++step) {
        if (*index >= header->chains || isEntry(tables, *index, found))
            break;
        index = readPlain<quint32>(m_file, chains + quint64(*index) * sizeof(quint32));
    }
    return found;
}

} // namespace

PluginResult<void> checkPluginLibrary(const RegularFile &file, const QString &path)
{
    return ElfImage(file, path).check();
}

} // namespace burrow
