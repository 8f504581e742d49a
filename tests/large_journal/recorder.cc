#include "tests/large_journal/recorder.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/check.h"
#include "libs/base/proto.h"
#include "libs/base/time.h"
#include "libs/domain/validate.h"
#include "libs/engine/acceptance.h"
#include "libs/engine/records.h"
#include "libs/host/desk.h"
#include "libs/projection/store.h"
#include "libs/registry/fold.h"
#include "whistle/registry/v1/service.pb.h"

namespace whistle::large_journal {
namespace {

using common::v1::AgendaItem;
using google::protobuf::Message;
using journal::v1::Decision;

constexpr char kClient[] = "large-journal";
constexpr char kAgendaMethod[] = "agenda";

class FileHistory final : public domain::History {
 public:
  explicit FileHistory(const std::vector<std::string>& decisions) : decisions_(decisions) {}

  std::optional<journal::v1::Event> FindEvent(absl::string_view event_id) const override {
    const auto parts = domain::ParseEventId(event_id);
    if (!parts || parts->version.value == 0 || parts->version.value > decisions_.size()) return std::nullopt;
    Decision decision;
    WHISTLE_CHECK(decision.ParseFromString(decisions_[parts->version.value - 1]), "what was written can be read");
    if (parts->number < 1 || parts->number > decision.events_size()) return std::nullopt;
    return decision.events(parts->number - 1);
  }

