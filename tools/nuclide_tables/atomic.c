/* SPDX-License-Identifier: Apache-2.0 */
/* X rays and Auger electrons of DDEP: a text table of each scheme, K and L groups. They take the
 * place of JEFF's, group by group, where DDEP has an intensity. Two exceptions keep JEFF's: where a
 * long-lived level of the daughter is a nuclide of its own, DDEP's figures are those of both at
 * equilibrium; and where conversion electrons are JEFF's and an Auger group of JEFF is absent or of
 * another size, its electrons stand among the conversion lines or the other way round, and would be
 * counted twice or not at all. */
#include <math.h>

#include "ddep.h"

enum { K_X, L_X, K_AUGER, L_AUGER, N_ATOMIC };
enum { LEAST_Z_L_GROUPS = 72 }; /* L groups reach 10 keV */

/* What a label begins with. "XL" alone is the total of XLL, XLA, XLC, XLB, XLG. */
static const struct {
    const char *begin;
    int group;
} labels[] = {{"XK", K_X},      {"XL", L_X},      {"KLL", K_AUGER},
              {"KLX", K_AUGER}, {"KXY", K_AUGER}, {"LAUGER", L_AUGER}};

static const moly_radiation radiations[N_ATOMIC] = {
    [K_X] = MOLY_RADIATION_X,
    [L_X] = MOLY_RADIATION_X,
    [K_AUGER] = MOLY_RADIATION_AUGER,
    [L_AUGER] = MOLY_RADIATION_AUGER,
};

/* "        21.804-22.989  |]  19.7     7     KLX AUGER": energies or a range in columns 10-27, the
 * bracket of a shared intensity behind, the intensity in 35-42, its uncertainty in 43-48. */
void ddep_add_atomic(scheme *s, const char *line)
{
    scheme_atomic row = {.group = -1, .low_kev = NAN, .high_kev = NAN};
    size_t n = 0;
    for (const char *c = line + 49; *c && n + 1 < sizeof row.label; c++) {
        if (*c != ' ') {
            row.label[n++] = *c;
        }
    }
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        if (strncmp(row.label, labels[i].begin, strlen(labels[i].begin)) == 0) {
            row.group = labels[i].group;
        }
    }
    if (row.group < 0 || s->n_atomic == DDEP_MAX_ATOMIC) {
        return;
    }
    row.low_kev = row.high_kev = ddep_value(line, 10, 27);
    const char *dash = strchr(line + 9, '-');
    if (dash && dash < line + 27) {
        char *end;
        const double high = strtod(dash + 1, &end);
        row.high_kev = end != dash + 1 ? high : row.high_kev;
    }
    row.shares = memcmp(line + 30, "|]", 2) == 0;
    row.intensity = ddep_value(line, 35, 42);
    row.intensity_sd = ddep_sd(line, 35, 42, 43, 48);
    row.intensity = isfinite(row.intensity) ? row.intensity : 0.0;
    s->atomic[s->n_atomic++] = row;
}

static double middle_kev(const scheme_atomic *row)
{
    return 0.5 * (row->low_kev + row->high_kev);
}

static void add(table_nuclide *n, const scheme_atomic *row, double energy_kev)
{
    if (row->intensity > 0.0 && energy_kev > 0.0) {
        tables_add_line(n, (table_line){.radiation = radiations[row->group],
                                        .energy_kev = energy_kev,
                                        .intensity_pct = row->intensity,
                                        .intensity_sd_pct = row->intensity_sd,
                                        .source = SOURCE_DDEP});
    }
}

/* K X rays: each line, or one for those that share an intensity, at the strongest of them. */
static void add_k_x(table_nuclide *n, const scheme *s)
{
    for (int i = 0; i < s->n_atomic;) {
        const scheme_atomic *first = &s->atomic[i];
        scheme_atomic sum = *first;
        double energy_kev = middle_kev(first);
        int k = i + 1;
        for (; first->shares && k < s->n_atomic && s->atomic[k].shares &&
               s->atomic[k].group == first->group &&
               !(sum.intensity > 0.0 && s->atomic[k].intensity > 0.0) &&
               strcmp(s->atomic[k].label, "XKB2") != 0;
             k++) {
            const scheme_atomic *row = &s->atomic[k];
            sum.intensity += row->intensity;
            sum.intensity_sd += row->intensity_sd;
            if (strcmp(row->label, "XKB1") == 0 || !isfinite(energy_kev)) {
                energy_kev = middle_kev(row);
            }
        }
        if (sum.group == K_X) {
            add(n, &sum, energy_kev);
        }
        i = k;
    }
}

