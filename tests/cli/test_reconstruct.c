/* SPDX-License-Identifier: Apache-2.0 */
/* From raw data to images by the command line: against STIR, and against a phantom that is known.
 */
#include "running.h"

#include <jansson.h>

#include "moly/formats/dicom.h"
#include "moly/formats/interfile.h"
#include "moly/formats/nifti.h"

static ran result;

/* STIR's own sensitivity image of its 16-ring scanner, within 5e-4 of its maximum. */
static void sensitivity_is_that_of_stirs_ray_tracing(void **state)
{
    (void)state;
    char layout[4096], reference[4096], line[8000];
    moly_error err = {0};
    moly_volume *theirs = NULL, *ours = NULL;
    need_shared("data/clinical/raw_pet/stir_recon/Utahscat600k_ca_seg4.hs", layout, sizeof layout);
    need_shared("data/clinical/raw_pet/stir_recon/RPTsens_seg3_PM.hv", reference, sizeof reference);
    (void)snprintf(line, sizeof line,
                   "moly sensitivity --template %.3000s --like %.3000s --projector siddon --rays 2 "
                   "--segments 3 --zero-end-planes -o sens.hv",
                   layout, reference);
    run_well(line, &result);
    assert_ok(moly_interfile_read_image(reference, &theirs, &err), err);
    assert_ok(moly_interfile_read_image("sens.hv", &ours, &err), err);
    assert_true(moly_grid_equal(&theirs->grid, &ours->grid, 1e-3));
    double largest = 0.0, apart = 0.0;
    for (int64_t i = 0; i < moly_grid_n_voxels(&ours->grid); i++) {
        largest = fmax(largest, (double)theirs->data[i]);
        apart = fmax(apart, fabs((double)(theirs->data[i] - ours->data[i])));
    }
    if (apart > 5e-4 * largest) {
        fail_msg("%g of the maximum apart", apart / largest);
    }
    moly_volume_free(theirs);
    moly_volume_free(ours);
}

/* A cylinder of a known concentration, through the whole chain: a small scanner, exact counts. */
static void a_cylinder_comes_back_in_bq_per_ml(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *truth = NULL, *image = NULL;
    run_well("printf 'title = small\\nsource = made up\\nrings = 12\\ndetectors = 160\\n"
             "inner radius = 200 mm\\ninteraction depth = 8 mm\\nring pitch = 6 mm\\n"
             "crystal depth = 20 mm\\nenergy resolution = 10 %%\\ntiming resolution = 400 ps\\n"
             "tof bin = 100 ps\\ntof bins = 27\\ntangential bins = 101\\n' > small.scanner",
             &result);
    run_well("moly scan --scanner small.scanner --phantom uniform-cylinder --activity 50MBq "
             "--time 10min --no-noise --voxel 4mm --tof "
             "--max-ring-difference 2 --view-mashing 2 -o raw",
             &result);
    for (int tof = 0; tof < 2; tof++) {
        run_well(tof ? "moly reconstruct raw --subsets 5 --iterations 6 --voxel 6mm --tof "
                       "-o image.nii --format json"
                     : "moly reconstruct raw --subsets 5 --iterations 12 --voxel 6mm "
                       "-o image.nii --format json",
                 &result);
        assert_contains(result.out, "\"unit\": \"Bq/mL\"");
        assert_ok(moly_nifti_read("image.nii", &image, &err), err);
        assert_ok(moly_interfile_read_image("raw/truth.hv", &truth, &err), err);
        /* the mean within 50 mm of the axis, in the middle third of the planes */
        double sum = 0.0, wanted = 0.0;
        int64_t n = 0;
        for (int64_t i = 0; i < moly_grid_n_voxels(&image->grid); i++) {
            double at[3];
            moly_grid_voxel_position(&image->grid, i, at);
            if (hypot(at[0], at[1]) < 50.0 && fabs(at[2]) < 12.0) {
                sum += (double)image->data[i];
                n++;
            }
        }
        for (int64_t i = 0; i < moly_grid_n_voxels(&truth->grid); i++) {
            wanted = fmax(wanted, (double)truth->data[i]);
        }
        /* crystals have a width, the projector's lines none; what is left of the iterations */
        assert_relative(sum / (double)n, wanted, 0.01);
        moly_volume_free(truth);
        moly_volume_free(image);
        run_well("cat image.json", &result);
        assert_contains(result.out, "\"algorithm\": \"osem\"");
        assert_contains(result.out, "\"back_end\"");
    }
}

