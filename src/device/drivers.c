/* SPDX-License-Identifier: Apache-2.0 */
/* The drivers that are compiled in. A device that sends lines needs no row here: it has a file. */
#include "inside.h"

#include <ctype.h>

#include "moly/base/text.h"

/* Unit codes of the CRC-35R. 4 is MBq: an older program took it for kBq and was wrong by 1000. */
static const moly_device_unit crc35r_units[] = {
    {"3", 1e3, MOLY_DEVICE_ACTIVITY},
    {"4", 1e6, MOLY_DEVICE_ACTIVITY},
    {"5", 1e9, MOLY_DEVICE_ACTIVITY},
};
static const moly_device_unit vdc404_units[] = {
    {"Bq", 1.0, MOLY_DEVICE_ACTIVITY},
    {"kBq", 1e3, MOLY_DEVICE_ACTIVITY},
    {"MBq", 1e6, MOLY_DEVICE_ACTIVITY},
    {"GBq", 1e9, MOLY_DEVICE_ACTIVITY},
};

#define N(rows) (sizeof(rows) / sizeof((rows)[0]))
static const moly_device_driver drivers[] = {
    {
        .name = "capintec-crc35r",
        .kind = "dose calibrator",
        .model = "Capintec CRC-35R",
        .source = "manual of the CRC-35R as shinyplopper quotes it; widths to be checked on yours",
        .settings = {4800, 8, 1, 'N'},
        .framing = MOLY_DEVICE_STX,
        .request = "R1",
        .pattern = "DR1,{nuclide:6},{value:6}{unit:1}",
        .length = 18,
        .units = crc35r_units,
        .n_units = N(crc35r_units),
        .stable_readings = 3,
        .stable_within = 0.01,
        .timeout_s = 20.0,
    },
    {
        .name = "veenstra-vdc404",
        .kind = "dose calibrator",
        .model = "Veenstra VDC-404",
        .source = "tchivato/Decay_calculator: printer option PC, 17 characters",
        .settings = {9600, 8, 1, 'N'},
        .framing = MOLY_DEVICE_LINE,
        .pattern = "{nuclide}: {value} {unit}",
        .length = 17,
        .units = vdc404_units,
        .n_units = N(vdc404_units),
        .stable_readings = 1,
        .stable_within = 0.0,
        .timeout_s = 60.0,
    },
};

const moly_device_driver *moly_device_drivers(size_t *n)
{
    *n = N(drivers);
    return drivers;
}

moly_status moly_device_driver_find(const char *name, const moly_device_driver **driver,
                                    moly_error *err)
{
    const char *names[N(drivers)];
    for (size_t i = 0; i < N(drivers); i++) {
        names[i] = drivers[i].name;
        if (strcmp(name, drivers[i].name) == 0) {
            *driver = &drivers[i];
            return MOLY_OK;
        }
    }
    const char *near = moly_nearest(name, names, N(names));
    return MOLY_FAIL(err, MOLY_ERR_UNKNOWN, "there is no driver '%.40s'%s%s%s", name,
                     near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* Nuclides that calibrators, counters and meters are set to. Blanks, hyphens and letter case do not
 * tell one from another, so "TC99M", "Tc 99m" and "99mTc" need no rows of their own. */
static const char *const known[] = {
    "C-11",   "N-13",   "O-15",   "F-18",   "Na-22",  "P-32",   "Cr-51",  "Co-57",  "Co-60",
    "Cu-64",  "Ga-67",  "Ga-68",  "Ge-68",  "Br-76",  "Rb-82",  "Sr-82",  "Sr-89",  "Y-90",
    "Zr-89",  "Mo-99",  "Tc-99m", "In-111", "I-123",  "I-124",  "I-125",  "I-131",  "Xe-133",
    "Ba-133", "Cs-137", "Sm-153", "Ho-166", "Er-169", "Lu-177", "Re-186", "Re-188", "Tl-201",
    "Pb-212", "Ra-223", "Ra-226", "Ac-225", "Th-227",
};
enum { PLAIN_SIZE = 16 };

static void plain(const char *text, char made[PLAIN_SIZE])
{
    size_t n = 0;
    for (; *text && n + 1 < PLAIN_SIZE; text++) {
        if (*text != ' ' && *text != '-') {
            made[n++] = (char)toupper((unsigned char)*text);
        }
    }
    made[n] = '\0';
}

/* "99MTC" becomes "TC99M". */
static void symbol_first(char text[PLAIN_SIZE])
{
    char turned[PLAIN_SIZE];
    size_t digits = strspn(text, "0123456789");
    size_t mass = digits + (text[digits] == 'M' && text[digits + 1] ? 1 : 0);
    if (digits == 0 || !text[mass]) {
        return;
    }
    (void)snprintf(turned, sizeof turned, "%s%.*s", text + mass, (int)mass, text);
    memcpy(text, turned, sizeof turned);
}

const char *nuclide_of(const moly_device_driver *driver, const char *text)
{
    char wanted[PLAIN_SIZE], name[PLAIN_SIZE];
    for (size_t i = 0; i < driver->n_nuclides; i++) {
        if (strcmp(text, driver->nuclides[i].text) == 0) {
            return driver->nuclides[i].name;
        }
    }
    if (strlen(text) >= PLAIN_SIZE) {
        return NULL;
    }
    plain(text, wanted);
    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < N(known); i++) {
            plain(known[i], name);
            if (strcmp(wanted, name) == 0) {
                return known[i];
            }
        }
        symbol_first(wanted);
    }
    return NULL;
}

bool nuclide_word(const moly_device_driver *driver, const char *name, char word[WORD_SIZE])
{
    for (size_t i = 0; i < driver->n_nuclides; i++) {
        if (strcmp(name, driver->nuclides[i].name) == 0) {
            return (size_t)snprintf(word, WORD_SIZE, "%s", driver->nuclides[i].text) < WORD_SIZE;
        }
    }
    const char *known_name = nuclide_of(driver, name);
    size_t n = 0;
    /* a display of few characters has no room for the hyphen */
    for (const char *c = known_name; c && *c && n + 1 < WORD_SIZE; c++) {
        if (*c != '-' || driver->framing == MOLY_DEVICE_LINE) {
            word[n++] = *c;
        }
    }
    word[n] = '\0';
    return n > 0;
}

static const char *const words[] = {
#define WORD(name, word, unit) word,
    MOLY_DEVICE_QUANTITY_LIST(WORD)
#undef WORD
};
static const char *const base_units[] = {
#define BASE_UNIT(name, word, unit) unit,
    MOLY_DEVICE_QUANTITY_LIST(BASE_UNIT)
#undef BASE_UNIT
};

const char *moly_device_quantity_word(moly_device_quantity quantity)
{
    return words[quantity];
}

const char *moly_device_quantity_unit(moly_device_quantity quantity)
{
    return base_units[quantity];
}
