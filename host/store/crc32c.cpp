// SPDX-License-Identifier: Apache-2.0
#include "store/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace burrow {

namespace {

constexpr quint32 reversed_polynomial = 0x82f63b78;

constexpr std::array<quint32, 256> makeTable()
{
    std::array<quint32, 256> table{};
    for (quint32 byte = 0; byte < 256; ++byte) {
        quint32 value = byte;
        for (int bit = 0; bit < 8; ++bit)
            value = (value >> 1) ^ ((value & 1) != 0 ? reversed_polynomial : 0);
        table[byte] = value;
    }
    return table;
}

quint32 byTable(quint32 crc, const char *bytes, std::size_t size)
{
    static constexpr std::array<quint32, 256> table = makeTable();
    for (std::size_t at = 0; at < size; ++at)
        crc = (crc >> 8) ^ table[(crc ^ static_cast<unsigned char>(bytes[at])) & 0xff];
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) quint32 byInstruction(quint32 crc, const char *bytes, std::size_t size)
{
    quint64 wide = crc;
    for (; size >= sizeof(quint64); size -= sizeof(quint64), bytes += sizeof(quint64)) {
        quint64 word = 0;
        std::memcpy(&word, bytes, sizeof word);
        wide = _mm_crc32_u64(wide, word);
    }
    quint32 narrow = static_cast<quint32>(wide);
    for (; size > 0; --size, ++bytes)
        narrow = _mm_crc32_u8(narrow, static_cast<unsigned char>(*bytes));
    return narrow;
}

bool hasInstruction()
{
    static const bool has = __builtin_cpu_supports("sse4.2");
    return has;
}
#endif

} // namespace

quint32 crc32c(quint32 crc, QByteArrayView bytes)
{
    const std::size_t size = static_cast<std::size_t>(bytes.size());
#if defined(__x86_64__)
    if (hasInstruction())
        return ~byInstruction(~crc, bytes.data(), size);
#endif
    return ~byTable(~crc, bytes.data(), size);
}

} // namespace burrow
