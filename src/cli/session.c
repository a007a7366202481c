/* SPDX-License-Identifier: Apache-2.0 */
#include "session.h"

#include <pwd.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

enum { PASSWORD_BYTES = 1024 };

static moly_status read_line(FILE *file, const char *from, char **password, moly_error *err)
{
    char line[PASSWORD_BYTES + 2];
    if (!fgets(line, sizeof line, file)) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "no password in %.200s", from);
    }
    size_t n = strcspn(line, "\r\n");
    moly_status status = MOLY_OK;
    if (n > PASSWORD_BYTES || n == 0) {
        status = MOLY_FAIL(err, MOLY_ERR_RANGE,
                           "the password in %.200s is empty or longer than %d bytes", from,
                           PASSWORD_BYTES);
    } else {
        line[n] = '\0';
        *password = moly_strdup(line);
        status = *password ? MOLY_OK : MOLY_NO_MEMORY(err);
    }
    explicit_bzero(line, sizeof line);
    return status;
}

static moly_status ask(const char *prompt, char **password, moly_error *err)
{
    struct termios shown;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &shown) != 0) {
        return MOLY_FAIL(err, MOLY_ERR_SIGN_IN, "a password is needed: give --password-file");
    }
    struct termios hidden = shown;
    hidden.c_lflag &= (tcflag_t)~ECHO;
    (void)fprintf(stderr, "%s: ", prompt);
    (void)fflush(stderr);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    moly_status status = read_line(stdin, "the terminal", password, err);
    (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    (void)fputc('\n', stderr);
    return status;
}

moly_status cli_password(const char *path, const char *prompt, char **password, moly_error *err)
{
    *password = NULL;
    if (!path) {
        return ask(prompt, password, err);
    }
    if (strcmp(path, "-") == 0) {
        return read_line(stdin, "standard input", password, err);
    }
    FILE *file = fopen(path, "rb");
    if (!file) {
        return MOLY_FAIL(err, MOLY_ERR_NOT_FOUND, "cannot read the password file %.200s", path);
    }
    moly_status status = read_line(file, path, password, err);
    (void)fclose(file);
    return status;
}

void cli_password_free(char *password)
{
    if (password) {
        explicit_bzero(password, strlen(password));
    }
    moly_free(password);
}

moly_status cli_local_account(moly_arena *arena, const char **account, moly_error *err)
{
    struct passwd row;
    struct passwd *found = NULL;
    char room[4096];
    bool is_known = getpwuid_r(getuid(), &row, room, sizeof room, &found) == 0 && found;
    *account = is_known ? moly_arena_printf(arena, "local account %s", row.pw_name)
                        : moly_arena_printf(arena, "local account %u", (unsigned)getuid());
    return *account ? MOLY_OK : MOLY_NO_MEMORY(err);
}
