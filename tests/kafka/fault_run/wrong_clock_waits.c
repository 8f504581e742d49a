/* libfaketime shifts what the clock says, and with it every absolute time that a program computes from it. It takes the
 * shift off again in the waits that it knows; these it does not know. Without this a program whose clock is a day ahead
 * waits a day where it meant 10 ms, which no wrong clock of a real machine does.
 *
 *   cc -shared -fPIC -O2 -o waits.so wrong_clock_waits.c -ldl
 *   LD_PRELOAD=waits.so:libfaketimeMT.so.1 FAKETIME=+86400s FAKETIME_DONT_FAKE_MONOTONIC=1 program
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <sys/syscall.h>
#include <threads.h>
#include <time.h>

typedef long (*Syscall)(long, ...);

/* The function that the one below stands before. */
static Syscall next_syscall(void) {
  static Syscall next;
  if (!next) next = (Syscall)dlsym(RTLD_NEXT, "syscall");
  return next;
}

static struct timespec without_shift(const struct timespec* deadline) {
  struct timespec said, is, result = *deadline;
  clock_gettime(CLOCK_REALTIME, &said);
  /* libfaketime knows the function, not the system call. */
  if (next_syscall()(SYS_clock_gettime, (long)CLOCK_REALTIME, (long)&is) != 0) return result;
  result.tv_sec -= said.tv_sec - is.tv_sec;
  result.tv_nsec -= said.tv_nsec - is.tv_nsec;
  if (result.tv_nsec < 0) {
    result.tv_nsec += 1000000000;
    --result.tv_sec;
  } else if (result.tv_nsec >= 1000000000) {
    result.tv_nsec -= 1000000000;
    ++result.tv_sec;
  }
  if (result.tv_sec < 0) result.tv_sec = result.tv_nsec = 0;
  return result;
}

/* absl::Mutex and absl::CondVar. */
long syscall(long number, ...) {
  va_list list;
  va_start(list, number);
  long a[6];
  for (int i = 0; i < 6; ++i) a[i] = va_arg(list, long);
  va_end(list);
  struct timespec deadline;
  if (number == SYS_futex && (a[1] & FUTEX_CLOCK_REALTIME) && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
      a[3] != 0) {
    deadline = without_shift((const struct timespec*)a[3]);
    a[3] = (long)&deadline;
  }
  return next_syscall()(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

/* librdkafka, where it is built on C11's threads. */
int cnd_timedwait(cnd_t* restrict condition, mtx_t* restrict mutex, const struct timespec* restrict deadline) {
  static int (*next)(cnd_t*, mtx_t*, const struct timespec*);
  if (!next) next = (int (*)(cnd_t*, mtx_t*, const struct timespec*))dlsym(RTLD_NEXT, "cnd_timedwait");
  const struct timespec real = without_shift(deadline);
  return next(condition, mutex, &real);
}

/* std::condition_variable::wait_until with the system's clock. */
int pthread_cond_clockwait(pthread_cond_t* restrict condition, pthread_mutex_t* restrict mutex, clockid_t clock,
                           const struct timespec* restrict deadline) {
  static int (*next)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*);
  if (!next) {
    next = (int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const struct timespec*))dlsym(
        RTLD_NEXT, "pthread_cond_clockwait");
  }
  if (clock != CLOCK_REALTIME) return next(condition, mutex, clock, deadline);
  const struct timespec real = without_shift(deadline);
  return next(condition, mutex, clock, &real);
}
