// whistlectl journal replay and inspect: a running service's journal, read and never written.
#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "libs/base/status_macros.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/journal_reader.h"
#include "tools/whistlectl/journal_replay.h"
#include "tools/whistlectl/record_view.h"

namespace whistle::whistlectl {
namespace {

// How soon what is appended is told by --follow.
constexpr absl::Duration kFollowInterval = absl::Milliseconds(200);
// No terminal and no reader takes more.
constexpr double kRateMax = 1e6;

absl::StatusOr<base::Offset> OffsetOf(const Arguments& arguments, const std::string& flag, int64_t otherwise) {
  if (!arguments.Has(flag)) return base::Offset{otherwise};
  const auto number = arguments.GetNumber(flag);
  if (!number.ok()) return UsageError(number.status().message());
  if (*number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return UsageError(absl::StrCat("--", flag, ": no offset is that large"));
  }
  return base::Offset{static_cast<int64_t>(*number)};
}

// "10/s" or "10"; 0 where none is given.
absl::StatusOr<double> RateOf(const Arguments& arguments) {
  if (!arguments.Has("rate")) return 0;
  absl::string_view text = arguments.Get("rate");
  absl::ConsumeSuffix(&text, "/s");
  double rate = 0;
  // Written so that what is not a number is refused too.
  if (!absl::SimpleAtod(text, &rate) || !(rate > 0 && rate <= kRateMax)) {
    return UsageError(
        absl::StrCat("--rate: expected events a second, such as 10/s, found \"", arguments.Get("rate"), "\""));
  }
  return rate;
}

absl::StatusOr<ReplayFilter> FilterOf(const Arguments& arguments) {
  ReplayFilter filter;
  filter.case_id = arguments.Get("case");
  filter.organization_id = arguments.Get("organization");
  filter.all = arguments.GetSwitch("all");
  WHISTLE_ASSIGN_OR_RETURN(filter.from, OffsetOf(arguments, "from", 0));
  WHISTLE_ASSIGN_OR_RETURN(filter.to, OffsetOf(arguments, "to", std::numeric_limits<int64_t>::max()));
  if (filter.from >= filter.to) return UsageError("--from is before --to");
  if (arguments.Has("partition")) {
    WHISTLE_ASSIGN_OR_RETURN(const base::PartitionId partition, ParsePartition(arguments.Get("partition")));
    filter.partitions = {partition};
  } else if (filter.case_id.empty() && (arguments.Has("from") || arguments.Has("to"))) {
    return UsageError("--from and --to are offsets of one partition: give --partition or --case too");
  }
  if (arguments.Has("type")) {
    WHISTLE_ASSIGN_OR_RETURN(filter.event_type, MatchEventType(arguments.Get("type")));
  }
  return filter;
}

absl::Status ReplayJournal(Session& session) {
  const Arguments& arguments = session.arguments;
  WHISTLE_ASSIGN_OR_RETURN(ReplayFilter filter, FilterOf(arguments));
  WHISTLE_ASSIGN_OR_RETURN(const double rate, RateOf(arguments));
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  WHISTLE_ASSIGN_OR_RETURN(JournalReader reader, JournalReader::Open(*client));
  if (!filter.partitions.empty()) {
    WHISTLE_RETURN_IF_ERROR(reader.CheckPartition(filter.partitions[0]));
  } else if (filter.case_id == journal::kRegistryCaseId) {
    filter.partitions = {base::PartitionId::Registry()};
  } else if (!filter.case_id.empty()) {
    filter.partitions = {journal::PartitionForCase(filter.case_id, reader.partition_count())};
  } else {
    filter.partitions = journal::AllPartitions(reader.partition_count());
  }
  Replay replay(reader, std::move(filter), session.out, session.json());
  if (rate > 0) replay.SlowDown(rate, [](absl::Duration pause) { absl::SleepFor(pause); });
  WHISTLE_RETURN_IF_ERROR(replay.TellToEnd());
  // Nothing may be the answer; a misspelt id must not look like it.
  if (replay.lines() == 0) session.err << "nothing that was asked for is recorded\n" << std::flush;
  while (arguments.GetSwitch("follow")) {
    absl::SleepFor(kFollowInterval);
    WHISTLE_RETURN_IF_ERROR(reader.AskEnds());
    WHISTLE_RETURN_IF_ERROR(replay.TellToEnd());
  }
  return absl::OkStatus();
}

absl::Status InspectRecord(Session& session) {
  WHISTLE_ASSIGN_OR_RETURN(const Place place, ParsePlace(session.Operand(0)));
  const auto most = session.arguments.GetNumber("bytes");
  if (!most.ok()) return UsageError(most.status().message());
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  WHISTLE_ASSIGN_OR_RETURN(JournalReader reader, JournalReader::Open(*client));
  Earlier earlier;
  WHISTLE_ASSIGN_OR_RETURN(const ReadRecord record,
                           ReadAt(reader, place, [&earlier](const ReadRecord& each) { earlier.Add(each); }));
  WHISTLE_ASSIGN_OR_RETURN(const std::string text,
                           session.json() ? RecordJson(record, earlier) : RecordText(record, earlier, *most));
  session.out << text << (session.json() ? "\n" : "");
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> JournalReadingCommands() {
  return {
      Command{.words = {"journal", "replay"},
              .summary = "tell the journal's events again, one line each, in the order in which they were recorded",
              .details =
                  "It only reads, and fires nothing. Each line: place, recorded time, verdict, case, event, and what "
                  "happened; with --output=json one object a line. The verdict is worked out from the records "
                  "themselves, so each partition is read from its beginning, whatever --from says. Partitions are "
                  "merged by recorded time; a record that does not count has none, and stands after the last one of "
                  "its partition that does.",
              .flags = {{"partition", "N", "", "only this partition: a number, or registry"},
                        {"from", "OFFSET", "", "from this offset of the partition on"},
                        {"to", "OFFSET", "", "to before this offset"},
                        {"case", "ID", "", "only this case"},
                        {"organization", "ID", "", "only events that name this organization, or that it entered"},
                        {"type", "EVENT", "", "only events of this type: contact-recorded"},
                        {"follow", "", "false", "go on with what is recorded from now on, until interrupted"},
                        {"rate", "N/s", "", "at most so many lines a second"},
                        {"all", "", "false", "also what does not count: superseded and malformed records, genesis"}},
              .run = ReplayJournal},
      Command{.words = {"journal", "inspect"},
              .operands = "PARTITION:OFFSET",
              .operands_min = 1,
              .operands_max = 1,
              .summary = "one record laid open: bytes, digest, what it decodes to, whether it counts and why",
              .details = "The place is 7:123 or registry:4, as replays, receipts and logs give it.",
              .flags = {{"bytes", "N", "1024", "show at most so many bytes; --output=json gives them all"}},
              .run = InspectRecord},
  };
}

}  // namespace whistle::whistlectl