static double factor_of(const char *json_text)
{
    json_error_t why;
    json_t *whole = json_loads(json_text, 0, &why);
    const double factor = json_number_value(json_object_get(whole, "factor"));
    json_decref(whole);
    return factor;
}

/* The series is the image, slice by slice, and its SUV is 1 where the phantom's mean activity is:
 * the activity that was put in is the one that comes out. */
static void a_pacs_takes_the_image(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *truth = NULL, *nifti = NULL;
    moly_dicom_scan *scan = NULL;
    moly_dicom_image *series = NULL;
    run_well("moly reconstruct raw --subsets 5 --iterations 6 --voxel 6mm --tof -o same.nii",
             &result);
    run_well("moly reconstruct raw --subsets 5 --iterations 6 --voxel 6mm --tof -o series/",
             &result);
    run_well("cat series.json", &result);
    assert_contains(result.out, "\"tof\": true");
    assert_ok(moly_nifti_read("same.nii", &nifti, &err), err);
    assert_non_null(nifti->note);
    assert_contains(nifti->note, "\"algorithm\":\"osem\"");
    assert_ok(moly_dicom_scan_path("series", NULL, &scan, &err), err);
    assert_ok(moly_dicom_load(scan, 0, NULL, &series, &err), err);
    moly_volume *there = NULL;
    assert_ok(moly_volume_resample(series->volume, 0, &nifti->grid, &there, &err), err);
    double most = 0.0, apart = 0.0;
    for (int64_t i = 0; i < moly_grid_n_voxels(&nifti->grid); i++) {
        most = fmax(most, (double)nifti->data[i]);
        apart = fmax(apart, fabs((double)(nifti->data[i] - there->data[i])));
    }
    assert_true(apart < 1e-4 * most); /* 16 bits a slice */
    assert_ok(moly_interfile_read_image("raw/truth.hv", &truth, &err), err);
    moly_volume_summary summary;
    assert_ok(moly_volume_summarise(truth, &summary, &err), err);
    run_well("moly suv series --format json", &result);
    assert_relative(factor_of(result.out) * summary.max, 1.0, 1e-3);
    run_line("moly reconstruct raw --iterations 1 --voxel 6mm -o series/", &result);
    assert_int_equal(result.exit_code, 74);
    assert_contains(result.err, "is there already");
    run_line("moly reconstruct raw/prompts.hs --iterations 1 -o other/", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "needs an image in Bq/mL");
    run_line("which dciodvfy >/dev/null && dciodvfy series/0001.dcm 2>&1 | grep '^Error'", &result);
    assert_string_equal(result.out, "");
    moly_volume_free(there);
    moly_volume_free(truth);
    moly_volume_free(nifti);
    moly_dicom_image_free(series);
    moly_dicom_scan_free(scan);
}

/* Laterality hangs on it: ring 0 is at the head of a patient lying head first, supine. */
static void nifti_lies_as_the_patient_does(void **state)
{
    (void)state;
    moly_error err = {0};
    const moly_grid grid = {
        {3, 4, 5}, {2.0, 2.0, 3.0}, {-2.0, -4.0, -6.0}, {1, 0, 0, 0, 1, 0, 0, 0, 1}};
    moly_volume *v = NULL;
    moly_volume_summary summary;
    assert_ok(moly_volume_new(&grid, 1, MOLY_QUANTITY_UNKNOWN, &v, &err), err);
    v->data[(4 * 4 + 3) * 3 + 2] = 7.0F; /* x = +2, y = +2, z = +6: the last ring */
    assert_ok(moly_interfile_write_image("point.hv", v, &err), err);
    moly_volume_free(v);
    run_well("moly raw convert point.hv point.nii", &result);
    assert_ok(moly_nifti_read("point.nii", &v, &err), err);
    assert_ok(moly_volume_summarise(v, &summary, &err), err);
    assert_relative(summary.max_lps_mm[0], 2.0, 1e-6);  /* left */
    assert_relative(summary.max_lps_mm[1], 2.0, 1e-6);  /* back */
    assert_relative(summary.max_lps_mm[2], -6.0, 1e-6); /* towards the feet */
    moly_volume_free(v);
    run_well("moly raw convert point.nii again.hv && cmp point.v again.v", &result);
}

