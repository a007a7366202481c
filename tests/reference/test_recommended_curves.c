/* SPDX-License-Identifier: Apache-2.0 */
/* Every point of the recommended curves of EXFOR against Moly's curve of the same entry: 0.3 %. */
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/production/reaction.h"

/* "(42-MO-100(P,2N)43-TC-99-M,,SIG,,,RECOM)" */
static const moly_reaction *curve_of(const char *text)
{
    char *end;
    const int z = (int)strtol(text + 1, &end, 10);
    const int a = (int)strtol(strchr(end + 1, '-') + 1, &end, 10);
    const bool is_proton = end[1] == 'P';
    const int pz = (int)strtol(strchr(end, ')') + 1, &end, 10);
    const int pa = (int)strtol(strchr(end + 1, '-') + 1, &end, 10);
    return moly_reaction_find(is_proton ? MOLY_PARTICLE_PROTON : MOLY_PARTICLE_DEUTERON, z, a, pz,
                              pa, strncmp(end, "-M", 2) == 0);
}

static void recommended_points_are_met_within_three_parts_in_a_thousand(void **state)
{
    (void)state;
    char path[512];
    char *data;
    size_t length, n_checked = 0, n_lines = 0;
    moly_error err = {0};
    need_shared("data/nuclear/charged/exfor_recommended.tsv", path, sizeof path);
    assert_ok(moly_file_read(path, 1 << 24, &data, &length, &err), err);
    for (char *line = strchr(data, '\n'); line != NULL && line[1] != '\0';) {
        char *entry = line + 1;
        line = strchr(entry, '\n');
        char *reaction = strchr(entry, '\t') + 1, *energy = strchr(reaction, '\t') + 1;
        char *end;
        const double e = strtod(energy, &end), xs = strtod(end, NULL);
        const moly_reaction *curve = curve_of(reaction);
        n_lines++;
        assert_non_null(curve);
        if (strncmp(curve->source + 6, entry, 8) != 0 || e <= (double)curve->energy_mev[0]) {
            continue;
        }
        double peak = 0.0;
        for (size_t i = 0; i < curve->n; i++) {
            peak = fmax(peak, (double)curve->xs_mb[i]);
        }
        const double there = moly_reaction_xs_mb(curve, e);
        if (!(fabs(there - xs) <= 3e-3 * xs + 1e-5 * peak)) {
            fail_msg("%.60s at %g MeV: %g mb, recommended %g", reaction, e, there, xs);
        }
        n_checked++;
    }
    print_message("  %zu of %zu points\n", n_checked, n_lines);
    assert_true(n_checked > 4000);
    moly_free(data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(recommended_points_are_met_within_three_parts_in_a_thousand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
