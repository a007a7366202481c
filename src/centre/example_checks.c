/* SPDX-License-Identifier: Apache-2.0 */
/* A radioiodine therapy that waits for its directive, and a patient whose allergy stops the
 * syringe. */
#include "example.h"

void example_checks(example *e, moly_instant at)
{
    char planned[MOLY_INSTANT_TEXT_SIZE];
    (void)moly_instant_format(moly_instant_add_s(at, 2 * 86400.0), planned);
    example_act(e, "technologist", "clinic.refer", at,
                "{'patient':'PAT-000010','examination':'radioiodine therapy',"
                "'question':'Graves, medicines not tolerated','referrer':'Dr Sultanov'}");
    example_act(e, "physician", "clinic.justify", at,
                "{'referral':'REF-000014','justification':'cures the hyperthyroidism'}");
    example_act(e, "physician", "clinic.order", at,
                "{'referral':'REF-000014','product':'iodide-131','activity':'550 MBq',"
                "'planned':'%s'}",
                planned);
    example_act(e, "technologist", "clinic.check_patient", at,
                "{'referral':'REF-000004','allergies':'rash after a tracer in 2019'}");
    /* waste of the days before, closed for decay; another container stands open */
    example_act(e, "technologist", "safety.close_waste", at,
                "{'container':'WST-000001','mass':'850 g'}");
    example_act(e, "technologist", "safety.open_waste", at, "{'name':'sharps, Tc-99m'}");
}
