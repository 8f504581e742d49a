// What is refused at open, and what it says; what is taken as it is.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/clock.h"
#include "libs/journal/conformance/calls.h"
#include "libs/journal/embedded/child_process.h"
#include "libs/journal/embedded/embedded_journal.h"
#include "libs/journal/embedded/mark.h"
#include "libs/journal/embedded/store.h"
#include "libs/journal/embedded/test_folder.h"
#include "libs/journal/genesis.h"
#include "rocksdb/db.h"

namespace whistle::journal {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

const base::PartitionId kPartition = base::PartitionId::Case(11);

class OpenTest : public testing::Test {
 protected:
  EmbeddedOptions Options() const { return {.dir = dir_, .clock = &clock_, .clock_kind = ClockKind::kVirtual}; }

  std::unique_ptr<EmbeddedJournal> Open() {
    auto journal = EmbeddedJournal::Open(Options());
    EXPECT_TRUE(journal.ok()) << journal.status();
    return journal.ok() ? *std::move(journal) : nullptr;
  }
  absl::Status Refusal() { return Refusal(Options()); }
  absl::Status Refusal(EmbeddedOptions options) { return EmbeddedJournal::Open(std::move(options)).status(); }

  // A journal with `count` records in kPartition, closed.
  void Make(int count) {
    const auto journal = Open();
    ASSERT_NE(journal, nullptr);
    for (int i = 1; i <= count; ++i) {
      ASSERT_TRUE(AppendAndWait(*journal, kPartition, {"case", std::to_string(i), {}}).ok());
    }
  }

  std::string Path(const std::string& name) const { return absl::StrCat(dir_, "/", name); }

  TestFolder folder_;
  const std::string dir_ = folder_.NewPath();
  base::VirtualClock clock_{absl::FromUnixSeconds(1'240'000'000)};
};

void Overwrite(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::string Slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// The one file of RocksDB whose name ends with `suffix` and that holds something.
std::string OnlyFile(const std::string& db, const std::string& suffix) {
  std::string found;
  for (const auto& entry : fs::directory_iterator(db)) {
    if (entry.path().extension() != suffix || entry.file_size() == 0) continue;
    EXPECT_EQ(found, "") << "more than one " << suffix;
    found = entry.path().string();
  }
  EXPECT_NE(found, "") << "no " << suffix;
  return found;
}

TEST_F(OpenTest, TheFolderAndWhatLiesAboveItAreMade) {
  EmbeddedOptions options = Options();
  options.dir = Path("var/journal");
  EXPECT_TRUE(Refusal(options).ok());
}

TEST_F(OpenTest, ThePartitionCountIsThatOfTheFirstStart) {
  EmbeddedOptions options = Options();
  options.partition_count = 3;
  ASSERT_TRUE(Refusal(options).ok());
  options.partition_count = 5;
  const auto journal = EmbeddedJournal::Open(options);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ((*journal)->identity().partition_count, 3);
}

TEST_F(OpenTest, APartitionCountThatCannotBeIsRefusedAndMakesNothing) {
  EmbeddedOptions options = Options();
  for (int count : {0, -1, 257}) {
    options.partition_count = count;
    EXPECT_EQ(Refusal(options).code(), absl::StatusCode::kInvalidArgument);
  }
  EXPECT_FALSE(fs::exists(Path("store")));
}

TEST_F(OpenTest, OptionsWithoutAClockOrThatLetNothingThroughAreRefused) {
  EmbeddedOptions no_clock = Options();
  no_clock.clock = nullptr;
  EXPECT_EQ(Refusal(no_clock).code(), absl::StatusCode::kInvalidArgument);
  EmbeddedOptions no_queue = Options();
  no_queue.queue_bytes_max = kRecordValueBytesMax;
  EXPECT_EQ(Refusal(no_queue).code(), absl::StatusCode::kInvalidArgument);
  EmbeddedOptions no_folder = Options();
  no_folder.dir = "";
  EXPECT_EQ(Refusal(no_folder).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(OpenTest, AFolderInUseIsRefusedAndSaysByWhom) {
  const auto journal = Open();
  const absl::Status status = Refusal();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(dir_), HasSubstr(absl::StrCat("in use by process ", getpid()))));
  EXPECT_TRUE(AppendAndWait(*journal, kPartition, {"case", "the first one is not disturbed", {}}).ok());
}

TEST_F(OpenTest, AFolderInUseByAnotherProcessIsRefusedUntilItIsGone) {
  ChildProcess child({"append", dir_, "other"});
  ASSERT_EQ(child.ReadLine(), "open OK");
  const base::RealClock real;
  const EmbeddedOptions options = {.dir = dir_, .clock = &real};
  const absl::Status status = Refusal(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat("in use by process ", child.pid())));
  child.Kill();
  EXPECT_TRUE(Refusal(options).ok());
}

TEST_F(OpenTest, TheOtherClockKindIsRefusedInBothDirections) {
  Make(0);
  EmbeddedOptions options = Options();
  options.clock_kind = ClockKind::kReal;
  const absl::Status status = Refusal(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("runs on a virtual clock"), HasSubstr("--clock=virtual")));

  options.dir = folder_.NewPath();
  ASSERT_TRUE(Refusal(options).ok());
  options.clock_kind = ClockKind::kVirtual;
  EXPECT_THAT(std::string(Refusal(options).message()), HasSubstr("runs on a real clock"));
}

TEST_F(OpenTest, AFileInPlaceOfTheFolderIsRefused) {
  Overwrite(dir_, "a file");
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kFailedPrecondition);
  EmbeddedOptions below = Options();
  below.dir = Path("below");
  EXPECT_EQ(Refusal(below).code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Slurp(dir_), "a file");
}

TEST_F(OpenTest, AFolderWithSomethingElseInItIsRefusedAndLeftAlone) {
  fs::create_directory(dir_);
  Overwrite(Path("thesis.tex"), "twelve years");
  const absl::Status status = Refusal();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), HasSubstr("thesis.tex"));
  EXPECT_EQ(Slurp(Path("thesis.tex")), "twelve years");
  EXPECT_FALSE(fs::exists(Path("store")));
}

