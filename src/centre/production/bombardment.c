/* SPDX-License-Identifier: Apache-2.0 */
#include "bombardment.h"

#include "moly/production/beam.h"

/* Beside the product a record keeps what could matter to a patient or a waste container. */
static const double shown_share = 1e-8;
enum { MOST_OTHERS = 20, MOST_NOT_EVALUATED = 40 };

const char *const bombardment_beams[] = {"p", "d", "h", "a", NULL};
static const moly_particle particles[] = {MOLY_PARTICLE_PROTON, MOLY_PARTICLE_DEUTERON,
                                          MOLY_PARTICLE_HELION, MOLY_PARTICLE_ALPHA};

static json_t *others_of(const moly_nuclide_set *set, const moly_layer_result *target,
                         const moly_made *product)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < target->n_made && json_array_size(rows) < MOST_OTHERS; i++) {
        const moly_made *m = &target->made[i];
        if (m == product || !(m->activity_eob_bq > shown_share * product->activity_eob_bq)) {
            continue;
        }
        json_t *row = json_pack(
            "{s:s, s:o, s:o, s:s?}", "nuclide", moly_nuclide_at(set, m->nuclide)->name,
            "activity_bq", moly_json_rounded(m->activity_eob_bq, 6), "u_rel",
            moly_json_rounded(m->u_rel, 3), "source", m->reaction ? m->reaction->source : NULL);
        if (json_array_append_new(rows, row) != 0) {
            json_decref(rows);
            return NULL;
        }
    }
    return rows;
}

static json_t *not_evaluated_of(const moly_production *made)
{
    json_t *list = json_array();
    for (size_t i = 0; i < made->n_not_evaluated && i < MOST_NOT_EVALUATED; i++) {
        if (json_array_append_new(list, json_string(made->not_evaluated[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *explain(const moly_nuclide_set *set, const bombardment *b,
                       const moly_production *made, const moly_made *product)
{
    const moly_layer_result *target = &made->layers[made->target];
    const moly_reaction *curve = product->reaction;
    char from[MOLY_REACTION_TEXT_SIZE];
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:s?, s:s?, s:s?, s:o}",
                     "data_set", moly_nuclide_set_name(set), "reaction_set",
                     moly_reaction_set_name(), "duration_s", moly_json_real(b->duration_s),
                     "current_a", moly_json_real(b->current_a), "energy_in_mev",
                     moly_json_rounded(target->energy_in_mev, 6), "energy_out_mev",
                     moly_json_rounded(target->energy_out_mev, 6), "saturation_yield_bq_per_a",
                     moly_json_real(product->yields.saturation_bq_per_a), "u_rel",
                     moly_json_rounded(product->u_rel, 3), "element_fraction",
                     moly_json_rounded(product->element_fraction, 6), "heat_w",
                     moly_json_rounded(target->heat_w, 4), "reaction",
                     curve ? moly_reaction_target_text(curve, from) : NULL, "rank",
                     curve ? moly_reaction_rank_name(curve->rank) : NULL, "source",
                     curve ? curve->source : NULL, "not_evaluated", not_evaluated_of(made));
}

static const moly_made *product_in(const moly_layer_result *target, size_t product)
{
    for (size_t i = 0; i < target->n_made; i++) {
        if (target->made[i].nuclide == product) {
            return &target->made[i];
        }
    }
    return NULL;
}

static moly_status take(const moly_nuclide_set *set, const bombardment *b,
                        const moly_production *made, size_t index, bombardment_yield *yield,
                        moly_error *err)
{
    const moly_layer_result *target = &made->layers[made->target];
    const moly_made *product = product_in(target, index);
    if (!product || !(product->activity_eob_bq > 0.0)) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE, "no %s is made of %s at %g MeV", b->product,
                         b->material, 1e-3 * b->energy_kev);
    }
    yield->product_bq = product->activity_eob_bq;
    yield->sd_bq = product->activity_eob_bq * product->u_rel;
    yield->others = others_of(set, target, product);
    yield->computation = explain(set, b, made, product);
    if (!yield->others || !yield->computation) {
        json_decref(yield->others);
        json_decref(yield->computation);
        *yield = (bombardment_yield){0};
        return MOLY_NO_MEMORY(err);
    }
    return MOLY_OK;
}

moly_status bombardment_predict(const moly_act_context *context, const bombardment *b,
                                bombardment_yield *yield, moly_error *err)
{
    const moly_nuclide_set *set = moly_nuclide_set_builtin();
    const moly_current_step step = {b->current_a, b->duration_s};
    const moly_irradiation irradiation = {.energy_mev = 1e-3 * b->energy_kev,
                                          .exit_energy_mev = 1e-3 * b->exit_energy_kev,
                                          .steps = &step,
                                          .n_steps = 1,
                                          .current_rel_sd = b->current_rel_sd,
                                          .area_cm2 = (double)NAN};
    moly_beam_layer layer = {.thickness_g_cm2 = INFINITY};
    moly_decay_engine *engine = NULL;
    moly_beam *beam = NULL;
    const moly_production *made = NULL;
    size_t product = 0;
    moly_status status = moly_material_parse(b->material, context->arena, &layer.material, err);
    if (status) {
        moly_error_context(err, "material");
        return status;
    }
    status = moly_nuclide_find(set, b->product, &product, err);
    if (!status) {
        status = moly_decay_engine_for_set(set, &engine, err);
    }
    if (!status) {
        status = moly_beam_new(set, engine, particles[b->beam], &layer, 1, 0, NULL, &beam, err);
    }
    if (!status) {
        status = moly_beam_irradiate(beam, &irradiation, product, context->arena, &made, err);
    }
    if (!status) {
        status = take(set, b, made, product, yield, err);
    }
    moly_beam_free(beam);
    moly_decay_engine_free(engine);
    return status;
}
