/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CENTRE_ACTS_H
#define CENTRE_ACTS_H

/* Every act, in the order of their names: one line for one file in a folder of this room. */

#include "moly/centre/centre.h"

#define CENTRE_ACTS(X)                                                                             \
    X(centre_accept_restore)                                                                       \
    X(centre_adopt_pack)                                                                           \
    X(centre_correct)                                                                              \
    X(centre_create_person)                                                                        \
    X(centre_end_second_factor)                                                                    \
    X(centre_enrol_second_factor)                                                                  \
    X(centre_qualify)                                                                              \
    X(centre_record_restore_test)                                                                  \
    X(centre_retire_person)                                                                        \
    X(centre_review_access)                                                                        \
    X(centre_review_audit)                                                                         \
    X(centre_set_password)                                                                         \
    X(clinic_accept_risk)                                                                          \
    X(clinic_administer)                                                                           \
    X(clinic_check_patient)                                                                        \
    X(clinic_discharge)                                                                            \
    X(clinic_draw_dose)                                                                            \
    X(clinic_draw_doses)                                                                           \
    X(clinic_import_study)                                                                         \
    X(clinic_justify)                                                                              \
    X(clinic_measure_residual)                                                                     \
    X(clinic_order)                                                                                \
    X(clinic_refer)                                                                                \
    X(clinic_register_patient)                                                                     \
    X(clinic_report_study)                                                                         \
    X(clinic_write_directive)                                                                      \
    X(instrument_calibrate)                                                                        \
    X(instrument_check_accuracy)                                                                   \
    X(instrument_check_background)                                                                 \
    X(instrument_check_camera)                                                                     \
    X(instrument_check_constancy)                                                                  \
    X(instrument_check_geometry)                                                                   \
    X(instrument_check_linearity)                                                                  \
    X(instrument_register)                                                                         \
    X(instrument_take_reading)                                                                     \
    X(instrument_withdraw)                                                                         \
    X(pharmacy_accept_lot)                                                                         \
    X(pharmacy_elute)                                                                              \
    X(pharmacy_label_kit)                                                                          \
    X(pharmacy_print_label)                                                                        \
    X(pharmacy_receive_generator)                                                                  \
    X(pharmacy_receive_kit)                                                                        \
    X(pharmacy_receive_vial)                                                                       \
    X(pharmacy_reject)                                                                             \
    X(pharmacy_release)                                                                            \
    X(pharmacy_test_breakthrough)                                                                  \
    X(pharmacy_test_purity)                                                                        \
    X(pharmacy_test_rcp)                                                                           \
    X(production_irradiate)                                                                        \
    X(production_process)                                                                          \
    X(quality_acknowledge)                                                                         \
    X(quality_approve_master)                                                                      \
    X(quality_approve_test)                                                                        \
    X(quality_assign)                                                                              \
    X(quality_certify_batch)                                                                       \
    X(quality_decide_case)                                                                         \
    X(quality_discard_sample)                                                                      \
    X(quality_do_step)                                                                             \
    X(quality_draft_master)                                                                        \
    X(quality_hand_over_notice)                                                                    \
    X(quality_issue_batch)                                                                         \
    X(quality_keep_sample)                                                                         \
    X(quality_media_fill)                                                                          \
    X(quality_monitor)                                                                             \
    X(quality_open_case)                                                                           \
    X(quality_recall)                                                                              \
    X(quality_receive_material)                                                                    \
    X(quality_reconcile)                                                                           \
    X(quality_record_answer)                                                                       \
    X(quality_release_conditionally)                                                               \
    X(quality_review_batch)                                                                        \
    X(quality_ship_batch)                                                                          \
    X(quality_start_sterility)                                                                     \
    X(quality_test)                                                                                \
    X(quality_train)                                                                               \
    X(safety_check_pot)                                                                            \
    X(safety_clear_waste)                                                                          \
    X(safety_close_waste)                                                                          \
    X(safety_declare_pregnancy)                                                                    \
    X(safety_discard)                                                                              \
    X(safety_explain)                                                                              \
    X(safety_follow_incident)                                                                      \
    X(safety_investigate_dose)                                                                     \
    X(safety_map_room)                                                                             \
    X(safety_measure)                                                                              \
    X(safety_open_waste)                                                                           \
    X(safety_record_staff_dose)                                                                    \
    X(safety_report_incident)                                                                      \
    X(safety_survey)                                                                               \
    X(stock_approve_supplier)                                                                      \
    X(stock_move_vessel)                                                                           \
    X(stock_order)                                                                                 \
    X(stock_receive_package)                                                                       \
    X(stock_register_room)                                                                         \
    X(stock_register_source)                                                                       \
    X(stock_register_supplier)                                                                     \
    X(stock_test_leak)

#define CENTRE_ACT_DECLARED(name) extern const moly_act name;
CENTRE_ACTS(CENTRE_ACT_DECLARED)
#undef CENTRE_ACT_DECLARED

#endif
