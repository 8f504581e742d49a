#include "libs/verify/verify.h"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/journal/genesis.h"
#include "libs/verify/diagnosis.h"
#include "libs/verify/fresh_fold.h"
#include "libs/verify/orphans.h"
#include "libs/verify/parallel.h"
#include "libs/verify/resume_file.h"
#include "libs/verify/work_folder.h"

namespace whistle::verify {
namespace {

constexpr absl::Duration kTellEvery = absl::Milliseconds(500);
// What an interrupted check loses.
constexpr absl::Duration kSaveEvery = absl::Seconds(5);
// After so many records it is looked whether there is something to tell or to save.
constexpr uint64_t kLookEvery = 1024;

std::string GenesisText(const journal::Genesis& genesis) {
  return absl::StrCat("partition ", genesis.partition.ToString(), " of ", genesis.identity.partition_count,
                      " of journal ", genesis.identity.uuid, ", made ", base::TimeText(genesis.identity.created_at));
}

// Whether there is something to hold a fresh fold against.
bool CanBeFolded(const Stand& stand) { return stand.store != nullptr || !stand.digests.empty(); }

// The record at one place.
absl::StatusOr<journal::StoredRecord> ReadAt(const Source& source, base::PartitionId partition, base::Offset at) {
  absl::StatusOr<journal::StoredRecord> found = absl::DataLossError("there is no record");
  WHISTLE_RETURN_IF_ERROR(
      source.Read(partition, at, [&](base::Offset offset, absl::StatusOr<journal::StoredRecord> record) {
        if (offset == at) found = std::move(record);
        return false;
      }));
  return found;
}

}  // namespace

Verification::Verification(Options options, const Source* source, std::vector<Stand> stands)
    : options_(std::move(options)), source_(*source), stands_(std::move(stands)), problems_(options_.problems_max) {}

void Verification::Begin(absl::string_view doing, absl::string_view what, uint64_t of) {
  absl::MutexLock lock(&mutex_);
  progress_ = {.doing = doing, .done = 0, .of = of, .what = what};
}

void Verification::Done(absl::string_view doing, absl::string_view what, size_t more) {
  absl::MutexLock lock(&mutex_);
  progress_.doing = doing;
  progress_.what = what;
  progress_.done += more;
  const absl::Time now = options_.clock->Now();
  if (now < told_at_ + kTellEvery) return;
  told_at_ = now;
  options_.progress(progress_);
}

absl::Status Verification::CheckGenesis() {
  std::optional<journal::Genesis> own;
  std::string journal_uuid = options_.journal_uuid;
  // Partition 0 of the cases says which journal it is (the design's word); the registry's if that cannot be read.
  for (const base::PartitionId id : {base::PartitionId::Case(0), base::PartitionId::Registry()}) {
    const auto record = ReadAt(source_, id, base::Offset{0});
    if (!record.ok()) {
      if (!absl::IsDataLoss(record.status())) return record.status();
      continue;
    }
    if (auto genesis = journal::ParseGenesis(record->record); genesis.ok() && !own) own = *std::move(genesis);
  }
  if (!own) return absl::DataLossError("neither partition 0 nor the registry's begins with a genesis record");
  identity_ = own->identity;
  if (identity_.partition_count != source_.partition_count()) {
    v1::Problem problem;
    problem.set_kind(kGenesis);
    problem.set_expected(absl::StrCat(identity_.partition_count, " case partitions, as its genesis says"));
    problem.set_found(absl::StrCat(source_.partition_count()));
    problems_.Add(std::move(problem));
  }
  if (!journal_uuid.empty() && journal_uuid != identity_.uuid) {
    return absl::DataLossError(absl::StrCat("the service says that its journal is ", journal_uuid,
                                            ", and its genesis record says ", identity_.uuid));
  }
  for (const base::PartitionId id : journal::AllPartitions(source_.partition_count())) {
    const auto record = ReadAt(source_, id, base::Offset{0});
    // Told at its place when the partition is read.
    if (!record.ok()) continue;
    const auto genesis = journal::ParseGenesis(record->record);
    if (genesis.ok() && genesis->partition == id && journal::AddGenesis(*genesis, &identity_).ok()) continue;
    v1::Problem problem;
    problem.set_kind(kGenesis);
    problem.set_place(PlaceText(id, base::Offset{0}));
    problem.set_expected(GenesisText({.identity = identity_, .partition = id}));
    problem.set_found(genesis.ok() ? GenesisText(*genesis) : std::string(genesis.status().message()));
    problems_.Add(std::move(problem));
  }
  return absl::OkStatus();
}

absl::Status Verification::PrepareChecks() {
  for (const base::PartitionId id : journal::AllPartitions(source_.partition_count())) {
    std::vector<base::Offset> cuts;
    for (const Stand& stand : stands_) {
      const auto row = stand.rows.find(id);
      if (row != stand.rows.end()) cuts.push_back(base::Offset{row->second.offset()});
    }
    checks_[id] = std::make_unique<PartitionCheck>(id, source_.partition_count(), cuts, &problems_);
  }
  if (options_.resume_file.empty()) return absl::OkStatus();
  WHISTLE_ASSIGN_OR_RETURN(const std::optional<v1::Progress> progress, ReadResumeFile(options_.resume_file));
  if (progress) return TakeUp(*progress);
  absl::MutexLock lock(&mutex_);
  saved_.set_version(kResumeVersion);
  saved_.set_journal_uuid(identity_.uuid);
  *saved_.mutable_began_at() = base::ToProto(options_.clock->Now());
  for (const Stand& stand : stands_) {
    for (const auto& [id, row] : stand.rows) {
      v1::Stand& message = *saved_.add_stands();
      message.set_service(stand.service);
      message.set_topic(id.is_registry() ? common::v1::TOPIC_REGISTRY : common::v1::TOPIC_CASES);
      message.set_partition(id.index());
      *message.mutable_row() = row;
    }
    if (stand.digests.empty()) continue;
    v1::StandDigests& digests = *saved_.add_digests();
    digests.set_service(stand.service);
    for (const auto& [name, digest] : stand.digests) *digests.add_column_families() = digest;
  }
  return absl::OkStatus();
}

absl::Status Verification::TakeUp(const v1::Progress& progress) {
  const auto refuse = [&](const std::string& what) {
    return absl::FailedPreconditionError(absl::StrCat("--resume-file: ", options_.resume_file, ": ", what,
                                                      "; name another file, or remove it to begin anew"));
  };
  if (progress.journal_uuid() != identity_.uuid) {
    return refuse(
        absl::StrCat("it is the check of journal ", progress.journal_uuid(), ", and this is journal ", identity_.uuid));
  }
  std::map<std::string, std::map<base::PartitionId, projection::v1::PartitionRow>> rows;
  for (const v1::Stand& stand : progress.stands()) {
    rows[stand.service()][stand.topic() == common::v1::TOPIC_REGISTRY ? base::PartitionId::Registry()
                                                                      : base::PartitionId::Case(stand.partition())] =
        stand.row();
  }
  std::map<std::string, std::map<std::string, projection::v1::ColumnFamilyDigest>> digests;
  for (const v1::StandDigests& stand : progress.digests()) {
    for (const auto& digest : stand.column_families()) {
      digests[stand.service()][digest.column_family()] = digest;
    }
  }
  for (Stand& stand : stands_) {
    auto& before = rows[stand.service];
    // What a running service said then is as good now; a store must be the one that was looked at.
    if (stand.store == nullptr) {
      stand.rows = std::move(before);
      stand.digests = std::move(digests[stand.service]);
      continue;
    }
    const bool same = std::equal(
        before.begin(), before.end(), stand.rows.begin(), stand.rows.end(), [](const auto& a, const auto& b) {
          return a.first == b.first && google::protobuf::util::MessageDifferencer::Equals(a.second, b.second);
        });
    if (!same) return refuse(absl::StrCat("the projection of ", stand.service, " has moved since it was written"));
  }
  if (progress.stands().empty() != stands_.empty()) return refuse("it was begun with other projections");
  for (const v1::PartitionProgress& one : progress.partitions()) {
    const auto id = one.topic() == common::v1::TOPIC_REGISTRY ? base::PartitionId::Registry()
                                                              : base::PartitionId::Case(one.partition());
    const base::Offset last{one.next_offset() - 1};
    if (last.value >= 0) {
      const auto record = ReadAt(source_, id, last);
      const bool same = record.ok() && base::Sha256(record->record.value).bytes() == one.last_hash();
      if (!same && !one.digest().empty()) {
        return refuse(absl::StrCat("the record at ", PlaceText(id, last), " is not the one that was read"));
      }
    }
    resumed_ += static_cast<uint64_t>(one.next_offset());
    checks_[id] = std::make_unique<PartitionCheck>(id, source_.partition_count(), one, &problems_);
  }
  problems_.Restore({progress.problems().begin(), progress.problems().end()}, progress.problem_count());
  absl::MutexLock lock(&mutex_);
  saved_ = progress;
  return absl::OkStatus();
}

absl::Status Verification::Save(const PartitionCheck& check, bool at_once) {
  if (options_.resume_file.empty()) return absl::OkStatus();
  absl::MutexLock lock(&mutex_);
  const absl::Time now = options_.clock->Now();
  if (!at_once && now < saved_at_ + kSaveEvery) return absl::OkStatus();
  saved_at_ = now;
  v1::PartitionProgress progress = check.Progress();
  v1::PartitionProgress* place = nullptr;
  for (v1::PartitionProgress& one : *saved_.mutable_partitions()) {
    if (one.topic() == progress.topic() && one.partition() == progress.partition()) place = &one;
  }
  if (place == nullptr) place = saved_.add_partitions();
  *place = std::move(progress);
  saved_.clear_problems();
  for (v1::Problem& problem : problems_.kept()) *saved_.add_problems() = std::move(problem);
  saved_.set_problem_count(problems_.count());
  return WriteResumeFile(options_.resume_file, saved_);
}

absl::Status Verification::ReadOne(PartitionCheck& check) {
  const base::Offset from = check.next_offset();
  Done("reading", "records", static_cast<size_t>(from.value));
  uint64_t since = 0;
  absl::Status status;
  const absl::Status read =
      source_.Read(check.id(), from, [&](base::Offset offset, absl::StatusOr<journal::StoredRecord> record) {
        check.Take(offset, std::move(record));
        if (++since < kLookEvery) return true;
        Done("reading", "records", since);
        since = 0;
        status = Save(check, false);
        return status.ok();
      });
  WHISTLE_RETURN_IF_ERROR(status);
  if (absl::IsDataLoss(read)) {
    v1::Problem problem;
    problem.set_kind(kFrame);
    problem.set_place(PlaceText(check.id(), check.next_offset()));
    problem.set_expected("records that can be read from here on");
    problem.set_found(std::string(read.message()));
    problems_.Add(std::move(problem));
  } else {
    WHISTLE_RETURN_IF_ERROR(read);
  }
  check.Finish(source_.End(check.id()));
  Done("reading", "records", since);
  return Save(check, true);
}

absl::Status Verification::ReadAll() {
  uint64_t records = 0;
  std::vector<std::function<absl::Status()>> tasks;
  for (const auto& [id, check] : checks_) {
    records += static_cast<uint64_t>(source_.End(id).value);
    tasks.push_back([this, raw = check.get()] { return ReadOne(*raw); });
  }
  Begin("reading", "records", records);
  return RunAll(std::move(tasks), options_.jobs);
}

void Verification::NoteLag(const Stand& stand) {
  int64_t behind = 0;
  int partitions = 0;
  for (const auto& [id, check] : checks_) {
    const auto row = stand.rows.find(id);
    const int64_t next = row == stand.rows.end() ? 0 : row->second.offset() + 1;
    if (next >= check->next_offset().value) continue;
    behind += check->next_offset().value - next;
    ++partitions;
  }
  if (partitions == 0) return;
  notices_.push_back(absl::StrCat("the projection of ", stand.service, " is ", behind,
                                  " records behind the journal's end, in ", partitions,
                                  " partitions: it was compared where it stands"));
}

absl::Status Verification::CompareProjections(Report& report) {
  std::vector<std::function<absl::Status()>> tasks;
  for (const Stand& stand : stands_) {
    report.services.push_back(stand.service);
    NoteLag(stand);
    CompareStand(stand, identity_.uuid, checks_, problems_, vouched_);
    if (stand.store == nullptr) continue;
    tasks.push_back([this, &stand] { return CompareHeads(stand, source_.partition_count(), checks_, problems_); });
  }
  WHISTLE_RETURN_IF_ERROR(RunAll(std::move(tasks), options_.jobs));
  return options_.ask_heads ? options_.ask_heads(checks_, problems_) : absl::OkStatus();
}

absl::Status Verification::Diagnose() {
  // Each partition by the first projection with a store that does not have the journal's digest there.
  std::map<size_t, std::set<base::PartitionId>> by_stand;
  std::set<base::PartitionId> taken;
  for (size_t i = 0; i < stands_.size(); ++i) {
    if (stands_[i].store == nullptr) continue;
    for (const auto& [id, row] : stands_[i].rows) {
      const auto vouched = vouched_.find(id);
      const bool as_folded = vouched != vouched_.end() && vouched->second.value >= row.offset();
      if (checks_.contains(id) && !as_folded && taken.insert(id).second) by_stand[i].insert(id);
    }
  }
  for (const auto& [stand, partitions] : by_stand) {
    WHISTLE_RETURN_IF_ERROR(verify::Diagnose(source_, checks_, stands_[stand], partitions, problems_));
  }
  return absl::OkStatus();
}

const domain::Model* Verification::ModelOf(const std::string& service) const {
  for (const domain::Model& model : options_.models) {
    if (model.name == service) return &model;
  }
  return nullptr;
}

std::string Verification::FingerprintOf(const domain::Model& model) const {
  return absl::StrCat(model.fold_fingerprint, "+", options_.registry_model.fold_fingerprint);
}

absl::Status Verification::FoldAndCompare(Report& report) {
  const auto cache = projection::NewBlockCache();
  std::vector<std::pair<const Stand*, std::unique_ptr<projection::RocksStore>>> stores;
  for (const Stand& stand : stands_) {
    const domain::Model* model = ModelOf(stand.service);
    if (!CanBeFolded(stand)) {
      notices_.push_back(absl::StrCat(stand.service, " told no digests of its store: not compared with a fresh fold"));
      continue;
    }
    if (model == nullptr) continue;
    if (stand.fold_fingerprint != FingerprintOf(*model)) {
      v1::Problem problem;
      problem.set_kind(kProjection);
      problem.set_service(stand.service);
      problem.set_expected(absl::StrCat("a store of fold ", FingerprintOf(*model), ", which this build folds"));
      problem.set_found(
          absl::StrCat("one of fold ", stand.fold_fingerprint,
                       ": the service rebuilds it when it starts; verify it with the build that made it"));
      problems_.Add(std::move(problem));
      continue;
    }
    WHISTLE_ASSIGN_OR_RETURN(auto store,
                             projection::RocksStore::Open({.dir = absl::StrCat(options_.work_dir, "/", stand.service),
                                                           .fold_fingerprint = stand.fold_fingerprint,
                                                           .block_cache = cache}));
    stores.emplace_back(&stand, std::move(store));
  }

  uint64_t records = 0;
  std::vector<std::function<absl::Status()>> tasks;
  for (const auto& [stand, store] : stores) {
    for (const auto& [id, row] : stand->rows) {
      records += static_cast<uint64_t>(row.offset()) + 1;
      const domain::Model* model = id.is_registry() ? &options_.registry_model : ModelOf(stand->service);
      tasks.push_back([this, model, id = id, last = base::Offset{row.offset()}, raw = store.get()] {
        return FoldPartition(source_, *model, identity_, id, last, *raw,
                             [this](size_t folded) { Done("folding", "records", folded); });
      });
    }
  }
  Begin("folding", "records", records);
  WHISTLE_RETURN_IF_ERROR(RunAll(std::move(tasks), options_.jobs));

  Begin("comparing", "rows", 0);
  std::vector<std::function<absl::Status()>> comparisons;
  std::vector<FamilyDigest> families(stores.size() * projection::kFamilyNames.size());
  size_t place = 0;
  for (const auto& [stand, store] : stores) {
    for (size_t family = 0; family < projection::kFamilyNames.size(); ++family, ++place) {
      comparisons.push_back([this, stand = stand, raw = store.get(), family, out = &families[place]]() -> absl::Status {
        const auto one = static_cast<projection::Family>(family);
        if (stand->store == nullptr) {
          WHISTLE_ASSIGN_OR_RETURN(*out, CompareDigest(*raw, *stand, one, problems_));
          Done("comparing", "rows", out->rows);
          return absl::OkStatus();
        }
        WHISTLE_ASSIGN_OR_RETURN(
            *out, CompareFamily(*raw, *stand, one, problems_, [&](uint64_t rows) { Done("comparing", "rows", rows); }));
        return absl::OkStatus();
      });
    }
  }
  WHISTLE_RETURN_IF_ERROR(RunAll(std::move(comparisons), options_.jobs));
  report.families = std::move(families);
  return absl::OkStatus();
}

void Verification::Count(Report& report) const {
  report.journal_uuid = identity_.uuid;
  std::string digests;
  for (const base::PartitionId id : journal::AllPartitions(source_.partition_count())) {
    const std::optional<base::Digest>& digest = checks_.at(id)->digest();
    if (digest) digests += digest->ToBytes();
  }
  if (digests.size() == checks_.size() * base::Digest::kSize) report.journal_digest = base::Sha256(digests).ToHex();
  report.partitions = static_cast<int>(checks_.size());
  report.resumed = resumed_;
  for (const auto& [id, check] : checks_) {
    report.records += static_cast<uint64_t>(check->next_offset().value);
    report.bytes += check->bytes();
    report.superseded += check->superseded();
    report.malformed += check->malformed();
    if (id.is_registry()) {
      report.registry_decisions += check->accepted();
    } else {
      report.decisions += check->accepted();
      report.cases += check->heads().size();
    }
  }
}

absl::StatusOr<Report> Verification::Run() {
  const bool has_work_dir = options_.fold && !options_.work_dir.empty();
  // What a check left that cannot be taken up is of other records.
  std::error_code error;
  const bool go_on = !options_.resume_file.empty() && std::filesystem::exists(options_.resume_file, error);
  if (has_work_dir) WHISTLE_RETURN_IF_ERROR(TakeWorkFolder(options_.work_dir, go_on));
  absl::StatusOr<Report> report = Check();
  // What may be taken up again stays where it is.
  if (!has_work_dir || (!report.ok() && !options_.resume_file.empty())) return report;
  const absl::Status removed = RemoveWorkFolder(options_.work_dir);
  if (report.ok() && !removed.ok()) report->notices.push_back(std::string(removed.message()));
  return report;
}

absl::StatusOr<Report> Verification::Check() {
  Report report;
  WHISTLE_RETURN_IF_ERROR(CheckGenesis());
  source_.AddProblems(problems_);
  WHISTLE_RETURN_IF_ERROR(PrepareChecks());
  WHISTLE_RETURN_IF_ERROR(ReadAll());
  WHISTLE_RETURN_IF_ERROR(CompareProjections(report));
  const bool journal_is_whole = problems_.count() == 0;
  WHISTLE_RETURN_IF_ERROR(LookForParents(source_, checks_, vouched_, problems_, notices_));
  if (!journal_is_whole) WHISTLE_RETURN_IF_ERROR(Diagnose());
  const bool can_be_folded = std::any_of(stands_.begin(), stands_.end(), CanBeFolded);
  if (!options_.fold) {
    report.not_folded = "not asked for";
  } else if (stands_.empty()) {
    report.not_folded = "there is no projection to compare with";
  } else if (problems_.count() > 0) {
    report.not_folded = "what is wrong already comes first";
  } else if (!can_be_folded) {
    report.not_folded = "the services told no digests of their stores";
  } else {
    WHISTLE_RETURN_IF_ERROR(FoldAndCompare(report));
  }
  Count(report);
  report.notices = notices_;
  report.problems = problems_.kept();
  report.problem_count = problems_.count();
  return report;
}

}  // namespace whistle::verify
