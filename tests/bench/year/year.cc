// whistle_year: a year of deadlines on the virtual clock. Enters what persons do, lets the clock go from day to day,
// and holds the journal against what had to fire.
//
//   build/bin/whistle_year --cases=2000
//   build/bin/whistle_year --cases=2000 --outage_from_day=120 --outage_days=30
//
// Ends with one line and status 0 if all that had to fire fired, each once, at its time. README.md says what the lines
// mean.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tests/bench/year/chain.h"
#include "tests/bench/year/entering.h"
#include "tests/bench/year/ledger.h"
#include "tests/bench/year/plot.h"
#include "tests/bench/year/town.h"
#include "tests/bench/year/whistled.h"
#include "tools/scenarios/registry_file.h"

ABSL_FLAG(int, cases, 100000, "how many cases");
ABSL_FLAG(int, days, 365, "how many days from the first of January on");
ABSL_FLAG(uint64_t, seed, 1, "which year: the same seed is the same year");
ABSL_FLAG(int, outage_from_day, -1, "the day from whose morning on nothing is done and nothing fires; -1: none");
ABSL_FLAG(int, outage_days, 30, "how many days that lasts");
ABSL_FLAG(bool, rules, false, "let the finding rules look and escalate, as the policy file says");
ABSL_FLAG(int, in_flight, 256, "how many cases are entered at once");
ABSL_FLAG(std::string, policy, WHISTLE_POLICY_FILE, "the policy");
ABSL_FLAG(std::string, calendars, WHISTLE_CALENDARS, "the calendar");
ABSL_FLAG(std::string, whistled, "", "the program; whistled beside this one by default");
ABSL_FLAG(std::string, dir, "", "where to work; a temporary folder by default, which is deleted");

namespace whistle::year {
namespace {

// The year: one whose calendar is published.
constexpr int kYear = 2025;
constexpr int kMorning = 9;
constexpr int kProgressDays = 10;

// Nine o'clock of a day of the year, by the calendar's time.
absl::Time MorningOf(int day) {
  const absl::TimeZone zone = absl::FixedTimeZone(8 * 3600);
  return absl::FromCivil(absl::CivilHour(absl::CivilDay(kYear, 1, 1) + day) + kMorning, zone);
}

// Nothing is raised, nothing escalates: what fires are dates alone.
void SwitchRulesOff(google::protobuf::Message& policy) {
  if (auto* rule = dynamic_cast<registry::v1::FindingPolicy*>(&policy)) rule->set_off(true);
  if (auto* escalates = dynamic_cast<registry::v1::Escalates*>(&policy)) {
    escalates->set_when(registry::v1::ESCALATE_WHEN_NEVER);
    escalates->clear_after();
    return;
  }
  for (int i = 0; i < policy.GetDescriptor()->field_count(); ++i) {
    const auto* field = policy.GetDescriptor()->field(i);
    if (field->message_type() == nullptr) continue;
    SwitchRulesOff(*policy.GetReflection()->MutableMessage(&policy, field));
  }
}

absl::StatusOr<scenarios::RegistryContent> Content(bool rules) {
  WHISTLE_ASSIGN_OR_RETURN(scenarios::RegistryContent content,
                           scenarios::LoadRegistryFiles({absl::GetFlag(FLAGS_policy), absl::GetFlag(FLAGS_calendars)}));
  if (!content.policy || !content.calendar) {
    return absl::InvalidArgumentError("--policy and --calendars: a policy and a calendar are needed");
  }
  content.organizations = TownOrganizations();
  if (!rules) SwitchRulesOff(*content.policy);
  return content;
}

// What the year took by the clock on the wall.
struct Run {
  DayEntered entered;
  absl::Duration entering;
  absl::Duration advancing;
  // Of each day, both.
  std::vector<absl::Duration> days;
  std::optional<Outage> outage;
  absl::Duration caught_up_in;
};

absl::Duration Percentile(std::vector<absl::Duration> sorted, size_t percent) {
  if (sorted.empty()) return absl::ZeroDuration();
  std::sort(sorted.begin(), sorted.end());
  return sorted[std::min(sorted.size() - 1, sorted.size() * percent / 100)];
}

int64_t PerSecond(int64_t count, absl::Duration time) {
  return static_cast<int64_t>(static_cast<double>(count) / std::max(0.001, absl::ToDoubleSeconds(time)));
}

std::string Seconds(absl::Duration time) { return absl::StrFormat("%.1f s", absl::ToDoubleSeconds(time)); }

class YearRunner {
 public:
  YearRunner(const YearPlan& plan, Whistled* whistled)
      : plan_(plan),
        whistled_(*whistled),
        entering_(whistled->channel(), absl::GetFlag(FLAGS_in_flight)),
        files_(absl::GetFlag(FLAGS_cases)),
        by_day_(plan.days) {
    for (size_t i = 0; i < files_.size(); ++i) {
      files_[i].number = static_cast<uint32_t>(i);
      files_[i].plot = PlotOf(plan, files_[i].number);
      int last = -1;
      for (const PlannedAct& act : files_[i].plot) {
        if (act.day != std::exchange(last, act.day)) by_day_[act.day].push_back(&files_[i]);
      }
    }
  }

