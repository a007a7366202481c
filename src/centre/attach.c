/* SPDX-License-Identifier: Apache-2.0 */
/* Files that go with an act: a parameter whose hint is FILE. A face brings the bytes, the ledger
 * keeps them under their hash, and the act and its event see the hash. */
#include "act.h"

bool moly_act_takes_file(const moly_param *param)
{
    return param->type == MOLY_TYPE_TEXT && param->pattern_hint &&
           strcmp(param->pattern_hint, "FILE") == 0;
}

moly_status moly_centre_attach(moly_transaction *transaction, json_t *fields, void *context,
                               moly_error *err)
{
    const moly_attachments *files = context;
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < files->n && !status; i++) {
        char hash[65];
        const moly_attachment *file = &files->items[i];
        status = moly_transaction_put_blob(transaction, file->data, file->length,
                                           "application/octet-stream", hash, err);
        if (!status && json_object_set_new(fields, file->field, json_string(hash)) != 0) {
            status = MOLY_NO_MEMORY(err);
        }
    }
    return status;
}
