/* SPDX-License-Identifier: Apache-2.0 */
/* Build data/neutron:
 *
 *     neutron_tables COMPILATION_DIR DATA_DIR OUT_DIR
 *
 * COMPILATION_DIR holds thermal_ng, thermal_ng-m, Ig and u235_independent_fy.csv; DATA_DIR
 * resonances.csv and decisions.csv; OUT_DIR gets capture.csv, fission.csv, fission_yields.csv and
 * westcott.csv. */
#include "tables.h"

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s COMPILATION_DIR DATA_DIR OUT_DIR\n", argv[0]);
        return 2;
    }
    moly_error err = {0};
    moly_status status = captures_write(argv[1], argv[2], argv[3], &err);
    if (status == MOLY_OK) {
        status = fission_write(argv[1], argv[2], argv[3], &err);
    }
    if (status == MOLY_OK) {
        status = westcott_write(argv[1], argv[2], argv[3], &err);
    }
    if (status != MOLY_OK) {
        fprintf(stderr, "neutron_tables: %s\n", err.message);
    }
    return moly_status_exit_code(status);
}
