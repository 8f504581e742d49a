// What can be asked of the escalation service: pure functions of one moment of its projection (libs/host/desk.h takes
// the moment, waits for min_position, and fills `positions`).
//
// Lists come from the index keys (keys.h); each thing is folded in full from the events of the timeline that concern
// it, with the corrections made to them. Any thread. INVALID_ARGUMENT names the field; NOT_FOUND an unknown case;
// DATA_LOSS when index and timeline do not fit.
#ifndef WHISTLE_SERVICES_ESCALATION_QUERIES_H_
#define WHISTLE_SERVICES_ESCALATION_QUERIES_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "libs/projection/store.h"
#include "whistle/escalation/v1/service.pb.h"

namespace whistle::escalation {

absl::Status GetEscalationCase(const projection::Reader& reader, const v1::GetEscalationCaseRequest& request,
                               v1::GetEscalationCaseResponse& response);
absl::Status ListEscalations(const projection::Reader& reader, const v1::ListEscalationsRequest& request,
                             v1::ListEscalationsResponse& response);
absl::Status ListFindings(const projection::Reader& reader, const v1::ListFindingsRequest& request,
                          v1::ListFindingsResponse& response);
absl::Status ListSuggestionLetters(const projection::Reader& reader, const v1::ListSuggestionLettersRequest& request,
                                   v1::ListSuggestionLettersResponse& response);
absl::Status ListAccountabilityFiles(const projection::Reader& reader,
                                     const v1::ListAccountabilityFilesRequest& request,
                                     v1::ListAccountabilityFilesResponse& response);
absl::Status ListHazards(const projection::Reader& reader, const v1::ListHazardsRequest& request,
                         v1::ListHazardsResponse& response);
// queries_scores.cc; what goes on is measured up to `now`.
absl::Status GetScores(const projection::Reader& reader, absl::Time now, const v1::GetScoresRequest& request,
                       v1::GetScoresResponse& response);
absl::Status ListScoreCases(const projection::Reader& reader, absl::Time now, const v1::ListScoreCasesRequest& request,
                            v1::ListScoreCasesResponse& response);

}  // namespace whistle::escalation

#endif  // WHISTLE_SERVICES_ESCALATION_QUERIES_H_
