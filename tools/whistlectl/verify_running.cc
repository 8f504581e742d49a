#include "tools/whistlectl/verify_running.h"

#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "libs/engine/records.h"
#include "libs/verify/parallel.h"
#include "tools/whistlectl/journal_reader.h"
#include "tools/whistlectl/methods.h"
#include "whistle/timeline/v1/service.pb.h"

namespace whistle::whistlectl {

using engine::HeadAt;
using verify::Checks;
using verify::Problems;

namespace {

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

base::PartitionId IdOf(common::v1::Topic topic, int32_t partition) {
  return topic == common::v1::TOPIC_REGISTRY ? base::PartitionId::Registry() : base::PartitionId::Case(partition);
}

// A head that is further on than what was read.
struct Later {
  std::string service;
  std::string case_id;
  uint64_t version = 0;
  std::string head;
};

verify::v1::Problem AboutHead(const std::string& service, const std::string& case_id, base::PartitionId partition,
                              const HeadAt& expected) {
  verify::v1::Problem problem;
  problem.set_kind(verify::kHead);
  problem.set_service(service);
  problem.set_case_id(case_id);
  problem.set_version(expected.version.value);
  problem.set_place(verify::PlaceText(partition, expected.offset));
  problem.set_expected(absl::StrCat("version ", expected.version.value, " with head ", expected.hash.ToHex(),
                                    ", as the journal comes to"));
  return problem;
}

class Heads {
 public:
  Heads(const NewClient& new_client, const Checks& checks, Problems& problems)
      : new_client_(new_client), checks_(checks), problems_(problems) {}

  // One service's heads of one partition. Stops at the first answer that is none.
  absl::Status Ask(const std::string& service, base::PartitionId partition) {
    WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, new_client_());
    const verify::PartitionCheck& check = *checks_.at(partition);
    timeline::v1::GetHeadRequest request;
    *request.mutable_options()->mutable_min_position() =
        engine::MakePosition(partition, base::Offset{check.next_offset().value - 1});
    for (const auto& [case_id, expected] : check.heads()) {
      request.set_case_id(case_id);
      timeline::v1::GetHeadResponse response;
      const absl::Status asked = client->Call(Method("timeline.GetHead"), request, service, response);
      verify::v1::Problem problem = AboutHead(service, case_id, partition, expected);
      if (absl::IsNotFound(asked)) {
        problem.set_found("no such case");
        problems_.Add(std::move(problem));
        continue;
      }
      WHISTLE_RETURN_IF_ERROR(asked);
      if (response.version() == expected.version.value && response.head() == expected.hash.bytes()) continue;
      if (response.version() > expected.version.value) {
        absl::MutexLock lock(&mutex_);
        later_[partition].push_back({service, case_id, response.version(), response.head()});
        continue;
      }
      problem.set_found(
          absl::StrCat("version ", response.version(), " with head ", absl::BytesToHexString(response.head())));
      problems_.Add(std::move(problem));
    }
    return absl::OkStatus();
  }

  // What is further on must have been appended since.
  absl::Status LookForLater(const RunningSource& since) {
    absl::MutexLock lock(&mutex_);
    for (const auto& [partition, laters] : later_) {
      absl::flat_hash_set<std::string> appended;
      const verify::PartitionCheck& check = *checks_.at(partition);
      WHISTLE_RETURN_IF_ERROR(since.Read(partition, check.next_offset(), [&](base::Offset, const auto& record) {
        if (record.ok()) appended.insert(base::Sha256(record->record.value).ToBytes());
        return true;
      }));
      for (const Later& later : laters) {
        if (appended.contains(later.head)) continue;
        verify::v1::Problem problem =
            AboutHead(later.service, later.case_id, partition, check.heads().at(later.case_id));
        problem.set_found(absl::StrCat("version ", later.version, " with head ", absl::BytesToHexString(later.head),
                                       ", which the journal does not hold after it either"));
        problems_.Add(std::move(problem));
      }
    }
    return absl::OkStatus();
  }

