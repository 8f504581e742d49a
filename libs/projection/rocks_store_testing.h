// What tests of RocksStore share: a store in a folder, what it must hold, and another process at it.
#ifndef WHISTLE_LIBS_PROJECTION_ROCKS_STORE_TESTING_H_
#define WHISTLE_LIBS_PROJECTION_ROCKS_STORE_TESTING_H_

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/projection/memory_store.h"
#include "libs/projection/rocks_store.h"
#include "libs/projection/rows.h"
#include "libs/projection/store_testing.h"

namespace whistle::projection {

inline absl::StatusOr<std::unique_ptr<RocksStore>> Open(const std::string& dir,
                                                        const std::string& fingerprint = "test-1") {
  return RocksStore::Open({.dir = dir, .fold_fingerprint = fingerprint});
}

inline std::string Message(const absl::Status& status) { return std::string(status.message()); }

// By family name, in order.
inline std::vector<std::string> Digests(const Store& store) {
  std::vector<std::string> digests;
  for (const absl::string_view family : kFamilyNames) {
    digests.push_back(absl::StrCat(family, " ", Must(store.ColumnFamilyDigest(family))));
  }
  return digests;
}

inline void CommitNth(Store& store, uint64_t from, uint64_t to) {
  for (uint64_t n = from; n <= to; ++n) {
    const absl::Status status = store.Commit(NthCommit(n));
    ASSERT_TRUE(status.ok()) << status;
  }
}

inline void Write(const std::string& path, absl::string_view text) { std::ofstream(path, std::ios::binary) << text; }

inline std::string Read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

inline std::vector<std::string> Files(const std::string& dir, absl::string_view with) {
  std::vector<std::string> out;
  for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator(dir)) {
    const std::string name = entry.path().filename().string();
    if (absl::StrContains(name, with)) out.push_back(entry.path().string());
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Another process at the store (store_child.cc). Killed at the end if it still runs.
class Child {
 public:
  Child(const std::string& mode, const std::string& dir) {
    int in[2], out[2];
    EXPECT_EQ(pipe2(in, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(out, O_CLOEXEC), 0);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    std::string program = PROJECTION_STORE_CHILD, arg1 = mode, arg2 = dir;
    char* argv[] = {program.data(), arg1.data(), arg2.data(), nullptr};
    EXPECT_EQ(posix_spawn(&pid_, program.c_str(), &actions, nullptr, argv, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    close(in[0]);
    close(out[1]);
    stdin_ = in[1];
    stdout_ = out[0];
  }

  ~Child() {
    if (pid_ > 0) Kill();
    if (stdin_ >= 0) close(stdin_);
    close(stdout_);
  }

  // Waits until the child has written `count` bytes.
  void AwaitBytes(size_t count) {
    char byte;
    for (size_t i = 0; i < count; ++i) ASSERT_EQ(read(stdout_, &byte, 1), 1) << "the child ended early";
  }

  std::string ReadAll() {
    std::string all;
    char byte;
    while (read(stdout_, &byte, 1) == 1) all.push_back(byte);
    return all;
  }

  void Kill() {
    kill(pid_, SIGKILL);
    Wait();
  }

  // Ends the child's stdin and waits for its end. Its exit status.
  int Finish() {
    close(stdin_);
    stdin_ = -1;
    return Wait();
  }

  pid_t pid() const { return pid_; }

 private:
  int Wait() {
    int status = 0;
    EXPECT_EQ(waitpid(pid_, &status, 0), pid_);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  pid_t pid_ = -1;
  int stdin_ = -1;
  int stdout_ = -1;
};

// A folder for a store that is not there yet.
class RocksStoreTest : public testing::Test {
 protected:
  // Commits 1 to n, on a closed store.
  void Fill(uint64_t n) {
    const std::unique_ptr<RocksStore> store = Must(Open(dir_));
    CommitNth(*store, CommitsIn(*store) + 1, n);
  }

  static std::vector<std::string> DigestsInMemory(uint64_t n) {
    MemoryStore store;
    CommitNth(store, 1, n);
    return Digests(store);
  }

  TempFolder temp_;
  std::string dir_ = temp_.path() + "/a/store";
};

}  // namespace whistle::projection

#endif  // WHISTLE_LIBS_PROJECTION_ROCKS_STORE_TESTING_H_
