/* SPDX-License-Identifier: Apache-2.0 */
/* The example's floor plan, survey, staff doses and an incident. */
#include "example.h"

void example_protection(example *e, moly_instant at)
{
    char from[MOLY_INSTANT_TEXT_SIZE], until[MOLY_INSTANT_TEXT_SIZE];
    (void)moly_instant_format(moly_instant_add_s(at, -60.0 * 86400.0), from);
    (void)moly_instant_format(moly_instant_add_s(at, -30.0 * 86400.0), until);
    example_act(e, "physicist", "safety.map_room", at,
                "{'room':'ROOM-000001','area':'controlled','floor':'1',"
                "'x':['0 m','6 m','6 m','0 m'],'y':['0 m','0 m','4 m','4 m']}");
    example_act(e, "technologist", "safety.survey", at,
                "{'room':'ROOM-000001','instrument':'INS-000001','x':['1 m','3 m','5 m'],"
                "'y':['1 m','2 m','3.5 m'],'dose_rate':['1.2 uSv/h','4.8 uSv/h','0.6 uSv/h'],"
                "'wipe':[0.1,0.6,0.05]}");
    example_act(e, "physicist", "safety.record_staff_dose", at,
                "{'person':'technologist','from':'%s','until':'%s','whole_body':'140 uSv',"
                "'lens':'180 uSv','extremity':'3.1 mSv','dosimeter':'TLD-0116'}",
                from, until);
    example_act(e, "physicist", "safety.record_staff_dose", at,
                "{'person':'radiopharmacist','from':'%s','until':'%s','whole_body':'720 uSv',"
                "'extremity':'9.4 mSv','dosimeter':'TLD-0121'}",
                from, until);
    example_act(e, "technologist", "safety.report_incident", at,
                "{'kind':'spill','place':'hot lab','activity':'30 MBq',"
                "'description':'a drop fell when a syringe was uncapped',"
                "'action':'covered, wiped from the edge inwards, surveyed'}");
}
