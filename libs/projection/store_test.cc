// What every projection store must do. Each test runs on each store.
#include "libs/projection/store.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/projection/live_store.h"
#include "libs/projection/memory_store.h"
#include "libs/projection/rocks_store.h"
#include "libs/projection/store_testing.h"

namespace whistle::projection {
namespace {

using base::Offset;
using base::PartitionId;
using base::Version;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Implementation {
  std::string name;
  // A new, empty store. `dir` is a folder of its own that is not there yet.
  std::function<std::unique_ptr<Store>(const std::string& dir)> make;

  friend std::ostream& operator<<(std::ostream& os, const Implementation& i) { return os << i.name; }
};

class StoreTest : public testing::TestWithParam<Implementation> {
 protected:
  void Commit(const WriteSet& set) {
    const absl::Status status = store_->Commit(set);
    ASSERT_TRUE(status.ok()) << status;
  }

  void PutIndex(const std::string& key, const std::string& case_id) {
    WriteSet set;
    set.index_puts.push_back({key, case_id});
    Commit(set);
  }

  void PutAgenda(const common::v1::AgendaItem& item) {
    WriteSet set;
    set.agenda_puts.push_back(item);
    Commit(set);
  }

  // "key/case" of each row, a key's zero bytes as dots.
  std::vector<std::string> Index(const std::string& prefix, const std::string& after = "", size_t limit = 100) {
    std::vector<std::string> out;
    for (const Reader::IndexRow& row : Must(store_->ScanIndex(prefix, after, limit))) {
      out.push_back(absl::StrCat(Dots(row.key), "/", row.case_id));
    }
    return out;
  }

  std::vector<std::string> Due(absl::Time until, const std::string& after = "", size_t limit = 100) {
    std::vector<std::string> out;
    for (const Reader::AgendaRow& row : Must(store_->ScanAgenda(until, after, limit))) {
      out.push_back(row.item.subject());
    }
    return out;
  }

  uint64_t AgendaSize() { return store_->CountAgenda().value(); }
  std::string Digest(absl::string_view family) { return store_->ColumnFamilyDigest(family).value(); }

  static std::string Dots(std::string text) {
    for (char& c : text) {
      if (c == '\0') c = '.';
    }
    return text;
  }

