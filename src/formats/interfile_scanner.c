/* SPDX-License-Identifier: Apache-2.0 */
/* PET scanners in Interfile headers. */
#include "interfile_scanner.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

/* Named systems whose headers may leave out their own geometry. Figures as STIR 5 and 6 take them
 * (Scanner.cxx); radii to the crystals' face, mm; tilt of the first crystal, degrees. */
static const struct system {
    const char *names;
    int16_t rings, bins, detectors;
    double radius_mm, depth_mm, ring_mm, bin_mm, tilt_degrees;
    int16_t block_rings, block_columns;
    double energy_fwhm;
    int16_t tof_bins;
    double tof_bin_ps, tof_fwhm_ps;
} systems[] = {
    {"ecat 931", 8, 192, 512, 510, 7, 13.5, 3.129, 0, 4, 8, 0.37, 0, 0, 0},
    {"ecat 951", 16, 192, 512, 510, 7, 6.75, 3.12932, 0, 8, 8, 0, 0, 0, 0},
    {"ecat 953", 16, 160, 384, 382.5, 7, 6.75, 3.12932, 15, 8, 8, 0, 0, 0, 0},
    {"ecat 921|ecat exact|exact", 24, 192, 384, 412.5, 7, 6.75, 3.375, 15, 8, 8, 0, 0, 0, 0},
    {"ecat 925|ecat art", 24, 192, 384, 412.5, 7, 6.75, 3.375, 15, 8, 8, 0, 0, 0, 0},
    {"ecat 961|ecat hr", 24, 336, 784, 412, 7, 6.25, 1.65, 13, 8, 7, 0, 0, 0, 0},
    {"ecat 962|ecat hr+", 32, 288, 576, 412, 7, 4.85, 2.25, 0, 8, 8, 0, 0, 0, 0},
    {"ecat 966|ecat exact 3d|exact 3d|ecat hr++", 48, 288, 576, 412, 7, 4.85, 2.25, 0, 8, 8, 0, 0,
     0, 0},
    {"ecat 1080|biograph 16|1080", 41, 336, 672, 412, 7, 4, 2, 0, 14, 14, 0, 0, 0, 0},
    {"siemens mmr|mmr|2008", 64, 344, 504, 328, 7, 4.0625, 2.08626, 0, 8, 9, 0.145, 0, 0, 0},
    {"siemens mct|mct|2011|1104|1094", 55, 400, 672, 421, 7, 4.054, 2.005, 0, 14, 14, 0, 0, 0, 0},
    {"prt-1|rpt", 16, 128, 384, 373, 7, 6.75, 3.1088, 0, 8, 8, 0, 0, 0, 0},
    {"ratpet", 8, 56, 112, 57.5, 7, 6.25, 1.65, 0, 8, 7, 0, 0, 0, 0},
    {"ge advance|advance|ge discovery ls|discovery ls", 18, 283, 672, 463.475, 8.4, 8.5, 1.970177,
     0, 6, 6, 0, 0, 0, 0},
    {"ge discovery st|discovery st", 24, 249, 420, 443.1, 8.4, 6.54, 3.195, -4.54224, 6, 6, 0, 0, 0,
     0},
    {"ge discovery ste|discovery ste", 24, 329, 560, 443.1, 8.4, 6.54, 2.397, -4.549, 6, 8, 0, 0, 0,
     0},
    {"ge discovery rx|discovery rx", 24, 367, 630, 443.1, 9.4, 6.54, 2.13, -4.595, 6, 9, 0, 0, 0,
     0},
    {"ge discovery 600|discovery 600", 24, 339, 512, 404.95, 8.4, 6.54, 2.3974, -4.549, 6, 8, 0, 0,
     0, 0},
    {"ge discovery 690|discovery 690|ge discovery 710|discovery 710", 24, 381, 576, 405.1, 9.4,
     6.54, 2.1306, -5.021, 6, 9, 0, 55, 89, 550},
    {"ge signa pet/mr|pet/mr signa|signa pet/mr", 45, 357, 448, 311.8, 8.5, 5.56, 2.01565, -5.23, 9,
     4, 0.105, 351, 6.84615, 390},
    {"ge discovery mi 3 rings|discovery mi3", 27, 415, 544, 371.1, 9.4, 5.52296, 2.206, -4.399, 9,
     4, 0.0944, 0, 0, 0},
    {"ge discovery mi 4 rings|discovery mi4", 36, 415, 544, 371.1, 9.4, 5.52296, 2.206, -4.399, 9,
     4, 0.0944, 0, 0, 0},
    {"ge discovery mi 5 rings|discovery mi5", 45, 415, 544, 371.1, 9.4, 5.52296, 2.206, -4.399, 9,
     4, 0.0944, 0, 0, 0},
    {"positron hzl/r", 32, 256, 384, 780, 7, 5.1875, 2, 0, 0, 0, 0, 0, 0, 0},
    {"hrrt", 104, 288, 576, 234.765, 7, 2.4375, 1.21875, 0, 0, 0, 0, 0, 0, 0},
    {"allegro|philips allegro", 29, 295, 644, 430.05, 12, 6.3, 4.3, 0, 29, 23, 0, 0, 0, 0},
    {"geminitf|philips geminitf", 44, 322, 644, 450.17, 8, 4, 4, 0, 0, 0, 0, 0, 0, 0},
};