static void four_processes_make_the_same_image(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *one = NULL, *four = NULL;
    run_line("command -v mpirun", &result);
    if (result.exit_code != 0) {
        print_message("left out: mpirun is not here\n");
        skip();
    }
    run_well("moly reconstruct raw --subsets 5 --iterations 3 --voxel 6mm --tof -j 1 -o one.nii",
             &result);
    run_well(
        "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun -n 4 --oversubscribe "
        "moly reconstruct raw --subsets 5 --iterations 3 --voxel 6mm --tof -j 1 -o four.nii",
        &result);
    assert_contains(result.out, "four.nii");
    assert_ok(moly_nifti_read("one.nii", &one, &err), err);
    assert_ok(moly_nifti_read("four.nii", &four, &err), err);
    assert_contains(four->note, "\"ranks\":4");
    double most = 0.0, apart = 0.0;
    for (int64_t i = 0; i < moly_grid_n_voxels(&one->grid); i++) {
        most = fmax(most, (double)one->data[i]);
        apart = fmax(apart, fabs((double)(one->data[i] - four->data[i])));
    }
    if (!(apart <= 1e-5 * most)) {
        fail_msg("%g of the maximum apart", apart / most);
    }
    moly_volume_free(one);
    moly_volume_free(four);
}

/* Coincidences one by one, and sinograms of span 1 of the same ones: MLEM differs only by how a
 * line and its time of flight are integrated, exact to 1e-3 either way, over two passes; and rings
 * 2 apart at most, each plane a pair. */
static void list_mode_makes_the_image_of_its_sinograms(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *images[2] = {NULL};
    run_well("printf 'crystal material = Lu2SiO5 @ 7.4 g/cm3\\ncoincidence window = 4.6 ns\\n"
             "energy window low = 425 keV\\nenergy window high = 650 keV\\n' | "
             "cat small.scanner - > events.scanner",
             &result);
    run_well("moly scan --scanner events.scanner --phantom uniform-cylinder --activity 400kBq "
             "--time 10s --mode events --list --voxel 8mm --tof --max-ring-difference 2 --span 1 "
             "-o listed",
             &result);
    run_well("moly reconstruct listed -a listmode-osem -s 1 -i 2 --tof --voxel 8mm -o one.nii",
             &result);
    run_well("moly reconstruct listed -a mlem -i 2 --tof --voxel 8mm -o two.nii", &result);
    run_well("moly reconstruct listed -a kem -i 1 --voxel 8mm --anatomy listed/truth.hv -o k.nii",
             &result);
    run_line("moly reconstruct listed -a kem -o no.nii", &result);
    assert_contains(result.err, "--anatomy FILE");
    assert_ok(moly_nifti_read("one.nii", &images[0], &err), err);
    assert_ok(moly_nifti_read("two.nii", &images[1], &err), err);
    double apart = 0.0, size = 0.0;
    for (int64_t i = 0; i < moly_grid_n_voxels(&images[0]->grid); i++) {
        apart += pow((double)(images[0]->data[i] - images[1]->data[i]), 2.0);
        size += pow((double)images[1]->data[i], 2.0);
    }
    if (sqrt(apart / size) > 5e-3) {
        fail_msg("%g apart", sqrt(apart / size));
    }
    moly_volume_free(images[0]);
    moly_volume_free(images[1]);
}

/* O-15 falls by a third while it is scanned: each frame has the activity of the start, within the
 * noise of its counts; the frames' coincidences are all there are; one frame of the whole scan is
 * the image without frames, bit for bit. */
