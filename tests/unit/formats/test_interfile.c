/* SPDX-License-Identifier: Apache-2.0 */
#include <glob.h>
#include <sys/stat.h>

#include "pet_study.h"

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/interfile.h"

static void read_whole(const char *path, char **data, size_t *length)
{
    moly_error err = {0};
    assert_ok(moly_file_read(path, 1 << 24, data, length, &err), err);
}

static double sum_of(const moly_volume *v)
{
    double sum = 0.0;
    for (int64_t i = 0; i < v->n_frames * moly_grid_n_voxels(&v->grid); i++) {
        sum += (double)v->data[i];
    }
    return sum;
}

/* ---- images ---- */

/* Expected: data/clinical/reference.json of the reference data (NumPy). */
static void images_of_stir_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int64_t n, nz;
        double sum, spacing_mm;
    } cases[] = {
        {"RPTsens_seg3_PM", 60, 31, 36275666.089733124, 4.44114},
        {"test_image_3", 97, 31, 3415.96501039385, 3.1088},
        {"test_image_OSSPS_PM_QP_8", 60, 31, 2509.275842401352, 4.44114},
        {"RPTsens_seg4", 97, 31, 7192.217302429024, 3.1088},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        char relative[200], path[600];
        moly_volume *v = NULL;
        (void)snprintf(relative, sizeof relative, "data/clinical/raw_pet/stir_recon/%s.hv",
                       cases[i].name);
        need_shared(relative, path, sizeof path);
        assert_ok(moly_interfile_read_image(path, &v, &err), err);
        assert_int_equal(v->grid.n[0], cases[i].n);
        assert_int_equal(v->grid.n[2], cases[i].nz);
        assert_relative(sum_of(v), cases[i].sum, 1e-12);
        /* centred as STIR has it: voxel n/2 lies on the axis, the middle plane at z = 0 */
        const double step = cases[i].spacing_mm;
        const double first = -(double)(cases[i].n / 2) * step;
        assert_true(fabs(v->grid.origin_mm[0] - first) < 1e-3); /* digits of the header */
        assert_true(fabs(v->grid.origin_mm[2] + 15.0 * 3.375) < 1e-12);
        moly_volume_free(v);
    }
}

static moly_volume *made_volume(void)
{
    moly_error err = {0};
    moly_volume *v = NULL;
    moly_grid grid = {.n = {5, 4, 3},
                      .spacing_mm = {2.1, 2.1, 3.3},
                      .origin_mm = {-4.2, 17.123456789, -88.7},
                      .direction = {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    assert_ok(moly_volume_new(&grid, 2, MOLY_QUANTITY_BQ_PER_ML, &v, &err), err);
    for (int i = 0; i < 120; i++) {
        v->data[i] = (float)sin(i) * 1e4F;
    }
    return v;
}

static void an_image_survives_the_way_there_and_back(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256], path[300];
    moly_volume *v = made_volume(), *back = NULL;
    make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/a.hv", folder);
    assert_ok(moly_interfile_write_image(path, v, &err), err);
    assert_ok(moly_interfile_read_image(path, &back, &err), err);
    assert_true(moly_grid_equal(&v->grid, &back->grid, 1e-12));
    assert_int_equal(back->n_frames, 2);
    assert_int_equal(back->quantity, MOLY_QUANTITY_BQ_PER_ML);
    assert_memory_equal(v->data, back->data, 120 * sizeof(float));
    moly_volume_free(back);
    (void)snprintf(path, sizeof path, "%s/a.nii", folder);
    assert_fails(moly_interfile_write_image(path, v, &err), MOLY_ERR_USAGE, "'.hv'", err);
    v->grid.direction[0] = -1.0;
    (void)snprintf(path, sizeof path, "%s/b.hv", folder);
    assert_fails(moly_interfile_write_image(path, v, &err), MOLY_ERR_USAGE, "turned", err);
    moly_volume_free(v);
    drop_folder(folder);
}

static void put_file(const char *folder, const char *name, const void *data, size_t length)
{
    moly_error err = {0};
    char path[600];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_ok(moly_file_write(path, data, length, &err), err);
}

#define IMAGE_HEAD                                                                                 \
    "!INTERFILE :=\r\nname of data file := d.v\n!PET data type := image\nNUMBER_of  dimensions "   \
    ":= 3\n; a comment\nan unknown key := 7\n!matrix size [1] := 2\n!matrix size[2]:={3}\n"        \
    "matrix size [ 3 ] := 1 ; planes\nscaling factor (mm/pixel) [1] := 2\n"                        \
    "scaling factor (mm/pixel) [2] := 2\nscaling factor (mm/pixel) [3] := 3\n"
#define IMAGE_END "!END OF INTERFILE :=\n"

static void every_number_format_and_byte_order_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *keys;
        const char *bytes; /* of 3 */
        int n;
    } cases[] = {
        {"number format := unsigned integer\nnumber of bytes per pixel := 1\n", "\3", 1},
        {"number format := signed integer\nnumber of bytes per pixel := 2\n"
         "imagedata byte order := LITTLEENDIAN\n",
         "\3\0", 2},
        {"number format := signed integer\nnumber of bytes per pixel := 2\n", "\0\3", 2},
        {"number format := unsigned integer\nnumber of bytes per pixel := 4\n"
         "imagedata byte order := BIGENDIAN\n",
         "\0\0\0\3", 4},
        {"number format := float\nnumber of bytes per pixel := 4\nimagedata byte order := "
         "bigendian\n",
         "\x40\x40\0\0", 4},
        {"number format := short float\nimagedata byte order := LITTLEENDIAN\n", "\0\0\x40\x40", 4},
        {"number format := long float\n", "\x40\x08\0\0\0\0\0\0", 8},
        {"number format := signed integer\nnumber of bytes per pixel := 8\n"
         "imagedata byte order := LITTLEENDIAN\n",
         "\3\0\0\0\0\0\0\0", 8},
    };
    char folder[256], path[300];
    make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/d.hv", folder);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        moly_text header = {0};
        moly_volume *v = NULL;
        char data[7 + 6 * 8] = {0};
        moly_text_printf(
            &header, "%s%s%s", IMAGE_HEAD, cases[i].keys,
            "data offset in bytes[1] := 7\nimage scaling factor[1] := 0.5\n" IMAGE_END);
        for (int k = 0; k < 6; k++) {
            memcpy(data + 7 + k * cases[i].n, cases[i].bytes, (size_t)cases[i].n);
        }
        put_file(folder, "d.hv", header.data, header.length);
        put_file(folder, "d.v", data, 7 + 6 * (size_t)cases[i].n);
        assert_ok(moly_interfile_read_image(path, &v, &err), err);
        for (int k = 0; k < 6; k++) {
            assert_true(v->data[k] > 1.4999F && v->data[k] < 1.5001F);
        }
        moly_volume_free(v);
        put_file(folder, "d.v", data, 6 + 6 * (size_t)cases[i].n);
        assert_fails(moly_interfile_read_image(path, &v, &err), MOLY_ERR_DATA, "its header asks",
                     err);
        moly_text_free(&header);
    }
    drop_folder(folder);
}

