"""Kinds recognised by their columns, and columns proposed for our fields."""

import pytest

from alignment.errors import MissingColumns, NotFound, UnreadableFile
from alignment.imports.kinds import KINDS
from alignment.imports.mappings import (
    NeedsDecision,
    header_sha256,
    propose,
    require_complete,
    with_answers,
    with_mapping,
)
from alignment.imports.readers import read_table
from alignment.imports.synonyms import headings, variants


def raw(text: str, name: str = "file.csv"):
    return read_table(text.encode(), name)


SAMPLE_HEADERS = {
    "people": "Employee No.,E-Mail,Full Name,Role,Team,Territories",
    "territories": "Territory Code,Territory Name,Parent Territory,Stratum,Population,"
    "Market Potential EUR,Map ID",
    "products": "Item No.,Item Description,Product Series,List Price,Currency",
    "holidays": "Date,Holiday",
    "rates": "Date,Currency Code,EUR per Unit",
    "goals": "Goal Code,Goal,Metric,Period Start,Period End,Target,Valid From,Reason,Sales Owner,"
    "Marketing Owner",
    "campaigns": "Campaign Code,Campaign Name,Objective,Channel,Target Segment,Start Date,End Date,Budget,"
    "Planned Leads,Planned MQLs,Territories,Sales Contact,Campaign Manager",
    "campaign_days": "Day,Campaign ID,Region,Currency Code,Cost,Impr.,Reach,Clicks",
    "accounts": "Account ID,Account Name,Segment,Territory",
    "leads": "Lead ID,Created Date,Territory,Segment,Lead Source,Product Interest,Campaign Code,Lead Owner,"
    "Company,First Name,Last Name,Email,Phone,Merged Into Lead ID,Deleted,Last Modified Date",
    "stage_events": "History ID,Lead ID,New Status,Changed At,Cycle,Status Reason",
    "touches": "Activity ID,Related Lead,Related Deal,Activity Time,Activity Type,Direction,Human,Connected,"
    "Campaign Code,Assigned To",
    "deals": "Deal ID,Originating Lead ID,Account ID,Deal Name,Territory,Segment,Lead Source,Product,"
    "Campaign Code,Deal Owner,Created Date,Deal Stage,Amount,Currency,Close Date,Closed At,"
    "Last Modified Date,Deleted",
    "deal_stages": "Event ID,Deal ID,Event,Changed At,New Value",
    "survey": "Welle,Feldbeginn,Feldende,Gebietsschlüssel,Gebiet,Befragte,Marke bekannt (gestützt),"
    "Summe Gewichte,Summe Gewichte²,Summe Gewichte bekannt",
    "flags": "Flag ID,Reported At,Territory,Flag Type,Seen,Of Conversations,Product,Note,Reporter",
}
"""The headers of the sample company's files, from its data dictionary."""


class TestTheSamplesHeaders:
    @pytest.mark.parametrize("kind", SAMPLE_HEADERS)
    def test_each_is_recognised_and_every_column_finds_its_field(self, kind):
        proposal = propose(raw(SAMPLE_HEADERS[kind] + "\n"))

        assert proposal.kind == kind
        assert not proposal.missing
        expected = ("Gebiet",) if kind == "survey" else ()
        assert proposal.unmapped == expected

    def test_the_deals_closing_day_is_expected_where_there_is_a_real_one_beside_it(self):
        mapping = propose(raw(SAMPLE_HEADERS["deals"] + "\n")).mapping

        assert (mapping["expected_on"], mapping["closed_at"]) == ("Close Date", "Closed At")

    def test_the_survey_takes_the_territorys_code_not_its_name(self):
        assert propose(raw(SAMPLE_HEADERS["survey"] + "\n")).mapping["territory"] == "Gebietsschlüssel"

    def test_source_is_the_usual_one_of_the_kind(self):
        """The folders' manifests say the same; files of one system find each other's records by it."""
        sources = {kind: propose(raw(header + "\n")).source for kind, header in SAMPLE_HEADERS.items()}

        assert sources["leads"] == sources["deals"] == sources["accounts"] == sources["touches"] == "crm"
        assert (sources["campaigns"], sources["campaign_days"], sources["survey"]) == (
            "marketing",
            "ads",
            "survey",
        )
        assert (sources["people"], sources["territories"], sources["flags"]) == ("hr", "planning", "field")