static const struct system *find_system(const char *name)
{
    char low[MOLY_SCANNER_NAME_SIZE];
    size_t n = 0;
    for (; name && name[n] && n + 1 < sizeof low; n++) {
        const int letter = name[n] == '_' ? ' ' : tolower((unsigned char)name[n]);
        low[n] = (char)letter;
    }
    low[n] = '\0';
    for (size_t i = 0; n > 0 && i < sizeof systems / sizeof *systems; i++) {
        for (const char *p = systems[i].names; *p;) {
            const size_t m = strcspn(p, "|");
            if (m == n && memcmp(p, low, n) == 0) {
                return &systems[i];
            }
            p += m + (p[m] == '|');
        }
    }
    return NULL;
}

static void take_system(const struct system *known, moly_pet_scanner *s)
{
    s->n_rings = known->rings;
    s->n_detectors = known->detectors;
    s->n_tangential = known->bins;
    s->inner_radius_mm = known->radius_mm;
    s->interaction_depth_mm = known->depth_mm;
    s->ring_pitch_mm = known->ring_mm;
    s->arc_bin_mm = known->bin_mm;
    s->view_offset_rad = known->tilt_degrees * pi / 180.0;
    s->block_rings = known->block_rings;
    s->block_columns = known->block_columns;
    s->energy_fwhm = known->energy_fwhm;
    s->n_tof_bins = known->tof_bins;
    s->tof_bin_ps = known->tof_bin_ps;
    s->tof_fwhm_ps = known->tof_fwhm_ps;
}

/* ---- reading ---- */

/* Keys that go straight into a member: limits in the key's unit, factor from it to the member's.
 * Below `low` the key means "not known", as STIR writes -1. */
static const struct member {
    interfile_id id;
    bool is_whole;
    size_t offset;
    double low, high, factor;
} members[] = {
#define MEMBER(member) offsetof(moly_pet_scanner, member)
    {KEY_N_RINGS, true, MEMBER(n_rings), 1, 2000, 1},
    {KEY_N_DETECTORS, true, MEMBER(n_detectors), 4, 4096, 1},
    {KEY_RING_DIAMETER_CM, false, MEMBER(inner_radius_mm), 2, 400, 5},
    {KEY_DIAMETER_CM, false, MEMBER(inner_radius_mm), 2, 400, 5},
    {KEY_GANTRY_RADIUS_CM, false, MEMBER(inner_radius_mm), 1, 200, 10},
    {KEY_DEPTH_CM, false, MEMBER(interaction_depth_mm), 0, 10, 10},
    {KEY_RING_PITCH_CM, false, MEMBER(ring_pitch_mm), 0.01, 10, 10},
    {KEY_DEFAULT_BIN_CM, false, MEMBER(arc_bin_mm), 1e-3, 10, 10},
    {KEY_MOST_BINS, true, MEMBER(n_tangential), 1, 65536, 1},
    {KEY_BLOCK_RINGS, true, MEMBER(block_rings), 1, 2000, 1},
    {KEY_BLOCK_COLUMNS, true, MEMBER(block_columns), 1, 4096, 1},
    {KEY_ENERGY_RESOLUTION, false, MEMBER(energy_fwhm), 0, 1, 1},
    {KEY_N_TOF_BINS, true, MEMBER(n_tof_bins), 1, 10001, 1},
    {KEY_TOF_BIN_PS, false, MEMBER(tof_bin_ps), 0, 1e5, 1},
    {KEY_TOF_FWHM_PS, false, MEMBER(tof_fwhm_ps), 0, 1e5, 1},
    {KEY_WINDOW_LOW, false, MEMBER(window_low_kev), 1, 511, 1},
    {KEY_WINDOW_HIGH, false, MEMBER(window_high_kev), 511, 2000, 1},
    {KEY_MOLY_BLOCK_GAP_MM, false, MEMBER(block_gap_mm), 0, 100, 1},
    {KEY_MOLY_PITCH_MM, false, MEMBER(crystal_pitch_mm), 0, 100, 1},
    {KEY_MOLY_DEPTH_MM, false, MEMBER(crystal_depth_mm), 0, 100, 1},
    {KEY_MOLY_WINDOW_PS, false, MEMBER(coincidence_window_ps), 0, 1e6, 1},
    {KEY_MOLY_DEAD_S, false, MEMBER(dead_time_s), 0, 1e-3, 1},
    {KEY_MOLY_SPAN, true, MEMBER(span), 1, 4001, 1},
    {KEY_MOLY_MOST_DIFFERENCE, true, MEMBER(max_ring_difference), 0, 2000, 1},
#undef MEMBER
};

