#include "libs/verify/orphans.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"

namespace whistle::verify {
namespace {

// What was found of one parent.
struct Trace {
  std::optional<base::Offset> first;
  // Says in its header that it is the parent, and is not any more.
  std::optional<base::Offset> labelled;
};
// By the parent's bytes.
using Traces = absl::flat_hash_map<std::string, Trace>;

// The header that carries a record's own hash; a convenience and no evidence, and a good hint.
std::string LabelOf(const journal::Record& record) {
  for (const auto& [name, value] : record.headers) {
    const bool hex = value.size() == 2 * base::Digest::kSize &&
                     std::all_of(value.begin(), value.end(), [](char c) { return absl::ascii_isxdigit(c); });
    if (name == "ce_id" && hex) return absl::HexStringToBytes(value);
  }
  return "";
}

absl::Status Search(const Source& source, base::PartitionId partition, Traces& traces) {
  return source.Read(partition, base::Offset{0},
                     [&](base::Offset offset, const absl::StatusOr<journal::StoredRecord>& record) {
                       if (!record.ok()) return true;
                       const std::string hash = base::Sha256(record->record.value).ToBytes();
                       if (const auto found = traces.find(hash); found != traces.end() && !found->second.first) {
                         found->second.first = offset;
                       }
                       const std::string label = LabelOf(record->record);
                       if (label.empty() || label == hash) return true;
                       if (const auto found = traces.find(label); found != traces.end())
                         found->second.labelled = offset;
                       return true;
                     });
}

std::string StrayText(const Checks& checks, const std::string& parent) {
  for (const auto& [partition, check] : checks) {
    for (const v1::Stray& stray : check->strays()) {
      if (stray.hash() == parent) return PlaceText(partition, base::Offset{stray.offset()});
    }
  }
  return "";
}

v1::Problem Judge(base::PartitionId partition, const v1::Orphan& orphan, const Trace& trace, const Checks& checks) {
  const std::string parent = absl::BytesToHexString(orphan.parent());
  v1::Problem problem;
  problem.set_kind(kChain);
  problem.set_place(PlaceText(partition, base::Offset{orphan.offset()}));
  problem.set_case_id(orphan.case_id());
  problem.set_version(orphan.head().version() + 1);
  problem.set_expected(absl::StrCat("the decision ", parent, ", which this one names as its parent, before it"));
  const std::string stray = StrayText(checks, orphan.parent());
  if (trace.first) {
    problem.set_kind(kOrder);
    problem.set_found(absl::StrCat("it after it, at ", PlaceText(partition, *trace.first)));
  } else if (!stray.empty()) {
    problem.set_kind(kMoved);
    problem.set_found(absl::StrCat("it at ", stray, ", in a partition that is not its case's"));
  } else if (trace.labelled) {
    problem.set_kind(kChanged);
    // It still counts, in the place of the one it was.
    problem.set_version(orphan.head().version());
    problem.set_place(PlaceText(partition, *trace.labelled));
    problem.set_expected(absl::StrCat("the bytes with hash ", parent, ": its header ce_id says so, and ",
                                      PlaceText(partition, base::Offset{orphan.offset()}), " names them as parent"));
    problem.set_found("other bytes");
  } else {
    problem.set_found(
        absl::StrCat("no such record: one between ", orphan.head().version() == 0 ? "the partition's beginning" : "",
                     orphan.head().version() == 0 ? "" : PlaceText(partition, base::Offset{orphan.head().offset()}),
                     " (version ", orphan.head().version(), ") and here was changed or is missing"));
  }
  return problem;
}

}  // namespace

absl::Status LookForParents(const Source& source, const Checks& checks, const Vouched& vouched, Problems& problems,
                            std::vector<std::string>& notices) {
  for (const auto& [partition, check] : checks) {
    if (check->orphans().empty()) continue;
    Traces traces;
    for (const v1::Orphan& orphan : check->orphans()) traces[orphan.parent()];
    WHISTLE_RETURN_IF_ERROR(Search(source, partition, traces));
    const auto vouched_at = vouched.find(partition);
    for (const v1::Orphan& orphan : check->orphans()) {
      const Trace& trace = traces[orphan.parent()];
      if (trace.first && trace.first->value < orphan.offset()) continue;
      v1::Problem problem = Judge(partition, orphan, trace, checks);
      if (vouched_at != vouched.end() && orphan.offset() <= vouched_at->second.value) {
        notices.push_back(
            absl::StrCat(ProblemText(problem), "; a projection vouches for these bytes: a writer left it so"));
      } else {
        problems.Add(std::move(problem));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace whistle::verify
