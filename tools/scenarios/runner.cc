#include "tools/scenarios/runner.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/check.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/rpc/status_table.h"
#include "tools/scenarios/registry_apply.h"
#include "tools/whistlectl/display.h"
#include "tools/whistlectl/methods.h"
#include "whistle/operations/v1/service.pb.h"
#include "whistle/timeline/v1/service.pb.h"

namespace whistle::scenarios {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::MethodDescriptor;

const MethodDescriptor& Method(absl::string_view name) {
  const auto method = whistlectl::FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

// The word after the last "::"-less dot: "RecordContact" of "whistle.intake.v1.IntakeService.RecordContact", with its
// area.
std::string ShortName(const MethodDescriptor& method) {
  const std::string& package = method.file()->package();
  const size_t begin = package.find('.') + 1;
  return absl::StrCat(package.substr(begin, package.find('.', begin) - begin), ".", method.name());
}

std::string ActorName(const common::v1::Actor& actor) {
  return actor.kind() == common::v1::ACTOR_KIND_PETITIONER ? "petitioner" : actor.organization_id();
}

common::v1::Receipt ReceiptOf(const Message& response) {
  common::v1::Receipt receipt;
  const FieldDescriptor* field = response.GetDescriptor()->FindFieldByName("receipt");
  if (field != nullptr && field->message_type() == common::v1::Receipt::descriptor()) {
    receipt.CopyFrom(response.GetReflection()->GetMessage(response, field));
  }
  return receipt;
}

class Runner {
 public:
  Runner(const Scenario& scenario, whistlectl::Client& client, const RunOptions& options)
      : scenario_(scenario), client_(client), options_(options) {}

  absl::StatusOr<RunSummary> Run() {
    WHISTLE_RETURN_IF_ERROR(ReadClock());
    if (scenario_.start != absl::InfinitePast()) WHISTLE_RETURN_IF_ERROR(AdvanceTo(scenario_.start));
    WHISTLE_RETURN_IF_ERROR(PutRegistryInForce());
    for (const Step& step : scenario_.steps) {
      if (step.entered > options_.until) break;
      absl::Status status = AdvanceTo(step.entered);
      if (status.ok() && step.method != nullptr) status = RunStep(step);
      if (!status.ok()) {
        return absl::Status(status.code(), absl::StrCat(scenario_.file, ":", step.line, ": ", step.name, ": ",
                                                        whistlectl::DescribeStatus(status)));
      }
    }
    WHISTLE_RETURN_IF_ERROR(ComeToRest());
    WHISTLE_RETURN_IF_ERROR(ReadHeads());
    WHISTLE_RETURN_IF_ERROR(ReadClock());
    summary_.now = now_;
    summary_.virtual_clock = virtual_clock_;
    return std::move(summary_);
  }

 private:
  // A call whose outcome is unknown, or that lost against others until its deadline, is made again: with its request id
  // it happens once.
  absl::Status Call(const MethodDescriptor& method, const Message& request, Message& response) {
    for (int tries = 1;; ++tries) {
      const absl::Status status = client_.Call(method, request, "", response);
      const bool again = status.code() == absl::StatusCode::kUnavailable ||
                         status.code() == absl::StatusCode::kAborted ||
                         status.code() == absl::StatusCode::kDeadlineExceeded;
      if (!again || tries >= options_.tries_max) return status;
      options_.pause(options_.retry_pause * tries);
    }
  }

  absl::Status ReadClock() {
    operations::v1::GetJournalStatusResponse response;
    WHISTLE_RETURN_IF_ERROR(
        Call(Method("operations.GetJournalStatus"), operations::v1::GetJournalStatusRequest(), response));
    virtual_clock_ = response.clock_kind() == journal::v1::CLOCK_KIND_VIRTUAL;
    now_ = base::FromProto(response.now());
    return absl::OkStatus();
  }

  absl::Status AdvanceTo(absl::Time to) {
    if (to <= now_) return absl::OkStatus();
    if (!virtual_clock_) {
      WHISTLE_RETURN_IF_ERROR(ReadClock());
      if (to <= now_) return absl::OkStatus();
      return absl::FailedPreconditionError(
          absl::StrCat(base::TimeText(to), " is still to come, and the journal runs on the real clock (",
                       base::TimeText(now_), "); start whistled with --clock=virtual on a journal of its own"));
    }
    operations::v1::AdvanceClockRequest request;
    *request.mutable_to() = base::ToProto(to);
    return Advance(request);
  }

  // What the last step brought about is part of the story too: it fires before anybody looks back.
  absl::Status ComeToRest() {
    if (!virtual_clock_) return absl::OkStatus();
    operations::v1::AdvanceClockRequest request;
    request.set_by_ms(0);
    return Advance(request);
  }

  absl::Status Advance(const operations::v1::AdvanceClockRequest& request) {
    operations::v1::AdvanceClockResponse response;
    WHISTLE_RETURN_IF_ERROR(Call(Method("operations.AdvanceClock"), request, response));
    now_ = base::FromProto(response.now());
    summary_.agenda_items_fired += response.fired_count();
    for (const operations::v1::FiredItem& fired : response.fired()) {
      Tell(base::FromProto(fired.fired_at()), "agenda",
           absl::StrCat(fired.service(), " ", common::v1::AgendaKind_Name(fired.item().kind())),
           absl::StrCat("about ", fired.item().subject()));
    }
    return absl::OkStatus();
  }

  absl::Status PutRegistryInForce() {
    if (scenario_.registry.empty()) return absl::OkStatus();
    const auto tell = [this](const RegistryChange& change) { Tell(now_, "", "registry", change.what); };
    WHISTLE_ASSIGN_OR_RETURN(summary_.registry_changes, ApplyRegistry(scenario_.registry, client_, "", tell));
    return absl::OkStatus();
  }

  absl::Status RunStep(const Step& step) {
    if (step.expectation.refused && last_was_replayed_) {
      // An earlier run was here. What was refused then could be legal in what the case has become since.
      ++summary_.refusals_not_tried_again;
      return absl::OkStatus();
    }
    WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<Message> request, BuildRequest(scenario_, step, memory_));
    const bool is_command = whistlectl::IsCommand(*step.method);
    if (!is_command) WaitForOwnWrites(*request);
    const std::unique_ptr<Message> response = whistlectl::NewMessage(*step.method->output_type());
    const absl::Status status = Call(*step.method, *request, *response);
    if (step.expectation.refused) return CheckRefusal(step, status);
    if (!status.ok()) return status;
    if (!is_command) return CheckReply(step, *response);

    const common::v1::Receipt receipt = ReceiptOf(*response);
    last_was_replayed_ = receipt.replayed();
    ++(receipt.replayed() ? summary_.replayed : summary_.recorded);
    if (receipt.has_position()) last_position_ = receipt.position();
    if (step.registers_case()) {
      memory_.case_ids[step.case_name] = receipt.case_id();
      summary_.cases[step.case_name].case_id = receipt.case_id();
    }
    const std::vector<std::string> event_ids(receipt.event_ids().begin(), receipt.event_ids().end());
    memory_.event_ids[step.name] = event_ids;
    memory_.event_ids[step.name.substr(0, step.name.find(':'))] = event_ids;
    Tell(step.at, ActorName(step.actor), ShortName(*step.method),
         absl::StrCat(step.name, ": version ", receipt.version(), receipt.replayed() ? ", recorded before" : "",
                      step.approximate.empty() ? "" : ", day approximate"));
    return absl::OkStatus();
  }

  absl::Status CheckRefusal(const Step& step, const absl::Status& status) {
    if (status.ok()) return absl::FailedPreconditionError("was accepted, and the file expects a refusal");
    const auto detail = rpc::DetailOf(status);
    if (!detail) return status;
    if (!step.expectation.reason.empty() && step.expectation.reason != detail->reason()) {
      return absl::FailedPreconditionError(
          absl::StrCat("refused, but not for \"", step.expectation.reason,
                       "\" as the file expects: ", whistlectl::DescribeStatus(status)));
    }
    if (step.expectation.kind != common::v1::REJECTION_KIND_UNSPECIFIED && step.expectation.kind != detail->kind()) {
      return absl::FailedPreconditionError(absl::StrCat("refused, but not as ",
                                                        common::v1::RejectionKind_Name(step.expectation.kind),
                                                        " as the file expects: ", whistlectl::DescribeStatus(status)));
    }
    ++summary_.refused_as_expected;
    Tell(step.at, ActorName(step.actor), ShortName(*step.method),
         absl::StrCat(step.name, ": refused as expected: ", detail->reason()));
    return absl::OkStatus();
  }

  absl::Status CheckReply(const Step& step, const Message& response) {
    ++summary_.queries;
    if (step.expectation.reply != nullptr) {
      WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<Message> expected, BuildExpectedReply(scenario_, step, memory_));
      google::protobuf::util::MessageDifferencer differencer;
      std::string difference;
      differencer.set_scope(google::protobuf::util::MessageDifferencer::PARTIAL);
      differencer.ReportDifferencesToString(&difference);
      if (!differencer.Compare(*expected, response)) {
        return absl::FailedPreconditionError(absl::StrCat("the reply is not as the file expects: ", difference));
      }
    }
    Tell(step.at, "", ShortName(*step.method), absl::StrCat(step.name, ": answered as expected"));
    return absl::OkStatus();
  }

