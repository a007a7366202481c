/* SPDX-License-Identifier: Apache-2.0 */
/* A CT or a map of attenuation, for coincidences and for gamma cameras. */
#include "raw_attenuation.h"

#include <math.h>

#include "moly/base/memory.h"
#include "moly/base/text.h"
#include "moly/matter/photon.h"
#include "moly/reconstruction/factors.h"

const char *const mu_units[] = {"1/cm", "1/mm", "HU", NULL};

static const double mm_per_cm = 10.0;
static const double most_per_mm = 0.1, rounding_per_mm = 0.001; /* below 0 by no more than that */
/* CT number of cortical bone (1.92 g/cm3) at 120 kVp. Source: Schneider et al., Phys Med Biol 45
 * (2000) 459 */
static const double bone_hu = 1500.0, bone_g_cm3 = 1.92;

/* Interfile holds 1/cm, as STIR writes it; a CT goes far below 0; other NIfTI hold 1/mm. */
static mu_unit unit_of(const char *path, const moly_volume *volume)
{
    const int64_t n = moly_grid_n_voxels(&volume->grid);
    for (int64_t i = 0; i < n; i++) {
        if (volume->data[i] < -100.0F) {
            return MU_HU;
        }
    }
    return moly_ends_in(path, ".hv") ? MU_PER_CM : MU_PER_MM;
}

static moly_status from_ct(moly_volume *volume, double energy_kev, moly_error *err)
{
    const moly_material *water = NULL, *bone = NULL;
    moly_arena *arena = moly_arena_new();
    moly_status status = arena ? MOLY_OK : MOLY_NO_MEMORY(err);
    status = status ? status : moly_material_parse("water", arena, &water, err);
    status = status ? status : moly_material_parse("bone", arena, &bone, err);
    if (!status) {
        const double of_water =
            moly_photon_attenuation_cm2_g(water, energy_kev) * water->density_g_cm3 / mm_per_cm;
        const double of_bone =
            moly_photon_attenuation_cm2_g(bone, energy_kev) * bone_g_cm3 / mm_per_cm;
        status = moly_mu_from_ct(volume, of_water, of_bone, bone_hu, err);
    }
    moly_arena_free(arena);
    return status;
}

moly_status raw_read_attenuation(const char *path, int unit, double energy_kev,
                                 moly_volume **mu_per_mm, moly_error *err)
{
    moly_volume *v = NULL;
    moly_status status = raw_read_image(path, &v, err);
    if (status) {
        return status;
    }
    unit = unit >= 0 ? unit : (int)unit_of(path, v);
    status = unit == MU_HU ? from_ct(v, energy_kev, err) : MOLY_OK;
    const int64_t n = moly_grid_n_voxels(&v->grid);
    const double scale = unit == MU_PER_CM ? 1.0 / mm_per_cm : 1.0;
    for (int64_t i = 0; i < n && !status; i++) {
        const double mu = scale * (double)v->data[i];
        if (!(mu > -rounding_per_mm && mu <= most_per_mm)) {
            status = MOLY_FAIL(err, MOLY_ERR_DATA,
                               "%s: attenuation of %g / mm in voxel %lld; 0 to %g: see "
                               "--attenuation-unit",
                               path, mu, (long long)i, most_per_mm);
        }
        v->data[i] = (float)fmax(mu, 0.0);
    }
    if (status) {
        moly_volume_free(v);
        return status;
    }
    v->quantity = MOLY_QUANTITY_PER_MM;
    *mu_per_mm = v;
    return MOLY_OK;
}