static void a_broken_image_header_is_refused_by_file_line_and_key(void **state)
{
    (void)state;
    static const struct {
        const char *text, *piece;
    } cases[] = {
        {"", "empty"},
        {"hello\n", "line 1: no Interfile header"},
        {"!INTERFILE :=\n", "cut short"},
        {"!INTERFILE :=\nmatrix size[1] := 3x\n" IMAGE_END, "line 2: 'matrix size[1]'"},
        {"!INTERFILE :=\nmatrix size[1] := {3,2\n" IMAGE_END, "is not a list"},
        {"!INTERFILE :=\nmatrix size[x] := 3\n" IMAGE_END, "index that is no number"},
        {"!INTERFILE :=\nnumber of dimensions := 2.5\n" IMAGE_END, "not a whole number"},
        {"!INTERFILE :=\nnumber of dimensions := {2,3}\n" IMAGE_END, "not a single number"},
        {"!INTERFILE :=\nmatrix size 3\n" IMAGE_END, "no ':='"},
        {"!INTERFILE :=\nPET data type := Emission\n" IMAGE_END, "is no image"},
        {IMAGE_HEAD IMAGE_END, "'number format' is missing"},
        {IMAGE_HEAD "number format := ASCII\n" IMAGE_END, "line 13: 'number format'"},
        {IMAGE_HEAD "number format := float\nnumber of bytes per pixel := 2\n" IMAGE_END,
         "'float' has 4 or 8"},
        {IMAGE_HEAD "number format := float\nnumber of bytes per pixel := 3\n" IMAGE_END,
         "numbers of 3 bytes"},
        {IMAGE_HEAD "imagedata byte order := PDP\nnumber format := long float\n" IMAGE_END,
         "neither LITTLEENDIAN"},
        {IMAGE_HEAD "number format := long float\nmatrix size[2] := 1e15\n" IMAGE_END,
         "line 14: 'matrix size[2]'"},
        {IMAGE_HEAD "number format := long float\nnumber of time frames := 1e9\n" IMAGE_END,
         "its header asks"},
        {IMAGE_HEAD "number format := long float\nimage scaling factor[1] := {1,2}\n" IMAGE_END,
         "must be 1 or 1"},
        {IMAGE_HEAD "number format := long float\nname of data file := gone\n" IMAGE_END,
         "cannot open its data file"},
        {IMAGE_HEAD "number format := long float\nname of data file := .\n" IMAGE_END,
         "no regular file"},
        {IMAGE_HEAD "number format := long float\nscaling factor (mm/pixel)[1] := 0\n" IMAGE_END,
         "from 1e-06"},
        {IMAGE_HEAD "number format := long float\nmatrix axis label[1] := z\n" IMAGE_END,
         "must be 'x'"},
    };
    char folder[256], path[300];
    const double nan = NAN;
    char voxels[48] = {0};
    make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/d.hv", folder);
    put_file(folder, "d.v", voxels, sizeof voxels);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_error err = {0};
        moly_volume *v = NULL;
        put_file(folder, "d.hv", cases[i].text, strlen(cases[i].text));
        const moly_status status = moly_interfile_read_image(path, &v, &err);
        if (status == MOLY_OK || !strstr(err.message, cases[i].piece)) {
            fail_msg("case %zu: wanted '%s', got %s", i, cases[i].piece, err.message);
        }
        assert_null(v);
    }
    moly_error err = {0};
    moly_volume *v = NULL;
    static const char good[] =
        IMAGE_HEAD "number format := long float\nimagedata byte order := LITTLEENDIAN\n" IMAGE_END;
    put_file(folder, "d.hv", good, strlen(good));
    memcpy(voxels + 16, &nan, 8);
    put_file(folder, "d.v", voxels, sizeof voxels);
    assert_fails(moly_interfile_read_image(path, &v, &err), MOLY_ERR_DATA, "voxel 2 of frame 1",
                 err);
    drop_folder(folder);
}

