/* SPDX-License-Identifier: Apache-2.0 */
/* Gathers all rooms for the tests; has no code of its own. */
typedef int moly_rooms_has_no_code;
