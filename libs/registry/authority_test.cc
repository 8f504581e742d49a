#include "libs/registry/authority.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "libs/registry/registry.h"
#include "rapidcheck.h"
#include "rapidcheck/gtest.h"

namespace whistle::registry {
namespace {

using common::v1::OrganizationRef;

// A forest given by each node's superior, and the slow way to ask about it: by walking it from every node.
struct Forest {
  // -1 for the top of a tree.
  std::vector<int> superior;
  std::set<int> outside;

  // Everything at or above `node`, found by asking again and again who is directly above somebody found.
  std::set<int> Above(int node) const {
    std::set<int> above = {node};
    for (bool grown = true; grown;) {
      grown = false;
      for (const int one : std::set<int>(above)) {
        if (superior[one] >= 0) grown = above.insert(superior[one]).second || grown;
      }
    }
    return above;
  }
};

Forest AnyForest() {
  Forest forest;
  const int size = *rc::gen::inRange(1, 25);
  for (int i = 0; i < size; ++i) {
    const int superior = *rc::gen::inRange(-1, i);
    if (superior >= 0 && forest.outside.contains(superior)) {
      forest.superior.push_back(-1);
      continue;
    }
    forest.superior.push_back(superior);
    if (superior < 0 && *rc::gen::inRange(0, 3) == 0) forest.outside.insert(i);
  }
  return forest;
}

std::string Id(int node) { return absl::StrCat("o", 10 + node); }

OrganizationRef RefOf(const Forest& forest, int node) {
  v1::RegistryState state;
  for (size_t i = 0; i < forest.superior.size(); ++i) {
    auto* organization = state.add_organizations();
    organization->set_organization_id(Id(static_cast<int>(i)));
    if (forest.superior[i] >= 0) organization->set_superior_id(Id(forest.superior[i]));
    organization->set_outside_tree(forest.outside.contains(static_cast<int>(i)));
  }
  const Registry registry(1, state);
  return registry.Ref(*registry.Find(Id(node)));
}

RC_GTEST_PROP(AuthorityTest, ItHoldsOverItselfAndEverythingBelow, ()) {
  const Forest forest = AnyForest();
  const int size = static_cast<int>(forest.superior.size());
  const int over = *rc::gen::inRange(0, size);
  const int whom = *rc::gen::inRange(0, size);
  RC_ASSERT(HasAuthority(RefOf(forest, over), RefOf(forest, whom)) == forest.Above(whom).contains(over));
}

RC_GTEST_PROP(AuthorityTest, TheLowestCommonSuperiorIsOverAllAndNoneBelowItIs, ()) {
  const Forest forest = AnyForest();
  const int size = static_cast<int>(forest.superior.size());
  const auto nodes = *rc::gen::container<std::vector<int>>(*rc::gen::inRange(0, 6), rc::gen::inRange(0, size));
  std::vector<OrganizationRef> refs;
  // The slow way: of all nodes that are over every one of them, the one that all others are over.
  std::set<int> over_all;
  bool first = true;
  for (const int node : nodes) {
    refs.push_back(RefOf(forest, node));
    if (forest.outside.contains(node)) continue;
    const std::set<int> above = forest.Above(node);
    std::set<int> both;
    std::set_intersection(above.begin(), above.end(), over_all.begin(), over_all.end(),
                          std::inserter(both, both.end()));
    over_all = first ? above : both;
    first = false;
  }
  std::optional<std::string> lowest;
  for (const int candidate : over_all) {
    const std::set<int> above = forest.Above(candidate);
    if (std::includes(above.begin(), above.end(), over_all.begin(), over_all.end())) lowest = Id(candidate);
  }
  RC_ASSERT(LowestCommonSuperior(refs) == lowest);
}

TEST(AuthorityTest, NobodyButItselfIsOverAnOrganizationOutsideTheTree) {
  OrganizationRef developer;
  developer.set_organization_id("developer");
  developer.set_outside_tree(true);
  OrganizationRef province;
  province.set_organization_id("gansu");
  EXPECT_TRUE(HasAuthority(developer, developer));
  EXPECT_FALSE(HasAuthority(province, developer));
  EXPECT_FALSE(HasAuthority(developer, province));
  EXPECT_EQ(LowestCommonSuperior({developer, province}), "gansu");
  EXPECT_EQ(LowestCommonSuperior({developer}), std::nullopt);
}

}  // namespace
}  // namespace whistle::registry
