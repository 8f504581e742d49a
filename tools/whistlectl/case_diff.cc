#include "tools/whistlectl/case_diff.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status_macros.h"
#include "libs/base/time.h"
#include "libs/domain/sentence.h"
#include "tools/whistlectl/case_changes.h"
#include "tools/whistlectl/case_moment.h"
#include "tools/whistlectl/case_view.h"
#include "tools/whistlectl/json.h"
#include "tools/whistlectl/timeline.h"

namespace whistle::whistlectl {
namespace {

// One event of the decisions in between.
struct Happened {
  std::string event_id;
  std::string recorded_at;
  std::string what;
};

struct Changed {
  std::string service;
  Change change;
};

absl::StatusOr<std::vector<Happened>> EventsBetween(Client& client, const std::string& case_id, uint64_t from,
                                                    uint64_t to) {
  std::vector<Happened> happened;
  timeline::v1::GetTimelineRequest request;
  request.set_case_id(case_id);
  request.set_at_version(to);
  WHISTLE_ASSIGN_OR_RETURN(const Timeline timeline, ReadTimeline(client, "", request));
  for (const timeline::v1::TimelineEntry& entry : timeline.entries) {
    if (entry.version() <= from) continue;
    for (int i = 0; i < entry.decision().events_size(); ++i) {
      happened.push_back({absl::StrCat(entry.version(), ".", i + 1),
                          base::TimeText(base::FromProto(entry.recorded_at())),
                          domain::Sentence(entry.decision().events(i))});
    }
  }
  return happened;
}

// Version and head say how far each is, which is told at the top.
std::vector<Changed> ChangesOf(const CaseView& from, const CaseView& to) {
  std::vector<Changed> changed;
  const auto before = from.parts();
  const auto after = to.parts();
  for (size_t i = 0; i < before.size(); ++i) {
    for (Change& change : Changes(*before[i].second, *after[i].second)) {
      if (change.field != "version" && change.field != "head") changed.push_back({before[i].first, std::move(change)});
    }
  }
  return changed;
}

void PrintText(Session& session, const CaseView& from, const CaseView& to, const std::vector<Happened>& happened,
               const std::vector<Changed>& changed) {
  std::ostream& out = session.out;
  out << "case " << Printable(session.Operand(0)) << "\n  from " << MomentText(*from.as_of) << "\n  to   "
      << MomentText(*to.as_of) << "\n\n";
  if (happened.empty()) {
    out << "no decision lies between\n";
  } else {
    Table table({"event", "recorded_at", "what_happened"});
    for (const Happened& one : happened) table.AddRow({one.event_id, one.recorded_at, one.what});
    out << table.ToText();
  }
  std::string service;
  for (const Changed& one : changed) {
    if (one.service != service) out << "\n" << one.service << "\n";
    service = one.service;
    const Change& change = one.change;
    out << "  " << (!change.from ? "+ " : !change.to ? "- " : "  ") << Printable(change.field) << ": ";
    if (change.from) out << Printable(*change.from);
    if (change.from && change.to) out << " → ";
    if (change.to) out << Printable(*change.to);
    out << "\n";
  }
}

absl::Status PrintJson(Session& session, const CaseView& from, const CaseView& to,
                       const std::vector<Happened>& happened, const std::vector<Changed>& changed) {
  WHISTLE_ASSIGN_OR_RETURN(const std::string from_text, MessageJson(*from.as_of, JsonShape::kOneLine));
  WHISTLE_ASSIGN_OR_RETURN(const std::string to_text, MessageJson(*to.as_of, JsonShape::kOneLine));
  const auto value = [](const std::optional<std::string>& text) { return text ? JsonString(*text) : "null"; };
  std::ostream& out = session.out;
  out << "{\n\"case_id\": " << JsonString(session.Operand(0)) << ",\n\"from\": " << from_text
      << ",\n\"to\": " << to_text << ",\n\"events\": [";
  out << absl::StrJoin(happened, ",", [](std::string* text, const Happened& one) {
    absl::StrAppend(text, "\n  {\"event\": ", JsonString(one.event_id),
                    ", \"recorded_at\": ", JsonString(one.recorded_at), ", \"what_happened\": ", JsonString(one.what),
                    "}");
  });
  out << "],\n\"changes\": [";
  out << absl::StrJoin(changed, ",", [&](std::string* text, const Changed& one) {
    absl::StrAppend(text, "\n  {\"service\": ", JsonString(one.service), ", \"field\": ", JsonString(one.change.field),
                    ", \"from\": ", value(one.change.from), ", \"to\": ", value(one.change.to), "}");
  });
  out << "]\n}\n";
  return absl::OkStatus();
}

absl::Status Diff(Session& session) {
  if (!session.arguments.Has("from")) return UsageError("--from is missing: a version, a time or head");
  const std::string case_id = session.Operand(0);
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  WHISTLE_ASSIGN_OR_RETURN(const common::v1::AsOf from_moment,
                           ReadMoment(*client, case_id, "from", session.arguments.Get("from")));
  WHISTLE_ASSIGN_OR_RETURN(const common::v1::AsOf to_moment,
                           ReadMoment(*client, case_id, "to", session.arguments.Get("to")));
  WHISTLE_ASSIGN_OR_RETURN(const CaseView from, ReadCaseView(*client, case_id, from_moment));
  WHISTLE_ASSIGN_OR_RETURN(const CaseView to, ReadCaseView(*client, case_id, to_moment));
  if (from.as_of->version() > to.as_of->version()) {
    return UsageError(absl::StrCat("--from is version ", from.as_of->version(), " and --to is version ",
                                   to.as_of->version(), ": exchange them"));
  }
  WHISTLE_ASSIGN_OR_RETURN(const std::vector<Happened> happened,
                           EventsBetween(*client, case_id, from.as_of->version(), to.as_of->version()));
  const std::vector<Changed> changed = ChangesOf(from, to);
  if (session.json()) return PrintJson(session, from, to, happened, changed);
  PrintText(session, from, to, happened, changed);
  return absl::OkStatus();
}

}  // namespace

Command CaseDiffCommand() {
  return Command{
      .words = {"case", "diff"},
      .operands = "ID",
      .operands_min = 1,
      .operands_max = 1,
      .summary = "what happened in a case between two moments, and what that changed for each service",
      .details =
          "A moment is a version of the case (7), a time by which it was recorded (2021-07-01T08:00:00Z, or a\n"
          "date: its first moment, UTC), or head. + is there at the later moment alone, - at the earlier.",
      .flags = {{"from", "MOMENT", "", "the earlier moment"}, {"to", "MOMENT", "head", "the later one"}},
      .run = Diff};
}

}  // namespace whistle::whistlectl
