#include "libs/engine/fold.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/engine/records.h"

namespace whistle::engine {
namespace {

using journal::v1::Decision;
using projection::v1::PartitionRow;

std::string Where(base::PartitionId partition, base::Offset offset) {
  return absl::StrCat("partition ", partition.ToString(), " offset ", offset.value);
}

// What is in `a` and not in `b`, both sorted.
template <typename T, typename Less>
std::vector<T> Minus(const std::vector<T>& a, const std::vector<T>& b, Less less) {
  std::vector<T> out;
  std::set_difference(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out), less);
  return out;
}

template <typename T, typename Less>
std::vector<T> Sorted(std::vector<T> values, Less less) {
  std::sort(values.begin(), values.end(), less);
  // Two that are equal are one.
  const auto equal = [&](const T& a, const T& b) { return !less(a, b) && !less(b, a); };
  values.erase(std::unique(values.begin(), values.end(), equal), values.end());
  return values;
}

bool ItemLess(const common::v1::AgendaItem& a, const common::v1::AgendaItem& b) {
  return base::SerializeDeterministically(a) < base::SerializeDeterministically(b);
}

}  // namespace

absl::StatusOr<std::unique_ptr<PartitionFold>> PartitionFold::Open(Options options) {
  WHISTLE_CHECK(options.model != nullptr && options.store != nullptr, "a fold needs a model and a store");
  std::unique_ptr<PartitionFold> fold(new PartitionFold(std::move(options)));
  WHISTLE_RETURN_IF_ERROR(fold->ReadRow());
  return fold;
}

absl::Status PartitionFold::ReadRow() {
  WHISTLE_ASSIGN_OR_RETURN(row_, options_.store->FindPartition(options_.partition));
  if (!row_) return absl::OkStatus();
  if (row_->journal_uuid() != options_.identity.uuid) {
    return absl::DataLossError(absl::StrCat("partition ", options_.partition.ToString(), " was folded from journal ",
                                            row_->journal_uuid(), ", and this is journal ", options_.identity.uuid));
  }
  next_offset_ = base::Offset{row_->offset() + 1};
  return absl::OkStatus();
}

absl::Status PartitionFold::Reload() {
  cache_.clear();
  recently_used_.clear();
  return ReadRow();
}

absl::StatusOr<std::shared_ptr<const CaseSnapshot>> PartitionFold::Load(const std::string& case_id) {
  if (const auto it = cache_.find(case_id); it != cache_.end()) {
    recently_used_.splice(recently_used_.begin(), recently_used_, it->second.used);
    return it->second.snapshot;
  }
  auto snapshot = std::make_shared<CaseSnapshot>();
  std::shared_ptr<google::protobuf::Message> state = options_.model->new_state();
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<projection::v1::CaseRow> row, options_.store->FindCase(case_id));
  if (row) {
    snapshot->version = base::Version{row->version()};
    snapshot->head = base::Digest::FromBytes(row->head());
    snapshot->decided_at = base::FromProto(row->decided_at());
    snapshot->registry_version = row->registry_version();
    snapshot->since_milestone = {.bytes = row->bytes_since_milestone(), .last_bytes = row->milestone_bytes()};
    if (!snapshot->head || !state->ParseFromString(row->state())) {
      return absl::DataLossError(
          absl::StrCat("the stored state of case ", case_id, " cannot be read; rebuild the projection"));
    }
  }
  snapshot->state = std::move(state);
  Remember(case_id, snapshot);
  return snapshot;
}

void PartitionFold::Remember(const std::string& case_id, std::shared_ptr<const CaseSnapshot> snapshot) {
  if (const auto it = cache_.find(case_id); it != cache_.end()) {
    it->second.snapshot = std::move(snapshot);
    recently_used_.splice(recently_used_.begin(), recently_used_, it->second.used);
    return;
  }
  recently_used_.push_front(case_id);
  cache_[case_id] = Cached{std::move(snapshot), recently_used_.begin()};
  while (cache_.size() > options_.cases_cached_max) {
    cache_.erase(recently_used_.back());
    recently_used_.pop_back();
  }
}

std::shared_ptr<const CaseSnapshot> PartitionFold::Evolve(const CaseSnapshot& before, const Decision& decision,
                                                          const base::Digest& hash) const {
  return After(before, decision, hash);
}

std::shared_ptr<CaseSnapshot> PartitionFold::After(const CaseSnapshot& before, const Decision& decision,
                                                   const base::Digest& hash) const {
  auto after = std::make_shared<CaseSnapshot>();
  after->version = before.version.Next();
  after->head = hash;
  after->decided_at = base::FromProto(decision.decided_at());
  after->registry_version = decision.registry_version();
  std::shared_ptr<google::protobuf::Message> state(before.state->New());
  state->CopyFrom(*before.state);
  EvolveState(*options_.model, decision, after->version, *state);
  after->state = std::move(state);
  after->since_milestone = before.since_milestone;
  return after;
}