 private:
  const std::vector<std::string>& decisions_;
};

bool DueBefore(const AgendaItem& a, const AgendaItem& b) {
  const absl::Time due_a = base::FromProto(a.due_at());
  const absl::Time due_b = base::FromProto(b.due_at());
  if (due_a != due_b) return due_a < due_b;
  return base::SerializeDeterministically(a) < base::SerializeDeterministically(b);
}

domain::Outcome DecideRegistry(const registry::v1::RegistryState& state, const Message& request,
                               const domain::Context& in) {
  if (const auto* upsert = dynamic_cast<const registry::v1::UpsertOrganizationRequest*>(&request)) {
    return registry_chain::Decide(state, *upsert, in);
  }
  if (const auto* calendar = dynamic_cast<const registry::v1::AdoptCalendarRequest*>(&request)) {
    return registry_chain::Decide(state, *calendar, in);
  }
  return registry_chain::Decide(state, dynamic_cast<const registry::v1::AdoptPolicyRequest&>(request), in);
}

}  // namespace

Recorder::Recorder(JournalWriter* writer, int partition_count, uint64_t seed)
    : writer_(writer),
      partition_count_(partition_count),
      chance_(seed ^ 0x5eed'0fac'e5ull),
      models_{intake::MakeModel(), response::MakeModel(), coordination::MakeModel(), escalation::MakeModel()},
      registry_model_(registry_chain::MakeModel()),
      registry_(std::make_shared<const registry::Registry>(0, registry_state_)) {}

CaseFile Recorder::NewCase(uint64_t number) const {
  CaseFile file;
  file.number = number;
  file.id = host::CaseIdFor(kClient, RequestId(file));
  for (size_t i = 0; i < kServices; ++i) file.states[i] = models_[i].new_state();
  return file;
}

std::string Recorder::RequestId(const CaseFile& file) const {
  return absl::StrCat(file.number, "-", file.version.value + 1);
}

bool Recorder::Command(CaseFile& file, Where where, absl::Time now, const Message& request,
                       const common::v1::CommandContext& command, const DecideFn& decide) {
  const FileHistory history(file.decisions);
  domain::Context context;
  context.case_id = file.id;
  context.now = std::max(now, file.decided_at);
  context.version = file.version.Next();
  context.registry = registry_.get();
  context.history = &history;
  context.entropy = absl::BytesToHexString(Attempt());
  if (domain::CheckCommandContext(command, context)) {
    ++tally_.refused;
    return false;
  }
  journal::v1::RequestRef ref;
  ref.set_client(kClient);
  ref.set_request_id(command.request_id());
  ref.set_fingerprint(host::FingerprintOf(request.GetDescriptor()->full_name(), request).ToBytes());
  return Decide(file, where, std::move(context), std::move(ref), decide);
}

bool Recorder::RunDue(CaseFile& file, absl::Time now) {
  const AgendaItem item = *file.due;
  const Where where = file.due_in;
  const auto step = models_[static_cast<size_t>(where)].next_step(item, 0, nullptr);
  WHISTLE_CHECK(step && step->case_id == file.id, "no case of this journal asks another one");
  const FileHistory history(file.decisions);
  domain::Context context;
  context.case_id = file.id;
  context.now = std::max(now, file.decided_at);
  context.occurred_at = context.now;
  context.version = file.version.Next();
  context.registry = registry_.get();
  context.history = &history;
  context.entropy = absl::BytesToHexString(Attempt());
  context.actor.set_kind(common::v1::ACTOR_KIND_AGENDA);
  journal::v1::RequestRef ref;
  ref.set_request_id(projection::AgendaRequestId(item));
  ref.set_fingerprint(host::FingerprintOf(kAgendaMethod, item).ToBytes());
  if (!Decide(file, where, std::move(context), std::move(ref), step->decide)) {
    file.due.reset();
    return false;
  }
  ++tally_.by_agenda;
  return true;
}

bool Recorder::Decide(CaseFile& file, Where where, domain::Context context, journal::v1::RequestRef request,
                      const DecideFn& decide) {
  domain::Outcome outcome = decide(*file.states[static_cast<size_t>(where)], context);
  auto* events = std::get_if<domain::Events>(&outcome);
  if (events == nullptr || events->empty() || events->size() > 64) {
    ++tally_.refused;
    return false;
  }
  Decision decision;
  decision.set_case_id(file.id);
  if (file.head) decision.set_parent(file.head->ToBytes());
  *decision.mutable_request() = std::move(request);
  decision.mutable_request()->set_attempt(Attempt());
  decision.set_service(models_[static_cast<size_t>(where)].service);
  *decision.mutable_decided_at() = base::ToProto(context.now);
  decision.set_level(registry_->level());
  *decision.mutable_actor() = context.actor;
  decision.set_registry_version(registry_->version());
  for (journal::v1::Event& event : *events) {
    ++events_[event.body_case()];
    *decision.add_events() = std::move(event);
  }
  std::string bytes = base::SerializeDeterministically(decision);
  Write(journal::PartitionForCase(file.id, partition_count_), decision, bytes, StampFor(context.now));
  file.head = base::Sha256(bytes);
  file.version = file.version.Next();
  file.decided_at = context.now;
  file.decisions.push_back(std::move(bytes));
  Fold(file, decision);
  LookForDue(file);
  ++tally_.accepted;
  return true;
}

void Recorder::Fold(CaseFile& file, const Decision& decision) {
  domain::EventRef ref{.case_id = file.id, .id = "", .version = file.version, .decision = &decision};
  for (int i = 0; i < decision.events_size(); ++i) {
    ref.id = domain::MakeEventId(file.version, i + 1);
    for (size_t service = 0; service < kServices; ++service) {
      models_[service].evolve(*file.states[service], decision.events(i), ref);
    }
  }
}

void Recorder::LookForDue(CaseFile& file) const {
  file.due.reset();
  for (size_t service = 0; service < kServices; ++service) {
    for (AgendaItem& item : models_[service].agenda(*file.states[service], file.id)) {
      if (file.due && !DueBefore(item, *file.due)) continue;
      file.due = std::move(item);
      file.due_in = static_cast<Where>(service);
    }
  }
}

absl::Status Recorder::Registry(absl::Time now, const Message& request, const common::v1::Actor& actor) {
  domain::Context context;
  const FileHistory history({});
  context.case_id = std::string(registry_chain::kCaseId);
  context.now = now;
  context.occurred_at = now;
  context.actor = actor;
  context.actor.set_assurance(common::v1::ASSURANCE_SELF_DECLARED);
  context.version = base::Version{registry_->version() + 1};
  context.registry = registry_.get();
  context.history = &history;
  const domain::Outcome outcome = DecideRegistry(registry_state_, request, context);
  if (const auto* no = std::get_if<domain::Rejection>(&outcome)) return absl::FailedPreconditionError(no->message);
  Decision decision;
  decision.set_case_id(context.case_id);
  if (registry_head_) decision.set_parent(registry_head_->ToBytes());
  decision.mutable_request()->set_client(kClient);
  decision.mutable_request()->set_request_id(absl::StrCat("registry-", context.version.value));
  decision.mutable_request()->set_fingerprint(
      host::FingerprintOf(request.GetDescriptor()->full_name(), request).ToBytes());
  decision.mutable_request()->set_attempt(Attempt());
  decision.set_service(common::v1::SERVICE_REGISTRY);
  *decision.mutable_decided_at() = base::ToProto(now);
  decision.set_level(registry_->level());
  *decision.mutable_actor() = context.actor;
  decision.set_registry_version(registry_->version());
  for (const journal::v1::Event& event : std::get<domain::Events>(outcome)) {
    *decision.add_events() = event;
    registry::Fold(registry_state_, event, context.version.value);
  }
  const std::string bytes = base::SerializeDeterministically(decision);
  Write(base::PartitionId::Registry(), decision, bytes, StampFor(now));
  registry_head_ = base::Sha256(bytes);
  registry_ = std::make_shared<const registry::Registry>(context.version.value, registry_state_);
  ++tally_.registry;
  return status_;
}

void Recorder::WriteRival(const CaseFile& file, absl::Time now) {
  Decision rival;
  WHISTLE_CHECK(rival.ParseFromString(file.decisions.back()), "what was written can be read");
  rival.mutable_request()->set_attempt(Attempt());
  *rival.mutable_decided_at() = base::ToProto(now);
  Write(journal::PartitionForCase(file.id, partition_count_), rival, base::SerializeDeterministically(rival),
        StampFor(now));
  ++tally_.superseded_by_parent;
}

void Recorder::WriteGhost(const CaseFile& file, absl::Time now) {
  Decision ghost;
  WHISTLE_CHECK(ghost.ParseFromString(file.decisions.back()), "what was written can be read");
  ghost.set_parent(file.head->ToBytes());
  ghost.mutable_request()->set_request_id(absl::StrCat("ghost-", file.number, "-", file.version.value));
  ghost.mutable_request()->set_attempt(Attempt());
  *ghost.mutable_decided_at() = base::ToProto(now);
  Write(journal::PartitionForCase(file.id, partition_count_), ghost, base::SerializeDeterministically(ghost),
        now + engine::kDecidedBeforeStampMax + absl::Seconds(1));
  ++tally_.superseded_by_time;
}

void Recorder::WriteMalformed(const CaseFile& file, absl::Time now, uint64_t which) {
  Decision decision;
  WHISTLE_CHECK(decision.ParseFromString(file.decisions.back()), "what was written can be read");
  base::PartitionId partition = journal::PartitionForCase(file.id, partition_count_);
  journal::Record record = engine::MakeRecord(decision, *file.head, file.decisions.back());
  record.headers.clear();
  switch (which % 5) {
    case 0:
      record.value = "\x0a\xff no decision";
      break;
    case 1:
      record.key = "another-case";
      break;
    case 2:
      decision.clear_request();
      record.value = base::SerializeDeterministically(decision);
      break;
    case 3:
      // A service that writes what is another's.
      decision.set_service(decision.service() == common::v1::SERVICE_INTAKE ? common::v1::SERVICE_RESPONSE
                                                                            : common::v1::SERVICE_INTAKE);
      record.value = base::SerializeDeterministically(decision);
      break;
    default:
      partition = base::PartitionId::Case((partition.index() + 1) % partition_count_);
      // A journal of one partition has no wrong one.
      if (partition_count_ == 1) record.key = "another-case";
      break;
  }
  WriteRecord(partition, now, std::move(record));
  ++tally_.malformed;
}

std::string Recorder::Attempt() {
  std::string bytes;
  for (int word = 0; word < 2; ++word) {
    uint64_t random = chance_.Next();
    for (int i = 0; i < 8; ++i, random >>= 8) bytes.push_back(static_cast<char>(random & 0xff));
  }
  return bytes;
}

absl::Time Recorder::StampFor(absl::Time decided_at) { return decided_at + absl::Milliseconds(chance_.Between(1, 40)); }

void Recorder::Write(base::PartitionId partition, const Decision& decision, const std::string& bytes,
                     absl::Time stamp) {
  WriteRecord(partition, stamp, engine::MakeRecord(decision, base::Sha256(bytes), bytes));
}

void Recorder::WriteRecord(base::PartitionId partition, absl::Time stamp, journal::Record record) {
  const auto written = writer_->Append(partition, stamp, std::move(record));
  if (!written.ok() && status_.ok()) status_ = written.status();
}

}  // namespace whistle::large_journal