static void frames_are_corrected_for_decay(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *whole = NULL, *one = NULL, *three = NULL;
    json_t *frames = NULL, *all = NULL;
    double prompts = 0.0;
    run_well("moly scan --scanner events.scanner --phantom uniform-cylinder --nuclide O-15 "
             "--activity 160kBq --time 60s --mode events --list --voxel 8mm "
             "--max-ring-difference 2 --span 1 -o waning",
             &result);
    run_well("moly reconstruct waning -a mlem -i 2 --voxel 8mm -o whole.nii", &result);
    run_well("moly reconstruct waning -a mlem -i 2 --voxel 8mm --frames 60s -o one.nii", &result);
    run_well("moly reconstruct waning -a mlem -i 2 --voxel 8mm --frames 2x15s,30s -o three.nii "
             "--format json",
             &result);
    frames = json_loads(result.out, 0, NULL);
    all = json_load_file("whole.json", 0, NULL);
    assert_non_null(frames);
    assert_non_null(all);
    const double activity = json_number_value(json_object_get(all, "activity_bq"));
    size_t i;
    json_t *frame;
    json_array_foreach(json_object_get(frames, "frames"), i, frame)
    {
        const double counts = json_number_value(json_object_get(frame, "prompts"));
        const double found = json_number_value(json_object_get(frame, "activity_bq"));
        assert_true(counts > 500.0);
        assert_relative(found, activity, 5.0 / sqrt(counts));
        prompts += counts;
    }
    assert_int_equal(i, 3);
    assert_relative(prompts, json_number_value(json_object_get(all, "prompts")), 0.0);
    assert_relative(
        json_number_value(json_array_get(json_object_get(frames, "FrameTimesStart"), 2)), 30.0,
        1e-12);
    assert_ok(moly_nifti_read("whole.nii", &whole, &err), err);
    assert_ok(moly_nifti_read("one.nii", &one, &err), err);
    assert_ok(moly_nifti_read("three.nii", &three, &err), err);
    const size_t n = (size_t)moly_grid_n_voxels(&whole->grid);
    assert_memory_equal(whole->data, one->data, n * sizeof *one->data);
    assert_int_equal(three->n_frames, 3);
    moly_volume_free(whole);
    moly_volume_free(one);
    moly_volume_free(three);
    json_decref(frames);
    json_decref(all);
}

static void frames_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *options, *says;
        int exit_code;
    } tries[] = {
        {"waning --frames 3x30s -o x.nii", "number 3 ends 90 s after the start", 2},
        {"waning --frames 0x30s -o x.nii", "0 frames", 2},
        {"waning --frames 30 -o x.nii", "--frames '30'", 2},
        {"waning --frames 10s,,10s -o x.nii", "--frames ''", 2},
        {"waning --frames 0.5ms -o x.nii", "whole number of ms", 2},
        {"waning --frames 10s -o x/", "does not go with a folder of DICOM files", 2},
        {"waning --frames 10s --watch w -o x.nii", "does not go with --watch", 2},
        {"raw --frames 10s -o x.nii", "events.petsird", 66},
    };
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        char line[256];
        (void)snprintf(line, sizeof line, "moly reconstruct %s", tries[i].options);
        run_line(line, &result);
        assert_contains(result.err, tries[i].says);
        assert_int_equal(result.exit_code, tries[i].exit_code);
    }
}

static void a_job_script_runs_the_same_command(void **state)
{
    (void)state;
    run_well("moly reconstruct raw --subsets 5 --psf 4.5mm --tof -o \"it's.nii\" --slurm job.sh "
             "--ranks 8 --threads 2",
             &result);
    run_well("bash -n job.sh && cat job.sh", &result);
    assert_contains(result.out, "#SBATCH --ntasks=8\n#SBATCH --cpus-per-task=2");
    assert_contains(result.out, "--psf='4.5 mm'");
    run_well("bash -c 'srun() { shift 2; \"$@\"; }; . ./job.sh'", &result);
    assert_contains(result.out, "it's.nii");
}

