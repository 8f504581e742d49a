#include "tools/whistlectl/policy_backtest.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/backtest/backtest.h"
#include "libs/backtest/recorded.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/journal.h"
#include "services/coordination/model.h"
#include "services/escalation/model.h"
#include "services/intake/model.h"
#include "services/response/model.h"
#include "tools/scenarios/registry_file.h"
#include "tools/whistlectl/backtest_report.h"
#include "tools/whistlectl/journal_reader.h"
#include "tools/whistlectl/methods.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

constexpr size_t kCasesBetweenProgress = 500;

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

// Which cases: the one, or those registered in a stretch of time.
struct Scope {
  std::string case_id;
  absl::Time from = absl::InfinitePast();
  absl::Time to = absl::InfiniteFuture();

  bool Has(const journal::v1::Decision& first) const {
    if (first.events_size() == 0 || !first.events(0).has_case_registered()) return false;
    if (!case_id.empty()) return first.case_id() == case_id;
    const absl::Time registered_at = base::FromProto(first.events(0).occurred_at());
    return registered_at >= from && registered_at < to;
  }
};

absl::StatusOr<absl::Time> TimeOf(const Arguments& arguments, const std::string& flag, absl::Time otherwise) {
  if (!arguments.Has(flag)) return otherwise;
  const auto time = base::TimeFromText(arguments.Get(flag));
  if (!time.ok()) return UsageError(absl::StrCat("--", flag, ": ", time.status().message()));
  return *time;
}

absl::StatusOr<Scope> ReadScope(const Arguments& arguments) {
  Scope scope{.case_id = arguments.Get("case")};
  WHISTLE_ASSIGN_OR_RETURN(scope.from, TimeOf(arguments, "from", scope.from));
  WHISTLE_ASSIGN_OR_RETURN(scope.to, TimeOf(arguments, "to", scope.to));
  if (!scope.case_id.empty() && (arguments.Has("from") || arguments.Has("to"))) {
    return UsageError("--case names the case; --from and --to go without it");
  }
  if (scope.from >= scope.to) return UsageError("--from is before --to");
  return scope;
}

absl::StatusOr<registry::v1::Policy> ReadPolicy(Session& session) {
  const std::string& file = session.arguments.Get("policy");
  if (file.empty()) return UsageError("--policy is missing: the file of the policy to try");
  WHISTLE_ASSIGN_OR_RETURN(scenarios::RegistryContent content, scenarios::LoadRegistryFiles({file}));
  if (!content.policy) return absl::InvalidArgumentError(absl::StrCat(file, ": has no policy"));
  if (!content.organizations.empty() || content.calendar) {
    session.err << "of " << Printable(file)
                << " the policy alone is tried; organizations and calendar are the journal's\n";
  }
  return *std::move(content.policy);
}

// Reads on from where `partition` is, to its end.
absl::Status ReadOn(Client& client, base::PartitionId id, backtest::RecordedPartition* partition) {
  while (true) {
    const base::Offset from = partition->next_offset();
    absl::Status bad;
    operations::v1::ReadJournalResponse record;
    const absl::Status status = client.Stream(Method("operations.ReadJournal"), ReadFrom({id, from}), "", record, [&] {
      bad = partition->Add(ToStored(record));
      return bad.ok();
    });
    WHISTLE_RETURN_IF_ERROR(bad);
    // Cut off for being slow: what came counts, and the rest is asked for again.
    if (absl::IsResourceExhausted(status) && partition->next_offset() > from) continue;
    return status;
  }
}

class Run {
 public:
  Run(Session& session, Client& client, registry::v1::Policy policy, Scope scope)
      : session_(session),
        client_(client),
        policy_(std::move(policy)),
        scope_(std::move(scope)),
        models_({intake::MakeModel(), response::MakeModel(), coordination::MakeModel(), escalation::MakeModel()}),
        registry_records_(base::PartitionId::Registry(), 1, [](const journal::v1::Decision&) { return true; }) {}

  absl::Status Carry() {
    WHISTLE_RETURN_IF_ERROR(
        client_.Call(Method("operations.GetJournalStatus"), operations::v1::GetJournalStatusRequest(), "", journal_));
    WHISTLE_RETURN_IF_ERROR(ReadRegistry());
    const absl::TimeZone zone = registry_.At(registry_.newest())->calendar().zone();
    report_.emplace(policy_.title(), zone, session_.json(), session_.arguments.GetSwitch("warnings"), session_.out);
    std::vector<base::PartitionId> partitions = journal::AllPartitions(journal_.partition_count());
    if (!scope_.case_id.empty()) partitions = {journal::PartitionForCase(scope_.case_id, journal_.partition_count())};
    for (const base::PartitionId partition : partitions) {
      if (!partition.is_registry()) WHISTLE_RETURN_IF_ERROR(Look(partition));
    }
    if (!scope_.case_id.empty() && report_->cases() == 0) {
      return absl::NotFoundError(absl::StrCat("the journal has no case ", scope_.case_id));
    }
    report_->Finish();
    if (stuck_ == 0) return absl::OkStatus();
    return absl::InternalError(
        absl::StrCat(stuck_, " items were due under this policy and refused by their own service, as told above"));
  }

