/* Stands in for a parser that footage has taken over: before FFmpeg reads a file's streams, it tries everything that the
 * process should not be able to do and says on a descriptor of its own what came of it, one line each:
 * process, attempt, 0 or the number of the error. Preloaded; named by the environment are the descriptor (TRY_REPORT), a
 * folder (TRY_FOLDER) with the files `secret` and `victim`, the footage (TRY_FOOTAGE), and how to come to grief instead
 * (TRY_END). */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int report = -1;
static const char *folder;

static void say(const char *attempt, int failed) {
    char line[200];
    int length = snprintf(line, sizeof line, "%d %s %d\n", (int)getpid(), attempt, failed ? errno ? errno : EIO : 0);
    if (write(report, line, length) != length) _exit(70);
    errno = 0;
}

static const char *in(const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void open_as(const char *attempt, const char *path, int flags) {
    int fd = open(path, flags, 0600);
    say(attempt, fd < 0);
    if (fd >= 0) close(fd);
}

static void *thread(void *unused) {
    open_as("read-in-a-thread", in("secret"), O_RDONLY);
    return unused;
}

static void files(void) {
    char other[4096], parent[64];
    open_as("read", in("secret"), O_RDONLY);
    open_as("make", in("made"), O_CREAT | O_WRONLY);
    open_as("change-footage", getenv("TRY_FOOTAGE"), O_WRONLY);
    snprintf(parent, sizeof parent, "/proc/%d/environ", (int)getppid());
    open_as("look-at-the-parent", parent, O_RDONLY);
    DIR *list = opendir(folder);
    say("list", !list);
    if (list) closedir(list);
    say("truncate", truncate(in("victim"), 3));
    strcpy(other, in("renamed"));
    say("rename", rename(in("victim"), other));
    say("delete", unlink(in("renamed")));
    say("make-a-folder", mkdir(in("below"), 0700));
    say("link", symlink("/etc", in("link")));
}

static void others(void) {
    struct rlimit limit = {0};
    int pid = fork();
    if (pid == 0) _exit(0);
    say("fork", pid < 0);
    if (pid > 0) waitpid(pid, NULL, 0);
    /* Where it is allowed, there is no such program; where not, it says so first. */
    char *none[] = {NULL};
    execve("/no/such/program", none, none);
    say("run-a-program", errno != ENOENT);
    say("signal-the-parent", kill(getppid(), 0));
    errno = 0;
    ptrace(PTRACE_PEEKUSER, getppid(), 0, 0);
    say("trace-the-parent", errno != ESRCH);
    say("leave-its-group", unshare(CLONE_FS));
    getrlimit(RLIMIT_NOFILE, &limit);
    say("set-limits", setrlimit(RLIMIT_NOFILE, &limit));
}

static void network(void) {
    int kinds[4][2] = {{AF_INET, SOCK_STREAM}, {AF_INET6, SOCK_DGRAM}, {AF_UNIX, SOCK_STREAM}, {AF_NETLINK, SOCK_RAW}};
    const char *names[] = {"connect-tcp", "connect-udp", "connect-unix", "connect-netlink"};
    for (int i = 0; i < 4; i++) {
        int fd = socket(kinds[i][0], kinds[i][1], 0);
        say(names[i], fd < 0);
        if (fd >= 0) close(fd);
    }
}

static void memory(void) {
    struct rlimit limit = {0};
    void *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say("make-code", code == MAP_FAILED);
    void *data = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    say("turn-data-into-code", mprotect(data, 4096, PROT_READ | PROT_EXEC));
    void *much = mmap(NULL, 1UL << 39, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    say("take-all-memory", much == MAP_FAILED);
    if (much != MAP_FAILED) munmap(much, 1UL << 39);
    getrlimit(RLIMIT_CORE, &limit);
    errno = EPERM;
    say("leave-a-core", limit.rlim_cur == 0);
}

static void come_to_grief(const char *how) {
    if (!strcmp(how, "crash")) *(volatile int *)8 = 1;
    if (!strcmp(how, "abort")) abort();
    if (!strcmp(how, "exit")) _exit(0);
    if (!strcmp(how, "hang")) for (;;) sleep(1);
}

int avformat_find_stream_info(void *context, void **options) {
    static int tried;
    if (!tried++) {
        pthread_t other;
        report = atoi(getenv("TRY_REPORT"));
        folder = getenv("TRY_FOLDER");
        say("begin", 0);
        if (getenv("TRY_END")) come_to_grief(getenv("TRY_END"));
        files();
        others();
        network();
        memory();
        if (!pthread_create(&other, NULL, thread, NULL)) pthread_join(other, NULL);
        say("end", 0);
    }
    int (*real)(void *, void **) = (int (*)(void *, void **))dlsym(RTLD_NEXT, "avformat_find_stream_info");
    return real(context, options);
}
