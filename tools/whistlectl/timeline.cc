#include "tools/whistlectl/timeline.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/check.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/methods.h"
#include "whistle/journal/v1/journal.pb.h"

namespace whistle::whistlectl {
namespace {

using timeline::v1::TimelineEntry;

// Decisions are at most 256 KiB; a page of these stays below what a reply may hold.
constexpr int kPageSize = 200;
// One service's faults; more of the same say nothing new.
constexpr size_t kDifferencesPerServiceMax = 5;

const google::protobuf::MethodDescriptor& Method(absl::string_view name) {
  const auto method = FindMethod(name);
  WHISTLE_CHECK(method.ok(), method.status().message());
  return **method;
}

std::string Hex(absl::string_view bytes) { return bytes.empty() ? "(none)" : absl::BytesToHexString(bytes); }

std::string WhereBytesDiffer(absl::string_view a, absl::string_view b) {
  const size_t common = std::min(a.size(), b.size());
  const size_t at = std::mismatch(a.begin(), a.begin() + common, b.begin()).first - a.begin();
  if (at == common) return absl::StrCat(a.size(), " bytes here, ", b.size(), " there");
  return absl::StrFormat("byte %d is 0x%02X here, 0x%02X there", at, static_cast<uint8_t>(a[at]),
                         static_cast<uint8_t>(b[at]));
}

// One service's faults, until there are enough of them.
class Faults {
 public:
  Faults(std::string service, std::vector<std::string>& out) : service_(std::move(service)), out_(out) {}
  void Add(uint64_t version, absl::string_view what) {
    if (++count_ <= kDifferencesPerServiceMax) {
      out_.push_back(absl::StrCat(service_, ": version ", version, ": ", what));
    } else if (count_ == kDifferencesPerServiceMax + 1) {
      out_.push_back(absl::StrCat(service_, ": and more"));
    }
  }

