/* SPDX-License-Identifier: Apache-2.0 */
/* The only file that knows DCMTK. Everything that may throw runs inside guarded(). */
#include "dcm.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <mutex>
#include <new>
#include <string>
#include <vector>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcostrmb.h>
#include <dcmtk/dcmdata/dcrledrg.h>
#include <dcmtk/dcmdata/dcspchrs.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djdecode.h>
#include <dcmtk/dcmjpls/djdecode.h>
#pragma GCC diagnostic pop

#include "moly/base/text.h"

#include "dicom_tags.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "pixel words are read as their bytes");

struct dcm_file {
    DcmFileFormat format;
    bool is_broken = false;
};

namespace
{
/* What a decoded image may come to: absolutely, and for each byte it is decoded from. */
const int64_t MAX_DECODED_BYTES = INT64_C(1) << 31;
const int64_t MAX_EXPANSION = 2000;

template <typename Work> moly_status guarded(moly_error *err, Work work) noexcept
{
    try {
        return work();
    } catch (const std::bad_alloc &) {
        return MOLY_NO_MEMORY(err);
    } catch (const std::exception &e) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "DICOM: %s", e.what());
    } catch (...) {
        return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "DICOM: an unknown exception");
    }
}

template <typename Value, typename Work> Value guarded_value(Value absent, Work work) noexcept
{
    try {
        return work();
    } catch (...) {
        return absent;
    }
}

void start_dcmtk()
{
    static std::once_flag once;
    std::call_once(once, [] {
        OFLog::configure(OFLogger::OFF_LOG_LEVEL);
        DcmRLEDecoderRegistration::registerCodecs();
        DJDecoderRegistration::registerCodecs();
        DJLSDecoderRegistration::registerCodecs();
    });
}

DcmItem *items(const dcm_item *item)
{
    return reinterpret_cast<DcmItem *>(const_cast<dcm_item *>(item));
}

DcmTagKey key(uint32_t tag)
{
    return DcmTagKey(static_cast<Uint16>(tag >> 16), static_cast<Uint16>(tag & 0xffff));
}

DcmElement *find(const dcm_item *item, uint32_t tag)
{
    DcmElement *element = nullptr;
    if (!item || items(item)->findAndGetElement(key(tag), element).bad()) {
        return nullptr;
    }
    return element;
}

bool is_ascii(const OFString &text)
{
    for (size_t i = 0; i < text.length(); i++) {
        unsigned char c = static_cast<unsigned char>(text[i]);
        if (c >= 0x80 || c == 0x1b) {
            return false;
        }
    }
    return true;
}

/* The character set stands in the item itself or in the nearest one around it. */
OFString character_set(DcmItem *item)
{
    for (DcmItem *at = item; at; at = at->getParentItem()) {
        OFString name;
        if (at->findAndGetOFStringArray(DCM_SpecificCharacterSet, name).good() && !name.empty()) {
            return name;
        }
    }
    return "";
}

/* Bytes that no character set explains become the replacement character. */
std::string replaced(const OFString &text)
{
    std::string out;
    for (size_t i = 0; i < text.length(); i++) {
        unsigned char c = static_cast<unsigned char>(text[i]);
        if (c == 0x1b) {
            continue;
        }
        if (c < 0x80) {
            out += static_cast<char>(c);
        } else {
            out += "\xEF\xBF\xBD";
        }
    }
    return out;
}

std::string to_utf8(DcmItem *item, DcmElement *element, const OFString &text)
{
    if (is_ascii(text)) {
        return std::string(text.c_str(), text.length());
    }
    OFString declared = character_set(item), converted;
    if (declared.empty() && moly_is_utf8(text.c_str())) {
        return std::string(text.c_str(), text.length());
    }
    DcmSpecificCharacterSet converter;
    const char *delimiters = element->ident() == EVR_PN ? "\\^=" : "\\";
    if (converter.selectCharacterSet(declared, "ISO_IR 192").good() &&
        converter.convertString(text, converted, delimiters).good() &&
        moly_is_utf8(converted.c_str())) {
        return std::string(converted.c_str(), converted.length());
    }
    if (declared.find("IR 87") != OFString_npos || declared.find("IR 159") != OFString_npos) {
        std::unique_ptr<char, void (*)(void *)> japanese(
            japanese_to_utf8(text.c_str(), text.length()), moly_free);
        if (japanese) {
            return japanese.get();
        }
    }
    return moly_is_utf8(text.c_str()) && text.find('\x1b') == OFString_npos
               ? std::string(text.c_str(), text.length())
               : replaced(text);
}

