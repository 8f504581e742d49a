// whistlectl projection restore, set-aside and diff: a projection's store as a folder, and what differs in two.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/empty.pb.h"
#include "libs/base/status_macros.h"
#include "libs/journal/journal.h"
#include "libs/projection/checkpoint.h"
#include "libs/projection/row_text.h"
#include "libs/projection/store_folder.h"
#include "services/coordination/model.h"
#include "services/escalation/model.h"
#include "services/intake/model.h"
#include "services/registry/model.h"
#include "services/response/model.h"
#include "tools/whistlectl/projection_commands.h"
#include "tools/whistlectl/projection_rows.h"

namespace whistle::whistlectl {
namespace {

using projection::Family;

// What one difference may take of a line, and of a JSON text.
constexpr size_t kDifferenceChars = 300;

// The models of the services by name, as this build folds.
std::map<std::string, domain::Model> Models() {
  std::map<std::string, domain::Model> models;
  for (const auto make : {intake::MakeModel, response::MakeModel, coordination::MakeModel, escalation::MakeModel}) {
    domain::Model model = make();
    models.emplace(model.name, std::move(model));
  }
  return models;
}

absl::StatusOr<std::string> StoreDir(Session& session, const std::string& service) {
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(service, "SERVICE"));
  if (!session.arguments.Has("data"))
    return UsageError("--data: name the folder of the projections, as the service's own --data does");
  return absl::StrCat(session.arguments.Get("data"), "/", service);
}

// A store in --data, and the journal that it says it folded.
struct StoreOfJournal {
  std::string dir;
  std::string journal_uuid;
};

// The first of the stores that lie in --data that says its journal. Nobody may have them open, or they are not asked.
std::optional<StoreOfJournal> JournalOfData(const std::string& data) {
  std::error_code error;
  for (const char* service : kServiceNames) {
    const std::string dir = absl::StrCat(data, "/", service);
    if (!std::filesystem::exists(dir + "/FORMAT", error)) continue;
    const auto store = projection::RocksStore::OpenToRead(dir);
    if (!store.ok()) continue;
    const auto rows = (*store)->ListPartitions();
    if (rows.ok() && !rows->empty()) return StoreOfJournal{dir, rows->front().second.journal_uuid()};
  }
  return std::nullopt;
}

// Stores may be of a journal that was left, so who knows better may say so.
absl::Status CheckJournalOfData(const std::string& checkpoint, const std::string& data) {
  const std::optional<StoreOfJournal> there = JournalOfData(data);
  if (!there) return absl::OkStatus();
  WHISTLE_ASSIGN_OR_RETURN(const auto manifest, projection::ReadManifest(checkpoint));
  if (manifest.journal_uuid() == there->journal_uuid) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the checkpoint is of journal ", manifest.journal_uuid(), ", and the store in ", there->dir,
                   " of journal ", there->journal_uuid,
                   "; if the checkpoint's is the one that the service has now (\"whistlectl journal status\"), ",
                   "say so with --journal-uuid=", manifest.journal_uuid()));
}

absl::Status Restore(Session& session) {
  const std::string dir = session.Operand(0);
  const std::string service = session.Operand(1);
  WHISTLE_ASSIGN_OR_RETURN(const std::string store_dir, StoreDir(session, service));
  const projection::CheckpointExpected expected{
      .service = service,
      .fold_fingerprint =
          absl::StrCat(Models().at(service).fold_fingerprint, "+", registry_chain::MakeModel().fold_fingerprint),
      .journal_uuid = session.arguments.Get("journal-uuid")};
  if (expected.journal_uuid.empty()) {
    WHISTLE_RETURN_IF_ERROR(CheckJournalOfData(dir, session.arguments.Get("data")));
  }
  WHISTLE_ASSIGN_OR_RETURN(
      const projection::Restored restored,
      projection::RestoreCheckpoint(dir, store_dir, expected, session.arguments.GetSwitch("replace"),
                                    [&](absl::string_view column_family) {
                                      session.err << "reading " << column_family << std::endl;
                                      return absl::OkStatus();
                                    }));
  int64_t records = 0;
  for (const auto& partition : restored.manifest.partitions()) records += partition.row().offset() + 1;
  session.out << service << ": restored from " << Printable(dir) << ", journal "
              << Printable(restored.manifest.journal_uuid()) << ", " << records
              << " records folded; start the service, and it folds what came since\n";
  for (const std::string& kept : restored.kept) session.out << "kept: " << Printable(kept) << "\n";
  return absl::OkStatus();
}

