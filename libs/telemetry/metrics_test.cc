#include "libs/telemetry/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/telemetry/service_metrics.h"

namespace whistle::telemetry {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

TEST(Registry, RendersCountersAndGaugesInPrometheusText) {
  Registry registry;
  registry.Counters("whistle_b_total", "How many.", {"service", "outcome"}).With({"intake", "recorded"}).Add(3);
  registry.Counters("whistle_b_total", "How many.", {"service", "outcome"}).With({"intake", "replayed"}).Add();
  registry.Gauges("whistle_a_seconds", "How long.").With({}).Set(1.5);
  EXPECT_EQ(registry.Render(),
            "# HELP whistle_a_seconds How long.\n"
            "# TYPE whistle_a_seconds gauge\n"
            "whistle_a_seconds 1.5\n"
            "# HELP whistle_b_total How many.\n"
            "# TYPE whistle_b_total counter\n"
            "whistle_b_total{service=\"intake\",outcome=\"recorded\"} 3\n"
            "whistle_b_total{service=\"intake\",outcome=\"replayed\"} 1\n");
}

TEST(Registry, EscapesHelpAndLabelValues) {
  Registry registry;
  registry.Counters("whistle_x_total", "A \\ and\na line.", {"what"}).With({"a\"b\\c\nd"}).Add();
  EXPECT_EQ(registry.Render(),
            "# HELP whistle_x_total A \\\\ and\\na line.\n"
            "# TYPE whistle_x_total counter\n"
            "whistle_x_total{what=\"a\\\"b\\\\c\\nd\"} 1\n");
}

TEST(Registry, RendersAHistogramCumulativelyWithSumAndCount) {
  Registry registry;
  Histogram& histogram = registry.Histograms("whistle_command_seconds", "Latency.", {"method"}).With({"CloseCase"});
  histogram.Observe(absl::Milliseconds(1));  // On a bound: belongs below it.
  histogram.Observe(absl::Milliseconds(2));
  histogram.Observe(absl::Minutes(2));
  histogram.Observe(-absl::Seconds(1));
  const std::string text = registry.Render();
  EXPECT_THAT(text, HasSubstr("whistle_command_seconds_bucket{method=\"CloseCase\",le=\"0.0005\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("whistle_command_seconds_bucket{method=\"CloseCase\",le=\"0.001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("whistle_command_seconds_bucket{method=\"CloseCase\",le=\"0.0025\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("whistle_command_seconds_bucket{method=\"CloseCase\",le=\"60\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("whistle_command_seconds_bucket{method=\"CloseCase\",le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("whistle_command_seconds_sum{method=\"CloseCase\"} 120.003\n"));
  EXPECT_THAT(text, EndsWith("whistle_command_seconds_count{method=\"CloseCase\"} 4\n"));
}

TEST(Registry, TheSameLabelsAreTheSameCounter) {
  Registry registry;
  Counter& first = registry.Counters("whistle_x_total", "X.", {"a"}).With({"1"});
  EXPECT_EQ(&first, &registry.Counters("whistle_x_total", "X.", {"a"}).With({"1"}));
  EXPECT_NE(&first, &registry.Counters("whistle_x_total", "X.", {"a"}).With({"2"}));
}

TEST(Registry, BeyondTheLimitOfChildrenNewOnesAreCountedTogether) {
  Registry registry;
  Family<Counter>& family = registry.Counters("whistle_x_total", "X.", {"client"});
  Counter& first = family.With({"0"});
  for (size_t i = 1; i < kChildrenMax; ++i) family.With({absl::StrCat(i)});
  EXPECT_THAT(registry.Render(), Not(HasSubstr("other")));
  family.With({"one too many"}).Add();
  family.With({"and another"}).Add();
  EXPECT_THAT(registry.Render(), HasSubstr("whistle_x_total{client=\"other\"} 2\n"));
  EXPECT_EQ(&first, &family.With({"0"}));
}

TEST(RegistryDeathTest, ANameThatChangesItsTypeOrItsLabelsIsABug) {
  Registry registry;
  registry.Counters("whistle_x_total", "X.", {"a"});
  EXPECT_DEATH(registry.Gauges("whistle_x_total", "X.", {"a"}), "another type");
  EXPECT_DEATH(registry.Counters("whistle_x_total", "X.", {"b"}), "other labels");
  EXPECT_DEATH(registry.Counters("whistle x", "X."), "not a metric's name");
}

TEST(Gauge, IsReadFromItsCallbackAtEachScrapeAndKeepsTheLastValueAfterwards) {
  Registry registry;
  Gauge& gauge = registry.Gauges("whistle_x_items", "X.").With({});
  double value = 1;
  {
    const Gauge::Reading reading = gauge.ReadFrom([&] { return value; });
    value = 7;
    EXPECT_THAT(registry.Render(), EndsWith("whistle_x_items 7\n"));
    value = 8;
  }
  value = 9;
  EXPECT_THAT(registry.Render(), EndsWith("whistle_x_items 8\n"));
}

TEST(Counter, LosesNothingBetweenThreads) {
  Registry registry;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10000; ++i) {
        registry.Counters("whistle_x_total", "X.").With({}).Add();
        registry.Histograms("whistle_x_seconds", "X.").With({}).Observe(absl::Seconds(1));
        registry.Gauges("whistle_x_items", "X.").With({}).Add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(registry.Counters("whistle_x_total", "X.").With({}).value(), 40000u);
  EXPECT_EQ(registry.Histograms("whistle_x_seconds", "X.").With({}).count(), 40000u);
  EXPECT_EQ(registry.Histograms("whistle_x_seconds", "X.").With({}).sum_seconds(), 40000.0);
  EXPECT_EQ(registry.Gauges("whistle_x_items", "X.").With({}).value(), 40000.0);
}

TEST(ServiceMetrics, EveryNameBeginsWithWhistleEndsInItsUnitAndCarriesTheService) {
  Registry registry;
  for (const char* service : {"intake", "response"}) {
    ServiceMetrics metrics(registry, service);
    metrics.Command("CloseCase", "recorded").Add();
    metrics.CommandSeconds("CloseCase").Observe(absl::Seconds(1));
    metrics.Call("CloseCase", "OK").Add();
    metrics.CallSeconds("CloseCase").Observe(absl::Seconds(1));
    metrics.CallRefused("calls_in_flight").Add();
    metrics.JournalEnd("3").Set(17);
    metrics.ProjectionPosition("3").Set(16);
    metrics.PartitionStopped("3").Set(0);
    metrics.Overdue("response", "city").Set(2);
  }
  for (const absl::string_view line : absl::StrSplit(registry.Render(), '\n', absl::SkipEmpty())) {
    if (line[0] == '#') continue;
    EXPECT_THAT(std::string(line),
                MatchesRegex("whistle_([a-z_]+_)?(total|overdue|offset|seconds|seconds_bucket|seconds_sum|"
                             "seconds_count|items|in_flight|open|paused|records|running|"
                             "stopped)\\{service=\"(intake|response)\".*"));
  }
  EXPECT_THAT(registry.Render(), HasSubstr("whistle_journal_end_offset{service=\"intake\",partition=\"3\"} 17\n"));
  EXPECT_THAT(registry.Render(),
              HasSubstr("whistle_projection_position_offset{service=\"response\",partition=\"3\"} 16\n"));
  EXPECT_THAT(registry.Render(), HasSubstr("whistle_overdue{service=\"intake\",rule=\"response\",level=\"city\"} 2\n"));
  EXPECT_THAT(registry.Render(),
              HasSubstr("whistle_commands_total{service=\"intake\",method=\"CloseCase\",outcome=\"recorded\"} 1\n"));
}

}  // namespace
}  // namespace whistle::telemetry