/* ---- sinograms ---- */

/* Every header of the reference data is read, or refused for the reason that is written here. */
static void every_header_of_stir_is_read_or_refused_with_a_reason(void **state)
{
    (void)state;
    static const struct {
        const char *name, *reason;
    } refused[] = {
        {"EX_simulation_single_slice/template_sinogram.hs", "2 rings give 3"},
        {"SPECT", "no PET sinograms"},
        {"raw_spect", "no PET sinograms"},
    };
    static const char *const patterns[] = {"raw_pet/*/*.hs", "phantoms/*/*/*.hs",
                                           "raw_spect/*/*.hs"};
    char root[600], pattern[800];
    size_t n = 0;
    need_shared("data/clinical", root, sizeof root);
    for (size_t k = 0; k < 3; k++) {
        glob_t found;
        (void)snprintf(pattern, sizeof pattern, "%s/%s", root, patterns[k]);
        assert_int_equal(glob(pattern, 0, NULL, &found), 0);
        for (size_t i = 0; i < found.gl_pathc; i++, n++) {
            moly_error err = {0};
            moly_layout *layout = NULL;
            const char *reason = NULL, *path = found.gl_pathv[i];
            for (size_t r = 0; r < 3; r++) {
                reason = strstr(path, refused[r].name) ? refused[r].reason : reason;
            }
            if (reason) {
                assert_fails(moly_interfile_read_layout(path, &layout, &err), MOLY_ERR_DATA, reason,
                             err);
            } else {
                assert_ok(moly_interfile_read_layout(path, &layout, &err), err);
            }
            moly_layout_free(layout);
        }
        globfree(&found);
    }
    assert_true(n >= 10);
}

/* Geometry left out by the header: STIR's own figures of PRT-1 (Scanner.cxx): effective radius
 * 380 mm, bins of 3.1088 mm. */
static void a_named_system_completes_its_header(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_layout *l = NULL;
    char path[600];
    need_shared("data/clinical/raw_pet/stir_recon/Utahscat600k_ca_seg4.hs", path, sizeof path);
    assert_ok(moly_interfile_read_layout(path, &l, &err), err);
    assert_relative(moly_pet_radius(&l->scanner), 380.0, 1e-14);
    assert_relative(l->bin_mm, 3.1088, 1e-14);
    assert_true(l->is_arc_corrected);
    assert_int_equal(l->n_views, 96);
    assert_int_equal(l->view_mashing, 2);
    assert_int_equal(l->n_planes, 12 + 13 + 14 + 15 + 16 + 15 + 14 + 13 + 12);
    /* its view offset undoes that of mashing: view 0 is vertical */
    double a[2], b[2];
    assert_true(moly_layout_line(l, 0, 64, a, b));
    assert_true(fabs(a[0]) < 1e-9 && fabs(b[0]) < 1e-9 && a[1] < 0.0);
    moly_layout_free(l);
}

