// whistle_bench: what Whistle does in a second on this machine, beside what the machine could do without it.
//
//   build/bin/whistle_bench                       about three minutes
//   build/bin/whistle_bench --as_of_only
//   build/bin/whistle_bench --seconds=30 --decisions=200000
//
// Says figures and asserts nothing: README.md says how to read them.
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/status_macros.h"
#include "libs/engine/milestones.h"
#include "tests/bench/as_of.h"
#include "tests/bench/child.h"
#include "tests/bench/load.h"
#include "tests/bench/raw.h"
#include "tests/bench/raw_kafka.h"
#include "tests/bench/rules.h"
#include "tests/bench/server.h"

ABSL_FLAG(int, seconds, 4, "how long each load lasts");
ABSL_FLAG(int, decisions, 10000, "how many decisions a rebuild folds at the least");
ABSL_FLAG(bool, as_of_only, false, "measure only what questions about the past cost");
ABSL_FLAG(bool, rules_only, false, "measure only what the rules that look cost");
ABSL_FLAG(std::string, whistled, "", "the program; build/bin/whistled beside this one by default");
ABSL_FLAG(std::string, kafka, "",
          "HOST:PORT: measure whistle-intake on the Kafka journal there, which must be new; see kafka_bench");
ABSL_FLAG(std::string, dir, "", "where to work; a temporary folder by default, which is deleted");
ABSL_FLAG(int, echo_port, 0, "serve the raw echo here, as the bench asks of itself");

namespace whistle::bench {
namespace {

constexpr int kInFlight = 64;
constexpr int kManyInFlight = 512;
// Findings are raised some seconds after what they rest on: a load to see their cost lasts so many times longer.
constexpr int kLongerForRules = 5;
constexpr int kContactsOfBusyCase = 10'000;
constexpr int kDecisionsOfPast = 10'000;
// As many as the commands in flight: no two meet on a case.
constexpr int kCases = kManyInFlight;

void PrintHead(const std::string& title) {
  std::printf("\n%-52s %12s %10s %10s %10s\n", title.c_str(), "per second", "p50", "p99", "count");
}

std::string Millis(absl::Duration d) { return absl::StrFormat("%.2f ms", absl::ToDoubleMilliseconds(d)); }

void Print(const std::string& what, const Figures& f, int of_one = 1) {
  std::printf("  %-50s %12.0f %10s %10s %10d%s\n", what.c_str(), f.per_second * of_one, Millis(f.p50).c_str(),
              Millis(f.p99).c_str(), static_cast<int>(f.completed * of_one),
              f.failed > 0 ? absl::StrCat("  ", f.failed, " failed").c_str() : "");
  std::fflush(stdout);
}

void PrintMachine() {
  double load[3] = {0, 0, 0};
  getloadavg(load, 3);
  std::printf("%u cores; load before the run: %.1f of the last minute\n", std::thread::hardware_concurrency(), load[0]);
  if (load[0] > 0.5) std::printf("others are at work on this machine: take the ratios, not the figures\n");
}

absl::StatusOr<std::vector<std::string>> Begin(Server& server) {
  WHISTLE_RETURN_IF_ERROR(server.Start().status());
  WHISTLE_RETURN_IF_ERROR(server.Found(Rules::kOn));
  WHISTLE_ASSIGN_OR_RETURN(std::vector<std::string> cases, server.RegisterCases(kCases));
  server.LoadRecordContact(cases, {.in_flight = kInFlight, .lasts = absl::Milliseconds(500)});
  return cases;
}

void LoadCommands(Server& server, const std::vector<std::string>& cases, const std::vector<int>& in_flights,
                  absl::Duration lasts) {
  PrintHead("commands, acknowledged: in the journal, read back and folded");
  for (const int in_flight : in_flights) {
    Print(absl::StrCat("RegisterCase, ", in_flight, " in flight"),
          server.LoadRegisterCase({.in_flight = in_flight, .lasts = lasts}));
  }
  for (const int in_flight : in_flights) {
    Print(absl::StrCat("RecordContact over ", kCases, " cases, ", in_flight, " in flight"),
          server.LoadRecordContact(cases, {.in_flight = in_flight, .lasts = lasts}));
  }
  Print(absl::StrCat("RecordContact on one hot case, ", kInFlight, " in flight"),
        server.LoadRecordContact({cases.front()}, {.in_flight = kInFlight, .lasts = lasts}));
}

absl::Status LoadEchoes(const std::string& self, const std::string& dir, size_t request_bytes, absl::Duration lasts) {
  PrintHead(absl::StrCat("the ceiling of gRPC: a callback echo of ", request_bytes, " bytes"));
  const int port = FreePort();
  Child echo({self, absl::StrCat("--echo_port=", port)}, dir + "/echo.log");
  for (const int in_flight : {1, kInFlight}) {
    Print(absl::StrCat("echo, ", in_flight, " in flight"),
          LoadEcho(port, request_bytes, {.in_flight = in_flight, .lasts = lasts}));
  }
  return echo.Stop() == 0 ? absl::OkStatus() : absl::InternalError("the echo server did not end well");
}

// Keeps one core from falling asleep. A virtual machine whose cores are all idle may learn of a finished sync only with
// its next timer tick, milliseconds late; whistled, busy as it is, seldom meets that.
class AwakeCore {
 public:
  AwakeCore()
      : thread_([this] {
          while (!stopping_.load(std::memory_order_relaxed)) {
          }
        }) {}
  ~AwakeCore() {
    stopping_ = true;
    thread_.join();
  }

