// whistlectl journal verify: a journal and its projections recomputed from bytes; of running services, or of a stopped
// one's folders.
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "libs/base/clock.h"
#include "libs/base/status_macros.h"
#include "libs/journal/kafka/kafka_journal.h"
#include "libs/verify/embedded_source.h"
#include "libs/verify/verify.h"
#include "libs/verify/work_folder.h"
#include "services/coordination/model.h"
#include "services/escalation/model.h"
#include "services/intake/model.h"
#include "services/registry/model.h"
#include "services/response/model.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/verify_report.h"
#include "tools/whistlectl/verify_running.h"

namespace whistle::whistlectl {
namespace {

constexpr uint64_t kJobsMax = 64;
constexpr uint64_t kProblemsMax = 1'000'000;

absl::StatusOr<uint64_t> CountOf(const Arguments& arguments, const std::string& flag, uint64_t most) {
  const auto count = arguments.GetNumber(flag);
  if (!count.ok()) return UsageError(count.status().message());
  if (*count < 1 || *count > most)
    return UsageError(absl::StrCat("--", flag, ": expected 1 to ", most, ", found ", *count));
  return *count;
}

// A line now and then; on a terminal and in a file alike.
class Teller {
 public:
  explicit Teller(std::ostream& err) : err_(err) {}

  void Tell(const verify::Progress& progress) {
    const absl::Time now = absl::Now();
    if (progress.doing != doing_) {
      doing_ = std::string(progress.doing);
      began_at_ = now;
      told_at_ = absl::InfinitePast();
      begun_with_ = progress.done;
    }
    if (now < told_at_ + absl::Seconds(2)) return;
    told_at_ = now;
    const double seconds = absl::ToDoubleSeconds(now - began_at_);
    err_ << "verify: " << progress.doing << ": " << progress.done;
    if (progress.of > 0) err_ << " of " << progress.of;
    err_ << " " << progress.what;
    if (progress.of > 0) err_ << " (" << 100 * progress.done / progress.of << " %)";
    if (seconds >= 1) {
      err_ << ", " << static_cast<uint64_t>(static_cast<double>(progress.done - begun_with_) / seconds) << " a second";
    }
    err_ << "\n" << std::flush;
  }

