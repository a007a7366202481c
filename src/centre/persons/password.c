/* SPDX-License-Identifier: Apache-2.0 */
#include "persons/password.h"

#include <stdio.h>
#include <string.h>

enum {
    LEAST_OWN = 6,  /* characters that are left of a password when what is guessed first is out */
    LEAST_WORD = 3, /* letters of a word of the context that is worth taking out */
    LEAST_RUN = 3,  /* "aaa", "123", "cba" */
    MAX_FOLDED = 2048,
};

/* What is taken out; no letter, and no byte of UTF-8. */
static const char gone = '\x01';

/* Lower case of ASCII and Cyrillic (U+0410..U+042F are D0 90..D0 AF in UTF-8; those from U+0430 on
 * D0 B0..D0 BF and D1 80..D1 8F). */
static void fold(const char *text, char *folded, size_t size)
{
    size_t n = 0;
    for (const unsigned char *at = (const unsigned char *)text; *at && n + 2 < size; at++) {
        if (at[0] == 0xD0 && at[1] >= 0x90 && at[1] <= 0xAF) {
            bool is_first = at[1] < 0xA0;
            const unsigned char small[] = {is_first ? 0xD0 : 0xD1,
                                           (unsigned char)(is_first ? at[1] + 0x20 : at[1] - 0x20)};
            memcpy(folded + n, small, sizeof small);
            n += sizeof small;
            at++;
        } else {
            folded[n++] = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
        }
    }
    folded[n] = '\0';
}

/* Digits and signs that stand for letters. */
static void read_as_letters(char *text)
{
    static const char signs[] = "013457@$!", letters[] = "oieastasi";
    for (; *text; text++) {
        const char *at = strchr(signs, *text);
        if (at) {
            *text = letters[at - signs];
        }
    }
}

/* Takes every `word` out of `marks`, where `text`, of the same length, has it. */
static void take_out(const char *text, const char *word, char *marks)
{
    size_t n = strlen(word);
    for (const char *at = n > 0 ? strstr(text, word) : NULL; at; at = strstr(at + 1, word)) {
        memset(marks + (at - text), gone, n);
    }
}

static void take_out_runs(const char *text, char *marks)
{
    size_t n = strlen(text), start = 0;
    for (size_t i = 1; i <= n; i++) {
        int step = i < n ? text[i] - text[i - 1] : 99;
        bool goes_on = i < n && step >= -1 && step <= 1 &&
                       (i - start < 2 || step == text[i - 1] - text[i - 2]);
        if (!goes_on) {
            if (i - start >= LEAST_RUN) {
                memset(marks + start, gone, i - start);
            }
            start = i < n && i - start >= 2 && step >= -1 && step <= 1 ? i - 1 : i;
        }
    }
}

/* Each word of a name: "City hospital 2" has three. */
static void take_out_words(const char *text, const char *as_letters, const char *name, char *marks)
{
    static const char between[] = " \t\r\n.,;:-_/()\"'";
    char folded[MAX_FOLDED];
    fold(name, folded, sizeof folded);
    for (char *word = folded + strspn(folded, between); *word;) {
        size_t n = strcspn(word, between);
        char *next = word + n + strspn(word + n, between);
        word[n] = '\0';
        if (n >= LEAST_WORD) {
            take_out(text, word, marks);
            take_out(as_letters, word, marks);
        }
        word = next;
    }
}

/* Characters that are neither taken out nor signs. */
static size_t count_own(const char *marks)
{
    size_t n = 0;
    for (const unsigned char *at = (const unsigned char *)marks; *at; at++) {
        bool is_letter = (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9');
        n += is_letter || *at >= 0xC0; /* the first byte of a character beyond ASCII */
    }
    return n;
}

/* So that no copy of a password stays on the stack; volatile, or the compiler leaves it out. */
static void overwrite(volatile char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        text[i] = '\0';
    }
}

moly_status password_check(const moly_site *site, const char *user, const char *name,
                           const char *password, moly_error *err)
{
    char text[MAX_FOLDED], as_letters[MAX_FOLDED], marks[MAX_FOLDED];
    if (site->is_training) {
        return MOLY_OK;
    }
    fold(password, text, sizeof text);
    (void)snprintf(as_letters, sizeof as_letters, "%s", text);
    (void)snprintf(marks, sizeof marks, "%s", text);
    read_as_letters(as_letters);
    for (size_t i = 0; i < common_password_rows_n; i++) {
        take_out(text, common_password_rows[i].word, marks);
        take_out(as_letters, common_password_rows[i].word, marks);
    }
    take_out_words(text, as_letters, user, marks);
    take_out_words(text, as_letters, name ? name : "", marks);
    take_out_words(text, as_letters, site->name, marks);
    take_out_words(text, as_letters, "moly", marks);
    take_out_runs(text, marks);
    size_t own = count_own(marks);
    overwrite(text, sizeof text);
    overwrite(as_letters, sizeof as_letters);
    overwrite(marks, sizeof marks);
    return own >= LEAST_OWN
               ? MOLY_OK
               : MOLY_REFUSE(err, "R-08",
                             "this password is guessed first: without common passwords, names of "
                             "the person and the site, and runs such as 1234, %zu characters are "
                             "left of it, %d are wanted; take several words that belong together "
                             "only for you",
                             own, (int)LEAST_OWN);
}