static void a_tof_header_of_stir_is_read(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_layout *l = NULL;
    char path[600];
    need_shared("data/clinical/raw_pet/interfile_header_samples/"
                "PET_TOF_Interfile_header_Signa_PETMR.hs",
                path, sizeof path);
    assert_ok(moly_interfile_read_layout(path, &l, &err), err);
    assert_int_equal(l->n_tof, 27);
    assert_int_equal(l->tof_mashing, 13);
    assert_int_equal(l->scanner.n_tof_bins, 351);
    assert_relative(l->scanner.tof_fwhm_ps, 390.0, 0.0);
    assert_int_equal(l->n_segments, 45);
    assert_int_equal(l->n_planes, 45 * 45 - 44); /* span 2: every other sum of 45 x 45 pairs */
    assert_relative(l->scanner.view_offset_rad, -5.23 * 3.14159265358979323846 / 180.0, 1e-14);
    moly_layout_free(l);
}

/* Expected sum: the file's 129,600 floats added by another program (NumPy). */
static void a_sinogram_of_stir_is_read(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_sinogram *s = NULL;
    char path[600], *data = NULL;
    size_t length = 0;
    double sum = 0.0, direct = 0.0;
    need_shared("data/clinical/raw_pet/recon_demo/smalllong.hs", path, sizeof path);
    assert_ok(moly_interfile_open_sinogram(path, &s, &err), err);
    assert_ok(moly_sinogram_sum(s, &sum, &err), err);
    need_shared("data/clinical/raw_pet/recon_demo/smalllong.s", path, sizeof path);
    read_whole(path, &data, &length);
    const moly_layout *l = moly_sinogram_layout(s);
    assert_int_equal(4 * moly_layout_n_bins(l), length);
    float *view = moly_alloc((size_t)moly_layout_view_bins(l), sizeof *view);
    for (int64_t v = 0; v < l->n_views; v++) {
        assert_ok(moly_sinogram_read_view(s, v, view, &err), err);
        for (int64_t z = 0; z < 27; z++) {
            for (int64_t t = 0; t < 75; t++) {
                float expected;
                memcpy(&expected, data + 4 * ((v * 27 + z) * 75 + t), 4);
                assert_memory_equal(&view[t * 27 + z], &expected, 4);
                direct += (double)expected;
            }
        }
    }
    assert_relative(sum, direct, 1e-13);
    assert_relative(sum, 102736.7608507365, 1e-12);
    moly_free(view);
    moly_free(data);
    moly_sinogram_free(s);
}

/* A TOF scanner with flat sides and gaps. */
static moly_pet_scanner small_scanner(void)
{
    moly_error err = {0};
    moly_pet_scanner s;
    assert_ok(moly_pet_scanner_parse("title = Small; with sides\nsource = made up\nrings = 6\n"
                                     "detectors = 32\nsides = 8\nblock rings = 3\n"
                                     "block columns = 2\ninner radius = 100.123 mm\n"
                                     "interaction depth = 7 mm\ncrystal pitch = 10.1 mm\n"
                                     "ring pitch = 5.3 mm\nblock gap = 1.7 mm\n"
                                     "crystal depth = 20 mm\nenergy resolution = 11 %\n"
                                     "coincidence window = 4.7 ns\ntiming resolution = 400 ps\n"
                                     "tof bin = 90 ps\ntof bins = 15\ndead time = 200 ns\n"
                                     "tangential bins = 19\nview offset rad = 0.1\n",
                                     "small", &s, &err),
              err);
    return s;
}

static moly_layout *small_layout(double arc_bin_mm)
{
    moly_error err = {0};
    moly_layout *l = NULL;
    const moly_pet_scanner s = small_scanner();
    const moly_layout_options options = {.span = 3,
                                         .max_difference = 4,
                                         .view_mashing = 2,
                                         .tof_mashing = arc_bin_mm > 0.0 ? 0 : 3,
                                         .arc_bin_mm = arc_bin_mm};
    assert_ok(moly_layout_new(&s, &options, &l, &err), err);
    return l;
}

static void assert_same_scanner(const moly_pet_scanner *a, const moly_pet_scanner *b)
{
    assert_string_equal(a->name, b->name);
    assert_string_equal(a->title, b->title);
    assert_int_equal(a->n_sides, b->n_sides);
    assert_int_equal(a->block_rings, b->block_rings);
    assert_int_equal(a->block_columns, b->block_columns);
    assert_int_equal(a->span, b->span);
    assert_int_equal(a->max_ring_difference, b->max_ring_difference);
    assert_int_equal(a->n_tangential, b->n_tangential);
    assert_int_equal(a->n_tof_bins, b->n_tof_bins);
    assert_relative(a->inner_radius_mm, b->inner_radius_mm, 1e-15);
    assert_relative(a->crystal_depth_mm, b->crystal_depth_mm, 1e-15);
    assert_relative(a->energy_fwhm, b->energy_fwhm, 1e-15);
    assert_relative(a->coincidence_window_ps, b->coincidence_window_ps, 1e-15);
    assert_relative(a->tof_fwhm_ps, b->tof_fwhm_ps, 1e-15);
    assert_relative(a->tof_bin_ps, b->tof_bin_ps, 1e-15);
    assert_relative(a->dead_time_s, b->dead_time_s, 1e-15);
    for (int64_t ring = 0; ring < a->n_rings; ring++) {
        for (int64_t d = 0; d < a->n_detectors; d++) {
            double p[3], q[3];
            moly_pet_crystal(a, ring, d, p);
            moly_pet_crystal(b, ring, d, q);
            for (int i = 0; i < 3; i++) {
                assert_true(fabs(p[i] - q[i]) < 1e-12);
            }
        }
    }
}