/* L X rays: the parts, made to add up to the total where both stand there and differ (Tl-201: 36
 * and 42.7 %); else the total, in groups. */
static void add_l_x(const shells *edges, table_nuclide *n, const scheme *s)
{
    const scheme_atomic *total = NULL;
    double parts = 0.0;
    for (int i = 0; i < s->n_atomic; i++) {
        const scheme_atomic *row = &s->atomic[i];
        if (row->group == L_X && strcmp(row->label, "XL(total)") == 0) {
            total = row;
        } else if (row->group == L_X && isfinite(middle_kev(row))) {
            parts += row->intensity;
        }
    }
    const double most = total && total->intensity > 0.0 ? total->intensity : parts;
    const bool has_parts = parts > 0.5 * most;
    const bool is_sum = fabs(parts - most) < 0.05 * most;
    for (int i = 0; i < s->n_atomic && has_parts; i++) {
        if (s->atomic[i].group == L_X && &s->atomic[i] != total) {
            scheme_atomic row = s->atomic[i];
            row.intensity *= is_sum ? 1.0 : most / parts;
            row.intensity_sd *= is_sum ? 1.0 : most / parts;
            add(n, &row, middle_kev(&row));
        }
    }
    if (!has_parts && total && total->intensity > 0.0) {
        shells_add_l_x(edges, s->daughter.z, n,
                       &(table_line){.radiation = MOLY_RADIATION_X,
                                     .intensity_pct = total->intensity,
                                     .intensity_sd_pct = total->intensity_sd,
                                     .source = SOURCE_DDEP});
    }
}

/* From JEFF, where one line stands for all. Below lead the groups lie within 2 keV of each other,
 * but around 10 keV, where air kerma begins, they matter. */
void tables_split_l_x(const tables *t, table_nuclide *n)
{
    const int z = n->n_branches > 0 ? n->branches[0].daughter.z : 0;
    const double low_kev = shell_kev(t->shells, z, SHELL_L3) - shell_kev(t->shells, z, SHELL_M1);
    const double high_kev = shell_kev(t->shells, z, SHELL_L1);
    size_t found = 0, n_found = 0;
    for (size_t i = 0; i < n->n_lines; i++) {
        const table_line *l = &n->lines[i];
        if (l->radiation == MOLY_RADIATION_X && l->energy_kev > low_kev &&
            l->energy_kev < high_kev) {
            found = i;
            n_found++;
        }
    }
    if (z < LEAST_Z_L_GROUPS || n_found != 1 || n->lines[found].source != SOURCE_JEFF) {
        return;
    }
    const table_line total = n->lines[found];
    n->lines[found] = n->lines[--n->n_lines];
    shells_add_l_x(t->shells, z, n, &total);
}

/* Mean energy of the Auger electrons of a shell, where JEFF has none: KLL, KLX and KXY as 64, 32
 * and 4; LMM. */
static double auger_kev(const shells *s, int z, int group)
{
    const double k = shell_kev(s, z, SHELL_K), l = shell_kev(s, z, SHELL_L2);
    const double m = shell_mean_m_kev(s, z);
    return group == K_AUGER ? 0.64 * (k - 2.0 * l) + 0.32 * (k - l - m) + 0.04 * (k - 2.0 * m)
                            : shell_kev(s, z, SHELL_L3) - 2.0 * m;
}

/* Auger electrons: the sum of a shell, at the mean energy of JEFF's lines, for DDEP gives ranges
 * only. JEFF's may hold M electrons too, which lie far below. */
