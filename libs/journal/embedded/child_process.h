// journal_child as a test sees it: a process to start, to listen to, and to kill.
#ifndef WHISTLE_LIBS_JOURNAL_EMBEDDED_CHILD_PROCESS_H_
#define WHISTLE_LIBS_JOURNAL_EMBEDDED_CHILD_PROCESS_H_

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace whistle::journal {

// One thread at a time. Killed, if it still runs, when it goes out of scope.
class ChildProcess {
 public:
  // Starts journal_child with `arguments`.
  explicit ChildProcess(const std::vector<std::string>& arguments);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  // The next whole line it said; nothing when it is gone and all it said was read.
  std::optional<std::string> ReadLine();
  std::vector<std::string> ReadAllLines();

  // kill -9, and waits until it is gone.
  void Kill();

 private:
  void Reap();

  pid_t pid_ = -1;
  int out_ = -1;
  std::string unread_;
};

}  // namespace whistle::journal

#endif  // WHISTLE_LIBS_JOURNAL_EMBEDDED_CHILD_PROCESS_H_