 private:
  // On from where it was read to.
  absl::Status ReadRegistry() {
    WHISTLE_RETURN_IF_ERROR(ReadOn(client_, base::PartitionId::Registry(), &registry_records_));
    for (auto& [unused, decisions] : registry_records_.kept()) {
      for (uint64_t i = registry_.newest(); i < decisions.size(); ++i) registry_.Add(decisions[i]);
    }
    return absl::OkStatus();
  }

  absl::Status Look(base::PartitionId partition) {
    backtest::RecordedPartition recorded(partition, journal_.partition_count(),
                                         [this](const journal::v1::Decision& first) { return scope_.Has(first); });
    WHISTLE_RETURN_IF_ERROR(ReadOn(client_, partition, &recorded));
    for (const auto& [case_id, decisions] : recorded.kept()) {
      WHISTLE_RETURN_IF_ERROR(KnowRegistryOf(case_id, decisions));
      const backtest::TwoHistories histories = backtest::Backtest(
          case_id, decisions,
          {.models = models_, .policy = &policy_, .registry = &registry_, .until = base::FromProto(journal_.now())});
      for (const backtest::Stuck& stuck : histories.stuck) {
        ++stuck_;
        session_.err << "case " << Printable(case_id) << ": "
                     << Printable(absl::StrCat(common::v1::AgendaKind_Name(stuck.item.kind()), " ",
                                               stuck.item.subject(), ": ", stuck.why))
                     << "\n";
      }
      report_->Add(histories);
      if (report_->cases() % kCasesBetweenProgress == 0) {
        session_.err << report_->cases() << " cases, in partition " << partition.ToString() << " of "
                     << journal_.partition_count() << "; differences " << report_->differences() << "\n";
      }
    }
    return absl::OkStatus();
  }

  // A case's last decisions may have been made at a registry version that came after the registry was read.
  absl::Status KnowRegistryOf(const std::string& case_id, const backtest::Decisions& decisions) {
    uint64_t newest = 0;
    for (const journal::v1::Decision& decision : decisions) newest = std::max(newest, decision.registry_version());
    if (newest > registry_.newest()) WHISTLE_RETURN_IF_ERROR(ReadRegistry());
    if (newest <= registry_.newest()) return absl::OkStatus();
    return absl::DataLossError(absl::StrCat("case ", case_id, " was decided under registry version ", newest,
                                            ", and the journal's registry ends at ", registry_.newest()));
  }

  Session& session_;
  Client& client_;
  const registry::v1::Policy policy_;
  const Scope scope_;
  const std::vector<domain::Model> models_;
  operations::v1::GetJournalStatusResponse journal_;
  backtest::RecordedPartition registry_records_;
  backtest::RecordedRegistry registry_;
  std::optional<BacktestReport> report_;
  size_t stuck_ = 0;
};

absl::Status Backtest(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(Scope scope, ReadScope(session.arguments));
  WHISTLE_ASSIGN_OR_RETURN(registry::v1::Policy policy, ReadPolicy(session));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  return Run(session, *client, std::move(policy), std::move(scope)).Carry();
}

}  // namespace

Command PolicyBacktestCommand() {
  return {
      .words = {"policy", "backtest"},
      .summary = "the journal's cases once more, under another policy: what would have fired, beside what did",
      .details =
          "Reads the journal, and writes nothing to it. What persons did is replayed at its own time; dates that the\n"
          "policy sets are counted again by the other one, and its rules look anew. Told case by case: what would "
          "have\n"
          "fired first, how much earlier or later than it did, before whom the case would have stood; then by rule.\n"
          "What persons would have done otherwise nobody knows. Under the policy that the cases are bound to nothing\n"
          "differs. Times are told in the calendar's time zone.",
      .flags = {{"policy", "FILE", "", "the policy to try, as `registry apply` takes it (deploy/policy/default.yaml)"},
                {"case", "ID", "", "this case alone"},
                {"from", "TIME", "", "cases registered from then on (2021-07-15, or RFC 3339)"},
                {"to", "TIME", "", "cases registered before then"},
                {"warnings", "", "", "compare warnings too"}},
      .run = Backtest};
}

}  // namespace whistle::whistlectl
