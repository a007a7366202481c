/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/formats/listmode.h"
#include "moly/scanner/sinogram.h"

static const char header[] = "!INTERFILE:=\n!originating system:=2008\n"
                             "data format:=CoincidenceList\nnumber of rings:=64\n"
                             "%LM event and tag words format (bits):=32\n%axial compression:=1\n"
                             "%maximum ring difference:=60\n%number of projections:=344\n"
                             "%number of views:=252\n";

static void put_word(uint8_t *at, uint32_t word)
{
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(word >> 8 * i);
    }
}

static moly_status parse(const uint32_t *words, size_t n, moly_event_list *list, moly_error *err)
{
    uint8_t bytes[64];
    for (size_t i = 0; i < n; i++) {
        put_word(bytes + 4 * i, words[i]);
    }
    return moly_listmode_parse(header, strlen(header), bytes, 4 * n, list, err);
}

/* Expected: counted word by word by another program (Python), and the reference's own figures. */
static void list_mode_of_an_mmr_is_read(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_event_list list = {0};
    moly_layout *layout = NULL;
    moly_sinogram *s = NULL;
    size_t n[2] = {0};
    char path[600];
    need_shared("data/clinical/raw_pet/stir_listmode/PET_ACQ_small.l.hdr.STIR", path, sizeof path);
    assert_ok(moly_listmode_read(path, &list, &err), err);
    for (size_t i = 0; i < list.n; i++) {
        n[list.events[i].is_delayed]++;
        assert_true(list.events[i].time_ms <= 612);
        assert_true(i == 0 || list.events[i].time_ms >= list.events[i - 1].time_ms);
    }
    assert_int_equal(n[0], 218881);
    assert_int_equal(n[1], 35320);
    assert_relative(list.duration_s, 0.613, 1e-12);
    assert_string_equal(list.scanner.name, "siemens mmr");
    assert_int_equal(list.scanner.n_detectors, 504);
    assert_relative(list.scanner.inner_radius_mm, 328.0, 1e-14);
    /* sorted into bins that keep the same pairs, no event is lost */
    const moly_layout_options options = {
        .span = 11, .max_difference = 60, .view_mashing = 4, .n_tangential = 344};
    for (int is_delayed = 0; is_delayed < 2; is_delayed++) {
        double sum = 0.0;
        assert_ok(moly_layout_new(&list.scanner, &options, &layout, &err), err);
        assert_ok(moly_events_to_sinogram(&list, layout, is_delayed == 1, &s, &err), err);
        assert_ok(moly_sinogram_sum(s, &sum, &err), err);
        assert_relative(sum, (double)n[is_delayed], 0.0);
        moly_sinogram_free(s);
        moly_layout_free(layout);
    }
    moly_event_list_free(&list);
}

/* Bin 0 of the second segment: STIR counts it as ring difference -1. */
static void a_word_is_the_bin_it_numbers(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_event_list list = {0};
    moly_layout *l = NULL;
    const uint32_t view = 100, bin = 7, sinogram = 64 + 5, prompt = UINT32_C(1) << 30;
    const uint32_t words[] = {UINT32_C(1) << 31 | 5000, /* a mark */
                              prompt | ((sinogram * 252 + view) * 344 + bin),
                              UINT32_C(7) << 29, /* something else */
                              UINT32_C(1) << 31 | 5002, (sinogram * 252 + view) * 344 + bin};
    assert_ok(parse(words, 5, &list, &err), err);
    assert_int_equal(list.n, 2);
    assert_int_equal(list.events[0].time_ms, 0);
    assert_int_equal(list.events[1].time_ms, 2);
    assert_int_equal(list.events[1].is_delayed, 1);
    assert_relative(list.duration_s, 0.003, 1e-12);
    const moly_layout_options options = {.span = 1, .max_difference = 60, .n_tangential = 344};
    assert_ok(moly_layout_new(&list.scanner, &options, &l, &err), err);
    int64_t v, t;
    bool is_swapped;
    const int64_t a = list.events[0].crystal_1, b = list.events[0].crystal_2;
    assert_true(moly_layout_find_line(l, a % 504, b % 504, &v, &t, &is_swapped));
    assert_false(is_swapped);
    assert_int_equal(v, view);
    assert_int_equal(t, bin);
    assert_int_equal(a / 504, 6);
    assert_int_equal(b / 504, 5);
    moly_layout_free(l);
    moly_event_list_free(&list);
}

static void broken_list_mode_is_refused_with_its_place(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_event_list list = {0};
    const uint32_t late[] = {UINT32_C(1) << 31 | 9, UINT32_C(1) << 31 | 8};
    const uint32_t wide[] = {(UINT32_C(1) << 30) - 1};
    static const struct {
        const char *find, *put, *piece;
    } cases[] = {
        {"CoincidenceList", "sinogram", "must be 'CoincidenceList'"},
        {"compression:=1", "compression:=11", "'%axial compression'"},
        {"difference:=60", "difference:=64", "'%maximum ring difference'"},
        {"views:=252", "views:=126", "'%number of views'"},
        {"(bits):=32", "(bits):=64", "(bits)"},
        {"system:=2008", "system:=7", "'number of detectors per ring' is missing"},
    };
    assert_fails(parse(late, 2, &list, &err), MOLY_ERR_DATA, "word 1: time goes back", err);
    assert_fails(parse(wide, 1, &list, &err), MOLY_ERR_DATA, "word 0 is bin 1073741823", err);
    assert_fails(
        moly_listmode_parse(header, strlen(header), (const uint8_t *)"abc", 3, &list, &err),
        MOLY_ERR_DATA, "cut within a word", err);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        moly_text bad = {0};
        const char *at = strstr(header, cases[i].find);
        moly_text_add_n(&bad, header, (size_t)(at - header));
        moly_text_add(&bad, cases[i].put);
        moly_text_add(&bad, at + strlen(cases[i].find));
        assert_fails(moly_listmode_parse(bad.data, bad.length, NULL, 0, &list, &err), MOLY_ERR_DATA,
                     cases[i].piece, err);
        moly_text_free(&bad);
    }
    assert_null(list.events);
}

static void every_failed_allocation_is_a_status(void **state)
{
    (void)state;
    const uint32_t words[] = {UINT32_C(1) << 31 | 9, 77};
    moly_status status = MOLY_ERR_MEMORY;
    for (size_t nth = 1; status != MOLY_OK && nth < 40; nth++) {
        moly_error err = {0};
        moly_event_list list = {0};
        moly_alloc_fail_after(nth);
        status = parse(words, 2, &list, &err);
        moly_alloc_fail_after(0);
        assert_true(status == MOLY_OK || (status == MOLY_ERR_MEMORY && !list.events));
        moly_event_list_free(&list);
    }
    assert_int_equal(status, MOLY_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(list_mode_of_an_mmr_is_read),
        cmocka_unit_test(a_word_is_the_bin_it_numbers),
        cmocka_unit_test(broken_list_mode_is_refused_with_its_place),
        cmocka_unit_test(every_failed_allocation_is_a_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
