// whistlectl journal quarantine: the malformed records, as the services list them, their bytes, and what to do.
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/hash.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/journal_reader.h"
#include "tools/whistlectl/malformed_guide.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/record_view.h"
#include "whistle/operations/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

using engine::MalformedReason;
using operations::v1::ListQuarantineRequest;
using operations::v1::ListQuarantineResponse;

constexpr int kPageSize = 500;

Place PlaceOf(const common::v1::Position& position) {
  return {.partition = position.topic() == common::v1::TOPIC_REGISTRY ? base::PartitionId::Registry()
                                                                      : base::PartitionId::Case(position.partition()),
          .offset = base::Offset{position.offset()}};
}

// The word that `journal quarantine explain` takes; empty for a reason that this build's rule never gives.
std::string WordFor(absl::string_view reason) {
  const auto known = engine::MalformedReasonOf(reason);
  return known ? std::string(GuideTo(*known).word) : std::string();
}

std::string GuideText(MalformedReason reason) {
  const MalformedGuide guide = GuideTo(reason);
  return absl::StrCat(guide.word, "  (\"", engine::TextOf(reason), "\")\n  meaning: ", guide.meaning,
                      "\n  cause:   ", guide.cause, "\n  to do:   ", guide.remedy, "\n");
}

// The size of a listed record, and its first bytes. DATA_LOSS if the journal holds another one there.
absl::Status ReadBytes(Client& client, const projection::v1::QuarantineRow& row, size_t most, std::string& size,
                       std::string& bytes) {
  const Place place = PlaceOf(row.position());
  WHISTLE_ASSIGN_OR_RETURN(const journal::StoredRecord stored, ReadRaw(client, place));
  const std::string& value = stored.record.value;
  if (base::Sha256(value).ToBytes() != row.record_hash()) {
    return absl::DataLossError(absl::StrCat("the record at ", place.ToString(), " hashes to ",
                                            base::Sha256(value).ToHex(), ", the list says ",
                                            absl::BytesToHexString(row.record_hash())));
  }
  size = absl::StrCat(value.size());
  bytes = absl::StrCat(absl::BytesToHexString(value.substr(0, most)), value.size() > most ? "…" : "");
  return absl::OkStatus();
}

absl::Status ListMalformed(Session& session) {
  const std::string& service = session.arguments.Get("service");
  WHISTLE_RETURN_IF_ERROR(CheckServiceName(service));
  const auto most = session.arguments.GetNumber("bytes");
  if (!most.ok()) return UsageError(most.status().message());
  const auto method = FindMethod("operations.ListQuarantine");
  WHISTLE_CHECK(method.ok(), method.status().message());
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  Table table({"position", "stamp", "explain", "reason", "sha256", "size", "bytes"});
  ListQuarantineRequest request;
  request.mutable_page()->set_size(kPageSize);
  // One that cannot be shown does not hide the others.
  absl::Status first_unread;
  while (true) {
    ListQuarantineResponse response;
    WHISTLE_RETURN_IF_ERROR(client->Call(**method, request, service, response));
    for (const auto& row : response.rows()) {
      std::string size;
      std::string bytes;
      if (*most > 0) {
        const absl::Status read = ReadBytes(*client, row, *most, size, bytes);
        if (!read.ok()) bytes = "unread";
        first_unread.Update(read);
      }
      table.AddRow({PlaceOf(row.position()).ToString(), base::TimeText(base::FromProto(row.stamp())),
                    WordFor(row.reason()), row.reason(), absl::BytesToHexString(row.record_hash()), size, bytes});
    }
    if (response.next_page_token().empty()) break;
    request.mutable_page()->set_token(response.next_page_token());
  }
  session.Print(table);
  return first_unread;
}

absl::Status ShowMalformed(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(const Place place, ParsePlace(session.Operand(0)));
  const auto most = session.arguments.GetNumber("bytes");
  if (!most.ok()) return UsageError(most.status().message());
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  WHISTLE_ASSIGN_OR_RETURN(JournalReader reader, JournalReader::Open(*client));
  const Earlier nothing_needed;
  WHISTLE_ASSIGN_OR_RETURN(const ReadRecord record, ReadAt(reader, place, [](const ReadRecord&) {}));
  if (record.judged.kind != engine::Judged::Kind::kMalformed) {
    return absl::NotFoundError(absl::StrCat("the record at ", place.ToString(), " is not malformed but ",
                                            VerdictWord(record.judged.kind), "; see journal inspect"));
  }
  if (session.json()) {
    WHISTLE_ASSIGN_OR_RETURN(const std::string json, RecordJson(record, nothing_needed));
    session.out << json << "\n";
    return absl::OkStatus();
  }
  WHISTLE_ASSIGN_OR_RETURN(const std::string text, RecordText(record, nothing_needed, *most));
  session.out << text << "\n" << MalformedInGeneral() << "\n";
  if (const auto reason = engine::MalformedReasonOf(record.judged.reason)) session.out << GuideText(*reason);
  return absl::OkStatus();
}

absl::Status ExplainReason(Session& session) {
  std::vector<MalformedReason> reasons(std::begin(engine::kMalformedReasons), std::end(engine::kMalformedReasons));
  if (!session.Operand(0).empty()) {
    WHISTLE_ASSIGN_OR_RETURN(const MalformedReason one, ParseMalformedReason(session.Operand(0)));
    reasons = {one};
  }
  if (session.json()) {
    Table table({"word", "text", "meaning", "cause", "to_do"});
    for (const MalformedReason reason : reasons) {
      const MalformedGuide guide = GuideTo(reason);
      table.AddRow({std::string(guide.word), std::string(engine::TextOf(reason)), std::string(guide.meaning),
                    std::string(guide.cause), std::string(guide.remedy)});
    }
    session.Print(table);
    return absl::OkStatus();
  }
  session.out << MalformedInGeneral() << "\n";
  for (const MalformedReason reason : reasons) session.out << "\n" << GuideText(reason);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> QuarantineCommands() {
  return {
      Command{
          .words = {"journal", "quarantine", "list"},
          .summary = "the malformed records: where they lie, and why they count for nobody",
          .details = "How many there are is also the metric whistle_records_malformed_total.",
          .flags = {{"service", "NAME", "", "as this service lists them: intake, response, coordination or escalation"},
                    {"bytes", "N", "16", "the first bytes of each record; 0: read no records"}},
          .run = ListMalformed},
      Command{.words = {"journal", "quarantine", "show"},
              .operands = "PARTITION:OFFSET",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "one malformed record: its bytes, what can be decoded of it, and what to do",
              .flags = {{"bytes", "N", "1024", "show at most so many bytes; --output=json gives them all"}},
              .run = ShowMalformed},
      Command{.words = {"journal", "quarantine", "explain"},
              .operands = "[REASON]",
              .operands_max = 1,
              .summary = "what a reason means, how it comes about, and what to do; without one: all of them",
              .details = "A reason is a word of the list's column `explain`, or the text of its column `reason`.",
              .run = ExplainReason},
  };
}

}  // namespace whistle::whistlectl
