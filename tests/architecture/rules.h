// What the design says about the shape of the code, as functions from text to complaints. Pure, so that the tests can
// also show that each rule bites.
#ifndef WHISTLE_TESTS_ARCHITECTURE_RULES_H_
#define WHISTLE_TESTS_ARCHITECTURE_RULES_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/architecture/source_tree.h"

namespace whistle::architecture {

// One sentence each: which file, what is wrong, what would be right. Empty: the rule is kept.
using Complaints = std::vector<std::string>;

// What libs/README.md's table says: library → what it may use. "messages" and "stubs" stand for generated code.
using Dependencies = std::map<std::string, std::set<std::string>>;

// Reads the table "| library | what it is | may use |". "all of the above" is written out.
Dependencies ReadDependencies(const std::string& libs_readme);

// Domain code: the services' folders but for their adapters and programs, and libs/base, libs/domain, libs/registry. It
// sees messages, base, domain and registry, and no clock; queries also see the projection they read.
bool IsDomainCode(const std::string& path);
Complaints DomainCodeSeesOnlyTheDomain(const SourceFile& file);

// Code of libs/X includes what the table allows X, and outside libraries only where the design puts them.
Complaints LibrariesIncludeWhatTheyMay(const SourceFile& file, const Dependencies& dependencies);
Complaints ForeignLibrariesStayInTheirPlace(const SourceFile& file);
// The same for the DEPS of every whistle_library in libs/X/…/CMakeLists.txt.
Complaints TargetsLinkWhatTheyMay(const SourceFile& cmake, const Dependencies& dependencies);

Complaints NothingIsLeftForLater(const SourceFile& file);
Complaints TestsNeverSleep(const SourceFile& file);
Complaints TestsAreNeverSwitchedOff(const SourceFile& file);
Complaints NoExceptions(const SourceFile& file);
Complaints ProgramsHoldNoTestCode(const SourceFile& file);

// `compile_commands` is the text of build/compile_commands.json.
Complaints IsCompiled(const SourceFile& file, const std::string& compile_commands);

// Names at the top of the project that the design's layout does not know. What git ignores is not the project's.
Complaints TopLevelHoldsWhatTheDesignLists(const std::vector<std::string>& names);

}  // namespace whistle::architecture

#endif  // WHISTLE_TESTS_ARCHITECTURE_RULES_H_
