// Joint meetings (联席会议): convened, held, with the commitments made in them.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/given.h"
#include "libs/domain/terms.h"
#include "libs/domain/validate.h"
#include "libs/registry/authority.h"
#include "services/coordination/find.h"
#include "services/coordination/limits.h"
#include "services/coordination/model.h"

namespace whistle::coordination {
namespace {

using common::v1::OrganizationRef;
using domain::Context;
using domain::Events;
using domain::Invalid;
using domain::Outcome;
using domain::Rejection;
using google::protobuf::RepeatedPtrField;

std::optional<Rejection> CheckTopics(const RepeatedPtrField<std::string>& topics) {
  if (topics.empty() || topics.size() > kTopicsMax) {
    return Invalid("topics", absl::StrCat("1 to ", kTopicsMax), absl::StrCat(topics.size()));
  }
  for (int i = 0; i < topics.size(); ++i) {
    if (auto no = domain::CheckText(topics[i], absl::StrCat("topics[", i, "]"), {.bytes_max = kTopicBytesMax})) {
      return no;
    }
  }
  return std::nullopt;
}

std::optional<Rejection> CheckMeetsAt(const google::protobuf::Timestamp& meets_at, const Context& context) {
  const std::string expected =
      absl::StrCat("a time from ", base::TimeText(context.occurred_at), " on, at most a year ahead");
  if (!base::CheckTimestamp(meets_at, "meets_at").ok()) return Invalid("meets_at", expected, "no such time");
  const absl::Time time = base::FromProto(meets_at);
  if (time >= context.occurred_at && time <= context.occurred_at + kMeetingAheadMax) return std::nullopt;
  return Invalid("meets_at", expected, base::TimeText(time));
}

std::set<std::string> IdsOf(const RepeatedPtrField<OrganizationRef>& organizations) {
  std::set<std::string> ids;
  for (const auto& organization : organizations) ids.insert(organization.organization_id());
  return ids;
}

// The fields of a meeting alone, whatever the state.
std::optional<Rejection> ResolveFields(const v1::HoldMeetingRequest& request, const Context& context,
                                       v1::MeetingHeld* out) {
  if (!v1::MeetingOutcome_IsValid(request.outcome()) || request.outcome() == v1::MEETING_OUTCOME_UNSPECIFIED) {
    return Invalid("outcome", "MEETING_OUTCOME_AGREED, _PARTLY or _DEADLOCKED",
                   absl::StrCat(static_cast<int>(request.outcome())));
  }
  const bool deadlocked = request.outcome() == v1::MEETING_OUTCOME_DEADLOCKED;
  out->set_outcome(request.outcome());
  const int came_min = deadlocked ? 0 : 1;
  if (auto no = ResolveAll(request.attended_ids(), "attended_ids", came_min, kMeetingOrganizationsMax, context,
                           out->mutable_attended())) {
    return no;
  }
  if (auto no =
          ResolveAll(request.absent_ids(), "absent_ids", 0, kMeetingOrganizationsMax, context, out->mutable_absent())) {
    return no;
  }
  const std::set<std::string> came = IdsOf(out->attended());
  for (int i = 0; i < request.absent_ids_size(); ++i) {
    if (!came.contains(request.absent_ids(i))) continue;
    return Invalid(absl::StrCat("absent_ids[", i, "]"), "an organization that did not come", request.absent_ids(i));
  }
  if (auto no = domain::CheckText(request.minutes(), "minutes", {.bytes_max = kMinutesBytesMax})) return no;
  out->set_minutes(request.minutes());
  if (request.meeting_id().empty()) {
    if (auto no = CheckTopics(request.topics())) return no;
  } else if (!request.topics().empty()) {
    return Invalid("topics", "none for a meeting that was convened: they are known",
                   absl::StrCat(request.topics_size()));
  }
  *out->mutable_topics() = request.topics();
  out->set_meeting_id(request.meeting_id());
  if (deadlocked && !request.commitments().empty()) {
    return Invalid("commitments", "none, or MEETING_OUTCOME_PARTLY", absl::StrCat(request.commitments_size()));
  }
  if (request.commitments_size() > kMeetingCommitmentsMax) {
    return Invalid("commitments", absl::StrCat("at most ", kMeetingCommitmentsMax),
                   absl::StrCat(request.commitments_size()));
  }
  for (int i = 0; i < request.commitments_size(); ++i) {
    const v1::CommitmentDraft& draft = request.commitments(i);
    const std::string at = absl::StrCat("commitments[", i, "]");
    if (!came.contains(draft.organization_id())) {
      return Invalid(at + ".organization_id", "one of those who came",
                     absl::StrCat("\"", draft.organization_id(), "\""));
    }
    if (auto no = domain::CheckText(draft.what(), at + ".what")) return no;
    if (auto no = domain::CheckGivenDate(draft.due_at(), at + ".due_at", kGivenDateMax, context)) return no;
  }
  return std::nullopt;
}

// Whoever was invited and did not come was absent, said or not.
std::optional<Rejection> AddAbsent(const v1::OpenMeeting& meeting, const Context& context, v1::MeetingHeld* held) {
  std::set<std::string> named = IdsOf(held->attended());
  named.merge(IdsOf(held->absent()));
  for (const auto& invited : meeting.invited()) {
    if (named.contains(invited.organization_id())) continue;
    if (held->absent_size() >= kMeetingOrganizationsMax) {
      return Invalid("absent_ids",
                     absl::StrCat("at most ", kMeetingOrganizationsMax, " with those invited who did not come"),
                     "more");
    }
    *held->add_absent() = CurrentRef(invited, context);
  }
  return std::nullopt;
}

}  // namespace

Outcome Decide(const State& state, const v1::ConveneMeetingRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  journal::v1::Event event = context.NewEvent();
  auto& convened = *event.mutable_meeting_convened();
  if (auto no = ResolveAll(request.invited_ids(), "invited_ids", 1, kMeetingOrganizationsMax, context,
                           convened.mutable_invited())) {
    return *std::move(no);
  }
  if (auto no = CheckMeetsAt(request.meets_at(), context)) return *std::move(no);
  if (auto no = domain::CheckText(request.place(), "place", {.bytes_max = kPlaceBytesMax})) return *std::move(no);
  if (auto no = CheckTopics(request.topics())) return *std::move(no);
  if (!request.whistle_id().empty()) {
    auto whistle = FindWhistle(state, request.whistle_id(), context);
    auto* no = std::get_if<Rejection>(&whistle);
    // A meeting may follow a whistle of long ago.
    if (no != nullptr && no->detail.kind() != common::v1::REJECTION_KIND_ILLEGAL) return std::move(*no);
  }
  if (auto no = domain::RequireOpen(state.header(), context)) return *std::move(no);
  if (state.open_meetings_size() >= kOpenMeetingsMax) return domain::OverLimit("open_meetings", kOpenMeetingsMax);
  auto convener = RequireConvener(state, context);
  if (auto* no = std::get_if<Rejection>(&convener)) return std::move(*no);

  *convened.mutable_convened_by() = std::get<OrganizationRef>(convener);
  *convened.mutable_meets_at() = request.meets_at();
  convened.set_place(request.place());
  *convened.mutable_topics() = request.topics();
  convened.set_whistle_id(request.whistle_id());
  for (const auto& invited : convened.invited()) {
    if (!registry::HasAuthority(convened.convened_by(), invited)) {
      convened.add_across_authority_ids(invited.organization_id());
    }
  }
  return Events{std::move(event)};
}

Outcome Decide(const State& state, const v1::HoldMeetingRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  v1::MeetingHeld held;
  if (auto no = ResolveFields(request, context, &held)) return *std::move(no);
  const v1::OpenMeeting* meeting = nullptr;
  if (!request.meeting_id().empty()) {
    auto found = FindMeeting(state, request.meeting_id(), context);
    if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
    meeting = std::get<const v1::OpenMeeting*>(found);
    if (auto no = RequireAfter(meeting->occurred_at(), "the meeting was convened", context)) return *std::move(no);
    if (auto no = AddAbsent(*meeting, context, &held)) return *std::move(no);
  }
  if (auto no = RequireOpenThen(state, context)) return *std::move(no);
  if (state.open_commitments_size() + request.commitments_size() > kOpenCommitmentsMax) {
    return domain::OverLimit("open_commitments", kOpenCommitmentsMax);
  }
  if (meeting != nullptr) {
    const OrganizationRef convener = CurrentRef(meeting->convened_by(), context);
    if (auto no = domain::RequireActingFor(convener, "who convened the meeting,", context)) return *std::move(no);
  } else {
    auto holder = RequireConvener(state, context);
    if (auto* no = std::get_if<Rejection>(&holder)) return std::move(*no);
  }
  auto acting = domain::ActingOrganization(context);
  if (auto* no = std::get_if<Rejection>(&acting)) return std::move(*no);
  *held.mutable_held_by() = std::get<OrganizationRef>(acting);

  Events events;
  *events.emplace_back(context.NewEvent()).mutable_meeting_held() = held;
  const std::string meeting_id = meeting != nullptr ? request.meeting_id() : context.EventId(1);
  for (const auto& draft : request.commitments()) {
    auto& made = *events.emplace_back(context.NewEvent()).mutable_commitment_made();
    const auto who = std::find_if(held.attended().begin(), held.attended().end(), [&](const OrganizationRef& came) {
      return came.organization_id() == draft.organization_id();
    });
    *made.mutable_organization() = *who;
    made.set_what(draft.what());
    *made.mutable_due() = domain::DueGiven(context.occurred_at, base::FromProto(draft.due_at()),
                                           domain::BasisOf(state.header(), context));
    made.set_meeting_id(meeting_id);
    *made.mutable_recorded_by() = held.held_by();
  }
  return events;
}

}  // namespace whistle::coordination
