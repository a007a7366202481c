/* SPDX-License-Identifier: Apache-2.0 */
/* Broken and strange files: `moly suv` ends within 5 s with 0, 2, 65 or 66 and a sentence, whether
 * the file is given as the image or as its regions. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>

#include "../cli/running.h"

#include "../pet_study.h"

enum { SECONDS = 5 };

typedef struct tally {
    const char *image; /* NULL: the file is the image; else it is given as regions of this one */
    int n_files, n_bad;
} tally;

/* Run the command with its output in a pipe. @return its exit status, or -signal; -SIGALRM when it
 * took too long */
static int run_limited(const char *const *words, char *message, size_t size)
{
    int ends[2], status = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)dup2(ends[1], STDERR_FILENO);
        (void)dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)alarm(SECONDS); /* ends the child by SIGALRM; survives exec */
        (void)execv(getenv("MOLY_COMMAND"), (char *const *)(uintptr_t)words);
        _exit(127);
    }
    (void)close(ends[1]);
    size_t n = 0;
    ssize_t got;
    char rest[512];
    while ((got = read(ends[0], n + 1 < size ? message + n : rest,
                       n + 1 < size ? size - 1 - n : sizeof rest)) > 0) {
        n += n + 1 < size ? (size_t)got : 0;
    }
    message[n] = '\0';
    (void)close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void try_file(const char *path, tally *t)
{
    char message[2000];
    const char *const as_image[] = {"moly", "suv", path, NULL};
    const char *const as_regions[] = {"moly", "suv", t->image, "--regions", path, NULL};
    int code = run_limited(t->image ? as_regions : as_image, message, sizeof message);
    bool is_clean = code == 0 || code == 2 || code == 65 || code == 66;
    bool has_sentence = code == 0 || strncmp(message, "moly suv: ", 10) == 0;
    t->n_files++;
    if (!is_clean || !has_sentence) {
        t->n_bad++;
        print_error("%s: ends with %d: %s\n", path, code, message);
    }
}

static void try_folder(const char *folder, tally *t)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char path[4096];
        struct stat info;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] == '.' || lstat(path, &info) != 0) {
            continue;
        }
        if (S_ISDIR(info.st_mode)) {
            try_folder(path, t);
        } else {
            try_file(path, t);
        }
    }
    (void)closedir(dir);
    try_file(folder, t); /* and all of it at once */
}

static void broken_files_end_with_a_sentence(void **state)
{
    (void)state;
    char folder[600];
    tally t = {0};
    need_shared("data/clinical/fuzz", folder, sizeof folder);
    try_folder(folder, &t);
    print_message("%d files and folders as images\n", t.n_files);
    assert_int_equal(t.n_bad, 0);
}

static void broken_files_as_regions_end_with_a_sentence(void **state)
{
    (void)state;
    char folder[600], image[256];
    tally t = {0};
    need_shared("data/clinical/fuzz", folder, sizeof folder);
    make_folder(image);
    write_study(image);
    t.image = image;
    try_folder(folder, &t);
    print_message("%d files and folders as regions\n", t.n_files);
    drop_folder(image);
    assert_int_equal(t.n_bad, 0);
}

static void every_truncation_of_a_slice_ends_with_a_sentence(void **state)
{
    (void)state;
    char folder[256], path[300], message[2000];
    struct stat info;
    make_folder(folder);
    write_study(folder);
    (void)snprintf(path, sizeof path, "%s/0001.dcm", folder);
    const char *const words[] = {"moly", "suv", path, NULL};
    assert_int_equal(stat(path, &info), 0);
    for (off_t n = info.st_size; n > 0; n -= 61) {
        assert_int_equal(truncate(path, n), 0);
        int code = run_limited(words, message, sizeof message);
        if (code != 0 && code != 65) {
            fail_msg("cut to %ld bytes it ends with %d: %s", (long)n, code, message);
        }
    }
    drop_folder(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(broken_files_end_with_a_sentence),
        cmocka_unit_test(broken_files_as_regions_end_with_a_sentence),
        cmocka_unit_test(every_truncation_of_a_slice_ends_with_a_sentence),
    };
    return cmocka_run_group_tests(tests, run_in_fresh_folder, leave_fresh_folder);
}