static void sinograms_survive_the_way_there_and_back(void **state)
{
    (void)state;
    const double arc_bins[] = {0.0, 2.5};
    for (int round = 0; round < 2; round++) {
        moly_error err = {0};
        char folder[256], path[300];
        struct stat info;
        moly_layout *l = small_layout(arc_bins[round]);
        moly_sinogram *s = NULL, *back = NULL;
        const size_t n = (size_t)moly_layout_view_bins(l);
        float *view = moly_alloc(n, sizeof *view), *again = moly_alloc(n, sizeof *again);
        make_folder(folder);
        (void)snprintf(path, sizeof path, "%s/a.hs", folder);
        assert_ok(moly_interfile_create_sinogram(path, l, &s, &err), err);
        for (int64_t v = l->n_views - 1; v >= 0; v--) {
            for (size_t i = 0; i < n; i++) {
                view[i] = (float)(v * 100000 + (int64_t)i);
            }
            assert_ok(moly_sinogram_write_view(s, v, view, &err), err);
            assert_ok(moly_sinogram_read_view(s, v, again, &err), err);
            assert_memory_equal(view, again, n * sizeof *view);
        }
        assert_int_not_equal(stat(path, &info), 0); /* nothing carries the name yet */
        assert_ok(moly_sinogram_finish(s, &err), err);
        assert_fails(moly_sinogram_write_view(s, 0, view, &err), MOLY_ERR_USAGE, "finished", err);
        moly_sinogram_free(s);
        assert_ok(moly_interfile_open_sinogram(path, &back, &err), err);
        assert_true(moly_layout_equal(l, moly_sinogram_layout(back)));
        assert_same_scanner(&l->scanner, &moly_sinogram_layout(back)->scanner);
        for (int64_t v = 0; v < l->n_views; v++) {
            assert_ok(moly_sinogram_read_view(back, v, again, &err), err);
            for (size_t i = 0; i < n; i++) {
                assert_int_equal((int64_t)again[i], v * 100000 + (int64_t)i);
            }
        }
        assert_fails(moly_sinogram_write_view(back, 0, view, &err), MOLY_ERR_USAGE, "only be read",
                     err);
        moly_sinogram_free(back);
        moly_layout_free(l);
        moly_free(view);
        moly_free(again);
        drop_folder(folder);
    }
}

static void sinograms_that_are_not_finished_leave_nothing(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256], path[300], pattern[300];
    glob_t found;
    moly_layout *l = small_layout(0.0);
    moly_sinogram *s = NULL;
    make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/a.hs", folder);
    (void)snprintf(pattern, sizeof pattern, "%s/*", folder);
    assert_ok(moly_interfile_create_sinogram(path, l, &s, &err), err);
    moly_sinogram_free(s);
    assert_int_equal(glob(pattern, 0, NULL, &found), GLOB_NOMATCH);
    (void)snprintf(path, sizeof path, "%s/nowhere/a.hs", folder);
    assert_fails(moly_interfile_create_sinogram(path, l, &s, &err), MOLY_ERR_NOT_FOUND,
                 "cannot write", err);
    moly_layout_free(l);
    drop_folder(folder);
}

/* Segments out of order, axial before view, TOF bins named, 16-bit big-endian with a factor and an
 * offset: each bin's number is its place in the file. */
