// A process of its own that a test may kill, starve of disk, or strip of its rights.
//
//   journal_child append DIR NAME          appends for ever; "ack <place> <offset> <id>" for each acknowledgement
//   journal_child fill DIR NAME BYTES      the same, with files that may not grow beyond BYTES, until the journal
//   fails; then "fatal
//                                          <status>" and "after <status>", what an append is answered from then on
//   journal_child open DIR                 "open <status>"
//   journal_child open-as-nobody DIR       the same, without root's rights
#include <grp.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <random>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/check.h"
#include "libs/base/clock.h"
#include "libs/journal/embedded/child_records.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/record_format.h"

namespace whistle::journal {
namespace {

// One write, so that a line is in the pipe as a whole or not at all.
void Say(std::string line) {
  line = absl::StrCat(absl::StrReplaceAll(line, {{"\n", " "}}), "\n");
  WHISTLE_CHECK(write(STDOUT_FILENO, line.data(), line.size()) == static_cast<ssize_t>(line.size()), line);
}

EmbeddedOptions Options(const std::string& dir, const base::Clock& clock) {
  // Small, so that tables are written and merged all the time and a kill meets that too.
  return {.dir = dir, .clock = &clock, .memtable_bytes = 64 * 1024};
}

struct Progress {
  absl::Mutex mutex;
  int in_flight ABSL_GUARDED_BY(mutex) = 0;
  absl::Status failed ABSL_GUARDED_BY(mutex);
};

// Until the journal fails.
void AppendForEver(EmbeddedJournal& journal, const std::string& name, Progress& progress) {
  constexpr int kInFlightMax = 32;
  std::mt19937_64 random(std::hash<std::string>()(name));
  for (int64_t i = 0;; ++i) {
    {
      absl::MutexLock lock(&progress.mutex);
      const auto may_go = [&progress]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(progress.mutex) {
        return progress.in_flight < kInFlightMax;
      };
      progress.mutex.Await(absl::Condition(&may_go));
      if (!progress.failed.ok()) return;
      ++progress.in_flight;
    }
    const std::vector<base::PartitionId> partitions = AllPartitions(journal.identity().partition_count);
    const base::PartitionId partition = partitions[random() % partitions.size()];
    const std::string id = absl::StrCat(name, "-", i);
    journal.Append(partition, ChildRecord(id), [&progress, partition, id](absl::StatusOr<Appended> appended) {
      if (appended.ok()) Say(absl::StrCat("ack ", PlaceOf(partition), " ", appended->offset.value, " ", id));
      absl::MutexLock lock(&progress.mutex);
      --progress.in_flight;
      if (!appended.ok()) progress.failed = appended.status();
    });
  }
}

int Append(const std::string& dir, const std::string& name, bool until_full) {
  const base::RealClock clock;
  EmbeddedOptions options = Options(dir, clock);
  Progress progress;
  absl::Mutex mutex;
  absl::Status fatal;
  options.on_fatal = [&](const absl::Status& status) {
    absl::MutexLock lock(&mutex);
    fatal = status;
  };
  auto journal = EmbeddedJournal::Open(options);
  Say(absl::StrCat("open ", journal.status().ToString()));
  if (!journal.ok()) return 1;
  AppendForEver(**journal, name, progress);
  if (!until_full) return 1;
  {
    absl::MutexLock lock(&mutex);
    const auto told = [&fatal] { return !fatal.ok(); };
    mutex.Await(absl::Condition(&told));
    Say(absl::StrCat("fatal ", fatal.ToString()));
  }
  (*journal)->Append(base::PartitionId::Case(0), ChildRecord("after"), [](absl::StatusOr<Appended> appended) {
    Say(absl::StrCat("after ", appended.status().ToString()));
  });
  (*journal)->End(base::PartitionId::Case(0),
                  [](absl::StatusOr<base::Offset> end) { Say(absl::StrCat("end ", end.status().ToString())); });
  return 0;
}

int Open(const std::string& dir) {
  const base::RealClock clock;
  Say(absl::StrCat("open ", EmbeddedJournal::Open(Options(dir, clock)).status().ToString()));
  return 0;
}

int Main(int argc, char** argv) {
  WHISTLE_CHECK(argc >= 3, "journal_child MODE DIR …");
  const std::string mode = argv[1];
  const std::string dir = argv[2];
  if (mode == "append") return Append(dir, argv[3], /*until_full=*/false);
  if (mode == "fill") {
    uint64_t bytes = 0;
    WHISTLE_CHECK(argc == 5 && absl::SimpleAtoi(argv[4], &bytes), "fill DIR NAME BYTES");
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {bytes, bytes};
    WHISTLE_CHECK(setrlimit(RLIMIT_FSIZE, &limit) == 0, "setrlimit");
    return Append(dir, argv[3], /*until_full=*/true);
  }
  if (mode == "open-as-nobody" && geteuid() == 0) {
    constexpr int kNobody = 65534;
    WHISTLE_CHECK(setgroups(0, nullptr) == 0 && setgid(kNobody) == 0 && setuid(kNobody) == 0, "setuid");
  }
  return Open(dir);
}

}  // namespace
}  // namespace whistle::journal

int main(int argc, char** argv) { return whistle::journal::Main(argc, argv); }