OTHER_TOOLS = {
    "HubSpot contacts": (
        "leads",
        "Record ID,First Name,Last Name,Email,Create Date,Original Traffic Source,Contact owner,"
        "Became a Marketing Qualified Lead Date,Last Modified Date",
        {"lead_id": "Record ID", "marketing_qualified_at": "Became a Marketing Qualified Lead Date"},
    ),
    "HubSpot deals": (
        "deals",
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Create Date",
        {
            "deal_id": "Record ID",
            "closed_at": "Close Date",
            "created_at": "Create Date",
            "owner": "Deal owner",
        },
    ),
    "HubSpot deals by API": (
        "deals",
        "hs_object_id,dealname,dealstage,closedate,hubspot_owner_id,amount,createdate,hs_lastmodifieddate",
        {
            "deal_id": "hs_object_id",
            "stage": "dealstage",
            "created_at": "createdate",
            "closed_at": "closedate",
        },
    ),
    "Salesforce opportunities by API": (
        "deals",
        "Id,IsDeleted,AccountId,Name,StageName,Amount,CloseDate,LeadSource,OwnerId,CampaignId,CreatedDate,SystemModstamp",
        {"deal_id": "Id", "stage": "StageName", "deleted": "IsDeleted", "modified_at": "SystemModstamp"},
    ),
    "Salesforce report": (
        "deals",
        "Opportunity ID,Opportunity Name,Opportunity Owner,Stage,Amount,Close Date,Created Date,Lead Source",
        {"deal_id": "Opportunity ID", "owner": "Opportunity Owner", "stage": "Stage"},
    ),
    "Salesforce leads": (
        "leads",
        "Lead ID,First Name,Last Name,Company,Lead Source,Lead Owner,Created Date,Email",
        {"lead_id": "Lead ID", "channel": "Lead Source", "owner": "Lead Owner"},
    ),
    "Google Ads report": (
        "campaign_days",
        "Campaign,Day,Currency code,Cost,Impr.,Clicks",
        {"campaign": "Campaign", "spend": "Cost", "impressions": "Impr."},
    ),
    "German CRM": (
        "deals",
        "Opportunity-ID;Vertriebler;Produkt;Kunde;Phase;Startdatum;Abschlussdatum;Wert (€);Region",
        {
            "deal_id": "Opportunity-ID",
            "amount": "Wert (€)",
            "closed_at": "Abschlussdatum",
            "territory": "Region",
        },
    ),
}


@pytest.mark.parametrize("tool", OTHER_TOOLS)
def test_headings_of_common_tools_are_known(tool):
    kind, header, expected = OTHER_TOOLS[tool]
    proposal = propose(raw(header + "\n"))

    assert proposal.kind == kind
    assert expected.items() <= proposal.mapping.items()


