/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_STOCK_STOCK_H
#define CENTRE_STOCK_STOCK_H

/* Suppliers, rooms and what is in them. */

#include "act.h"

/* a site that registers its suppliers takes only from those that are approved. `supplier` is
 * an id or a name. */
MOLY_CHECKED moly_status rule_supplier(const moly_act_context *context, const char *supplier,
                                       moly_error *err);

/* `activity_bq` more of a nuclide may be in a room; NULL: the room where things are that have
 * none of their own. */
MOLY_CHECKED moly_status rule_licence(const moly_act_context *context, const char *room,
                                      const char *nuclide, double activity_bq, moly_error *err);

/* {"ROOM":{"NUCLIDE":activity_bq}} from the books. New reference. */
MOLY_CHECKED moly_status inventory_read(const moly_ledger_reader *reader, moly_instant at,
                                        const json_t *rooms, json_t **inventory, moly_error *err);
/* The room of what has none of its own: the one so marked, or the first; "" without rooms. */
const char *inventory_default_room(const json_t *rooms);

/* Where things are: the row of a table, and the record's member. */
#define ACT_ROOM(args, what)                                                                       \
    {                                                                                              \
        .name = "room", MOLY_TEXT(args, room), .record = "room", .max = 40.0, .help = (what)       \
    }

#endif