static void any_order_on_disk_is_read(void **state)
{
    (void)state;
    static const char header[] =
        "!INTERFILE :=\nname of data file := a.s\noriginating system := mine\n"
        "!PET data type := Emission\napplied corrections := {None}\n"
        "number format := signed integer\nnumber of bytes per pixel := 2\n"
        "image scaling factor[1] := 0.25\ndata offset in bytes[1] := 10\n"
        "number of dimensions := 5\nmatrix axis label[5] := timing positions\nmatrix size[5] := 3\n"
        "TOF bin order := {1,-1,0}\nTOF mashing factor := 5\nmatrix axis label[4] := segment\n"
        "matrix size[4] := 3\nmatrix axis label[2] := view\nmatrix size[2] := 4\n"
        "matrix axis label[3] := axial coordinate\nmatrix size[3] := {3,2,2}\n"
        "matrix axis label[1] := tangential coordinate\nmatrix size[1] := 5\n"
        "minimum ring difference per segment := {0,1,-1}\n"
        "maximum ring difference per segment := {0,1,-1}\nScanner parameters :=\n"
        "Number of rings := 3\nNumber of detectors per ring := 8\nInner ring diameter (cm) := 20\n"
        "Distance between rings (cm) := 0.5\nNumber of TOF time bins := 15\n"
        "Size of timing bin (ps) := 100\ntiming resolution (ps) := 400\nend scanner parameters :=\n"
        "!END OF INTERFILE :=\n";
    /* planes before segments -1, 0, 1 in the file, and its places of TOF bins -1, 0, 1 */
    static const int64_t before[3] = {5, 0, 3}, axial[3] = {2, 3, 2};
    static const int64_t tof_place[3] = {1, 2, 0}, n_planes = 7, n_views = 4, n_t = 5;
    moly_error err = {0};
    moly_sinogram *s = NULL;
    char folder[256], path[300];
    uint8_t data[10 + 2 * 3 * 7 * 4 * 5] = {0};
    float bins[5 * 3 * 7];
    for (int i = 0; i < 3 * 7 * 4 * 5; i++) {
        data[10 + 2 * i] = (uint8_t)(4 * i >> 8);
        data[11 + 2 * i] = (uint8_t)(4 * i);
    }
    make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/a.hs", folder);
    put_file(folder, "a.hs", header, strlen(header));
    put_file(folder, "a.s", data, sizeof data);
    assert_ok(moly_interfile_open_sinogram(path, &s, &err), err);
    const moly_layout *l = moly_sinogram_layout(s);
    for (int64_t v = 0; v < n_views; v++) {
        assert_ok(moly_sinogram_read_view(s, v, bins, &err), err);
        for (int64_t g = 0; g < 3; g++) {
            assert_int_equal(l->segments[g].n_axial, axial[g]);
            for (int64_t k = 0; k < 3; k++) {
                for (int64_t a = 0; a < axial[g]; a++) {
                    for (int64_t t = 0; t < n_t; t++) {
                        const int64_t place =
                            ((tof_place[k] * n_planes + before[g]) * n_views + a * n_views + v) *
                                n_t +
                            t;
                        const int64_t plane = l->segments[g].first_plane + a;
                        assert_int_equal((int64_t)bins[(t * 3 + k) * n_planes + plane], place);
                    }
                }
            }
        }
    }
    /* the same bins, a plane at a time: axial position 1 of segment 1, and of the sum over TOF */
    float rows[4 * 5], sums[4 * 5];
    assert_ok(moly_interfile_read_plane(path, 2, 1, 0, rows, &err), err);
    assert_ok(moly_interfile_read_plane(path, 2, 1, -1, sums, &err), err);
    for (int64_t i = 0; i < n_views * n_t; i++) {
        const int64_t first = (before[2] + 1) * n_views * n_t + i, step = n_planes * n_views * n_t;
        assert_int_equal((int64_t)rows[i], tof_place[0] * step + first);
        assert_int_equal((int64_t)sums[i], 3 * step + 3 * first);
    }
    assert_fails(moly_interfile_read_plane(path, 2, 2, 0, rows, &err), MOLY_ERR_RANGE,
                 "axial position 2", err);
    assert_fails(moly_interfile_read_plane(path, 3, 0, 0, rows, &err), MOLY_ERR_RANGE, "segment 3",
                 err);
    assert_fails(moly_interfile_read_plane(path, 0, 0, 3, rows, &err), MOLY_ERR_RANGE, "TOF bin 3",
                 err);
    moly_sinogram_free(s);
    put_file(folder, "a.s", data, sizeof data - 1);
    assert_fails(moly_interfile_open_sinogram(path, &s, &err), MOLY_ERR_DATA, "its header asks",
                 err);
    drop_folder(folder);
}