  // A query may be answered by another service than the one that wrote last.
  void WaitForOwnWrites(Message& request) const {
    const FieldDescriptor* field = request.GetDescriptor()->FindFieldByName("options");
    if (!last_position_ || field == nullptr || field->message_type() != common::v1::ReadOptions::descriptor()) return;
    common::v1::ReadOptions options;
    *options.mutable_min_position() = *last_position_;
    request.GetReflection()->MutableMessage(&request, field)->MergeFrom(options);
  }

  absl::Status ReadHeads() {
    for (auto& [name, summary] : summary_.cases) {
      timeline::v1::GetHeadRequest request;
      request.set_case_id(summary.case_id);
      timeline::v1::GetHeadResponse response;
      WHISTLE_RETURN_IF_ERROR(Call(Method("timeline.GetHead"), request, response));
      summary.version = response.version();
      summary.head = response.head();
    }
    return absl::OkStatus();
  }

  void Tell(absl::Time at, absl::string_view who, absl::string_view what, absl::string_view result) const {
    if (options_.out == nullptr) return;
    *options_.out << whistlectl::Printable(absl::StrFormat(
                         "%s  %-28s  %-36s  %s", absl::FormatTime("%Y-%m-%d", at, scenario_.zone), who, what, result))
                  << "\n";
  }

