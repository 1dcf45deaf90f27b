/*
 * usage: runs a command and says what it took. usage FILE COMMAND...: wall seconds, CPU seconds and
 * the peak of its memory in MiB into FILE. It is small itself, because the peak of a program begins
 * with that of the one that started it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

int main(int argc, char **argv)
{
	double start = seconds();
	struct rusage u;
	pid_t pid = argc > 2 ? fork() : -1;
	FILE *out;
	int status;

	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &u) < 0 || !(out = fopen(argv[1], "w")))
		return 2;
	fprintf(out, "%.6f %.6f %.2f\n", seconds() - start, of(u.ru_utime) + of(u.ru_stime),
		(double)u.ru_maxrss / 1024);
	return fclose(out) || !WIFEXITED(status) ? 2 : WEXITSTATUS(status);
}
