// One byte of the stored journal flips: it is noticed and named, or it did not matter. It is never served and nothing
// is ever missing in silence.
//
// WHISTLE_FLIPS sets how many places are tried (200), WHISTLE_SEED which ones. A failure keeps the journal.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/base/hash.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/test_folder.h"

namespace whistle::journal {
namespace {

namespace fs = std::filesystem;

using Contents = std::map<base::PartitionId, std::vector<StoredRecord>>;

int64_t NumberFrom(const char* variable, int64_t otherwise) {
  int64_t number = 0;
  const char* text = std::getenv(variable);
  return text != nullptr && absl::SimpleAtoi(text, &number) ? number : otherwise;
}

// Small enough a memtable that there are tables, compacted ones too, and a log that holds the last records.
EmbeddedOptions Options(const std::string& dir, const base::Clock& clock) {
  return {.dir = dir, .clock = &clock, .clock_kind = ClockKind::kVirtual, .memtable_bytes = 64 * 1024};
}

std::string Slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void FlipByte(const fs::path& path, size_t at, char with) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekg(static_cast<std::streamoff>(at));
  const char byte = static_cast<char>(file.get() ^ with);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
  ASSERT_TRUE(file.good()) << path;
}

size_t BytesInLogs(const std::string& dir) {
  size_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(fs::path(dir) / "store" / "db")) {
    if (entry.path().extension() == ".log") bytes += entry.file_size();
  }
  return bytes;
}

// Makes a journal in `dir` whose records are `contents`. Closing it writes no table, so its log is full as a killed
// process would leave it.
void Fill(const std::string& dir, const base::Clock& clock, Contents& contents) {
  auto journal = EmbeddedJournal::Open(Options(dir, clock));
  ASSERT_TRUE(journal.ok()) << journal.status();
  std::mt19937_64 random(19);
  for (int round = 0; round < 60 || BytesInLogs(dir) < 30'000; ++round) {
    std::vector<std::future<absl::StatusOr<Appended>>> outcomes;
    for (base::PartitionId partition : AllPartitions(16)) {
      std::string value(random() % 600, '\0');
      for (char& c : value) c = static_cast<char>(random());
      outcomes.push_back(StartAppend(**journal, partition, {absl::StrCat("case-", round), value, {{"ce_id", "x"}}}));
    }
    for (auto& outcome : outcomes) ASSERT_TRUE(Await(std::move(outcome)).ok());
  }
  for (base::PartitionId partition : AllPartitions(16)) contents[partition] = ReadAll(**journal, partition);
}

// The files of the image by what they are; what RocksDB only tells people (LOG) is not the journal.
std::map<std::string, std::vector<fs::path>> FilesByKind(const std::string& image) {
  std::map<std::string, std::vector<fs::path>> kinds;
  for (const auto& entry : fs::recursive_directory_iterator(image)) {
    if (!entry.is_regular_file() || entry.file_size() == 0) continue;
    const std::string name = entry.path().filename().string();
    const fs::path relative = fs::relative(entry.path(), image);
    if (absl::EndsWith(name, ".log")) {
      kinds["log"].push_back(relative);
    } else if (absl::EndsWith(name, ".sst")) {
      kinds["table"].push_back(relative);
    } else if (absl::StartsWith(name, "MANIFEST")) {
      kinds["manifest"].push_back(relative);
    } else if (name == "CURRENT") {
      kinds["current"].push_back(relative);
    } else if (name == "mark") {
      kinds["mark"].push_back(relative);
    } else if (!absl::StartsWith(name, "LOG")) {
      kinds["other"].push_back(relative);
    }
  }
  return kinds;
}

struct Place {
  std::string kind;
  fs::path file;
  size_t at = 0;
  char with = 1;
};

Place RandomPlace(const std::string& image, const std::map<std::string, std::vector<fs::path>>& kinds,
                  std::mt19937_64& random) {
  // How often each kind is hit, of 20: the large ones most, and the small ones that all depends on often enough.
  constexpr std::pair<const char*, int> kWeights[] = {{"log", 6},     {"table", 6}, {"manifest", 3},
                                                      {"current", 1}, {"mark", 3},  {"other", 1}};
  int choice = static_cast<int>(random() % 20);
  Place place;
  for (const auto& [kind, weight] : kWeights) {
    place.kind = kind;
    choice -= weight;
    if (choice < 0) break;
  }
  const std::vector<fs::path>& files = kinds.at(place.kind);
  place.file = files[random() % files.size()];
  const std::string bytes = Slurp(fs::path(image) / place.file);
  // Not in the zeros that a file is padded with: they are no part of what is stored, and would be the easy half.
  do {
    place.at = random() % bytes.size();
  } while (bytes[place.at] == '\0' && random() % 8 != 0);
  place.with = static_cast<char>(1 + random() % 255);
  return place;
}

// Everything under store/ but what RocksDB tells people.
std::string DigestOfStore(const std::string& dir) {
  std::map<std::string, std::string> digests;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(dir) / "store")) {
    if (!entry.is_regular_file() || absl::StartsWith(entry.path().filename().string(), "LOG")) continue;
    digests[entry.path().string()] = base::Sha256(Slurp(entry.path())).ToHex();
  }
  std::string all;
  for (const auto& [name, digest] : digests) absl::StrAppend(&all, name, " ", digest, "\n");
  return all;
}

enum class Outcome { kRefusedAtOpen, kRefusedAtRead, kHarmless };

