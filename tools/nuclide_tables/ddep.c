/* SPDX-License-Identifier: Apache-2.0 */
/* DDEP evaluations (ENSDF, 80 columns) over what JEFF gave: half-life, branches, gamma, alpha and
 * beta lines are replaced, X rays and Auger electrons by atomic.c, conversion electrons by
 * vacancies.c. Source of the format: Tuli, Evaluated Nuclear Structure Data File,
 * BNL-NCS-51655-01/02.
 */
#include <ctype.h>
#include <dirent.h>
#include <math.h>

#include "ddep.h"
#include "moly/base/text.h"
#include "moly/nuclide/beta.h"

#define FILE_LIMIT (1u << 20)
#define DDEP_LINES                                                                                 \
    (1u << MOLY_RADIATION_GAMMA | 1u << MOLY_RADIATION_ALPHA | 1u << MOLY_RADIATION_BETA_MINUS |   \
     1u << MOLY_RADIATION_BETA_PLUS)

/* Columns first..last, from 1, trimmed. */
static void field(const char *line, int first, int last, char *text)
{
    int n = 0;
    for (int i = first - 1; i < last; i++) {
        if (line[i] != ' ') {
            text[n++] = line[i];
        }
    }
    text[n] = '\0';
}

double ddep_value(const char *line, int first, int last)
{
    char text[84], *end;
    field(line, first, last, text);
    const double value = strtod(text, &end);
    return end == text ? NAN : value;
}

/* ENSDF writes an uncertainty in units of the last digit of the value: "6.0067" "10" is 0.0010. */
static double last_digits(const char *value, const char *digits)
{
    char *end;
    double sd = strtod(digits, &end);
    if (end == digits || sd <= 0.0) {
        return 0.0; /* none, or AP, LT, GT, SY */
    }
    if (*end == '-' || *end == '+') { /* +5-3: the mean of both sides */
        sd = 0.5 * (sd + fabs(strtod(end, NULL)));
    }
    int decimals = 0, exponent = 0;
    bool is_fraction = false;
    for (const char *c = value; *c; c++) {
        if (*c == '.') {
            is_fraction = true;
        } else if (*c == 'E' || *c == 'e') {
            exponent = (int)strtol(c + 1, NULL, 10);
            break;
        } else if (isdigit((unsigned char)*c) && is_fraction) {
            decimals++;
        }
    }
    return sd * pow(10.0, exponent - decimals);
}

double ddep_sd(const char *line, int first, int last, int sd_first, int sd_last)
{
    char value[84], digits[84];
    field(line, first, last, value);
    field(line, sd_first, sd_last, digits);
    return last_digits(value, digits);
}

static double unit_seconds(const char *unit)
{
    static const struct {
        const char *unit;
        double seconds;
    } units[] = {{"Y", MOLY_SECONDS_PER_YEAR},
                 {"D", 86400.0},
                 {"H", 3600.0},
                 {"M", 60.0},
                 {"S", 1.0},
                 {"MS", 1e-3},
                 {"US", 1e-6},
                 {"NS", 1e-9},
                 {"PS", 1e-12},
                 {"FS", 1e-15}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (strcmp(unit, units[i].unit) == 0) {
            return units[i].seconds;
        }
    }
    return NAN;
}

/* "6.0067 H" in columns 40-49, its uncertainty in 50-55. */
static bool half_life(const char *line, double *value, double *sd, char unit[8], double *seconds)
{
    char text[16], digits[16];
    memcpy(text, line + 39, 10);
    text[10] = '\0';
    field(line, 50, 55, digits);
    char *end;
    *value = strtod(text, &end);
    if (end == text) {
        return false;
    }
    while (*end == ' ') {
        end++;
    }
    size_t n = 0;
    while (n < 7 && isalpha((unsigned char)end[n])) {
        unit[n] = end[n];
        n++;
    }
    unit[n] = '\0';
    end[0] = '\0';
    for (char *blank = text + strlen(text); blank > text && blank[-1] == ' ';) {
        *--blank = '\0';
    }
    *sd = last_digits(text, digits);
    *seconds = *value * unit_seconds(unit);
    return isfinite(*seconds);
}

