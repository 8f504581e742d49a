#include "tests/simulation/model_checker.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/time.h"

namespace whistle::engine::model {
namespace {

using journal::v1::Decision;

struct Entry {
  int64_t offset = 0;
  std::string hash;
  std::string request_id;
  bool on = false;
  std::string office;
  uint64_t registry_version = 0;
  int64_t decided_ms = 0;
};

// A record that does not count because its parent was not the head.
struct Loser {
  std::string case_id;
  std::string request_id;
  int64_t offset = 0;
};

// The checker's own fold: nothing of the engine's.
struct Truth {
  std::map<std::string, std::vector<Entry>> accepted;
  std::vector<Loser> losers;
  int64_t wrong_time = 0;

  // Whether the case's switch is on after the records below that offset.
  bool OnBefore(const std::string& case_id, int64_t offset) const {
    bool on = false;
    if (const auto found = accepted.find(case_id); found != accepted.end()) {
      for (const Entry& entry : found->second) {
        if (entry.offset < offset) on = entry.on;
      }
    }
    return on;
  }
};

Truth FoldByHand(const World& world) {
  Truth truth;
  std::map<std::string, std::string> heads;
  for (const journal::StoredRecord& record : world.log()) {
    const int64_t offset = record.offset.value;
    Decision decision;
    if (offset == 0 || !decision.ParseFromString(record.record.value)) continue;
    std::string& head = heads[decision.case_id()];
    const std::string& request_id = decision.request().request_id();
    const int64_t decided_ms = decision.decided_at().seconds() * 1000 + decision.decided_at().nanos() / 1'000'000;
    const int64_t stamp_ms = absl::ToUnixMillis(record.stamp);
    if (decision.parent() != head) {
      truth.losers.push_back({decision.case_id(), request_id, offset});
      continue;
    }
    if (decided_ms < stamp_ms - 15'000 || decided_ms > stamp_ms + 5'000) {
      ++truth.wrong_time;
      continue;
    }
    head = base::Sha256(record.record.value).ToBytes();
    truth.accepted[decision.case_id()].push_back({offset, head, request_id, decision.events(0).has_contact_recorded(),
                                                  decision.actor().organization_id(), decision.registry_version(),
                                                  decided_ms});
  }
  return truth;
}

class Checker {
 public:
  Checker(const World& world, Figures& figures) : world_(world), truth_(FoldByHand(world)), figures_(figures) {}

  std::string Check() {
    CheckHistories();
    for (size_t number = 0; number < world_.told().size(); ++number) CheckTold(number);
    for (size_t i = 0; i < world_.instances().size(); ++i) CheckProjection(i);
    figures_.wrong_time += truth_.wrong_time;
    return fault_;
  }

 private:
  void Fault(std::string what) {
    if (fault_.empty()) fault_ = std::move(what);
  }

  // Each request at most once, every decision legal, and none under an older registry than the one before.
  void CheckHistories() {
    std::map<uint64_t, const RegistryPoint*> registry;
    for (const RegistryPoint& point : world_.registry()) registry[point.version] = &point;
    std::map<std::pair<std::string, std::string>, int> times;
    for (const auto& [case_id, entries] : truth_.accepted) {
      bool on = false;
      uint64_t version = 0;
      int64_t decided_ms = 0;
      for (const Entry& entry : entries) {
        if (++times[{case_id, entry.request_id}] > 1)
          Fault(absl::StrCat("doubled: ", entry.request_id, " counts twice"));
        if (entry.on == on) Fault(absl::StrCat("illegal history at offset ", entry.offset));
        if (entry.registry_version < version) Fault(absl::StrCat("older registry at offset ", entry.offset));
        if (entry.decided_ms < decided_ms) Fault(absl::StrCat("decided before its parent, offset ", entry.offset));
        if (!entry.office.empty() && !registry.at(entry.registry_version)->offices.contains(entry.office)) {
          Fault(absl::StrCat("decided for an organization the registry does not have, offset ", entry.offset));
        }
        on = entry.on;
        version = entry.registry_version;
        decided_ms = entry.decided_ms;
      }
    }
  }

  // When the answer is due: at the deadline, or when the instance that was paused then is awake again.
  absl::Time Due(const Told& told) const {
    absl::Time due = told.deadline;
    for (const Pause& pause : world_.instances()[told.instance].pauses) {
      if (pause.from <= due && due < pause.until) due = pause.until;
    }
    return due;
  }

  void CheckTold(size_t number) {
    const Told& told = *world_.told()[number];
    if (told.answers != 1) return Fault(absl::StrCat("command ", number, " was answered ", told.answers, " times"));
    const Entry* entry = nullptr;
    size_t version = 0;
    if (const auto found = truth_.accepted.find(told.case_id); found != truth_.accepted.end()) {
      for (size_t v = 0; v < found->second.size(); ++v) {
        if (found->second[v].request_id != told.request_id) continue;
        entry = &found->second[v];
        version = v + 1;
      }
    }
    const auto* status = std::get_if<absl::Status>(&*told.answer);
    if (status == nullptr && told.answered_at > told.deadline) {
      return Fault(absl::StrCat("command ", number, " got its verdict after the deadline"));
    }
    if (!told.broke && told.answered_at > Due(told)) {
      return Fault(absl::StrCat("command ", number, " was left waiting after its deadline"));
    }
    if (const auto* receipt = std::get_if<common::v1::Receipt>(&*told.answer)) {
      CheckReceipt(told, number, *receipt, entry, version);
    } else if (status != nullptr) {
      CheckStatus(told, number, *status, entry);
    } else {
      CheckRefusal(told, number, std::get<domain::Rejection>(*told.answer), entry);
    }
  }

