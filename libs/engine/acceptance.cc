#include "libs/engine/acceptance.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/wire_format_lite.h"
#include "libs/base/time.h"
#include "libs/engine/malformed.h"

namespace whistle::engine {
namespace {

using google::protobuf::internal::WireFormatLite;
using journal::v1::Decision;

constexpr int kLevelField = 6;
constexpr int kEventsField = 16;
constexpr int kFirstBodyField = 100;

// The hundred of field numbers that belongs to a service; 0 where there is no such service.
int FirstFieldOf(common::v1::Service service) {
  switch (service) {
    case common::v1::SERVICE_INTAKE:
      return 100;
    case common::v1::SERVICE_RESPONSE:
      return 200;
    case common::v1::SERVICE_COORDINATION:
      return 300;
    case common::v1::SERVICE_ESCALATION:
      return 400;
    case common::v1::SERVICE_REGISTRY:
      return 500;
    default:
      return 0;
  }
}

// Calls `visit(field number, wire type, stream)` for every field of a message on the wire; `visit` consumes the value.
// False where the bytes are not a message.
template <typename Visit>
bool VisitFields(google::protobuf::io::CodedInputStream& stream, Visit visit) {
  while (true) {
    const uint32_t tag = stream.ReadTag();
    if (tag == 0) return stream.ConsumedEntireMessage() || stream.CurrentPosition() == 0;
    if (!visit(tag, stream)) return false;
  }
}

// The level alone, whatever the rest of the message has become in a later vocabulary; nothing where the bytes are not a
// message or carry no level.
std::optional<uint32_t> ReadLevel(absl::string_view value) {
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(value.data()),
                                                static_cast<int>(value.size()));
  std::optional<uint32_t> level;
  const bool ok = VisitFields(stream, [&](uint32_t tag, google::protobuf::io::CodedInputStream& in) {
    if (tag == WireFormatLite::MakeTag(kLevelField, WireFormatLite::WIRETYPE_VARINT)) {
      uint32_t read = 0;
      if (!in.ReadVarint32(&read)) return false;
      level = read;
      return true;
    }
    return WireFormatLite::SkipField(&in, tag);
  });
  return ok ? level : std::nullopt;
}

// The vocabulary of each level, frozen when the level ships: the body fields it added. A later level is a further row;
// no row ever changes.
struct Vocabulary {
  uint32_t level;
  int first_field;
  int last_field;
};
constexpr Vocabulary kVocabularies[] = {
    {1, 100, 125}, {1, 190, 192}, {1, 200, 208}, {1, 290, 292}, {1, 300, 309},
    {1, 390, 392}, {1, 400, 424}, {1, 490, 492}, {1, 500, 505},
};

bool InVocabulary(int field, uint32_t level) {
  return std::any_of(std::begin(kVocabularies), std::end(kVocabularies), [&](const Vocabulary& v) {
    return v.level <= level && field >= v.first_field && field <= v.last_field;
  });
}

// The first body field number of any event that is not `service`'s own in the vocabulary of `level`; 0 if there is
// none. Read from the wire, not from the decoded events: a decoded oneof shows only the last of several bodies.
int ForeignEventField(absl::string_view value, common::v1::Service service, uint32_t level) {
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(value.data()),
                                                static_cast<int>(value.size()));
  const int first = FirstFieldOf(service);
  int foreign = 0;
  VisitFields(stream, [&](uint32_t tag, google::protobuf::io::CodedInputStream& in) {
    if (tag != WireFormatLite::MakeTag(kEventsField, WireFormatLite::WIRETYPE_LENGTH_DELIMITED)) {
      return WireFormatLite::SkipField(&in, tag);
    }
    uint32_t size = 0;
    if (!in.ReadVarint32(&size)) return false;
    const auto limit = in.PushLimit(static_cast<int>(size));
    while (const uint32_t event_tag = in.ReadTag()) {
      const int field = WireFormatLite::GetTagFieldNumber(event_tag);
      const bool own = field >= first && field < first + 100 && InVocabulary(field, level);
      if (field >= kFirstBodyField && !own && foreign == 0) foreign = field;
      if (!WireFormatLite::SkipField(&in, event_tag)) return false;
    }
    in.PopLimit(limit);
    return true;
  });
  return foreign;
}