/* What the web viewer reads while a reconstruction runs; the result is the same, bit for bit. */
static void a_reconstruction_can_be_watched(void **state)
{
    (void)state;
    moly_error err = {0};
    moly_volume *image = NULL, *picture = NULL, *mu = NULL;
    run_well("moly reconstruct raw --subsets 5 --iterations 2 --voxel 6mm -o alone.nii", &result);
    run_well("moly reconstruct raw --subsets 5 --iterations 2 --voxel 6mm -o seen.nii --watch seen "
             "&& tail -c 90000 alone.nii > alone && tail -c 90000 seen.nii | cmp alone - "
             "&& cat seen/progress.json",
             &result);
    assert_contains(result.out, "\"fraction\":1,\"iteration\":2,\"iterations\":2");
    assert_contains(result.out, "\"subsets\":5");
    assert_contains(result.out, "\"log_likelihood\":[");
    assert_ok(moly_nifti_read("seen.nii", &image, &err), err);
    assert_ok(moly_nifti_read("seen/picture.nii", &picture, &err), err);
    assert_ok(moly_nifti_read("seen/attenuation.nii.gz", &mu, &err), err);
    assert_true(moly_grid_equal(&image->grid, &picture->grid, 1e-3));
    double water = 0.0;
    for (int64_t i = 0; i < moly_grid_n_voxels(&mu->grid); i++) {
        water = fmax(water, (double)mu->data[i]);
    }
    assert_relative(water, 0.0096, 0.01); /* 1/mm at 511 keV, NIST XCOM */
    moly_volume_free(image);
    moly_volume_free(picture);
    moly_volume_free(mu);
    run_line("moly reconstruct raw --iterations 1 --voxel 6mm -o seen.nii --watch none/none",
             &result);
    assert_int_equal(result.exit_code, 74);
    assert_contains(result.err, "none/none");
}

static void a_prior_is_named_and_told(void **state)
{
    (void)state;
    run_well(
        "moly reconstruct raw --algorithm svrg --prior rdp:beta=0.01,gamma=2,eps=1 --subsets 5 "
        "--iterations 30 --until 1% --voxel 8mm -o map.nii",
        &result);
    run_well("cat map.json", &result);
    assert_contains(result.out, "\"prior\": \"rdp:beta=0.01,gamma=2,eps=1\"");
    assert_contains(result.out, "\"objective\"");
    assert_contains(result.out, "\"last_change\": 0.00");
    run_well("moly reconstruct raw --algorithm bsrem --prior bowsher:beta=1e-6 "
             "--anatomy raw/attenuation.hv --subsets 5 --iterations 1 --voxel 8mm -o map.nii",
             &result);
    run_line("moly reconstruct raw --prior rdp:beta=1 -o map.nii", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "osem has none; bsrem and svrg have");
    run_line("moly reconstruct raw --algorithm svrg --prior pls:beta=1 -o map.nii", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "pls needs an anatomical image");
    run_line("moly reconstruct raw --anatomy raw/truth.hv -o map.nii", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "nothing is guided by it");
    run_line("moly reconstruct raw --collimator LEHR -o map.nii", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "is of a PET scanner: it takes no --collimator");
}

static void what_cannot_be_is_said(void **state)
{
    (void)state;
    run_line("moly reconstruct nowhere -o image.nii", &result);
    assert_int_equal(result.exit_code, 66);
    assert_contains(result.err, "nowhere");
    run_line("moly reconstruct raw --tof -o image.jpg", &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, ".hv (Interfile), .nii");
    run_line("printf 'INTERFILE :=\\n' > bad.hs; moly reconstruct bad.hs -o image.nii", &result);
    assert_int_equal(result.exit_code, 65);
    assert_contains(result.err, "bad.hs");
    run_line("moly scan --scanner ge-discovery-m --phantom nema-iq --activity 1MBq --time 1s "
             "-o nothing",
             &result);
    assert_int_equal(result.exit_code, 2);
    assert_contains(result.err, "ge-discovery-mi");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sensitivity_is_that_of_stirs_ray_tracing),
        cmocka_unit_test(a_cylinder_comes_back_in_bq_per_ml),
        cmocka_unit_test(a_reconstruction_can_be_watched),
        cmocka_unit_test(a_pacs_takes_the_image),
        cmocka_unit_test(nifti_lies_as_the_patient_does),
        cmocka_unit_test(four_processes_make_the_same_image),
        cmocka_unit_test(list_mode_makes_the_image_of_its_sinograms),
        cmocka_unit_test(frames_are_corrected_for_decay),
        cmocka_unit_test(frames_that_cannot_be_are_refused),
        cmocka_unit_test(a_job_script_runs_the_same_command),
        cmocka_unit_test(a_prior_is_named_and_told),
        cmocka_unit_test(what_cannot_be_is_said),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
