"""Who may bind whom: JURISDICTION_GAP, and the same acts within authority."""

from calendar_days import at, working_day_after
from demands import meet_jointly
from segments import Handler, Truth, segment
from story import GROUNDS, WHISTLE_DAYS

BREACH, NEAR_MISS = Truth.BREACH, Truth.NEAR_MISS


def _outsider(story):
    """Somebody over whom a district and a petition office have no authority."""
    place = story.place
    return story.rng.choice(
        [*place.companies, *place.city_departments, place.city, place.province, place.other_district]
    )


def _gap(story, organization):
    assert not story.lies_under_the_handler(organization)
    story.found_now("JURISDICTION_GAP", [organization], f"{story.handler} has no authority over {organization}")


def _call(story, departments):
    return story.do(
        "CoordinationService/BlowWhistle",
        story.place.community,
        f"calls {' and '.join(departments)} to come",
        urgency="URGENCY_ORDINARY",
        reason="The building has no gas.",
        department_ids=departments,
    )


def _come(story, department, whistle):
    story.do("CoordinationService/ReportIn", department, "reports in", whistle_id=whistle, note="We came.")


def _asked_across(story):
    asked = story.ask(_outsider(story))
    _gap(story, asked.department)
    story.workdays_later(story.rng.randint(1, 4))
    story.answer(asked.department, "REFUSES", asked, GROUNDS)


@segment("JURISDICTION_GAP", BREACH, handler=Handler.DISTRICT, departments=0)
def a_district_asks_one_it_has_no_authority_over(story):
    _asked_across(story)


@segment("JURISDICTION_GAP", BREACH, handler=Handler.PETITION_OFFICE, departments=0, alone=True)
def a_petition_office_asks_a_company(story):
    _asked_across(story)


@segment("JURISDICTION_GAP", BREACH, handler=Handler.PETITION_OFFICE, departments=0, alone=True)
def a_petition_office_asks_two(story):
    companies = story.rng.sample(story.place.companies, 2)
    for company in companies:
        asked = story.ask(company)
        _gap(story, company)
        story.workdays_later(1)
        story.answer(company, "REFUSES", asked, GROUNDS)


@segment("JURISDICTION_GAP", BREACH, handler=Handler.DISTRICT, departments=0)
def a_whistle_calls_a_company(story):
    company = story.rng.choice(story.place.companies)
    whistle = _call(story, [company])
    _gap(story, company)
    story.workdays_later(WHISTLE_DAYS["ORDINARY"] - 1)
    _come(story, company, whistle)


@segment("JURISDICTION_GAP", BREACH, handler=Handler.DISTRICT, departments=0)
def a_company_commits_itself(story):
    company = story.rng.choice(story.place.companies)
    due = at(working_day_after(story.now.date(), 4), 17)
    promise = story.do(
        "CoordinationService/MakeCommitment",
        company,
        f"promises to lay the pipe before {due:%Y-%m-%d %H:%M}",
        what="We lay the pipe.",
        due_at=due,
    )
    _gap(story, company)
    story.workdays_later(2)
    story.do(
        "CoordinationService/KeepCommitment",
        story.handler,
        "records that it is kept",
        commitment_id=promise,
        text="Done.",
    )


@segment("JURISDICTION_GAP", BREACH, handler=Handler.DISTRICT, departments=0)
def an_item_is_a_companys_to_solve(story):
    company = story.rng.choice(story.place.companies)
    item = story.do(
        "CoordinationService/ListItem",
        story.place.street,
        f"lists a problem that {company} is to solve",
        responsible_id=company,
        problem="The well is blocked.",
    )
    _gap(story, company)
    story.workdays_later(3)
    story.do(
        "CoordinationService/ClearItem", story.place.street, "clears the problem", item_id=item, how="It was cleaned."
    )


@segment("JURISDICTION_GAP", BREACH, handler=Handler.DISTRICT)
def a_department_defers_to_a_company(story):
    company = story.rng.choice(story.place.companies)
    story.defer(story.fresh(), company)
    _gap(story, company)


