// whistle_large_journal: makes an embedded journal of many decisions. README.md says what is in it.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/domain/context.h"
#include "libs/journal/genesis.h"
#include "libs/journal/journal.h"
#include "tests/large_journal/journal_writer.h"
#include "tests/large_journal/making.h"
#include "tests/large_journal/recorder.h"

ABSL_FLAG(std::string, dir, "",
          "the journal's folder: empty, or not there; `whistled --journal=embedded:DIR` opens it");
ABSL_FLAG(uint64_t, decisions, 1'000'000, "how many decisions of cases count");
ABSL_FLAG(uint64_t, cases, 50'000, "how many cases they are about");
ABSL_FLAG(int, partitions, whistle::journal::kPartitionCountDefault, "how many partitions the cases have");
ABSL_FLAG(uint64_t, seed, 1, "another seed, another journal; the same one, the same bytes");
ABSL_FLAG(int, years, 4, "over how many years it goes");
ABSL_FLAG(std::string, start, "2020-01-06T00:00:00Z", "when it begins");
ABSL_FLAG(int64_t, superseded, -1, "how many records are superseded; -1: one in two thousand decisions");
ABSL_FLAG(int64_t, malformed, -1, "how many records are malformed; -1: one in ten thousand decisions");
ABSL_FLAG(std::string, policy, WHISTLE_POLICY_FILE, "the policy the cases are bound to");
ABSL_FLAG(std::string, calendars, WHISTLE_CALENDARS, "the calendar that dates are counted by");
ABSL_FLAG(bool, types, false, "say at the end how often each type of event was written");

namespace whistle::large_journal {
namespace {

absl::StatusOr<MakingPlan> PlanOfFlags() {
  MakingPlan plan{.decisions = absl::GetFlag(FLAGS_decisions),
                  .cases = absl::GetFlag(FLAGS_cases),
                  .seed = absl::GetFlag(FLAGS_seed),
                  .start = {},
                  .years = absl::GetFlag(FLAGS_years)};
  WHISTLE_ASSIGN_OR_RETURN(plan.start, base::TimeFromText(absl::GetFlag(FLAGS_start)));
  if (absl::GetFlag(FLAGS_dir).empty()) return absl::InvalidArgumentError("--dir: name a folder");
  if (plan.cases == 0 || plan.decisions < plan.cases) {
    return absl::InvalidArgumentError(absl::StrCat("--decisions: at least one for each of --cases=", plan.cases,
                                                   " (at least 1), found ", plan.decisions));
  }
  if (plan.years < 1 || plan.years > 50) {
    return absl::InvalidArgumentError(absl::StrCat("--years: 1 to 50, found ", plan.years));
  }
  const int64_t superseded = absl::GetFlag(FLAGS_superseded);
  const int64_t malformed = absl::GetFlag(FLAGS_malformed);
  plan.superseded = superseded < 0 ? plan.decisions / 2'000 : static_cast<uint64_t>(superseded);
  plan.malformed = malformed < 0 ? plan.decisions / 10'000 : static_cast<uint64_t>(malformed);
  return plan;
}

// By the seed and the size, so that the same journal has the same uuid and the same bytes.
std::string UuidOf(const MakingPlan& plan) {
  const std::string hex = base::Sha256(absl::StrCat("large-journal/", plan.seed, "/", plan.decisions, "/", plan.cases,
                                                    "/", plan.superseded, "/", plan.malformed))
                              .ToHex();
  return absl::StrCat(hex.substr(0, 8), "-", hex.substr(8, 4), "-4", hex.substr(13, 3), "-8", hex.substr(17, 3), "-",
                      hex.substr(20, 12));
}

void SayTypes(const Recorder& recorder) {
  const auto* event = journal::v1::Event::descriptor();
  for (const auto& [field, count] : recorder.events()) {
    std::cout << event->FindFieldByNumber(field)->name() << " " << count << "\n";
  }
}

absl::Status Make() {
  WHISTLE_ASSIGN_OR_RETURN(const MakingPlan plan, PlanOfFlags());
  const journal::Identity identity = {.uuid = UuidOf(plan),
                                      .partition_count = absl::GetFlag(FLAGS_partitions),
                                      .created_at = plan.start,
                                      .clock_kind = journal::ClockKind::kVirtual};
  WHISTLE_RETURN_IF_ERROR(journal::CheckIdentity(identity));
  WHISTLE_ASSIGN_OR_RETURN(const auto writer,
                           JournalWriter::Create(absl::GetFlag(FLAGS_dir), identity.uuid, GenesisRecords(identity)));
  Recorder recorder(writer.get(), identity.partition_count, plan.seed);
  WHISTLE_RETURN_IF_ERROR(MakeRegistry(recorder, {absl::GetFlag(FLAGS_policy), absl::GetFlag(FLAGS_calendars)},
                                       plan.start + absl::Seconds(1)));
  const absl::Time began = absl::Now();
  absl::Time say_at = began + absl::Seconds(5);
  const auto rate = [&] {
    return static_cast<int64_t>(static_cast<double>(recorder.tally().accepted) /
                                std::max(0.001, absl::ToDoubleSeconds(absl::Now() - began)));
  };
  absl::Time reached = plan.start;
  WHISTLE_RETURN_IF_ERROR(MakeCases(recorder, plan, [&](absl::Time at, uint64_t cases) {
    reached = at;
    if (absl::Now() < say_at) return;
    say_at = absl::Now() + absl::Seconds(5);
    std::cerr << "large_journal: " << recorder.tally().accepted << " of " << plan.decisions << " decisions, " << cases
              << " of " << plan.cases << " cases, at " << base::TimeText(at) << ", " << rate() << " a second\n";
  }));
  WHISTLE_RETURN_IF_ERROR(writer->Finish());
  if (absl::GetFlag(FLAGS_types)) SayTypes(recorder);
  const Tally& tally = recorder.tally();
  std::cout << "large_journal: OK: " << tally.accepted << " decisions of " << plan.cases << " cases, "
            << tally.by_agenda << " of them the agenda's; " << tally.registry << " of the registry; "
            << tally.superseded_by_parent + tally.superseded_by_time << " superseded (" << tally.superseded_by_time
            << " by their time), " << tally.malformed << " malformed; " << tally.refused << " commands refused; "
            << identity.partition_count << " partitions; journal " << identity.uuid << ", "
            << base::TimeText(plan.start) << " to " << base::TimeText(reached) << "; "
            << absl::ToInt64Seconds(absl::Now() - began) << " s, " << rate() << " a second\n";
  return absl::OkStatus();
}

}  // namespace
}  // namespace whistle::large_journal

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "makes an embedded journal of many decisions over many cases, by the services' own rules.\n"
      "  whistle_large_journal --dir=var/large --decisions=1000000 --cases=50000");
  absl::ParseCommandLine(argc, argv);
  const absl::Status made = whistle::large_journal::Make();
  if (made.ok()) return 0;
  std::cerr << "large_journal: " << made.message() << "\n";
  return 1;
}
