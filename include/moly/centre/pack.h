/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOLY_CENTRE_PACK_H
#define MOLY_CENTRE_PACK_H

/** Packs of countries: limits, tolerances and periods as versioned data, each with its
 * source.
 *
 *  A pack is a JSON object {"pack","inherits","version","name","limits":[{"key","value","unit",
 *  "source","status":"sourced"|"check","note"}]}; its hash is the BLAKE2b-256 of the canonical text
 *  of these members. A publisher's file also has "public_key" and "signature": Ed25519 over "moly
 *  pack 1\n" and that text. Thread-safe. */

#include "moly/base/json.h"
#include "moly/ledger/ledger.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The pack that was compiled in for a country ("KG"), a union ("EU") or "common".
 *  @param is_whole  with every limit that it inherits, each with "version"; such a one is no file
 *  @param[out] pack  as above, with "hash"; new reference
 *  @retval MOLY_ERR_UNKNOWN  the nearest code is suggested */
MOLY_API MOLY_CHECKED moly_status moly_pack_show(const char *code, bool is_whole, json_t **pack,
                                                 moly_error *err);

/** Is this a whole pack, and who signed it?
 *  @param key_hex  the publisher's public key, 64 hexadecimal digits; NULL: any
 *  @param[out] report  {"pack","inherits","version","name","hash","n_limits","n_sourced",
 *              "public_key" (null when it is not signed)}; new reference
 *  @retval MOLY_ERR_DATA  what is wrong in it: a limit, the hash, the signature, another key */
MOLY_API MOLY_CHECKED moly_status moly_pack_verify(const json_t *file, const char *key_hex,
                                                   json_t **report, moly_error *err);

/** Sign a pack as its publisher.
 *  @param seed_hex  secret, 64 hexadecimal digits
 *  @param[out] signed_file  new reference
 *  @retval MOLY_ERR_DATA  it is no pack */
MOLY_API MOLY_CHECKED moly_status moly_pack_sign(const json_t *file, const char *seed_hex,
                                                 json_t **signed_file, moly_error *err);
/** A new secret for it. */
MOLY_API MOLY_CHECKED moly_status moly_pack_new_seed(char seed_hex[65], moly_error *err);

/** How long a record must be kept by the packs in force.
 *  @param[out] result  {"kind","id","until" (null: for ever),"key","years","source","version"};
 *              new reference
 *  @retval MOLY_ERR_NOT_FOUND  no such record */
MOLY_API MOLY_CHECKED moly_status moly_record_retention(const moly_site *site,
                                                        const moly_ledger_reader *reader,
                                                        const char *kind, const char *id,
                                                        json_t **result, moly_error *err);

#ifdef __cplusplus
}
#endif
#endif
