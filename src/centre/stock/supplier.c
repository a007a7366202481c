/* SPDX-License-Identifier: Apache-2.0 */
#include "stock/stock.h"

/* By id, else by the name that it was registered with. */
static const json_t *find(const json_t *suppliers, const char *wanted)
{
    size_t i;
    const json_t *one;
    json_array_foreach(suppliers, i, one)
    {
        if (record_is(one, "id", wanted) || record_is(one, "name", wanted)) {
            return one;
        }
    }
    return NULL;
}

moly_status rule_supplier(const moly_act_context *context, const char *supplier, moly_error *err)
{
    const moly_record_query query = {.kind = "supplier"};
    const json_t *suppliers = NULL;
    moly_status status = act_records(context, &query, &suppliers, err);
    if (status || json_array_size(suppliers) == 0) {
        return status;
    }
    const json_t *found = find(suppliers, supplier);
    if (!found) {
        return MOLY_REFUSE(err, "R-20",
                           "the supplier '%.80s' is not registered; register and "
                           "approve it first (stock.register_supplier)",
                           supplier);
    }
    moly_instant until = record_instant(found, "approved_until");
    if (!record_is(found, "state", "approved")) {
        return MOLY_REFUSE(err, "R-20",
                           "the supplier %.80s is %s; approve it first "
                           "(stock.approve_supplier)",
                           record_text(found, "name"), say(context, record_text(found, "state")));
    }
    if (context->at.us > until.us) {
        return MOLY_REFUSE(err, "R-20",
                           "the approval of the supplier %.80s ended at %s; review it "
                           "first (stock.approve_supplier)",
                           record_text(found, "name"), say_time(context, until));
    }
    return MOLY_OK;
}