Outcome Try(const std::string& dir, const base::Clock& clock, const Contents& contents) {
  const std::string before = DigestOfStore(dir);
  auto journal = EmbeddedJournal::Open(Options(dir, clock));
  if (!journal.ok()) {
    EXPECT_EQ(journal.status().code(), absl::StatusCode::kDataLoss) << journal.status();
    EXPECT_THAT(std::string(journal.status().message()), testing::HasSubstr(dir)) << "the message names the place";
    EXPECT_EQ(DigestOfStore(dir), before) << "a journal that is refused must be left as it was";
    return Outcome::kRefusedAtOpen;
  }
  bool refused = false;
  for (const auto& [partition, expected] : contents) {
    const auto reader = (*journal)->OpenReader(partition, base::Offset{0}, [] {});
    EXPECT_TRUE(reader.ok()) << reader.status();
    if (!reader.ok()) continue;
    size_t next = 0;
    while (true) {
      const auto records = (*reader)->Read({.records_max = 10, .bytes_max = 1 << 20});
      if (!records.ok()) {
        EXPECT_EQ(records.status().code(), absl::StatusCode::kDataLoss) << records.status();
        EXPECT_THAT(std::string(records.status().message()), testing::HasSubstr(absl::StrCat("offset ")));
        EXPECT_EQ((*reader)->Read({}).status(), records.status()) << "a reader that met damage stays dead";
        refused = true;
        break;
      }
      if (records->empty()) {
        EXPECT_EQ(next, expected.size()) << "partition " << partition << " is shorter or longer than it was";
        break;
      }
      for (const StoredRecord& record : *records) {
        EXPECT_LT(next, expected.size());
        if (next >= expected.size()) break;
        EXPECT_EQ(record.offset, expected[next].offset);
        EXPECT_EQ(record.stamp, expected[next].stamp);
        EXPECT_EQ(record.record.key, expected[next].record.key);
        EXPECT_EQ(record.record.value, expected[next].record.value);
        EXPECT_EQ(record.record.headers, expected[next].record.headers);
        ++next;
      }
    }
  }
  return refused ? Outcome::kRefusedAtRead : Outcome::kHarmless;
}

TEST(FlippedBytesTest, EachIsNamedOrHarmlessAndNeverServed) {
  const int64_t flips = NumberFrom("WHISTLE_FLIPS", 200);
  const int64_t seed = NumberFrom("WHISTLE_SEED", 20);
  TestFolder folder;
  const base::VirtualClock clock(absl::FromUnixSeconds(1'240'000'000));
  const std::string image = folder.path() + "/image";
  Contents contents;
  ASSERT_NO_FATAL_FAILURE(Fill(image, clock, contents));
  const auto kinds = FilesByKind(image);
  for (const char* kind : {"log", "table", "manifest", "current", "mark", "other"}) {
    ASSERT_TRUE(kinds.contains(kind)) << "the image must have a " << kind;
  }

  std::mt19937_64 random(seed);
  std::map<std::string, std::map<Outcome, int>> counts;
  for (int64_t i = 0; i < flips; ++i) {
    const Place place = RandomPlace(image, kinds, random);
    SCOPED_TRACE(absl::StrCat("WHISTLE_SEED=", seed, " flip ", i, ": ", place.file.string(), " at ", place.at, " xor ",
                              static_cast<int>(static_cast<unsigned char>(place.with))));
    const std::string victim = folder.path() + "/victim";
    fs::remove_all(victim);
    fs::copy(image, victim, fs::copy_options::recursive);
    ASSERT_NO_FATAL_FAILURE(FlipByte(fs::path(victim) / place.file, place.at, place.with));
    ++counts[place.kind][Try(victim, clock, contents)];
    if (HasFailure()) {
      // Journals differ in their uuid and times, so the seed alone would not bring this one back.
      folder.Keep();
      FAIL() << "the journal before the flip is kept in " << image;
    }
  }

  std::map<Outcome, int> sums;
  std::string by_kind;
  for (auto& [kind, outcomes] : counts) {
    absl::StrAppend(&by_kind, "; ", kind, " ", outcomes[Outcome::kRefusedAtOpen], "/",
                    outcomes[Outcome::kRefusedAtRead], "/", outcomes[Outcome::kHarmless]);
    for (const auto& [outcome, count] : outcomes) sums[outcome] += count;
  }
  std::printf("%s\n", absl::StrCat(flips, " flipped bytes: ", sums[Outcome::kRefusedAtOpen], " refused at open, ",
                                   sums[Outcome::kRefusedAtRead], " at read, ", sums[Outcome::kHarmless],
                                   " harmless, 0 served altered, 0 silently shorter (open/read/harmless", by_kind, ")")
                          .c_str());
}

TEST(FlippedBytesTest, EveryByteOfTheMarkMayFlip) {
  TestFolder folder;
  const base::VirtualClock clock(absl::FromUnixSeconds(1'240'000'000));
  const std::string image = folder.path() + "/image";
  Contents contents;
  ASSERT_NO_FATAL_FAILURE(Fill(image, clock, contents));
  const std::string whole = Slurp(image + "/store/mark");
  const std::string victim = folder.path() + "/mark";
  for (size_t at = 0; at < whole.size(); at += whole[at] == '\0' ? 97 : 1) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x10);
    std::ofstream(victim, std::ios::binary | std::ios::trunc) << flipped;
    const auto mark = MarkFile::Open(victim);
    ASSERT_TRUE(mark.ok()) << "at " << at << ": one damaged slot leaves the other: " << mark.status();
    for (size_t i = 0; i < contents.size(); ++i) {
      const auto& records = contents.at(AllPartitions(16)[i]);
      EXPECT_LE((*mark)->mark().ends[i].value, static_cast<int64_t>(records.size())) << "at " << at;
      EXPECT_GE((*mark)->mark().ends[i].value, static_cast<int64_t>(records.size()) - 1) << "at " << at;
    }
  }
}

}  // namespace
}  // namespace whistle::journal