  absl::StatusOr<Run> Go() {
    for (int day = 0; day < plan_.days; ++day) {
      if (plan_.outage_from_day && day > *plan_.outage_from_day && day < *plan_.outage_from_day + plan_.outage_days) {
        continue;
      }
      const absl::Time began = absl::Now();
      WHISTLE_RETURN_IF_ERROR(Advance(day));
      const absl::Duration advanced_in = absl::Now() - began;
      const DayEntered entered = entering_.Day(by_day_[day], day, MorningOf(day));
      const absl::Duration took = absl::Now() - began;
      run_.advancing += advanced_in;
      run_.entering += took - advanced_in;
      run_.days.push_back(took);
      run_.entered.commands += entered.commands;
      run_.entered.refused += entered.refused;
      if (run_.entered.first_refusal.empty()) run_.entered.first_refusal = entered.first_refusal;
      Progress(day);
    }
    // What is due on the last day.
    const absl::Time began = absl::Now();
    WHISTLE_RETURN_IF_ERROR(whistled_.AdvanceClock(MorningOf(plan_.days), /*without_firing=*/false));
    run_.advancing += absl::Now() - began;
    return run_;
  }

 private:
  absl::Status Advance(int day) {
    if (!plan_.outage_from_day || day != *plan_.outage_from_day + plan_.outage_days) {
      return whistled_.AdvanceClock(MorningOf(day), /*without_firing=*/false);
    }
    const absl::Time began = absl::Now();
    run_.outage = Outage{MorningOf(*plan_.outage_from_day), MorningOf(day)};
    WHISTLE_RETURN_IF_ERROR(whistled_.AdvanceClock(MorningOf(day), /*without_firing=*/true));
    run_.caught_up_in = absl::Now() - began;
    return absl::OkStatus();
  }

  void Progress(int day) {
    if ((day + 1) % kProgressDays != 0) return;
    const absl::Duration spent = run_.entering + run_.advancing;
    std::printf("  day %3d: %lld commands, %s; %s since day %d\n", day + 1,
                static_cast<long long>(run_.entered.commands), Seconds(spent).c_str(),
                Seconds(spent - std::exchange(last_spent_, spent)).c_str(), std::exchange(last_day_, day + 1));
    std::fflush(stdout);
  }

