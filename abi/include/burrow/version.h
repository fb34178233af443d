// SPDX-License-Identifier: Apache-2.0
//
// The revision of these headers. The major number is part of the entry symbol's name; the minor one is what
// hosts and plugins compare. Until the major is 1 a minor revision may still change what an earlier one
// declared; CHANGELOG.md says so.

#ifndef BURROW_VERSION_H
#define BURROW_VERSION_H

#define BURROW_ABI_MAJOR 0
#define BURROW_ABI_VERSION 1u // the minor revision: goes into descriptor.abi_built and offer.abi_max
#define BURROW_ABI_VERSION_TEXT "0.1"

#endif