static void add_auger(const shells *edges, table_nuclide *n, const scheme *s, int group,
                      double jeff_kev)
{
    const double expected_kev = auger_kev(edges, s->daughter.z, group);
    const bool is_apt = jeff_kev > 0.8 * expected_kev && jeff_kev < 1.2 * expected_kev;
    scheme_atomic sum = {.group = group};
    for (int i = 0; i < s->n_atomic; i++) {
        const scheme_atomic *row = &s->atomic[i];
        if (row->group == group) {
            sum.intensity += row->intensity;
            sum.intensity_sd = hypot(sum.intensity_sd, row->intensity_sd);
        }
    }
    char digits[32]; /* four: it is the mean of a group */
    snprintf(digits, sizeof digits, "%.4g", is_apt ? jeff_kev : expected_kev);
    add(n, &sum, strtod(digits, NULL));
}

/* Of an X ray or Auger line of JEFF: all K lines lie above half the K edge, all others below. */
static int group_of(const table_line *l, int z)
{
    const bool is_k = l->energy_kev > 0.5 * k_edge_kev(z);
    return l->radiation == MOLY_RADIATION_X       ? (is_k ? K_X : L_X)
           : l->radiation == MOLY_RADIATION_AUGER ? (is_k ? K_AUGER : L_AUGER)
                                                  : -1;
}

/* JEFF's lines of a group together: intensity and mean energy, both 0 where there are none. */
static table_line sum_group(const table_nuclide *n, int group, int z)
{
    table_line sum = {.radiation = radiations[group]};
    for (size_t i = 0; i < n->n_lines; i++) {
        const table_line *l = &n->lines[i];
        if (group_of(l, z) == group) {
            sum.intensity_pct += l->intensity_pct;
            sum.energy_kev += l->intensity_pct * l->energy_kev;
        }
    }
    sum.energy_kev = sum.intensity_pct > 0.0 ? sum.energy_kev / sum.intensity_pct : 0.0;
    return sum;
}

static void drop_group(table_nuclide *n, int group, int z)
{
    size_t kept = 0;
    for (size_t i = 0; i < n->n_lines; i++) {
        if (group_of(&n->lines[i], z) != group) {
            n->lines[kept++] = n->lines[i];
        }
    }
    n->n_lines = kept;
}

/* An Auger group without uncertainty may be per vacancy and not per decay (Er-169). */
static bool replaces(int group, double intensity, double jeff, bool is_told_apart)
{
    const bool is_free = group == K_X || group == L_X || is_told_apart;
    return intensity > 0.0 && (is_free || (intensity > 0.75 * jeff && intensity < 1.33 * jeff));
}

bool ddep_has_isomer(const ddep_file *file)
{
    for (int k = 0; k < file->n_schemes; k++) {
        for (int i = 0; i < file->schemes[k].n_levels; i++) {
            if (file->schemes[k].levels[i].isomer > 0) {
                return true;
            }
        }
    }
    return false;
}

void ddep_take_atomic(const shells *edges, table_nuclide *n, const ddep_file *file,
                      bool has_conversion)
{
    if (ddep_has_isomer(file)) {
        return;
    }
    double intensity[N_ATOMIC] = {0.0}, intensity_sd[N_ATOMIC] = {0.0};
    int z = n->state.z + 1;
    for (int k = 0; k < file->n_schemes; k++) {
        const scheme *s = &file->schemes[k];
        for (int i = 0; i < s->n_atomic; i++) {
            intensity[s->atomic[i].group] += s->atomic[i].intensity;
            intensity_sd[s->atomic[i].group] += s->atomic[i].intensity_sd;
            z = s->daughter.z < z ? s->daughter.z : z;
        }
    }
    for (int group = 0; group < N_ATOMIC; group++) {
        const table_line jeff = sum_group(n, group, z);
        if (!replaces(group, intensity[group], jeff.intensity_pct,
                      has_conversion && intensity_sd[group] > 0.0)) {
            continue;
        }
        drop_group(n, group, z);
        for (int k = 0; k < file->n_schemes; k++) {
            const scheme *s = &file->schemes[k];
            if (group == K_X) {
                add_k_x(n, s);
            } else if (group == L_X) {
                add_l_x(edges, n, s);
            } else {
                add_auger(edges, n, s, group, jeff.energy_kev);
            }
        }
    }
}
