/* SPDX-License-Identifier: Apache-2.0 */
#include "moly/base/catalogue.h"

#include <jansson.h>

#include "catalogue_table.h"

static const moly_catalogue *find_language(const char *language)
{
    for (const moly_catalogue *c = moly_catalogues; language && c->language; c++) {
        if (strcmp(c->language, language) == 0) {
            return c;
        }
    }
    return NULL;
}

static int compare(const void *english, const void *message)
{
    return strcmp(english, ((const moly_message *)message)->english);
}

const char *moly_translate(const char *language, const char *text)
{
    const moly_catalogue *catalogue = find_language(language);
    const moly_message *found =
        catalogue && catalogue->n > 0
            ? bsearch(text, catalogue->messages, catalogue->n, sizeof(moly_message), compare)
            : NULL;
    return found ? found->translation : text;
}

const char *const *moly_languages(void)
{
    return moly_catalogue_languages;
}

const char *const *moly_paper_languages(void)
{
    return moly_catalogue_paper_languages;
}

json_t *moly_catalogue_json(const char *language)
{
    const moly_catalogue *catalogue = find_language(language);
    json_t *object = json_object();
    for (size_t i = 0; catalogue && i < catalogue->n; i++) {
        const moly_message *message = &catalogue->messages[i];
        if (json_object_set_new(object, message->english, json_string(message->translation)) != 0) {
            json_decref(object);
            return NULL;
        }
    }
    return object;
}