TEST_F(OpenTest, AFolderThatCannotBeWrittenIsRefused) {
  Make(1);
  fs::permissions(folder_.path(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  for (const auto& entry : fs::recursive_directory_iterator(dir_)) {
    fs::permissions(entry.path(), entry.is_directory() ? fs::perms(0555) : fs::perms(0444));
  }
  fs::permissions(dir_, fs::perms(0555));
  ChildProcess child({"open-as-nobody", dir_});
  EXPECT_THAT(child.ReadLine().value_or(""),
              AllOf(HasSubstr("PERMISSION_DENIED"), HasSubstr(dir_), HasSubstr("writable")));
  for (const auto& entry : fs::recursive_directory_iterator(dir_)) {
    fs::permissions(entry.path(), entry.is_directory() ? fs::perms(0755) : fs::perms(0644));
  }
  fs::permissions(dir_, fs::perms(0755));
}

TEST_F(OpenTest, ADiskWithoutRoomIsRefusedWithBothNumbers) {
  EmbeddedOptions options = Options();
  options.free_bytes_min = uint64_t{1} << 60;
  const absl::Status status = Refusal(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr("full"), HasSubstr("1152921504606846976"), HasSubstr(dir_)));
  EXPECT_FALSE(fs::exists(Path("store")));
}

TEST_F(OpenTest, AnInterruptedMakingIsForgotten) {
  fs::create_directories(Path("store.making/db"));
  Overwrite(Path("store.making/db/CURRENT"), "half of something");
  Overwrite(Path("store.making/mark"), "");
  const auto journal = Open();
  EXPECT_EQ(EndOf(*journal, kPartition), 1);
  EXPECT_FALSE(fs::exists(Path("store.making")));
}

TEST_F(OpenTest, AJournalThatEndsBeforeItsMarkIsRefusedWithPartitionAndOffsets) {
  Make(5);
  const auto mark = MarkFile::Open(MarkPath(Path("store")));
  ASSERT_TRUE(mark.ok()) << mark.status();
  Mark ahead = (*mark)->mark();
  ahead.ends[PlaceOf(kPartition)] = base::Offset{9};
  ASSERT_TRUE((*mark)->Write(ahead).ok());
  const absl::Status status = Refusal();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(dir_), HasSubstr("partition 11 ends at offset 6"),
                                                   HasSubstr("acknowledged through 9 expected")));
}