// A reason's text is given by the enum alone, so that whoever explains them can name all there are.
Malformed Because(MalformedReason reason, absl::string_view more = "") {
  return Malformed{absl::StrCat(TextOf(reason), more)};
}

std::optional<Malformed> EnvelopeFault(const Decision& decision) {
  if (decision.case_id().empty()) return Because(MalformedReason::kNoCaseId);
  if (!decision.parent().empty() && decision.parent().size() != base::Digest::kSize) {
    return Because(MalformedReason::kParentSize, absl::StrCat(decision.parent().size(), " bytes, expected 32 or none"));
  }
  if (decision.request().request_id().empty()) return Because(MalformedReason::kNoRequestId);
  if (FirstFieldOf(decision.service()) == 0) return Because(MalformedReason::kNoService);
  if (!base::CheckTimestamp(decision.decided_at(), "decided_at").ok() || !decision.has_decided_at()) {
    return Because(MalformedReason::kNoDecidedAt);
  }
  if (decision.level() == 0) return Because(MalformedReason::kNoLevel);
  return std::nullopt;
}

bool InRightPartition(const Decision& decision, base::PartitionId partition, int partition_count) {
  const bool of_registry =
      decision.service() == common::v1::SERVICE_REGISTRY && decision.case_id() == journal::kRegistryCaseId;
  if (partition.is_registry()) return of_registry;
  return decision.service() != common::v1::SERVICE_REGISTRY && decision.case_id() != journal::kRegistryCaseId &&
         journal::PartitionForCase(decision.case_id(), partition_count) == partition;
}

}  // namespace

std::variant<Decision, Malformed, UnknownLevel> ReadDecision(const journal::StoredRecord& stored,
                                                             base::PartitionId partition, int partition_count,
                                                             uint32_t level_known) {
  const std::string& value = stored.record.value;
  Decision decision;
  const bool decoded = decision.ParseFromString(value);
  // A later vocabulary may hold what this build cannot decode, so the level is read by itself before the rest is called
  // unreadable.
  const uint32_t level = decoded ? decision.level() : ReadLevel(value).value_or(0);
  const bool level_is_known = level <= level_known;
  if (!decoded && level_is_known) return Because(MalformedReason::kNotADecision);
  if (decoded) {
    if (std::optional<Malformed> fault = EnvelopeFault(decision)) return *std::move(fault);
    if (stored.record.key != decision.case_id()) return Because(MalformedReason::kKey);
    if (!InRightPartition(decision, partition, partition_count)) return Because(MalformedReason::kPartition);
  }
  if (value.size() > journal::kRecordValueBytesMax) {
    return Because(MalformedReason::kSize,
                   absl::StrCat(value.size(), " bytes, at most ", journal::kRecordValueBytesMax));
  }
  if (!level_is_known) return UnknownLevel{level};
  if (const int field = ForeignEventField(value, decision.service(), level); field != 0) {
    return Because(
        MalformedReason::kForeignEvent,
        absl::StrCat(field, " is not ", common::v1::Service_Name(decision.service()), "'s own at level ", level));
  }
  return decision;
}

Verdict Judge(const Decision& decision, const std::optional<base::Digest>& head, absl::Time stamp) {
  const absl::string_view expected = head ? head->bytes() : absl::string_view();
  if (decision.parent() != expected) return Verdict::kSupersededByParent;
  const absl::Time decided_at = base::FromProto(decision.decided_at());
  if (decided_at < stamp - kDecidedBeforeStampMax || decided_at > stamp + kDecidedAfterStampMax) {
    return Verdict::kSupersededByTime;
  }
  return Verdict::kAccepted;
}

}  // namespace whistle::engine