std::string trimmed(const std::string &text)
{
    const char *blanks = " \t\r\n";
    size_t from = text.find_first_not_of(blanks), to = text.find_last_not_of(blanks);
    return from == std::string::npos ? std::string() : text.substr(from, to - from + 1);
}

/* Text of an element whose VR DCMTK may not know (private, implicit): printable bytes are text. */
bool raw_text(DcmElement *element, OFString &text)
{
    Uint8 *bytes = nullptr;
    Uint32 length = element->getLength();
    if (length > 1024 || element->getUint8Array(bytes).bad() || !bytes) {
        return false;
    }
    for (Uint32 i = 0; i < length; i++) {
        if (bytes[i] != 0 && (bytes[i] < 0x20 || bytes[i] > 0x7e)) {
            return false;
        }
    }
    while (length > 0 && bytes[length - 1] == 0) {
        length--;
    }
    text.assign(reinterpret_cast<const char *>(bytes), length);
    return true;
}

bool element_text(DcmElement *element, OFString &text)
{
    DcmEVR vr = element->ident();
    if (vr == EVR_UN || vr == EVR_OB || vr == EVR_UNKNOWN || vr == EVR_UNKNOWN2B) {
        return raw_text(element, text);
    }
    if (!element->isaString()) {
        return false;
    }
    /* The array as it lies: DCMTK's getters would cut at the first NUL or trim what names need. */
    char *bytes = nullptr;
    Uint32 length = 0;
    DcmByteString *string = static_cast<DcmByteString *>(element);
    if (string->getString(bytes, length).bad() || !bytes) {
        return false;
    }
    text.assign(bytes, strnlen(bytes, length));
    return true;
}

double text_number(const std::string &text)
{
    double value;
    std::string bare = trimmed(text);
    if (!bare.empty() && bare[0] == '+') {
        bare.erase(0, 1);
    }
    return moly_number_parse(bare.c_str(), &value, nullptr) == MOLY_OK ? value : NAN;
}

double binary_number(DcmElement *element, unsigned long index)
{
    Float64 d;
    Float32 f;
    Sint32 s32;
    Uint32 u32;
    Sint16 s16;
    Uint16 u16;
    switch (element->ident()) {
    case EVR_FD:
        return element->getFloat64(d, index).good() ? d : NAN;
    case EVR_FL:
        return element->getFloat32(f, index).good() ? static_cast<double>(f) : NAN;
    case EVR_SL:
        return element->getSint32(s32, index).good() ? s32 : NAN;
    case EVR_UL:
        return element->getUint32(u32, index).good() ? u32 : NAN;
    case EVR_SS:
        return element->getSint16(s16, index).good() ? s16 : NAN;
    case EVR_US:
    case EVR_xs:
        return element->getUint16(u16, index).good() ? u16 : NAN;
    default:
        return NAN;
    }
}

template <typename Work> void setting(dcm_file *file, dcm_item *item, Work work) noexcept
{
    bool is_done = guarded_value<bool>(false, [&] { return !item || work(items(item)).good(); });
    file->is_broken = file->is_broken || !is_done;
}
} // namespace

extern "C" {

moly_status dcm_parse(const void *data, size_t length, dcm_file **file, moly_error *err)
{
    return guarded(err, [&]() -> moly_status {
        start_dcmtk();
        if (!dcmDataDict.isDictionaryLoaded()) {
            return MOLY_FAIL(err, MOLY_ERR_INTERNAL,
                             "DCMTK's data dictionary is not installed (package libdcmtk17)");
        }
        std::unique_ptr<dcm_file> made(new dcm_file);
        DcmInputBufferStream stream;
        stream.setBuffer(data, static_cast<offile_off_t>(length));
        stream.setEos();
        made->format.transferInit();
        OFCondition read = made->format.read(stream);
        made->format.transferEnd();
        if (read.bad() || made->format.getDataset()->card() == 0) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "not a readable DICOM file: %s",
                             read.bad() ? read.text() : "it has no elements");
        }
        *file = made.release();
        return MOLY_OK;
    });
}

moly_status dcm_new(dcm_file **file, moly_error *err)
{
    return guarded(err, [&]() -> moly_status {
        start_dcmtk();
        *file = new dcm_file;
        return MOLY_OK;
    });
}