static moly_beta_shape shape_of(const char *line)
{
    char text[84];
    field(line, 78, 79, text);
    if (text[0] == '\0') {
        return MOLY_BETA_ALLOWED;
    }
    const bool is_unique = strchr(text, 'U') != NULL;
    switch (text[0]) {
    case '1':
        return is_unique ? MOLY_BETA_FIRST_UNIQUE : MOLY_BETA_FIRST_NON_UNIQUE;
    case '2':
        return is_unique ? MOLY_BETA_SECOND_UNIQUE : MOLY_BETA_SECOND_NON_UNIQUE;
    case '3':
    case '4':
        return MOLY_BETA_THIRD_OR_HIGHER;
    default:
        return MOLY_BETA_ALLOWED;
    }
}

/* "KEY=12.3 4$" on a continuation record. */
static double continuation(const char *line, const char *key)
{
    const char *found = strstr(line + 9, key);
    return found ? strtod(found + strlen(key), NULL) : NAN;
}

/* "KC=2.83      3$LC=0.48      5$MC=0.1138   34" */
static void add_shells(scheme_gamma *g, const char *line)
{
    static const struct {
        const char *key;
        int shell;
    } keys[] = {{"KC=", VACANCY_K}, {"LC=", VACANCY_L}, {"MC=", VACANCY_M},
                {"NC=", VACANCY_N}, {"OC=", VACANCY_N}, {"PC=", VACANCY_N}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *found = strstr(line + 9, keys[i].key);
        char value[16] = "", digits[8] = "";
        if (found && sscanf(found + 3, "%15[^ $] %7[^ $]", value, digits) >= 1) {
            g->shell[keys[i].shell] += strtod(value, NULL);
            g->shell_sd[keys[i].shell] =
                hypot(g->shell_sd[keys[i].shell], last_digits(value, digits));
        }
    }
}

static void add_shares(scheme_feeding *f, const char *line)
{
    static const char *const keys[N_VACANCIES] = {"CK=", "CL=", "CM=", "CN="};
    for (int k = 0; k < N_VACANCIES; k++) {
        const double share = continuation(line, keys[k]);
        f->capture_share[k] = isfinite(share) ? share : f->capture_share[k];
    }
}

static void add_gamma(scheme *s, const char *line)
{
    if (s->n_gammas == DDEP_MAX_GAMMAS) {
        return;
    }
    scheme_gamma *g = &s->gammas[s->n_gammas];
    *g = (scheme_gamma){.energy_kev = ddep_value(line, 10, 19),
                        .energy_sd_kev = ddep_sd(line, 10, 19, 20, 21),
                        .intensity = ddep_value(line, 22, 29),
                        .intensity_sd = ddep_sd(line, 22, 29, 30, 31),
                        .conversion = ddep_value(line, 56, 62),
                        .from = s->n_levels - 1,
                        .to = -1};
    const double total = ddep_value(line, 65, 74);
    g->conversion = isfinite(g->conversion) ? g->conversion : 0.0;
    g->intensity = isfinite(g->intensity) ? g->intensity : 0.0;
    g->total = isfinite(total) ? total : g->intensity * (1.0 + g->conversion);
    char multipolarity[16];
    field(line, 32, 41, multipolarity);
    const char *order = multipolarity + strspn(multipolarity, "[(");
    g->is_electric = strncmp(order, "E2", 2) == 0 || strncmp(order, "E3", 2) == 0 ||
                     strncmp(order, "M3", 2) == 0 || strncmp(order, "M4", 2) == 0;
    if (isfinite(g->energy_kev)) {
        s->n_gammas++;
    }
}

static void add_level(scheme *s, const char *line)
{
    if (s->n_levels == DDEP_MAX_LEVELS) {
        return;
    }
    scheme_level *l = &s->levels[s->n_levels];
    double value, sd, seconds;
    char unit[8];
    *l = (scheme_level){.energy_kev = ddep_value(line, 10, 19), .half_life_s = NAN, .isomer = -1};
    if (!isfinite(l->energy_kev)) {
        l->energy_kev = -1.0; /* "X+120": not placed */
    }
    if (half_life(line, &value, &sd, unit, &seconds)) {
        l->half_life_s = seconds;
    }
    s->n_levels++;
}