static moly_status read_members(const interfile_header *h, moly_pet_scanner *s, moly_error *err)
{
    moly_status status = MOLY_OK;
    for (size_t i = 0; i < sizeof members / sizeof *members && !status; i++) {
        const struct member *m = &members[i];
        char *to = (char *)s + m->offset;
        double value = -1.0;
        status = interfile_real_or(h, m->id, 1, -1e9, m->high, &value, err);
        if (status || value < m->low) {
            continue;
        }
        const int64_t whole = (int64_t)value;
        value *= m->factor;
        memcpy(to, m->is_whole ? (const void *)&whole : &value, sizeof value);
    }
    return status;
}

/* The angle from crystal 0 of a side, at the top in STIR, to the side's middle (STIR 6,
 * GeometryBlocksOnCylindrical::get_csi_minus_csi_gaps). */
static double side_angle(int64_t n_sides, int64_t block_columns, double pitch_mm, double block_mm)
{
    const double half = pi / (double)n_sides;
    const double gap = block_mm - (double)block_columns * pitch_mm;
    return half - 2.0 * half * (0.5 * pitch_mm + gap) / block_mm;
}

/* Flat blocks on a cylinder: STIR's buckets are Moly's sides. */
static moly_status read_blocks(const interfile_header *h, moly_pet_scanner *s, moly_error *err)
{
    double crystal_z = 0.0, crystal_t = 0.0, block_z = 0.0, block_t = 0.0;
    int64_t columns = 0;
    moly_status status = interfile_real(h, KEY_CRYSTAL_Z_CM, 1, 0.01, 10, &crystal_z, err);
    if (!status) {
        status = interfile_real(h, KEY_CRYSTAL_T_CM, 1, 0.01, 10, &crystal_t, err);
    }
    if (!status) {
        status = interfile_real(h, KEY_BLOCK_Z_CM, 1, 0.01, 400, &block_z, err);
    }
    if (!status) {
        status = interfile_real(h, KEY_BLOCK_T_CM, 1, 0.01, 400, &block_t, err);
    }
    if (!status) {
        status = interfile_whole(h, KEY_BUCKET_COLUMNS, 1, 1, 4096, &columns, err);
    }
    if (status) {
        return status;
    }
    const int64_t side = columns * s->block_columns;
    if (side < 1 || s->block_rings < 1 || s->n_detectors % side != 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: sides of %lld blocks of %lld crystals do not make a ring of %lld",
                         h->name, (long long)columns, (long long)s->block_columns,
                         (long long)s->n_detectors);
    }
    if (columns > 1 && fabs(block_t - (double)s->block_columns * crystal_t) > 1e-3 * block_t) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%s: gaps between the blocks of one flat side (%.10g cm for %lld crystals "
                         "of %.10g cm) are not supported",
                         h->name, block_t, (long long)s->block_columns, crystal_t);
    }
    s->n_sides = s->n_detectors / side;
    s->crystal_pitch_mm = 10.0 * crystal_t;
    s->ring_pitch_mm = 10.0 * crystal_z;
    s->block_gap_mm = 10.0 * (block_z - (double)s->block_rings * crystal_z);
    s->block_gap_mm = fabs(s->block_gap_mm) < 1e-6 ? 0.0 : s->block_gap_mm;
    s->view_offset_rad += side_angle(s->n_sides, s->block_columns, crystal_t, block_t);
    return MOLY_OK;
}

