// A department answers, asked or unasked.
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/time.h"
#include "libs/domain/case_header.h"
#include "libs/domain/validate.h"
#include "services/response/find.h"
#include "services/response/limits.h"
#include "services/response/model.h"

namespace whistle::response {
namespace {

using common::v1::OrganizationRef;
using domain::Context;
using domain::Events;
using domain::Invalid;
using domain::Outcome;
using domain::Rejection;
using google::protobuf::RepeatedPtrField;

constexpr size_t kNumberBytesMax = 32;

// A decimal number in its one spelling ("70" for "070.00"), so that two statements compare; nothing if it is none.
std::optional<std::string> CanonicalNumber(absl::string_view text) {
  if (text.empty() || text.size() > kNumberBytesMax) return std::nullopt;
  const bool negative = absl::ConsumePrefix(&text, "-");
  std::string whole, fraction;
  size_t at = 0;
  while (at < text.size() && absl::ascii_isdigit(text[at])) whole.push_back(text[at++]);
  if (whole.empty()) return std::nullopt;
  if (at < text.size()) {
    if (text[at++] != '.' || at == text.size()) return std::nullopt;
    while (at < text.size() && absl::ascii_isdigit(text[at])) fraction.push_back(text[at++]);
    if (at != text.size()) return std::nullopt;
  }
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  const bool zero = whole == "0" && fraction.empty();
  return absl::StrCat(negative && !zero ? "-" : "", whole, fraction.empty() ? "" : ".", fraction);
}

// 1 to kNamedOrganizationsMax organizations, each once.
std::optional<Rejection> ResolveNamed(const RepeatedPtrField<std::string>& ids, absl::string_view field,
                                      const Context& context, RepeatedPtrField<OrganizationRef>* out) {
  if (ids.empty() || ids.size() > kNamedOrganizationsMax) {
    return Invalid(field, absl::StrCat("1 to ", kNamedOrganizationsMax, " organizations"), absl::StrCat(ids.size()));
  }
  std::set<std::string> seen;
  for (int i = 0; i < ids.size(); ++i) {
    const std::string at = absl::StrCat(field, "[", i, "]");
    auto organization = domain::ResolveOrganization(ids[i], at, context);
    if (auto* no = std::get_if<Rejection>(&organization)) return std::move(*no);
    if (!seen.insert(ids[i]).second) return Invalid(at, "each organization once", ids[i]);
    *out->Add() = std::get<OrganizationRef>(std::move(organization));
  }
  return std::nullopt;
}

std::optional<Rejection> ResolvePosition(const v1::StatementDraft& draft, const std::string& at, const Context& context,
                                         v1::Statement* out) {
  switch (draft.position_case()) {
    case v1::StatementDraft::kHolds:
      out->set_holds(draft.holds());
      return std::nullopt;
    case v1::StatementDraft::kValue: {
      const auto number = CanonicalNumber(draft.value().number());
      if (!number) {
        return Invalid(at + ".value.number", "a decimal number of at most 32 characters (\"70\", \"-1.5\")",
                       draft.value().number().empty() ? "none" : "something else");
      }
      if (auto no = domain::CheckIdentifier(draft.value().unit(), at + ".value.unit")) return no;
      out->mutable_value()->set_number(*number);
      out->mutable_value()->set_unit(draft.value().unit());
      return std::nullopt;
    }
    case v1::StatementDraft::kResponsible:
      return ResolveNamed(draft.responsible().organization_ids(), at + ".responsible.organization_ids", context,
                          out->mutable_responsible()->mutable_organizations());
    case v1::StatementDraft::kUnknown:
      if (!draft.unknown()) return Invalid(at + ".unknown", "true", "false");
      out->set_unknown(true);
      return std::nullopt;
    case v1::StatementDraft::POSITION_NOT_SET:
      break;
  }
  return Invalid(at, "exactly one of holds, value, responsible, unknown", "none");
}

std::optional<Rejection> ResolveStatements(const RepeatedPtrField<v1::StatementDraft>& drafts, const Context& context,
                                           RepeatedPtrField<v1::Statement>* out) {
  if (drafts.size() > kStatementsMax) {
    return Invalid("statements", absl::StrCat("at most ", kStatementsMax), absl::StrCat(drafts.size()));
  }
  std::set<std::string> topics;
  for (int i = 0; i < drafts.size(); ++i) {
    const v1::StatementDraft& draft = drafts[i];
    const std::string at = absl::StrCat("statements[", i, "]");
    if (auto no = domain::CheckIdentifier(draft.topic(), at + ".topic")) return no;
    if (!topics.insert(draft.topic()).second) return Invalid(at + ".topic", "one statement a topic", draft.topic());
    v1::Statement& statement = *out->Add();
    statement.set_topic(draft.topic());
    if (auto no = ResolvePosition(draft, at, context, &statement)) return no;
    if (auto no = domain::CheckText(draft.text(), at + ".text")) return no;
    statement.set_text(draft.text());
    if (draft.replaces_event_id().empty() != draft.replaces_why().empty()) {
      return Invalid(at + ".replaces_why", "a reason exactly when replaces_event_id is given",
                     draft.replaces_why().empty() ? "none" : "a reason alone");
    }
    if (!draft.replaces_event_id().empty()) {
      if (auto no = domain::CheckText(draft.replaces_why(), at + ".replaces_why")) return no;
      statement.set_replaces_event_id(draft.replaces_event_id());
      statement.set_replaces_why(draft.replaces_why());
    }
    statement.set_condition_id(draft.condition_id());
  }
  return std::nullopt;
}

std::optional<Rejection> CheckGroundsWithin(const RepeatedPtrField<common::v1::Grounds>& grounds,
                                            const std::string& field) {
  if (grounds.size() > kGroundsMax) {
    return Invalid(field, absl::StrCat("at most ", kGroundsMax), absl::StrCat(grounds.size()));
  }
  return domain::CheckGrounds(grounds, field);
}

std::optional<Rejection> CheckConditions(const v1::SubmitResponseRequest& request) {
  if (request.stance() != v1::STANCE_CONDITIONAL && !request.conditions().empty()) {
    return Invalid("conditions", "none, or STANCE_CONDITIONAL", v1::Stance_Name(request.stance()));
  }
  if (request.conditions_size() > kConditionsMax) {
    return Invalid("conditions", absl::StrCat("at most ", kConditionsMax), absl::StrCat(request.conditions_size()));
  }
  std::set<std::string> topics;
  for (int i = 0; i < request.conditions_size(); ++i) {
    const v1::ConditionDraft& draft = request.conditions(i);
    const std::string at = absl::StrCat("conditions[", i, "]");
    if (auto no = domain::CheckIdentifier(draft.topic(), at + ".topic")) return no;
    if (!topics.insert(draft.topic()).second) return Invalid(at + ".topic", "one condition a topic", draft.topic());
    if (auto no = domain::CheckText(draft.text(), at + ".text")) return no;
    if (auto no = CheckGroundsWithin(draft.grounds(), at + ".grounds")) return no;
  }
  return std::nullopt;
}

// The fields alone, whatever the state.
std::optional<Rejection> ResolveFields(const v1::SubmitResponseRequest& request, const Context& context,
                                       v1::ResponseSubmitted* out) {
  if (!v1::Stance_IsValid(request.stance()) || request.stance() == v1::STANCE_UNSPECIFIED) {
    return Invalid("stance", "one of the six stances", absl::StrCat(static_cast<int>(request.stance())));
  }
  out->set_stance(request.stance());
  if (auto no = domain::CheckText(request.text(), "text", {.bytes_max = kResponseTextBytesMax})) return no;
  out->set_text(request.text());
  if (auto no = ResolveStatements(request.statements(), context, out->mutable_statements())) return no;
  if (auto no = CheckConditions(request)) return no;
  if (auto no = CheckGroundsWithin(request.grounds(), "grounds")) return no;
  *out->mutable_grounds() = request.grounds();
  if (request.stance() == v1::STANCE_DEFERS) {
    if (auto no = ResolveNamed(request.defers_to_ids(), "defers_to_ids", context, out->mutable_defers_to())) return no;
  } else if (!request.defers_to_ids().empty()) {
    return Invalid("defers_to_ids", "none, or STANCE_DEFERS", v1::Stance_Name(request.stance()));
  }
  out->set_assignment_id(request.assignment_id());
  out->set_withdraws_event_id(request.withdraws_event_id());
  return std::nullopt;
}

// Who answers: named, or the assignment's department, or whoever acts.
std::variant<OrganizationRef, Rejection> ResolveDepartment(const v1::SubmitResponseRequest& request,
                                                           const v1::OpenAssignment* assignment,
                                                           const Context& context) {
  if (assignment != nullptr) {
    const OrganizationRef& asked = assignment->department();
    if (!request.department_id().empty() && request.department_id() != asked.organization_id()) {
      return Invalid("department_id", absl::StrCat(asked.organization_id(), ", which was asked, or nothing"),
                     request.department_id());
    }
    return CurrentRef(asked, context);
  }
  if (!request.department_id().empty()) {
    return domain::ResolveOrganization(request.department_id(), "department_id", context);
  }
  return domain::ActingOrganization(context);
}

// A closed or declined case still hears statements: what a department says of it afterwards is a fact too.
std::optional<Rejection> RequireHeard(const State& state, const v1::SubmitResponseRequest& request,
                                      const Context& context) {
  auto no = RequireOpenThen(state, context);
  if (!no) return std::nullopt;
  const bool statement = request.stance() == v1::STANCE_REPORTS_PROGRESS && request.assignment_id().empty();
  if (statement && state.header().status() != intake::v1::CASE_STATUS_MERGED) return std::nullopt;
  absl::StrAppend(no->detail.mutable_expected(), "; otherwise statements alone (STANCE_REPORTS_PROGRESS)");
  absl::StrAppend(&no->message, "; otherwise statements alone (STANCE_REPORTS_PROGRESS)");
  return no;
}

// What the answer says of its department's earlier answers and of conditions on the case must be so.
std::optional<Rejection> CheckReferences(const State& state, const v1::ResponseSubmitted& response,
                                         const Context& context) {
  const std::string& department_id = response.department().organization_id();
  for (int i = 0; i < response.statements_size(); ++i) {
    const v1::Statement& statement = response.statements(i);
    const std::string at = absl::StrCat("statements[", i, "]");
    if (!statement.replaces_event_id().empty()) {
      const v1::LastStatement* last = FindLastStatement(state, department_id, statement.topic());
      if (last == nullptr) {
        return domain::NotFound("unknown_statement", at + ".replaces_event_id",
                                absl::StrCat(at, ".replaces_event_id: ", response.department().name(),
                                             " has made no statement on \"", statement.topic(), "\" on this case"));
      }
      if (last->event_id() != statement.replaces_event_id()) {
        return domain::Illegal("not_the_last_statement", at + ".replaces_event_id",
                               absl::StrCat("the department's last statement on this topic, event ", last->event_id()),
                               absl::StrCat("event ", statement.replaces_event_id(), " is not it"));
      }
    }
    if (!statement.condition_id().empty()) {
      auto condition = FindCondition(state, statement.condition_id(), context);
      if (auto* no = std::get_if<Rejection>(&condition)) {
        // A settled condition can be spoken of, and disavowed.
        const auto kind = no->detail.kind();
        if (kind == common::v1::REJECTION_KIND_INVALID || kind == common::v1::REJECTION_KIND_NOT_FOUND) {
          return std::move(*no);
        }
      }
    }
  }
  for (int i = 0; i < response.defers_to_size(); ++i) {
    if (response.defers_to(i).organization_id() != department_id) continue;
    return Invalid(absl::StrCat("defers_to_ids[", i, "]"), "another organization than the one that defers",
                   department_id);
  }
  if (!response.withdraws_event_id().empty()) {
    const v1::Standing* standing = FindStanding(state, department_id);
    const std::string standing_id = standing == nullptr ? "" : standing->deferral_event_id();
    if (standing_id != response.withdraws_event_id()) {
      return domain::Illegal("no_such_deferral", "withdraws_event_id",
                             standing_id.empty() ? "nothing: the department has no standing deferral on this case"
                                                 : absl::StrCat("its standing deferral, event ", standing_id),
                             absl::StrCat("event ", response.withdraws_event_id(), " is not it"));
    }
  }
  return std::nullopt;
}

std::optional<Rejection> CheckNewConditions(const State& state, const v1::SubmitResponseRequest& request,
                                            const std::string& department_id) {
  if (request.stance() != v1::STANCE_CONDITIONAL) return std::nullopt;
  bool has_open = false;
  for (const auto& open : state.open_conditions()) {
    if (open.department().organization_id() != department_id) continue;
    has_open = true;
    for (int i = 0; i < request.conditions_size(); ++i) {
      if (request.conditions(i).topic() != open.topic()) continue;
      return domain::Already("condition_open", absl::StrCat("conditions[", i, "].topic"), open.condition_id());
    }
  }
  if (request.conditions().empty() && !has_open) {
    return Invalid("conditions", "at least one with STANCE_CONDITIONAL (the department has none open on this case)",
                   "none");
  }
  return std::nullopt;
}

std::optional<Rejection> CheckLimits(const State& state, const v1::SubmitResponseRequest& request,
                                     const std::string& department_id) {
  if (state.standings_size() >= kStandingsMax && FindStanding(state, department_id) == nullptr) {
    return domain::OverLimit("departments_that_answered", kStandingsMax);
  }
  if (state.open_conditions_size() + request.conditions_size() > kOpenConditionsMax) {
    return domain::OverLimit("open_conditions", kOpenConditionsMax);
  }
  int topics = state.last_statements_size();
  for (const auto& draft : request.statements()) {
    if (FindLastStatement(state, department_id, draft.topic()) == nullptr) ++topics;
  }
  if (topics > kLastStatementsMax) return domain::OverLimit("topics_spoken_of", kLastStatementsMax);
  return std::nullopt;
}

}  // namespace

Outcome Decide(const State& state, const v1::SubmitResponseRequest& request, const Context& context) {
  if (auto no = domain::RequireCase(state.header(), context)) return *std::move(no);
  Events events;
  events.push_back(context.NewEvent());
  v1::ResponseSubmitted response;
  if (auto no = ResolveFields(request, context, &response)) return *std::move(no);
  const v1::OpenAssignment* assignment = nullptr;
  if (!request.assignment_id().empty()) {
    auto found = FindAssignment(state, request.assignment_id(), context);
    if (auto* no = std::get_if<Rejection>(&found)) return std::move(*no);
    assignment = std::get<const v1::OpenAssignment*>(found);
    if (auto no = RequireAfter(*assignment, context)) return *std::move(no);
  }
  auto department = ResolveDepartment(request, assignment, context);
  if (auto* no = std::get_if<Rejection>(&department)) return std::move(*no);
  *response.mutable_department() = std::get<OrganizationRef>(department);
  const std::string& department_id = response.department().organization_id();
  if (auto no = RequireHeard(state, request, context)) return *std::move(no);
  if (auto no = CheckReferences(state, response, context)) return *std::move(no);
  if (auto no = CheckNewConditions(state, request, department_id)) return *std::move(no);
  if (auto no = CheckLimits(state, request, department_id)) return *std::move(no);
  if (auto no = domain::RequireActingFor(response.department(), "the department that answers", context)) {
    return *std::move(no);
  }

  *events.front().mutable_response_submitted() = response;
  for (const auto& draft : request.conditions()) {
    auto& imposed = *events.emplace_back(context.NewEvent()).mutable_condition_imposed();
    imposed.set_response_event_id(context.EventId(1));
    *imposed.mutable_department() = response.department();
    imposed.set_topic(draft.topic());
    imposed.set_text(draft.text());
    *imposed.mutable_grounds() = draft.grounds().empty() ? request.grounds() : draft.grounds();
  }
  if (assignment != nullptr && request.stance() != v1::STANCE_REPORTS_PROGRESS) {
    if (auto lifted = LiftIfBeforeReturnTerm(*assignment, context.EventId(1), "The answer was given", context)) {
      events.push_back(*std::move(lifted));
    }
    if (auto lifted = LiftIfInTime(*assignment, context.EventId(1), "The answer was given", context)) {
      events.push_back(*std::move(lifted));
    }
  }
  return events;
}

}  // namespace whistle::response