  const YearPlan plan_;
  Whistled& whistled_;
  Entering entering_;
  std::vector<CaseFile> files_;
  std::vector<std::vector<CaseFile*>> by_day_;
  Run run_;
  absl::Duration last_spent_;
  int last_day_ = 0;
};

struct Audit {
  Verdict verdict;
  int64_t decisions = 0;
  int64_t superseded = 0;
  absl::Duration took;
};

// Reads the whole journal back, and holds what fired against what had to.
absl::StatusOr<Audit> AuditJournal(Whistled& whistled, const Run& run, absl::Time clock) {
  const absl::Time began = absl::Now();
  Audit audit;
  Ledger ledger(run.outage ? std::vector<Outage>{*run.outage} : std::vector<Outage>());
  Chain chain;
  absl::Time recorded_at = absl::InfinitePast();
  int partition_read = -1;
  WHISTLE_RETURN_IF_ERROR(whistled.ReadJournal([&](int partition, const operations::v1::ReadJournalResponse& record) {
    // The journal's stamp, made monotonic within the partition.
    if (std::exchange(partition_read, partition) != partition) recorded_at = absl::InfinitePast();
    recorded_at = std::max(recorded_at, base::FromProto(record.stamp()));
    journal::v1::Decision decision;
    if (!decision.ParseFromString(record.value())) {
      return absl::DataLossError(absl::StrCat("partition ", partition, " offset ", record.offset(), ": no decision"));
    }
    const uint64_t version = chain.Take(record.value(), decision);
    ++audit.decisions;
    if (version == 0) {
      ++audit.superseded;
    } else {
      ledger.Add(decision.case_id(), version, recorded_at, decision);
    }
    return absl::OkStatus();
  }));
  audit.verdict = ledger.Close(clock);
  audit.took = absl::Now() - began;
  return audit;
}

void PrintRules(const Verdict& verdict) {
  std::printf("\n%-20s %12s %12s %12s %12s\n", "dates of", "set", "met in time", "warned of", "passed");
  for (const auto& [rule, count] : verdict.rules) {
    std::printf("  %-18s %12lld %12lld %12lld %12lld\n", rule.c_str(), static_cast<long long>(count.set),
                static_cast<long long>(count.met), static_cast<long long>(count.warned),
                static_cast<long long>(count.passed));
  }
}

void PrintFigures(const Run& run, const Audit& audit) {
  const Verdict& verdict = audit.verdict;
  std::vector<int64_t> per_day;
  for (const auto& [day, count] : verdict.fired_by_day) per_day.push_back(count);
  std::sort(per_day.begin(), per_day.end());
  const auto& late = verdict.lateness_ms;
  const auto lateness = [&](size_t percent) {
    return late.empty() ? 0 : late[std::min(late.size() - 1, late.size() * percent / 100)];
  };
  std::printf("\nentered:  %s, %lld commands (%lld a second), %lld refused\n", Seconds(run.entering).c_str(),
              static_cast<long long>(run.entered.commands),
              static_cast<long long>(PerSecond(run.entered.commands, run.entering)),
              static_cast<long long>(run.entered.refused));
  std::printf("fired:    %s, %lld warnings and dates (%lld a second), %lld other decisions of the agenda\n",
              Seconds(run.advancing).c_str(), static_cast<long long>(verdict.fired),
              static_cast<long long>(PerSecond(verdict.fired, run.advancing)),
              static_cast<long long>(verdict.other_agenda_decisions));
  std::printf("a day:    p50 %lld fired, max %lld; on the wall p50 %s, p99 %s, max %s\n",
              per_day.empty() ? 0LL : static_cast<long long>(per_day[per_day.size() / 2]),
              per_day.empty() ? 0LL : static_cast<long long>(per_day.back()), Seconds(Percentile(run.days, 50)).c_str(),
              Seconds(Percentile(run.days, 99)).c_str(), Seconds(Percentile(run.days, 100)).c_str());
  std::printf("lateness: p50 %lld ms, p99 %lld ms, max %lld ms\n", static_cast<long long>(lateness(50)),
              static_cast<long long>(lateness(99)), static_cast<long long>(lateness(100)));
  if (run.outage) {
    const int64_t late_count = late.end() - std::upper_bound(late.begin(), late.end(), 1000);
    std::printf("outage:   %s to %s; %lld fired late at its end, caught up in %s (%lld a second)\n",
                base::TimeText(run.outage->from).c_str(), base::TimeText(run.outage->to).c_str(),
                static_cast<long long>(late_count), Seconds(run.caught_up_in).c_str(),
                static_cast<long long>(PerSecond(late_count, run.caught_up_in)));
  }
  std::printf("journal:  %lld decisions read back and checked in %s, %lld of them superseded\n",
              static_cast<long long>(audit.decisions), Seconds(audit.took).c_str(),
              static_cast<long long>(audit.superseded));
}

// What the processors spent, whoever else was at work: whistled, and this program.
void PrintProcessors(int64_t decisions) {
  rusage children{};
  rusage self{};
  getrusage(RUSAGE_CHILDREN, &children);
  getrusage(RUSAGE_SELF, &self);
  const auto spent = [](const rusage& usage) {
    return absl::DurationFromTimeval(usage.ru_utime) + absl::DurationFromTimeval(usage.ru_stime);
  };
  std::printf("cpu:      whistled %s (%.2f ms a decision, at most %lld MiB), whistle_year %s\n",
              Seconds(spent(children)).c_str(),
              absl::ToDoubleMilliseconds(spent(children)) / static_cast<double>(std::max<int64_t>(1, decisions)),
              static_cast<long long>(children.ru_maxrss / 1024), Seconds(spent(self)).c_str());
}

// True if all is as it had to be.
bool PrintVerdict(const YearPlan& plan, const Run& run, const Verdict& verdict, bool rules) {
  for (const std::string& example : verdict.examples) std::printf("  %s\n", example.c_str());
  // Plots are made so that nothing is refused; what rules put before others on their own, nobody planned for.
  const bool refused = run.entered.refused > 0 && !rules;
  if (run.entered.refused > 0) std::printf("  first refused: %s\n", run.entered.first_refusal.c_str());
  std::string faults;
  for (const Fault fault : {Fault::kMissing, Fault::kTwice, Fault::kEarly, Fault::kLate, Fault::kForNothing,
                            Fault::kTwoRungs, Fault::kUnforeseen}) {
    const auto found = verdict.faults.find(fault);
    absl::StrAppend(&faults, ", ", FaultName(fault), " ", found == verdict.faults.end() ? 0 : found->second);
  }
  const bool ok = verdict.ok() && !refused && verdict.fired > 0 && verdict.fired == verdict.had_to_fire;
  std::printf("\nyear: %s: %lld cases (%lld open), %d days, seed %llu: had to fire %lld, fired %lld%s\n",
              ok ? "OK" : "FAILED", static_cast<long long>(verdict.cases), static_cast<long long>(verdict.cases_open),
              plan.days, static_cast<unsigned long long>(plan.seed), static_cast<long long>(verdict.had_to_fire),
              static_cast<long long>(verdict.fired), faults.c_str());
  return ok;
}

absl::StatusOr<bool> RunYear(const std::string& self, const std::string& dir) {
  YearPlan plan{.days = absl::GetFlag(FLAGS_days), .seed = absl::GetFlag(FLAGS_seed), .outage_from_day = std::nullopt};
  if (const int from = absl::GetFlag(FLAGS_outage_from_day); from >= 0) {
    plan.outage_from_day = from;
    plan.outage_days = absl::GetFlag(FLAGS_outage_days);
    if (plan.outage_days < 1 || from + plan.outage_days >= plan.days) {
      return absl::InvalidArgumentError("--outage_from_day, --outage_days: it must end within the year");
    }
  }
  if (plan.days < 1 || absl::GetFlag(FLAGS_cases) < 1 || absl::GetFlag(FLAGS_in_flight) < 1) {
    return absl::InvalidArgumentError("--days, --cases, --in_flight: 1 or more");
  }
  std::string program = absl::GetFlag(FLAGS_whistled);
  if (program.empty()) program = std::filesystem::path(self).parent_path() / "whistled";
  const bool rules = absl::GetFlag(FLAGS_rules);
  WHISTLE_ASSIGN_OR_RETURN(const scenarios::RegistryContent content, Content(rules));
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<Whistled> whistled, Whistled::Start(program, dir, MorningOf(0)));
  WHISTLE_RETURN_IF_ERROR(whistled->Adopt(content));
  YearRunner runner(plan, whistled.get());
  WHISTLE_ASSIGN_OR_RETURN(const Run run, runner.Go());
  WHISTLE_ASSIGN_OR_RETURN(const Audit audit, AuditJournal(*whistled, run, MorningOf(plan.days)));
  WHISTLE_RETURN_IF_ERROR(whistled->Stop());
  PrintRules(audit.verdict);
  PrintFigures(run, audit);
  PrintProcessors(audit.decisions);
  return PrintVerdict(plan, run, audit.verdict, rules);
}

int Main(int argc, char** argv) {
  absl::SetProgramUsageMessage("whistle_year: a year of deadlines, entered, fired and checked");
  absl::ParseCommandLine(argc, argv);
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  std::string dir = absl::GetFlag(FLAGS_dir);
  const bool temporary = dir.empty();
  if (temporary) {
    dir = (std::filesystem::temp_directory_path() / "whistle-year-XXXXXX").string();
    if (mkdtemp(dir.data()) == nullptr) {
      std::fprintf(stderr, "whistle_year: no temporary folder can be made; name one with --dir\n");
      return 1;
    }
  } else {
    std::filesystem::create_directories(dir);
  }
  const absl::StatusOr<bool> ok = RunYear(self, dir);
  if (temporary) std::filesystem::remove_all(dir);
  if (ok.ok()) return *ok ? 0 : 1;
  std::fprintf(stderr, "whistle_year: %s\n", std::string(ok.status().message()).c_str());
  return 1;
}

}  // namespace
}  // namespace whistle::year

int main(int argc, char** argv) { return whistle::year::Main(argc, argv); }
