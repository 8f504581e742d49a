// Cases as of the past, for every service's model and over every event type there is: decisions drawn at random from
// the stored ones, in one chain, folded in random batches with restarts between. A failure prints its seed.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/domain/entry_keys.h"
#include "libs/engine/as_of.h"
#include "libs/engine/fold.h"
#include "libs/engine/milestones.h"
#include "libs/engine/records.h"
#include "libs/journal/genesis.h"
#include "libs/projection/memory_store.h"
#include "libs/projection/rocks_store.h"
#include "services/coordination/queries.h"
#include "services/escalation/queries.h"
#include "services/intake/queries.h"
#include "services/response/queries.h"
#include "tests/compatibility/golden.h"
#include "tests/compatibility/models.h"

namespace whistle::compatibility {
namespace {

using journal::v1::Decision;

constexpr int kDecisions = 400;
constexpr const char* kFamilies[] = {"state", "timeline", "milestone", "index", "agenda", "request", "meta"};
const absl::Time kStart = absl::FromUnixSeconds(1'600'000'000);

// A journal of one partition with one case, made for one model.
class Chain {
 public:
  Chain(const domain::Model& model, uint32_t seed)
      : model_(model),
        of_registry_(model.service == common::v1::SERVICE_REGISTRY),
        partition_(of_registry_ ? base::PartitionId::Registry() : base::PartitionId::Case(0)),
        case_id_(of_registry_ ? std::string(journal::kRegistryCaseId) : "case-1") {
    identity_.uuid = "golden-journal";
    identity_.partition_count = 1;
    identity_.created_at = kStart;
    records_.push_back({base::Offset{0}, kStart, journal::GenesisRecord(identity_, partition_)});
    std::vector<GoldenDecision> all = *ReadDecisions(GOLDEN_DIR);
    std::erase_if(all, [&](const GoldenDecision& golden) { return !Folds(model, golden); });
    std::mt19937 random(seed);
    for (int i = 0; i < kDecisions; ++i) Append(all[random() % all.size()].bytes, i);
  }

  const std::string& case_id() const { return case_id_; }
  const std::vector<journal::StoredRecord>& records() const { return records_; }
  // Decoded, by version from 1.
  const std::vector<Decision>& decisions() const { return decisions_; }
  uint64_t decision_bytes() const { return decision_bytes_; }

  // Folds the records up to `end` into the store, `batch_max` at the most at once, and begins anew every few batches.
  void Fold(projection::Store& store, size_t end, size_t batch_max, uint32_t seed) const {
    std::mt19937 random(seed);
    std::unique_ptr<engine::PartitionFold> fold;
    while (true) {
      if (fold == nullptr || random() % 5 == 0) {
        fold = *engine::PartitionFold::Open(
            {.model = &model_, .store = &store, .partition = partition_, .identity = identity_});
      }
      const size_t next = static_cast<size_t>(fold->next_offset().value);
      if (next >= end) return;
      const size_t count = std::min<size_t>(end - next, 1 + random() % batch_max);
      const auto folded = fold->Fold(absl::MakeConstSpan(records_).subspan(next, count));
      ASSERT_TRUE(folded.ok()) << folded.status();
      for (const engine::Folded& one : *folded) {
        ASSERT_TRUE(one.kind == engine::Folded::Kind::kGenesis || one.kind == engine::Folded::Kind::kAccepted)
            << one.reason;
      }
    }
  }

 private:
  void Append(const std::string& golden_bytes, int number) {
    Decision decision;
    ASSERT_TRUE(decision.ParseFromString(golden_bytes));
    const absl::Time stamp = kStart + absl::Minutes(number);
    decision.set_case_id(case_id_);
    decision.set_parent(parent_);
    *decision.mutable_decided_at() = base::ToProto(stamp);
    decision.mutable_request()->set_client("golden");
    decision.mutable_request()->set_request_id(absl::StrCat("r-", number));
    decision.set_registry_version(1);
    std::string bytes = base::SerializeDeterministically(decision);
    const base::Digest hash = base::Sha256(bytes);
    parent_ = hash.ToBytes();
    decision_bytes_ += bytes.size();
    const base::Offset offset{static_cast<int64_t>(records_.size())};
    records_.push_back({offset, stamp, engine::MakeRecord(decision, hash, std::move(bytes))});
    decisions_.push_back(std::move(decision));
  }

  const domain::Model& model_;
  const bool of_registry_;
  const base::PartitionId partition_;
  const std::string case_id_;
  journal::Identity identity_;
  std::vector<journal::StoredRecord> records_;
  std::vector<Decision> decisions_;
  std::string parent_;
  uint64_t decision_bytes_ = 0;
};

// The state after each version, by a fold that keeps nothing: [0] is the empty one.
std::vector<std::string> PlainFold(const domain::Model& model, const Chain& chain) {
  const std::unique_ptr<google::protobuf::Message> state = model.new_state();
  std::vector<std::string> states = {base::SerializeDeterministically(*state)};
  for (const Decision& decision : chain.decisions()) {
    const base::Version version{states.size()};
    domain::EventRef ref{.case_id = chain.case_id(), .id = "", .version = version, .decision = &decision};
    for (int i = 0; i < decision.events_size(); ++i) {
      ref.id = domain::MakeEventId(version, i + 1);
      model.evolve(*state, decision.events(i), ref);
    }
    states.push_back(base::SerializeDeterministically(*state));
  }
  return states;
}

std::vector<std::string> StatesAsOf(const projection::Store& store, const domain::Model& model, const Chain& chain,
                                    uint64_t upto) {
  std::vector<std::string> states = {base::SerializeDeterministically(*model.new_state())};
  for (uint64_t version = 1; version <= upto; ++version) {
    const auto state = engine::StateAsOf(store, model, chain.case_id(), base::Version{version});
    EXPECT_TRUE(state.ok()) << state.status();
    states.push_back(base::SerializeDeterministically(**state));
  }
  return states;
}

std::vector<std::string> Digests(const projection::Store& store) {
  std::vector<std::string> digests;
  for (const char* family : kFamilies) digests.push_back(absl::StrCat(family, " ", *store.ColumnFamilyDigest(family)));
  return digests;
}

// What a query answers, as text: its status and the answer.
template <typename Request, typename Response, typename Query>
std::string Answer(const projection::Reader& reader, const std::string& case_id, uint64_t version, Query query) {
  Request request;
  request.set_case_id(case_id);
  if (version > 0) request.mutable_as_of()->set_at_version(version);
  Response response;
  const absl::Status status = query(reader, request, response);
  response.clear_as_of();
  return absl::StrCat(status.ToString(), "\n", response.DebugString());
}

// The answers of a service to every question about one case, as of a version or (0) now.
std::string AllAnswers(const domain::Model& model, const projection::Reader& reader, const std::string& case_id,
                       uint64_t version) {
  switch (model.service) {
    case common::v1::SERVICE_INTAKE: {
      // Clocks are the host's; what is of other cases is left out as of the past.
      const auto get_case = [](const projection::Reader& r, const intake::v1::GetCaseRequest& q,
                               intake::v1::GetCaseResponse& a) {
        const registry::Calendar weekends_alone;
        const absl::Status status = intake::GetCase(r, {kStart, weekends_alone}, q, a);
        a.mutable_case_()->clear_contact_count_with_merged();
        a.mutable_case_()->clear_petitioner_count_with_merged();
        a.mutable_case_()->clear_linked_from_case_ids();
        return status;
      };
      return absl::StrCat(
          Answer<intake::v1::GetCaseRequest, intake::v1::GetCaseResponse>(reader, case_id, version, get_case),
          Answer<intake::v1::ListContactsRequest, intake::v1::ListContactsResponse>(reader, case_id, version,
                                                                                    &intake::ListContacts),
          Answer<intake::v1::ListEvidenceRequest, intake::v1::ListEvidenceResponse>(reader, case_id, version,
                                                                                    &intake::ListEvidence));
    }
    case common::v1::SERVICE_RESPONSE:
      return Answer<response::v1::GetResponseCaseRequest, response::v1::GetResponseCaseResponse>(
          reader, case_id, version, &response::GetResponseCase);
    case common::v1::SERVICE_COORDINATION:
      return Answer<coordination::v1::GetCoordinationCaseRequest, coordination::v1::GetCoordinationCaseResponse>(
          reader, case_id, version, &coordination::GetCoordinationCase);
    case common::v1::SERVICE_ESCALATION:
      return Answer<escalation::v1::GetEscalationCaseRequest, escalation::v1::GetEscalationCaseResponse>(
          reader, case_id, version, &escalation::GetEscalationCase);
    default:
      return "";
  }
}

class AsOfPropertyTest : public ::testing::TestWithParam<size_t> {
 protected:
  const domain::Model model_ = AllModels()[GetParam()];
  const uint32_t seed_ = 20210701 + static_cast<uint32_t>(GetParam());
  const Chain chain_{model_, seed_};
};

TEST_P(AsOfPropertyTest, EveryVersionIsThePlainFoldOfItsPrefix) {
  projection::MemoryStore store;
  chain_.Fold(store, chain_.records().size(), 17, seed_);
  EXPECT_EQ(StatesAsOf(store, model_, chain_, kDecisions), PlainFold(model_, chain_)) << "seed " << seed_;
}

TEST_P(AsOfPropertyTest, AnAnswerIsTheSameAfterLaterDecisions) {
  projection::MemoryStore store;
  const size_t half = chain_.records().size() / 2;
  chain_.Fold(store, half, 17, seed_);
  const std::vector<std::string> before = StatesAsOf(store, model_, chain_, half - 1);
  chain_.Fold(store, chain_.records().size(), 9, seed_ + 1);
  EXPECT_EQ(StatesAsOf(store, model_, chain_, half - 1), before) << "seed " << seed_;
}

TEST_P(AsOfPropertyTest, AQueryAsOfAVersionAnswersWhatItAnsweredThen) {
  projection::MemoryStore store;
  std::vector<std::string> then;
  for (uint64_t version = 1; version <= kDecisions; ++version) {
    chain_.Fold(store, version + 1, 1, seed_);
    then.push_back(AllAnswers(model_, store, chain_.case_id(), 0));
  }
  for (uint64_t version = 1; version <= kDecisions; ++version) {
    const auto past = engine::AsOfReader::Make(store, model_, chain_.case_id(), base::Version{version});
    ASSERT_TRUE(past.ok()) << past.status();
    ASSERT_EQ(AllAnswers(model_, **past, chain_.case_id(), version), then[version - 1])
        << "version " << version << " seed " << seed_;
  }
}

TEST_P(AsOfPropertyTest, BatchesRestartsAndTheKindOfStoreChangeNoByte) {
  projection::MemoryStore at_once;
  chain_.Fold(at_once, chain_.records().size(), chain_.records().size(), seed_);
  for (uint32_t round = 1; round <= 3; ++round) {
    projection::MemoryStore store;
    chain_.Fold(store, chain_.records().size(), 2 * round, seed_ + round);
    EXPECT_EQ(Digests(store), Digests(at_once)) << "seed " << seed_ + round;
  }
  // On disk, closed in the middle: what is folded first is a checkpoint, the rest its tail.
  std::string dir = (std::filesystem::temp_directory_path() / "whistle-as-of-XXXXXX").string();
  ASSERT_NE(mkdtemp(dir.data()), nullptr);
  const projection::RocksStoreOptions options = {.dir = dir + "/store", .fold_fingerprint = model_.fold_fingerprint};
  chain_.Fold(**projection::RocksStore::Open(options), chain_.records().size() / 3, 11, seed_);
  {
    const auto rocks = *projection::RocksStore::Open(options);
    chain_.Fold(*rocks, chain_.records().size(), 5, seed_ + 7);
    EXPECT_EQ(Digests(*rocks), Digests(at_once)) << "seed " << seed_;
    EXPECT_EQ(StatesAsOf(*rocks, model_, chain_, kDecisions), PlainFold(model_, chain_)) << "seed " << seed_;
  }
  std::filesystem::remove_all(dir);
}

TEST_P(AsOfPropertyTest, MilestonesAreThereAndTakeNoMoreThanTheirShare) {
  projection::MemoryStore store;
  chain_.Fold(store, chain_.records().size(), 17, seed_);
  uint64_t count = 0;
  uint64_t bytes = 0;
  for (uint64_t at = 1; at <= kDecisions; ++at) {
    const auto milestone = *store.FindMilestone(chain_.case_id(), base::Version{at});
    if (!milestone || milestone->first.value != at) continue;
    ++count;
    bytes += milestone->second.state().size();
  }
  EXPECT_GE(count, 2u);
  // A state grows by less than the decisions that make it grow, times two.
  EXPECT_LE(bytes, (engine::kMilestoneBytesFactor + 2) * chain_.decision_bytes());
  RecordProperty("milestones", static_cast<int>(count));
}

TEST_P(AsOfPropertyTest, AKeyOfADatedIndexNamesTheCaseAndEndsWithTheEventThatLeftIt) {
  const std::unique_ptr<google::protobuf::Message> state = model_.new_state();
  size_t seen = 0;
  for (size_t i = 0; i < chain_.decisions().size(); ++i) {
    const Decision& decision = chain_.decisions()[i];
    const base::Version version{i + 1};
    const std::string id = domain::MakeEventId(version, 1);
    const domain::EventRef ref{.case_id = chain_.case_id(), .id = id, .version = version, .decision = &decision};
    model_.evolve(*state, decision.events(0), ref);
    const auto& dated = model_.dated_indexes;
    for (const std::string& key : model_.footprints(*state, decision.events(0), ref)) {
      const std::vector<std::string> parts = domain::KeyParts(key);
      if (std::find(dated.begin(), dated.end(), parts[0]) == dated.end()) continue;
      ++seen;
      ASSERT_GE(parts.size(), 3u);
      EXPECT_EQ(parts[1], chain_.case_id());
      EXPECT_EQ(domain::EventIdFromSortable(parts.back()), id) << parts[0];
    }
    for (const std::string& key : model_.indexes(*state, chain_.case_id())) {
      const std::string first = domain::KeyParts(key)[0];
      EXPECT_EQ(std::find(dated.begin(), dated.end(), first), dated.end()) << first << " is taken away again";
    }
  }
  EXPECT_EQ(seen > 0, !model_.dated_indexes.empty());
}

INSTANTIATE_TEST_SUITE_P(Models, AsOfPropertyTest, ::testing::Range<size_t>(0, AllModels().size()),
                         [](const auto& param) { return AllModels()[param.param].name; });

}  // namespace
}  // namespace whistle::compatibility