@segment("JURISDICTION_GAP", BREACH, handler=Handler.DISTRICT, departments=1)
def a_whistle_calls_two_companies_and_one_below_the_handler(story):
    companies = story.rng.sample(story.place.companies, 2)
    called = [*companies, story.fresh()]
    whistle = _call(story, called)
    for company in companies:
        story.found_now("JURISDICTION_GAP", [company], f"{story.handler} has no authority over {company}")
    for department in called:
        _come(story, department, whistle)


@segment("JURISDICTION_GAP", BREACH, handler=Handler.DISTRICT, departments=0)
def a_province_asks_a_company_of_another(story):
    story.hand_to(story.place.province, by=story.handler)
    asked = story.ask(story.place.company_elsewhere)
    _gap(story, asked.department)
    story.workdays_later(1)
    story.answer(asked.department, "REFUSES", asked, GROUNDS)


@segment("JURISDICTION_GAP", BREACH, departments=1, alone=True)
def the_case_is_handed_to_one_without_authority(story):
    """While an assignment is open: the new handler asks nobody, and yet needs an answer from one it cannot bind."""
    asked = story.ask(story.fresh())
    story.hand_to(story.place.petition_office, by=story.handler)
    _gap(story, asked.department)
    story.workdays_later(1)
    story.answer(asked.department, "REFUSES", asked, GROUNDS)


@segment("JURISDICTION_GAP", NEAR_MISS, departments=1)
def a_handler_asks_one_below_it(story):
    asked = story.ask(story.fresh())
    story.workdays_later(2)
    story.answer(asked.department, "REFUSES", asked, GROUNDS)


@segment("JURISDICTION_GAP", NEAR_MISS, departments=0)
def a_handler_asks_itself(story):
    asked = story.ask(story.handler)
    story.workdays_later(2)
    story.answer(story.handler, "REFUSES", asked, GROUNDS)


@segment("JURISDICTION_GAP", NEAR_MISS, handler=Handler.PETITION_OFFICE, departments=0, alone=True)
def a_company_answers_unasked(story):
    company = story.rng.choice(story.place.companies)
    story.say(company, "pipe", "The pipe ends at the corner.", holds=True)
    story.later()
    story.contact(company)


@segment("JURISDICTION_GAP", NEAR_MISS, handler=Handler.DISTRICT, departments=1)
def a_whistle_calls_one_below_the_handler(story):
    department = story.fresh()
    whistle = _call(story, [department])
    story.workdays_later(1)
    _come(story, department, whistle)


@segment("JURISDICTION_GAP", NEAR_MISS, departments=1, alone=True)
def the_case_is_handed_on_after_the_answer(story):
    asked = story.ask(story.fresh())
    story.workdays_later(1)
    story.answer(asked.department, "REFUSES", asked, GROUNDS)
    story.later()
    story.hand_to(story.place.petition_office, by=story.handler)


@segment("JURISDICTION_GAP", NEAR_MISS, handler=Handler.DISTRICT, departments=0)
def the_case_is_handed_up_before_it_is_asked(story):
    story.hand_to(story.place.city, by=story.handler)
    story.later()
    asked = story.ask(story.rng.choice(story.place.city_departments))
    story.workdays_later(2)
    story.answer(asked.department, "REFUSES", asked, GROUNDS)


@segment("JURISDICTION_GAP", NEAR_MISS, handler=Handler.DISTRICT, departments=0)
def a_province_asks_its_own_company(story):
    story.hand_to(story.place.province, by=story.handler)
    asked = story.ask(story.rng.choice(story.place.companies))
    story.workdays_later(2)
    story.answer(asked.department, "REFUSES", asked, GROUNDS)


@segment("JURISDICTION_GAP", NEAR_MISS, handler=Handler.DISTRICT, departments=0)
def a_company_comes_to_a_meeting_and_owes_nothing(story):
    meet_jointly(story, "AGREED", [story.rng.choice(story.place.companies)])