void dcm_close(dcm_file *file)
{
    delete file;
}

dcm_item *dcm_root(const dcm_file *file)
{
    return reinterpret_cast<dcm_item *>(
        static_cast<DcmItem *>(const_cast<dcm_file *>(file)->format.getDataset()));
}

const char *dcm_text(const dcm_item *item, uint32_t tag, moly_arena *arena)
{
    return guarded_value<const char *>(nullptr, [&]() -> const char * {
        DcmElement *element = find(item, tag);
        OFString text;
        if (!element || !element_text(element, text)) {
            return nullptr;
        }
        std::string utf8 = trimmed(to_utf8(items(item), element, text));
        return utf8.empty() ? nullptr : moly_arena_strndup(arena, utf8.data(), utf8.size());
    });
}

double dcm_number(const dcm_item *item, uint32_t tag, size_t index)
{
    return guarded_value<double>(NAN, [&]() -> double {
        DcmElement *element = find(item, tag);
        OFString text;
        if (!element) {
            return NAN;
        }
        if (!element_text(element, text)) {
            return binary_number(element, index);
        }
        std::string all(text.c_str(), text.length());
        size_t from = 0;
        for (size_t i = 0; i < index; i++) {
            size_t next = all.find('\\', from);
            if (next == std::string::npos) {
                return NAN;
            }
            from = next + 1;
        }
        size_t to = all.find('\\', from);
        return text_number(all.substr(from, to == std::string::npos ? to : to - from));
    });
}

int64_t dcm_integer(const dcm_item *item, uint32_t tag, int64_t low, int64_t high, int64_t absent)
{
    double value = dcm_number(item, tag, 0);
    bool is_whole = value >= static_cast<double>(low) && value <= static_cast<double>(high) &&
                    std::floor(value) == value;
    return is_whole ? static_cast<int64_t>(value) : absent;
}

size_t dcm_numbers(const dcm_item *item, uint32_t tag, moly_arena *arena, const double **values)
{
    *values = nullptr;
    return guarded_value<size_t>(0, [&]() -> size_t {
        DcmElement *element = find(item, tag);
        OFString text;
        if (!element || !element_text(element, text) || text.empty()) {
            return 0;
        }
        std::vector<double> numbers;
        std::string all(text.c_str(), text.length());
        for (size_t from = 0; from <= all.size();) {
            size_t to = all.find('\\', from);
            to = to == std::string::npos ? all.size() : to;
            numbers.push_back(text_number(all.substr(from, to - from)));
            if (!std::isfinite(numbers.back())) {
                return 0;
            }
            from = to + 1;
        }
        double *copy =
            static_cast<double *>(moly_arena_alloc(arena, numbers.size(), sizeof(double)));
        if (!copy) {
            return 0;
        }
        std::memcpy(copy, numbers.data(), numbers.size() * sizeof(double));
        *values = copy;
        return numbers.size();
    });
}

size_t dcm_words(const dcm_item *item, uint32_t tag, const uint16_t **words)
{
    *words = nullptr;
    return guarded_value<size_t>(0, [&]() -> size_t {
        DcmElement *element = find(item, tag);
        Uint16 *unsigned_words = nullptr;
        Sint16 *signed_words = nullptr;
        if (element && element->getUint16Array(unsigned_words).good() && unsigned_words) {
            *words = unsigned_words;
        } else if (element && element->getSint16Array(signed_words).good() && signed_words) {
            *words = reinterpret_cast<const uint16_t *>(signed_words);
        }
        return *words ? element->getLength() / 2 : 0;
    });
}

bool dcm_has(const dcm_item *item, uint32_t tag)
{
    return guarded_value<bool>(false, [&] { return find(item, tag) != nullptr; });
}

static DcmSequenceOfItems *sequence_of(const dcm_item *item, uint32_t tag)
{
    DcmElement *element = find(item, tag);
    if (!element || element->ident() != EVR_SQ) {
        return nullptr;
    }
    return static_cast<DcmSequenceOfItems *>(element);
}

dcm_item *dcm_sequence(const dcm_item *item, uint32_t tag, size_t index)
{
    return guarded_value<dcm_item *>(nullptr, [&]() -> dcm_item * {
        DcmSequenceOfItems *sequence = sequence_of(item, tag);
        if (!sequence || index >= sequence->card()) {
            return nullptr;
        }
        return reinterpret_cast<dcm_item *>(sequence->getItem(static_cast<unsigned long>(index)));
    });
}