/* Beta, capture or alpha to the level before it. */
static void add_feeding(scheme *s, const char *line, char kind)
{
    if (s->n_feedings == DDEP_MAX_LEVELS || s->n_levels == 0) {
        return;
    }
    scheme_level *level = &s->levels[s->n_levels - 1];
    scheme_feeding *f = &s->feedings[s->n_feedings++];
    *f = (scheme_feeding){.kind = kind,
                          .energy_kev = ddep_value(line, 10, 19),
                          .energy_sd_kev = ddep_sd(line, 10, 19, 20, 21),
                          .intensity = ddep_value(line, 22, 29),
                          .intensity_sd = ddep_sd(line, 22, 29, 30, 31),
                          .mean_kev = NAN,
                          .shape = shape_of(line)};
    f->intensity = isfinite(f->intensity) ? f->intensity : 0.0;
    double capture = 0.0, capture_sd = 0.0;
    if (kind == 'E') {
        capture = ddep_value(line, 32, 39);
        capture = isfinite(capture) ? capture : 0.0;
        capture_sd = ddep_sd(line, 32, 39, 40, 41);
        f->energy_kev = s->q_kev + s->parent_kev - level->energy_kev - 2 * ELECTRON_KEV;
        f->energy_sd_kev = s->q_sd_kev;
    } else if (!isfinite(f->energy_kev)) {
        f->energy_kev = s->q_kev + s->parent_kev - level->energy_kev;
    }
    f->capture = capture;
    level->fed += f->intensity + capture;
    level->fed_variance += f->intensity_sd * f->intensity_sd + capture_sd * capture_sd;
}

/* "221FR    225AC A DECAY (10.0 D)" */
static void begin(scheme *s, const char *line)
{
    memset(s, 0, sizeof *s);
    char mode[16] = "";
    const char *end = strstr(line, " DECAY");
    const char *start = end;
    while (start > line && start[-1] != ' ') {
        start--;
    }
    snprintf(mode, sizeof mode, "%.*s", (int)(end - start), start);
    s->mode = strcmp(mode, "A") == 0    ? MOLY_DECAY_ALPHA
              : strcmp(mode, "B-") == 0 ? MOLY_DECAY_BETA_MINUS
              : strcmp(mode, "IT") == 0 ? MOLY_DECAY_ISOMERIC
                                        : MOLY_DECAY_BETA_PLUS_EC;
    char daughter[8];
    field(line, 1, 5, daughter);
    moly_state_parse(daughter, &s->daughter);
    s->branching = 1.0;
}

static void take_record(scheme *s, ddep_file *file, const char *line)
{
    const char kind = line[7], continued = line[5];
    if (line[6] == 'T') {
        ddep_add_atomic(s, line);
    }
    if (line[6] != ' ') {
        return; /* texts and comments */
    }
    if (continued != ' ') {
        const double mean = continuation(line, "EAV=");
        if ((kind == 'B' || kind == 'E') && isfinite(mean) && s->n_feedings > 0) {
            s->feedings[s->n_feedings - 1].mean_kev = mean;
        }
        if (kind == 'E' && s->n_feedings > 0) {
            add_shares(&s->feedings[s->n_feedings - 1], line);
        }
        if (kind == 'G' && s->n_gammas > 0) {
            add_shells(&s->gammas[s->n_gammas - 1], line);
        }
        return;
    }
    switch (kind) {
    case 'H': {
        const char *date = strstr(line, "CUT=");
        const char *year = date ? strrchr(date, '-') : NULL;
        if (year && file->date[0] == '\0') {
            snprintf(file->date, sizeof file->date, "%.4s", year + 1);
        }
        break;
    }
    case 'P':
        s->parent_kev = ddep_value(line, 10, 19);
        s->parent_kev = isfinite(s->parent_kev) ? s->parent_kev : 0.0;
        s->q_kev = ddep_value(line, 65, 74);
        s->q_sd_kev = ddep_sd(line, 65, 74, 75, 76);
        file->has_half_life = half_life(line, &file->half_life, &file->half_life_sd,
                                        file->half_life_unit, &file->half_life_s);
        break;
    case 'N':
        s->branching = ddep_value(line, 32, 39);
        s->branching = isfinite(s->branching) ? s->branching : 1.0;
        s->branching_sd = ddep_sd(line, 32, 39, 40, 41);
        break;
    case 'L':
        add_level(s, line);
        break;
    case 'G':
        add_gamma(s, line);
        break;
    case 'B':
    case 'E':
    case 'A':
        add_feeding(s, line, kind);
        break;
    default:
        break;
    }
}