static moly_status read_geometry(const interfile_header *h, moly_pet_scanner *s, moly_error *err)
{
    const interfile_entry *e = interfile_find(h, KEY_GEOMETRY, 1);
    double degrees = s->view_offset_rad * 180.0 / pi;
    moly_status status =
        interfile_real_or(h, KEY_VIEW_OFFSET_DEGREES, 1, -360.0, 360.0, &degrees, err);
    s->view_offset_rad = degrees * pi / 180.0;
    if (!status && interfile_is(h, KEY_GEOMETRY, 1, "BlocksOnCylindrical")) {
        return read_blocks(h, s, err);
    }
    if (!status && e && !interfile_is(h, KEY_GEOMETRY, 1, "Cylindrical")) {
        return interfile_fail(h, e, err, "'%.40s': Moly reads Cylindrical and BlocksOnCylindrical",
                              e->text);
    }
    return status;
}

/* Blocks that do not tile are bookkeeping of singles, not geometry: such a cylinder is one block.
 */
static void settle_blocks(moly_pet_scanner *s)
{
    if (s->block_rings < 1 || s->n_rings % s->block_rings != 0) {
        s->block_rings = s->n_rings;
    }
    if (s->block_columns < 1 || s->n_detectors % s->block_columns != 0) {
        s->block_columns = 1;
    }
}

moly_status interfile_get_scanner(const interfile_header *h, moly_pet_scanner *scanner,
                                  moly_error *err)
{
    moly_pet_scanner s = {.max_ring_difference = -1};
    const char *name = interfile_text(h, KEY_SCANNER_TYPE, 1);
    const char *title = interfile_text(h, KEY_MOLY_TITLE, 1);
    const char *source = interfile_text(h, KEY_MOLY_SOURCE, 1);
    const struct system *known = find_system(name);
    if (!known) {
        known = find_system(interfile_text(h, KEY_SYSTEM, 1));
    }
    if (!name) {
        name = interfile_text(h, KEY_SYSTEM, 1);
    }
    if (known) {
        take_system(known, &s);
    }
    /* a bare number, as Siemens writes it, is no name */
    if (known && name && strspn(name, "0123456789") == strlen(name)) {
        (void)snprintf(s.name, sizeof s.name, "%.*s", (int)strcspn(known->names, "|"),
                       known->names);
    } else {
        (void)snprintf(s.name, sizeof s.name, "%s", name ? name : "unknown");
    }
    (void)snprintf(s.title, sizeof s.title, "%s", title ? title : s.name);
    (void)snprintf(s.source, sizeof s.source, "%s", source ? source : "an Interfile header");
    moly_status status = read_members(h, &s, err);
    if (!status) {
        status = read_geometry(h, &s, err);
    }
    if (status) {
        return status;
    }
    settle_blocks(&s);
    static const interfile_id needed[] = {KEY_N_RINGS, KEY_N_DETECTORS, KEY_DIAMETER_CM,
                                          KEY_RING_PITCH_CM};
    const double values[] = {(double)s.n_rings, (double)s.n_detectors, s.inner_radius_mm,
                             s.ring_pitch_mm};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        if (!(values[i] > 0.0)) {
            char key[64];
            return MOLY_FAIL(err, MOLY_ERR_DATA,
                             "%s: the key '%s' is missing, and '%.40s' is no system whose "
                             "geometry is known",
                             h->name, interfile_key_name(needed[i], key), s.name);
        }
    }
    s.n_tof_bins = s.n_tof_bins ? s.n_tof_bins : 1;
    s.window_low_kev = s.window_low_kev > 0.0 ? s.window_low_kev : 425.0;
    s.window_high_kev = s.window_high_kev > 0.0 ? s.window_high_kev : 650.0;
    *scanner = s;
    return MOLY_OK;
}

/* ---- writing ---- */

static void put_whole(moly_text *out, const char *key, int64_t value)
{
    moly_text_printf(out, "%s := %lld\n", key, (long long)value);
}

