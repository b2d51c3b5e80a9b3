/* test_package.c - packages: what is refused and why, how files are found, what unpacking leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "package.h"

#define MANIFEST                                                                                   \
    "<manifest identifier='m'><metadata><schemaversion>1.2</schemaversion></metadata>"             \
    "<organizations><organization identifier='o'><title>T</title>"                                 \
    "<item identifier='i' identifierref='r'><title>I</title></item></organization></organizations>" \
    "<resources><resource identifier='r' adlcp:scormtype='sco' href='a.html'/></resources></manifest>"

struct file {
    const char *name, *content; /* content NULL: content_bytes zeros */
    size_t content_bytes;
    mode_t mode;         /* 0: none told */
    const char *password;
    bool store;
};

/* A zip file with these files; names that libzip would not write are put in afterwards. */
static char *zip_of(const struct file *files, size_t count, size_t *out_len)
{
    zip_error_t e;
    zip_error_init(&e);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &e);
    zip_t *zip = zip_open_from_source(source, ZIP_TRUNCATE, &e);
    assert_non_null(zip);
    zip_source_keep(source);
    for (size_t i = 0; i < count; i++) {
        size_t n = files[i].content ? strlen(files[i].content) : files[i].content_bytes;
        void *copy = calloc(1, n + 1);
        assert_non_null(copy);
        if (files[i].content)
            memcpy(copy, files[i].content, n);
        zip_int64_t at = zip_file_add(zip, files[i].name, zip_source_buffer(zip, n ? copy : NULL, n, n > 0), ZIP_FL_ENC_UTF_8);
        if (n == 0) /* libzip takes no empty buffer into its keeping */
            free(copy);
        assert_true(at >= 0);
        if (files[i].store)
            zip_set_file_compression(zip, (zip_uint64_t)at, ZIP_CM_STORE, 0);
        if (files[i].mode)
            zip_file_set_external_attributes(zip, (zip_uint64_t)at, 0, ZIP_OPSYS_UNIX, (zip_uint32_t)files[i].mode << 16);
        if (files[i].password)
            assert_int_equal(zip_file_set_encryption(zip, (zip_uint64_t)at, ZIP_EM_AES_256, files[i].password), 0);
    }
    assert_int_equal(zip_close(zip), 0);
    zip_stat_t st;
    assert_int_equal(zip_source_stat(source, &st), 0);
    char *bytes = malloc(st.size);
    assert_non_null(bytes);
    assert_int_equal(zip_source_open(source), 0);
    assert_int_equal(zip_source_read(source, bytes, st.size), (zip_int64_t)st.size);
    zip_source_close(source);
    zip_source_free(source);
    *out_len = st.size;
    return bytes;
}

static struct scorm_package *opened(const struct file *files, size_t count, char **out_bytes)
{
    struct scorm_package *p = NULL;
    aw_error err = AW_ERROR_INIT;
    size_t len = 0;

    *out_bytes = zip_of(files, count, &len);
    if (scorm_package_open_bytes(*out_bytes, len, &p, &err) != AW_OK)
        fail_msg("%s", err.text);
    return p;
}

