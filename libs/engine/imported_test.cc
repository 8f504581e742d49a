// An imported journal's records, folded and judged by the stamps that it carried over with them.
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/engine/fold.h"
#include "libs/engine/judged.h"
#include "libs/engine/testing/toy.h"
#include "libs/journal/carried.h"
#include "libs/journal/genesis.h"
#include "libs/projection/memory_store.h"

namespace whistle::engine {
namespace {

using journal::v1::Decision;
using ::testing::HasSubstr;

const absl::Time kDecided = absl::FromUnixSeconds(1'240'000'000);
const absl::Time kImported = absl::FromUnixSeconds(1'700'000'000);
constexpr base::PartitionId kPartition = base::PartitionId::Case(0);
// The genesis and two records.
constexpr int64_t kThrough = 3;

journal::Identity Imported(bool imported = true) {
  journal::Identity identity{.uuid = "0b7a1e4c-5d2f-4c3a-9e8b-112233445566",
                             .partition_count = 1,
                             .created_at = kImported,
                             .clock_kind = journal::ClockKind::kReal};
  if (imported) {
    identity.imported_from = journal::ImportedFrom{
        .journal_uuid = "11111111-2222-4333-8444-555555555555",
        .through = {{base::PartitionId::Registry(), base::Offset{1}}, {kPartition, base::Offset{kThrough}}}};
  }
  return identity;
}

journal::Record RecordOf(const std::string& case_id, absl::Time decided_at) {
  Decision decision;
  decision.set_case_id(case_id);
  decision.mutable_request()->set_request_id("r");
  decision.set_service(common::v1::SERVICE_INTAKE);
  *decision.mutable_decided_at() = base::ToProto(decided_at);
  decision.set_level(1);
  decision.add_events()->mutable_contact_recorded();
  return {case_id, base::SerializeDeterministically(decision), {}};
}

// The records of partition 0, from its genesis on.
class Partition {
 public:
  explicit Partition(journal::Identity which = Imported()) : identity(std::move(which)) {
    Add(journal::GenesisRecord(identity, kPartition));
  }

  Partition& Add(journal::Record record, absl::Time stamp = kImported) {
    records.push_back({base::Offset{static_cast<int64_t>(records.size())}, stamp, std::move(record)});
    return *this;
  }
  Partition& Carried(const journal::Record& record, absl::Time stamp) { return Add(journal::Carry(record, stamp)); }

  // What both say of the last record; they must say the same.
  Folded::Kind Kind() {
    const auto folded = Fold();
    EXPECT_TRUE(folded.ok()) << folded.status();
    const auto judged = Judge();
    EXPECT_TRUE(judged.ok()) << judged.status();
    if (!folded.ok() || !judged.ok()) return Folded::Kind::kGenesis;
    EXPECT_EQ(static_cast<int>(folded->kind), static_cast<int>(judged->kind));
    EXPECT_EQ(folded->stamp, judged->stamp);
    if (folded->kind == Folded::Kind::kAccepted) {
      EXPECT_EQ(folded->recorded_at, judged->recorded_at);
    }
    base::Digest digest;
    JudgedPartition again(kPartition, 1);
    for (const auto& record : records) {
      const auto one = again.Judge(record);
      digest = NextPartitionDigest(digest, one->hash, one->carried_stamp);
    }
    EXPECT_EQ(digest.ToBytes(), row.digest());
    return folded->kind;
  }
  absl::StatusOr<Folded> Fold() {
    const domain::Model model = testing::ToyModel();
    projection::MemoryStore store;
    auto fold = PartitionFold::Open({.model = &model, .store = &store, .partition = kPartition, .identity = identity});
    if (!fold.ok()) return fold.status();
    const auto folded = (*fold)->Fold(records);
    if (!folded.ok()) return folded.status();
    row = *(*fold)->row();
    // In two parts, the second by a fold that has not seen the genesis, it comes to the same.
    projection::MemoryStore parts;
    auto first = PartitionFold::Open({.model = &model, .store = &parts, .partition = kPartition, .identity = identity});
    EXPECT_TRUE((*first)->Fold(absl::MakeSpan(records).first(1)).ok());
    auto rest = PartitionFold::Open({.model = &model, .store = &parts, .partition = kPartition, .identity = identity});
    EXPECT_TRUE((*rest)->Fold(absl::MakeSpan(records).subspan(1)).ok());
    EXPECT_EQ((*rest)->row()->digest(), row.digest());
    return folded->back();
  }
  absl::StatusOr<Judged> Judge() const {
    JudgedPartition partition(kPartition, 1);
    absl::StatusOr<Judged> judged;
    for (const auto& record : records) {
      judged = partition.Judge(record);
      if (!judged.ok()) return judged;
    }
    return judged;
  }

  journal::Identity identity;
  std::vector<journal::StoredRecord> records;
  projection::v1::PartitionRow row;
};

TEST(ImportedTest, ACarriedStampDecidesWhatCountsAndWhenItWasRecorded) {
  Partition carried;
  carried.Carried(RecordOf("a", kDecided), kDecided + absl::Seconds(15));
  EXPECT_EQ(carried.Kind(), Folded::Kind::kAccepted);
  EXPECT_EQ(carried.Fold()->recorded_at, kDecided + absl::Seconds(15));
  Partition late;
  late.Carried(RecordOf("a", kDecided), kDecided + absl::Milliseconds(15'001));
  EXPECT_EQ(late.Kind(), Folded::Kind::kSupersededByTime);
  // The journal's own stamp, a decade later, would make it count.
  Partition own;
  own.Carried(RecordOf("a", kImported), kDecided);
  EXPECT_EQ(own.Kind(), Folded::Kind::kSupersededByTime);
}

TEST(ImportedTest, RecordedTimeNeverGoesBackFromWhatWasCarriedToWhatCameSince) {
  Partition partition;
  partition.Carried(RecordOf("a", kDecided + absl::Seconds(4)), kDecided + absl::Seconds(4));
  partition.Carried(RecordOf("b", kDecided), kDecided);
  EXPECT_EQ(partition.Fold()->recorded_at, kDecided + absl::Seconds(4));
  partition.Add(RecordOf("c", kImported));
  EXPECT_EQ(partition.Kind(), Folded::Kind::kAccepted);
  EXPECT_EQ(partition.Fold()->recorded_at, kImported);
}

TEST(ImportedTest, AForgedHeaderAboveWhatWasImportedChangesNothing) {
  Partition honest;
  Partition forged;
  for (Partition* partition : {&honest, &forged}) {
    partition->Carried(RecordOf("a", kDecided), kDecided).Carried(RecordOf("b", kDecided), kDecided);
  }
  honest.Add(RecordOf("c", kDecided));
  forged.Add(journal::Carry(RecordOf("c", kDecided), kDecided));
  EXPECT_EQ(forged.Kind(), Folded::Kind::kSupersededByTime);
  EXPECT_EQ(honest.Kind(), Folded::Kind::kSupersededByTime);
  EXPECT_EQ(forged.row.digest(), honest.row.digest());
}

TEST(ImportedTest, AJournalThatWasNotImportedCarriesNothing) {
  Partition plain(Imported(false));
  plain.Add(journal::Carry(RecordOf("a", kDecided), kDecided));
  EXPECT_EQ(plain.Kind(), Folded::Kind::kSupersededByTime);
  Partition without(Imported(false));
  without.Add(RecordOf("a", kDecided));
  EXPECT_EQ(without.Kind(), Folded::Kind::kSupersededByTime);
  EXPECT_EQ(plain.row.digest(), without.row.digest());
}

TEST(ImportedTest, AnotherCarriedStampIsAnotherDigest) {
  Partition one;
  one.Carried(RecordOf("a", kDecided), kDecided);
  Partition other;
  other.Carried(RecordOf("a", kDecided), kDecided + absl::Milliseconds(1));
  EXPECT_EQ(one.Kind(), other.Kind());
  EXPECT_NE(one.row.digest(), other.row.digest());
  EXPECT_EQ(one.row.record_hash(), other.row.record_hash());
}

TEST(ImportedTest, AMalformedRecordStaysMalformedAndIsListedWithTheStampItCarried) {
  Partition partition;
  partition.Carried({"a", "no decision", {}}, kDecided);
  EXPECT_EQ(partition.Kind(), Folded::Kind::kMalformed);
  EXPECT_EQ(partition.Fold()->stamp, kDecided);
}

TEST(ImportedTest, ARecordThatDoesNotSayWhenStopsThePartition) {
  Partition partition;
  partition.Add(RecordOf("a", kDecided));
  EXPECT_EQ(partition.Judge().status().code(), absl::StatusCode::kDataLoss);
  const domain::Model model = testing::ToyModel();
  projection::MemoryStore store;
  auto fold =
      PartitionFold::Open({.model = &model, .store = &store, .partition = kPartition, .identity = partition.identity});
  const absl::Status status = (*fold)->Fold(partition.records).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("partition 0: offset 1 was carried over and does not say when it was recorded"));
}

TEST(ImportedTest, AGenesisThatSaysAnotherThroughOffsetIsAnotherJournals) {
  Partition partition;
  partition.identity.imported_from->through[kPartition] = base::Offset{2};
  const domain::Model model = testing::ToyModel();
  projection::MemoryStore store;
  auto fold =
      PartitionFold::Open({.model = &model, .store = &store, .partition = kPartition, .identity = partition.identity});
  EXPECT_EQ((*fold)->Fold(partition.records).status().code(), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace whistle::engine