 private:
  const std::string service_;
  std::vector<std::string>& out_;
  size_t count_ = 0;
};

// What one timeline says of itself: versions without gaps, each head the hash of the bytes, each parent the head
// before.
void CheckChain(const std::vector<TimelineEntry>& entries, const std::string& case_id, Faults faults) {
  std::string head;
  for (size_t i = 0; i < entries.size(); ++i) {
    const TimelineEntry& entry = entries[i];
    const uint64_t version = i + 1;
    if (entry.version() != version) faults.Add(version, absl::StrCat("is numbered ", entry.version()));
    const base::Digest hash = base::Sha256(entry.decision_bytes());
    if (entry.head() != hash.ToBytes()) {
      faults.Add(version,
                 absl::StrCat("the stored bytes hash to ", hash.ToHex(), ", the head says ", Hex(entry.head())));
    }
    journal::v1::Decision decision;
    if (!decision.ParseFromString(entry.decision_bytes())) {
      faults.Add(version, "the stored bytes are not a decision");
    } else {
      if (decision.case_id() != case_id) faults.Add(version, absl::StrCat("is of the case ", decision.case_id()));
      if (decision.parent() != head) {
        faults.Add(version, absl::StrCat("the chain is broken: its parent is ", Hex(decision.parent()),
                                         ", the head before is ", Hex(head)));
      }
    }
    head = hash.ToBytes();
  }
}

void Compare(const std::vector<TimelineEntry>& first, const std::string& first_service,
             const std::vector<TimelineEntry>& other, Faults faults) {
  for (size_t i = 0; i < std::max(first.size(), other.size()); ++i) {
    const uint64_t version = i + 1;
    if (i >= other.size() || i >= first.size()) {
      faults.Add(version, absl::StrCat("is only in ", i >= other.size() ? first_service : "this service",
                                       ", which has ", std::max(first.size(), other.size()), " versions, the other ",
                                       std::min(first.size(), other.size())));
      return;
    }
    const TimelineEntry& a = other[i];
    const TimelineEntry& b = first[i];
    const std::string than = absl::StrCat(" differs from ", first_service, "'s: ");
    if (a.decision_bytes() != b.decision_bytes()) {
      faults.Add(version, absl::StrCat("the decision", than, WhereBytesDiffer(a.decision_bytes(), b.decision_bytes())));
    }
    if (a.head() != b.head()) faults.Add(version, absl::StrCat("the head", than, Hex(a.head()), ", ", Hex(b.head())));
    if (!google::protobuf::util::MessageDifferencer::Equals(a.position(), b.position())) {
      faults.Add(version, absl::StrCat("the position", than, "partition ", a.position().partition(), " offset ",
                                       a.position().offset(), ", partition ", b.position().partition(), " offset ",
                                       b.position().offset()));
    }
    if (base::FromProto(a.recorded_at()) != base::FromProto(b.recorded_at())) {
      faults.Add(version, absl::StrCat("the recorded time", than, base::TimeText(base::FromProto(a.recorded_at())),
                                       ", ", base::TimeText(base::FromProto(b.recorded_at()))));
    }
  }
}

struct Head {
  bool known = false;
  uint64_t version = 0;
  std::string head;
};

}  // namespace

absl::StatusOr<Timeline> ReadTimeline(Client& client, const std::string& service,
                                      timeline::v1::GetTimelineRequest request) {
  Timeline timeline;
  request.mutable_page()->set_size(kPageSize);
  request.mutable_page()->clear_token();
  while (true) {
    timeline::v1::GetTimelineResponse response;
    WHISTLE_RETURN_IF_ERROR(client.Call(Method("timeline.GetTimeline"), request, service, response));
    for (TimelineEntry& entry : *response.mutable_entries()) timeline.entries.push_back(std::move(entry));
    if (response.has_as_of()) timeline.as_of = response.as_of();
    if (response.next_page_token().empty()) return timeline;
    request.mutable_page()->set_token(response.next_page_token());
  }
}

absl::StatusOr<std::vector<TimelineEntry>> ReadTimeline(Client& client, const std::string& service,
                                                        const std::string& case_id, uint64_t at_version,
                                                        const common::v1::Position* min_position) {
  timeline::v1::GetTimelineRequest request;
  request.set_case_id(case_id);
  request.set_at_version(at_version);
  if (min_position != nullptr) *request.mutable_options()->mutable_min_position() = *min_position;
  WHISTLE_ASSIGN_OR_RETURN(Timeline timeline, ReadTimeline(client, service, std::move(request)));
  return std::move(timeline.entries);
}

std::string Verdict::LastLine(const std::string& case_id) const {
  if (agree) {
    return absl::StrCat(std::size(kServiceNames), " projections agree: case ", case_id, " version ", version, " head ",
                        head);
  }
  return absl::StrCat("the projections of case ", case_id, " are not as they must be: see ", differences.size(),
                      " line(s) above");
}

absl::StatusOr<Verdict> VerifyCase(Client& client, const std::string& case_id) {
  Verdict verdict;
  // First how far each is, so that all can be asked for the same stretch while others go on writing.
  std::vector<Head> heads;
  std::optional<common::v1::Position> newest;
  for (const char* service : kServiceNames) {
    timeline::v1::GetHeadRequest request;
    request.set_case_id(case_id);
    timeline::v1::GetHeadResponse response;
    const absl::Status status = client.Call(Method("timeline.GetHead"), request, service, response);
    if (status.code() == absl::StatusCode::kNotFound) {
      heads.emplace_back();
      continue;
    }
    if (!status.ok()) return absl::Status(status.code(), absl::StrCat(service, ": ", status.message()));
    heads.push_back({true, response.version(), response.head()});
    verdict.version = std::max(verdict.version, response.version());
    for (const common::v1::Position& position : response.positions()) {
      if (!newest || position.offset() > newest->offset()) newest = position;
    }
  }
  if (verdict.version == 0) return absl::NotFoundError(absl::StrCat("no service knows the case ", case_id));

  std::vector<std::vector<TimelineEntry>> timelines;
  for (const char* service : kServiceNames) {
    auto entries = ReadTimeline(client, service, case_id, verdict.version, newest ? &*newest : nullptr);
    if (entries.status().code() == absl::StatusCode::kNotFound) {
      verdict.differences.push_back(absl::StrCat(service, ": does not know the case"));
      timelines.emplace_back();
      continue;
    }
    if (!entries.ok()) {
      return absl::Status(entries.status().code(), absl::StrCat(service, ": ", entries.status().message()));
    }
    timelines.push_back(*std::move(entries));
  }
  size_t first = 0;
  while (timelines[first].empty() && first + 1 < timelines.size()) ++first;
  for (size_t i = 0; i < timelines.size(); ++i) {
    if (timelines[i].empty()) continue;
    const Faults faults(kServiceNames[i], verdict.differences);
    CheckChain(timelines[i], case_id, faults);
    if (i != first) Compare(timelines[first], kServiceNames[first], timelines[i], faults);
    if (heads[i].known && heads[i].version <= timelines[i].size() && heads[i].version > 0 &&
        heads[i].head != timelines[i][heads[i].version - 1].head()) {
      Faults(faults).Add(heads[i].version, absl::StrCat("GetHead says ", Hex(heads[i].head), ", the timeline ",
                                                        Hex(timelines[i][heads[i].version - 1].head())));
    }
    if (timelines[i].size() < verdict.version) {
      verdict.differences.push_back(absl::StrCat(kServiceNames[i], ": ends at version ", timelines[i].size(),
                                                 ", another is at version ", verdict.version));
    }
  }
  if (!timelines[first].empty()) verdict.head = Hex(timelines[first].back().head());
  verdict.agree = verdict.differences.empty();
  return verdict;
}

}  // namespace whistle::whistlectl