std::shared_ptr<const CaseSnapshot> PartitionFold::Accept(const CaseSnapshot& before, const Decision& decision,
                                                          const base::Digest& hash, size_t decision_bytes,
                                                          projection::WriteSet& set) const {
  std::shared_ptr<CaseSnapshot> after = After(before, decision, hash);
  after->since_milestone.bytes += decision_bytes;
  if (IsMilestoneDue(after->since_milestone)) {
    projection::WriteSet::Milestone milestone{.case_id = decision.case_id(), .version = after->version, .row = {}};
    milestone.row.set_state(base::SerializeDeterministically(*after->state));
    after->since_milestone = {.bytes = 0, .last_bytes = milestone.row.state().size()};
    set.milestones.push_back(std::move(milestone));
  }
  return after;
}

absl::Status PartitionFold::FoldGenesis(const journal::StoredRecord& record) {
  journal::v1::Genesis genesis;
  const common::v1::Topic topic =
      options_.partition.is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES;
  if (record.record.key != journal::kGenesisKey || !genesis.ParseFromString(record.record.value) ||
      genesis.journal_uuid() != options_.identity.uuid || genesis.topic() != topic ||
      genesis.partition() != options_.partition.index() ||
      genesis.partition_count() != options_.identity.partition_count ||
      genesis.imported_from().through_offset() != carried_through_.value) {
    return absl::DataLossError(absl::StrCat(Where(options_.partition, record.offset),
                                            " does not hold the genesis record of journal ", options_.identity.uuid));
  }
  row_.emplace();
  row_->set_journal_uuid(genesis.journal_uuid());
  row_->set_digest(base::Digest().ToBytes());
  return absl::OkStatus();
}

absl::StatusOr<Folded> PartitionFold::FoldDecision(const journal::StoredRecord& record, absl::Time stamp,
                                                   const base::Digest& hash, Decision decision, Batch& batch,
                                                   projection::WriteSet& set) {
  Folded folded{.kind = Folded::Kind::kAccepted, .offset = record.offset, .hash = hash, .stamp = stamp};
  folded.case_id = decision.case_id();
  folded.decided_at = base::FromProto(decision.decided_at());
  auto touched = batch.find(decision.case_id());
  std::shared_ptr<const CaseSnapshot> before;
  if (touched != batch.end()) {
    before = touched->second.now;
  } else {
    WHISTLE_ASSIGN_OR_RETURN(before, Load(decision.case_id()));
  }
  switch (Judge(decision, before->head, stamp)) {
    case Verdict::kSupersededByParent:
      folded.kind = Folded::Kind::kSupersededByParent;
      break;
    case Verdict::kSupersededByTime:
      folded.kind = Folded::Kind::kSupersededByTime;
      break;
    case Verdict::kAccepted:
      break;
  }
  if (folded.kind != Folded::Kind::kAccepted) {
    row_->set_superseded(row_->superseded() + 1);
    return folded;
  }

  folded.recorded_at = stamp;
  if (row_->has_recorded_at()) folded.recorded_at = std::max(stamp, base::FromProto(row_->recorded_at()));
  *row_->mutable_recorded_at() = base::ToProto(folded.recorded_at);
  row_->set_accepted(row_->accepted() + 1);

  std::shared_ptr<const CaseSnapshot> after = Accept(*before, decision, hash, record.record.value.size(), set);
  folded.version = after->version;
  folded.event_count = decision.events_size();
  domain::EventRef ref{.case_id = decision.case_id(), .id = "", .version = after->version, .decision = &decision};
  for (int i = 0; i < decision.events_size(); ++i) {
    ref.id = domain::MakeEventId(after->version, i + 1);
    for (std::string& key : options_.model->footprints(*after->state, decision.events(i), ref)) {
      set.index_puts.push_back({std::move(key), decision.case_id()});
    }
  }
  projection::WriteSet::Timeline timeline{.case_id = decision.case_id(), .version = after->version, .row = {}};
  timeline.row.set_decision(record.record.value);
  *timeline.row.mutable_position() = MakePosition(options_.partition, record.offset);
  *timeline.row.mutable_recorded_at() = base::ToProto(folded.recorded_at);
  set.timeline.push_back(std::move(timeline));
  projection::v1::RequestRow request;
  request.set_version(after->version.value);
  request.set_fingerprint(decision.request().fingerprint());
  set.requests.emplace_back(
      projection::RequestKey{decision.case_id(), decision.request().client(), decision.request().request_id()},
      std::move(request));
  if (touched == batch.end()) {
    batch.emplace(decision.case_id(), Touched{std::move(before), std::move(after)});
  } else {
    touched->second.now = std::move(after);
  }
  return folded;
}

