"""
HubSpot: contacts, companies, deals and owners.

Each as its tables in a warehouse name the columns ("property_dealname"), as the
programming interface does ("dealname", "hs_object_id"), and as the export of the
user interface does ("Record ID", "Deal Name"). A stage is often an internal id
there, so stages without a meaning are asked.
"""

from alignment.imports.preset_files import Columns, Preset, PresetFile

_DELETED: dict[str, Columns] = {
    "deleted": ("is_deleted", "_fivetran_deleted", "is_property_deleted"),
    "archived": ("archived",),
    "is_current": ("_fivetran_active",),
}
_OWNER: Columns = ("hubspot_owner_id", "property_hubspot_owner_id", "owner_id")

_DEAL_MORE: dict[str, Columns] = _DELETED | {
    "owner": (*_OWNER, "Deal owner"),
    "account": (
        "Associated Company IDs",
        "Associated Company",
        "property_associated_company",
        "associatedcompanyid",
    ),
    "lead": ("Associated Contact IDs", "associatedcontactid"),
    "amount": ("property_amount", "amount", "Amount"),
    "currency": ("property_deal_currency_code", "deal_currency_code", "Currency"),
    "created_at": ("property_createdate", "createdate", "Create Date"),
    "closed_at": ("property_closedate", "closedate", "Close Date"),
    "channel": ("property_hs_analytics_source", "hs_analytics_source", "Original Traffic Source"),
    "campaign": ("property_hs_campaign", "hs_campaign", "Campaign of deal-creating contact"),
    "is_won": ("property_hs_is_closed_won", "hs_is_closed_won", "Is Closed Won"),
    "is_closed": ("property_hs_is_closed", "hs_is_closed", "Is Deal Closed?", "Is closed"),
    "modified_at": ("property_hs_lastmodifieddate", "hs_lastmodifieddate", "Last Modified Date"),
}
_CONTACT_MORE: dict[str, Columns] = _DELETED | {
    "first_name": ("property_firstname", "firstname", "First Name"),
    "last_name": ("property_lastname", "lastname", "Last Name"),
    "email": ("property_email", "email", "Email"),
    "phone": ("property_phone", "phone", "Phone Number"),
    "company": ("property_company", "company", "Company Name"),
    "account": (
        "property_associatedcompanyid",
        "associatedcompanyid",
        "Primary Associated Company ID",
        "Associated Company IDs",
        "Associated Company",
    ),
    "owner": (*_OWNER, "Contact owner"),
    "territory": ("property_state", "state", "State/Region"),
    "segment": ("property_industry", "industry", "Industry"),
    "channel": (
        "property_hs_analytics_source",
        "hs_analytics_source",
        "Original Traffic Source",
        "Original Source",
    ),
    "campaign": ("property_utm_campaign", "utm_campaign", "UTM campaign"),
    "merged_ids": (
        "property_hs_merged_object_ids",
        "hs_merged_object_ids",
        "property_hs_calculated_merged_vids",
        "Merged object IDs",
        "Merged Contact IDs",
    ),
    "marketing_qualified_at": (
        "property_hs_lifecyclestage_marketingqualifiedlead_date",
        "hs_lifecyclestage_marketingqualifiedlead_date",
        "Became a Marketing Qualified Lead Date",
    ),
    "sales_qualified_at": (
        "property_hs_lifecyclestage_salesqualifiedlead_date",
        "hs_lifecyclestage_salesqualifiedlead_date",
        "Became a Sales Qualified Lead Date",
    ),
    "opportunity_at": (
        "property_hs_lifecyclestage_opportunity_date",
        "hs_lifecyclestage_opportunity_date",
        "Became an Opportunity Date",
    ),
    "modified_at": ("property_lastmodifieddate", "lastmodifieddate", "Last Modified Date"),
}
_COMPANY_MORE: dict[str, Columns] = _DELETED | {
    "segment": ("property_industry", "industry", "Industry"),
    "territory": ("property_state", "state", "State/Region"),
    "country": ("property_country", "country", "Country/Region"),
    "version_at": ("property_hs_lastmodifieddate", "hs_lastmodifieddate", "Last Modified Date"),
}
_ASKS = {"asks_blank_stage": True}

HUBSPOT = Preset(
    slug="hubspot",
    label="HubSpot",
    source="hubspot",
    takes_rest=True,
    files=(
        PresetFile(
            kind="deals",
            mapping={
                "deal_id": ("deal_id", "id"),
                "name": "property_dealname",
                "stage": ("deal_pipeline_stage_id", "property_dealstage"),
            },
            more=_DEAL_MORE,
            options=_ASKS,
        ),
        PresetFile(
            kind="deals",
            mapping={"deal_id": "hs_object_id", "name": "dealname", "stage": "dealstage"},
            more=_DEAL_MORE,
            options=_ASKS,
        ),
        PresetFile(
            kind="deals",
            mapping={"deal_id": "Record ID", "name": "Deal Name", "stage": "Deal Stage"},
            more=_DEAL_MORE,
            options=_ASKS,
        ),
        PresetFile(
            kind="leads",
            mapping={"lead_id": ("contact_id", "id", "vid"), "created_at": "property_createdate"},
            more=_CONTACT_MORE,
            marks=(("property_email", "property_firstname", "property_lastname"),),
        ),
        PresetFile(
            kind="leads",
            mapping={"lead_id": ("hs_object_id", "vid"), "created_at": "createdate", "email": "email"},
            more=_CONTACT_MORE,
            marks=(("firstname", "lastname", "lifecyclestage"), ("hs_object_id", "lastmodifieddate")),
        ),
        PresetFile(
            kind="leads",
            mapping={"lead_id": "Record ID", "created_at": "Create Date"},
            more=_CONTACT_MORE,
            marks=(
                ("Email", "Last Name", "First Name"),
                (
                    "Lifecycle Stage",
                    "Lead Status",
                    "Contact owner",
                    "Original Traffic Source",
                    "Original Source",
                    "Became a Marketing Qualified Lead Date",
                    "Became a Sales Qualified Lead Date",
                    "Marketing contact status",
                ),
            ),
        ),
        PresetFile(
            kind="accounts",
            mapping={"account_id": ("company_id", "id"), "name": "property_name"},
            more=_COMPANY_MORE,
            marks=(("property_createdate", "property_domain", "property_industry"),),
        ),
        PresetFile(
            kind="accounts",
            mapping={"account_id": "hs_object_id", "name": "name"},
            more=_COMPANY_MORE,
            marks=(("domain", "industry"),),
        ),
        PresetFile(
            kind="accounts",
            mapping={"account_id": "Record ID", "name": "Company name"},
            more=_COMPANY_MORE,
            marks=(("Company owner", "Company Domain Name", "Industry"),),
        ),
        PresetFile(
            kind="people",
            mapping={
                "person_id": "owner_id",
                "email": "email",
                "first_name": "first_name",
                "last_name": "last_name",
            },
            more={"version_at": ("updated_at",)},
            marks=(("portal_id", "is_active", "type", "archived"),),
            constants={"name": None},
        ),
    ),
)
