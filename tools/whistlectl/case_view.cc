#include "tools/whistlectl/case_view.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/case_dates.h"
#include "tools/whistlectl/case_filter.h"
#include "tools/whistlectl/case_looked_at.h"
#include "tools/whistlectl/case_moment.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/words.h"

namespace whistle::whistlectl {
namespace {

std::string TimeOf(const google::protobuf::Timestamp& time) { return base::TimeText(base::FromProto(time)); }

// One line of `case show`: what the four services have open.
void ShowOpen(Session& session, absl::string_view what, int count) {
  if (count > 0) session.out << "  open " << what << ": " << count << "\n";
}

// The two clocks of a case: a line for the statutory one, and one for each owner in turn.
void ShowClocks(std::ostream& out, const intake::v1::Clocks& clocks) {
  out << "  statutory clock: " << clocks.statutory_days() << (clocks.statutory_days() == 1 ? " day" : " days")
      << " from " << TimeOf(clocks.statutory_from())
      << (clocks.has_statutory_until() ? absl::StrCat(" to ", TimeOf(clocks.statutory_until()))
                                       : absl::StrCat(", going on at ", TimeOf(clocks.now())))
      << "\n";
  for (const intake::v1::Dwell& dwell : clocks.dwells()) {
    out << "  with " << Printable(dwell.owner().name()) << ": " << DwellText(dwell) << " from " << TimeOf(dwell.from())
        << (dwell.has_until() ? absl::StrCat(" to ", TimeOf(dwell.until())) : ", still") << "\n";
  }
}

// Asks one service for its part.
template <typename Request, typename Response>
absl::StatusOr<Response> Ask(Client& client, absl::string_view name, const std::string& case_id,
                             const std::optional<common::v1::AsOf>& as_of, const common::v1::ReadOptions& options) {
  const auto method = FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  Request request;
  request.set_case_id(case_id);
  if (options.has_min_position()) *request.mutable_options() = options;
  if (as_of) *request.mutable_as_of() = *as_of;
  Response response;
  WHISTLE_RETURN_IF_ERROR(client.Call(**method, request, "", response));
  return response;
}

// The same version has the same head everywhere, or somebody's history is another.
absl::Status CheckSameHead(const common::v1::AnsweredAsOf& intake, const common::v1::AnsweredAsOf& other,
                           absl::string_view service) {
  if (intake.version() == other.version() && intake.head() == other.head()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(service, " answers as of version ", other.version(), " head ",
                                          absl::BytesToHexString(other.head()), ", intake as of version ",
                                          intake.version(), " head ", absl::BytesToHexString(intake.head()),
                                          "; see whistlectl case verify"));
}

absl::Status PrintJson(Session& session, const CaseView& view) {
  std::string out = "{";
  const auto add = [&](const char* name, const google::protobuf::Message& message) -> absl::Status {
    WHISTLE_ASSIGN_OR_RETURN(const std::string text, MessageJson(message, JsonShape::kOneLine));
    absl::StrAppend(&out, out.size() == 1 ? "\n" : ",\n", JsonString(name), ": ", text);
    return absl::OkStatus();
  };
  if (view.as_of) WHISTLE_RETURN_IF_ERROR(add("as_of", *view.as_of));
  for (const auto& [name, message] : view.parts()) WHISTLE_RETURN_IF_ERROR(add(name, *message));
  session.out << out << "\n}\n";
  return absl::OkStatus();
}

}  // namespace

std::string DwellText(const intake::v1::Dwell& dwell) {
  return absl::StrCat(dwell.days(), dwell.working_days() ? " working day" : " day", dwell.days() == 1 ? "" : "s");
}

absl::StatusOr<CaseView> ReadCaseView(Client& client, const std::string& case_id,
                                      const std::optional<common::v1::AsOf>& as_of) {
  CaseView view;
  WHISTLE_ASSIGN_OR_RETURN(auto intake, (Ask<intake::v1::GetCaseRequest, intake::v1::GetCaseResponse>(
                                            client, "intake.GetCase", case_id, as_of, {})));
  common::v1::ReadOptions options;
  if (intake.positions_size() > 0) *options.mutable_min_position() = intake.positions(0);
  std::optional<common::v1::AsOf> same;
  if (as_of) same.emplace().set_at_version(intake.as_of().version());
  WHISTLE_ASSIGN_OR_RETURN(auto response,
                           (Ask<response::v1::GetResponseCaseRequest, response::v1::GetResponseCaseResponse>(
                               client, "response.GetResponseCase", case_id, same, options)));
  WHISTLE_ASSIGN_OR_RETURN(
      auto coordination,
      (Ask<coordination::v1::GetCoordinationCaseRequest, coordination::v1::GetCoordinationCaseResponse>(
          client, "coordination.GetCoordinationCase", case_id, same, options)));
  WHISTLE_ASSIGN_OR_RETURN(auto escalation,
                           (Ask<escalation::v1::GetEscalationCaseRequest, escalation::v1::GetEscalationCaseResponse>(
                               client, "escalation.GetEscalationCase", case_id, same, options)));
  if (as_of) {
    WHISTLE_RETURN_IF_ERROR(CheckSameHead(intake.as_of(), response.as_of(), "response"));
    WHISTLE_RETURN_IF_ERROR(CheckSameHead(intake.as_of(), coordination.as_of(), "coordination"));
    WHISTLE_RETURN_IF_ERROR(CheckSameHead(intake.as_of(), escalation.as_of(), "escalation"));
    view.as_of = intake.as_of();
  }
  view.intake = std::move(*intake.mutable_case_());
  view.response = std::move(*response.mutable_response_case());
  view.coordination = std::move(*coordination.mutable_coordination_case());
  view.escalation = std::move(*escalation.mutable_escalation_case());
  return view;
}

absl::Status PrintCaseView(Session& session, const CaseView& view) {
  if (session.json()) return PrintJson(session, view);
  const intake::v1::Case& found = view.intake;
  const intake::v1::IntakeState& state = found.state();
  const intake::v1::CaseHeader& header = state.header();
  const escalation::v1::EscalationCase& account = view.escalation;
  std::ostream& out = session.out;
  if (view.as_of) out << "as of " << MomentText(*view.as_of) << "\n";
  out << "case " << Printable(session.Operand(0)) << ": " << Printable(header.title()) << "\n"
      << "  " << CaseStatusName(header.status())
      << (account.account_status() == escalation::v1::ACCOUNT_STATUS_CLOSED_WITH_OPEN_ACCOUNT ? ", with open account"
                                                                                              : "")
      << " since " << TimeOf(header.status_since()) << "\n"
      << "  registered " << TimeOf(header.registered_at()) << ", " << Printable(header.category()) << ", at "
      << Printable(header.site().name()) << "\n"
      << "  handler " << (header.has_handler() ? Printable(header.handler().name()) : "none");
  if (header.has_handler()) out << " since " << TimeOf(header.handler_since());
  out << "\n";
  ShowClocks(out, found.clocks());
  out << "  demand: " << Printable(found.demand()) << "\n"
      << "  contacts " << (view.as_of ? state.contact_count() : found.contact_count_with_merged()) << ", petitioners "
      << (view.as_of ? state.petitioner_count() : found.petitioner_count_with_merged())
      << (view.as_of && !state.merged_sources().empty() ? " (without those of the cases it took in)" : "")
      << ", evidence " << state.evidence_count() << ", linked cases " << state.linked_case_ids_size() << "\n";
  const response::v1::ResponseState& answers = view.response.state();
  const coordination::v1::CoordinationState& joint = view.coordination.state();
  out << "  assignments " << answers.assignment_count() << " (overdue " << answers.overdue_count() << "), responses "
      << answers.response_count() << ", conditions " << answers.condition_count() << ", meetings "
      << joint.meeting_count() << " (deadlocked " << joint.deadlocked_count() << ")\n";
  ShowOpen(session, "assignments", answers.open_assignments_size());
  ShowOpen(session, "conditions", answers.open_conditions_size());
  ShowOpen(session, "whistles", joint.open_whistles_size());
  ShowOpen(session, "commitments", joint.open_commitments_size());
  ShowOpen(session, "items", joint.open_items_size());
  ShowOpen(session, "suggestion letters", account.letters_size());
  ShowOpen(session, "referrals", account.referrals_size());
  ShowOpen(session, "accountability files", account.files_size());
  ShowOpen(session, "hazards", account.hazards_size());
  out << CaseLookedAt(account);
  out << "  policy " << Printable(header.policy().title()) << " (registry version " << header.policy_version() << ")\n"
      << "  version " << found.version() << " head " << absl::BytesToHexString(found.head()) << "\n\n"
      << CaseDates(state, answers, joint, account).ToText();
  return absl::OkStatus();
}

}  // namespace whistle::whistlectl