absl::Status PartitionFold::Commit(const Batch& batch, projection::WriteSet& set) {
  const domain::Model& model = *options_.model;
  for (const auto& [case_id, touched] : batch) {
    projection::v1::CaseRow row;
    row.set_version(touched.now->version.value);
    row.set_head(touched.now->head->ToBytes());
    *row.mutable_decided_at() = base::ToProto(touched.now->decided_at);
    row.set_registry_version(touched.now->registry_version);
    row.set_state(base::SerializeDeterministically(*touched.now->state));
    row.set_bytes_since_milestone(touched.now->since_milestone.bytes);
    row.set_milestone_bytes(touched.now->since_milestone.last_bytes);
    set.cases.emplace_back(case_id, std::move(row));

    const auto less = std::less<std::string>();
    const auto keys_before = Sorted(model.indexes(*touched.before->state, case_id), less);
    const auto keys_now = Sorted(model.indexes(*touched.now->state, case_id), less);
    for (std::string& key : Minus(keys_now, keys_before, less)) set.index_puts.push_back({std::move(key), case_id});
    for (std::string& key : Minus(keys_before, keys_now, less)) set.index_deletes.push_back({std::move(key), case_id});

    const auto items_before = Sorted(model.agenda(*touched.before->state, case_id), ItemLess);
    const auto items_now = Sorted(model.agenda(*touched.now->state, case_id), ItemLess);
    for (auto& item : Minus(items_now, items_before, ItemLess)) set.agenda_puts.push_back(std::move(item));
    for (auto& item : Minus(items_before, items_now, ItemLess)) set.agenda_deletes.push_back(std::move(item));
  }
  set.partitions.emplace_back(options_.partition, *row_);
  return options_.store->Commit(set);
}

absl::StatusOr<std::vector<Folded>> PartitionFold::Fold(absl::Span<const journal::StoredRecord> records) {
  const std::optional<projection::v1::PartitionRow> row = row_;
  const base::Offset next_offset = next_offset_;
  absl::StatusOr<std::vector<Folded>> folded = FoldBatch(records);
  if (!folded.ok() && before_halt_.empty()) {
    // Nothing was committed: what this says of itself must be what the store holds.
    row_ = row;
    next_offset_ = next_offset;
  }
  return folded;
}

absl::StatusOr<std::vector<Folded>> PartitionFold::FoldBatch(absl::Span<const journal::StoredRecord> records) {
  std::vector<Folded> out;
  out.reserve(records.size());
  Batch batch;
  projection::WriteSet set;
  absl::Status halt;
  for (const journal::StoredRecord& record : records) {
    if (record.offset != next_offset_) {
      return absl::DataLossError(absl::StrCat("expected ", Where(options_.partition, next_offset_),
                                              " next, found offset ", record.offset.value));
    }
    const absl::StatusOr<journal::Stamp> stamp = journal::CountingStamp(record, carried_through_);
    if (!stamp.ok()) {
      return absl::DataLossError(
          absl::StrCat("partition ", options_.partition.ToString(), ": ", stamp.status().message()));
    }
    const base::Digest hash = base::Sha256(record.record.value);
    Folded folded{.kind = Folded::Kind::kGenesis, .offset = record.offset, .hash = hash, .stamp = stamp->time};
    if (record.offset.value == 0) {
      WHISTLE_RETURN_IF_ERROR(FoldGenesis(record));
    } else {
      auto read = ReadDecision(record, options_.partition, options_.identity.partition_count, options_.level_known);
      if (const auto* unknown = std::get_if<UnknownLevel>(&read)) {
        halt = absl::FailedPreconditionError(absl::StrCat(
            "HALTED at ", Where(options_.partition, record.offset), ": the record is of level ", unknown->level,
            " and this build knows level ", options_.level_known, "; upgrade this service and it goes on"));
        break;
      }
      if (auto* malformed = std::get_if<Malformed>(&read)) {
        folded.kind = Folded::Kind::kMalformed;
        folded.reason = malformed->reason;
        projection::v1::QuarantineRow row;
        *row.mutable_position() = MakePosition(options_.partition, record.offset);
        row.set_reason(malformed->reason);
        row.set_record_hash(hash.ToBytes());
        *row.mutable_stamp() = base::ToProto(stamp->time);
        set.quarantine.push_back(std::move(row));
        row_->set_malformed(row_->malformed() + 1);
      } else {
        WHISTLE_ASSIGN_OR_RETURN(
            folded, FoldDecision(record, stamp->time, hash, std::get<Decision>(std::move(read)), batch, set));
      }
    }
    row_->set_offset(record.offset.value);
    row_->set_record_hash(hash.ToBytes());
    row_->set_digest(NextPartitionDigest(*base::Digest::FromBytes(row_->digest()), hash, stamp->carried).ToBytes());
    next_offset_ = next_offset_.Next();
    out.push_back(std::move(folded));
  }
  if (!out.empty()) {
    WHISTLE_RETURN_IF_ERROR(Commit(batch, set));
    for (const auto& [case_id, touched] : batch) Remember(case_id, touched.now);
  }
  if (!halt.ok()) {
    before_halt_ = std::move(out);
    return halt;
  }
  return out;
}

}  // namespace whistle::engine