  const Scenario& scenario_;
  whistlectl::Client& client_;
  const RunOptions& options_;
  RunSummary summary_;
  Memory memory_;
  bool virtual_clock_ = false;
  absl::Time now_ = absl::InfinitePast();
  // The last command's receipt came from an earlier run.
  bool last_was_replayed_ = false;
  std::optional<common::v1::Position> last_position_;
};

}  // namespace

absl::StatusOr<RunSummary> RunScenario(const Scenario& scenario, whistlectl::Client& client,
                                       const RunOptions& options) {
  return Runner(scenario, client, options).Run();
}

std::string CaseIdOf(const Scenario& scenario, absl::string_view case_name) {
  for (const Step& step : scenario.steps) {
    if (!step.registers_case() || step.case_name != case_name || step.expectation.refused) continue;
    const absl::string_view zero("\0", 1);
    return base::Sha256({"case", zero, scenario.client, zero, absl::StrCat(scenario.id, ":", step.name)})
        .ToHex()
        .substr(0, 24);
  }
  return "";
}

std::string DescribeSummary(const Scenario& scenario, const RunSummary& summary) {
  std::string out = absl::StrCat(whistlectl::Printable(scenario.title), "\n");
  absl::StrAppend(&out, "  recorded ", summary.recorded, ", recorded before ", summary.replayed,
                  ", refused as expected ", summary.refused_as_expected);
  if (summary.refusals_not_tried_again > 0) {
    absl::StrAppend(&out, ", refusals not tried again ", summary.refusals_not_tried_again);
  }
  absl::StrAppend(&out, ", queries ", summary.queries, ", registry changes ", summary.registry_changes,
                  ", agenda items fired ", summary.agenda_items_fired, "\n");
  for (const auto& [name, each] : summary.cases) {
    absl::StrAppend(&out, "  case ", name, ": ", each.case_id, " version ", each.version, " head ",
                    absl::BytesToHexString(each.head), "\n");
  }
  return out;
}

std::string SummaryJson(const Scenario& scenario, const RunSummary& summary, absl::string_view hindsight) {
  std::string cases;
  for (const auto& [name, each] : summary.cases) {
    absl::StrAppend(&cases, cases.empty() ? "" : ", ", whistlectl::JsonString(name),
                    ": {\"case_id\": ", whistlectl::JsonString(each.case_id), ", \"version\": ", each.version,
                    ", \"head\": \"", absl::BytesToHexString(each.head), "\"}");
  }
  return absl::StrCat("{\"scenario\": ", whistlectl::JsonString(scenario.id), ", \"recorded\": ", summary.recorded,
                      ", \"replayed\": ", summary.replayed, ", \"refused_as_expected\": ", summary.refused_as_expected,
                      ", \"refusals_not_tried_again\": ", summary.refusals_not_tried_again,
                      ", \"queries\": ", summary.queries, ", \"registry_changes\": ", summary.registry_changes,
                      ", \"agenda_items_fired\": ", summary.agenda_items_fired, ", \"now\": \"",
                      base::TimeText(summary.now), "\", \"cases\": {", cases, "}, \"hindsight\": ", hindsight, "}\n");
}

}  // namespace whistle::scenarios
