/* SPDX-License-Identifier: Apache-2.0 */
#include "testing.h"

#include "dicom_inside.h"

static void put(uint8_t **at, const void *bytes, size_t n)
{
    memcpy(*at, bytes, n);
    *at += n;
}

/* A data set without meta header: implicit little endian, private sequences within each other. */
static size_t nested(uint8_t *out, int depth, bool has_lengths)
{
    static const uint8_t head[] = {0x08, 0x00, 0x16, 0x00, 0x02, 0x00, 0x00, 0x00, '1', '\0'};
    uint8_t *at = out;
    put(&at, head, sizeof head);
    for (int i = 0; i < depth; i++) {
        uint32_t left = has_lengths ? (uint32_t)(16 * (depth - i) - 8) : 0xffffffffu;
        uint32_t inner = has_lengths ? left - 8 : 0xffffffffu;
        put(&at, "\x08\x00\x15\x11", 4);
        put(&at, &left, 4);
        put(&at, "\xfe\xff\x00\xe0", 4);
        put(&at, &inner, 4);
    }
    return (size_t)(at - out);
}

static void sequences_nested_without_end_are_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    size_t room = 16 * 100000 + 64;
    uint8_t *data = calloc(room, 1);
    for (int has_lengths = 0; has_lengths <= 1; has_lengths++) {
        size_t length = nested(data, 100000, has_lengths);
        assert_fails(dicom_guard(data, length, &err), MOLY_ERR_DATA, "nested more than 64 deep",
                     err);
        length = nested(data, 20, has_lengths);
        assert_ok(dicom_guard(data, length, &err), err);
    }
    free(data);
}

static void items_behind_the_point_where_the_walk_is_lost_are_counted(void **state)
{
    (void)state;
    moly_error err = {0};
    size_t room = 16 * 100000 + 64;
    uint8_t *data = calloc(room, 1);
    /* fragments of pixels without their items: DCMTK may read on in ways this walk cannot know */
    static const uint8_t head[] = {0x08, 0x00, 0x16, 0x00, 'U', 'I', 0x02, 0x00, '1',  '\0', 0xe0,
                                   0x7f, 0x10, 0x00, 'O',  'B', 0,   0,    0xff, 0xff, 0xff, 0xff};
    memcpy(data, head, sizeof head);
    size_t length = sizeof head + nested(data + sizeof head, 100000, false);
    assert_fails(dicom_guard(data, length, &err), MOLY_ERR_DATA, "100000 items behind", err);
    free(data);
}

/* A few bytes must not make DCMTK reserve the gigabytes that a length claims. */
static void an_element_longer_than_the_file_is_refused_by_its_place(void **state)
{
    (void)state;
    moly_error err = {0};
    uint8_t data[132 + 24] = {0};
    memcpy(data + 128, "DICM", 4);
    memcpy(data + 132, "\x02\x00\x01\x00OB\x00\x00\xb3\xb3\xb3\xb3", 12);
    assert_fails(dicom_guard(data, sizeof data, &err), MOLY_ERR_DATA,
                 "(0002,0001) at byte 132 claims 3014898611 bytes, but only 12 are left", err);
    memcpy(data + 132, "\x02\x00\x00\x00U\x00", 6);
    assert_fails(dicom_guard(data, sizeof data, &err), MOLY_ERR_DATA, "no meta header at byte 132",
                 err);
    /* in the data set, without meta header */
    assert_fails(dicom_guard((const uint8_t *)"\x08\x00\x05\x00\x00\x00\x00\x7f", 8, &err),
                 MOLY_ERR_DATA, "(0008,0005) at byte 0 claims 2130706432 bytes", err);
}

static void what_does_not_begin_like_dicom_is_refused(void **state)
{
    (void)state;
    moly_error err = {0};
    dcm_file *file = NULL;
    static const char *const texts[] = {"", "hello, I am not an image at all", "\x1f\x8b\x08",
                                        "PK\x03\x04"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_fails(dicom_open_memory(texts[i], strlen(texts[i]), &file, &err), MOLY_ERR_DATA,
                     "does not begin like one", err);
    }
    assert_null(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sequences_nested_without_end_are_refused),
        cmocka_unit_test(items_behind_the_point_where_the_walk_is_lost_are_counted),
        cmocka_unit_test(an_element_longer_than_the_file_is_refused_by_its_place),
        cmocka_unit_test(what_does_not_begin_like_dicom_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