 private:
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

void WriteBatches(const std::string& dir, size_t record_bytes, absl::Duration lasts) {
  PrintHead(absl::StrCat("the ceiling of the disk: synced RocksDB, ", record_bytes, " bytes a record"));
  for (const int records : {1, kInFlight}) {
    const std::string what = absl::StrCat(records, " a batch");
    const Figures idle =
        WriteSyncedBatches(absl::StrCat(dir, "/idle-", records), records, record_bytes, {.lasts = lasts});
    Print(absl::StrCat(what, " (p50, p99: batches)"), idle, records);
    const AwakeCore awake;
    Print(absl::StrCat(what, ", a core kept awake"),
          WriteSyncedBatches(absl::StrCat(dir, "/awake-", records), records, record_bytes, {.lasts = lasts}), records);
  }
}

// Contacts over the same cases with every rule off and on: three of them make a finding, which is a decision of its
// own.
absl::Status LoadWithRules(const std::string& program, const std::string& dir, absl::Duration lasts) {
  PrintHead(absl::StrCat("what the rules cost: RecordContact over ", kCases, " cases, ", kInFlight, " in flight"));
  for (const Rules rules : {Rules::kOff, Rules::kOn}) {
    const std::string word = rules == Rules::kOn ? "on" : "off";
    const std::string folder = absl::StrCat(dir, "/rules-", word);
    std::filesystem::create_directories(folder);
    Server server(program, absl::StrCat("embedded:", folder, "/journal"), folder);
    WHISTLE_RETURN_IF_ERROR(server.Start().status());
    WHISTLE_RETURN_IF_ERROR(server.Found(rules));
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> cases, server.RegisterCases(kCases));
    WHISTLE_ASSIGN_OR_RETURN(const Server::Journal before, server.ReadJournal());
    const absl::Time began = absl::Now();
    const Figures figures = server.LoadRecordContact(cases, {.in_flight = kInFlight, .lasts = lasts * kLongerForRules});
    const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
    WHISTLE_ASSIGN_OR_RETURN(const Server::Journal after, server.ReadJournal());
    Print(absl::StrCat("all rules ", word, ": commands"), figures);
    std::printf("  %-50s %12.0f %10s %10s %10d\n", absl::StrCat("all rules ", word, ": decisions").c_str(),
                static_cast<double>(after.decisions - before.decisions) / seconds, "", "",
                static_cast<int>(after.decisions - before.decisions));
    WHISTLE_RETURN_IF_ERROR(server.Stop());
  }
  std::printf("\nthe busiest case, in the escalation service: %d contacts after everything else that rules look at\n",
              kContactsOfBusyCase);
  for (const bool on : {false, true}) {
    const BusyCase busy = FoldBusyCase(on, kContactsOfBusyCase);
    std::printf("  all rules %-3s: state %zu bytes before, %zu after; findings %d; a fold %.0f us\n", on ? "on" : "off",
                busy.bytes_before, busy.bytes_after, busy.findings, absl::ToDoubleMicroseconds(busy.fold));
  }
  return absl::OkStatus();
}

absl::Status AskAboutThePast(const std::string& dir) {
  std::printf(
      "\nquestions as of random versions of one case of %d decisions, in the process; milestones after %d KiB, or\n"
      "where decisions take 1/%d of the last milestone's state\n",
      kDecisionsOfPast, static_cast<int>(engine::kMilestoneBytesMin / 1024),
      static_cast<int>(engine::kMilestoneBytesFactor));
  std::printf("  %-13s %9s %9s %9s %9s %9s | %10s %10s %6s %9s %9s\n", "service", "p50", "p99", "max", "now", "raw get",
              "timeline", "milestones", "of it", "on disk", "state");
  return MeasurePast(dir, kDecisionsOfPast, [](const PastFigures& f) {
    std::printf("  %-13s %9s %9s %9s %9s %9s | %6zu KiB %6zu KiB %6d %4zu/%zu KiB %5zu KiB\n", f.service.c_str(),
                Millis(f.p50).c_str(), Millis(f.p99).c_str(), Millis(f.max).c_str(), Millis(f.now_p50).c_str(),
                Millis(f.raw_get_p50).c_str(), f.timeline_bytes >> 10, f.milestone_bytes >> 10, f.milestones,
                f.timeline_disk_bytes >> 10, f.milestone_disk_bytes >> 10, f.state_bytes >> 10);
    std::fflush(stdout);
  });
}

absl::Status Rebuild(Server& server, int decisions_min) {
  WHISTLE_ASSIGN_OR_RETURN(Server::Journal journal, server.ReadJournal());
  while (journal.decisions < decisions_min) {
    WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> cases, server.RegisterCases(kInFlight));
    server.LoadRecordContact(cases, {.in_flight = kInFlight, .warm_up = absl::ZeroDuration()});
    WHISTLE_ASSIGN_OR_RETURN(journal, server.ReadJournal());
  }
  WHISTLE_RETURN_IF_ERROR(server.Stop());
  WHISTLE_ASSIGN_OR_RETURN(const Server::Started with, server.Start());
  WHISTLE_RETURN_IF_ERROR(server.Stop());
  server.DeleteProjections();
  WHISTLE_ASSIGN_OR_RETURN(const Server::Started without, server.Start());
  WHISTLE_RETURN_IF_ERROR(server.Stop());
  const double seconds = absl::ToDoubleSeconds(without.until_live - with.until_live);
  std::printf("\nrebuild of all four projections over %d decisions\n", static_cast<int>(journal.decisions));
  std::printf("  a start with projections: live after %.2f s, health SERVING after %.2f s\n",
              absl::ToDoubleSeconds(with.until_live), absl::ToDoubleSeconds(with.until_serving));
  std::printf("  a start without:          live after %.2f s, health SERVING after %.2f s\n",
              absl::ToDoubleSeconds(without.until_live), absl::ToDoubleSeconds(without.until_serving));
  std::printf("  folded by each of the four at once: %.0f decisions a second (%.0f folds a second together)\n",
              static_cast<double>(journal.decisions) / seconds, 4 * static_cast<double>(journal.decisions) / seconds);
  return absl::OkStatus();
}

absl::Status RunOnKafka(const std::string& program, const std::string& brokers, const std::string& dir,
                        absl::Duration lasts) {
  Server server(program, absl::StrCat("kafka:", brokers), dir);
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> cases, Begin(server));
  WHISTLE_ASSIGN_OR_RETURN(const Server::Journal journal, server.ReadJournal());
  const std::vector<int> in_flights = {1, kInFlight, kManyInFlight};
  PrintHead(absl::StrCat("the ceiling of Kafka: librdkafka, produced and read back, ", journal.record_bytes, " bytes"));
  for (const int in_flight : in_flights) {
    WHISTLE_ASSIGN_OR_RETURN(
        const Figures raw, ProduceAndReadBack(brokers, journal.record_bytes, {.in_flight = in_flight, .lasts = lasts}));
    Print(absl::StrCat("records, ", in_flight, " in flight"), raw);
  }
  LoadCommands(server, cases, in_flights, lasts);
  return server.Stop();
}

