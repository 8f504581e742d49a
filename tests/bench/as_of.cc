#include "tests/bench/as_of.h"

#include <algorithm>
#include <memory>
#include <random>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/base/proto.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/engine/as_of.h"
#include "libs/engine/fold.h"
#include "libs/engine/records.h"
#include "libs/journal/genesis.h"
#include "libs/projection/keys.h"
#include "libs/projection/rocks_store.h"
#include "rocksdb/db.h"
#include "services/coordination/model.h"
#include "services/coordination/queries.h"
#include "services/escalation/model.h"
#include "services/escalation/queries.h"
#include "services/intake/model.h"
#include "services/intake/queries.h"
#include "services/response/model.h"
#include "services/response/queries.h"
#include "tests/bench/rules.h"

namespace whistle::bench {
namespace {

constexpr int kQuestions = 500;
constexpr size_t kBatch = 64;
const char kCaseId[] = "busy";
const base::PartitionId kPartition = base::PartitionId::Case(0);

struct Service {
  domain::Model model;
  // Its view of the case, read from a projection, as of a version or (0) now.
  std::function<absl::Status(const projection::Reader& reader, uint64_t version)> ask;
};

template <typename Request, typename Response, typename Query>
std::function<absl::Status(const projection::Reader&, uint64_t)> Asks(Query query) {
  return [query](const projection::Reader& reader, uint64_t version) {
    Request request;
    request.set_case_id(kCaseId);
    if (version > 0) request.mutable_as_of()->set_at_version(version);
    Response response;
    return query(reader, request, response);
  };
}

std::vector<Service> AllServices() {
  const auto get_case = [](const projection::Reader& reader, const intake::v1::GetCaseRequest& request,
                           intake::v1::GetCaseResponse& response) {
    const registry::Calendar weekends_alone;
    return intake::GetCase(reader, {absl::Now(), weekends_alone}, request, response);
  };
  return {
      {intake::MakeModel(), Asks<intake::v1::GetCaseRequest, intake::v1::GetCaseResponse>(get_case)},
      {response::MakeModel(),
       Asks<response::v1::GetResponseCaseRequest, response::v1::GetResponseCaseResponse>(&response::GetResponseCase)},
      {coordination::MakeModel(),
       Asks<coordination::v1::GetCoordinationCaseRequest, coordination::v1::GetCoordinationCaseResponse>(
           &coordination::GetCoordinationCase)},
      {escalation::MakeModel(),
       Asks<escalation::v1::GetEscalationCaseRequest, escalation::v1::GetEscalationCaseResponse>(
           &escalation::GetEscalationCase)},
  };
}

journal::Identity IdentityOfBench() {
  journal::Identity identity;
  identity.uuid = "bench-journal";
  identity.partition_count = 1;
  identity.created_at = absl::FromUnixSeconds(1262304000);
  return identity;
}

std::vector<journal::StoredRecord> MakeRecords(int count) {
  const journal::Identity identity = IdentityOfBench();
  std::vector<journal::StoredRecord> records;
  records.push_back({base::Offset{0}, identity.created_at, journal::GenesisRecord(identity, kPartition)});
  std::string parent;
  for (journal::v1::Decision& decision : BusyDecisions(count)) {
    decision.set_case_id(kCaseId);
    decision.set_parent(parent);
    decision.set_level(1);
    decision.set_registry_version(1);
    decision.mutable_request()->set_client("whistle_bench");
    decision.mutable_request()->set_request_id(absl::StrCat("bench-", records.size()));
    decision.mutable_request()->set_fingerprint(std::string(base::Digest::kSize, 'f'));
    std::string bytes = base::SerializeDeterministically(decision);
    const base::Digest hash = base::Sha256(bytes);
    parent = hash.ToBytes();
    const base::Offset offset{static_cast<int64_t>(records.size())};
    records.push_back(
        {offset, base::FromProto(decision.decided_at()), engine::MakeRecord(decision, hash, std::move(bytes))});
  }
  return records;
}

absl::Status FoldAll(const domain::Model& model, const std::vector<journal::StoredRecord>& records,
                     projection::Store& store) {
  WHISTLE_ASSIGN_OR_RETURN(
      const auto fold, engine::PartitionFold::Open(
                           {.model = &model, .store = &store, .partition = kPartition, .identity = IdentityOfBench()}));
  for (size_t i = 0; i < records.size(); i += kBatch) {
    const size_t count = std::min(kBatch, records.size() - i);
    WHISTLE_RETURN_IF_ERROR(fold->Fold(absl::MakeConstSpan(records).subspan(i, count)).status());
  }
  return absl::OkStatus();
}

// How long each of so many took, sorted.
absl::StatusOr<std::vector<absl::Duration>> Time(int count, const std::function<absl::Status()>& work) {
  std::vector<absl::Duration> took;
  for (int i = 0; i < count; ++i) {
    const absl::Time began = absl::Now();
    WHISTLE_RETURN_IF_ERROR(work());
    took.push_back(absl::Now() - began);
  }
  std::sort(took.begin(), took.end());
  return took;
}

absl::Status AskAsOf(const Service& service, const projection::Store& store, uint64_t version) {
  const std::unique_ptr<projection::Reader> reader = store.Snapshot();
  common::v1::AsOf as_of;
  as_of.set_at_version(version);
  WHISTLE_ASSIGN_OR_RETURN(const engine::Moment moment,
                           engine::ResolveAsOf(*reader, as_of, "as_of", kCaseId, kPartition, absl::Now()));
  WHISTLE_ASSIGN_OR_RETURN(const auto past, engine::AsOfReader::Make(*reader, service.model, kCaseId, moment.version));
  return service.ask(*past, version);
}

absl::Status AddStored(const projection::Store& store, uint64_t decisions, PastFigures& figures) {
  for (uint64_t at = 1; at <= decisions; ++at) {
    WHISTLE_ASSIGN_OR_RETURN(const auto row, store.FindTimeline(kCaseId, base::Version{at}));
    if (!row) return absl::DataLossError(absl::StrCat("version ", at, " is not in the timeline"));
    figures.timeline_bytes += row->ByteSizeLong();
    WHISTLE_ASSIGN_OR_RETURN(const auto milestone, store.FindMilestone(kCaseId, base::Version{at}));
    if (!milestone || milestone->first.value != at) continue;
    ++figures.milestones;
    figures.milestone_bytes += milestone->second.ByteSizeLong();
  }
  WHISTLE_ASSIGN_OR_RETURN(const auto row, store.FindCase(kCaseId));
  if (!row) return absl::DataLossError("the case is not in the store");
  figures.state_bytes = row->state().size();
  return absl::OkStatus();
}

absl::Status ToStatus(const rocksdb::Status& status) {
  return status.ok() ? absl::OkStatus() : absl::InternalError(status.ToString());
}

// What RocksDB alone says of the closed store: the size of its tables, and how long one get takes.
absl::Status AddRaw(const std::string& database, PastFigures& figures) {
  const rocksdb::Options options;
  std::vector<std::string> names;
  WHISTLE_RETURN_IF_ERROR(ToStatus(rocksdb::DB::ListColumnFamilies(options, database, &names)));
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const std::string& name : names) {
    rocksdb::ColumnFamilyOptions family;
    family.compression = rocksdb::kLZ4Compression;
    family.bottommost_compression = rocksdb::kZSTD;
    families.emplace_back(name, family);
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* opened = nullptr;
  WHISTLE_RETURN_IF_ERROR(ToStatus(rocksdb::DB::Open(options, database, families, &handles, &opened)));
  const std::unique_ptr<rocksdb::DB> db(opened);
  absl::Status status;
  for (size_t i = 0; i < handles.size() && status.ok(); ++i) {
    rocksdb::CompactRangeOptions all;
    all.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    status = ToStatus(db->CompactRange(all, handles[i], nullptr, nullptr));
    uint64_t bytes = 0;
    db->GetIntProperty(handles[i], "rocksdb.live-sst-files-size", &bytes);
    if (names[i] == "timeline") figures.timeline_disk_bytes = bytes;
    if (names[i] == "milestone") figures.milestone_disk_bytes = bytes;
    if (names[i] != "state" || !status.ok()) continue;
    const auto took = Time(kQuestions, [&] {
      std::string value;
      return ToStatus(db->Get(rocksdb::ReadOptions(), handles[i], projection::CaseKey(kCaseId), &value));
    });
    status = took.status();
    if (took.ok()) figures.raw_get_p50 = (*took)[took->size() / 2];
  }
  for (rocksdb::ColumnFamilyHandle* handle : handles) db->DestroyColumnFamilyHandle(handle);
  return status;
}

}  // namespace

absl::Status MeasurePast(const std::string& dir, int decisions, const std::function<void(const PastFigures&)>& tell) {
  const std::vector<journal::StoredRecord> records = MakeRecords(decisions);
  for (const Service& service : AllServices()) {
    PastFigures figures;
    figures.service = service.model.name;
    const std::string folder = absl::StrCat(dir, "/as-of-", service.model.name);
    WHISTLE_ASSIGN_OR_RETURN(std::unique_ptr<projection::RocksStore> store,
                             projection::RocksStore::Open({.dir = folder, .fold_fingerprint = "bench"}));
    WHISTLE_RETURN_IF_ERROR(FoldAll(service.model, records, *store));
    std::mt19937 random(20210701);
    const auto ask = [&] { return AskAsOf(service, *store, 1 + random() % decisions); };
    WHISTLE_ASSIGN_OR_RETURN(const auto past, Time(kQuestions, ask));
    figures.p50 = past[past.size() / 2];
    figures.p99 = past[past.size() * 99 / 100];
    figures.max = past.back();
    WHISTLE_ASSIGN_OR_RETURN(const auto now, Time(kQuestions, [&] { return service.ask(*store->Snapshot(), 0); }));
    figures.now_p50 = now[now.size() / 2];
    WHISTLE_RETURN_IF_ERROR(AddStored(*store, decisions, figures));
    store.reset();
    WHISTLE_RETURN_IF_ERROR(AddRaw(folder + "/db", figures));
    tell(figures);
  }
  return absl::OkStatus();
}

}  // namespace whistle::bench
