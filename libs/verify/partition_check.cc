#include "libs/verify/partition_check.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/engine/malformed.h"

namespace whistle::verify {

using engine::HeadAt;
using engine::Judged;
using engine::JudgedPartition;

namespace {

JudgedPartition JudgedFrom(base::PartitionId partition, int partition_count, const v1::PartitionProgress& progress) {
  JudgedPartition::SoFar so_far{.next_offset = base::Offset{progress.next_offset()},
                                .carried_through = base::Offset{progress.carried_through()},
                                .unknown_level = progress.unknown_level()};
  if (progress.has_recorded_at()) so_far.recorded_at = base::FromProto(progress.recorded_at());
  for (const v1::Head& head : progress.heads()) {
    if (const auto at = HeadOf(head)) so_far.heads.emplace(head.case_id(), *at);
  }
  return JudgedPartition::From(partition, partition_count, std::move(so_far));
}

}  // namespace

uint64_t ShortHash(absl::string_view hash_bytes) {
  uint64_t value = 0;
  std::memcpy(&value, hash_bytes.data(), std::min(sizeof value, hash_bytes.size()));
  return value;
}

v1::Head HeadMessage(const std::string& case_id, const std::optional<HeadAt>& head) {
  v1::Head message;
  message.set_case_id(case_id);
  if (!head) return message;
  message.set_version(head->version.value);
  message.set_hash(head->hash.ToBytes());
  message.set_offset(head->offset.value);
  return message;
}

std::optional<HeadAt> HeadOf(const v1::Head& head) {
  const auto hash = base::Digest::FromBytes(head.hash());
  if (!hash) return std::nullopt;
  return HeadAt{.hash = *hash, .version = base::Version{head.version()}, .offset = base::Offset{head.offset()}};
}

PartitionCheck::PartitionCheck(base::PartitionId partition, int partition_count, const std::vector<base::Offset>& cuts,
                               Problems* problems)
    : judged_(partition, partition_count), problems_(problems) {
  for (const base::Offset cut : cuts) cuts_.try_emplace(cut);
}

PartitionCheck::PartitionCheck(base::PartitionId partition, int partition_count, const v1::PartitionProgress& progress,
                               Problems* problems)
    : judged_(JudgedFrom(partition, partition_count, progress)),
      problems_(problems),
      next_offset_{progress.next_offset()},
      halted_(progress.unknown_level() != 0),
      digest_(base::Digest::FromBytes(progress.digest())),
      accepted_(progress.accepted()),
      superseded_(progress.superseded()),
      malformed_(progress.malformed()),
      bytes_(progress.bytes()),
      orphans_(progress.orphans().begin(), progress.orphans().end()),
      strays_(progress.strays().begin(), progress.strays().end()) {
  if (progress.has_recorded_at()) recorded_at_ = base::FromProto(progress.recorded_at());
  if (const auto hash = base::Digest::FromBytes(progress.last_hash())) last_hash_ = *hash;
  for (const v1::Cut& cut : progress.cuts()) {
    Cut& at = cuts_[base::Offset{cut.offset()}];
    if (cut.has_row()) at.row = cut.row();
    for (const v1::Head& head : cut.heads()) at.heads[head.case_id()] = HeadOf(head);
  }
}

v1::PartitionProgress PartitionCheck::Progress() const {
  v1::PartitionProgress progress;
  progress.set_topic(id().is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES);
  progress.set_partition(id().index());
  progress.set_next_offset(next_offset().value);
  progress.set_carried_through(judged_.carried_through().value);
  progress.set_last_hash(last_hash_.ToBytes());
  if (digest_) progress.set_digest(digest_->ToBytes());
  if (recorded_at_ != absl::InfinitePast()) *progress.mutable_recorded_at() = base::ToProto(recorded_at_);
  progress.set_unknown_level(judged_.unknown_level());
  progress.set_accepted(accepted_);
  progress.set_superseded(superseded_);
  progress.set_malformed(malformed_);
  progress.set_bytes(bytes_);
  for (const auto& [case_id, head] : heads()) *progress.add_heads() = HeadMessage(case_id, head);
  for (const auto& [offset, cut] : cuts_) {
    v1::Cut& message = *progress.add_cuts();
    message.set_offset(offset.value);
    if (cut.row) *message.mutable_row() = *cut.row;
    for (const auto& [case_id, head] : cut.heads) *message.add_heads() = HeadMessage(case_id, head);
  }
  for (const v1::Orphan& orphan : orphans_) *progress.add_orphans() = orphan;
  for (const v1::Stray& stray : strays_) *progress.add_strays() = stray;
  return progress;
}

void PartitionCheck::Tell(const char* kind, base::Offset offset, std::string expected, std::string found) {
  v1::Problem problem;
  problem.set_kind(kind);
  problem.set_place(PlaceText(id(), offset));
  problem.set_expected(std::move(expected));
  problem.set_found(std::move(found));
  problems_->Add(std::move(problem));
}

void PartitionCheck::Take(base::Offset offset, absl::StatusOr<journal::StoredRecord> record) {
  if (offset > next_offset()) {
    const base::Offset last{offset.value - 1};
    Tell(kHole, next_offset(), absl::StrCat("records from here to ", PlaceText(id(), last)),
         absl::StrCat("none: the next one lies at ", PlaceText(id(), offset)));
    while (next_offset() < offset) PassOver(next_offset());
  }
  if (!record.ok()) {
    Tell(kFrame, offset, "a record as it was written", std::string(record.status().message()));
    return PassOver(offset);
  }
  TakeWhole(*record);
}

void PartitionCheck::Finish(base::Offset end) {
  if (next_offset() >= end) return;
  Tell(kHole, next_offset(), absl::StrCat("records from here to ", PlaceText(id(), base::Offset{end.value - 1})),
       "none");
  while (next_offset() < end) PassOver(next_offset());
}

void PartitionCheck::PassOver(base::Offset offset) {
  next_offset_ = offset.Next();
  digest_.reset();
  journal::StoredRecord nothing{.offset = offset, .stamp = absl::UnixEpoch(), .record = {}};
  // What stands for a genesis keeps the rule going: that it is none was told.
  if (offset.value == 0) nothing.record.key = std::string(journal::kGenesisKey);
  if (halted_) return;
  if (offset.value > 0 && offset < judged_.carried_through()) {
    nothing.record = journal::Carry(std::move(nothing.record), nothing.stamp);
  }
  judged_.Judge(nothing).status().IgnoreError();  // An empty value is malformed, and counts for nobody.
}

void PartitionCheck::TakeWhole(const journal::StoredRecord& record) {
  next_offset_ = record.offset.Next();
  bytes_ += record.record.value.size();
  last_hash_ = base::Sha256(record.record.value);
  std::optional<base::Digest> digest = digest_;
  std::string carried_stamp;
  if (halted_) {
    // Nothing can be said of it but its bytes, and what was carried over with them.
    const auto stamp = journal::CountingStamp(record, judged_.carried_through());
    if (stamp.ok()) carried_stamp = stamp->carried;
  } else if (const auto judged = judged_.Judge(record); judged.ok()) {
    carried_stamp = judged->carried_stamp;
    TakeJudged(record, *judged);
  } else {
    // The first record of a partition, or one that an import should have stamped.
    Tell(record.offset.value == 0 ? kGenesis : kCarried, record.offset,
         record.offset.value == 0 ? "a genesis record" : "a record with the stamp that was carried over",
         std::string(judged.status().message()));
    PassOver(record.offset);
  }
  if (digest) digest = journal::NextPartitionDigest(*digest, last_hash_, carried_stamp);
  digest_ = digest;
  Remember(last_hash_);
  ReachCut(record.offset);
}

void PartitionCheck::TakeJudged(const journal::StoredRecord& record, const Judged& judged) {
  switch (judged.kind) {
    case Judged::Kind::kGenesis:
      return;
    case Judged::Kind::kAccepted:
      return TakeAccepted(judged);
    case Judged::Kind::kSupersededByParent:
    case Judged::Kind::kSupersededByTime:
      return TakeSuperseded(judged);
    case Judged::Kind::kMalformed:
      ++malformed_;
      if (engine::MalformedReasonOf(judged.reason) == engine::MalformedReason::kPartition) {
        v1::Stray& stray = strays_.emplace_back();
        stray.set_offset(judged.offset.value);
        stray.set_case_id(record.record.key);
        stray.set_hash(judged.hash.ToBytes());
      }
      return;
    case Judged::Kind::kUnknownLevel:
      halted_ = true;
      Tell(kLevel, judged.offset, absl::StrCat("a level up to ", engine::kLevelKnown, ", which this build knows"),
           absl::StrCat("level ", judged.level,
                        ": nothing can be said of it, nor of what follows in this partition; "
                        "use a newer whistlectl"));
      return;
  }
}

void PartitionCheck::TakeAccepted(const Judged& judged) {
  ++accepted_;
  recorded_at_ = judged.recorded_at;
  for (auto& [offset, cut] : cuts_) {
    if (judged.offset <= offset) break;
    cut.heads.try_emplace(judged.decision.case_id(), judged.head_before);
  }
}

void PartitionCheck::TakeSuperseded(const Judged& judged) {
  ++superseded_;
  const std::string& parent = judged.decision.parent();
  if (judged.kind != Judged::Kind::kSupersededByParent || parent.empty()) return;
  if (recent_set_.contains(ShortHash(parent))) return;
  v1::Orphan& orphan = orphans_.emplace_back();
  orphan.set_offset(judged.offset.value);
  orphan.set_case_id(judged.decision.case_id());
  orphan.set_parent(parent);
  *orphan.mutable_head() = HeadMessage(judged.decision.case_id(), judged.head_before);
}

void PartitionCheck::Remember(const base::Digest& hash) {
  const uint64_t shortened = ShortHash(hash.bytes());
  recent_.push_back(shortened);
  recent_set_.insert(shortened);
  if (recent_.size() <= kRecentMax) return;
  recent_set_.erase(recent_.front());
  recent_.pop_front();
}

void PartitionCheck::ReachCut(base::Offset offset) {
  const auto found = cuts_.find(offset);
  if (found == cuts_.end() || !digest_) return;
  projection::v1::PartitionRow row;
  row.set_offset(offset.value);
  row.set_record_hash(last_hash_.ToBytes());
  row.set_digest(digest_->ToBytes());
  if (recorded_at_ != absl::InfinitePast()) *row.mutable_recorded_at() = base::ToProto(recorded_at_);
  row.set_accepted(accepted_);
  row.set_superseded(superseded_);
  row.set_malformed(malformed_);
  found->second.row = std::move(row);
}

std::optional<projection::v1::PartitionRow> PartitionCheck::RowAt(base::Offset offset) const {
  const auto found = cuts_.find(offset);
  return found == cuts_.end() ? std::nullopt : found->second.row;
}

std::optional<HeadAt> PartitionCheck::HeadAtCut(base::Offset offset, const std::string& case_id) const {
  if (const auto cut = cuts_.find(offset); cut != cuts_.end()) {
    if (const auto moved_on = cut->second.heads.find(case_id); moved_on != cut->second.heads.end()) {
      return moved_on->second;
    }
  }
  const auto head = heads().find(case_id);
  return head == heads().end() ? std::nullopt : std::make_optional(head->second);
}

size_t PartitionCheck::CasesAtCut(base::Offset offset) const {
  size_t cases = heads().size();
  const auto cut = cuts_.find(offset);
  if (cut == cuts_.end()) return cases;
  for (const auto& [case_id, head] : cut->second.heads) cases -= head ? 0 : 1;
  return cases;
}

}  // namespace whistle::verify