 private:
  const NewClient& new_client_;
  const Checks& checks_;
  Problems& problems_;
  absl::Mutex mutex_;
  std::map<base::PartitionId, std::vector<Later>> later_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::StatusOr<std::unique_ptr<RunningSource>> RunningSource::Open(NewClient new_client) {
  std::unique_ptr<RunningSource> source(new RunningSource(std::move(new_client)));
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, source->new_client_());
  WHISTLE_RETURN_IF_ERROR(client->Call(Method("operations.GetJournalStatus"), operations::v1::GetJournalStatusRequest(),
                                       "", source->status_));
  for (const auto& partition : source->status_.partitions()) {
    source->ends_[IdOf(partition.topic(), partition.partition())] = base::Offset{partition.end_offset()};
  }
  return source;
}

base::Offset RunningSource::End(base::PartitionId partition) const {
  const auto end = ends_.find(partition);
  return end == ends_.end() ? base::Offset{0} : end->second;
}

absl::Status RunningSource::Read(base::PartitionId partition, base::Offset from, Visit visit) const {
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, new_client_());
  const base::Offset end = End(partition);
  bool stopped = false;
  // A stream that is cut off because this was slower goes on where it was.
  for (base::Offset at = from; at < end && !stopped;) {
    const base::Offset begun = at;
    operations::v1::ReadJournalResponse response;
    const absl::Status status = client->Stream(Method("operations.ReadJournal"),
                                               ReadFrom({.partition = partition, .offset = at}), "", response, [&] {
                                                 journal::StoredRecord record = ToStored(response);
                                                 const base::Offset offset = record.offset;
                                                 if (offset >= end) return false;
                                                 at = offset.Next();
                                                 stopped = !visit(offset, std::move(record));
                                                 return !stopped && at < end;
                                               });
    if (stopped || at >= end) break;
    if (status.ok()) {
      return absl::DataLossError(absl::StrCat("partition ", partition.ToString(), " was said to end at offset ",
                                              end.value, ", and gives nothing from offset ", at.value, " on"));
    }
    if (!absl::IsResourceExhausted(status) || at == begun) return status;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<verify::Stand>> AskStands(const NewClient& new_client, Problems& problems) {
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, new_client());
  std::map<std::string, verify::Stand> by_service;
  for (const char* service : kServiceNames) {
    if (by_service.contains(service)) continue;
    operations::v1::GetProjectionStatusResponse response;
    WHISTLE_RETURN_IF_ERROR(client->Call(Method("operations.GetProjectionStatus"),
                                         operations::v1::GetProjectionStatusRequest(), service, response));
    for (const auto& projection : response.projections()) {
      verify::Stand stand{.service = projection.service(),
                          .fold_fingerprint = projection.fold_fingerprint(),
                          .rows = {},
                          .store = nullptr,
                          .digests = {}};
      for (const auto& partition : projection.partitions()) {
        const base::PartitionId id = IdOf(partition.topic(), partition.partition());
        // One that has folded nothing yet says nothing.
        if (!partition.row().digest().empty()) stand.rows[id] = partition.row();
        if (partition.health() == operations::v1::PROJECTION_HEALTH_LIVE ||
            partition.health() == operations::v1::PROJECTION_HEALTH_CATCHING_UP) {
          continue;
        }
        verify::v1::Problem problem;
        problem.set_kind(verify::kProjection);
        problem.set_service(stand.service);
        problem.set_place(verify::PlaceText(id, base::Offset{partition.row().offset()}));
        problem.set_expected("a partition that is live or catching up");
        problem.set_found(
            absl::StrCat(operations::v1::ProjectionHealth_Name(partition.health()), ": ", partition.reason()));
        problems.Add(std::move(problem));
      }
      by_service[stand.service] = std::move(stand);
    }
  }
  std::vector<verify::Stand> stands;
  for (const char* service : kServiceNames) {
    if (const auto found = by_service.find(service); found != by_service.end()) {
      stands.push_back(std::move(found->second));
    }
  }
  return stands;
}

absl::Status AskDigests(const NewClient& new_client, verify::Stand& stand) {
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<Client> client, new_client());
  operations::v1::GetProjectionDigestsRequest request;
  request.set_service(stand.service);
  operations::v1::GetProjectionDigestsResponse response;
  const absl::Status status =
      client->Stream(Method("operations.GetProjectionDigests"), request, stand.service, response, [&] {
        if (response.has_column_family()) {
          stand.digests[response.column_family().column_family()] = response.column_family();
          return true;
        }
        stand.fold_fingerprint = response.fold_fingerprint();
        stand.rows.clear();
        for (const auto& partition : response.partitions()) {
          stand.rows[IdOf(partition.topic(), partition.partition())] = partition.row();
        }
        return true;
      });
  // An older one, in the middle of an upgrade: checked as far as it tells.
  return absl::IsUnimplemented(status) ? absl::OkStatus() : status;
}

absl::Status AskHeads(const NewClient& new_client, const RunningSource& source,
                      const std::vector<std::string>& services, int jobs, const Checks& checks, Problems& problems) {
  Heads heads(new_client, checks, problems);
  std::vector<std::function<absl::Status()>> tasks;
  for (const auto& [partition, check] : checks) {
    // The registry's chain is folded by every service and is nobody's case.
    if (partition.is_registry() || check->heads().empty()) continue;
    for (const std::string& service : services) {
      tasks.push_back([&heads, service, id = partition] { return heads.Ask(service, id); });
    }
  }
  WHISTLE_RETURN_IF_ERROR(verify::RunAll(std::move(tasks), jobs));
  WHISTLE_ASSIGN_OR_RETURN(const std::unique_ptr<RunningSource> since, RunningSource::Open(new_client));
  if (since->uuid() != source.uuid()) {
    return absl::DataLossError(
        absl::StrCat("the service's journal was ", source.uuid(), " and is ", since->uuid(), " now"));
  }
  return heads.LookForLater(*since);
}

}  // namespace whistle::whistlectl
