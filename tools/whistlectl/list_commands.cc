// whistlectl list: the one list (一张单) of a grassroots organization, over all cases.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/check.h"
#include "libs/base/status_macros.h"
#include "tools/whistlectl/command.h"
#include "tools/whistlectl/methods.h"
#include "tools/whistlectl/words.h"
#include "whistle/coordination/v1/service.pb.h"

namespace whistle::whistlectl {
namespace {

namespace v1 = coordination::v1;

// The last day of a date in days; a given date as it was given.
std::string DueText(const common::v1::DueDate& due) {
  return due.last_day().empty() ? DayText(due.has_due_at(), due.due_at()) : due.last_day();
}

std::string Standing(const v1::Item& item) {
  if (item.status() == v1::ITEM_STATUS_CLEARED) {
    return absl::StrCat("cleared ", DayText(item.has_cleared_at(), item.cleared_at()), item.overdue() ? ", late" : "",
                        ": ", item.cleared().how());
  }
  return item.overdue() ? "overdue" : "open";
}

absl::Status Show(Session& session) {
  const auto method = FindMethod("coordination.ListItems");
  WHISTLE_CHECK(method.ok(), method.status().message());
  WHISTLE_ASSIGN_OR_RETURN(Client* const client, session.Connect());
  v1::ListItemsRequest request;
  request.set_organization_id(session.Operand(0));
  if (!session.arguments.GetSwitch("all")) request.set_status(v1::ITEM_STATUS_OPEN);
  request.mutable_page()->set_size(500);
  Table table({"case_id", "item", "problem", "responsible", "listed", "age_days", "due", "standing", "title"});
  do {
    v1::ListItemsResponse response;
    WHISTLE_RETURN_IF_ERROR(client->Call(**method, request, "", response));
    for (const v1::Item& item : response.items()) {
      const v1::ItemListed& listed = item.listed();
      table.AddRow({item.case_id(), item.item_id(), listed.problem(), listed.responsible().organization_id(),
                    DayText(true, item.occurred_at()), absl::StrCat(item.age_days()), DueText(listed.due()),
                    Standing(item), item.title()});
    }
    request.mutable_page()->set_token(response.next_page_token());
  } while (!request.page().token().empty());
  session.Print(table);
  return absl::OkStatus();
}

}  // namespace

std::vector<Command> ListCommands() {
  return {Command{.words = {"list", "show"},
                  .operands = "ORGANIZATION",
                  .operands_min = 1,
                  .operands_max = 1,
                  .summary = "the one list of a grassroots organization over all cases: who is to solve what by when",
                  .details = "Age is days of the calendar since an item was listed; of a cleared one, until it was.",
                  .flags = {{"all", "", "false", "also what is cleared, and how"}},
                  .run = Show}};
}

}  // namespace whistle::whistlectl