absl::Status Run(const std::string& self, const std::string& dir) {
  const std::filesystem::path programs = std::filesystem::path(self).parent_path();
  const absl::Duration lasts = absl::Seconds(absl::GetFlag(FLAGS_seconds));
  PrintMachine();
  if (const std::string brokers = absl::GetFlag(FLAGS_kafka); !brokers.empty()) {
    return RunOnKafka(programs / "whistle-intake", brokers, dir, lasts);
  }
  if (absl::GetFlag(FLAGS_as_of_only)) return AskAboutThePast(dir);
  std::string whistled = absl::GetFlag(FLAGS_whistled);
  if (whistled.empty()) whistled = programs / "whistled";
  if (absl::GetFlag(FLAGS_rules_only)) return LoadWithRules(whistled, dir, lasts);
  Server server(whistled, absl::StrCat("embedded:", dir, "/journal"), dir);
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<std::string> cases, Begin(server));
  WHISTLE_ASSIGN_OR_RETURN(const Server::Journal journal, server.ReadJournal());
  WHISTLE_RETURN_IF_ERROR(LoadEchoes(self, dir, server.request_bytes(), lasts));
  WriteBatches(dir, journal.record_bytes, lasts);
  LoadCommands(server, cases, {1, kInFlight}, lasts);
  WHISTLE_RETURN_IF_ERROR(Rebuild(server, absl::GetFlag(FLAGS_decisions)));
  return LoadWithRules(whistled, dir, lasts);
}

int Main(int argc, char** argv) {
  absl::SetProgramUsageMessage("whistle_bench: commands and decisions per second, beside the machine's own ceilings");
  absl::ParseCommandLine(argc, argv);
  if (absl::GetFlag(FLAGS_echo_port) != 0) return ServeEcho(absl::GetFlag(FLAGS_echo_port));
  const std::string self = std::filesystem::read_symlink("/proc/self/exe");
  std::string dir = absl::GetFlag(FLAGS_dir);
  const bool temporary = dir.empty();
  if (temporary) {
    dir = (std::filesystem::temp_directory_path() / "whistle-bench-XXXXXX").string();
    if (mkdtemp(dir.data()) == nullptr) {
      std::fprintf(stderr, "whistle_bench: no temporary folder can be made; name one with --dir\n");
      return 1;
    }
  } else {
    std::filesystem::create_directories(dir);
  }
  const absl::Status status = Run(self, dir);
  if (temporary) std::filesystem::remove_all(dir);
  if (status.ok()) return 0;
  std::fprintf(stderr, "whistle_bench: %s\n", std::string(status.message()).c_str());
  return 1;
}

}  // namespace
}  // namespace whistle::bench

int main(int argc, char** argv) { return whistle::bench::Main(argc, argv); }