  void CheckReceipt(const Told& told, size_t number, const common::v1::Receipt& receipt, const Entry* entry,
                    size_t version) {
    ++figures_.acknowledged;
    if (entry == nullptr) return Fault(absl::StrCat("lost: command ", number, " was acknowledged and does not count"));
    if (receipt.version() != version || receipt.position().offset() != entry->offset || receipt.head() != entry->hash) {
      return Fault(absl::StrCat("command ", number, " got a receipt of another decision"));
    }
    if (entry->on != told.on || entry->office != told.office) {
      return Fault(absl::StrCat("command ", number, " got the receipt of another command"));
    }
    if (entry->offset >= told.end_at_answer) Fault("a receipt for what was not yet there");
  }

  // ABORTED: other decisions won, and it did not happen. RESOURCE_EXHAUSTED: it was never written.
  void CheckStatus(const Told& told, size_t number, const absl::Status& status, const Entry* entry) {
    if (absl::IsUnavailable(status)) ++figures_.unavailable;
    if (absl::IsAborted(status)) {
      ++figures_.aborted;
      if (told.answered_at < told.deadline) {
        return Fault(absl::StrCat("command ", number, " was aborted before its deadline"));
      }
      const bool superseded = std::any_of(truth_.losers.begin(), truth_.losers.end(), [&](const Loser& loser) {
        return world_.writer(loser.offset).life == told.life && loser.case_id == told.case_id &&
               loser.request_id == told.request_id && loser.offset < told.end_at_answer;
      });
      if (!superseded) return Fault(absl::StrCat("command ", number, " was aborted, and nothing won over it"));
    } else if (absl::IsDeadlineExceeded(status)) {
      if (told.answered_at < told.deadline) Fault(absl::StrCat("command ", number, " exceeded no deadline"));
    } else if (!absl::IsUnavailable(status) && !absl::IsResourceExhausted(status)) {
      return Fault(absl::StrCat("command ", number, " was answered ", status.ToString()));
    }
    const bool did_not_happen = !absl::IsUnavailable(status);
    if (did_not_happen && entry != nullptr && world_.writer(entry->offset).command == number) {
      Fault(absl::StrCat("command ", number, " was answered ", absl::StatusCodeToString(status.code()),
                         ", as not having happened, and counts"));
    }
  }

  void CheckRefusal(const Told& told, size_t number, const domain::Rejection& rejection, const Entry* entry) {
    ++figures_.refused;
    if (rejection.detail.kind() == common::v1::REJECTION_KIND_REQUEST_ID_REUSED) {
      if (entry == nullptr || entry->offset >= told.end_at_answer) {
        Fault(absl::StrCat("false refusal: command ", number, " reused a request id that nothing counts under"));
      }
      return;
    }
    // True at some position of the registry, and of the case, between call and answer.
    const bool unknown_office = rejection.detail.kind() == common::v1::REJECTION_KIND_NOT_FOUND;
    bool true_in_registry = told.office.empty();
    for (int64_t n = told.registry_end_at_call; n <= told.registry_end_at_answer && !told.office.empty(); ++n) {
      const bool there = world_.registry()[static_cast<size_t>(n)].offices.contains(told.office);
      true_in_registry = true_in_registry || there != unknown_office;
    }
    if (!true_in_registry) {
      return Fault(absl::StrCat("false refusal: command ", number, " was refused with ", told.office,
                                unknown_office ? " unknown" : " known", ", untrue at every position of the registry ",
                                told.registry_end_at_call, " to ", told.registry_end_at_answer));
    }
    bool true_in_case = unknown_office;
    for (int64_t offset = told.end_at_call; offset <= told.end_at_answer; ++offset) {
      true_in_case = true_in_case || truth_.OnBefore(told.case_id, offset) == told.on;
    }
    if (!true_in_case) {
      return Fault(absl::StrCat("false refusal: command ", number, " was refused as already ", told.on ? "on" : "off",
                                ", untrue at every position from ", told.end_at_call, " to ", told.end_at_answer));
    }
    if (unknown_office) ++figures_.refused_by_registry;
    // Refused stays refused, unless an earlier attempt under the same id was still on its way; after the window it is
    // not. A later try may succeed.
    if (entry == nullptr || entry->offset < told.end_at_answer) return;
    const bool tried_otherwise = std::any_of(world_.told().begin(), world_.told().end(), [&](const auto& other) {
      return other.get() != &told && other->request_id == told.request_id &&
             (other->answered_at >= told.answered_at || std::holds_alternative<absl::Status>(*other->answer));
    });
    if (!tried_otherwise) Fault(absl::StrCat("command ", number, " was refused and happened later"));
  }

  void CheckProjection(size_t i) {
    const projection::MemoryStore& store = *world_.instances()[i].store;
    for (const auto& [case_id, entries] : truth_.accepted) {
      const auto row = store.FindCase(case_id);
      if (!row.ok() || !*row || (*row)->head() != entries.back().hash || (*row)->version() != entries.size()) {
        Fault(absl::StrCat("head differs: instance ", i, " case ", case_id));
      }
    }
    const auto digest = store.ColumnFamilyDigest("meta");
    const auto first = world_.instances()[0].store->ColumnFamilyDigest("meta");
    if (!digest.ok() || !first.ok() || *digest != *first) Fault(absl::StrCat("digest differs: instance ", i));
  }

  const World& world_;
  const Truth truth_;
  Figures& figures_;
  std::string fault_;
};

}  // namespace

std::string Check(const World& world, Figures& figures) { return Checker(world, figures).Check(); }

}  // namespace whistle::engine::model