// Why there is a mark at all: without it, RocksDB's recovery stops at the damage and says nothing.
TEST_F(OpenTest, WithoutTheMarkAFlippedByteOfTheLogWouldSilentlyShortenTheJournal) {
  Make(20);
  const std::string log = OnlyFile(DbPath(Path("store")), ".log");
  std::string bytes = Slurp(log);
  bytes[bytes.size() * 3 / 4] ^= 1;
  Overwrite(log, bytes);
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(Slurp(log), bytes) << "what was refused is still there to be saved";

  fs::remove(MarkPath(Path("store")));
  EmbeddedOptions options = Options();
  options.recreate_mark = true;
  const auto journal = EmbeddedJournal::Open(options);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_LT(EndOf(**journal, kPartition), 21);
}

TEST_F(OpenTest, AMissingMarkIsRefusedByNameUntilTheOperatorDecides) {
  Make(5);
  const std::string path = MarkPath(Path("store"));
  fs::remove(path);
  const absl::Status status = Refusal();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              AllOf(HasSubstr(path), HasSubstr("missing"), HasSubstr("backup"), HasSubstr("recreate_mark")));
  EXPECT_FALSE(fs::exists(path)) << "a refusal makes nothing";

  EmbeddedOptions options = Options();
  options.recreate_mark = true;
  EXPECT_TRUE(Refusal(options).ok());
  EXPECT_EQ(EndOf(*Open(), kPartition), 6);
}

TEST_F(OpenTest, AMarkDamagedInBothSlotsIsRefusedByName) {
  Make(5);
  const std::string path = MarkPath(Path("store"));
  for (const std::string& damaged : {std::string(2 * kMarkSlotBytes, '\0'), std::string()}) {
    Overwrite(path, damaged);
    const absl::Status status = Refusal();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(path), HasSubstr("both its slots")));
  }
}

TEST_F(OpenTest, ASlotTornInWritingLeavesTheOneBefore) {
  Make(5);
  const std::string path = MarkPath(Path("store"));
  const std::string whole = Slurp(path);
  for (size_t slot : {0, 1}) {
    std::string torn = whole;
    torn.replace(slot * kMarkSlotBytes + 40, kMarkSlotBytes - 40, kMarkSlotBytes - 40, '\0');
    Overwrite(path, torn);
    EXPECT_EQ(EndOf(*Open(), kPartition), 6) << "slot " << slot;
  }
}

TEST_F(OpenTest, RecordsBeyondTheMarkAreKept) {
  Make(5);
  const auto mark = MarkFile::Open(MarkPath(Path("store")));
  ASSERT_TRUE(mark.ok()) << mark.status();
  Mark behind = (*mark)->mark();
  behind.ends[PlaceOf(kPartition)] = base::Offset{3};
  ASSERT_TRUE((*mark)->Write(behind).ok());
  const auto journal = Open();
  EXPECT_EQ(ReadAll(*journal, kPartition, 1).size(), 5u);
}

TEST_F(OpenTest, TheMarkOfAnotherJournalIsRefused) {
  Make(5);
  const auto mark = MarkFile::Open(MarkPath(Path("store")));
  ASSERT_TRUE(mark.ok()) << mark.status();
  Mark foreign = (*mark)->mark();
  foreign.uuid = NewJournalUuid();
  ASSERT_TRUE((*mark)->Write(foreign).ok());
  const absl::Status status = Refusal();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr(foreign.uuid));
}

TEST_F(OpenTest, AnotherFormatVersionIsRefusedAndNamed) {
  Make(5);
  const std::string path = MarkPath(Path("store"));
  const std::string slot = EncodeMarkSlot({NewJournalUuid(), {}, clock_.Now()}, 1, kFormatVersion + 1);
  Overwrite(path, slot + slot);
  const absl::Status status = Refusal();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(path), HasSubstr("version 2"), HasSubstr("version 1")));
}

