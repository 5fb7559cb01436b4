/* Runs a command in a process group of its own, under limits, and writes down how it ended and what it took:
   cage MEGABYTES CPU_SECONDS SECONDS REPORT COMMAND...
   The report: exit status or -1, signal or 0, whether it was out of time, largest resident set in kB,
   whether anything of the group still lived after it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static pid_t child;
static volatile sig_atomic_t late;

static void out_of_time(int signal) {
    (void)signal;
    late = 1;
    kill(-child, SIGKILL);
}

static void limit(int what, rlim_t most) {
    struct rlimit both = {most, most + 5}; /* beyond the second there is no telling why */
    setrlimit(what, &both);
}

int main(int count, char **words) {
    if (count < 6) return 2;
    child = fork();
    if (child < 0) return 2;
    if (child == 0) {
        setpgid(0, 0);
        limit(RLIMIT_AS, (rlim_t)atol(words[1]) << 20);
        limit(RLIMIT_CPU, (rlim_t)atol(words[2]));
        limit(RLIMIT_CORE, 0);
        execv(words[5], words + 5);
        _exit(127);
    }
    setpgid(child, child);
    signal(SIGALRM, out_of_time);
    alarm((unsigned)atol(words[3]));
    int status = 0;
    struct rusage used;
    while (wait4(child, &status, 0, &used) < 0 && errno == EINTR) {}
    alarm(0);
    int left = kill(-child, SIGKILL) == 0;
    FILE *report = fopen(words[4], "w");
    if (!report) return 2;
    fprintf(report, "%d %d %d %ld %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
            WIFSIGNALED(status) ? WTERMSIG(status) : 0, (int)late, used.ru_maxrss, left);
    return fclose(report) ? 2 : 0;
}
