/* The worker's socket for hosts without the shared object: one line in, one line out, in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "limit.h"
#include "notify_socket.h"

#define COMPLETED "{\"kind\":\"course_completed\",\"learner\":\"u-1\",\"course\":\"c-1\"}"

struct world {
    char dir[64], state[128];
    aw *aw;
    struct notify_socket *socket;
};

static int setup(void **state)
{
    static const char config[] =
        "{\"site\":{\"name\":\"S\",\"home_page\":\"https://s.example\","
        "\"base_iri\":\"https://s.example/xapi\"},\"courses\":{\"unknown\":\"accept\"}}";
    struct world *w = calloc(1, sizeof *w);
    aw_config_source source = {.struct_size = (uint32_t)sizeof source, .json = config,
                               .json_bytes = sizeof config - 1, .state_dir = w->state};
    aw_error err = AW_ERROR_INIT;
    strcpy(w->dir, "/tmp/aw-socket-XXXXXX");
    if (!mkdtemp(w->dir))
        return -1;
    snprintf(w->state, sizeof w->state, "%s/state", w->dir);
    if (aw_open(&source, NULL, &w->aw, &err) != AW_OK ||
        notify_socket_open(w->aw, w->state, &w->socket, &err) != AW_OK) {
        fprintf(stderr, "%s: %s\n", err.where, err.text);
        return -1;
    }
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    char command[128];
    notify_socket_close(w->socket);
    aw_close(w->aw);
    snprintf(command, sizeof command, "rm -rf %s", w->dir);
    int rc = system(command);
    free(w);
    return rc;
}

static int dial(const struct world *w)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    struct timeval patience = {.tv_sec = 20};
    snprintf(to.sun_path, sizeof to.sun_path, "%.90s/notify.sock", w->state);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience), 0);
    assert_int_equal(connect(fd, (const struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

static void say(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        assert_true(n > 0);
        bytes += n;
        len -= (size_t)n;
    }
}

/* One line of answer without its newline; "" when the other side has closed. */
static const char *hear(int fd)
{
    static char line[65536];
    size_t len = 0;
    while (len + 1 < sizeof line) {
        ssize_t n = recv(fd, line + len, 1, 0);
        if (n <= 0 || line[len] == '\n')
            break;
        len++;
    }
    line[len] = '\0';
    return line;
}

static const char *ask(int fd, const char *line)
{
    say(fd, line, strlen(line));
    say(fd, "\n", 1);
    return hear(fd);
}

static uint64_t events(const struct world *w)
{
    aw_stats s = AW_STATS_INIT;
    aw_error err = AW_ERROR_INIT;
    assert_int_equal(aw_stats_get(w->aw, &s, &err), AW_OK);
    return s.journal_events;
}

static void an_event_is_durable_when_it_is_answered(void **state)
{
    struct world *w = *state;
    int fd = dial(w);
    assert_string_equal(ask(fd, COMPLETED), "{\"ok\":true}");
    assert_int_equal(events(w), 1);
    close(fd);
}

static void refusals_name_the_field_and_leave_the_connection(void **state)
{
    struct world *w = *state;
    static const struct {
        const char *line, *code, *where;
    } cases[] = {
        {"{", "AW_EJSON", "line"},
        {"[1]", "AW_EINVAL", "line"},
        {"{\"kind\":\"course_completed\"}", "AW_EINVAL", "learner"},
        {"{\"kind\":\"nonsense\",\"learner\":\"u\"}", "AW_EUNSUPPORTED", "kind"},
        {"{\"kind\":\"course_completed\",\"learner\":\"u\",\"course\":\"c\",\"colour\":1}", "AW_EINVAL", ""},
        {"{\"call\":\"nonsense\"}", "AW_EUNSUPPORTED", "call"},
        {"{\"call\":\"query\"}", "AW_EINVAL", "what"},
        {"{\"call\":\"status\",\"extra\":1}", "AW_EINVAL", ""},
        {"{\"call\":\"link_put\"}", "AW_EINVAL", "link"},
        {"{\"call\":\"forum_request_done\",\"key\":\"k\"}", "AW_EINVAL", "reply"},
        {"{\"call\":\"forum_requests_take\",\"max\":0}", "AW_EINVAL", "max"},
    };
    int fd = dial(w);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *answer = ask(fd, cases[i].line);
        char where[64];
        snprintf(where, sizeof where, "\"where\":\"%s", cases[i].where);
        if (!strstr(answer, cases[i].code) || !strstr(answer, where))
            fail_msg("%s: %s", cases[i].line, answer);
        assert_non_null(strstr(answer, "\"ok\":false"));
    }
    assert_string_equal(ask(fd, COMPLETED), "{\"ok\":true}");
    assert_int_equal(events(w), 1);
    close(fd);
}