TEST_F(OpenTest, AnotherFormatVersionOfTheStoreIsRefusedTooWhenTheMarkDoesNotSay) {
  Make(5);
  {
    rocksdb::DB* raw = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(rocksdb::Options(), DbPath(Path("store")), &raw).ok());
    const std::unique_ptr<rocksdb::DB> db(raw);
    const std::string version("\x02\0\0\0", 4);
    ASSERT_TRUE(db->Put(rocksdb::WriteOptions(),
                        "\xff\xff\xff\xff"
                        "format",
                        version)
                    .ok());
  }
  const absl::Status status = Refusal();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr("version 2"), HasSubstr("version 1")));
}

TEST_F(OpenTest, AMissingFileOfTheStoreIsDataLoss) {
  Make(5);
  for (const std::string& suffix : {std::string(".log"), std::string(".sst"), std::string("CURRENT")}) {
    const std::string image = folder_.NewPath();
    fs::copy(dir_, image, fs::copy_options::recursive);
    const std::string db = absl::StrCat(image, "/store/db");
    if (suffix == "CURRENT") {
      fs::remove(db + "/CURRENT");
    } else {
      fs::remove(OnlyFile(db, suffix));
    }
    EmbeddedOptions options = Options();
    options.dir = image;
    const absl::Status status = Refusal(options);
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << suffix << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(image)) << suffix;
  }
}

TEST_F(OpenTest, AHoleBeforeTheEndIsRefusedWithPartitionAndOffset) {
  Make(5);
  {
    const auto store = Store::Open({.dir = DbPath(Path("store"))}, Store::Mode::kReadWrite);
    ASSERT_TRUE(store.ok()) << store.status();
    const auto late =
        std::make_shared<const StoredRecord>(StoredRecord{base::Offset{8}, clock_.Now(), {"case", "8", {}}});
    ASSERT_TRUE((*store)->Append({{kPartition, late}}).ok());
    const absl::Status read = (*store)->Read(kPartition, base::Offset{4}, base::Offset{9}, {}).status();
    EXPECT_EQ(read.code(), absl::StatusCode::kDataLoss);
    EXPECT_THAT(std::string(read.message()), HasSubstr("partition 11"));
    EXPECT_THAT(std::string(read.message()), HasSubstr("offset 6 expected, found 8"));
  }
  const absl::Status status = Refusal();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()), HasSubstr("partition 11, offset 6 expected"));
}

TEST_F(OpenTest, AnEmptyStoreFolderIsDataLossAndNotANewJournal) {
  Make(5);
  fs::remove_all(Path("store"));
  fs::create_directory(Path("store"));
  EXPECT_EQ(Refusal().code(), absl::StatusCode::kDataLoss);
}

TEST_F(OpenTest, TheLatestStampIsKnownAfterARestartEvenIfTheClockWentBack) {
  const absl::Time start = clock_.Now();
  {
    const auto journal = Open();
    EXPECT_EQ(journal->LastStamp(), start) << "that of the genesis records";
    clock_.AdvanceTo(start + absl::Hours(5));
    ASSERT_TRUE(AppendAndWait(*journal, kPartition, {"case", "later", {}}).ok());
    EXPECT_EQ(journal->LastStamp(), start + absl::Hours(5));
  }
  const base::VirtualClock earlier(start);
  EmbeddedOptions options = Options();
  options.clock = &earlier;
  const auto journal = EmbeddedJournal::Open(options);
  ASSERT_TRUE(journal.ok()) << journal.status();
  EXPECT_EQ((*journal)->LastStamp(), start + absl::Hours(5));
  ASSERT_TRUE(AppendAndWait(**journal, kPartition, {"case", "stamped earlier", {}}).ok());
  EXPECT_EQ((*journal)->LastStamp(), start + absl::Hours(5));
}

}  // namespace
}  // namespace whistle::journal
