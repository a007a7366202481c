/* SPDX-License-Identifier: Apache-2.0 */
#include "schema.h"

#include <ctype.h>
#include <string.h>

const schema_table schema_tables[] = {
    {"site", TABLE_APPEND_ONLY,
     "id TEXT PRIMARY KEY, format BIGINT NOT NULL, name TEXT NOT NULL, country TEXT NOT NULL,"
     " utc_offset_minutes BIGINT NOT NULL, is_training BIGINT NOT NULL, public_key BYTES NOT NULL"},
    {"secret", TABLE_APPEND_ONLY, "name TEXT PRIMARY KEY, value BYTES NOT NULL"},
    {"event", TABLE_APPEND_ONLY,
     "seq BIGINT PRIMARY KEY, kind TEXT NOT NULL, subject TEXT NOT NULL, at_us BIGINT NOT NULL,"
     " recorded_us BIGINT NOT NULL, utc_offset_minutes BIGINT NOT NULL, clock TEXT NOT NULL,"
     " person TEXT NOT NULL, authentication TEXT NOT NULL, body TEXT NOT NULL,"
     " prev BYTES NOT NULL, content_hash BYTES NOT NULL, hash BYTES NOT NULL,"
     " n_signatures BIGINT NOT NULL"},
    {"signature", TABLE_APPEND_ONLY,
     "seq BIGINT NOT NULL, n BIGINT NOT NULL, person TEXT NOT NULL, name TEXT NOT NULL,"
     " meaning TEXT NOT NULL, signed_us BIGINT NOT NULL, public_key BYTES NOT NULL,"
     " signature BYTES NOT NULL, PRIMARY KEY (seq, n)"},
    {"head", TABLE_APPEND_ONLY,
     "seq BIGINT PRIMARY KEY, hash BYTES NOT NULL, signed_us BIGINT NOT NULL,"
     " signature BYTES NOT NULL"},
    {"blob", TABLE_APPEND_ONLY,
     "hash TEXT PRIMARY KEY, media_type TEXT NOT NULL, data BYTES NOT NULL"},
    {"credential", TABLE_APPEND_ONLY,
     "person TEXT NOT NULL, n BIGINT NOT NULL, operations BIGINT NOT NULL,"
     " memory_bytes BIGINT NOT NULL, salt BYTES NOT NULL, nonce BYTES NOT NULL,"
     " sealed_key BYTES NOT NULL, public_key BYTES NOT NULL, PRIMARY KEY (person, n)"},
    {"attempt", TABLE_WORKING,
     "person TEXT PRIMARY KEY, failures BIGINT NOT NULL, last_us BIGINT NOT NULL,"
     " locked_until_us BIGINT NOT NULL"},
    {"record", TABLE_PROJECTION,
     "node TEXT PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL, state TEXT, owner TEXT,"
     " at_us BIGINT, seq BIGINT NOT NULL, doc TEXT NOT NULL"},
    {"series", TABLE_PROJECTION,
     "kind TEXT NOT NULL, prefix TEXT NOT NULL, last BIGINT NOT NULL, PRIMARY KEY (kind, prefix)"},
    {"link", TABLE_PROJECTION,
     "from_node TEXT NOT NULL, to_node TEXT NOT NULL, role TEXT NOT NULL, seq BIGINT NOT NULL,"
     " PRIMARY KEY (from_node, to_node, role)"},
    {"event_subject", TABLE_PROJECTION,
     "subject TEXT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (subject, seq)"},
    {"correction", TABLE_PROJECTION,
     "corrects BIGINT NOT NULL, seq BIGINT NOT NULL, PRIMARY KEY (corrects, seq)"},
    {"account", TABLE_PROJECTION,
     "account TEXT NOT NULL, source TEXT NOT NULL, ref_us BIGINT NOT NULL, state BYTES NOT NULL,"
     " seq BIGINT NOT NULL, PRIMARY KEY (account, source)"},
    {"posting", TABLE_PROJECTION,
     "seq BIGINT NOT NULL, n BIGINT NOT NULL, account TEXT NOT NULL, source TEXT NOT NULL,"
     " at_us BIGINT NOT NULL, activity_bq REAL8 NOT NULL, sd_bq REAL8 NOT NULL,"
     " PRIMARY KEY (seq, n)"},
    {"closing", TABLE_PROJECTION,
     "account TEXT PRIMARY KEY, at_us BIGINT NOT NULL, seq BIGINT NOT NULL"},
    {"discrepancy", TABLE_PROJECTION,
     "seq BIGINT NOT NULL, n BIGINT NOT NULL, account TEXT NOT NULL, counterpart TEXT,"
     " nuclide TEXT NOT NULL, arose TEXT NOT NULL, at_us BIGINT NOT NULL,"
     " measured_bq REAL8 NOT NULL, predicted_bq REAL8 NOT NULL, sd_bq REAL8 NOT NULL,"
     " PRIMARY KEY (seq, n)"},
};
const size_t schema_n_tables = sizeof schema_tables / sizeof schema_tables[0];

const char *const schema_indexes[] = {
    "CREATE INDEX event_kind ON event (kind, seq)",
    "CREATE INDEX event_person ON event (person, seq)",
    "CREATE INDEX event_clock ON event (clock, seq)",
    "CREATE INDEX record_kind ON record (kind, id)",
    "CREATE INDEX record_state ON record (kind, state, id)",
    "CREATE INDEX record_owner ON record (kind, owner, id)",
    "CREATE INDEX record_at ON record (kind, at_us)",
    "CREATE INDEX link_to ON link (to_node)",
    "CREATE INDEX account_source ON account (source, ref_us)",
    "CREATE INDEX posting_account ON posting (account, source, at_us)",
    "CREATE INDEX discrepancy_at ON discrepancy (at_us)",
};
const size_t schema_n_indexes = sizeof schema_indexes / sizeof schema_indexes[0];

void schema_create_table(const schema_table *table, const schema_words *words, moly_text *sql)
{
    const struct {
        const char *common, *own;
    } types[] = {{"TEXT", words->text}, {"BYTES", words->bytes}, {"REAL8", words->real8}};
    moly_text_printf(sql, "CREATE TABLE %s (", table->name);
    for (const char *c = table->columns; *c;) {
        size_t length = strspn(c, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
        if (length == 0) {
            moly_text_add_n(sql, c++, 1);
            continue;
        }
        const char *word = NULL;
        for (size_t t = 0; t < sizeof types / sizeof types[0]; t++) {
            if (strlen(types[t].common) == length && memcmp(types[t].common, c, length) == 0) {
                word = types[t].own;
            }
        }
        moly_text_add_n(sql, word ? word : c, word ? strlen(word) : length);
        c += length;
    }
    moly_text_add(sql, ")");
}