static moly_status read_file(ddep_file *file, const char *path, moly_error *err)
{
    char *data;
    size_t length;
    const moly_status status = moly_file_read(path, FILE_LIMIT, &data, &length, err);
    if (status != MOLY_OK) {
        return status;
    }
    file->n_schemes = 0;
    for (const char *p = data; *p;) {
        const size_t n = strcspn(p, "\n");
        char line[96];
        snprintf(line, sizeof line, "%-90.*s", (int)(n < 90 ? n : 90), p);
        for (char *c = line; *c; c++) {
            if (*c == '\r' || *c == '\t') {
                *c = ' ';
            }
        }
        p += n + (p[n] == '\n');
        if (line[5] == ' ' && line[6] == ' ' && line[7] == ' ' && strstr(line, " DECAY (")) {
            if (file->n_schemes < DDEP_MAX_SCHEMES) {
                begin(&file->schemes[file->n_schemes++], line);
            }
        } else if (file->n_schemes > 0) {
            take_record(&file->schemes[file->n_schemes - 1], file, line);
        }
    }
    moly_free(data);
    return MOLY_OK;
}

/* Feedings without an uncertainty are upper limits where all together are more than the branch
 * (Pa-234: 128 %); the "<" of the publication is lost in the file. */
static bool holds_limits(const scheme *s)
{
    double sum = 0.0, limits = 0.0;
    for (int i = 0; i < s->n_feedings; i++) {
        const scheme_feeding *f = &s->feedings[i];
        sum += f->intensity + f->capture;
        limits += f->intensity_sd > 0.0 || f->capture > 0.0 ? 0.0 : f->intensity;
    }
    return sum > 105.0 * s->branching && limits > 0.0 && sum - limits > 80.0 * s->branching;
}

/* The evaluation's mean, unless it cannot be: a misprint (Ir-194: 10.9 for 100.9 keV) is more than
 * a third away from the computed one; the higher forbidden shapes are not known well enough for
 * that. */
static double beta_mean(table_nuclide *n, const scheme_feeding *f, int z_daughter)
{
    const double computed = moly_beta_mean_kev(f->energy_kev, z_daughter, n->state.a, f->shape);
    if (!(f->mean_kev > 0.0 && f->mean_kev < f->energy_kev)) {
        return computed;
    }
    if (f->shape <= MOLY_BETA_FIRST_UNIQUE && fabs(computed / f->mean_kev - 1.0) > 0.3) {
        tables_note(n, "mean of the %.4g keV beta is %.4g keV in the evaluation: computed instead",
                    f->energy_kev, f->mean_kev);
        return computed;
    }
    return f->mean_kev;
}

static void add_lines(table_nuclide *n, const scheme *s)
{
    for (int i = 0; i < s->n_gammas; i++) {
        const scheme_gamma *g = &s->gammas[i];
        if (g->intensity > 0.0) {
            tables_add_line(n, (table_line){.radiation = MOLY_RADIATION_GAMMA,
                                            .energy_kev = g->energy_kev,
                                            .energy_sd_kev = g->energy_sd_kev,
                                            .intensity_pct = g->intensity,
                                            .intensity_sd_pct = g->intensity_sd,
                                            .source = g->source});
        }
    }
    const double scale = ddep_feeding_scale(s);
    const bool has_limits = scale == 1.0 && holds_limits(s);
    if (has_limits) {
        tables_note(n, "feedings without uncertainty are limits and left out");
    }
    for (int i = 0; i < s->n_feedings; i++) {
        const scheme_feeding *f = &s->feedings[i];
        if (has_limits && !(f->intensity_sd > 0.0)) {
            continue;
        }
        table_line line = {.energy_kev = f->energy_kev,
                           .energy_sd_kev = f->energy_sd_kev,
                           .intensity_pct = f->intensity * scale,
                           .intensity_sd_pct = f->intensity_sd * scale,
                           .source = SOURCE_DDEP};
        line.radiation = f->kind == 'B'   ? MOLY_RADIATION_BETA_MINUS
                         : f->kind == 'E' ? MOLY_RADIATION_BETA_PLUS
                                          : MOLY_RADIATION_ALPHA;
        if (f->kind != 'A') {
            const int z = f->kind == 'B' ? s->daughter.z : -s->daughter.z;
            line.shape = f->shape;
            line.mean_kev = beta_mean(n, f, z);
        }
        if (line.intensity_pct > 0.0 && line.energy_kev > 0.0) {
            tables_add_line(n, line);
        }
    }
}