size_t dcm_sequence_size(const dcm_item *item, uint32_t tag)
{
    return guarded_value<size_t>(0, [&]() -> size_t {
        DcmSequenceOfItems *sequence = sequence_of(item, tag);
        return sequence ? sequence->card() : 0;
    });
}

uint32_t dcm_private(const dcm_item *item, uint16_t group, const char *creator, uint8_t element)
{
    return guarded_value<uint32_t>(0, [&]() -> uint32_t {
        bool has_creator = false;
        for (uint32_t block = 0x10; block <= 0xff; block++) {
            OFString text;
            DcmElement *reserved = find(item, static_cast<uint32_t>(group) << 16 | block);
            if (!reserved || !element_text(reserved, text)) {
                continue;
            }
            has_creator = true;
            uint32_t tag = static_cast<uint32_t>(group) << 16 | block << 8 | element;
            if (trimmed(std::string(text.c_str(), text.length())) == creator && find(item, tag)) {
                return tag;
            }
        }
        uint32_t usual = static_cast<uint32_t>(group) << 16 | 0x1000u | element;
        return !has_creator && find(item, usual) ? usual : 0;
    });
}

const char *dcm_transfer_syntax(const dcm_file *file)
{
    DcmXfer syntax(const_cast<dcm_file *>(file)->format.getDataset()->getOriginalXfer());
    return syntax.getXferName();
}

static moly_status read_layout(const dcm_item *root, dcm_pixels *p, moly_error *err)
{
    int64_t samples = dcm_integer(root, TAG_SamplesPerPixel, 1, 4, 1);
    p->rows = dcm_integer(root, TAG_Rows, 1, 65535, 0);
    p->columns = dcm_integer(root, TAG_Columns, 1, 65535, 0);
    p->n_frames = dcm_integer(root, TAG_NumberOfFrames, 1, INT32_MAX, 1);
    if (samples != 1) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "a colour image (%d samples a pixel), not a measured one",
                         static_cast<int>(samples));
    }
    if (p->rows == 0 || p->columns == 0) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "Rows or Columns is missing or not from 1 to 65535");
    }
    if (p->is_float) {
        return MOLY_OK;
    }
    p->bits_allocated = static_cast<int>(dcm_integer(root, TAG_BitsAllocated, 1, 64, 0));
    p->bits_stored = static_cast<int>(
        dcm_integer(root, TAG_BitsStored, 1, p->bits_allocated, p->bits_allocated));
    p->high_bit = static_cast<int>(dcm_integer(root, TAG_HighBit, p->bits_stored - 1,
                                               p->bits_allocated - 1, p->bits_stored - 1));
    p->is_signed = dcm_integer(root, TAG_PixelRepresentation, 0, 1, 0) == 1;
    if (p->bits_allocated != 1 && p->bits_allocated != 8 && p->bits_allocated != 16 &&
        p->bits_allocated != 32) {
        return MOLY_FAIL(err, MOLY_ERR_DATA, "Bits Allocated is %d, Moly reads 1, 8, 16 and 32",
                         p->bits_allocated);
    }
    return MOLY_OK;
}

/* Bytes that rows x columns x frames need, refused where that cannot come from `stored` bytes. */
static moly_status needed_bytes(const dcm_pixels *p, bool is_encoded, size_t stored, size_t *needed,
                                moly_error *err)
{
    int64_t per_frame = p->rows * p->columns;
    if (p->n_frames > MAX_DECODED_BYTES / per_frame) {
        return MOLY_FAIL(err, MOLY_ERR_RANGE,
                         "%lld frames of %lld x %lld pixels are more than the 2 GiB Moly reads "
                         "from one file",
                         static_cast<long long>(p->n_frames), static_cast<long long>(p->columns),
                         static_cast<long long>(p->rows));
    }
    int64_t bytes = (per_frame * p->n_frames * p->bits_allocated + 7) / 8;
    int64_t limit =
        is_encoded ? static_cast<int64_t>(stored) * MAX_EXPANSION : static_cast<int64_t>(stored);
    if (bytes > MAX_DECODED_BYTES || bytes > limit) {
        return MOLY_FAIL(err, MOLY_ERR_DATA,
                         "%lld frames of %lld x %lld pixels of %d bits need %lld bytes; the file "
                         "holds %zu%s",
                         static_cast<long long>(p->n_frames), static_cast<long long>(p->columns),
                         static_cast<long long>(p->rows), p->bits_allocated,
                         static_cast<long long>(bytes), stored, is_encoded ? " bytes encoded" : "");
    }
    *needed = static_cast<size_t>(bytes);
    return MOLY_OK;
}