  TempFolder folder_;
  std::unique_ptr<Store> store_ = GetParam().make(folder_.path() + "/store");
};

std::string Key(std::initializer_list<absl::string_view> parts) {
  std::string key;
  for (absl::string_view part : parts) absl::StrAppend(&key, part, absl::string_view("\0", 1));
  return key;
}

TEST_P(StoreTest, WhatIsNotThereIsNothingAndNoError) {
  EXPECT_EQ(store_->FindCase("none").value(), std::nullopt);
  EXPECT_EQ(store_->FindRequest({"none", "client", "id"}).value(), std::nullopt);
  EXPECT_EQ(store_->FindTimeline("none", Version{1}).value(), std::nullopt);
  EXPECT_EQ(store_->FindPartition(PartitionId::Case(0)).value(), std::nullopt);
  EXPECT_THAT(store_->ListPartitions().value(), IsEmpty());
  EXPECT_THAT(store_->ScanTimeline("none", Version{0}, 10, 1000).value(), IsEmpty());
  EXPECT_THAT(Index(""), IsEmpty());
  EXPECT_THAT(Due(absl::InfiniteFuture()), IsEmpty());
  EXPECT_THAT(store_->ScanQuarantine(std::nullopt, 10).value(), IsEmpty());
  EXPECT_EQ(AgendaSize(), 0u);
}

TEST_P(StoreTest, ACommitPutsEverythingItHolds) {
  WriteSet set;
  set.cases.emplace_back("c1", CaseAt(1));
  set.timeline.push_back({"c1", Version{1}, DecisionAt(7)});
  set.requests.emplace_back(RequestKey{"c1", "client", "r1"}, RequestAt(1));
  set.index_puts.push_back({Key({"status", "open"}), "c1"});
  set.agenda_puts.push_back(DueAt(absl::FromUnixSeconds(100), "c1", "s1"));
  set.quarantine.push_back(Malformed(common::v1::TOPIC_CASES, 3, 6));
  set.partitions.emplace_back(PartitionId::Case(3), FoldedTo(7));
  EXPECT_FALSE(set.empty());
  Commit(set);

  EXPECT_EQ(store_->FindCase("c1").value()->SerializeAsString(), CaseAt(1).SerializeAsString());
  EXPECT_EQ(store_->FindTimeline("c1", Version{1}).value()->SerializeAsString(), DecisionAt(7).SerializeAsString());
  EXPECT_EQ(store_->FindRequest({"c1", "client", "r1"}).value()->version(), 1u);
  EXPECT_THAT(Index(""), ElementsAre("status.open./c1"));
  EXPECT_THAT(Due(absl::FromUnixSeconds(100)), ElementsAre("s1"));
  EXPECT_EQ(store_->ScanQuarantine(std::nullopt, 10).value().at(0).position().offset(), 6);
  EXPECT_EQ(store_->FindPartition(PartitionId::Case(3)).value()->offset(), 7);
  EXPECT_EQ(AgendaSize(), 1u);
}

TEST_P(StoreTest, CommittingTheSameSetTwiceChangesNothing) {
  WriteSet set;
  set.cases.emplace_back("c1", CaseAt(1));
  set.index_puts.push_back({Key({"status", "open"}), "c1"});
  set.agenda_puts.push_back(DueAt(absl::FromUnixSeconds(100), "c1", "s1"));
  Commit(set);
  const std::string state = Digest("state"), index = Digest("index"), agenda = Digest("agenda");
  Commit(set);
  EXPECT_EQ(Digest("state"), state);
  EXPECT_EQ(Digest("index"), index);
  EXPECT_EQ(Digest("agenda"), agenda);
  EXPECT_EQ(AgendaSize(), 1u);
}

TEST_P(StoreTest, TheLastPutOfACaseInOneSetStays) {
  WriteSet set;
  set.cases.emplace_back("c1", CaseAt(1));
  set.cases.emplace_back("c1", CaseAt(2));
  Commit(set);
  EXPECT_EQ(store_->FindCase("c1").value()->version(), 2u);
}

TEST_P(StoreTest, DeletingWhatIsNotThereIsNoErrorAndCountsNothing) {
  WriteSet set;
  set.index_deletes.push_back({"none", "c1"});
  set.agenda_deletes.push_back(DueAt(absl::FromUnixSeconds(1), "c1", "never put"));
  Commit(set);
  Commit(set);
  EXPECT_EQ(AgendaSize(), 0u);
}

TEST_P(StoreTest, WhatOneSetDeletesAndPutsIsThereAfterwards) {
  const common::v1::AgendaItem item = DueAt(absl::FromUnixSeconds(1), "c1", "s1");
  WriteSet set;
  set.index_puts.push_back({"key", "c1"});
  set.index_deletes.push_back({"key", "c1"});
  set.agenda_puts.push_back(item);
  set.agenda_deletes.push_back(item);
  Commit(set);
  EXPECT_THAT(Index("key"), ElementsAre("key/c1"));
  EXPECT_EQ(AgendaSize(), 1u);
  Commit(set);
  EXPECT_EQ(AgendaSize(), 1u);
}

TEST_P(StoreTest, TheAgendaIsCountedItemByItem) {
  const common::v1::AgendaItem a = DueAt(absl::FromUnixSeconds(1), "c1", "a");
  const common::v1::AgendaItem b = DueAt(absl::FromUnixSeconds(1), "c1", "b");
  WriteSet set;
  set.agenda_puts = {a, a, b};
  Commit(set);
  EXPECT_EQ(AgendaSize(), 2u);
  WriteSet gone;
  gone.agenda_deletes = {a, a};
  Commit(gone);
  EXPECT_EQ(AgendaSize(), 1u);
  EXPECT_THAT(Due(absl::InfiniteFuture()), ElementsAre("b"));
}

TEST_P(StoreTest, ARefusedSetChangesNothing) {
  WriteSet set;
  set.cases.emplace_back("c1", CaseAt(1));
  set.quarantine.push_back(Malformed(common::v1::TOPIC_UNSPECIFIED, 0, 0));
  const absl::Status status = store_->Commit(set);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(store_->FindCase("c1").value(), std::nullopt);
}

TEST_P(StoreTest, RequestIdsAreScopedByCaseAndClient) {
  WriteSet set;
  set.requests.emplace_back(RequestKey{"c1", "a", "id"}, RequestAt(1));
  set.requests.emplace_back(RequestKey{"c1", "b", "id"}, RequestAt(2));
  set.requests.emplace_back(RequestKey{"c2", "a", "id"}, RequestAt(3));
  Commit(set);
  EXPECT_EQ(store_->FindRequest({"c1", "a", "id"}).value()->version(), 1u);
  EXPECT_EQ(store_->FindRequest({"c1", "b", "id"}).value()->version(), 2u);
  EXPECT_EQ(store_->FindRequest({"c2", "a", "id"}).value()->version(), 3u);
  EXPECT_EQ(store_->FindRequest({"c1", "ab", "id"}).value(), std::nullopt);
}

TEST_P(StoreTest, NoTextRunsIntoItsNeighbour) {
  WriteSet set;
  set.requests.emplace_back(RequestKey{"c", "ab", "c"}, RequestAt(1));
  set.requests.emplace_back(RequestKey{"ca", "b", "c"}, RequestAt(2));
  set.requests.emplace_back(RequestKey{std::string("c\0a", 3), "b", "c"}, RequestAt(3));
  set.requests.emplace_back(RequestKey{"c", std::string("a\0b", 3), "c"}, RequestAt(4));
  set.requests.emplace_back(RequestKey{"c", "a", std::string("b\0c", 3)}, RequestAt(5));
  Commit(set);
  for (uint64_t i = 0; i < set.requests.size(); ++i) {
    EXPECT_EQ(store_->FindRequest(set.requests[i].first).value()->version(), i + 1);
  }
}

TEST_P(StoreTest, ATimelineIsReadInOrderOfVersion) {
  WriteSet set;
  for (const uint64_t version : {300, 2, 1, 256, 255}) {
    set.timeline.push_back({"c1", Version{version}, DecisionAt(static_cast<int64_t>(version))});
  }
  set.timeline.push_back({"c10", Version{1}, DecisionAt(1)});
  set.timeline.push_back({"c", Version{1}, DecisionAt(1)});
  Commit(set);
  std::vector<uint64_t> versions;
  for (const auto& [version, row] : Must(store_->ScanTimeline("c1", Version{2}, 3, 1 << 20))) {
    versions.push_back(version.value);
    EXPECT_EQ(row.position().offset(), static_cast<int64_t>(version.value));
  }
  EXPECT_THAT(versions, ElementsAre(2u, 255u, 256u));
  EXPECT_EQ(store_->ScanTimeline("c1", Version{0}, 100, 1 << 20).value().size(), 5u);
  EXPECT_THAT(store_->ScanTimeline("c1", Version{301}, 100, 1 << 20).value(), IsEmpty());
  EXPECT_THAT(store_->ScanTimeline("c1", Version{0}, 0, 1 << 20).value(), IsEmpty());
}

TEST_P(StoreTest, ATimelinesBytesAreBoundedButOneRowAlwaysComes) {
  const std::string largest(256 * 1024, 'x');
  WriteSet set;
  for (const uint64_t version : {1, 2, 3}) set.timeline.push_back({"c1", Version{version}, DecisionAt(1, largest)});
  Commit(set);
  EXPECT_EQ(store_->ScanTimeline("c1", Version{1}, 10, 1).value().size(), 1u);
  EXPECT_EQ(store_->ScanTimeline("c1", Version{1}, 10, 600 * 1024).value().size(), 2u);
  EXPECT_EQ(store_->ScanTimeline("c1", Version{1}, 10, 10 << 20).value().size(), 3u);
  EXPECT_EQ(store_->FindTimeline("c1", Version{3}).value()->decision(), largest);
}

TEST_P(StoreTest, PartitionsAreListedWithTheRegistryFirst) {
  WriteSet set;
  for (const int32_t index : {10, 2, 0}) set.partitions.emplace_back(PartitionId::Case(index), FoldedTo(index));
  set.partitions.emplace_back(PartitionId::Registry(), FoldedTo(99));
  Commit(set);
  std::vector<std::string> names;
  for (const auto& [partition, row] : Must(store_->ListPartitions())) {
    names.push_back(absl::StrCat(partition.ToString(), "@", row.offset()));
  }
  EXPECT_THAT(names, ElementsAre("registry@99", "0@0", "2@2", "10@10"));
}

TEST_P(StoreTest, AnIndexIsReadInOrderOfKeyThenCase) {
  PutIndex(Key({"a"}), "c");
  PutIndex(Key({"a", "b"}), "x");
  PutIndex(Key({"a"}), "a");
  PutIndex(Key({"b"}), "a");
  EXPECT_THAT(Index(""), ElementsAre("a./a", "a./c", "a.b./x", "b./a"));
  EXPECT_THAT(Index(Key({"a"})), ElementsAre("a./a", "a./c", "a.b./x"));
  EXPECT_THAT(Index("a"), ElementsAre("a./a", "a./c", "a.b./x"));
  EXPECT_THAT(Index(Key({"a", "b"})), ElementsAre("a.b./x"));
  EXPECT_THAT(Index("", "", 0), IsEmpty());
}

TEST_P(StoreTest, APrefixOfHighestBytesFindsItsOwnAndNothingElse) {
  PutIndex("\xfe", "1");
  PutIndex("\xff", "2");
  PutIndex("\xff\xff", "3");
  PutIndex(std::string("\xff\x00", 2), "4");
  EXPECT_THAT(store_->ScanIndex("\xff", "", 10).value().size(), 3u);
  EXPECT_THAT(store_->ScanIndex("\xff\xff", "", 10).value().size(), 1u);
  EXPECT_THAT(store_->ScanIndex(std::string("\xff\x00", 2), "", 10).value().at(0).case_id, "4");
  EXPECT_THAT(store_->ScanIndex("\xfe", "", 10).value().size(), 1u);
  EXPECT_THAT(store_->ScanIndex("\xff\xff\xff", "", 10).value(), IsEmpty());
}

TEST_P(StoreTest, ACursorGoesOnWhereItsRowWasEvenIfTheRowIsGone) {
  for (const char* id : {"c1", "c2", "c3"}) PutIndex("k", id);
  const std::string second = store_->ScanIndex("k", "", 2).value().at(1).cursor;
  EXPECT_THAT(Index("k", second), ElementsAre("k/c3"));
  WriteSet gone;
  gone.index_deletes.push_back({"k", "c2"});
  Commit(gone);
  EXPECT_THAT(Index("k", second), ElementsAre("k/c3"));
  EXPECT_THAT(Index("k", Reader::IndexRow(store_->ScanIndex("k", second, 1).value().at(0)).cursor), IsEmpty());
}

TEST_P(StoreTest, ACursorOfAnotherPrefixNeverLeavesThePrefixAskedFor) {
  PutIndex("a", "1");
  PutIndex("b", "2");
  PutIndex("c", "3");
  const std::string a = store_->ScanIndex("a", "", 1).value().at(0).cursor;
  const std::string c = store_->ScanIndex("c", "", 1).value().at(0).cursor;
  EXPECT_THAT(Index("b", a), ElementsAre("b/2"));
  EXPECT_THAT(Index("b", c), IsEmpty());
}

TEST_P(StoreTest, PagingWhileOthersInsertSkipsAndRepeatsNothingThatWasThere) {
  for (int i = 10; i < 30; i += 2) PutIndex("k", absl::StrCat("c", i));
  std::vector<std::string> seen;
  std::string cursor;
  for (int next = 11;; next += 2) {
    const std::vector<Reader::IndexRow> page = store_->ScanIndex("k", cursor, 3).value();
    if (page.empty()) break;
    for (const Reader::IndexRow& row : page) seen.push_back(row.case_id);
    cursor = page.back().cursor;
    if (next < 30) PutIndex("k", absl::StrCat("c", next));
  }
  for (int i = 10; i < 30; i += 2) EXPECT_EQ(std::count(seen.begin(), seen.end(), absl::StrCat("c", i)), 1) << i;
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_EQ(std::adjacent_find(seen.begin(), seen.end()), seen.end());
}

TEST_P(StoreTest, TheAgendaComesInOrderOfDueTimeThenCase) {
  const absl::Time t = absl::FromUnixSeconds(1'600'000'000);
  PutAgenda(DueAt(t, "c2", "second"));
  PutAgenda(DueAt(t, "c1", "first"));
  PutAgenda(DueAt(t - absl::Nanoseconds(1), "c9", "just before"));
  PutAgenda(
      DueAt(absl::FromUnixSeconds(-1) + absl::Milliseconds(500), "c1", "1969, the second half of its last second"));
  PutAgenda(DueAt(absl::FromUnixSeconds(-1), "c1", "1969, its last second"));
  PutAgenda(DueAt(base::EarliestTime(), "c1", "1900"));
  PutAgenda(DueAt(absl::UnixEpoch(), "c1", "1970"));
  PutAgenda(DueAt(base::LatestTime(), "c1", "9999"));
  EXPECT_THAT(Due(absl::InfiniteFuture()),
              ElementsAre("1900", "1969, its last second", "1969, the second half of its last second", "1970",
                          "just before", "first", "second", "9999"));
}

TEST_P(StoreTest, AnItemIsDueFromItsOwnInstantOn) {
  const absl::Time t = absl::FromUnixMillis(1'600'000'000'123);
  PutAgenda(DueAt(t, "c1", "item"));
  EXPECT_THAT(Due(t - absl::Nanoseconds(1)), IsEmpty());
  EXPECT_THAT(Due(t), ElementsAre("item"));
  EXPECT_THAT(Due(absl::InfinitePast()), IsEmpty());
  EXPECT_THAT(Due(base::LatestTime()), ElementsAre("item"));
}

TEST_P(StoreTest, AnItemOnTheLastNanosecondOfASecondIsFoundAtThatInstant) {
  const absl::Time t = absl::FromUnixSeconds(5) - absl::Nanoseconds(1);
  PutAgenda(DueAt(t, "c1", "item"));
  PutAgenda(DueAt(absl::FromUnixSeconds(5), "c1", "later"));
  EXPECT_THAT(Due(t), ElementsAre("item"));
}

TEST_P(StoreTest, TheAgendaIsReadOnFromACursor) {
  for (int i = 0; i < 5; ++i) PutAgenda(DueAt(absl::FromUnixSeconds(i), "c1", absl::StrCat(i)));
  const std::string cursor = store_->ScanAgenda(absl::InfiniteFuture(), "", 2).value().at(1).cursor;
  EXPECT_THAT(Due(absl::InfiniteFuture(), cursor, 2), ElementsAre("2", "3"));
  EXPECT_THAT(Due(absl::FromUnixSeconds(2), cursor), ElementsAre("2"));
  EXPECT_THAT(Due(absl::FromUnixSeconds(0), cursor), IsEmpty());
}

TEST_P(StoreTest, TheQuarantineIsReadInOrderOfPartitionAndOffset) {
  WriteSet set;
  set.quarantine.push_back(Malformed(common::v1::TOPIC_CASES, 1, 256));
  set.quarantine.push_back(Malformed(common::v1::TOPIC_CASES, 1, 255));
  set.quarantine.push_back(Malformed(common::v1::TOPIC_CASES, 0, 900));
  set.quarantine.push_back(Malformed(common::v1::TOPIC_REGISTRY, 0, 5));
  set.partitions.emplace_back(PartitionId::Case(1), FoldedTo(256));
  Commit(set);
  const auto offsets = [this](std::optional<std::pair<PartitionId, Offset>> after, size_t limit) {
    std::vector<int64_t> out;
    for (const v1::QuarantineRow& row : Must(store_->ScanQuarantine(after, limit))) {
      out.push_back(row.position().offset());
    }
    return out;
  };
  EXPECT_THAT(offsets(std::nullopt, 10), ElementsAre(5, 900, 255, 256));
  EXPECT_THAT(offsets(std::nullopt, 2), ElementsAre(5, 900));
  EXPECT_THAT(offsets(std::pair(PartitionId::Registry(), Offset{5}), 10), ElementsAre(900, 255, 256));
  EXPECT_THAT(offsets(std::pair(PartitionId::Case(1), Offset{255}), 10), ElementsAre(256));
  EXPECT_THAT(offsets(std::pair(PartitionId::Case(1), Offset{256}), 10), IsEmpty());
}

TEST_P(StoreTest, ASnapshotStaysAtItsMoment) {
  WriteSet before;
  before.cases.emplace_back("c1", CaseAt(1));
  before.index_puts.push_back({"k", "c1"});
  Commit(before);
  const std::unique_ptr<Reader> snapshot = store_->Snapshot();
  WriteSet after;
  after.cases.emplace_back("c1", CaseAt(2));
  after.cases.emplace_back("c2", CaseAt(1));
  after.index_deletes.push_back({"k", "c1"});
  Commit(after);
  EXPECT_EQ(snapshot->FindCase("c1").value()->version(), 1u);
  EXPECT_EQ(snapshot->FindCase("c2").value(), std::nullopt);
  EXPECT_EQ(snapshot->ScanIndex("k", "", 10).value().size(), 1u);
  EXPECT_EQ(store_->FindCase("c1").value()->version(), 2u);
  EXPECT_THAT(Index("k"), IsEmpty());
}

TEST_P(StoreTest, ConcurrentReadersSeeACommitWholeOrNotAtAll) {
  constexpr uint64_t kCommits = 400;
  const auto commit = [this](int32_t partition, uint64_t version) {
    const std::string case_id = absl::StrCat("c", partition);
    WriteSet set;
    set.cases.emplace_back(case_id, CaseAt(version));
    set.timeline.push_back({case_id, Version{version}, DecisionAt(static_cast<int64_t>(version))});
    set.agenda_puts.push_back(DueAt(absl::FromUnixSeconds(static_cast<int64_t>(version)), case_id, "due"));
    if (version > 1) {
      set.agenda_deletes.push_back(DueAt(absl::FromUnixSeconds(static_cast<int64_t>(version) - 1), case_id, "due"));
    }
    set.partitions.emplace_back(PartitionId::Case(partition), FoldedTo(static_cast<int64_t>(version)));
    ASSERT_TRUE(store_->Commit(set).ok());
  };
  commit(0, 1);
  commit(1, 1);
  std::vector<std::thread> writers;
  for (const int32_t partition : {0, 1}) {
    writers.emplace_back([&commit, partition] {
      for (uint64_t version = 2; version <= kCommits; ++version) commit(partition, version);
    });
  }
  std::vector<std::thread> readers;
  for (const int32_t partition : {0, 1}) {
    readers.emplace_back([this, partition] {
      const std::string case_id = absl::StrCat("c", partition);
      uint64_t last = 0;
      while (last < kCommits) {
        const std::unique_ptr<Reader> snapshot = store_->Snapshot();
        const uint64_t version = snapshot->FindCase(case_id).value()->version();
        ASSERT_GE(version, last);
        last = version;
        ASSERT_EQ(snapshot->FindPartition(PartitionId::Case(partition)).value()->accepted(), version);
        ASSERT_TRUE(snapshot->FindTimeline(case_id, Version{version}).value().has_value());
        ASSERT_FALSE(snapshot->FindTimeline(case_id, Version{version + 1}).value().has_value());
        ASSERT_EQ(snapshot->ScanAgenda(absl::InfiniteFuture(), "", 10).value().size(), 2u);
        ASSERT_EQ(store_->ScanAgenda(absl::InfiniteFuture(), "", 10).value().size(), 2u);
      }
    });
  }
  for (std::thread& thread : writers) thread.join();
  for (std::thread& thread : readers) thread.join();
  EXPECT_EQ(AgendaSize(), 2u);
}

TEST_P(StoreTest, ADigestChangesWithEveryByteOfItsFamilyAndWithNoOther) {
  const std::string empty = Digest("state");
  WriteSet set;
  set.cases.emplace_back("c1", CaseAt(1, "a"));
  Commit(set);
  const std::string a = Digest("state");
  EXPECT_NE(a, empty);
  EXPECT_EQ(a.size(), 64u);
  set.cases[0].second.set_state("b");
  Commit(set);
  EXPECT_NE(Digest("state"), a);
  set.cases[0].second.set_state("a");
  Commit(set);
  EXPECT_EQ(Digest("state"), a);
  for (const char* other : {"timeline", "milestone", "index", "agenda", "request", "meta"}) {
    EXPECT_EQ(Digest(other), empty);
  }
}

TEST_P(StoreTest, FindsTheLastMilestoneOfACaseUpToAVersion) {
  WriteSet set;
  for (const uint64_t version : {3u, 258u, 70'000u}) set.milestones.push_back(MilestoneAt("b", version));
  // Neighbours, before and after: none of them is b's.
  set.milestones.push_back(MilestoneAt("a", 300));
  set.milestones.push_back(MilestoneAt("b0", 1));
  set.milestones.push_back(MilestoneAt(absl::string_view("b\0", 2), 2));
  Commit(set);
  const auto found = [&](absl::string_view case_id, uint64_t at) -> uint64_t {
    const auto milestone = Must(store_->FindMilestone(case_id, base::Version{at}));
    if (!milestone) return 0;
    EXPECT_EQ(milestone->second.state(), absl::StrCat("state ", milestone->first.value));
    return milestone->first.value;
  };
  EXPECT_EQ(found("b", 2), 0u);
  EXPECT_EQ(found("b", 3), 3u);
  EXPECT_EQ(found("b", 257), 3u);
  EXPECT_EQ(found("b", 258), 258u);
  EXPECT_EQ(found("b", 69'999), 258u);
  EXPECT_EQ(found("b", std::numeric_limits<uint64_t>::max()), 70'000u);
  EXPECT_EQ(found("a", 299), 0u);
  EXPECT_EQ(found("a", 301), 300u);
  EXPECT_EQ(found("c", 301), 0u);
  // A moment stays as it was.
  const std::unique_ptr<Reader> before = store_->Snapshot();
  WriteSet later;
  later.milestones.push_back(MilestoneAt("b", 90'000));
  Commit(later);
  EXPECT_EQ(Must(before->FindMilestone("b", base::Version{100'000}))->first.value, 70'000u);
  EXPECT_EQ(found("b", 100'000), 90'000u);
}

TEST_P(StoreTest, TheDigestOfMilestonesCoversThem) {
  const std::string empty = Digest("milestone");
  WriteSet set;
  set.milestones.push_back(MilestoneAt("b", 3));
  Commit(set);
  EXPECT_NE(Digest("milestone"), empty);
  EXPECT_EQ(Digest("timeline"), empty);
}

TEST_P(StoreTest, TheDigestOfMetaCoversPartitionsAndQuarantine) {
  const std::string empty = Digest("meta");
  WriteSet set;
  set.partitions.emplace_back(PartitionId::Case(0), FoldedTo(1));
  Commit(set);
  const std::string folded = Digest("meta");
  EXPECT_NE(folded, empty);
  WriteSet bad;
  bad.quarantine.push_back(Malformed(common::v1::TOPIC_CASES, 0, 1));
  Commit(bad);
  EXPECT_NE(Digest("meta"), folded);
}

TEST_P(StoreTest, ADigestOfAnUnknownFamilyIsRefusedNamingTheFamilies) {
  const absl::Status status = store_->ColumnFamilyDigest("default").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("state, timeline, milestone, index, agenda, request, meta"));
}

INSTANTIATE_TEST_SUITE_P(
    Stores, StoreTest,
    testing::Values(Implementation{"memory", [](const std::string&) { return std::make_unique<MemoryStore>(); }},
                    Implementation{"rocks",
                                   [](const std::string& dir) -> std::unique_ptr<Store> {
                                     return Must(RocksStore::Open({.dir = dir, .fold_fingerprint = "test-1"}));
                                   }},
                    Implementation{"live",
                                   [](const std::string& dir) -> std::unique_ptr<Store> {
                                     return std::make_unique<LiveStore>(std::shared_ptr<RowStore>(
                                         Must(RocksStore::Open({.dir = dir, .fold_fingerprint = "test-1"}))));
                                   }}),
    [](const testing::TestParamInfo<Implementation>& param) { return param.param.name; });

TEST(AgendaRequestId, NamesAnItemByItsBytes) {
  const common::v1::AgendaItem item = DueAt(absl::FromUnixSeconds(1), "c1", "s1");
  EXPECT_EQ(AgendaRequestId(item), AgendaRequestId(item));
  EXPECT_NE(AgendaRequestId(item), AgendaRequestId(DueAt(absl::FromUnixSeconds(1), "c1", "s2")));
  EXPECT_THAT(AgendaRequestId(item), testing::MatchesRegex("agenda:[0-9a-f]+"));
  EXPECT_EQ(AgendaRequestId(item).size(), 7u + 64u);
}

}  // namespace
}  // namespace whistle::projection
