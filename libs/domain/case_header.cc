#include "libs/domain/case_header.h"

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/correction.h"

namespace whistle::domain {
namespace {

using intake::v1::CaseHeader;
using intake::v1::CaseStatus;
using journal::v1::Event;

void SetStatus(CaseHeader& header, CaseStatus status, const Event& event, const EventRef& ref) {
  header.set_status(status);
  header.set_status_event_id(ref.id);
  *header.mutable_status_since() = event.occurred_at();
}

absl::string_view StatusWord(CaseStatus status) {
  switch (status) {
    case intake::v1::CASE_STATUS_REGISTERED:
      return "registered, not yet accepted";
    case intake::v1::CASE_STATUS_ACCEPTED:
      return "in handling";
    case intake::v1::CASE_STATUS_DECLINED:
      return "declined";
    case intake::v1::CASE_STATUS_CLOSED:
      return "closed";
    case intake::v1::CASE_STATUS_MERGED:
      return "merged into another case";
    default:
      return "unknown";
  }
}

// What the header took from a corrected entry is put right in it. The start of the statutory clock is not among it.
void EvolveCorrection(CaseHeader& header, const common::v1::EntryCorrected& corrected) {
  Event entry;
  const auto corrected_date = [&](google::protobuf::Timestamp& date) {
    *entry.mutable_occurred_at() = date;
    if (ApplyCorrection(corrected, &entry)) date = entry.occurred_at();
  };
  // A case begins with its registration.
  if (corrected.event_id() == MakeEventId(base::Version{1}, 1)) {
    ApplyCorrection(corrected, &header);
    return;
  }
  if (corrected.event_id() == header.handler_event_id()) {
    ApplyCorrection(corrected, &header);
    corrected_date(*header.mutable_handler_since());
  }
  if (corrected.event_id() == header.status_event_id()) corrected_date(*header.mutable_status_since());
}

}  // namespace

void EvolveHeader(CaseHeader& header, const Event& event, const EventRef& ref) {
  // Not an exhaustive switch: each service's own Evolve is one, and folds the header first.
  if (event.has_case_registered()) {
    const auto& e = event.case_registered();
    SetStatus(header, intake::v1::CASE_STATUS_REGISTERED, event, ref);
    header.set_title(e.title());
    header.set_category(e.category());
    *header.mutable_site() = e.site();
    *header.mutable_registered_at() = event.occurred_at();
    *header.mutable_policy() = e.policy();
    header.set_policy_version(e.policy_version());
  } else if (event.has_policy_rebound()) {
    *header.mutable_policy() = event.policy_rebound().policy();
    header.set_policy_version(event.policy_rebound().policy_version());
  } else if (event.has_case_accepted()) {
    SetStatus(header, intake::v1::CASE_STATUS_ACCEPTED, event, ref);
  } else if (event.has_case_declined()) {
    SetStatus(header, intake::v1::CASE_STATUS_DECLINED, event, ref);
  } else if (event.has_handler_assigned()) {
    *header.mutable_handler() = event.handler_assigned().handler();
    *header.mutable_handler_since() = event.occurred_at();
    header.set_handler_event_id(ref.id);
  } else if (event.has_merge_completed()) {
    header.set_status_before_merge(header.status());
    header.set_merged_into_case_id(event.merge_completed().target_case_id());
    SetStatus(header, intake::v1::CASE_STATUS_MERGED, event, ref);
  } else if (event.has_case_unmerged()) {
    const auto& e = event.case_unmerged();
    if (e.side() == intake::v1::MERGE_SIDE_SOURCE && !e.completed()) {
      SetStatus(header, header.status_before_merge(), event, ref);
      header.clear_merged_into_case_id();
      header.clear_status_before_merge();
    }
  } else if (event.has_case_closed()) {
    SetStatus(header, intake::v1::CASE_STATUS_CLOSED, event, ref);
  } else if (event.has_case_reopened()) {
    SetStatus(header, intake::v1::CASE_STATUS_ACCEPTED, event, ref);
  } else if (event.has_intake_entry_corrected()) {
    EvolveCorrection(header, event.intake_entry_corrected());
  }
}

std::string DescribeStatus(const CaseHeader& header) {
  std::string text = absl::StrCat("the case is ", StatusWord(header.status()));
  if (!header.merged_into_case_id().empty()) absl::StrAppend(&text, " ", header.merged_into_case_id());
  if (header.has_status_since()) {
    absl::StrAppend(&text, " since ", base::TimeText(base::FromProto(header.status_since())), " (event ",
                    header.status_event_id(), ")");
  }
  return text;
}

std::optional<Rejection> RequireCase(const CaseHeader& header, const Context& context) {
  if (header.status() != intake::v1::CASE_STATUS_UNSPECIFIED) return std::nullopt;
  return NotFound("unknown_case", context.case_id,
                  absl::StrCat("there is no case ", context.case_id, "; register it first or check the id"));
}

std::optional<Rejection> RequireOpen(const CaseHeader& header, const Context& context) {
  if (auto rejection = RequireCase(header, context)) return rejection;
  if (header.status() == intake::v1::CASE_STATUS_REGISTERED || header.status() == intake::v1::CASE_STATUS_ACCEPTED) {
    return std::nullopt;
  }
  return Illegal("case_not_open", context.case_id, "on a case that is registered or in handling",
                 DescribeStatus(header));
}

std::optional<Rejection> RequireInHandling(const CaseHeader& header, const Context& context) {
  if (auto rejection = RequireCase(header, context)) return rejection;
  if (header.status() == intake::v1::CASE_STATUS_ACCEPTED) return std::nullopt;
  return Illegal("case_not_in_handling", context.case_id, "on a case in handling", DescribeStatus(header));
}

}  // namespace whistle::domain