static void a_broken_sinogram_header_is_refused_by_file_line_and_key(void **state)
{
    (void)state;
    static const struct {
        const char *find, *put, *piece;
    } cases[] = {
        {"number of dimensions := 5", "number of dimensions := 3", "from 4 to 5"},
        {"timing positions", "gates", "must be 'timing positions'"},
        {"!matrix size [4] := 3", "!matrix size [4] := 2", "3 numbers, must be 2"},
        {"!matrix size [3] := 8", "!matrix size [3] := 7", "7 views, no divisor"},
        {"!matrix size [3] := 8", "!matrix size [3] := 9e9", "'!matrix size [3]'"},
        {"{ 7,11,7}", "{ 7,12,7}", "6 rings give 11"},
        {"TOF mashing factor := 3", "", "'tof mashing factor' is missing"},
        {"TOF mashing factor := 3", "TOF mashing factor := 4", "TOF bins of 4 scanner bins"},
        {"Number of rings := 6", "", "'number of rings' is missing"},
        {"Number of rings := 6", "Number of rings := -6", "'number of rings' is missing"},
        {"Number of rings := 6", "Number of rings := 1e12", "'Number of rings'"},
        {"BlocksOnCylindrical\n", "Generic\n", "Moly reads Cylindrical"},
        {"!PET data type := Emission", "!PET data type := Image", "no PET sinograms"},
        {"Number of detectors per ring := 32", "Number of detectors per ring := 33", "do not make"},
        {"Energy resolution := 0.11", "Energy resolution := much", "is not a number"},
    };
    moly_error err = {0};
    char folder[256], path[300], *text = NULL;
    size_t length = 0;
    moly_layout *l = small_layout(0.0);
    moly_sinogram *s = NULL;
    make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/a.hs", folder);
    assert_ok(moly_interfile_create_sinogram(path, l, &s, &err), err);
    assert_ok(moly_sinogram_finish(s, &err), err);
    moly_sinogram_free(s);
    moly_layout_free(l);
    read_whole(path, &text, &length);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *at = strstr(text, cases[i].find);
        moly_text bad = {0};
        moly_layout *none = NULL;
        if (!at) {
            fail_msg("the header has no '%s'", cases[i].find);
            return;
        }
        moly_text_add_n(&bad, text, (size_t)(at - text));
        moly_text_add(&bad, cases[i].put);
        moly_text_add(&bad, at + strlen(cases[i].find));
        const moly_status status =
            moly_interfile_parse_layout(bad.data, bad.length, "bad.hs", &none, &err);
        if (status != MOLY_ERR_DATA || !strstr(err.message, cases[i].piece) ||
            !strstr(err.message, "bad.hs")) {
            fail_msg("case %zu: wanted '%s', got %s", i, cases[i].piece, err.message);
        }
        assert_null(none);
        err = (moly_error){0};
        moly_text_free(&bad);
    }
    for (size_t n = 0; n < length - 2; n += 7) { /* every truncation */
        moly_layout *none = NULL;
        assert_int_equal(moly_interfile_parse_layout(text, n, "cut.hs", &none, &err),
                         MOLY_ERR_DATA);
        err = (moly_error){0};
    }
    moly_free(text);
    drop_folder(folder);
}

/* More than 2^31 bins; the file has holes, so that it takes little room. */
static void sinograms_of_more_than_two_to_the_31_bins_are_written_and_read(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256], path[300];
    moly_pet_scanner scanner;
    moly_layout *l = NULL;
    moly_sinogram *s = NULL;
    const moly_layout_options options = {
        .max_difference = -1, .view_mashing = 1, .n_tangential = 415, .tof_mashing = 13};
    assert_ok(moly_pet_scanner_find("ge-discovery-mi", &scanner, &err), err);
    assert_ok(moly_layout_new(&scanner, &options, &l, &err), err);
    assert_true(moly_layout_n_bins(l) > INT64_C(1) << 31);
    const size_t n = (size_t)moly_layout_view_bins(l);
    float *view = moly_alloc(n, sizeof *view), *again = moly_alloc(n, sizeof *again);
    assert_true(view && again);
    for (size_t i = 0; i < n; i++) {
        view[i] = (float)(i % 9973);
    }
    make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/big.hs", folder);
    assert_ok(moly_interfile_create_sinogram(path, l, &s, &err), err);
    assert_ok(moly_sinogram_write_view(s, l->n_views - 1, view, &err), err);
    assert_ok(moly_sinogram_finish(s, &err), err);
    moly_sinogram_free(s);
    assert_ok(moly_interfile_open_sinogram(path, &s, &err), err);
    assert_ok(moly_sinogram_read_view(s, l->n_views - 1, again, &err), err);
    assert_memory_equal(view, again, n * sizeof *view);
    moly_sinogram_free(s);
    moly_layout_free(l);
    moly_free(view);
    moly_free(again);
    drop_folder(folder);
}

/* A header of the Biograph mMR; its bins are compressed, so plain ones are made here: each bin's
 * number is its plane in the file. */
