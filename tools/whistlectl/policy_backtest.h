// whistlectl policy backtest: the journal once more, under another policy.
#ifndef WHISTLE_TOOLS_WHISTLECTL_POLICY_BACKTEST_H_
#define WHISTLE_TOOLS_WHISTLECTL_POLICY_BACKTEST_H_

#include "tools/whistlectl/command.h"

namespace whistle::whistlectl {

Command PolicyBacktestCommand();

}  // namespace whistle::whistlectl

#endif  // WHISTLE_TOOLS_WHISTLECTL_POLICY_BACKTEST_H_
