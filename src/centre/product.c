/* SPDX-License-Identifier: Apache-2.0 */
#include "product.h"

#include <string.h>

#define HOURS(n) ((n)*3600.0)
#define GBQ(n) ((n)*1e9)

/* Where leaflets differ between makers the stricter figure stands here; the leaflet in hand rules,
 * and receive_kit takes its figures. */
static const product rows[] = {
    {"pertechnetate", "Sodium pertechnetate (Tc-99m)", "Tc-99m", false, 0.95, HOURS(12), GBQ(200),
     0.1, 50.0, "Ph.Eur. 0124"},
    {"medronate", "Tc-99m medronate (MDP)", "Tc-99m", true, 0.95, HOURS(12), GBQ(18.5), 2.0, 10.0,
     "Ph.Eur. 0641; MDP-25 product information"},
    {"sestamibi", "Tc-99m sestamibi (MIBI)", "Tc-99m", true, 0.94, HOURS(6), GBQ(5.55), 1.0, 3.0,
     "Ph.Eur. 1926; Cardiolite product information"},
    {"pentetate", "Tc-99m pentetate (DTPA)", "Tc-99m", true, 0.95, HOURS(6), GBQ(18.5), 2.0, 10.0,
     "Ph.Eur. 0642; PoltechDTPA and Draximage DTPA product information"},
    {"mertiatide", "Tc-99m mertiatide (MAG3)", "Tc-99m", true, 0.94, HOURS(6), GBQ(3.7), 4.0, 10.0,
     "Ph.Eur. 1372; Technescan MAG3 product information"},
    {"succimer", "Tc-99m succimer (DMSA)", "Tc-99m", true, 0.95, HOURS(4), GBQ(1.48), 1.0, 6.0,
     "Ph.Eur. 0643; DMSA kit product information (4 h)"},
    {"nanocolloid", "Tc-99m albumin nanocolloid", "Tc-99m", true, 0.95, HOURS(6), GBQ(5.55), 1.0,
     5.0, "Nanocoll product information"},
    {"tetrofosmin", "Tc-99m tetrofosmin", "Tc-99m", true, 0.90, HOURS(12), GBQ(4.4), 4.0, 8.0,
     "USP; Myoview product information: at most 1.1 GBq/mL, so 4.4 GBq in the least volume"},
    {"sulfur-colloid", "Tc-99m sulfur colloid", "Tc-99m", true, 0.92, HOURS(6), GBQ(18.5), 1.0, 3.0,
     "USP, Technetium Tc 99m Sulfur Colloid Injection; product information"},
    {"fludeoxyglucose", "Fludeoxyglucose (F-18)", "F-18", false, 0.95, HOURS(12), GBQ(200), 0.1,
     50.0, "Ph.Eur. 1325"},
    {"ammonia", "Ammonia (N-13)", "N-13", false, 0.99, HOURS(1), GBQ(100), 0.1, 50.0,
     "Ph.Eur. 1492; product information of Ammonia N 13 Injection: 60 min"},
};
enum { N_ROWS = sizeof rows / sizeof rows[0] };

const char *const product_codes[] = {
    "pertechnetate", "medronate",   "sestamibi",      "pentetate",       "mertiatide", "succimer",
    "nanocolloid",   "tetrofosmin", "sulfur-colloid", "fludeoxyglucose", "ammonia",    NULL};
_Static_assert(sizeof product_codes / sizeof product_codes[0] == N_ROWS + 1,
               "a code for each product");

const product *product_at(int index)
{
    return index >= 0 && index < N_ROWS ? &rows[index] : NULL;
}

const product *product_named(const char *code)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        if (strcmp(rows[i].code, code) == 0) {
            return &rows[i];
        }
    }
    return NULL;
}
