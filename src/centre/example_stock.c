/* SPDX-License-Identifier: Apache-2.0 */
/* The example's suppliers, rooms, source and instruments. */
#include "example.h"

void example_stock(example *e, moly_instant at)
{
    static const char *const suppliers[] = {"Isotope", "Polatom", "Curium"};
    for (size_t i = 0; i < 3; i++) {
        example_act(e, "radiopharmacist", "stock.register_supplier", at,
                    "{'name':'%s','supplies':'generators, kits and vials'}", suppliers[i]);
    }
    for (int i = 1; i <= 2; i++) {
        example_act(e, "qualified-person", "stock.approve_supplier", at,
                    "{'supplier':'SUP-%06d','basis':'licence and certificate of GMP seen'}", i);
    }
    example_act(e, "physicist", "stock.register_room", at,
                "{'name':'hot lab','licence':'KG-117/2026','default':true,"
                "'nuclides':['Mo-99','Tc-99m','F-18','I-131','Lu-177','Co-57','Cs-137'],"
                "'limits':['200 GBq','400 GBq','200 GBq','10 GBq','50 GBq','1 GBq','100 MBq']}");
    example_act(e, "physicist", "stock.register_room", at,
                "{'name':'generator store','licence':'KG-117/2026',"
                "'nuclides':['Mo-99','Tc-99m'],'limits':['200 GBq','200 GBq']}");
}

void example_calibrator(example *e, moly_instant at)
{
    static const char calibrator[] = "INS-000001";
    char year[MOLY_INSTANT_TEXT_SIZE], reference[MOLY_INSTANT_TEXT_SIZE];
    (void)moly_instant_format(moly_instant_add_s(at, 365.0 * 86400.0), year);
    (void)moly_instant_format(moly_instant_add_s(at, -60.0 * 86400.0), reference);
    example_act(e, "physicist", "stock.register_source", at,
                "{'nuclide':'Cs-137','activity':'9.25 MBq','reference':'%s','model':'vial E',"
                "'serial':'CS-4410','maker':'Eckert & Ziegler','certificate':'C-4410',"
                "'room':'ROOM-000001'}",
                reference);
    example_act(e, "physicist", "instrument.register", at,
                "{'kind':'dose calibrator','model':'CRC-35R','serial':'351207','maker':'Capintec',"
                "'driver':'capintec-crc35r','place':'ROOM-000001'}");
    example_act(e, "physicist", "instrument.register", at,
                "{'kind':'well counter','model':'Captus','serial':'900142'}");
    example_act(e, "physicist", "instrument.calibrate", at,
                "{'instrument':'%s','result':'passed','certificate':'KZ-2026-051','due':'%s'}",
                calibrator, year);
    example_act(e, "technologist", "instrument.check_background", at,
                "{'instrument':'%s','activity':'40 kBq'}", calibrator);
    example_act(e, "technologist", "instrument.check_constancy", at,
                "{'instrument':'%s','activity':'9.19 MBq','source':'SRC-000001'}", calibrator);
    example_act(e, "physicist", "instrument.check_accuracy", at,
                "{'instrument':'%s','activity':'9.18 MBq','source':'SRC-000001'}", calibrator);
    example_act(e, "physicist", "instrument.check_linearity", at,
                "{'instrument':'%s','method':'shield','factors':[1,2,4,20,100],"
                "'activities':['4 GBq','2.01 GBq','0.996 GBq','201 MBq','40.2 MBq']}",
                calibrator);
    example_act(e, "physicist", "instrument.check_geometry", at,
                "{'instrument':'%s','container':'syringe 3 mL','volumes':['0.5 mL','1 mL','3 mL'],"
                "'activities':['100 MBq','99.1 MBq','97.4 MBq']}",
                calibrator);
}