static void sinograms_of_siemens_are_read(void **state)
{
    (void)state;
    static const char small[] =
        "!INTERFILE:=\n!originating system:=2008\n%SMS-MI header name space:=sinogram subheader\n"
        "!name of data file:=a.s\nimage data byte order:=LITTLEENDIAN\n!PET data type:=emission\n"
        "data format:=sinogram\nnumber format:=signed integer\n!number of bytes per pixel:=2\n"
        "number of dimensions:=3\nmatrix axis label [1]:=bin\nmatrix axis label [2]:=projection\n"
        "matrix axis label [3]:=plane\nmatrix size [1]:=3\nmatrix size [2]:=4\n"
        "matrix size [3]:=29\n%axial compression:=3\n%maximum ring difference:=4\n"
        "number of rings:=6\nnumber of detectors per ring := 8\n%number of segments:=3\n"
        "%segment table:={11,9,9}\n";
    moly_error err = {0};
    moly_layout *l = NULL;
    moly_sinogram *s = NULL;
    char path[600], folder[256];
    need_shared("data/clinical/raw_pet/interfile_header_samples/mMR_sinogram.s.hdr", path,
                sizeof path);
    assert_ok(moly_interfile_read_layout(path, &l, &err), err);
    assert_int_equal(l->n_planes, 4084);
    assert_int_equal(l->n_segments, 121);
    assert_int_equal(l->n_tangential, 344);
    assert_string_equal(l->scanner.name, "siemens mmr");
    moly_layout_free(l);
    assert_fails(moly_interfile_open_sinogram(path, &s, &err), MOLY_ERR_DATA, "compressed", err);

    uint8_t data[2 * 3 * 4 * 25] = {0};
    for (int plane = 0; plane < 25; plane++) {
        for (int i = 0; i < 12; i++) {
            data[2 * (12 * plane + i)] = (uint8_t)plane;
        }
    }
    make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/a.s.hdr", folder);
    put_file(folder, "a.s.hdr", small, (size_t)(strstr(small, "%segment table") - small));
    assert_fails(moly_interfile_open_sinogram(path, &s, &err), MOLY_ERR_DATA, "segment table", err);
    char *header = moly_strdup(small);
    put_file(folder, "a.s.hdr", header, strlen(header));
    put_file(folder, "a.s", data, sizeof data);
    assert_fails(moly_interfile_open_sinogram(path, &s, &err), MOLY_ERR_DATA,
                 "9 axial positions; 6 rings give 7", err);
    memcpy(strstr(header, "{11,9,9}"), "{11,7,7}", 8);
    memcpy(strstr(header, "[3]:=29"), "[3]:=25", 7);
    put_file(folder, "a.s.hdr", header, strlen(header));
    assert_ok(moly_interfile_open_sinogram(path, &s, &err), err);
    float bins[3 * 25];
    assert_ok(moly_sinogram_read_view(s, 3, bins, &err), err);
    for (int i = 0; i < 25; i++) { /* file: 0, -1, +1; layout: -1, 0, +1 */
        assert_int_equal((int)bins[25 + i], i < 7 ? 11 + i : i < 18 ? i - 7 : i);
    }
    moly_sinogram_free(s);
    moly_free(header);
    drop_folder(folder);
}

static void every_failed_allocation_is_a_status(void **state)
{
    (void)state;
    moly_error err = {0};
    char folder[256], path[300], image[300];
    moly_layout *l = small_layout(0.0);
    moly_volume *v = made_volume();
    make_folder(folder);
    (void)snprintf(path, sizeof path, "%s/a.hs", folder);
    (void)snprintf(image, sizeof image, "%s/a.hv", folder);
    moly_status status = MOLY_ERR_MEMORY;
    for (size_t nth = 1; status != MOLY_OK && nth < 200; nth++) {
        moly_sinogram *s = NULL, *back = NULL;
        moly_volume *read = NULL;
        err = (moly_error){0};
        moly_alloc_fail_after(nth);
        status = moly_interfile_create_sinogram(path, l, &s, &err);
        status = status ? status : moly_sinogram_finish(s, &err);
        status = status ? status : moly_interfile_open_sinogram(path, &back, &err);
        status = status ? status : moly_interfile_write_image(image, v, &err);
        status = status ? status : moly_interfile_read_image(image, &read, &err);
        moly_alloc_fail_after(0);
        assert_true(status == MOLY_OK || status == MOLY_ERR_MEMORY);
        moly_sinogram_free(s);
        moly_sinogram_free(back);
        moly_volume_free(read);
    }
    assert_int_equal(status, MOLY_OK);
    moly_volume_free(v);
    moly_layout_free(l);
    drop_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(images_of_stir_are_read),
        cmocka_unit_test(an_image_survives_the_way_there_and_back),
        cmocka_unit_test(every_number_format_and_byte_order_is_read),
        cmocka_unit_test(a_broken_image_header_is_refused_by_file_line_and_key),
        cmocka_unit_test(every_header_of_stir_is_read_or_refused_with_a_reason),
        cmocka_unit_test(a_named_system_completes_its_header),
        cmocka_unit_test(a_tof_header_of_stir_is_read),
        cmocka_unit_test(a_sinogram_of_stir_is_read),
        cmocka_unit_test(sinograms_survive_the_way_there_and_back),
        cmocka_unit_test(sinograms_that_are_not_finished_leave_nothing),
        cmocka_unit_test(any_order_on_disk_is_read),
        cmocka_unit_test(a_broken_sinogram_header_is_refused_by_file_line_and_key),
        cmocka_unit_test(sinograms_of_more_than_two_to_the_31_bins_are_written_and_read),
        cmocka_unit_test(sinograms_of_siemens_are_read),
        cmocka_unit_test(every_failed_allocation_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