 private:
  std::ostream& err_;
  std::string doing_;
  absl::Time began_at_;
  absl::Time told_at_;
  uint64_t begun_with_ = 0;
};

absl::StatusOr<verify::Options> OptionsOf(Session& session, const base::Clock* clock) {
  const Arguments& arguments = session.arguments;
  verify::Options options{
      .models = {intake::MakeModel(), response::MakeModel(), coordination::MakeModel(), escalation::MakeModel()},
      .registry_model = registry_chain::MakeModel(),
      .fold = !arguments.GetSwitch("no-fold"),
      .work_dir = arguments.Get("work-dir"),
      .resume_file = arguments.Get("resume-file"),
      .clock = clock};
  // Beside services that answer, half of the machine at most.
  const unsigned cores = std::thread::hardware_concurrency();
  options.jobs = static_cast<int>(std::max(1u, arguments.Has("journal") ? cores : cores / 2));
  if (arguments.Has("jobs")) {
    WHISTLE_ASSIGN_OR_RETURN(const uint64_t jobs, CountOf(arguments, "jobs", kJobsMax));
    options.jobs = static_cast<int>(jobs);
  }
  WHISTLE_ASSIGN_OR_RETURN(options.problems_max, CountOf(arguments, "problems", kProblemsMax));
  if (options.work_dir.empty() && !options.resume_file.empty()) options.work_dir = options.resume_file + ".fold";
  if (options.work_dir.empty()) {
    options.work_dir =
        absl::StrCat(std::filesystem::temp_directory_path().string(), "/whistle-verify-", static_cast<int>(getpid()));
  }
  if (const absl::Status free = verify::CheckWorkFolder(options.work_dir); options.fold && !free.ok()) {
    return UsageError(free.message());
  }
  return options;
}

absl::StatusOr<std::vector<verify::Stand>> StandsIn(const std::string& data_dir) {
  std::vector<verify::Stand> stands;
  if (data_dir.empty()) return stands;
  std::error_code error;
  for (const char* service : kServiceNames) {
    // A machine that runs one service has one store.
    if (!std::filesystem::exists(absl::StrCat(data_dir, "/", service), error)) continue;
    WHISTLE_ASSIGN_OR_RETURN(verify::Stand stand, verify::LookAtStore(data_dir, service));
    stands.push_back(std::move(stand));
  }
  if (stands.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("--data: ", data_dir,
                     " holds no projection: expected folders named intake, response, coordination, escalation"));
  }
  return stands;
}

absl::StatusOr<verify::Report> VerifyRunning(Session& session, verify::Options options) {
  const NewClient new_client = [&session] { return session.NewClient(); };
  // Projections first: what they have folded was in the journal by then.
  verify::Problems unwell(options.problems_max);
  WHISTLE_ASSIGN_OR_RETURN(std::vector<verify::Stand> stands, AskStands(new_client, unwell));
  if (options.fold && unwell.count() == 0) {
    for (verify::Stand& stand : stands) {
      session.err << "verify: asking " << stand.service << " what its projection comes to\n" << std::flush;
      WHISTLE_RETURN_IF_ERROR(AskDigests(new_client, stand));
    }
  }
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<RunningSource> source, RunningSource::Open(new_client));
  options.journal_uuid = source->uuid();
  std::vector<std::string> services;
  for (const verify::Stand& stand : stands) services.push_back(stand.service);
  options.ask_heads = [&, jobs = options.jobs](const verify::Checks& checks, verify::Problems& problems) {
    for (verify::v1::Problem& problem : unwell.kept()) problems.Add(std::move(problem));
    // Who stands still waits for ever for what it has not folded.
    if (unwell.count() > 0) return absl::OkStatus();
    session.err << "verify: asking for heads\n" << std::flush;
    return AskHeads(new_client, *source, services, jobs, checks, problems);
  };
  return verify::Verification(std::move(options), source.get(), std::move(stands)).Run();
}

absl::StatusOr<verify::Report> VerifyKafka(Session& session, verify::Options options, const std::string& brokers,
                                           std::vector<verify::Stand> stands) {
  journal::KafkaOptions kafka{.brokers = brokers};
  if (session.arguments.Has("journal-properties")) {
    WHISTLE_ASSIGN_OR_RETURN(kafka.connection,
                             journal::ReadKafkaProperties(session.arguments.Get("journal-properties")));
  }
  journal::ConnectionFailure failure;
  kafka.on_log = [&failure](absl::string_view line) { failure.Hear(line); };
  const auto opened = journal::KafkaJournal::Open(kafka);
  if (!opened.ok()) return failure.Explain(opened.status());
  WHISTLE_ASSIGN_OR_RETURN(const auto source, verify::ReadingSource::Open(opened->get()));
  options.journal_uuid = (*opened)->identity().uuid;
  return verify::Verification(std::move(options), source.get(), std::move(stands)).Run();
}

absl::StatusOr<verify::Report> VerifyStopped(Session& session, verify::Options options) {
  absl::string_view where = session.arguments.Get("journal");
  const std::string data_dir = session.arguments.Get("data");
  if (absl::ConsumePrefix(&where, "embedded:") && !where.empty()) {
    WHISTLE_ASSIGN_OR_RETURN(const auto source, verify::EmbeddedSource::Open(std::string(where)));
    WHISTLE_ASSIGN_OR_RETURN(std::vector<verify::Stand> stands, StandsIn(data_dir));
    return verify::Verification(std::move(options), source.get(), std::move(stands)).Run();
  }
  if (absl::ConsumePrefix(&where, "kafka:") && !where.empty()) {
    WHISTLE_ASSIGN_OR_RETURN(std::vector<verify::Stand> stands, StandsIn(data_dir));
    return VerifyKafka(session, std::move(options), std::string(where), std::move(stands));
  }
  return UsageError(absl::StrCat("--journal: expected embedded:DIR or kafka:HOST:PORT,…, found \"",
                                 session.arguments.Get("journal"), "\""));
}

