// Hindsight for people and for programs: the same rows in both. (hindsight.h says what they are.)
#ifndef WHISTLE_TOOLS_SCENARIOS_HINDSIGHT_TEXT_H_
#define WHISTLE_TOOLS_SCENARIOS_HINDSIGHT_TEXT_H_

#include <string>
#include <vector>

#include "tools/scenarios/hindsight.h"
#include "tools/scenarios/scenario.h"

namespace whistle::scenarios {

// Three tables, and one line for each case that was put before somebody higher by itself.
std::string DescribeHindsight(const Scenario& scenario, const std::vector<CaseHistory>& histories);
// A JSON object: "deadlines", "clocks", "safeguards" and "stood_before", each a list of objects of texts.
std::string HindsightJson(const Scenario& scenario, const std::vector<CaseHistory>& histories);

}  // namespace whistle::scenarios

#endif  // WHISTLE_TOOLS_SCENARIOS_HINDSIGHT_TEXT_H_
