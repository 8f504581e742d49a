#include "libs/engine/judged.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/time.h"

namespace whistle::engine {
namespace {

using journal::v1::Decision;

// What the parent came to, beside the head.
std::string ParentText(const Judged& judged) {
  const std::optional<HeadAt>& head = judged.head_before;
  const std::string stands =
      head ? absl::StrCat(head->hash.ToHex(), ", version ", head->version.value, " at offset ", head->offset.value)
           : std::string();
  const std::string parent = absl::BytesToHexString(judged.decision.parent());
  const bool fits = judged.kind != Judged::Kind::kSupersededByParent;
  if (parent.empty()) {
    return absl::StrCat("it names no parent, and ",
                        head ? absl::StrCat("the head before it is ", stands) : "the case had no decision before it");
  }
  if (fits) return absl::StrCat("its parent ", parent, " is the head before it");
  return absl::StrCat("its parent ", parent, " is not the head before it, ",
                      head ? stands : "which is none: the case had no decision");
}

std::string TimesText(const Judged& judged) {
  const absl::Time decided_at = base::FromProto(judged.decision.decided_at());
  const absl::Duration before = judged.stamp - decided_at;
  return absl::StrCat("decided_at ", base::TimeText(decided_at), ", ", absl::FormatDuration(absl::AbsDuration(before)),
                      before < absl::ZeroDuration() ? " after" : " before", " the stamp ",
                      base::TimeText(judged.stamp));
}

std::string WindowText() {
  return absl::StrCat("at most ", absl::FormatDuration(kDecidedBeforeStampMax), " before and ",
                      absl::FormatDuration(kDecidedAfterStampMax), " after");
}

}  // namespace

absl::StatusOr<Judged> JudgedPartition::Judge(const journal::StoredRecord& record) {
  const std::string where = absl::StrCat("partition ", partition_.ToString(), " offset ", record.offset.value);
  if (record.offset != next_offset_) {
    return absl::DataLossError(absl::StrCat(where, " came where offset ", next_offset_.value, " was expected"));
  }
  if (unknown_level_ != 0) {
    return absl::FailedPreconditionError(absl::StrCat(where, " comes after a record of level ", unknown_level_,
                                                      ", and this build knows level ", kLevelKnown));
  }
  if (record.offset.value == 0) {
    const absl::StatusOr<base::Offset> through = journal::CarriedThrough(record.record);
    if (!through.ok()) return absl::DataLossError(absl::StrCat(where, " does not hold a genesis record"));
    carried_through_ = *through;
  }
  const absl::StatusOr<journal::Stamp> stamp = journal::CountingStamp(record, carried_through_);
  if (!stamp.ok()) {
    return absl::DataLossError(absl::StrCat("partition ", partition_.ToString(), ": ", stamp.status().message()));
  }
  Judged judged{.offset = record.offset,
                .hash = base::Sha256(record.record.value),
                .stamp = stamp->time,
                .carried_stamp = stamp->carried,
                .recorded_at = recorded_at_};
  if (record.offset.value == 0) {
    next_offset_ = next_offset_.Next();
    return judged;
  }
  next_offset_ = next_offset_.Next();
  auto read = ReadDecision(record, partition_, partition_count_);
  if (const auto* unknown = std::get_if<UnknownLevel>(&read)) {
    judged.kind = Judged::Kind::kUnknownLevel;
    judged.level = unknown_level_ = unknown->level;
    return judged;
  }
  if (auto* malformed = std::get_if<Malformed>(&read)) {
    judged.kind = Judged::Kind::kMalformed;
    judged.reason = std::move(malformed->reason);
    return judged;
  }
  judged.decision = std::get<Decision>(std::move(read));
  const auto head = heads_.find(judged.decision.case_id());
  if (head != heads_.end()) judged.head_before = head->second;
  const auto before = judged.head_before ? std::make_optional(judged.head_before->hash) : std::nullopt;
  switch (engine::Judge(judged.decision, before, judged.stamp)) {
    case Verdict::kSupersededByParent:
      judged.kind = Judged::Kind::kSupersededByParent;
      return judged;
    case Verdict::kSupersededByTime:
      judged.kind = Judged::Kind::kSupersededByTime;
      return judged;
    case Verdict::kAccepted:
      break;
  }
  judged.kind = Judged::Kind::kAccepted;
  judged.version = judged.head_before ? judged.head_before->version.Next() : base::Version{1};
  judged.recorded_at = recorded_at_ = std::max(recorded_at_, judged.stamp);
  heads_[judged.decision.case_id()] = {.hash = judged.hash, .version = judged.version, .offset = record.offset};
  return judged;
}

JudgedPartition JudgedPartition::From(base::PartitionId partition, int partition_count, SoFar so_far) {
  JudgedPartition judged(partition, partition_count);
  judged.next_offset_ = so_far.next_offset;
  judged.carried_through_ = so_far.carried_through;
  judged.recorded_at_ = so_far.recorded_at;
  judged.unknown_level_ = so_far.unknown_level;
  judged.heads_ = std::move(so_far.heads);
  return judged;
}

std::string WhyOf(const Judged& judged) {
  switch (judged.kind) {
    case Judged::Kind::kGenesis:
      return "the first record of the partition: it says which journal this is, and happened to no case";
    case Judged::Kind::kAccepted:
      return absl::StrCat(ParentText(judged), "; ", TimesText(judged), ", plausible is ", WindowText());
    case Judged::Kind::kSupersededByParent:
      return ParentText(judged);
    case Judged::Kind::kSupersededByTime:
      return absl::StrCat(ParentText(judged), "; but ", TimesText(judged), ", plausible is ", WindowText());
    case Judged::Kind::kMalformed:
      return judged.reason;
    case Judged::Kind::kUnknownLevel:
      return absl::StrCat("it is of level ", judged.level, " and this build knows level ", kLevelKnown,
                          "; use a newer build");
  }
  return "";
}

}  // namespace whistle::engine
