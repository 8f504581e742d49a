// kill -9 at any moment: nothing acknowledged is lost, nothing is there twice, and a journal is made as a whole or not
// at all.
//
// WHISTLE_KILLS sets the rounds (10), WHISTLE_SEED the moments.
#include <cstdlib>
#include <filesystem>
#include <map>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/embedded/child_process.h"
#include "libs/journal/embedded/child_records.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/record_format.h"
#include "libs/journal/embedded/test_folder.h"

namespace whistle::journal {
namespace {

namespace fs = std::filesystem;

int64_t NumberFrom(const char* variable, int64_t otherwise) {
  int64_t number = 0;
  const char* text = std::getenv(variable);
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

// Place in AllPartitions and offset -> id.
using Acknowledged = std::map<std::pair<size_t, int64_t>, std::string>;

// Adds what an "ack" line says; true if it was one.
bool Note(const std::string& line, Acknowledged& acknowledged) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  if (words.size() != 4 || words[0] != "ack") return false;
  size_t place = 0;
  int64_t offset = 0;
  EXPECT_TRUE(absl::SimpleAtoi(words[1], &place) && absl::SimpleAtoi(words[2], &offset)) << line;
  EXPECT_TRUE(acknowledged.try_emplace({place, offset}, words[3]).second) << "one place acknowledged twice: " << line;
  return true;
}

// Everything acknowledged is where it was acknowledged; nothing is there twice; nothing is there that was never sent.
void Check(const std::string& dir, const Acknowledged& acknowledged) {
  const base::RealClock clock;
  const auto journal = EmbeddedJournal::Open({.dir = dir, .clock = &clock, .memtable_bytes = 64 * 1024});
  ASSERT_TRUE(journal.ok()) << journal.status();
  Acknowledged missing = acknowledged;
  std::set<std::string> ids;
  for (base::PartitionId partition : AllPartitions(16)) {
    for (const StoredRecord& stored : ReadAll(**journal, partition, 1)) {
      const std::string& id = stored.record.key;
      EXPECT_TRUE(ids.insert(id).second) << id << " is there twice";
      EXPECT_EQ(stored.record.value, ChildRecord(id).value) << id;
      const auto found = missing.find({PlaceOf(partition), stored.offset.value});
      if (found == missing.end()) continue;  // Written, and killed before it was acknowledged.
      EXPECT_EQ(found->second, id);
      missing.erase(found);
    }
  }
  EXPECT_TRUE(missing.empty()) << missing.size() << " acknowledged records are lost, the first: partition "
                               << missing.begin()->first.first << " offset " << missing.begin()->first.second;
}

template <typename Condition>
testing::AssertionResult Await(Condition condition) {
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (!condition()) {
    if (absl::Now() > deadline) return testing::AssertionFailure() << "waited 30 s in vain";
    std::this_thread::yield();
  }
  return testing::AssertionSuccess();
}

TEST(CrashTest, KillingTheProcessLosesNothingAcknowledged) {
  const int64_t kills = NumberFrom("WHISTLE_KILLS", 10);
  const int64_t seed = NumberFrom("WHISTLE_SEED", 9);
  std::mt19937_64 random(seed);
  TestFolder folder;
  const std::string dir = folder.NewPath();
  Acknowledged acknowledged;
  for (int64_t round = 0; round < kills; ++round) {
    SCOPED_TRACE(absl::StrCat("WHISTLE_SEED=", seed, " round ", round));
    ChildProcess child({"append", dir, absl::StrCat("r", round)});
    ASSERT_EQ(child.ReadLine(), "open OK");
    const size_t enough = acknowledged.size() + 1 + random() % 1500;
    while (acknowledged.size() < enough) {
      const std::optional<std::string> line = child.ReadLine();
      ASSERT_TRUE(line.has_value()) << "the child died by itself";
      ASSERT_TRUE(Note(*line, acknowledged)) << *line;
    }
    child.Kill();
    // What it said before it died counts too.
    for (const std::string& line : child.ReadAllLines()) Note(line, acknowledged);
    ASSERT_NO_FATAL_FAILURE(Check(dir, acknowledged));
  }
  std::printf("%ld kills, %zu records acknowledged, none lost\n", static_cast<long>(kills), acknowledged.size());
}

TEST(CrashTest, KillingTheProcessWhileItOpensLosesNothingEither) {
  TestFolder folder;
  const std::string dir = folder.NewPath();
  Acknowledged acknowledged;
  {
    ChildProcess child({"append", dir, "first"});
    ASSERT_EQ(child.ReadLine(), "open OK");
    while (acknowledged.size() < 300) ASSERT_TRUE(Note(*child.ReadLine(), acknowledged));
    child.Kill();
    for (const std::string& line : child.ReadAllLines()) Note(line, acknowledged);
  }
  // RocksDB writes a table, a manifest and a new log when it recovers; the kill comes at the n-th change of what files
  // there are.
  for (int changes = 1; changes <= 6; ++changes) {
    SCOPED_TRACE(changes);
    auto names = FilesIn(dir);
    ChildProcess child({"append", dir, absl::StrCat("again", changes)});
    for (int i = 0; i < changes; ++i) {
      auto now = names;
      ASSERT_TRUE(Await([&] {
        now = FilesIn(dir);
        return now != names;
      }));
      names = std::move(now);
    }
    child.Kill();
    for (const std::string& line : child.ReadAllLines()) Note(line, acknowledged);
    const std::string image = folder.NewPath();
    fs::copy(dir, image, fs::copy_options::recursive);
    ASSERT_NO_FATAL_FAILURE(Check(image, acknowledged));
  }
}

TEST(CrashTest, AMakingThatIsKilledIsMadeAnewAsAWhole) {
  for (const char* stage : {"lock", "store.making", "store.making/db/CURRENT", "store.making/mark", "store"}) {
    SCOPED_TRACE(stage);
    TestFolder folder;
    const std::string dir = folder.NewPath();
    {
      ChildProcess child({"open", dir});
      // The child may be past the stage before it is seen there; then it is killed a little later, which is a moment
      // too.
      ASSERT_TRUE(Await([&] { return fs::exists(fs::path(dir) / stage) || fs::exists(fs::path(dir) / "store"); }));
      child.Kill();
    }
    const base::RealClock clock;
    const auto journal = EmbeddedJournal::Open({.dir = dir, .clock = &clock});
    ASSERT_TRUE(journal.ok()) << journal.status();
    for (base::PartitionId partition : AllPartitions(16)) EXPECT_EQ(EndOf(**journal, partition), 1);
    EXPECT_FALSE(fs::exists(fs::path(dir) / "store.making"));
  }
}

}  // namespace
}  // namespace whistle::journal
