/* SPDX-License-Identifier: Apache-2.0 */
/* Maximum a posteriori: both methods reach the same objective, reduced variance sooner. */
#include "moly/reconstruction/map.h"

#include "small_world.h"
#include "testing.h"

static float anatomy_of[N_VOXELS];

typedef struct record {
    double passes[400];
    double apart[400]; /* from a reference, when there is one */
    const float *reference;
    int n;
} record;

static double distance(const float *a, const float *b)
{
    double apart = 0.0, size = 0.0;
    for (size_t i = 0; i < N_VOXELS; i++) {
        apart += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        size += (double)b[i] * (double)b[i];
    }
    return sqrt(apart / size);
}

static moly_status listen(void *context, const moly_map_update *update, moly_error *err)
{
    record *r = context;
    (void)err;
    r->passes[r->n] = update->passes;
    r->apart[r->n++] = r->reference ? distance(update->columns, r->reference) : NAN;
    return MOLY_OK;
}

static void run(const world *w, const char *prior_text, moly_map_method method, int64_t n_subsets,
                int64_t n_iterations, double relaxation, record *r, float *image)
{
    moly_error err = {0};
    const moly_pet_model model = {w->prompts, w->factors, w->background};
    moly_prior_options options;
    moly_prior *prior = NULL;
    assert_ok(moly_prior_parse(prior_text, &options, &err), err);
    assert_ok(moly_prior_new(&options, &w->grid, anatomy_of, 1, &prior, &err), err);
    const moly_map_options how = {.method = method,
                                  .prior = prior,
                                  .n_subsets = n_subsets,
                                  .n_iterations = n_iterations,
                                  .relaxation = relaxation,
                                  .projector = {.n_threads = 1},
                                  .on_update = r ? listen : NULL,
                                  .context = r};
    assert_ok(moly_map(&model, &w->grid, &how, image, &err), err);
    moly_prior_free(prior);
}

/* The first number of passes from which on the image stays within 1 % of the reference. */
static double passes_to_1_percent(const record *r)
{
    double passes = INFINITY;
    for (int i = r->n - 1; i >= 0 && r->apart[i] < 0.01; i--) {
        passes = r->passes[i];
    }
    return passes;
}

static void reduced_variance_reaches_the_maximum_in_fewer_passes(void **state)
{
    (void)state;
    static float reference[N_VOXELS], image[N_VOXELS];
    world w = {0};
    make_world(&w, 0, 3.0, 5.0);
    make_noise(&w, 5);
    record none = {.n = 0}, bsrem = {.reference = reference}, svrg = bsrem;
    run(&w, "rdp:beta=3,gamma=2,eps=0.01", MOLY_MAP_SVRG, 2, 150, 0.0, &none, reference);
    run(&w, "rdp:beta=3,gamma=2,eps=0.01", MOLY_MAP_BSREM, 8, 30, 0.0, &bsrem, image);
    run(&w, "rdp:beta=3,gamma=2,eps=0.01", MOLY_MAP_SVRG, 8, 30, 0.0, &svrg, image);
    const double slow = passes_to_1_percent(&bsrem), fast = passes_to_1_percent(&svrg);
    print_message("to 1 %%: BSREM %g passes, SVRG %g\n", slow, fast);
    assert_true(isfinite(fast) && fast < slow);
    assert_true(svrg.apart[svrg.n - 1] < 0.003);
    free_world(&w);
}

static void a_prior_makes_a_noisy_image_truer(void **state)
{
    (void)state;
    static float image[N_VOXELS], plain[N_VOXELS];
    static const char *const texts[] = {
        "rdp:beta=3",         "quadratic:beta=0.5", "logcosh:beta=1,delta=1",
        "tv:beta=2,eps=0.01", "bowsher:beta=1,n=6", "pls:beta=4,eps=0.01,eta=0.01"};
    moly_error err = {0};
    world w = {0};
    make_world(&w, 0, 0.3, 1.0);
    make_noise(&w, 7);
    memcpy(anatomy_of, w.truth, sizeof anatomy_of);
    const moly_pet_model model = {w.prompts, w.factors, w.background};
    const moly_osem_options osem = {
        .n_subsets = 4, .n_iterations = 30, .projector = {.n_threads = 1}};
    assert_ok(moly_osem(&model, &w.grid, &osem, plain, &err), err);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        run(&w, texts[i], MOLY_MAP_SVRG, 4, 15, 0.0, NULL, image);
        print_message("%s: %.3f of the truth off, without a prior %.3f\n", texts[i],
                      error_of(&w, image), error_of(&w, plain));
        assert_true(error_of(&w, image) < 0.8 * error_of(&w, plain));
    }
    free_world(&w);
}

static void it_stops_by_the_measure(void **state)
{
    (void)state;
    static float image[N_VOXELS];
    moly_error err = {0};
    world w = {0};
    record r = {.n = 0};
    make_world(&w, 0, 3.0, 1.0);
    const moly_pet_model model = {w.prompts, w.factors, w.background};
    const moly_map_options how = {.method = MOLY_MAP_SVRG,
                                  .n_subsets = 4,
                                  .n_iterations = 200,
                                  .until = 0.002,
                                  .projector = {.n_threads = 1},
                                  .on_update = listen,
                                  .context = &r};
    assert_ok(moly_map(&model, &w.grid, &how, image, &err), err);
    assert_true(r.n > 2 && r.n < 100);
    free_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reduced_variance_reaches_the_maximum_in_fewer_passes),
        cmocka_unit_test(a_prior_makes_a_noisy_image_truer),
        cmocka_unit_test(it_stops_by_the_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