absl::Status SetAside(Session& session) {
  const std::string service = session.Operand(0);
  WHISTLE_ASSIGN_OR_RETURN(const std::string dir, StoreDir(session, service));
  std::error_code error;
  if (!std::filesystem::exists(dir + "/FORMAT", error)) {
    return absl::FailedPreconditionError(absl::StrCat(dir, " is not a projection's folder; nothing to set aside"));
  }
  WHISTLE_ASSIGN_OR_RETURN(const auto folder, projection::StoreFolder::Enter(dir));
  WHISTLE_ASSIGN_OR_RETURN(const std::string next, folder->NewName());
  WHISTLE_RETURN_IF_ERROR(folder->Serve(next));
  session.out << service << ": set aside; start the service, and it folds the journal from its beginning\n";
  for (const std::string& kept : folder->kept()) session.out << "kept: " << Printable(folder->PathOf(kept)) << "\n";
  return absl::OkStatus();
}

// Two sides are read at once, so each has a client of its own; --target and the like say where a service without an
// address is.
absl::StatusOr<std::unique_ptr<Client>> ClientAt(const Session& session, const std::string& address) {
  Endpoints endpoints{.target = address.empty() ? session.arguments.Get("target") : address, .by_service = {}};
  for (const char* service : kServiceNames) {
    if (address.empty() && session.arguments.Has(service))
      endpoints.by_service[service] = session.arguments.Get(service);
  }
  WHISTLE_ASSIGN_OR_RETURN(const absl::Duration timeout, session.arguments.GetDuration("timeout"));
  return std::make_unique<GrpcClient>(std::move(endpoints), session.arguments.Get("client"), timeout);
}

// "intake", "intake@HOST:PORT", or a folder.
absl::StatusOr<std::unique_ptr<ProjectionSide>> OpenSide(Session& session, const std::string& name) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(name, absl::MaxSplits('@', 1));
  if (!CheckServiceName(parts.first).ok() || parts.first.empty()) return OpenFolderSide(name);
  WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<Client> client, ClientAt(session, parts.second));
  return OpenRunningSide(std::move(client), parts.first);
}

std::string PositionText(const projection::v1::CheckpointPartition* partition) {
  if (partition == nullptr) return "-";
  return absl::StrCat(partition->row().offset(), " ", absl::BytesToHexString(partition->row().digest()).substr(0, 12));
}

// Partitions at which the two do not stand alike.
Table Positions(const ProjectionSide& a, const ProjectionSide& b) {
  Table table({"partition", "a", "b"});
  using Key = std::pair<int, int>;
  std::map<Key, std::pair<const projection::v1::CheckpointPartition*, const projection::v1::CheckpointPartition*>> all;
  // The registry's first.
  const auto key = [](const auto& p) { return Key{p.topic() == common::v1::TOPIC_REGISTRY ? 0 : 1, p.partition()}; };
  for (const auto& partition : a.partitions()) all[key(partition)].first = &partition;
  for (const auto& partition : b.partitions()) all[key(partition)].second = &partition;
  for (const auto& [which, rows] : all) {
    const std::string text_a = PositionText(rows.first);
    const std::string text_b = PositionText(rows.second);
    if (text_a != text_b) table.AddRow({which.first == 0 ? "registry" : absl::StrCat(which.second), text_a, text_b});
  }
  return table;
}

std::unique_ptr<google::protobuf::Message> StateOf(const std::map<std::string, domain::Model>& models,
                                                   const std::string& service, absl::string_view key) {
  if (key == journal::kRegistryCaseId) return registry_chain::MakeModel().new_state();
  const auto model = models.find(service);
  // Fields without names, where nothing says whose they are.
  if (model == models.end()) return std::make_unique<google::protobuf::Empty>();
  return model->second.new_state();
}

