// A process that the bench started, and ends.
#ifndef WHISTLE_TESTS_BENCH_CHILD_H_
#define WHISTLE_TESTS_BENCH_CHILD_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace whistle::bench {

// One thread. Killed, if it still runs, when it goes out of scope.
class Child {
 public:
  // Starts the program with its arguments; its output goes into `log_file`.
  Child(const std::vector<std::string>& command, const std::string& log_file);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // False once it ended by itself.
  bool IsRunning();
  // SIGTERM, and waits; the exit status, or -1 if a signal ended it.
  int Stop();

 private:
  pid_t pid_ = -1;
};

// A port on 127.0.0.1 that nobody listens on now.
int FreePort();
// Whether somebody does.
bool CanConnect(int port);

}  // namespace whistle::bench

#endif  // WHISTLE_TESTS_BENCH_CHILD_H_
