// A clock that a file sets, for programs that libfaketime cannot run with (it needs memory while jemalloc makes some): the
// time of gettimeofday() is so many seconds later as the file at CHAOS_CLOCK says.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

int gettimeofday(struct timeval *time, void *zone) {
  int result = syscall(SYS_gettimeofday, time, zone);
  const char *path = getenv("CHAOS_CLOCK");
  int file = path ? open(path, O_RDONLY) : -1;
  if (file < 0) return result;
  char text[16] = {0};
  if (read(file, text, sizeof text - 1) > 0) time->tv_sec += strtol(text, 0, 10);
  close(file);
  return result;
}
