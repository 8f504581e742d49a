/* A machine whose clock is wrong, for one program: what it is told of the time is shifted, and how long it waits is not.
 *
 *   cc -shared -fPIC -O2 -o wrong_clock.so wrong_clock.c -ldl
 *   LD_PRELOAD=wrong_clock.so WRONG_CLOCK_SECONDS=86400 program
 *
 * Debian's faketime forgets some of the waits below, so that a program whose clock is a day ahead waits a day where it
 * meant 10 ms, and it hangs at the start of a program that is linked with jemalloc. The monotonic clock and the times of
 * files stay the machine's.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

/* Read without getenv's helpers: an allocator asks for the time before anything else has begun. */
static long shift_seconds(void) {
  static const char kName[] = "WRONG_CLOCK_SECONDS=";
  static long shift, known;
  if (!known && environ) {
    for (char** each = environ; *each; ++each) {
      if (strncmp(*each, kName, sizeof kName - 1) == 0) shift = strtol(*each + sizeof kName - 1, NULL, 10);
    }
    known = 1;
  }
  return shift;
}

/* The system call itself: looking a function up may allocate, and allocating may ask for the time. */
static long call(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

static int is_real(clockid_t clock) { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

int clock_gettime(clockid_t clock, struct timespec* now) {
  if (call(SYS_clock_gettime, clock, (long)now, 0, 0, 0, 0) != 0) return -1;
  if (is_real(clock)) now->tv_sec += shift_seconds();
  return 0;
}

int gettimeofday(struct timeval* restrict now, void* restrict zone) {
  (void)zone;
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t* now) {
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  if (now) *now = exact.tv_sec;
  return exact.tv_sec;
}

/* librdkafka's deadlines. The C library's own goes past clock_gettime above. */
int timespec_get(struct timespec* now, int base) {
  if (base != TIME_UTC || clock_gettime(CLOCK_REALTIME, now) != 0) return 0;
  return base;
}

static struct timespec without_shift(const struct timespec* deadline) {
  struct timespec result = *deadline;
  result.tv_sec -= shift_seconds();
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
  static long (*next)(long, ...);
  if (!next) next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
  struct timespec deadline;
  if (number == SYS_futex && (a[1] & FUTEX_CLOCK_REALTIME) && (a[1] & FUTEX_CMD_MASK) == FUTEX_WAIT_BITSET &&
      a[3] != 0) {
    deadline = without_shift((const struct timespec*)a[3]);
    a[3] = (long)&deadline;
  }
  return next(number, a[0], a[1], a[2], a[3], a[4], a[5]);
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

/* RocksDB. A condition may go by the monotonic clock, which counts from the machine's start: such a deadline is small. */
int pthread_cond_timedwait(pthread_cond_t* restrict condition, pthread_mutex_t* restrict mutex,
                           const struct timespec* restrict deadline) {
  static const time_t kYear2001 = 1000000000;
  static int (*next)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*);
  if (!next) {
    /* The one that takes what pthread_cond_init makes today; without its version an old one is found. */
    next = (int (*)(pthread_cond_t*, pthread_mutex_t*, const struct timespec*))dlvsym(
        RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  }
  const struct timespec real = deadline->tv_sec > kYear2001 ? without_shift(deadline) : *deadline;
  return next(condition, mutex, &real);
}
