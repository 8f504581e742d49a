#!/usr/bin/env python3
"""Writes a file of libs/engine with one of the engine's rules taken out: for proving that the model finds its absence.

usage: take_out_rule.py RULE SOURCE_CC OUT_CC

Every edit must find its place exactly once, or this fails: a rule that has moved must be taken out where it is now.
"""
import sys

EDITS = {
    # 1 overlay: decide on the accepted state, though the pending decision is named as parent.
    "overlay": [(
        "domain::Outcome outcome = command.decide(*before->state, context);",
        "auto accepted = fold_->Load(command.case_id);\n"
        "  domain::Outcome outcome = command.decide(*(*accepted)->state, context);")],
    # 2 redo: an attempt whose outcome is unknown is decided again at once, before its verdict was read.
    "verdict": [(
        "    AnswerAll(*attempt, answer);\n  }\n  JudgeAllParked();",
        "    (void)answer;\n    for (const PendingPtr& pending : attempt->waiters) {\n"
        "      pending->in_flight = false;\n      ++pending->superseded;\n"
        "      redo_at_.emplace(WallNow() + options_.redo_wait, pending);\n    }\n  }\n  JudgeAllParked();")],
    # 2 redo: the request id is not looked up again.
    "lookup": [(
        "if (StartFromRequestId(pending, work)) return",
        "if (pending->superseded == 0 && StartFromRequestId(pending, work)) return")],
    # 3 unknown outcome: what is built on it stays in the overlay.
    "unknown": [(
        "lost = Doom(work, at - work.overlay.begin());", "lost.assign(at, work.overlay.end());")],
    # 4 a refusal is given at once.
    "refusal": [(
        "  work_[pending->command.case_id].parked.push_back(pending);\n  RequestFences(pending);",
        "  Answer(pending, *std::move(pending->rejection));")],
    # 5 a halt leaves those who wait waiting.
    "halt": [(
        "  for (const PendingPtr& pending : waiting) Answer(pending, health_);\n  work_.clear();",
        "  work_.clear();")],
    # 5 the same for a reader that brings nothing.
    "stall": [(
        "    for (const PendingPtr& pending : waiting) Answer(pending, stalled);\n", "")],
    # 4 a refusal does not wait for the registry's end as of the call.
    "registry_fence": [(
        "registry_position >= *pending->registry_fence;",
        "(registry_position >= *pending->registry_fence || true);")],
    # A case decides at a registry version at least its last.
    "registry_version": [(
        "if (registry->version() < before->registry_version) {",
        "if (false && registry->version() < before->registry_version) {")],
    # Acceptance: the parent, and the time, are not looked at.
    "parent": [(
        "if (decision.parent() != expected) return", "if (false && decision.parent() != expected) return")],
    "time": [(
        "if (decided_at < stamp - kDecidedBeforeStampMax ||", "if (false && decided_at < stamp - kDecidedBeforeStampMax ||"),
        (" decided_at > stamp + kDecidedAfterStampMax)", " (false && decided_at > stamp + kDecidedAfterStampMax))")],
}
# 5 all of it: nobody is answered but by what is read, not at the deadline either.
EDITS["for_ever"] = [
    *EDITS["halt"], *EDITS["stall"],
    ("while (!deadlines_.empty() && deadlines_", "while (false && deadlines_"),
    ("if (!deadlines_.empty()) next =", "if (false) next ="),
]  # fmt: skip


def main():
    if len(sys.argv) != 4 or sys.argv[1] not in EDITS:
        sys.exit(f"{__doc__}\nrules: {' '.join(EDITS)}")
    rule, source, out = sys.argv[1:]
    with open(source, encoding="utf-8") as file:
        text = file.read()
    for old, new in EDITS[rule]:
        if text.count(old) != 1:
            sys.exit(f"rule {rule}: expected once in {source}, found {text.count(old)} times:\n{old}")
        text = text.replace(old, new)
    with open(out, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    main()
