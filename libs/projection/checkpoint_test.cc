#include "libs/projection/checkpoint.h"

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/projection/files.h"
#include "libs/projection/rocks_store_testing.h"
#include "libs/projection/store_folder.h"

namespace whistle::projection {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

absl::Status Ignore(absl::string_view) { return absl::OkStatus(); }
absl::Status GoOn() { return absl::OkStatus(); }

class CheckpointTest : public RocksStoreTest {
 protected:
  // Of a store with 20 commits.
  void Make() {
    Fill(20);
    const auto store = Must(Open(dir_));
    Must(MakeCheckpoint(*store, "intake", absl::FromUnixSeconds(1700000000), checkpoint_, Ignore, GoOn));
  }
  absl::Status Restore(const std::string& to, bool replace = false) {
    return RestoreCheckpoint(checkpoint_, to, expected_, replace, Ignore).status();
  }

  std::string checkpoint_ = temp_.path() + "/checkpoint";
  std::string other_ = temp_.path() + "/other";
  CheckpointExpected expected_ = {.service = "intake", .fold_fingerprint = "test-1", .journal_uuid = "uuid"};
};

TEST_F(CheckpointTest, SaysWhatIsInItAndIsReadAgain) {
  Make();
  const v1::CheckpointManifest manifest = Must(ReadManifest(checkpoint_));
  EXPECT_EQ(manifest.service(), "intake");
  EXPECT_EQ(manifest.fold_fingerprint(), "test-1");
  EXPECT_EQ(manifest.journal_uuid(), "uuid");
  EXPECT_EQ(manifest.store_format(), kStoreFormat);
  EXPECT_EQ(manifest.made_at().seconds(), 1700000000);
  ASSERT_EQ(manifest.partitions_size(), 1);
  EXPECT_EQ(manifest.partitions(0).row().offset(), 20);
  ASSERT_EQ(static_cast<size_t>(manifest.column_families_size()), kFamilyNames.size());
  const std::vector<std::string> digests = DigestsInMemory(20);
  for (size_t i = 0; i < kFamilyNames.size(); ++i) {
    const auto& family = manifest.column_families(static_cast<int>(i));
    EXPECT_EQ(absl::StrCat(family.column_family(), " ", family.digest()), digests[i]);
  }
  EXPECT_EQ(manifest.column_families(1).rows(), 20u);
  // It can be looked at, and the store it was made of goes on.
  EXPECT_EQ(CommitsIn(*Must(RocksStore::OpenToRead(checkpoint_))), 20u);
  Fill(30);
  EXPECT_EQ(CommitsIn(*Must(RocksStore::OpenToRead(checkpoint_))), 20u);
}

TEST_F(CheckpointTest, IsRestoredWhereThereIsNoStoreAndGoesOn) {
  Make();
  ASSERT_TRUE(Restore(other_).ok());
  const auto store = Must(Open(other_));
  EXPECT_EQ(store->rebuilt_from(), std::nullopt);
  EXPECT_EQ(Digests(*store), DigestsInMemory(20));
  CommitNth(*store, 21, 25);
  EXPECT_EQ(Digests(*store), DigestsInMemory(25));
}

TEST_F(CheckpointTest, TakesThePlaceOfAStoreOnlyIfToldSoAndKeepsIt) {
  Make();
  Fill(30);
  EXPECT_THAT(Message(Restore(dir_)), HasSubstr("--replace"));
  EXPECT_EQ(CommitsIn(*Must(Open(dir_))), 30u);
  ASSERT_TRUE(Restore(dir_, true).ok());
  const auto store = Must(Open(dir_));
  EXPECT_EQ(CommitsIn(*store), 20u);
  EXPECT_THAT(store->kept(), ElementsAre(dir_ + "/db"));
}

TEST_F(CheckpointTest, OfSomethingElseIsRefusedNamingBoth) {
  Make();
  const auto refused = [&](CheckpointExpected expected) {
    expected_ = std::move(expected);
    const absl::Status status = Restore(other_);
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_FALSE(fs::exists(other_ + "/db-2"));
    return Message(status);
  };
  EXPECT_THAT(refused({.service = "response", .fold_fingerprint = "", .journal_uuid = ""}),
              HasSubstr("of service intake, expected response"));
  EXPECT_THAT(refused({.service = "", .fold_fingerprint = "test-2", .journal_uuid = ""}),
              HasSubstr("of fold test-1, expected test-2"));
  EXPECT_THAT(refused({.service = "", .fold_fingerprint = "", .journal_uuid = "other"}),
              HasSubstr("of journal uuid, expected other"));
  v1::CheckpointManifest manifest = Must(ReadManifest(checkpoint_));
  manifest.set_store_format(kStoreFormat + 1);
  Write(checkpoint_ + "/MANIFEST", ManifestText(manifest));
  EXPECT_THAT(refused({}), HasSubstr(absl::StrCat("of store format ", kStoreFormat + 1, ", expected ", kStoreFormat)));
}

TEST_F(CheckpointTest, ThatWasNotFinishedIsRefused) {
  Make();
  fs::rename(checkpoint_ + "/MANIFEST", checkpoint_ + "/MANIFEST.new");
  EXPECT_THAT(Message(Restore(other_)), HasSubstr("not a finished checkpoint"));
}

TEST_F(CheckpointTest, WhoseManifestWasChangedIsRefused) {
  Make();
  const std::string text = Read(checkpoint_ + "/MANIFEST");
  for (const std::string& changed : {absl::StrReplaceAll(text, {{"intake", "intaka"}}), text.substr(0, text.size() - 1),
                                     text + "x", std::string()}) {
    Write(checkpoint_ + "/MANIFEST", changed);
    EXPECT_EQ(Restore(other_).code(), absl::StatusCode::kDataLoss);
  }
  Write(checkpoint_ + "/MANIFEST", text);
  EXPECT_TRUE(Restore(other_).ok());
}

TEST_F(CheckpointTest, ThatIsDamagedIsRefusedAndNothingIsPutInPlace) {
  Make();
  // Other rows than the manifest says, though the database itself is whole.
  v1::CheckpointManifest manifest = Must(ReadManifest(checkpoint_));
  manifest.mutable_column_families(static_cast<int>(Family::kIndex))->set_digest(std::string(64, '0'));
  Write(checkpoint_ + "/MANIFEST", ManifestText(manifest));
  const absl::Status status = Restore(other_);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(Message(status), HasSubstr("column family index"));
  EXPECT_THAT(Files(other_, "db"), IsEmpty());
  EXPECT_THAT(Files(other_, "copy"), IsEmpty());
}

TEST_F(CheckpointTest, WithAByteChangedInItsTablesIsRefused) {
  Make();
  ASSERT_THAT(Files(checkpoint_ + "/db", ".sst"), testing::Not(IsEmpty()));
  for (const std::string& table : Files(checkpoint_ + "/db", ".sst")) {
    // Not the one that the store itself still uses.
    std::string bytes = Read(table);
    bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
    fs::remove(table);
    Write(table, bytes);
  }
  EXPECT_EQ(Restore(other_).code(), absl::StatusCode::kDataLoss);
}

TEST_F(CheckpointTest, IsNotMadeWhereSomethingIs) {
  Fill(1);
  fs::create_directories(checkpoint_);
  Write(checkpoint_ + "/thesis.txt", "");
  const auto store = Must(Open(dir_));
  EXPECT_THAT(Message(MakeCheckpoint(*store, "intake", absl::Now(), checkpoint_, Ignore, GoOn).status()),
              HasSubstr("thesis.txt"));
  EXPECT_EQ(Files(checkpoint_, "").size(), 1u);
}

TEST_F(CheckpointTest, ThatIsCancelledLeavesNothing) {
  Fill(5);
  const auto store = Must(Open(dir_));
  const auto enough = [](absl::string_view) { return absl::CancelledError("enough"); };
  EXPECT_TRUE(absl::IsCancelled(MakeCheckpoint(*store, "intake", absl::Now(), checkpoint_, enough, GoOn).status()));
  EXPECT_FALSE(fs::exists(checkpoint_));
}

TEST_F(CheckpointTest, ThatIsCancelledWithinAColumnFamilyIsNotReadToItsEnd) {
  Fill(600);
  const auto store = Must(Open(dir_));
  std::string reading;
  int stretches = 0;
  const auto on_family = [&](absl::string_view name) {
    reading = std::string(name);
    return absl::OkStatus();
  };
  const auto between = [&] {
    return reading == "timeline" && ++stretches == 2 ? absl::CancelledError("enough") : absl::OkStatus();
  };
  EXPECT_TRUE(
      absl::IsCancelled(MakeCheckpoint(*store, "intake", absl::Now(), checkpoint_, on_family, between).status()));
  EXPECT_EQ(reading, "timeline");
  EXPECT_FALSE(fs::exists(checkpoint_));
}

TEST_F(CheckpointTest, ADigestIsTheSameInStretches) {
  Fill(600);
  const auto store = Must(Open(dir_));
  const auto rows = store->SnapshotRows();
  DigestReader reader(*rows, Family::kTimeline);
  EXPECT_TRUE(Must(reader.ReadOn())) << "600 rows are more than a stretch";
  EXPECT_LT(reader.digest().rows(), 600u);
  while (Must(reader.ReadOn())) {
  }
  EXPECT_EQ(reader.digest().rows(), 600u);
  EXPECT_EQ(reader.digest().digest(), Must(store->ColumnFamilyDigest("timeline")));
}

TEST_F(CheckpointTest, IsNotMadeInAProjectionsOwnFolderWhereAStartWouldDeleteIt) {
  Fill(1);
  const auto store = Must(Open(dir_));
  fs::create_directory_symlink(dir_, other_);
  for (const std::string& place : {dir_ + "/db-7", dir_ + "/copy/", dir_ + "/db/backup", other_ + "/db-7"}) {
    EXPECT_THAT(Message(MakeCheckpoint(*store, "intake", absl::Now(), place, Ignore, GoOn).status()),
                HasSubstr("a projection's own folder"));
    EXPECT_FALSE(fs::exists(place));
  }
}

TEST_F(CheckpointTest, WhoseParentIsMissingIsToldSo) {
  Fill(1);
  const auto store = Must(Open(dir_));
  const absl::Status status = MakeCheckpoint(*store, "intake", absl::Now(), other_ + "/deep", Ignore, GoOn).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(Message(status), HasSubstr("folder: there is no folder " + other_));
  // A slash at the end names the same folder.
  EXPECT_TRUE(MakeCheckpoint(*store, "intake", absl::Now(), other_ + "/", Ignore, GoOn).ok());
}

TEST_F(CheckpointTest, ADiskThatIsFullIsCalledFullWhereAFileIsCopied) {
  Write(other_, std::string(3 << 20, 'x'));
  const absl::Status status = CopySynced(other_, "/dev/full");
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(Message(status), HasSubstr("copying to /dev/full: No space left"));
  ASSERT_EQ(CopySynced(other_, checkpoint_), absl::OkStatus());
  EXPECT_EQ(Read(checkpoint_), Read(other_));
}

TEST_F(CheckpointTest, WhoseManifestCannotBeReadIsNotTakenForUnfinished) {
  Make();
  fs::remove(checkpoint_ + "/MANIFEST");
  fs::create_symlink("MANIFEST", checkpoint_ + "/MANIFEST");
  const absl::Status status = Restore(other_);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(Message(status), HasSubstr("opening " + checkpoint_ + "/MANIFEST"));
}

TEST_F(CheckpointTest, IsNotPutIntoAFolderThatIsInUse) {
  Make();
  const auto store = Must(Open(other_));
  EXPECT_THAT(Message(Restore(other_, true)), HasSubstr("in use by"));
}

}  // namespace
}  // namespace whistle::projection