class TestTheFourFilesOfACrm:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [
            ("accounts", "accounts"),
            ("products", "products"),
            ("sales_teams", "people"),
            ("sales_pipeline", "deals"),
        ],
    )
    def test_each_is_recognised_as_the_presets(self, four_files, name, kind):
        proposal = propose(read_table((four_files / f"{name}.csv").read_bytes(), f"{name}.csv"))

        assert (proposal.kind, proposal.preset, proposal.source) == (kind, "maven", "crm")

    def test_a_renamed_file_is_recognised_by_its_columns(self, four_files):
        assert propose(read_table((four_files / "sales_teams.csv").read_bytes(), "x.csv")).kind == "people"

    def test_the_office_makes_territories_and_the_agent_gives_the_deal_its_own(self, four_files):
        """Without these two a deal of this export has no territory at all."""
        people = propose(read_table((four_files / "sales_teams.csv").read_bytes(), "a.csv"))
        deals = propose(read_table((four_files / "sales_pipeline.csv").read_bytes(), "b.csv"))

        assert people.options == {"creates_territories": True}
        assert deals.options == {"territory_from_owner": True}
        assert people.mapping["territories"] == "regional_office"

    def test_columns_without_a_place_are_listed(self, four_files):
        proposal = propose(read_table((four_files / "accounts.csv").read_bytes(), "a.csv"))

        assert proposal.unmapped == ("year_established", "revenue", "employees", "subsidiary_of")

    def test_an_unknown_preset_is_named(self, four_files):
        table = read_table((four_files / "accounts.csv").read_bytes(), "a.csv")

        with pytest.raises(NotFound, match=r'no preset "mavn"\. Did you mean "maven"\?'):
            propose(table, preset="mavn")


class TestFilesWithoutAPlace:
    @pytest.mark.parametrize(
        ("header", "what"),
        [
            ("Ticket ID,Ticket name,Ticket status", "support tickets"),
            ("deal_id,merged_deal_id", "merges of deals"),
            ("id,opportunity_id,unit_price,quantity", "line items of deals"),
        ],
    )
    def test_they_are_refused_by_name(self, header, what):
        with pytest.raises(UnreadableFile, match=rf"no place for this yet \({what}\)"):
            propose(raw(header + "\n"))

    def test_an_unknown_file_is_refused_with_the_closest_kind_and_what_it_lacks(self):
        with pytest.raises(
            UnreadableFile, match=r'Closest is Deals .*no column for "stage".*"Pipeline Stage": did'
        ):
            propose(raw("Deal ID,Pipeline Stage,Amount,Close Date\n"))

    def test_a_file_of_something_else_names_its_columns(self):
        with pytest.raises(UnreadableFile, match=r"Its columns are Recipe, Oven, Minutes\."):
            propose(raw("Recipe,Oven,Minutes\n"))

    def test_an_unknown_kind_is_refused_with_a_guess(self):
        with pytest.raises(NotFound, match=r'no kind "deal"\. Did you mean "deals"\?'):
            propose(raw("a,b\n"), kind="deal")


class TestProposals:
    def test_a_missing_column_is_named_with_the_likely_one(self):
        table = raw("Deal ID,Lifecycle Stage Of Deal,Amount\n")
        proposal = propose(table, kind="deals")

        assert proposal.missing == ("stage",)
        with pytest.raises(MissingColumns, match=r'"Lifecycle Stage Of Deal": did you mean that one\?'):
            require_complete(proposal, table)

    def test_values_tell_where_the_heading_does_not(self):
        table = raw("Deal ID,Outcome,Worth,Cur\nD1,Won,5,EUR\nD2,Closed Lost,6,CHF\n")
        proposal = propose(table, kind="deals")

        assert (proposal.mapping["stage"], proposal.why["stage"]) == ("Outcome", "values")
        assert (proposal.mapping["currency"], proposal.why["currency"]) == ("Cur", "values")
        assert proposal.unmapped == ("Worth",)

    def test_a_person_changes_the_mapping(self):
        table = raw("Deal ID,Stage,Amount,Worth\nD1,Won,5,6\n")
        changed = with_mapping(
            propose(table), table, {"deal_id": "Deal ID", "stage": "Stage", "amount": "Worth"}
        )

        assert changed.why == {"deal_id": "heading", "stage": "heading", "amount": "person"}
        assert changed.unmapped == ("Amount",)

    @pytest.mark.parametrize(
        ("mapping", "message"),
        [
            ({"amount": "Wort"}, r'no column "Wort"\. Did you mean "Worth"\?'),
            ({"amuont": "Worth"}, r'no field "amuont"\. Did you mean "amount"\?'),
        ],
    )
    def test_a_mapping_to_nothing_is_refused(self, mapping, message):
        table = raw("Deal ID,Stage,Worth,Amount\nD1,Won,5,6\n")

        with pytest.raises(MissingColumns, match=message):
            with_mapping(propose(table), table, mapping)

    def test_the_version_changes_with_what_changes_the_reading_and_with_nothing_else(self):
        """A corrected mapping may take the same file again; an equal one may not."""
        table = raw("Deal ID,Stage,Amount,Created Date\nD1,Won,5,03/04/2026\n")
        proposal = propose(table)
        again = propose(raw("Deal ID,Stage,Amount,Created Date\nD2,Lost,7,31/12/2026\n"))
        other = with_mapping(proposal, table, {"deal_id": "Deal ID", "stage": "Stage"})

        assert proposal.mapping_version == again.mapping_version
        assert other.mapping_version != proposal.mapping_version
        assert with_answers(proposal, date_order="dmy").mapping_version != proposal.mapping_version

    def test_the_headers_key_ignores_case_and_punctuation(self):
        assert header_sha256(["Deal ID", "Stage"]) == header_sha256(["deal_id", "STAGE"])
        assert header_sha256(["Deal ID", "Stage"]) != header_sha256(["Stage", "Deal ID"])