static void the_other_calls_work(void **state)
{
    struct world *w = *state;
    int fd = dial(w);
    assert_non_null(strstr(ask(fd, "{\"call\":\"course_add\",\"course\":\"c-1\",\"title\":\"One\"}"), "\"ok\":true"));
    assert_string_equal(ask(fd, "{\"call\":\"link_put\",\"link\":{\"id\":\"l-1\",\"course\":\"c-1\",\"title\":\"T\","
                                "\"prompt\":\"P\",\"provider\":\"host\"}}"),
                        "{\"ok\":true,\"result\":\"l-1\"}");
    assert_non_null(strstr(ask(fd, "{\"call\":\"query\",\"what\":\"links\",\"args\":{\"course\":\"c-1\"}}"), "l-1"));
    assert_non_null(strstr(ask(fd, "{\"call\":\"status\"}"), "\"links\":1"));
    assert_string_equal(ask(fd, "{\"call\":\"forum_requests_take\"}"), "{\"ok\":true,\"result\":[]}");
    assert_non_null(strstr(ask(fd, "{\"call\":\"dead_letter\",\"action\":\"retry\",\"id\":\"1\"}"), "\"ok\":false"));
    assert_string_equal(ask(fd, "{\"call\":\"link_remove\",\"id\":\"l-1\"}"), "{\"ok\":true}");
    close(fd);
}

static void lines_are_answered_in_order_however_they_are_cut(void **state)
{
    struct world *w = *state;
    static const char lines[] = COMPLETED "\n{\"kind\":\"x\"}\r\n\n" COMPLETED "\n";
    int fd = dial(w);
    for (size_t i = 0; i < sizeof lines - 1; i += 7)
        say(fd, lines + i, sizeof lines - 1 - i < 7 ? sizeof lines - 1 - i : 7);
    assert_string_equal(hear(fd), "{\"ok\":true}");
    assert_non_null(strstr(hear(fd), "AW_EUNSUPPORTED"));
    assert_string_equal(hear(fd), "{\"ok\":true}");
    close(fd);
}

static void a_line_without_end_is_refused_and_cut_off(void **state)
{
    struct world *w = *state;
    size_t len = LIMIT_EVENT_JSON_BYTES + 4096u;
    char *bytes = malloc(len);
    memset(bytes, 'x', len);
    int fd = dial(w);
    for (size_t at = 0; at < len;) {
        ssize_t n = send(fd, bytes + at, len - at, MSG_NOSIGNAL);
        if (n <= 0)
            break; /* cut off while we were still talking */
        at += (size_t)n;
    }
    const char *answer = hear(fd);
    assert_true(strstr(answer, "AW_ELIMIT") != NULL || *answer == '\0');
    assert_string_equal(hear(fd), "");
    close(fd);
    free(bytes);
    fd = dial(w);
    assert_string_equal(ask(fd, COMPLETED), "{\"ok\":true}");
    close(fd);
}

static void more_clients_than_places_take_turns(void **state)
{
    struct world *w = *state;
    int fds[50];
    for (size_t i = 0; i < 50; i++)
        fds[i] = dial(w);
    for (size_t i = 0; i < 50; i++) {
        assert_string_equal(ask(fds[i], COMPLETED), "{\"ok\":true}");
        close(fds[i]);
    }
    assert_int_equal(events(w), 50);
}

static void a_client_that_goes_away_harms_nobody(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 20; i++) {
        int fd = dial(w);
        say(fd, COMPLETED "\n" COMPLETED "\n" COMPLETED, sizeof COMPLETED * 3 - 1);
        close(fd);
    }
    int fd = dial(w);
    assert_string_equal(ask(fd, COMPLETED), "{\"ok\":true}");
    close(fd);
}

static void the_socket_is_the_groups_and_goes_with_the_worker(void **state)
{
    struct world *w = *state;
    char path[160];
    struct stat st;
    aw_error err = AW_ERROR_INIT;
    snprintf(path, sizeof path, "%s/notify.sock", w->state);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0660);
    int fd = dial(w);
    notify_socket_close(w->socket); /* with a client connected */
    w->socket = NULL;
    assert_string_equal(hear(fd), "");
    close(fd);
    assert_int_not_equal(stat(path, &st), 0);

    /* What a killed worker left behind is replaced. */
    FILE *stale = fopen(path, "w");
    assert_non_null(stale);
    fclose(stale);
    assert_int_equal(notify_socket_open(w->aw, w->state, &w->socket, &err), AW_OK);
    fd = dial(w);
    assert_string_equal(ask(fd, COMPLETED), "{\"ok\":true}");
    close(fd);
}

static void a_path_that_no_socket_can_have_is_said_clearly(void **state)
{
    struct world *w = *state;
    struct notify_socket *s = NULL;
    aw_error err = AW_ERROR_INIT;
    char longer[200];
    memset(longer, 'd', sizeof longer - 1);
    longer[0] = '/';
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(notify_socket_open(w->aw, longer, &s, &err), AW_ELIMIT);
    assert_non_null(strstr(err.text, "too long"));
    assert_null(s);
    assert_int_equal(notify_socket_open(w->aw, "/nonexistent/dir", &s, &err), AW_ENOTFOUND);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(an_event_is_durable_when_it_is_answered),
        T(refusals_name_the_field_and_leave_the_connection),
        T(the_other_calls_work),
        T(lines_are_answered_in_order_however_they_are_cut),
        T(a_line_without_end_is_refused_and_cut_off),
        T(more_clients_than_places_take_turns),
        T(a_client_that_goes_away_harms_nobody),
        T(the_socket_is_the_groups_and_goes_with_the_worker),
        T(a_path_that_no_socket_can_have_is_said_clearly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