static moly_status decompress(DcmDataset *dataset, moly_error *err)
{
    DcmXfer syntax(dataset->getOriginalXfer());
    OFCondition done = dataset->chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
    if (done.bad() || !dataset->canWriteXfer(EXS_LittleEndianExplicit)) {
        bool is_2000 = syntax.getXfer() == EXS_JPEG2000 ||
                       syntax.getXfer() == EXS_JPEG2000LosslessOnly ||
                       syntax.getXfer() == EXS_JPEG2000Multicomponent ||
                       syntax.getXfer() == EXS_JPEG2000MulticomponentLosslessOnly;
        return MOLY_FAIL(
            err, MOLY_ERR_DATA, "pixels in transfer syntax %s %s: %s", syntax.getXferName(),
            is_2000 ? "need a decoder Moly does not have" : "cannot be decoded",
            done.bad() ? done.text() : "no decoder; convert the file to an uncompressed one");
    }
    return MOLY_OK;
}

/* The element's bytes without a copy: words lie in memory as little-endian bytes. */
static bool bytes_of(DcmElement *element, const uint8_t **data, size_t *length)
{
    Uint8 *bytes = nullptr;
    Uint16 *words = nullptr;
    Float32 *floats = nullptr;
    Float64 *doubles = nullptr;
    *length = element->getLength();
    if (element->getUint16Array(words).good() && words) {
        *data = reinterpret_cast<const uint8_t *>(words);
    } else if (element->getUint8Array(bytes).good() && bytes) {
        *data = bytes;
    } else if (element->getFloat32Array(floats).good() && floats) {
        *data = reinterpret_cast<const uint8_t *>(floats);
    } else if (element->getFloat64Array(doubles).good() && doubles) {
        *data = reinterpret_cast<const uint8_t *>(doubles);
    } else {
        return false;
    }
    return true;
}

moly_status dcm_decode(dcm_file *file, dcm_pixels *pixels, moly_error *err)
{
    return guarded(err, [&]() -> moly_status {
        DcmDataset *dataset = file->format.getDataset();
        const dcm_item *root = dcm_root(file);
        dcm_pixels p = {};
        size_t needed = 0;
        DcmElement *element = find(root, TAG_PixelData);
        if (!element) {
            p.is_float = true;
            element = find(root, TAG_FloatPixelData);
            p.bits_allocated = element ? 32 : 64;
            element = element ? element : find(root, TAG_DoubleFloatPixelData);
        }
        if (!element) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "it has no pixels");
        }
        bool is_encoded = DcmXfer(dataset->getOriginalXfer()).isEncapsulated() && !p.is_float;
        moly_status status = read_layout(root, &p, err);
        if (status != MOLY_OK) {
            return status;
        }
        size_t stored =
            is_encoded ? dataset->calcElementLength(dataset->getOriginalXfer(), EET_UndefinedLength)
                       : element->getLength();
        status = needed_bytes(&p, is_encoded, stored, &needed, err);
        if (status == MOLY_OK && is_encoded) {
            status = decompress(dataset, err);
        }
        /* A decoder may change the layout: read it again from what it left. */
        status = status == MOLY_OK ? read_layout(root, &p, err) : status;
        element = p.is_float ? element : find(root, TAG_PixelData);
        if (status != MOLY_OK) {
            return status;
        }
        if (!element || !bytes_of(element, &p.data, &p.length)) {
            return MOLY_FAIL(err, MOLY_ERR_DATA, "its pixels cannot be read");
        }
        status = needed_bytes(&p, false, p.length, &needed, err);
        if (status == MOLY_OK) {
            *pixels = p;
        }
        return status;
    });
}

void dcm_set_text(dcm_file *file, dcm_item *item, uint32_t tag, const char *utf8)
{
    if (utf8) {
        setting(file, item, [&](DcmItem *to) { return to->putAndInsertString(key(tag), utf8); });
    }
}

/* A decimal string has at most 16 characters: the most digits that fit. */
static std::string decimal_string(double value)
{
    char text[MOLY_NUMBER_TEXT_SIZE];
    for (int digits = 16; digits > 1; digits--) {
        if (std::strlen(moly_number_format(value, digits, text)) <= 16) {
            break;
        }
    }
    return text;
}