absl::Status VerifyJournal(Session& session) {
  const base::RealClock clock;
  if (session.arguments.Has("data") && !session.arguments.Has("journal")) {
    return UsageError("--data goes with --journal: the projections of running services are asked, not opened");
  }
  WHISTLE_ASSIGN_OR_RETURN(verify::Options options, OptionsOf(session, &clock));
  Teller teller(session.err);
  options.progress = [&teller](const verify::Progress& progress) { teller.Tell(progress); };
  const absl::Time began = absl::Now();
  const std::string resume_file = options.resume_file;
  const absl::StatusOr<verify::Report> report = session.arguments.Has("journal")
                                                    ? VerifyStopped(session, std::move(options))
                                                    : VerifyRunning(session, std::move(options));
  if (!report.ok() && absl::IsInvalidArgument(report.status())) return report.status();
  const absl::Duration took = absl::Now() - began;
  if (!report.ok()) {
    session.out << (session.json() ? VerifyJson(report.status()) : VerifyLine(report.status()) + "\n");
    return AlreadySaid();
  }
  // It came to its end: there is nothing to take up.
  std::error_code error;
  if (!resume_file.empty()) std::filesystem::remove(resume_file, error);
  if (session.json()) {
    session.out << VerifyJson(*report, took);
  } else {
    session.out << VerifyText(*report) << VerifyLine(*report, took) << "\n";
  }
  return report->problem_count == 0 ? absl::OkStatus() : AlreadySaid();
}

constexpr char kDetails[] =
    "Reads every record and recomputes everything from its bytes: frames and checksums, genesis and partition of "
    "every\n"
    "key, what counts and what does not, hashes, the chain of every case, counts, partition digests. Then holds every\n"
    "projection against it. Changes nothing. The last line begins with \"verify: OK\" (status 0) or \"verify: "
    "FAILED\"\n"
    "(status 1); every problem is named before it, with its place.\n"
    "\n"
    "Two forms:\n"
    "  whistlectl journal verify                                        of running services: projections' positions,\n"
    "      counts, partition digests, the head of every case from each service, and a digest of every column family\n"
    "      against a fresh fold of all four services. Whatever they do meanwhile. Of an embedded journal no frame is\n"
    "      seen, and of a column family that differs no row is named.\n"
    "  whistlectl journal verify --journal=embedded:DIR --data=DIR      of a stopped whistled, or of copies of its\n"
    "      folders (kafka:… while its services are stopped): all of that, and every row of every projection against\n"
    "      the fresh fold. Folders are opened for reading alone, and nobody can start on them meanwhile.\n"
    "\n"
    "What each can know: a journal by itself shows a changed, missing or moved record by the next decision of its "
    "case,\n"
    "which names it as parent. It cannot show that the last decision of a case is gone, nor that two were exchanged\n"
    "that do not name each other: that the projections show, by digest, head and position. Give --data whenever there\n"
    "is one. A projection that was rebuilt from a damaged journal agrees with the damage.";

}  // namespace

std::vector<Command> JournalVerifyCommands() {
  return {
      Command{
          .words = {"journal", "verify"},
          .summary = "recompute the whole journal and its projections from bytes, and name what is not as it must be",
          .details = kDetails,
          .flags = {{"journal", "embedded:DIR|kafka:…", "",
                     "a journal that no service has open; left out: the services'"},
                    {"data", "DIR", "", "with --journal: the projections' folder (whistled's --data)"},
                    {"no-fold", "", "", "leave out the fresh fold; the last line says so"},
                    {"jobs", "N", "",
                     "threads that read and fold; left out: as many as there are cores, of running services half"},
                    {"resume-file", "FILE", "", "keep there where it is, and go on from there if it is there"},
                    {"work-dir", "DIR", "",
                     "where fresh folds lie while they are compared, about as large as --data; "
                     "removed at the end; left out: beside the resume file, or under /tmp"},
                    {"problems", "N", "100", "tell so many problems; all are counted"},
                    {"journal-properties", "FILE", "", "for kafka: the connection's properties, NAME=VALUE a line"}},
          .run = VerifyJournal},
  };
}

}  // namespace whistle::whistlectl