static void refused(const char *bytes, size_t len, const char *says)
{
    struct scorm_package *p = NULL;
    aw_error err = AW_ERROR_INIT;
    int rc = scorm_package_open_bytes(bytes, len, &p, &err);

    if (rc == AW_OK)
        fail_msg("accepted, should say \"%s\"", says);
    assert_null(p);
    if (!strstr(err.text, says))
        fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

static void test_dangerous_packages(void **state)
{
    (void)state;
    static const struct {
        struct file file;
        const char *says;
    } rows[] = {
        {{"../evil.sh", "x", 0, 0, NULL, false}, "leads out of the package"},
        {{"a/../../evil.sh", "x", 0, 0, NULL, false}, "leads out of the package"},
        {{"a/..", "x", 0, 0, NULL, false}, "leads out of the package"},
        {{"..\\evil.sh", "x", 0, 0, NULL, false}, "leads out of the package"},
        {{"/etc/passwd", "x", 0, 0, NULL, false}, "absolute path"},
        {{"C:\\evil.exe", "x", 0, 0, NULL, false}, "absolute path"},
        {{"\\\\server\\share", "x", 0, 0, NULL, false}, "absolute path"},
        {{"a\nb", "x", 0, 0, NULL, false}, "control characters"},
        {{"link", "/etc/passwd", 0, S_IFLNK | 0777, NULL, false}, "symbolic link"},
        {{"device", "x", 0, S_IFCHR | 0600, NULL, false}, "symbolic link or a device"},
        {{"secret.html", "x", 0, 0, "password", false}, "encrypted"},
        {{"bomb.bin", NULL, 30u << 20, 0, NULL, false}, "zip bomb"},
        {{"1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/5/6/7/8/9/0/1/2/3/4/x", "x", 0, 0, NULL, false}, "too deep"},
        {{"imsmanifest.xml/x", "x", 0, 0, NULL, false}, "a file and a folder at once"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct file files[] = {{"imsmanifest.xml", MANIFEST, 0, 0, NULL, false}, rows[i].file};
        size_t len = 0;
        char *bytes = zip_of(files, 2, &len);
        refused(bytes, len, rows[i].says);
        free(bytes);
    }
}

static void test_not_packages(void **state)
{
    (void)state;
    struct file file = {"imsmanifest.xml", MANIFEST, 0, 0, NULL, false};
    size_t len = 0;
    char *bytes = zip_of(&file, 1, &len);

    refused("", 0, "the package is empty");
    refused("<manifest/>", 11, "not a zip file");
    for (size_t cut = 1; cut < len; cut += 7) {
        struct scorm_package *p = NULL;
        assert_int_not_equal(scorm_package_open_bytes(bytes, cut, &p, NULL), AW_OK);
        assert_null(p);
    }
    free(bytes);

    struct scorm_package *p = NULL;
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(scorm_package_open("/nonexistent/x.zip", &p, &err), AW_ENOTFOUND);
    assert_int_equal(scorm_package_open("/tmp", &p, &err), AW_EINVAL);
    assert_null(p);
}

static void test_too_many_files(void **state)
{
    (void)state;
    size_t count = SCORM_PACKAGE_FILES + 1, len = 0;
    struct file *files = calloc(count, sizeof *files);
    char(*names)[16] = calloc(count, sizeof *names);

    assert_non_null(files);
    assert_non_null(names);
    for (size_t i = 0; i < count; i++) {
        snprintf(names[i], sizeof names[i], "f%zu", i);
        files[i] = (struct file){names[i], "", 0, 0, NULL, true};
    }
    char *bytes = zip_of(files, count, &len);
    refused(bytes, len, "20001 files");
    free(bytes);
    free(files);
    free(names);
}

static void test_what_has_no_course(void **state)
{
    (void)state;
    static const struct {
        struct file file;
        const char *says;
    } rows[] = {
        {{"index.html", "x", 0, 0, NULL, false}, "there is no imsmanifest.xml in it"},
        {{"cmi5.xml", "<x/>", 0, 0, NULL, false}, "cmi5 package"},
        {{"tincan.xml", "<x/>", 0, 0, NULL, false}, "Tin Can"},
        {{"course.zip", "PK", 0, 0, NULL, false}, "use that one"},
        {{"notimsmanifest.xml", MANIFEST, 0, 0, NULL, false}, "there is no imsmanifest.xml"},
        {{"__MACOSX/imsmanifest.xml", MANIFEST, 0, 0, NULL, false}, "there is no imsmanifest.xml"},
        {{"imsmanifest.xml", "", 0, 0, NULL, false}, "empty or not XML"},
        {{"imsmanifest.xml", "<a>", 0, 0, NULL, false}, "not well-formed"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *bytes = NULL;
        struct scorm_package *p = opened(&rows[i].file, 1, &bytes);
        struct scorm_course *course = NULL;
        aw_error err = AW_ERROR_INIT;
        assert_int_equal(scorm_package_course(p, &course, &err), AW_EINVAL);
        if (!strstr(err.text, rows[i].says))
            fail_msg("\"%s\" does not say \"%s\"", err.text, rows[i].says);
        assert_null(course);
        scorm_package_close(p);
        free(bytes);
    }
}

static void test_finding_files(void **state)
{
    (void)state;
    const struct file files[] = {
        {"imsmanifest.xml", MANIFEST, 0, 0, NULL, false},     {"Page One.html", "one", 0, 0, NULL, false},
        {"50%25.html", "percent", 0, 0, NULL, false},         {"b\xc3\xbcro/\xe9\xa0\x81.html", "unicode", 0, 0, NULL, false},
        {"win\\dows\\page.htm", "windows", 0, 0, NULL, false}, {"folder/", "", 0, 0, NULL, false},
    };
    char *bytes = NULL, *content = NULL;
    size_t len = 0;
    struct scorm_package *p = opened(files, sizeof files / sizeof *files, &bytes);
    static const struct {
        const char *path, *content;
    } rows[] = {
        {"Page One.html", "one"},      {"Page%20One.html", "one"},           {"page one.HTML", "one"},
        {"50%25.html", "percent"},     {"b\xc3\xbcro/\xe9\xa0\x81.html", "unicode"},
        {"b%C3%BCro/%E9%A0%81.html", "unicode"},                            {"win/dows/page.htm", "windows"},
    };

    assert_int_equal(scorm_package_file_count(p), 5);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_true(scorm_package_has(p, rows[i].path));
        assert_int_equal(scorm_package_file(p, rows[i].path, 100, &content, &len, NULL), AW_OK);
        assert_string_equal(content, rows[i].content);
        assert_int_equal(len, strlen(rows[i].content));
        free(content);
    }
    assert_false(scorm_package_has(p, "folder/"));
    assert_int_equal(scorm_package_file(p, "nothing", 100, &content, &len, NULL), AW_ENOTFOUND);
    assert_int_equal(scorm_package_file(p, "Page One.html", 2, &content, &len, NULL), AW_ELIMIT);
    scorm_package_close(p);
    free(bytes);
}

/* A flipped bit in the packed bytes is found by the checksum. */
static void test_damage(void **state)
{
    (void)state;
    struct file file = {"a.html", "The quick brown fox jumps over the lazy dog", 0, 0, NULL, true};
    size_t len = 0;
    char *bytes = zip_of(&file, 1, &len), *content = NULL;
    char *at = memmem(bytes, len, "brown", 5);
    struct scorm_package *p = NULL;
    aw_error err = AW_ERROR_INIT;

    assert_non_null(at);
    *at ^= 1;
    assert_int_equal(scorm_package_open_bytes(bytes, len, &p, NULL), AW_OK);
    assert_int_equal(scorm_package_file(p, "a.html", 1000, &content, NULL, &err), AW_EINVAL);
    assert_non_null(strstr(err.text, "damaged"));
    assert_null(content);

    char folder[] = "/tmp/aw-package-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_int_equal(scorm_package_unpack(p, folder, &err), AW_EINVAL);
    assert_int_equal(rmdir(folder), 0); /* nothing was left in it */
    scorm_package_close(p);
    free(bytes);
}

static void test_manifest_in_a_folder(void **state)
{
    (void)state;
    const struct file files[] = {
        {"My Course/a.html", "x", 0, 0, NULL, false},
        {"My Course/discussion.json", "{\"title\":1}", 0, 0, NULL, false},
        {"My Course/IMSManifest.xml", MANIFEST, 0, 0, NULL, false},
        {"My Course/deeper/imsmanifest.xml", "<broken", 0, 0, NULL, false},
        {"discussion.json", "{}", 0, 0, NULL, false},
    };
    char *bytes = NULL, *sidecar = NULL;
    size_t len = 0;
    struct scorm_package *p = opened(files, sizeof files / sizeof *files, &bytes);
    struct scorm_course *course = NULL;
    aw_error err = AW_ERROR_INIT;

    if (scorm_package_course(p, &course, &err) != AW_OK)
        fail_msg("%s", err.text);
    assert_string_equal(scorm_package_folder(p), "My Course/");
    assert_string_equal(course->items[1].launch, "My Course/a.html");
    assert_int_equal(course->warning_count, 0);
    assert_int_equal(scorm_package_sidecar(p, &sidecar, &len, &err), AW_OK);
    assert_string_equal(sidecar, "{\"title\":1}");
    free(sidecar);
    scorm_course_free(course);
    scorm_package_close(p);
    free(bytes);
}

static void test_missing_page_and_sidecar(void **state)
{
    (void)state;
    struct file file = {"imsmanifest.xml", MANIFEST, 0, 0, NULL, false};
    char *bytes = NULL, *sidecar = NULL;
    size_t len = 0;
    struct scorm_package *p = opened(&file, 1, &bytes);
    struct scorm_course *course = NULL;

    assert_int_equal(scorm_package_course(p, &course, NULL), AW_OK);
    assert_int_equal(course->warning_count, 1);
    assert_string_equal(course->warnings[0], "The page of \"I\" is not in the package: a.html");
    assert_int_equal(scorm_package_sidecar(p, &sidecar, &len, NULL), AW_ENOTFOUND);
    scorm_course_free(course);
    scorm_package_close(p);
    free(bytes);
}

static void test_unpack(void **state)
{
    (void)state;
    const struct file files[] = {{"a/b/c.html", "deep", 0, 0, NULL, false}, {"top.html", "top", 0, 0, NULL, false}};
    char *bytes = NULL, path[256], text[16] = "";
    struct scorm_package *p = opened(files, 2, &bytes);
    char folder[] = "/tmp/aw-package-XXXXXX", outside[] = "/tmp/aw-outside-XXXXXX";
    aw_error err = AW_ERROR_INIT;

    assert_non_null(mkdtemp(folder));
    assert_non_null(mkdtemp(outside));
    assert_int_equal(scorm_package_unpack(p, folder, &err), AW_OK);
    snprintf(path, sizeof path, "%s/a/b/c.html", folder);
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_int_equal(fread(text, 1, sizeof text - 1, f), 4);
    fclose(f);
    assert_string_equal(text, "deep");

    /* Again into the same folder: files are never overwritten, and what was there stays. */
    assert_int_equal(scorm_package_unpack(p, folder, &err), AW_EEXIST);
    assert_int_equal(access(path, F_OK), 0);

    /* A link in the way leads nowhere. */
    unlink(path);
    snprintf(path, sizeof path, "%s/top.html", folder);
    unlink(path);
    snprintf(path, sizeof path, "%s/a/b", folder);
    rmdir(path);
    snprintf(path, sizeof path, "%s/a", folder);
    rmdir(path);
    assert_int_equal(symlink(outside, path), 0);
    assert_int_not_equal(scorm_package_unpack(p, folder, &err), AW_OK);
    assert_int_equal(rmdir(outside), 0);
    unlink(path);
    assert_int_equal(rmdir(folder), 0);
    scorm_package_close(p);
    free(bytes);
}

/* The packages that we ship, and whether they are what they say. */
static void test_our_courses(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum scorm_version version;
        uint32_t scos;
    } rows[] = {
        {"lifting-12", SCORM_12, 1},
        {"feedback-2004", SCORM_2004, 1},
        {"chemicals-2004", SCORM_2004, 3},
        {"phishing-12", SCORM_12, 3},
    };
    const char *build = getenv("AW_BUILD");

    if (!build)
        skip();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char path[512], *sidecar = NULL;
        struct scorm_package *p = NULL;
        struct scorm_course *course = NULL;
        aw_error err = AW_ERROR_INIT;
        size_t len = 0;

        snprintf(path, sizeof path, "%s/courses/%s.zip", build, rows[i].name);
        if (scorm_package_open(path, &p, &err) != AW_OK || scorm_package_course(p, &course, &err) != AW_OK)
            fail_msg("%s: %s", path, err.text);
        assert_int_equal(course->version, rows[i].version);
        assert_int_equal(scorm_course_sco_count(course), rows[i].scos);
        if (course->warning_count)
            fail_msg("%s: %s", path, course->warnings[0]);
        assert_int_equal(scorm_package_sidecar(p, &sidecar, &len, &err), AW_OK);
        free(sidecar);
        scorm_course_free(course);
        scorm_package_close(p);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dangerous_packages),      cmocka_unit_test(test_not_packages),
        cmocka_unit_test(test_too_many_files),          cmocka_unit_test(test_what_has_no_course),
        cmocka_unit_test(test_finding_files),           cmocka_unit_test(test_damage),
        cmocka_unit_test(test_manifest_in_a_folder),    cmocka_unit_test(test_missing_page_and_sidecar),
        cmocka_unit_test(test_unpack),                  cmocka_unit_test(test_our_courses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