void dcm_set_numbers(dcm_file *file, dcm_item *item, uint32_t tag, const double *values, size_t n)
{
    setting(file, item, [&](DcmItem *to) {
        std::string text;
        for (size_t i = 0; i < n; i++) {
            text += (i ? "\\" : "") + decimal_string(values[i]);
        }
        return to->putAndInsertString(key(tag), text.c_str());
    });
}

void dcm_set_f64(dcm_file *file, dcm_item *item, uint32_t tag, double value)
{
    setting(file, item, [&](DcmItem *to) { return to->putAndInsertFloat64(key(tag), value); });
}

void dcm_set_u16(dcm_file *file, dcm_item *item, uint32_t tag, uint16_t value)
{
    setting(file, item, [&](DcmItem *to) { return to->putAndInsertUint16(key(tag), value); });
}

void dcm_set_u32s(dcm_file *file, dcm_item *item, uint32_t tag, const uint32_t *values, size_t n)
{
    setting(file, item, [&](DcmItem *to) {
        DcmUnsignedLong *element = new DcmUnsignedLong(DcmTag(key(tag)));
        OFCondition done = element->putUint32Array(values, static_cast<unsigned long>(n));
        return done.good() ? to->insert(element, OFTrue) : done;
    });
}

void dcm_set_tag(dcm_file *file, dcm_item *item, uint32_t tag, uint32_t value)
{
    setting(file, item, [&](DcmItem *to) { return to->putAndInsertTagKey(key(tag), key(value)); });
}

void dcm_set_words(dcm_file *file, dcm_item *item, uint32_t tag, const uint16_t *words, size_t n)
{
    setting(file, item, [&](DcmItem *to) {
        return to->putAndInsertUint16Array(DcmTag(key(tag), EVR_OW), words,
                                           static_cast<unsigned long>(n));
    });
}

void dcm_set_u16s(dcm_file *file, dcm_item *item, uint32_t tag, const uint16_t *values, size_t n)
{
    setting(file, item,
            [&](DcmItem *to) { /* by its dictionary: US, or pairs of an AT */
                               return to->putAndInsertUint16Array(DcmTag(key(tag)), values,
                                                                  static_cast<unsigned long>(n));
            });
}

void dcm_set_bytes(dcm_file *file, dcm_item *item, uint32_t tag, const uint8_t *bytes, size_t n)
{
    setting(file, item, [&](DcmItem *to) {
        return to->putAndInsertUint8Array(DcmTag(key(tag), EVR_OB), bytes,
                                          static_cast<unsigned long>(n));
    });
}

dcm_item *dcm_add_item(dcm_file *file, dcm_item *item, uint32_t tag)
{
    DcmItem *made = nullptr;
    setting(file, item, [&](DcmItem *to) {
        return to->findOrCreateSequenceItem(key(tag), made, -2 /* append */);
    });
    return reinterpret_cast<dcm_item *>(made);
}

void dcm_set_empty(dcm_file *file, dcm_item *item, uint32_t tag)
{
    setting(file, item, [&](DcmItem *to) { return to->insertEmptyElement(key(tag)); });
}

moly_status dcm_encode(dcm_file *file, char **data, size_t *length, moly_error *err)
{
    return guarded(err, [&]() -> moly_status {
        const E_TransferSyntax syntax = EXS_LittleEndianExplicit;
        if (file->is_broken) {
            return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "an attribute could not be put into DICOM");
        }
        file->format.validateMetaInfo(syntax);
        size_t room = file->format.calcElementLength(syntax, EET_ExplicitLength) + 4096;
        char *bytes = static_cast<char *>(moly_alloc(room, 1));
        if (!bytes) {
            return MOLY_NO_MEMORY(err);
        }
        DcmOutputBufferStream stream(bytes, static_cast<offile_off_t>(room));
        file->format.transferInit();
        OFCondition done = file->format.write(stream, syntax, EET_ExplicitLength, nullptr,
                                              EGL_recalcGL, EPD_withoutPadding);
        file->format.transferEnd();
        if (done.bad()) {
            moly_free(bytes);
            return MOLY_FAIL(err, MOLY_ERR_INTERNAL, "cannot write DICOM: %s", done.text());
        }
        *data = bytes;
        *length = static_cast<size_t>(stream.tell());
        return MOLY_OK;
    });
}
}
