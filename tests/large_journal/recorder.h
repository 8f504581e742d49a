// Decides as the four services do, folds in memory, and writes what was decided: an engine's work without an engine.
//
//   Recorder recorder(writer, registry, options);
//   CaseFile file = recorder.NewCase(7, now);
//   if (!recorder.Do(file, now, "RegisterCase", request)) …   // refused: nothing was written
//
// Every decision comes out of a service's own Decide on the state that its own Evolve has made, and every event is
// folded by all four. One thread.
#ifndef WHISTLE_TESTS_LARGE_JOURNAL_RECORDER_H_
#define WHISTLE_TESTS_LARGE_JOURNAL_RECORDER_H_

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "google/protobuf/message.h"
#include "libs/base/hash.h"
#include "libs/base/ids.h"
#include "libs/domain/model.h"
#include "libs/registry/registry.h"
#include "services/coordination/model.h"
#include "services/escalation/model.h"
#include "services/intake/model.h"
#include "services/registry/model.h"
#include "services/response/model.h"
#include "tests/large_journal/chance.h"
#include "tests/large_journal/journal_writer.h"
#include "whistle/common/v1/agenda.pb.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::large_journal {

// In the order of CaseFile::states.
enum class Where : size_t { kIntake, kResponse, kCoordination, kEscalation };
inline constexpr size_t kServices = 4;

// One case as the four services have folded it.
struct CaseFile {
  std::string id;
  uint64_t number = 0;
  base::Version version{0};
  std::optional<base::Digest> head;
  absl::Time decided_at = absl::InfinitePast();
  std::array<std::unique_ptr<google::protobuf::Message>, kServices> states;
  // As written, for what a Decide looks up.
  std::vector<std::string> decisions;
  // What the services must do next on it: the first in order of time; nothing if there is nothing.
  std::optional<common::v1::AgendaItem> due;
  Where due_in = Where::kIntake;

  const intake::State& intake() const { return static_cast<const intake::State&>(*states[0]); }
  const response::State& response() const { return static_cast<const response::State&>(*states[1]); }
  const coordination::State& coordination() const { return static_cast<const coordination::State&>(*states[2]); }
  const escalation::State& escalation() const { return static_cast<const escalation::State&>(*states[3]); }
  // "<version>.1" of the last decision: its first event.
  std::string LastEventId() const { return domain::MakeEventId(version, 1); }
};

struct Tally {
  uint64_t accepted = 0;
  uint64_t registry = 0;
  uint64_t by_agenda = 0;
  uint64_t superseded_by_parent = 0;
  uint64_t superseded_by_time = 0;
  uint64_t malformed = 0;
  // Commands that a service refused: nothing was written.
  uint64_t refused = 0;
};

class Recorder {
 public:
  Recorder(JournalWriter* writer, int partition_count, uint64_t seed);

  CaseFile NewCase(uint64_t number) const;

  // One command of a service's client, completed with case and request id. False if it was refused.
  template <typename Request>
  bool Do(CaseFile& file, absl::Time now, Request request) {
    common::v1::CommandContext& context = *request.mutable_context();
    context.set_request_id(RequestId(file));
    if (file.version.value > 0) context.set_case_id(file.id);
    return Command(file, PlaceOf(request), now, request, context,
                   [&request](const google::protobuf::Message& state, const domain::Context& in) {
                     return DecideOn(state, request, in);
                   });
  }

  // Carries out what is due on the case. False if nothing was written.
  bool RunDue(CaseFile& file, absl::Time now);

  // A command of the registry's. FAILED_PRECONDITION if it is refused: then the organizations or the policy are wrong.
  absl::Status Registry(absl::Time now, const google::protobuf::Message& request, const common::v1::Actor& actor);
  const registry::Registry& registry() const { return *registry_; }

  // Records that count for nobody, beside the case's last decision: the same command as another instance decided it a
  // moment late; the case's next decision by a clock that is far behind; `which` kind of record that is no decision.
  void WriteRival(const CaseFile& file, absl::Time now);
  void WriteGhost(const CaseFile& file, absl::Time now);
  void WriteMalformed(const CaseFile& file, absl::Time now, uint64_t which);

  const Tally& tally() const { return tally_; }
  // The first error of the disk, if there was one.
  const absl::Status& status() const { return status_; }
  // How often each type of event was written, by Event::body_case.
  const std::map<int, uint64_t>& events() const { return events_; }

 private:
  using Decision = journal::v1::Decision;
  using DecideFn = std::function<domain::Outcome(const google::protobuf::Message&, const domain::Context&)>;

  template <typename Request>
  static Where PlaceOf(const Request&) {
    const std::string& package = Request::descriptor()->file()->package();
    if (package == "whistle.intake.v1") return Where::kIntake;
    if (package == "whistle.response.v1") return Where::kResponse;
    return package == "whistle.coordination.v1" ? Where::kCoordination : Where::kEscalation;
  }
  template <typename Request>
  static domain::Outcome DecideOn(const google::protobuf::Message& state, const Request& request,
                                  const domain::Context& in) {
    if constexpr (requires { intake::Decide(std::declval<const intake::State&>(), request, in); }) {
      return intake::Decide(static_cast<const intake::State&>(state), request, in);
    } else if constexpr (requires { response::Decide(std::declval<const response::State&>(), request, in); }) {
      return response::Decide(static_cast<const response::State&>(state), request, in);
    } else if constexpr (requires { coordination::Decide(std::declval<const coordination::State&>(), request, in); }) {
      return coordination::Decide(static_cast<const coordination::State&>(state), request, in);
    } else {
      return escalation::Decide(static_cast<const escalation::State&>(state), request, in);
    }
  }

  std::string RequestId(const CaseFile& file) const;
  bool Command(CaseFile& file, Where where, absl::Time now, const google::protobuf::Message& request,
               const common::v1::CommandContext& context, const DecideFn& decide);
  // Decides and, unless refused, writes and folds.
  bool Decide(CaseFile& file, Where where, domain::Context context, journal::v1::RequestRef request,
              const DecideFn& decide);
  void Fold(CaseFile& file, const Decision& decision);
  void LookForDue(CaseFile& file) const;
  std::string Attempt();
  void Write(base::PartitionId partition, const Decision& decision, const std::string& bytes, absl::Time stamp);
  void WriteRecord(base::PartitionId partition, absl::Time stamp, journal::Record record);
  // A moment after the decision, as an append takes.
  absl::Time StampFor(absl::Time decided_at);

  JournalWriter* const writer_;
  const int partition_count_;
  Chance chance_;
  std::array<domain::Model, kServices> models_;
  domain::Model registry_model_;
  registry::v1::RegistryState registry_state_;
  std::shared_ptr<const registry::Registry> registry_;
  std::optional<base::Digest> registry_head_;
  Tally tally_;
  std::map<int, uint64_t> events_;
  absl::Status status_;
};

}  // namespace whistle::large_journal

#endif  // WHISTLE_TESTS_LARGE_JOURNAL_RECORDER_H_