class TestDecisions:
    TABLE = "Deal ID,Stage,Created Date,Amount\nD1,Open,03/04/2026,5\nD2,Open,05/06/2026,6\n"

    def test_a_doubtful_column_asks_once_with_its_options(self):
        table = raw(self.TABLE)
        (decision,) = propose(table).needs_decision

        assert (decision.what, decision.field, decision.column) == (
            "date_order",
            "created_at",
            "Created Date",
        )
        assert decision.example == "03/04/2026"
        assert [answer for answer, _ in decision.options] == ["dmy", "mdy"]
        with pytest.raises(NeedsDecision, match="--date-order dmy or mdy"):
            require_complete(propose(table), table)

    def test_an_answer_settles_it(self):
        assert not with_answers(propose(raw(self.TABLE)), date_order="mdy").needs_decision

    def test_the_files_other_dates_settle_it_too(self):
        """One tool writes one file: the closing dates show the order of the created dates."""
        table = raw("Deal ID,Stage,Created Date,Closed At\nD1,Won,03/04/2026,31/12/2026\n")

        assert not propose(table).needs_decision

    def test_a_doubtful_amount_in_a_semicolon_file_is_asked(self):
        (decision,) = propose(raw("Deal ID;Stage;Amount\nD1;Won;1.234\n")).needs_decision

        assert (decision.what, [answer for answer, _ in decision.options]) == ("decimal", [".", ","])

    def test_in_a_comma_file_a_point_is_decimal(self):
        """A decimal comma would have to be quoted there; tools that write it take the semicolon."""
        assert not propose(raw("Deal ID,Stage,Amount\nD1,Won,1.234\n")).needs_decision

    def test_a_count_has_no_decimals_so_nothing_is_asked(self):
        assert not propose(raw("Campaign;Day;Cost;Clicks\nC1;2026-01-01;5;1.234\n")).needs_decision


class TestSynonyms:
    def test_no_heading_stands_for_two_fields_with_equal_rank(self):
        """Where two fields know a heading, the lists' order must decide, or the proposal would be chance."""
        for kind in KINDS.values():
            ranks: dict[tuple[str, int], list[str]] = {}
            for spec in kind.fields:
                for rank, heading in enumerate(headings(kind, spec)):
                    ranks.setdefault((heading, rank), []).append(spec.name)
            both = {*kind.identity[:1], "name"}
            clashes = {
                key: names for key, names in ranks.items() if len(names) > 1 and not set(names) <= both
            }
            assert not clashes, kind.slug

    @pytest.mark.parametrize(
        ("column", "key"),
        [
            ("Wert (€)", "wert"),
            ("property_dealname", "dealname"),
            ("Region__c", "region"),
            ("Cost [EUR]", "cost"),
        ],
    )
    def test_units_and_the_tools_prefixes_do_not_hide_a_heading(self, column, key):
        assert key in variants(column)