absl::Status Diff(Session& session) {
  const auto rows_max = session.arguments.GetNumber("rows");
  if (!rows_max.ok()) return UsageError(rows_max.status().message());
  WHISTLE_ASSIGN_OR_RETURN(const auto a, OpenSide(session, session.Operand(0)));
  WHISTLE_ASSIGN_OR_RETURN(const auto b, OpenSide(session, session.Operand(1)));
  const auto models = Models();
  if (a->fold_fingerprint() != b->fold_fingerprint()) {
    session.err << "folds differ: " << Printable(a->fold_fingerprint()) << " and " << Printable(b->fold_fingerprint())
                << "; the same records may be folded into other rows\n";
  }
  const Table positions = Positions(*a, *b);
  Table families({"column_family", "rows_a", "rows_b", "differing", "digest_a", "digest_b"});
  Table rows({"column_family", "row", "difference"});
  uint64_t differing = 0;
  for (size_t i = 0; i < projection::kFamilyNames.size(); ++i) {
    const auto family = static_cast<Family>(i);
    const std::string name(projection::FamilyName(family));
    const auto rows_a = a->Rows(family);
    const auto rows_b = b->Rows(family);
    uint64_t shown = 0;
    const auto show = [&](const projection::RowDifference& difference) {
      if (shown++ >= *rows_max) return;
      const auto state = StateOf(models, a->service(), difference.key);
      rows.AddRow({name, projection::KeyText(family, difference.key),
                   projection::DifferenceText(family, difference, "a", "b", *state, kDifferenceChars)});
    };
    WHISTLE_ASSIGN_OR_RETURN(const projection::FamilyComparison found,
                             projection::CompareRows(family, *rows_a, *rows_b, {.differs = show}));
    differing += found.differing;
    families.AddRow({name, absl::StrCat(found.rows_a), absl::StrCat(found.rows_b), absl::StrCat(found.differing),
                     found.digest_a.substr(0, 12), found.digest_b.substr(0, 12)});
  }
  if (session.json()) {
    session.out << "{\"positions\": " << positions.ToJson() << ", \"column_families\": " << families.ToJson()
                << ", \"rows\": " << rows.ToJson() << "}\n";
  } else {
    if (positions.size() > 0)
      session.out << "positions that differ (offset, partition digest):\n" << positions.ToText();
    session.out << families.ToText();
    if (rows.size() > 0) session.out << "\n" << rows.ToText();
    session.out << (differing == 0 ? "equal" : absl::StrCat(differing, " rows differ")) << "\n";
  }
  return differing == 0 ? absl::OkStatus() : AlreadySaid();
}

}  // namespace

std::vector<Command> ProjectionStoreCommands() {
  const FlagSpec data{"data", "DIR", "", "the folder of the projections, as the service's own --data"};
  return {
      Command{.words = {"projection", "restore"},
              .operands = "DIR SERVICE",
              .operands_min = 2,
              .operands_max = 2,
              .summary = "put a checkpoint in place, for a service that is not running",
              .details =
                  "Refused if it is damaged, or of another service, fold, format or journal (that of the stores in\n"
                  "--data, or --journal-uuid). At its start the service compares it with its journal once more.",
              .flags = {data,
                        {"replace", "", "false", "put it in the place of the store that is there, which is kept"},
                        {"journal-uuid", "UUID", "",
                         "refuse a checkpoint of another journal; \"journal status\" tells it"}},
              .run = Restore},
      Command{.words = {"projection", "set-aside"},
              .operands = "SERVICE",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "keep the store of a service that is not running, and let it start on an empty one",
              .flags = {data},
              .run = SetAside},
      Command{.words = {"projection", "diff"},
              .operands = "A B",
              .operands_min = 2,
              .operands_max = 2,
              .summary =
                  "compare two projections row by row: a service's (intake, intake@HOST:PORT), a store's folder, "
                  "a checkpoint",
              .details = "Exit status 0 if they are equal, 1 if not. A folder must not be in use by a running service.",
              .flags = {{"rows", "N", "10", "tell at most so many rows of each column family"}},
              .run = Diff},
  };
}

}  // namespace whistle::whistlectl
