// Another process at a projection store, for tests of RocksStore: something to kill, to be locked out by, to be
// refused.
//
//   projection_store_child write DIR               commits NthCommit after NthCommit, one byte on stdout after each
//   projection_store_child exchange DIR            builds the same store beside, lets it serve, deletes the old one,
//   again
//                                                  and again; one byte on stdout after each step
//   projection_store_child hold DIR                opens, one byte on stdout, keeps it open until stdin ends
//   projection_store_child open-unprivileged DIR   opens as nobody and prints the status
#include <grp.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "libs/projection/rocks_store.h"
#include "libs/projection/store_testing.h"

namespace whistle::projection {
namespace {

constexpr uid_t kNobody = 65534;

bool Say(char byte) { return write(STDOUT_FILENO, &byte, 1) == 1; }

// What a rebuild does to the folder.
int ExchangeForEver(std::unique_ptr<RocksStore> store) {
  const uint64_t commits = CommitsIn(*store);
  while (true) {
    absl::StatusOr<std::unique_ptr<RocksStore>> next = store->OpenBeside();
    if (!next.ok() || !Say('.')) break;
    for (uint64_t n = 1; n <= commits; ++n) {
      if (!(*next)->Commit(NthCommit(n)).ok()) return 1;
    }
    if (!Say('.') || !(*next)->Serve().ok() || !Say('.')) break;
    store = *std::move(next);
    if (!store->DiscardKept().ok() || !Say('.')) break;
  }
  return 1;
}

int Main(const std::string& mode, const std::string& dir) {
  if (mode == "open-unprivileged" && geteuid() == 0) {
    if (setgroups(0, nullptr) != 0 || setgid(kNobody) != 0 || setuid(kNobody) != 0) return 2;
  }
  absl::StatusOr<std::unique_ptr<RocksStore>> store = RocksStore::Open({.dir = dir, .fold_fingerprint = "test-1"});
  if (mode == "open-unprivileged") {
    std::cout << store.status() << std::endl;
    return 0;
  }
  if (!store.ok()) {
    std::cerr << store.status() << std::endl;
    return 1;
  }
  if (mode == "hold") {
    char byte;
    return Say('.') && read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 1;
  }
  if (mode == "exchange") return ExchangeForEver(*std::move(store));
  for (uint64_t n = CommitsIn(**store) + 1;; ++n) {
    const absl::Status status = (*store)->Commit(NthCommit(n));
    if (!status.ok()) {
      std::cerr << status << std::endl;
      return 1;
    }
    if (!Say('.')) return 1;
  }
}

}  // namespace
}  // namespace whistle::projection

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: projection_store_child write|exchange|hold|open-unprivileged DIR" << std::endl;
    return 2;
  }
  return whistle::projection::Main(argv[1], argv[2]);
}