static void put_geometry(moly_text *out, const moly_pet_scanner *s)
{
    double tilt = s->view_offset_rad;
    if (s->n_sides > 0) {
        const double block_t = (double)s->block_columns * s->crystal_pitch_mm;
        const double block_z = (double)s->block_rings * s->ring_pitch_mm + s->block_gap_mm;
        moly_text_add(out, "Scanner geometry (BlocksOnCylindrical/Cylindrical/Generic) := "
                           "BlocksOnCylindrical\n");
        interfile_put_real(out, "Distance between crystals in axial direction (cm)",
                           s->ring_pitch_mm / 10.0);
        interfile_put_real(out, "Distance between crystals in transaxial direction (cm)",
                           s->crystal_pitch_mm / 10.0);
        interfile_put_real(out, "Distance between blocks in axial direction (cm)", block_z / 10.0);
        interfile_put_real(out, "Distance between blocks in transaxial direction (cm)",
                           block_t / 10.0);
        tilt -= side_angle(s->n_sides, s->block_columns, s->crystal_pitch_mm, block_t);
    } else {
        interfile_put_real(out, "moly gap between blocks (mm)", s->block_gap_mm);
        interfile_put_real(out, "moly crystal pitch (mm)", s->crystal_pitch_mm);
    }
    interfile_put_real(out, "View offset (degrees)", tilt * 180.0 / pi);
}

void interfile_put_scanner(moly_text *out, const moly_pet_scanner *scanner)
{
    const moly_pet_scanner *s = scanner;
    const int64_t per_side = s->n_sides > 0 ? s->n_detectors / s->n_sides : s->block_columns;
    moly_text_add(out, "Scanner parameters :=\n");
    interfile_put_text(out, "Scanner type", s->name);
    put_whole(out, "Number of rings", s->n_rings);
    put_whole(out, "Number of detectors per ring", s->n_detectors);
    interfile_put_real(out, "Inner ring diameter (cm)", s->inner_radius_mm / 5.0);
    interfile_put_real(out, "Average depth of interaction (cm)", s->interaction_depth_mm / 10.0);
    interfile_put_real(out, "Distance between rings (cm)", s->ring_pitch_mm / 10.0);
    interfile_put_real(out, "Default bin size (cm)",
                       s->arc_bin_mm > 0.0 ? s->arc_bin_mm / 10.0 : -1.0);
    put_geometry(out, s);
    put_whole(out, "Maximum number of non-arc-corrected bins", s->n_tangential);
    put_whole(out, "Default number of arc-corrected bins", s->n_tangential);
    put_whole(out, "Number of blocks per bucket in transaxial direction",
              per_side / s->block_columns);
    put_whole(out, "Number of blocks per bucket in axial direction", s->n_rings / s->block_rings);
    put_whole(out, "Number of crystals per block in axial direction", s->block_rings);
    put_whole(out, "Number of crystals per block in transaxial direction", s->block_columns);
    put_whole(out, "Number of detector layers", 1);
    put_whole(out, "Number of crystals per singles unit in axial direction", s->block_rings);
    put_whole(out, "Number of crystals per singles unit in transaxial direction", s->block_columns);
    interfile_put_real(out, "Energy resolution", s->energy_fwhm > 0.0 ? s->energy_fwhm : -1.0);
    moly_text_add(out, "Reference energy (in keV) := 511\n");
    if (s->n_tof_bins > 1 || s->tof_fwhm_ps > 0.0) {
        put_whole(out, "Maximum number of (unmashed) TOF time bins", s->n_tof_bins);
        interfile_put_real(out, "Size of unmashed TOF time bins (ps)", s->tof_bin_ps);
        interfile_put_real(out, "TOF timing resolution (ps)", s->tof_fwhm_ps);
    }
    moly_text_add(out, "end scanner parameters :=\n");
    interfile_put_text(out, "moly title", s->title);
    interfile_put_text(out, "moly source", s->source);
    interfile_put_real(out, "moly crystal depth (mm)", s->crystal_depth_mm);
    interfile_put_real(out, "moly coincidence window (ps)", s->coincidence_window_ps);
    interfile_put_real(out, "moly dead time (s)", s->dead_time_s);
    put_whole(out, "moly span", s->span);
    put_whole(out, "moly maximum ring difference", s->max_ring_difference);
    moly_text_add(out, "number of energy windows := 1\n");
    interfile_put_real(out, "energy window lower level [1]", s->window_low_kev);
    interfile_put_real(out, "energy window upper level [1]", s->window_high_kev);
}