/* What JEFF knows and DDEP does not list: fission, rare modes. */
static void keep_other_modes(table_nuclide *n, const table_branch *old, size_t n_old,
                             const ddep_file *file)
{
    for (size_t i = 0; i < n_old; i++) {
        bool is_known = false;
        for (int k = 0; k < file->n_schemes; k++) {
            is_known = is_known || file->schemes[k].mode == old[i].mode;
        }
        if (!is_known) {
            tables_add_branch(n, old[i]);
        }
    }
}

static void take_file(tables *t, ddep_file *file, moly_state state)
{
    table_nuclide *n = tables_get(t, state);
    if (!file->has_half_life || file->n_schemes == 0) {
        fprintf(stderr, "DDEP: a file without half-life or scheme is left out\n");
        return;
    }
    snprintf(n->ddep_date, sizeof n->ddep_date, "%s", file->date);
    n->half_life = file->half_life;
    n->half_life_sd = file->half_life_sd;
    n->half_life_s = file->half_life_s;
    char *unit = moly_arena_strdup(t->arena, file->half_life_unit);
    for (char *c = unit; unit && *c; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
    n->half_life_unit = unit ? unit : "s";
    n->half_life_source = SOURCE_DDEP;
    n->is_stable = false;
    table_branch *old = n->branches;
    const size_t n_old = n->n_branches;
    n->branches = NULL;
    n->n_branches = 0;
    table_nuclide before = *n; /* JEFF's lines, for the gammas below an isomer */
    before.branches = old;
    before.n_branches = n_old;
    table_line *old_lines = moly_alloc(n->n_lines + 1, sizeof *old_lines);
    MOLY_ASSERT(old_lines != NULL);
    if (n->n_lines > 0) {
        memcpy(old_lines, n->lines, n->n_lines * sizeof *old_lines);
    }
    before.lines = old_lines;
    tables_drop_lines(n, DDEP_LINES);
    for (int k = 0; k < file->n_schemes; k++) {
        ddep_split_isomers(t, n, &before, &file->schemes[k]);
        add_lines(n, &file->schemes[k]);
    }
    const bool has_conversion = ddep_take_conversion(t->shells, n, file);
    ddep_take_atomic(t->shells, n, file, has_conversion);
    ddep_add_outer(t->shells, n, file, has_conversion);
    keep_other_modes(n, old, n_old, file);
    moly_free(old_lines);
    moly_free(old);
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

moly_status ddep_read(tables *t, const char *folder, moly_error *err)
{
    DIR *directory = opendir(folder);
    if (!directory) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "no folder %s", folder);
    }
    char *names[1000] = {NULL};
    size_t n_names = 0;
    for (struct dirent *entry; (entry = readdir(directory)) && n_names < 1000;) {
        const char *dot = strstr(entry->d_name, ".txt");
        if (dot && dot[4] == '\0') {
            names[n_names++] = moly_arena_strdup(t->arena, entry->d_name);
        }
    }
    closedir(directory);
    qsort(names, n_names, sizeof names[0], compare_names);
    ddep_file *file = moly_alloc(1, sizeof *file);
    moly_status status = file ? MOLY_OK : MOLY_NO_MEMORY(err);
    for (size_t i = 0; status == MOLY_OK && i < n_names; i++) {
        char path[4096], name[64];
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        snprintf(name, sizeof name, "%.*s", (int)strcspn(names[i], "."), names[i]);
        moly_state state;
        memset(file, 0, sizeof *file);
        if (moly_state_parse(name, &state)) {
            status = read_file(file, path, err);
            if (status == MOLY_OK) {
                take_file(t, file, state);
            }
        }
    }
    moly_free(file);
    return status;
}
