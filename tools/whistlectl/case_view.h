// A case as all four services see it, now or as of the past: read whole, and shown.
#ifndef WHISTLE_TOOLS_WHISTLECTL_CASE_VIEW_H_
#define WHISTLE_TOOLS_WHISTLECTL_CASE_VIEW_H_

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "tools/whistlectl/client.h"
#include "tools/whistlectl/command.h"
#include "whistle/common/v1/as_of.pb.h"
#include "whistle/coordination/v1/service.pb.h"
#include "whistle/escalation/v1/service.pb.h"
#include "whistle/intake/v1/service.pb.h"
#include "whistle/response/v1/service.pb.h"

namespace whistle::whistlectl {

struct CaseView {
  intake::v1::Case intake;
  response::v1::ResponseCase response;
  coordination::v1::CoordinationCase coordination;
  escalation::v1::EscalationCase escalation;
  // Absent as of now.
  std::optional<common::v1::AnsweredAsOf> as_of;

  // By service name, in the order in which they are always named.
  std::array<std::pair<const char*, const google::protobuf::Message*>, 4> parts() const {
    return {
        {{"intake", &intake}, {"response", &response}, {"coordination", &coordination}, {"escalation", &escalation}}};
  }
};

// As of now the others are asked for what intake reflects at least. As of the past they are asked for the version that
// intake answered with, and all four must name the same head for it: DATA_LOSS if one does not.
absl::StatusOr<CaseView> ReadCaseView(Client& client, const std::string& case_id,
                                      const std::optional<common::v1::AsOf>& as_of);

// "12 working days".
std::string DwellText(const intake::v1::Dwell& dwell);

// As --output says.
absl::Status PrintCaseView(Session& session, const CaseView& view);

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_CASE_VIEW_H_
